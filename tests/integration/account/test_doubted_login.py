"""The first refusal of the login is a doubt, which a second question settles; messages go out meanwhile."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, Reset
from tests.integration.conftest import MINA, OMID, SARA, make_entry
from tests.integration.story.forms import (
    FETCH,
    call,
    let_pass,
    reauth_flows,
    reload,
    send,
    take_calls,
)
from tests.integration.story.login import (
    POLL,
    REFUSAL,
    SECOND_QUESTION,
    change_password,
    enter_password,
    set_up_refused,
)
from tests.integration.story.outages import without_chance
from tests.integration.story.people import Held, received, send_sms, wait_for

CREDIT = "sensor.payamak_credit"


async def raise_doubt(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Let the gateway refuse one poll with the right password."""
    gateway.fault("GetCredit", REFUSAL)
    take_calls(gateway)
    await let_pass(hass, freezer, POLL)
    assert take_calls(gateway) == ["GetCredit"]
    assert reauth_flows(hass) == []


@pytest.mark.usefixtures("home")
async def test_one_refused_poll_refuses_no_message_and_is_over_after_some_seconds(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The second question finds that all is well, and the sensors are back with it."""
    await raise_doubt(hass, gateway, freezer)
    await let_pass(hass, freezer, timedelta(seconds=9))
    assert take_calls(gateway) == []
    assert hass.states.get(CREDIT).state == "unavailable"  # type: ignore[union-attr] # a missing state fails the test
    await let_pass(hass, freezer, timedelta(seconds=2))
    assert take_calls(gateway) == FETCH
    assert hass.states.get(CREDIT).state == "1000"  # type: ignore[union-attr] # likewise
    await send(hass)
    assert received(gateway) == {SARA: 1}
    await let_pass(hass, freezer, timedelta(minutes=1))
    take_calls(gateway)
    await let_pass(hass, freezer, POLL)
    assert [each for each in take_calls(gateway) if each in FETCH] == FETCH
    assert reauth_flows(hass) == []


@pytest.mark.usefixtures("home")
async def test_a_message_goes_out_meanwhile_and_settles_it(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """An alarm doesn't wait for the second question, which is not needed any more."""
    await raise_doubt(hass, gateway, freezer)
    await send(hass)
    assert received(gateway) == {SARA: 1}
    assert take_calls(gateway) == ["SendSMS"]
    # The new credit is asked for after sending, as ever.
    await let_pass(hass, freezer, timedelta(seconds=6))
    assert take_calls(gateway) == FETCH
    await let_pass(hass, freezer, timedelta(seconds=3))
    assert take_calls(gateway) == []


async def test_a_message_that_is_refused_meanwhile_confirms_it(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It was the second failed login; nothing follows it."""
    account.password = "n3w-word"
    take_calls(gateway)
    await let_pass(hass, freezer, POLL)
    assert reauth_flows(hass) == []
    for _ in range(3):
        with pytest.raises(HomeAssistantError, match="user name or password"):
            await send(hass)
        assert len(reauth_flows(hass)) == 1
    await let_pass(hass, freezer, SECOND_QUESTION)
    await let_pass(hass, freezer, POLL)
    assert take_calls(gateway) == ["GetCredit", "SendSMS"]
    await enter_password(hass, "n3w-word")
    assert home.state is ConfigEntryState.LOADED
    await send(hass)
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_a_refused_message_is_a_doubt_too(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """It waits, and the second question is as for a poll."""
    gateway.fault("SendSMS", Code(0), times=2)
    await send(hass)
    take_calls(gateway)
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert take_calls(gateway) == FETCH
    assert received(gateway) == {}
    # It is settled, so that this is the first refusal again.
    for _ in range(3):
        await let_pass(hass, freezer, timedelta(minutes=1))
    assert reauth_flows(hass) == []
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_one_call_for_many_that_is_refused_is_one_refusal(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """However many recipients it was for."""
    gateway.fault("SendSMS", Code(0))
    people = [SARA, OMID, MINA]
    response = await call(hass, "send_sms", message="a", recipients=people)
    assert response["queued"] == 3
    assert reauth_flows(hass) == []
    await let_pass(hass, freezer, SECOND_QUESTION)
    await let_pass(hass, freezer, timedelta(minutes=1))
    assert received(gateway) == dict.fromkeys(people, 1)


@pytest.mark.usefixtures("home")
async def test_messages_go_out_one_at_a_time_while_it_is_in_doubt(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Were they sent at once, there would be as many failed logins."""
    account.password = "n3w-word"
    take_calls(gateway)
    await let_pass(hass, freezer, POLL)
    results = await asyncio.gather(
        *(send(hass) for _ in range(4)), return_exceptions=True
    )
    assert [type(each) for each in results] == [HomeAssistantError] * 4
    assert take_calls(gateway) == ["GetCredit", "SendSMS"]


@pytest.mark.usefixtures("home")
async def test_the_first_message_that_is_accepted_lets_all_others_go_at_once(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Only the doubt keeps them waiting."""
    await raise_doubt(hass, gateway, freezer)
    first, second = Held(), Held()
    gateway.fault("SendSMS", first)
    gateway.fault("SendSMS", second)
    sending = [asyncio.create_task(send_sms(hass, [SARA]))]
    await wait_for(first, sending[0])
    sending += [asyncio.create_task(send_sms(hass, [who])) for who in (OMID, MINA)]
    for _ in range(50):
        await asyncio.sleep(0)
    assert not second.arrived.is_set()
    first.released.set()
    await wait_for(second, sending[1])
    await asyncio.wait({sending[2]}, timeout=2)
    done = [each.done() for each in sending]
    second.released.set()
    await asyncio.gather(*sending)
    assert done == [True, False, True]
    assert received(gateway) == dict.fromkeys((SARA, OMID, MINA), 1)


@pytest.mark.usefixtures("home")
async def test_nothing_else_is_asked_while_it_is_in_doubt(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """A question would be one more failed login; the user is told what is going on."""
    await raise_doubt(hass, gateway, freezer)
    for action, data in (
        ("get_numbers", {}),
        ("get_messages", {}),
        ("get_delivery_status", {"message_ids": "1234567890"}),
    ):
        with pytest.raises(HomeAssistantError) as raised:
            await call(hass, action, **data)
        assert raised.value.translation_key == "login_in_doubt"
    assert take_calls(gateway) == []
    await let_pass(hass, freezer, SECOND_QUESTION)
    await call(hass, "get_numbers")


@pytest.mark.usefixtures("home")
async def test_a_second_question_without_an_answer_is_asked_again_each_time_later(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody knows yet; and a gateway that is away is asked by the watch alone."""
    without_chance(monkeypatch)
    await raise_doubt(hass, gateway, freezer)
    gateway.fault("GetCredit", Reset(), times=None)
    asked_after = []
    for second in range(1, 240):
        await let_pass(hass, freezer, timedelta(seconds=1))
        if take_calls(gateway):
            asked_after.append(second)
    assert len(asked_after) == 4
    gaps = [b - a for a, b in zip([0, *asked_after], asked_after, strict=False)]
    assert [round(gap, -1) for gap in gaps] == [10, 30, 60, 120]
    gateway.clear_faults()
    await send(hass)
    assert received(gateway) == {}
    for _ in range(10):
        await let_pass(hass, freezer, timedelta(seconds=30))
        await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == {SARA: 1}
    # Once it is settled, the next doubt begins anew.
    take_calls(gateway)
    gateway.fault("GetCredit", REFUSAL)
    await let_pass(hass, freezer, POLL)
    take_calls(gateway)
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert "GetCredit" in take_calls(gateway)


async def test_a_refusal_at_start_is_settled_by_the_next_attempt(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant tries again within seconds, and nobody has to log in."""
    gateway.fault("GetCredit", REFUSAL)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state.value == "setup_retry"
    assert take_calls(gateway) == ["GetCredit"]
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert entry.state is ConfigEntryState.LOADED
    assert reauth_flows(hass) == []
    take_calls(gateway)
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert take_calls(gateway) == []


async def test_a_reload_in_between_does_not_begin_to_count_anew(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The set-up's question is the second one; there is no third."""
    account.password = "n3w-word"
    take_calls(gateway)
    await let_pass(hass, freezer, POLL)
    await reload(hass, home)
    assert home.state is ConfigEntryState.LOADED
    assert len(reauth_flows(hass)) == 1
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == ["GetCredit", "GetCredit"]


async def test_who_reloads_after_it_is_believed_tries_it_once_more(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The old password may have been put back in the panel."""
    await change_password(hass, freezer, account)
    take_calls(gateway)
    await reload(hass, home)
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == ["GetCredit"]
    account.password = "s3cret-word"
    await reload(hass, home)
    assert home.state is ConfigEntryState.LOADED
    await send(hass)
    assert received(gateway) == {SARA: 1}


async def test_other_credentials_begin_without_a_doubt(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was refused was the old password; the first refusal of the new one may pass."""
    await change_password(hass, freezer, account)
    gateway.fault("GetCredit", REFUSAL)
    hass.config_entries.async_update_entry(
        home, data={**home.data, "password": "n3w-word"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert home.state is ConfigEntryState.LOADED
    assert hass.states.get(CREDIT).state == "unavailable"  # type: ignore[union-attr] # a missing state fails the test
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert hass.states.get(CREDIT).state == "1000"  # type: ignore[union-attr] # likewise
    assert reauth_flows(hass) == []


async def test_an_account_that_was_removed_leaves_no_doubt_behind(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One that is added again begins like any other."""
    entry = make_entry(gateway_url, entry_id="01PAYAMAK")
    await set_up_refused_once_and_remove(hass, account, entry)
    again = make_entry(gateway_url, entry_id="01PAYAMAK")
    take_calls(gateway)
    await set_up_refused(hass, freezer, again)
    assert take_calls(gateway) == ["GetCredit", "GetCredit"]


async def set_up_refused_once_and_remove(
    hass: HomeAssistant, account: Account, entry: MockConfigEntry
) -> None:
    """Leave an account in doubt, and remove it."""
    account.password = "n3w-word"
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)


async def test_unloading_ends_the_questions(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nobody is there to ask for."""
    await raise_doubt(hass, gateway, freezer)
    await hass.config_entries.async_unload(home.entry_id)
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == []


@pytest.mark.parametrize("method", ["GetBasePrice", "GetUserNumbers"])
async def test_a_refusal_that_only_the_price_or_the_lines_meet_stops_nothing(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    method: str,
) -> None:
    """The credit shows that the login is a good one."""
    gateway.fault(method, Code(-110))
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    take_calls(gateway)
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert take_calls(gateway) == FETCH
    assert reauth_flows(hass) == []
    await send(hass)
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_what_settles_nothing_causes_no_further_questions(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """One second question at a time, whatever is sent meanwhile."""
    await raise_doubt(hass, gateway, freezer)
    gateway.fault("GetCredit", Reset(), times=None)
    gateway.fault("SendSMS", Code(7))
    with pytest.raises(HomeAssistantError):
        await send(hass)
    take_calls(gateway)
    for _ in range(25):
        await let_pass(hass, freezer, timedelta(seconds=1))
    assert take_calls(gateway) == ["GetCredit"]


async def test_the_longest_wait_for_a_second_question_is_a_quarter_of_an_hour(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However seldom the credit is polled otherwise."""
    without_chance(monkeypatch)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={"refresh_interval": 1440})
    assert await hass.config_entries.async_setup(entry.entry_id)
    gateway.fault("SendSMS", Code(0))
    gateway.fault("GetCredit", Reset(), times=None)
    with pytest.raises(HomeAssistantError):
        await call(hass, "send_sms", message="a", recipients=[SARA], retry_for=0)
    for _ in range(120):
        await let_pass(hass, freezer, timedelta(minutes=1))
    take_calls(gateway)
    for _ in range(60):
        await let_pass(hass, freezer, timedelta(minutes=1))
    assert take_calls(gateway).count("GetCredit") == 4
