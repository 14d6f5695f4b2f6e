"""The answer to a message is lost: the sent box is looked into, and what is found out is told once."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.faults import BrokenOff, Code, Disconnect, Fault, Reset, ServerError
from simulator.outages import Away
from tests.integration.conftest import LINE, MINA, OMID, SARA, sent_calls
from tests.integration.story.accounts import set_up
from tests.integration.story.deliveries import listen
from tests.integration.story.disk import (
    disk_at_rest,
    power_cut,
    what_is_on_disk,
    writing_fails,
)
from tests.integration.story.forms import let_pass, reload
from tests.integration.story.people import Held, begin_and_hold, received, send_sms
from tests.integration.story.told import Told

from .lost import (
    MINUTE,
    REFUSED,
    TEN_MINUTES,
    looks,
    lose_answer,
    pass_minutes,
    reasons,
    states,
)

TEXT = "نشت آب"
NEVER = timedelta(days=30)


@pytest.fixture(name="told")
async def told_fixture(hass: HomeAssistant, home: MockConfigEntry) -> Told:
    """Listen to what is told of deliveries."""
    return listen(hass)


def words(told: Told) -> list[str]:
    """Give what was told, in its order."""
    return [event["event_type"] for event in told.events]


@pytest.mark.parametrize(
    "fault",
    [
        Reset(processed=True),
        Disconnect(processed=True),
        ServerError(processed=True),
        BrokenOff(),
    ],
)
async def test_what_the_sent_box_shows_was_accepted(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    fault: Fault,
) -> None:
    """Its counts tell of the delivery later, and it is never sent again."""
    gateway.delivery_time = timedelta(minutes=5)
    await lose_answer(hass, gateway, fault=fault)
    assert states(hass, home) == [("unknown", False)]
    looks(gateway)
    await let_pass(hass, freezer, timedelta(seconds=59))
    assert looks(gateway) == 0
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert looks(gateway) == 1
    assert (states(hass, home), reasons(hass, home)) == ([("accepted", False)], [None])
    assert told.events == []
    await pass_minutes(hass, freezer, 8)
    await let_pass(hass, freezer, timedelta(seconds=59))
    assert looks(gateway) == 0
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert looks(gateway) == 1
    assert states(hass, home) == [("delivered", True)]
    [event] = told.events
    assert (event["event_type"], event["message_id"]) == ("delivered", None)
    assert event["recipient"] == SARA
    await pass_minutes(hass, freezer, 20)
    assert looks(gateway) == 0
    assert len(told.events) == 1
    assert received(gateway) == {SARA: 1}


@pytest.mark.parametrize(
    "fault", [Reset(), Disconnect(), ServerError(), ServerError(status=503)]
)
async def test_what_the_sent_box_does_not_show_stays_unknown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    fault: Fault,
) -> None:
    """That is told once, after the second look; it is no reason to send it again, even where it may wait."""
    await lose_answer(hass, gateway, fault=fault, retry_for=60)
    looks(gateway)
    await pass_minutes(hass, freezer, 9)
    assert states(hass, home) == [("unknown", False)]
    assert told.events == []
    await pass_minutes(hass, freezer, 1)
    assert states(hass, home) == [("unknown", True)]
    assert words(told) == ["unknown"]
    assert looks(gateway) == 2
    await pass_minutes(hass, freezer, 60)
    assert looks(gateway) == 0
    assert words(told) == ["unknown"]
    assert received(gateway) == {}


@pytest.mark.parametrize(
    ("outcome", "word"),
    [(Delivery.DELIVERED, "delivered"), (Delivery.UNDELIVERED, "undelivered")],
)
async def test_the_first_look_may_tell_the_end(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    outcome: Delivery,
    word: str,
) -> None:
    """There is no second one then."""
    gateway.delivery_time = timedelta(seconds=30)
    gateway.set_outcome(SARA, outcome)
    await lose_answer(hass, gateway)
    looks(gateway)
    await pass_minutes(hass, freezer, 20)
    assert looks(gateway) == 1
    assert words(told) == [word]
    assert states(hass, home) == [(word, True)]


async def test_counts_that_say_nothing_leave_it_at_accepted(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """There is no end to tell of then."""
    gateway.delivery_time = NEVER
    await lose_answer(hass, gateway)
    looks(gateway)
    await pass_minutes(hass, freezer, 30)
    assert looks(gateway) == 2
    assert states(hass, home) == [("accepted", True)]
    assert told.events == []


async def test_a_sent_box_that_is_late_shows_it_at_the_second_look(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    told: Told,
) -> None:
    """As long as nobody knows, nothing is told."""
    account.sent_lag = timedelta(minutes=5)
    await lose_answer(hass, gateway)
    await pass_minutes(hass, freezer, 1)
    assert states(hass, home) == [("unknown", False)]
    await pass_minutes(hass, freezer, 9)
    assert states(hass, home) == [("delivered", True)]
    assert words(told) == ["delivered"]


async def test_one_that_the_sent_box_never_shows_is_not_sent_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    told: Told,
) -> None:
    """It has reached the phone all the same."""
    account.sent_missing = 1
    await lose_answer(hass, gateway, retry_for=60)
    await pass_minutes(hass, freezer, 30)
    assert words(told) == ["unknown"]
    assert received(gateway) == {SARA: 1}


@pytest.mark.parametrize(
    ("line", "text", "number"),
    [("500010604671", TEXT, SARA), (LINE, "سلام", SARA), (LINE, TEXT, OMID)],
)
async def test_what_a_person_sends_in_the_panel_is_not_taken_for_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    line: str,
    text: str,
    number: str,
) -> None:
    """Text, line and number have to fit."""
    await lose_answer(hass, gateway, processed=False)
    gateway.send_from_panel(line, text, [number])
    await pass_minutes(hass, freezer, 10)
    assert words(told) == ["unknown"]
    assert states(hass, home) == [("unknown", True)]


@pytest.mark.parametrize(("seconds", "word"), [(-121, "unknown"), (-119, "delivered")])
async def test_an_equal_text_from_the_panel_has_to_be_of_the_same_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    seconds: int,
    word: str,
) -> None:
    """The same text reached the same person at that time: more than that nobody can tell."""
    at = gateway.now() + timedelta(seconds=seconds)
    gateway.send_from_panel(LINE, TEXT, [SARA], at=at)
    await lose_answer(hass, gateway, processed=False)
    await pass_minutes(hass, freezer, 10)
    assert words(told) == [word]


async def test_an_equal_message_of_ours_makes_it_ambiguous(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """The row in the sent box may be of the one that was accepted: then the other one stays unknown."""
    gateway.delivery_time = NEVER
    await send_sms(hass, [SARA])
    await let_pass(hass, freezer, MINUTE)
    await lose_answer(hass, gateway, processed=False, urgent=True)
    await pass_minutes(hass, freezer, 10)
    assert states(hass, home) == [("accepted", False), ("unknown", True)]
    assert words(told) == ["unknown"]
    assert received(gateway) == {SARA: 1}


async def test_a_call_to_several_is_found_as_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """The sent box names the first of them alone; each is told of."""
    await lose_answer(hass, gateway, SARA, OMID, MINA)
    await pass_minutes(hass, freezer, 1)
    assert sorted(event["recipient"] for event in told.events) == [SARA, OMID, MINA]
    assert words(told) == ["delivered"] * 3
    assert states(hass, home) == [("delivered", True)] * 3


async def test_different_ends_of_a_call_leave_all_at_accepted(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """The counts don't say who got it."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    await lose_answer(hass, gateway, SARA, OMID)
    await pass_minutes(hass, freezer, 10)
    assert states(hass, home) == [("accepted", True)] * 2
    assert told.events == []


async def test_each_lost_message_is_looked_for_at_its_own_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """One minute and ten minutes after it was sent."""
    await lose_answer(hass, gateway, SARA, processed=False)
    await let_pass(hass, freezer, timedelta(seconds=40))
    await lose_answer(hass, gateway, OMID, processed=False)
    looks(gateway)
    seen = []
    for _ in range(70):
        await let_pass(hass, freezer, timedelta(seconds=10))
        seen.append(looks(gateway))
    moments = [40 + 10 * (number + 1) for number, count in enumerate(seen) if count]
    assert moments == [60, 100, 600, 640]
    assert [event["recipient"] for event in told.events] == [SARA, OMID]


async def test_a_pattern_has_no_text_to_look_for(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    told: Told,
) -> None:
    """It stays unknown."""
    account.patterns[123] = "کد {0}"
    gateway.fault("BaseServiceNumber", Reset(processed=True))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "payamak",
            "send_pattern",
            {"recipients": [SARA], "pattern_id": 123, "variables": ["1"]},
            blocking=True,
            return_response=True,
        )
    await pass_minutes(hass, freezer, 10)
    assert words(told) == ["unknown"]
    assert received(gateway) == {SARA: 1}


async def test_a_panel_that_refuses_its_sent_box_is_asked_twice(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """It may do so for a moment alone; after the second time nobody will know."""
    await lose_answer(hass, gateway)
    gateway.fault("GetMessages", Code(REFUSED), times=None)
    looks(gateway)
    await pass_minutes(hass, freezer, 20)
    assert looks(gateway) == 2
    assert words(told) == ["unknown"]


async def test_a_sent_box_that_does_not_answer_is_asked_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """A minute later; such a question counts for none."""
    gateway.delivery_time = NEVER
    await lose_answer(hass, gateway)
    gateway.fault("GetMessages", Code(6), times=3)
    looks(gateway)
    seen = []
    for _ in range(40):
        await let_pass(hass, freezer, timedelta(seconds=20))
        seen.append(looks(gateway))
    moments = [20 * (number + 1) for number, count in enumerate(seen) if count]
    assert moments == [60, 120, 180, 240, 600]
    assert states(hass, home) == [("accepted", True)]


async def test_after_three_days_without_an_answer_nobody_will_know(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """That is told then."""
    await lose_answer(hass, gateway)
    gateway.fault("GetMessages", Code(6), times=None)
    await let_pass(hass, freezer, timedelta(hours=71, minutes=58))
    await pass_minutes(hass, freezer, 1)
    assert states(hass, home) == [("unknown", False)]
    assert told.events == []
    await pass_minutes(hass, freezer, 1)
    assert states(hass, home) == [("unknown", True)]
    assert words(told) == ["unknown"]
    looks(gateway)
    await pass_minutes(hass, freezer, 5)
    assert looks(gateway) == 0


async def test_while_the_gateway_is_away_nobody_looks(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """The looks go on when it is back."""
    gateway.delivery_time = timedelta(minutes=200)
    await lose_answer(hass, gateway)
    await gateway.go_away(Away.ERRORS)
    watch = home.runtime_data.account.watch
    for _ in range(5):
        await home.runtime_data.coordinator.async_refresh()
    assert watch.is_away
    looks(gateway)
    await pass_minutes(hass, freezer, 30)
    assert looks(gateway) == 0
    assert told.events == []
    await gateway.come_back()
    for _ in range(60):
        await pass_minutes(hass, freezer, 1)
        if states(hass, home) == [("accepted", True)]:
            break
    assert not watch.is_away
    assert looks(gateway) == 2
    assert states(hass, home) == [("accepted", True)]


async def test_a_message_that_waited_for_days_is_found(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """It was begun long before it has left."""
    gateway.fault("SendSMS", Code(6))
    [row] = await send_sms(hass, [SARA], retry_for=72 * 60)
    assert row["status"] == "queued"
    gateway.fault("SendSMS", Code(6), times=None)
    await let_pass(hass, freezer, timedelta(hours=30))
    gateway.clear_faults()
    gateway.fault("SendSMS", Reset(processed=True))
    while states(hass, home) == [("waiting", False)]:
        await pass_minutes(hass, freezer, 1)
    assert states(hass, home) == [("unknown", False)]
    await pass_minutes(hass, freezer, 2)
    assert states(hass, home) == [("delivered", True)]
    assert received(gateway) == {SARA: 1}


@pytest.mark.parametrize(
    ("processed", "word"), [(True, "delivered"), (False, "unknown")]
)
async def test_a_power_cut_in_the_middle_of_a_request(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    processed: bool,
    word: str,
) -> None:
    """The message may have left: it is looked for after the start, and not sent again."""
    sending, held = await begin_and_hold(
        gateway, send_sms(hass, [SARA]), code=None if processed else 7
    )
    left = what_is_on_disk(hass, home.entry_id)
    held.released.set()
    await asyncio.gather(sending, return_exceptions=True)
    await power_cut(hass, home.entry_id, left)
    await reload_from_disk(hass, home)
    [row] = home.runtime_data.ledger.outgoing.unsettled.values()
    assert (row.state, row.reason) == ("unknown", "interrupted")
    looks(gateway)
    await pass_minutes(hass, freezer, 11)
    assert words(told) == [word]
    assert states(hass, home) == [(word, True)]
    assert sent_calls(gateway) == []


async def reload_from_disk(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the account up again after a power cut."""
    await set_up(hass, entry)


async def test_a_restart_in_between_loses_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """Both looks come after it, and the end is told once."""
    await lose_answer(hass, gateway, processed=False)
    await pass_minutes(hass, freezer, 5)
    await power_cut(hass, home.entry_id, what_is_on_disk(hass, home.entry_id))
    await reload_from_disk(hass, home)
    assert states(hass, home) == [("unknown", False)]
    looks(gateway)
    await pass_minutes(hass, freezer, 9)
    assert told.events == []
    await pass_minutes(hass, freezer, 1)
    assert words(told) == ["unknown"]
    assert looks(gateway) == 2
    await power_cut(hass, home.entry_id, what_is_on_disk(hass, home.entry_id))
    await reload_from_disk(hass, home)
    await pass_minutes(hass, freezer, 20)
    assert looks(gateway) == 0
    assert words(told) == ["unknown"]


@pytest.mark.parametrize(
    "state", [CoreState.stopping, CoreState.final_write, CoreState.not_running]
)
async def test_nobody_looks_while_home_assistant_stops(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    state: CoreState,
) -> None:
    """What is found out must not be told to automations that are gone."""
    await lose_answer(hass, gateway)
    looks(gateway)
    hass.set_state(state)
    await pass_minutes(hass, freezer, 2)
    assert looks(gateway) == 0
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await pass_minutes(hass, freezer, 20)
    assert looks(gateway) == 0
    assert told.events == []
    hass.set_state(CoreState.running)


async def test_a_look_that_a_reload_overtakes_tells_nothing_twice(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """The new set-up looks for itself."""
    await lose_answer(hass, gateway)
    held = Held()
    gateway.fault("GetMessages", held)
    freezer.tick(MINUTE)
    async_fire_time_changed(hass)
    await held.arrived.wait()
    # A message that comes meanwhile sets no second timer.
    await send_sms(hass, [OMID])
    await hass.config_entries.async_reload(home.entry_id)
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert words(told) == []
    await let_pass(hass, freezer, MINUTE)
    assert "delivered" in words(told)
    looks(gateway)
    await let_pass(hass, freezer, TEN_MINUTES)
    assert looks(gateway) == 0
    ours = [event for event in told.events if event["recipient"] == SARA]
    assert len(ours) == 1


async def test_a_disk_that_takes_nothing_keeps_no_end_from_being_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """It is known in memory, and a repair tells of the disk."""
    gateway.delivery_time = timedelta(minutes=5)
    await lose_answer(hass, gateway)
    with writing_fails():
        await pass_minutes(hass, freezer, 10)
    assert words(told) == ["delivered"]
    # The file tries again after a while.
    await pass_minutes(hass, freezer, 1)
    await disk_at_rest(hass)
    assert states(hass, home) == [("delivered", True)]


async def test_without_anything_unknown_nobody_looks(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """Neither after a message, nor after a reload."""
    await send_sms(hass, [SARA])
    await reload(hass, home)
    looks(gateway)
    await pass_minutes(hass, freezer, 15)
    assert looks(gateway) == 0
