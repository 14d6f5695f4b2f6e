"""The action get_history: what became of the SMS that were sent, from the ledger alone."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import OutgoingBook
from simulator import Gateway
from simulator.codes import Delivery
from simulator.faults import Code, CodesInList, Hang, Reset, WithoutId
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.accounts import shut_down
from tests.integration.story.disk import put_on_disk, what_is_on_disk
from tests.integration.story.forms import call, let_pass, take_calls
from tests.integration.story.people import second_account


async def history(hass: HomeAssistant, **asked: Any) -> list[dict[str, Any]]:
    """Ask for what became of the SMS."""
    response = await call(hass, "get_history", **asked)
    assert response.keys() == {"messages"}
    messages = response["messages"]
    assert isinstance(messages, list)
    return messages


async def send_sms(hass: HomeAssistant, *recipients: str, text: str = "پمپ") -> Any:
    """Send a text, and give the rows of the response."""
    response = await call(hass, "send_sms", message=text, recipients=list(recipients))
    return response["messages"]


async def test_a_row_tells_what_was_sent_and_what_became_of_it(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """From the door to the phone; the first part is the row of the response. The gateway is not asked."""
    freezer.move_to("2026-11-24 10:00:00+00:00")
    [sent] = await send_sms(hass, SARA, text="آژیر\nخانه")
    take_calls(gateway)
    before = sent | {
        "name": "Sara",
        "state": "accepted",
        "text": "آژیر\nخانه",
        "parts": 1,
        "sent_at": "2026-11-24T10:00:00+00:00",
        "ended_at": None,
    }
    assert await history(hass) == [before]
    assert take_calls(gateway) == []
    gateway.set_outcome(SARA, Delivery.DELIVERED)
    await let_pass(hass, freezer, timedelta(seconds=10))
    assert await history(hass) == [
        before
        | {"state": "delivered", "code": 1, "ended_at": "2026-11-24T10:00:10+00:00"}
    ]


async def test_the_newest_come_first_and_no_more_than_wanted(
    hass: HomeAssistant, home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """However many there are."""
    for text in "abc":
        await send_sms(hass, SARA, text=text)
        freezer.tick(1)
    assert [row["text"] for row in await history(hass)] == ["c", "b", "a"]
    assert [row["text"] for row in await history(hass, limit=2)] == ["c", "b"]


@pytest.mark.usefixtures("family_home")
async def test_it_can_be_asked_for_some_of_them(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """By id, by person, by state and by time, and by all of it at once."""
    first, second = await send_sms(hass, SARA, OMID, text="a")
    freezer.tick(1)
    gateway.fault("SendSMS", CodesInList((18, None)))
    third, fourth = await send_sms(hass, SARA, MINA, text="b")

    async def found(**asked: Any) -> set[str]:
        return {row["sms_id"] for row in await history(hass, **asked)}

    ids = [row["sms_id"] for row in (first, second, third, fourth)]
    assert await found() == {*ids}
    assert await found(sms_ids=ids[1]) == {ids[1]}
    assert await found(sms_ids=f"{ids[0]}, {ids[3]}") == {ids[0], ids[3]}
    assert await found(sms_ids=[ids[0], "01NONE"]) == {ids[0]}
    assert await found(recipients="Sara") == {ids[0], ids[2]}
    assert await found(recipients=["+98 912 000 0002", MINA]) == {ids[1], ids[3]}
    assert await found(recipients="خانواده") == {*ids}
    assert await found(states="failed") == {ids[2]}
    assert await found(states="accepted") == {*ids} - {ids[2]}
    assert await found(states=["failed", "accepted"]) == {*ids}
    since = freezer().isoformat()
    assert await found(since=f"{since}+00:00") == {ids[2], ids[3]}
    assert await found(since=f"{since}+00:00", recipients="Sara") == {ids[2]}


async def test_a_time_without_a_zone_is_the_homes(
    hass: HomeAssistant, home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """As everywhere in Home Assistant."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to("2026-11-24 10:00:00+00:00")
    await send_sms(hass, SARA)
    assert len(await history(hass, since="2026-11-24 13:30:00")) == 1
    assert await history(hass, since="2026-11-24 13:30:01") == []


@pytest.mark.usefixtures("home")
async def test_a_refusal_is_told_with_its_cause(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """As the caller was told it."""
    gateway.fault("SendSMS", CodesInList((None, 18)))
    rows = await send_sms(hass, SARA, OMID)
    told = {row["sms_id"]: row for row in await history(hass)}
    assert rows[1]["code"] == 18
    assert rows[1]["error"] == "The gateway does not accept this number. Check it."
    for row in rows:
        assert row.items() <= told[row["sms_id"]].items()
    failed = told[rows[1]["sms_id"]]
    assert (failed["state"], failed["sent_at"]) == ("failed", None)
    assert failed["ended_at"] is not None


@pytest.mark.usefixtures("home")
async def test_what_may_have_been_sent_says_so(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It is neither accepted nor failed."""
    gateway.fault("SendSMS", Reset())
    with pytest.raises(HomeAssistantError):
        await send_sms(hass, SARA)
    [row] = await history(hass)
    assert (row["status"], row["state"], row["message_id"]) == (
        "unknown",
        "unknown",
        None,
    )
    assert row["error"].endswith("Look into the panel before sending it again.")
    assert row["sent_at"] is not None


@pytest.mark.usefixtures("home")
async def test_what_was_accepted_without_an_id_is_accepted(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It just can't be followed."""
    gateway.fault("SendSMS", WithoutId())
    rows = await send_sms(hass, SARA, OMID)
    assert [(row["status"], row["message_id"]) for row in rows] == [
        ("accepted", None)
    ] * 2
    for row in await history(hass):
        assert (row["status"], row["state"]) == ("accepted", "accepted")
        assert row["ended_at"] is not None


@pytest.mark.usefixtures("home")
async def test_those_who_were_not_tried_any_more_are_in_it(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """With the error that stopped the message."""
    gateway.fault("BaseServiceNumber", Code(19))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            DOMAIN,
            "send_pattern",
            {"pattern_id": 1, "recipients": [SARA, OMID]},
            blocking=True,
        )
    rows = await history(hass)
    assert {(row["recipient"], row["state"], row["code"]) for row in rows} == {
        (SARA, "failed", 19),
        (OMID, "failed", 19),
    }
    assert {row["text"] for row in rows} == {None}


async def test_a_message_that_is_under_way_is_being_sent(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """After a power cut nobody knows whether it left, and it says so."""
    hang = Hang()
    gateway.fault("SendSMS", hang)
    sending = hass.async_create_task(send_sms(hass, SARA))
    while not (rows := await history(hass)) or not hang_has_begun(gateway):
        pass
    [row] = rows
    assert (row["state"], row["status"]) == ("sending", "queued")
    left = what_is_on_disk(hass, home.entry_id)
    sending.cancel()
    await shut_down(hass, home)
    put_on_disk(hass, home.entry_id, left)
    await hass.config_entries.async_setup(home.entry_id)
    [again] = await history(hass)
    assert (again["sms_id"], again["state"]) == (row["sms_id"], "unknown")
    assert again["error"].startswith("Home Assistant was interrupted")
    assert "may or may not" in again["error"]


def hang_has_begun(gateway: Gateway) -> bool:
    """Tell whether the request has reached the gateway."""
    return any(each.method == "SendSMS" for each in gateway.calls)


async def test_an_account_tells_of_its_own(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway, gateway_url: str
) -> None:
    """Each has a ledger of its own."""
    second = second_account(gateway, gateway_url)
    second.add_to_hass(hass)
    await hass.config_entries.async_setup(second.entry_id)
    await call(
        hass,
        "send_sms",
        message="a",
        recipients=SARA,
        config_entry_id=home.entry_id,
    )
    assert len(await history(hass, config_entry_id=home.entry_id)) == 1
    assert await history(hass, config_entry_id=second.entry_id) == []


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "asked", [{"states": "gone"}, {"since": "soon"}, {"limit": 0}, {"limit": 1001}]
)
async def test_what_can_not_be_asked_is_refused(
    hass: HomeAssistant, asked: dict[str, Any]
) -> None:
    """Before anything is looked up."""
    with pytest.raises(vol.Invalid):
        await history(hass, **asked)


@pytest.mark.usefixtures("home")
async def test_a_person_whom_nobody_knows_is_refused(hass: HomeAssistant) -> None:
    """An empty answer would look as if nothing had been sent."""
    with pytest.raises(ServiceValidationError):
        await history(hass, recipients="Nobody")


async def test_a_file_that_can_not_be_read_is_an_error(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """And no empty answer."""
    await home.runtime_data.ledger.async_close()
    with pytest.raises(HomeAssistantError) as raised:
        await history(hass)
    assert raised.value.translation_key == "ledger_not_read"


async def test_what_ended_long_ago_is_gone(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A week after its end, unless the options say otherwise; without a restart, and with one."""
    hass.config_entries.async_update_entry(
        home, options=home.options | {"history_days": 2}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    gateway.fault("SendSMS", CodesInList((18,)))
    with pytest.raises(HomeAssistantError):
        await send_sms(hass, OMID, text="refused")
    gateway.set_outcome(SARA, Delivery.SENT)
    await send_sms(hass, SARA, text="on its way")
    await let_pass(hass, freezer, timedelta(days=2))
    assert len(await history(hass)) == 2
    await let_pass(hass, freezer, timedelta(hours=6))
    assert [row["text"] for row in await history(hass)] == ["on its way"]


async def test_a_week_is_usual_and_counts_from_the_end(
    hass: HomeAssistant,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is forgotten at the start of the account is what ended more than seven days before."""
    gateway_rows = await send_sms(hass, SARA)
    await let_pass(hass, freezer, timedelta(seconds=10))
    [row] = await history(hass, sms_ids=gateway_rows[0]["sms_id"])
    assert row["state"] == SmsState.DELIVERED
    for more, rows in ((timedelta(days=7), 1), (timedelta(seconds=1), 0)):
        await hass.config_entries.async_unload(home.entry_id)
        freezer.tick(more)
        await hass.config_entries.async_setup(home.entry_id)
        assert len(await history(hass)) == rows
    assert OutgoingBook.last_state(home.runtime_data.ledger.outgoing, [SARA]) is None


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("field", ["sms_ids", "recipients", "states"])
@pytest.mark.parametrize("nothing", [[], ""])
async def test_nothing_fits_an_empty_list(
    hass: HomeAssistant, field: str, nothing: object
) -> None:
    """A template that finds nothing must not give everybody's messages."""
    await send_sms(hass, SARA)
    if (field, nothing) != ("states", ""):
        assert await history(hass, **{field: nothing}) == []
    assert len(await history(hass)) == 1


@pytest.mark.usefixtures("home")
async def test_any_time_can_be_asked_from(hass: HomeAssistant) -> None:
    """The first of all days has no number in some time zones."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    await send_sms(hass, SARA)
    assert len(await history(hass, since="0001-01-01 00:00:00")) == 1
