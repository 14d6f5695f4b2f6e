"""One SMS for a storm: what has waited for the same person goes out as one, and ends together."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.payamak.account.activity import EVENT_ACTIVITY
from custom_components.payamak.gateway import count_parts
from custom_components.payamak.sending import bundler
from custom_components.payamak.sending.caller import Caller
from simulator import Account, Gateway
from simulator.faults import Code, CodesInList, Reset
from tests.integration.conftest import (
    LINE,
    MINA,
    OMID,
    OTHER_LINE,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.accounts import be_in_tehran, set_up
from tests.integration.story.deliveries import state_of
from tests.integration.story.disk import (
    on_disk,
    power_cut,
    what_is_on_disk,
    writing_fails,
    writing_is_held,
)
from tests.integration.story.forms import call, let_pass
from tests.integration.story.people import Held, received, send_sms
from tests.integration.story.told import Told
from tests.integration.story.waiting import lose_gateway

from .test_outbox import PATTERN, rows

OUTBOX: Final = "sensor.payamak_outbox"
MINUTE: Final = timedelta(minutes=1)
PAUSED: Final = "switch.payamak_sara_paused"

type HomeWith = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(name="home_with")
async def home_with_fixture(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    account: Account,
    gateway_url: str,
) -> HomeWith:
    """Give what sets up a household in the morning of Tehran that bundles, unless its options say otherwise."""
    await be_in_tehran(hass, freezer, "2026-11-24 07:30")
    account.patterns[PATTERN] = 2

    async def home_with(
        *, hourly_limit: int | None = None, **options: Any
    ) -> MockConfigEntry:
        sara = recipient("Sara", "sara", SARA)
        if hourly_limit:
            sara["data"] = {**sara["data"], "hourly_limit": hourly_limit}
        entry = make_entry(
            gateway_url,
            recipients=(sara, recipient("امید", "omid", OMID)),
            options={"inbox_interval": 0, "retry_for": 600} | options,
        )
        return await set_up(hass, entry)

    return home_with


async def storm(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    *texts: str,
    to: object = SARA,
    **data: Any,
) -> list[str]:
    """Let texts wait in an outage, one a minute, and give the ids of their first rows."""
    await lose_gateway(hass, gateway)
    found = []
    for text in texts:
        [row, *_] = await send_sms(hass, to, message=text, **data)
        assert row["status"] == "queued"
        found.append(row["sms_id"])
        freezer.tick(MINUTE)
    return found


async def come_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway
) -> None:
    """Let the gateway be there again, and be found."""
    await gateway.come_back()
    [entry] = hass.config_entries.async_entries("payamak")
    await entry.runtime_data.account.watch.async_ask()
    await let_pass(hass, freezer, timedelta(seconds=1))


def texts(gateway: Gateway, number: str = SARA) -> list[str]:
    """Give the texts that reached somebody, in order."""
    return [sms.text for sms in gateway.phone(number).messages]


def told_of(told: Told) -> list[tuple[str, str, str]]:
    """Give our own id, the gateway's and the word of each end, in order."""
    return [
        (each["sms_id"], each["message_id"], each["event_type"]) for each in told.events
    ]


async def test_what_has_waited_for_somebody_goes_out_as_one_and_ends_together(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Each end is told, with the same id; the gateway is asked for it once."""
    entry = await home_with()
    told = Told(hass, "event.payamak_delivery")
    ids = await storm(hass, freezer, gateway, "leak", "door", "dry")
    other = await send_sms(hass, OMID, message="only one")
    assert state_of(hass, OUTBOX) == "4"
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == ["07:30 leak\n07:31 door\n07:32 dry"]
    assert texts(gateway, OMID) == ["only one"]
    sent = await rows(hass, recipients=SARA)
    assert {row["state"] for row in sent} == {"accepted"}
    assert [row["text"] for row in sent] == ["leak", "door", "dry"]
    assert [row["parts"] for row in sent] == [1, 0, 0]
    [message_id] = {row["message_id"] for row in sent}
    assert state_of(hass, "sensor.payamak_parts_sent_today") == "2"
    assert state_of(hass, "sensor.payamak_pending_deliveries") == "4"
    gateway.calls.clear()
    await let_pass(hass, freezer, MINUTE)
    await let_pass(hass, freezer, MINUTE)
    asked = [each.method for each in gateway.calls]
    assert asked.count("GetDeliveries2") == 2
    assert [each for each in told_of(told) if each[0] in ids] == [
        (sms_id, message_id, "delivered") for sms_id in ids
    ]
    assert len(told.events) == 4
    assert {row["state"] for row in await rows(hass)} == {"delivered"}
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "delivered"
    assert other[0]["sms_id"] in {each["sms_id"] for each in told.events}
    assert on_disk(hass, entry.entry_id, "SELECT count(DISTINCT sent_as) FROM sms") == [
        (1,)
    ]


async def test_it_is_one_line_on_the_activity_page(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """As it was one SMS, whatever the number of its texts."""
    await home_with()
    lines = async_capture_events(hass, EVENT_ACTIVITY)
    await storm(hass, freezer, gateway, "leak", "door", to=[SARA, OMID])
    await come_back(hass, freezer, gateway)
    for _ in range(3):
        await let_pass(hass, freezer, MINUTE)
    assert {row["state"] for row in await rows(hass)} == {"delivered"}
    assert len(lines) == 2


async def test_cost_and_parts_are_those_of_the_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Two Persian texts of one part each take two parts together, and three would take more than they do."""
    await home_with()
    await storm(hass, freezer, gateway, *("آ" * 30 for _ in range(4)))
    await come_back(hass, freezer, gateway)
    [text] = texts(gateway)
    assert count_parts(text) == 3
    assert state_of(hass, "sensor.payamak_parts_sent_today") == "3"
    assert float(state_of(hass, "sensor.payamak_spent_today") or 0) == 3 * 1730


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("en", "07:30 ", "and {} more"),
        ("fa", "۰۷:۳۰ ", "و {} پیام دیگر"),
        ("de", "07:30 ", "and {} more"),
    ],
)
async def test_the_rest_is_counted_in_the_language_of_home_assistant(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    language: str,
    first: str,
    last: str,
) -> None:
    """All of them are accepted with the one that counts them."""
    hass.config.language = language
    await home_with()
    await storm(hass, freezer, gateway, *("آ" * 60 for _ in range(20)))
    await come_back(hass, freezer, gateway)
    [text] = texts(gateway)
    assert text.startswith(f"{first}آ")
    lines = text.split("\n")
    count = str(20 - len(lines) + 1)
    if language == "fa":
        count = count.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert lines[-1] == last.format(count)
    assert count_parts(text) <= 5
    assert {row["state"] for row in await rows(hass)} == {"accepted"}


async def test_words_that_are_not_loaded_hold_nothing_up(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """The language may have been changed a moment ago."""
    await home_with()
    await storm(hass, freezer, gateway, *("آ" * 200 for _ in range(3)))
    with patch.object(bundler, "async_get_cached_translations", lambda *_: {}):
        await come_back(hass, freezer, gateway)
    assert texts(gateway) == [f"07:30 {'آ' * 200}\n+2"]


async def test_the_same_storm_for_several_people_is_one_call(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Who has waited for something else besides gets a text of their own."""
    await home_with()
    await storm(hass, freezer, gateway, "a", "b", to=[SARA, OMID, MINA])
    await send_sms(hass, MINA, message="c")
    await come_back(hass, freezer, gateway)
    assert len(sent_calls(gateway)) == 2
    assert texts(gateway) == texts(gateway, OMID) == ["07:30 a\n07:31 b"]
    assert texts(gateway, MINA) == ["07:30 a\n07:31 b\n07:32 c"]
    by_number = {
        number: {row["message_id"] for row in await rows(hass, recipients=number)}
        for number in (SARA, OMID, MINA)
    }
    assert [len(ids) for ids in by_number.values()] == [1, 1, 1]
    assert len(set.union(*by_number.values())) == 3
    assert [row["parts"] for row in await rows(hass, recipients=OMID)] == [1, 0]


async def test_what_goes_another_way_goes_by_itself_and_in_order(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Urgent ones first, and patterns, flash and other lines in their turn."""
    await home_with()
    await storm(hass, freezer, gateway, "1", "2")
    await call(
        hass, "send_pattern", pattern_id=PATTERN, variables=["a", "b"], recipients=SARA
    )
    for text, how in (
        ("3", {"sender": OTHER_LINE}),
        ("4", {"sender": OTHER_LINE}),
        ("5", {"flash": True}),
        ("urgent 1", {"urgent": True}),
        ("urgent 2", {"urgent": True}),
    ):
        await send_sms(hass, SARA, message=text, **how)
    await come_back(hass, freezer, gateway)
    found = texts(gateway)
    assert found[:3] == ["urgent 1", "urgent 2", "07:30 1\n07:31 2"]
    assert found[4:] == ["07:32 3\n07:32 4", "5"]
    assert len(found) == 6
    assert {row["state"] for row in await rows(hass)} <= {"accepted", "delivered"}


async def test_the_usual_line_is_the_same_whether_it_was_named_or_not(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """One automation chooses it in the form, another one leaves that out."""
    await home_with()
    await storm(hass, freezer, gateway, "1")
    for text, line in (("2", LINE), ("3", None), ("4", OTHER_LINE)):
        chosen = {"sender": line} if line else {}
        await send_sms(hass, SARA, message=text, **chosen)
        freezer.tick(MINUTE)
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == ["07:30 1\n07:31 2\n07:32 3", "4"]
    lines = [sms.sender for sms in gateway.phone(SARA).messages]
    assert lines == [LINE, OTHER_LINE]


async def test_nothing_is_bundled_that_has_not_waited_or_that_the_option_keeps_apart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Direct ones go out as they are."""
    await home_with(bundle=False)
    await storm(hass, freezer, gateway, "1", "2")
    await come_back(hass, freezer, gateway)
    await send_sms(hass, SARA, message="3")
    assert texts(gateway) == ["1", "2", "3"]


async def test_a_pause_that_ends_brings_one_sms(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """The same goes for quiet hours."""
    await home_with()
    for action, sent in (("turn_on", ["1", "2"]), ("turn_off", [])):
        await hass.services.async_call(
            "switch", action, {"entity_id": PAUSED}, blocking=True
        )
        for text in sent:
            await send_sms(hass, SARA, message=text, retry_for=0)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert texts(gateway) == ["07:30 1\n07:30 2"]


async def test_for_the_hourly_limit_it_is_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Before it leaves, and afterwards, also after a restart."""
    entry = await home_with(hourly_limit=2)
    await storm(hass, freezer, gateway, "1", "2", "3")
    await come_back(hass, freezer, gateway)
    assert len(texts(gateway)) == 1
    left = what_is_on_disk(hass, entry.entry_id)
    await power_cut(hass, entry.entry_id, left)
    await set_up(hass, entry)
    [row] = await send_sms(hass, SARA)
    assert row["status"] == "accepted"
    [row] = await send_sms(hass, SARA, message="too many")
    assert row["status"] == "queued"


async def test_it_is_no_larger_than_what_may_leave_in_a_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Else it would wait for ever; what is too large then goes out by itself."""
    await home_with(daily_limit=3)
    await storm(hass, freezer, gateway, *("آ" * 60 for _ in range(5)))
    await come_back(hass, freezer, gateway)
    [text] = texts(gateway)
    assert count_parts(text) == 3
    assert text.endswith("\nand 3 more")
    assert state_of(hass, "sensor.payamak_parts_sent_today") == "3"


async def test_what_the_daily_limit_has_no_room_for_waits_as_what_it_was(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """And goes out on the next day; meanwhile it takes no room."""
    entry = await home_with(daily_limit=3, retry_for=3000)
    await storm(hass, freezer, gateway, "آ" * 60, "آ" * 60)
    for _ in range(2):
        await send_sms(hass, OMID, message="ب" * 60)
    await come_back(hass, freezer, gateway)
    assert len(texts(gateway)) == 1
    assert texts(gateway, OMID) == []
    assert on_disk(
        hass,
        entry.entry_id,
        "SELECT parts, sent_as FROM sms WHERE state = 'waiting' ORDER BY text",
    ) == [(1, None), (1, None)]
    assert entry.runtime_data.ledger.outgoing.today.leaving == 0
    await let_pass(hass, freezer, timedelta(hours=17))
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_where_there_is_room_for_less_each_goes_out_by_itself(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Else all of them would wait for the next day; those that do are one then."""
    await home_with(daily_limit=4, retry_for=3000)
    await send_sms(hass, OMID, message="آ" * 100)
    await storm(hass, freezer, gateway, *("آ" * 60 for _ in range(5)))
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == ["آ" * 60, "آ" * 60]
    await let_pass(hass, freezer, timedelta(hours=17))
    assert len(texts(gateway)) == 3
    assert texts(gateway)[-1].startswith("07:32 ")


async def test_it_goes_to_as_many_at_a_time_as_there_is_room_for(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """More than may get it in one day would else never get it."""
    await home_with(daily_limit=4, retry_for=3000)
    await storm(hass, freezer, gateway, "آ" * 60, "آ" * 60, to=[SARA, OMID, MINA])
    await come_back(hass, freezer, gateway)
    assert received(gateway) == {SARA: 1, OMID: 1}
    await let_pass(hass, freezer, timedelta(hours=17))
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}


@pytest.mark.parametrize("fault", [Code(6), Code(2)])
async def test_what_has_not_left_waits_as_what_it_was(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    fault: Code,
) -> None:
    """And goes out together with what has come since."""
    entry = await home_with()
    await storm(hass, freezer, gateway, "1", "2")
    gateway.fault("SendSMS", fault)
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == []
    assert (
        on_disk(
            hass, entry.entry_id, "SELECT state, parts, sent_as FROM sms ORDER BY text"
        )
        == [("waiting", 1, None)] * 2
    )
    await send_sms(hass, SARA, message="3")
    await let_pass(hass, freezer, timedelta(hours=1))
    assert texts(gateway) == ["07:30 1\n07:31 2\n07:32 3"]


@pytest.mark.parametrize("fault", [Code(14), CodesInList((18,))], ids=["14", "18"])
async def test_one_that_is_refused_takes_no_other_with_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    fault: Any,
) -> None:
    """Nobody knows which of the texts has the forbidden word: each goes out by itself then, at once, and fails alone."""
    await home_with()
    told = Told(hass, "event.payamak_delivery")
    ids = await storm(hass, freezer, gateway, "bad", "good", "fine")
    gateway.fault("SendSMS", fault)
    gateway.fault("SendSMS", Code(14))
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == ["good", "fine"]
    assert [(each[0], each[2]) for each in told_of(told)] == [(ids[0], "failed")]
    assert [row["state"] for row in await rows(hass)] == [
        "failed",
        "accepted",
        "accepted",
    ]


async def test_opt_out_words_that_are_missing_split_it_by_people(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Each person still gets one; where it was for one person alone, each text is tried by itself."""
    await home_with()
    await storm(hass, freezer, gateway, "a", "b", to=[SARA, OMID])
    gateway.fault("SendSMS", Code(15))
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == texts(gateway, OMID) == ["07:30 a\n07:31 b"]
    assert len(sent_calls(gateway)) == 3
    await storm(hass, freezer, gateway, "c", "d", to=[MINA])
    gateway.fault("SendSMS", Code(15))
    await come_back(hass, freezer, gateway)
    assert texts(gateway, MINA) == ["c", "d"]


async def test_one_that_causes_trouble_takes_no_other_with_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next time each goes out by itself."""
    await home_with()
    await storm(hass, freezer, gateway, "1", "2")
    send, failures = Caller.async_send_queued, iter([RuntimeError()])

    async def stumble(caller: Caller, *args: Any) -> Any:
        for failure in failures:
            raise failure
        return await send(caller, *args)

    with patch.object(Caller, "async_send_queued", stumble):
        await come_back(hass, freezer, gateway)
        await let_pass(hass, freezer, MINUTE)
    assert texts(gateway) == ["1", "2"]
    caplog.clear()


async def test_where_one_may_not_leave_after_the_write_none_of_them_does(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Its text would go out with the others; those go out without it."""
    entry = await home_with()
    await lose_gateway(hass, gateway)
    await send_sms(hass, SARA, message="old", retry_for=10)
    for text in "ab":
        await send_sms(hass, [SARA, OMID], message=text)
    for _ in range(9):
        await let_pass(hass, freezer, MINUTE)
    await let_pass(hass, freezer, timedelta(seconds=59))
    await gateway.come_back()
    with writing_is_held(hass) as (begun, go):
        entry.runtime_data.account.watch.note_answer()
        await begun.wait()
        freezer.tick(1)
        go.set()
        await hass.async_block_till_done(wait_background_tasks=True)
    await let_pass(hass, freezer, MINUTE)
    assert texts(gateway) == texts(gateway, OMID) == ["07:30 a\n07:30 b"]
    states = {row["text"]: row["state"] for row in await rows(hass, recipients=SARA)}
    assert states == {"old": "not_sent", "a": "accepted", "b": "accepted"}


async def test_a_lost_answer_is_looked_for_in_the_sent_box(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """All of them are settled by the one that it shows, also after a crash; it is never sent again."""
    entry = await home_with()
    await storm(hass, freezer, gateway, "1", "2", to=[SARA, OMID])
    held = Held()
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    entry.runtime_data.account.watch.note_answer()
    await held.arrived.wait()
    left = what_is_on_disk(hass, entry.entry_id)
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == {SARA: 1, OMID: 1}
    await power_cut(hass, entry.entry_id, left)
    await set_up(hass, entry)
    assert {row["state"] for row in await rows(hass)} == {"unknown"}
    assert state_of(hass, "sensor.payamak_parts_sent_today") == "2"
    for _ in range(3):
        await let_pass(hass, freezer, MINUTE)
    assert {row["state"] for row in await rows(hass)} <= {"accepted", "delivered"}
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_a_reset_makes_all_of_them_unknown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """As nobody knows whether it left."""
    await home_with()
    await storm(hass, freezer, gateway, "1", "2")
    gateway.fault("SendSMS", Reset(processed=False))
    await come_back(hass, freezer, gateway)
    assert [row["state"] for row in await rows(hass)] == ["unknown", "unknown"]
    for _ in range(13):
        await let_pass(hass, freezer, MINUTE)
    assert texts(gateway) == []
    assert [row["state"] for row in await rows(hass)] == ["unknown", "unknown"]


async def test_a_restored_backup_does_not_send_again_what_left_in_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """The sent box shows each text with its time."""
    entry = await home_with()
    await storm(hass, freezer, gateway, "1", "2")
    left = what_is_on_disk(hass, entry.entry_id)
    await come_back(hass, freezer, gateway)
    assert texts(gateway) == ["07:30 1\n07:31 2"]
    await power_cut(hass, entry.entry_id, left)
    await set_up(hass, entry)
    for _ in range(3):
        await let_pass(hass, freezer, MINUTE)
    assert len(texts(gateway)) == 1
    assert [row["state"] for row in await rows(hass)] == ["unknown", "unknown"]
    reasons = on_disk(hass, entry.entry_id, "SELECT reason FROM sms")
    assert reasons == [("sent_before",)] * 2


async def test_where_the_disk_takes_nothing_nothing_leaves(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """What it went out as must be known after a crash."""
    await home_with()
    await storm(hass, freezer, gateway, "1", "2")
    with writing_fails():
        await come_back(hass, freezer, gateway)
        assert texts(gateway) == []
    await let_pass(hass, freezer, MINUTE)
    assert texts(gateway) == ["07:30 1\n07:31 2"]


async def test_a_thousand_that_wait_for_one_person_are_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """An automation that went wrong costs five parts at most."""
    await home_with(daily_limit=0)
    await lose_gateway(hass, gateway)
    for number in range(150):
        await send_sms(hass, SARA, message=f"alarm {number}")
    await come_back(hass, freezer, gateway)
    [text] = texts(gateway)
    assert count_parts(text) <= 5
    assert state_of(hass, OUTBOX) == "0"
