"""The gate of each person: what they would get in quiet hours, in a pause or too often waits, whatever the door."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
import time
from types import SimpleNamespace
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.ledger import clock
from simulator import Account, Away, Gateway
from simulator.faults import Code, Reset
from tests.integration.conftest import (
    MINA,
    OMID,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.accounts import be_in_tehran, set_up, shut_down
from tests.integration.story.deliveries import numbers, state_of
from tests.integration.story.disk import (
    forget_memory,
    on_disk,
    power_cut,
    what_is_on_disk,
    writing_fails,
    writing_is_held,
)
from tests.integration.story.forms import call, let_pass
from tests.integration.story.people import begin_and_hold, change, received, send_sms
from tests.integration.story.told import Told
from tests.integration.story.waiting import lose_gateway

from .test_outbox import DOORS, PATTERN, Door, rows

OUTBOX: Final = "sensor.payamak_outbox"
PAUSED: Final = "switch.payamak_sara_paused"
DELIVERY: Final = "event.payamak_delivery"
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
NIGHT: Final = {"quiet_from": "23:00:00", "quiet_to": "07:00:00"}

type HomeWith = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(name="home_with")
async def home_with_fixture(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    account: Account,
    gateway_url: str,
) -> HomeWith:
    """Give what sets up a household late in the evening of Tehran, with rules for Sara and for the family."""
    await be_in_tehran(hass, freezer, "2026-11-24 22:30")
    account.patterns[PATTERN] = 2

    async def home_with(
        family: dict[str, Any] | None = None, **sara: Any
    ) -> MockConfigEntry:
        people = (
            recipient("Sara", "sara", SARA),
            recipient("امید", "omid", OMID),
            recipient("خانواده", "family", SARA, OMID, MINA),
        )
        people[0]["data"] = {**people[0]["data"], **sara}
        people[2]["data"] = {**people[2]["data"], **(family or {})}
        return await set_up(hass, make_entry(gateway_url, recipients=people))

    return home_with


async def pause(hass: HomeAssistant, *, on: bool = True) -> None:
    """Turn Sara's switch."""
    action = "turn_on" if on else "turn_off"
    await hass.services.async_call(
        "switch", action, {"entity_id": PAUSED}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_by(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: timedelta
) -> None:
    """Let time go by in steps in which everything can happen."""
    while time > timedelta():
        step = min(time, 10 * MINUTE)
        time -= step
        await let_pass(hass, freezer, step)


def texts(gateway: Gateway, number: str = SARA) -> list[str]:
    """Give the texts that reached somebody, in order."""
    return [sms.text for sms in gateway.phone(number).messages]


async def statuses(hass: HomeAssistant, recipients: object, **data: Any) -> list[str]:
    """Send, and give what is said of each recipient."""
    return [row["status"] for row in await send_sms(hass, recipients, **data)]


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("why", ["quiet hours", "pause", "limit"])
async def test_every_door_leads_through_the_gate(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    door: Door,
    why: str,
) -> None:
    """It waits on the disk, and goes out when it may; nobody has to know of the gate."""
    entry = await home_with(
        **NIGHT if why == "quiet hours" else {"hourly_limit": 1},
    )
    already = 0
    if why == "quiet hours":
        freezer.tick(HOUR)
    elif why == "pause":
        await pause(hass)
    else:
        already = 1
        await send_sms(hass, SARA, message="first")
    await door(hass)
    assert on_disk(
        hass, entry.entry_id, "SELECT count(*) FROM sms WHERE state = 'waiting'"
    ) == [(1,)]
    await hass.async_block_till_done()
    assert state_of(hass, OUTBOX) == "1"
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "queued"
    assert len(sent_calls(gateway)) == already
    if why == "pause":
        await pause(hass, on=False)
    else:
        await pass_by(hass, freezer, 8 * HOUR)
    assert len(sent_calls(gateway)) == already + 1
    assert state_of(hass, OUTBOX) == "0"


async def test_the_response_and_the_history_say_that_it_waits(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """One call may hold those who get it and those who don't yet, whatever their order."""
    await home_with()
    await pause(hass)
    response = await call(
        hass, "send_sms", message="سلام", recipients=[OMID, SARA, MINA], retry_for=0
    )
    assert (response["accepted"], response["queued"]) == (2, 1)
    assert [
        (row["recipient"], row["status"], row["error"], row["code"])
        for row in response["messages"]
    ] == [
        (OMID, "accepted", None, None),
        (SARA, "queued", None, None),
        (MINA, "accepted", None, None),
    ]
    assert received(gateway) == {OMID: 1, MINA: 1}
    assert len(sent_calls(gateway)) == 1
    [row] = await rows(hass, recipients=SARA)
    assert (row["status"], row["state"], row["error"]) == ("queued", "waiting", None)
    dry = await call(
        hass, "send_sms", message="سلام", recipients=[SARA, OMID], dry_run=True
    )
    assert (dry["parts"], dry["queued"]) == (2, 0)


async def test_urgent_ones_pass_all_of_it_and_count(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """An alarm is not held up by night, by a pause, or by what was sent before."""
    await home_with(**NIGHT, hourly_limit=1)
    freezer.tick(HOUR)
    await pause(hass)
    for number in range(3):
        assert await statuses(hass, SARA, message=f"{number}", urgent=True) == [
            "accepted"
        ]
    assert texts(gateway) == ["0", "1", "2"]
    await pause(hass, on=False)
    await pass_by(hass, freezer, 7 * HOUR)
    await send_sms(hass, SARA, message="alarm", urgent=True)
    assert await statuses(hass, SARA) == ["queued"]


async def test_quiet_hours_end_to_the_second(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Home Assistant's time zone is meant."""
    await home_with(**NIGHT)
    freezer.move_to("2026-11-24 22:59:59+03:30")
    assert await statuses(hass, SARA, message="before") == ["accepted"]
    freezer.tick(1)
    assert await statuses(hass, SARA, message="in") == ["queued"]
    assert await statuses(hass, OMID) == ["accepted"]
    freezer.move_to("2026-11-25 06:59:30+03:30")
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert texts(gateway) == ["before"]
    await let_pass(hass, freezer, timedelta(seconds=28))
    assert texts(gateway) == ["before"]
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert texts(gateway) == ["before", "in"]


async def test_an_hour_has_room_again_when_the_oldest_is_an_hour_ago(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """And what waits goes out in its order, not all at once."""
    await home_with(hourly_limit=2)
    await send_sms(hass, SARA, message="1")
    await let_pass(hass, freezer, 20 * MINUTE)
    await send_sms(hass, SARA, message="2")
    for text in "3456":
        assert await statuses(hass, SARA, message=text, retry_for=0) == ["queued"]
    assert await statuses(hass, OMID) == ["accepted"]
    await let_pass(hass, freezer, 39 * MINUTE)
    assert texts(gateway) == ["1", "2"]
    await let_pass(hass, freezer, MINUTE)
    assert texts(gateway) == ["1", "2", "3"]
    await pass_by(hass, freezer, 20 * MINUTE)
    assert texts(gateway) == ["1", "2", "3", "4"]
    await pass_by(hass, freezer, 59 * MINUTE)
    assert texts(gateway) == ["1", "2", "3", "4", "5"]
    await pass_by(hass, freezer, HOUR)
    assert texts(gateway) == ["1", "2", "3", "4", "5", "6"]


async def test_what_was_refused_takes_no_room(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Nobody got it."""
    await home_with(hourly_limit=1)
    gateway.fault("SendSMS", Code(14))
    with pytest.raises(HomeAssistantError):
        await send_sms(hass, SARA)
    assert await statuses(hass, SARA) == ["accepted"]
    assert await statuses(hass, SARA) == ["queued"]


async def test_what_is_on_its_way_takes_room(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Two at the same moment must not both get the last place."""
    await home_with(hourly_limit=2)
    first, held = await begin_and_hold(gateway, send_sms(hass, SARA, message="1"))
    assert await statuses(hass, SARA, message="2") == ["accepted"]
    assert await statuses(hass, SARA, message="3") == ["queued"]
    held.released.set()
    await first
    assert sorted(texts(gateway)) == ["1", "2"]


async def test_two_in_the_same_moment_do_not_both_get_the_last_place(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """At the door there was room for each of them."""
    await home_with(hourly_limit=1)
    both = await asyncio.gather(*(statuses(hass, SARA, message=each) for each in "12"))
    assert sorted(both) == [["accepted"], ["queued"]]
    assert len(texts(gateway)) == 1


async def test_opt_out_words_cost_no_room(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """The call is made again, one by one."""
    await home_with(hourly_limit=1)
    gateway.fault("SendSMS", Code(15))
    assert await statuses(hass, [SARA, OMID]) == ["accepted", "accepted"]
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_who_is_held_in_the_last_moment_is_not_sent_to_one_by_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """What waits in the outbox must not be in a call as well."""
    await home_with(**NIGHT)
    freezer.move_to("2026-11-24 22:59:59+03:30")
    gateway.fault("SendSMS", Code(15))
    with writing_is_held(hass) as (begun, go):
        sending = asyncio.create_task(statuses(hass, [OMID, SARA, MINA]))
        await asyncio.wait_for(begun.wait(), 5)
        freezer.tick(1)
        go.set()
        assert await sending == ["accepted", "queued", "accepted"]
    assert received(gateway) == {OMID: 1, MINA: 1}
    await pass_by(hass, freezer, 9 * HOUR)
    assert received(gateway) == {OMID: 1, MINA: 1, SARA: 1}


@pytest.mark.parametrize("queued", [False, True])
async def test_the_gate_is_looked_at_again_after_the_write(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    queued: bool,
) -> None:
    """The disk may take its time, and a gate may close meanwhile; the others get it."""
    entry = await home_with(**NIGHT)
    freezer.move_to("2026-11-24 22:59:59+03:30")
    both = [SARA, OMID]
    if queued:
        await gateway.go_away(Away.REFUSE)
        await statuses(hass, both)
        await gateway.come_back()
    with writing_is_held(hass) as (begun, go):
        sending = asyncio.create_task(statuses(hass, both)) if not queued else None
        if queued:
            entry.runtime_data.account.watch.note_answer()
        await asyncio.wait_for(begun.wait(), 5)
        freezer.tick(1)
        go.set()
        if sending:
            assert await sending == ["queued", "accepted"]
        await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == {OMID: 1}
    assert state_of(hass, OUTBOX) == "1"
    assert on_disk(
        hass, entry.entry_id, "SELECT recipient FROM sms WHERE state = 'waiting'"
    ) == [(SARA,)]
    await pass_by(hass, freezer, 8 * HOUR)
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_a_gate_that_closes_while_others_are_kept_back_is_seen(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """That is written, too, and takes its time."""
    entry = await home_with(family={"quiet_from": "23:10:00", "quiet_to": "07:00:00"})
    freezer.move_to("2026-11-24 23:09:59+03:30")
    pauses = entry.runtime_data.ledger.pauses
    with writing_is_held(hass) as (begun, go):
        sending = asyncio.create_task(statuses(hass, [SARA, OMID, *numbers(1)]))
        await asyncio.wait_for(begun.wait(), 5)
        begun.clear()
        # In memory at once, on the disk with the next transaction.
        pausing = asyncio.create_task(pauses.async_set("subentry-sara", paused=True))
        await asyncio.sleep(0)
        go.set()
        go.clear()
        await asyncio.wait_for(begun.wait(), 5)
        freezer.tick(1)
        go.set()
        assert await sending == ["queued", "queued", "accepted"]
        await pausing
    assert received(gateway) == dict.fromkeys(numbers(1), 1)
    assert state_of(hass, OUTBOX) == "2"


async def test_where_the_disk_takes_nothing_the_others_get_it_and_the_held_one_fails(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """What is in no file must not wait."""
    await home_with()
    await pause(hass)
    with writing_fails():
        found = await send_sms(hass, [SARA, *numbers(150)])
    assert [row["status"] for row in found] == ["failed"] + ["accepted"] * 150
    assert "can't wait either" in found[0]["error"]


@pytest.mark.parametrize("retry_for", [0, 5])
@pytest.mark.parametrize(("minutes", "arrives"), [(9, True), (11, False)])
async def test_what_was_held_has_ten_minutes_at_least(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    retry_for: int,
    minutes: int,
    arrives: bool,
) -> None:
    """Also what does not want to wait for the gateway; longer than that only what wants to."""
    await home_with(**NIGHT)
    freezer.tick(HOUR)
    told = Told(hass, DELIVERY)
    await send_sms(hass, SARA, message="short", retry_for=retry_for)
    await send_sms(hass, SARA, message="long", retry_for=60)
    await pass_by(hass, freezer, 7 * HOUR)
    await gateway.go_away(Away.REFUSE)
    await pass_by(hass, freezer, 30 * MINUTE)
    for _ in range(minutes):
        await let_pass(hass, freezer, MINUTE)
    await gateway.come_back()
    for _ in range(3):
        await let_pass(hass, freezer, timedelta(seconds=17))
    assert texts(gateway) == (["short", "long"] if arrives else ["long"])
    kinds = [each["event_type"] for each in told.events if each["message_id"] is None]
    assert kinds == ([] if arrives else ["not_sent"])


async def test_nothing_is_held_for_more_than_a_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Then it has the time that it wants to wait, and is given up: that is told."""
    await home_with()
    await pause(hass)
    told = Told(hass, DELIVERY)
    await send_sms(hass, SARA, retry_for=30)
    await pass_by(hass, freezer, 24 * HOUR + 29 * MINUTE)
    assert state_of(hass, OUTBOX) == "1"
    await pass_by(hass, freezer, 2 * MINUTE)
    assert state_of(hass, OUTBOX) == "0"
    assert [each["event_type"] for each in told.events] == ["not_sent"]
    await pause(hass, on=False)
    assert received(gateway) == {}


async def hold_for_a_day(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway
) -> None:
    """Let Sara get what was held for more than a day."""
    await pause(hass)
    await send_sms(hass, SARA, retry_for=120)
    await pass_by(hass, freezer, 25 * HOUR)
    await pause(hass, on=False)
    assert received(gateway) == {SARA: 1}
    freezer.tick(MINUTE)


async def test_what_was_held_for_a_day_is_not_taken_for_an_equal_one_that_was_lost(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """The sent box shows the one that arrived, and not the one that never left."""
    entry = await home_with()
    await hold_for_a_day(hass, freezer, gateway)
    gateway.fault("SendSMS", Reset(processed=False))
    with pytest.raises(HomeAssistantError):
        await send_sms(hass, SARA)
    await entry.runtime_data.account.watch.async_ask()
    for _ in range(12):
        await pass_by(hass, freezer, MINUTE)
    assert [row["state"] for row in await rows(hass)] == ["delivered", "unknown"]
    assert received(gateway) == {SARA: 1}


async def test_what_was_held_for_a_day_is_not_taken_for_an_equal_one_that_waits(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """After a restart the sent box shows the one that arrived; the other one must still leave."""
    entry = await home_with()
    await hold_for_a_day(hass, freezer, gateway)
    await lose_gateway(hass, gateway)
    assert await statuses(hass, SARA) == ["queued"]
    await power_cut(hass, entry.entry_id, what_is_on_disk(hass, entry.entry_id))
    await gateway.come_back()
    await set_up(hass, entry)
    await pass_by(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 2}


async def test_newer_ones_wait_behind_what_is_held(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Whoever is not paused any more gets all of it in its order."""
    await home_with()
    await pause(hass)
    await send_sms(hass, SARA, message="1", retry_for=0)
    await lose_gateway(hass, gateway)
    await pause(hass, on=False)
    await send_sms(hass, SARA, message="2")
    await send_sms(hass, SARA, message="3")
    await gateway.come_back()
    for _ in range(3):
        await let_pass(hass, freezer, timedelta(seconds=17))
    assert texts(gateway) == ["1", "2", "3"]


@pytest.mark.parametrize("rule", ["quiet hours", "pause"])
async def test_a_number_of_several_recipients_passes_the_gates_of_all(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith, rule: str
) -> None:
    """The family's night is Sara's as well, and Sara's pause is hers alone."""
    hours = {"quiet_from": "22:00:00", "quiet_to": "23:00:00"}
    await home_with(family=hours if rule == "quiet hours" else {})
    if rule == "pause":
        await pause(hass)
    expected = ["queued", "queued" if rule == "quiet hours" else "accepted"]
    assert await statuses(hass, ["Sara", "امید"]) == expected
    assert await statuses(hass, "09350000009") == ["accepted"]


@pytest.mark.parametrize(
    "end", ["other hours", "no hours", "another number", "removed"]
)
async def test_what_is_held_goes_out_when_the_rules_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    end: str,
) -> None:
    """Nobody has to send it again; and it is not too old, as it could not have gone before."""
    entry = await home_with(**NIGHT)
    freezer.tick(HOUR)
    await send_sms(hass, SARA, retry_for=0)
    await pass_by(hass, freezer, 3 * HOUR)
    assert received(gateway) == {}
    sara = "subentry-sara"
    if end == "other hours":
        await change(hass, entry, sara, quiet_to="02:00:00")
    elif end == "another number":
        await change(hass, entry, sara, numbers=[OMID])
    elif end == "removed":
        hass.config_entries.async_remove_subentry(entry, sara)
    else:
        subentry = entry.subentries[sara]
        data = {key: subentry.data[key] for key in ("name", "numbers", "slug")}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == {SARA: 1}


async def test_the_switch_shows_and_sets_the_pause_of_one_person(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """What waits goes out as soon as it is off."""
    await home_with()
    assert state_of(hass, PAUSED) == "off"
    await pause(hass)
    assert state_of(hass, PAUSED) == "on"
    assert state_of(hass, "switch.payamak_omid_paused") == "off"
    assert await statuses(hass, ["Sara", "امید"]) == ["queued", "accepted"]
    await pause(hass, on=False)
    assert state_of(hass, PAUSED) == "off"
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_a_pause_ends_with_the_recipient(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Whoever is added again is not paused."""
    entry = await home_with()
    await pause(hass)
    await send_sms(hass, SARA)
    subentry = entry.subentries["subentry-sara"]
    hass.config_entries.async_remove_subentry(entry, "subentry-sara")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == {SARA: 1}
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await statuses(hass, SARA) == ["accepted"]


@pytest.mark.parametrize("how", ["reload", "restart", "power cut"])
async def test_a_pause_and_what_it_holds_outlive_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    how: str,
) -> None:
    """Nothing leaves before the pause is known."""
    entry = await home_with()
    await pause(hass)
    await send_sms(hass, SARA, retry_for=0)
    left = what_is_on_disk(hass, entry.entry_id)
    if how == "power cut":
        await power_cut(hass, entry.entry_id, left)
    else:
        await hass.config_entries.async_unload(entry.entry_id)
        if how == "restart":
            await forget_memory(hass)
    await pass_by(hass, freezer, 2 * HOUR)
    await set_up(hass, entry)
    await pass_by(hass, freezer, HOUR)
    assert received(gateway) == {}
    assert state_of(hass, PAUSED) == "on"
    assert await statuses(hass, SARA, message="2") == ["queued"]
    await pause(hass, on=False)
    assert len(texts(gateway)) == 2


async def test_the_hour_is_counted_over_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """What left before it counts."""
    entry = await home_with(hourly_limit=1)
    await send_sms(hass, SARA, message="1")
    await send_sms(hass, SARA, message="2", retry_for=0)
    await shut_down(hass, entry)
    freezer.tick(30 * MINUTE)
    await set_up(hass, entry)
    await pass_by(hass, freezer, 28 * MINUTE)
    assert texts(gateway) == ["1"]
    assert await statuses(hass, SARA, message="3") == ["queued"]
    await pass_by(hass, freezer, 3 * MINUTE)
    assert texts(gateway) == ["1", "2"]


@pytest.mark.parametrize(("minutes", "arrives"), [(5, True), (15, False)])
async def test_patience_counts_from_the_end_of_the_night_also_while_nothing_runs(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    minutes: int,
    arrives: bool,
) -> None:
    """It might have gone at seven."""
    entry = await home_with(**NIGHT)
    freezer.tick(HOUR)
    await send_sms(hass, SARA, retry_for=10)
    await shut_down(hass, entry)
    freezer.move_to("2026-11-25 07:00:00+03:30")
    freezer.tick(minutes * MINUTE)
    await set_up(hass, entry)
    await pass_by(hass, freezer, 2 * MINUTE)
    assert received(gateway) == ({SARA: 1} if arrives else {})


async def test_patience_counts_from_the_end_of_a_pause_over_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """It is known when somebody was resumed."""
    entry = await home_with()
    await pause(hass)
    await send_sms(hass, SARA, retry_for=30)
    await pass_by(hass, freezer, 2 * HOUR)
    await lose_gateway(hass, gateway)
    await pause(hass, on=False)
    await shut_down(hass, entry)
    freezer.tick(20 * MINUTE)
    await set_up(hass, entry)
    await gateway.come_back()
    await pass_by(hass, freezer, 5 * MINUTE)
    assert received(gateway) == {SARA: 1}


async def test_a_wall_clock_that_jumps_makes_nothing_old(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At a start, a computer may be hours behind; then it is set right, and the night is over."""
    await home_with(**NIGHT)
    freezer.tick(HOUR)
    await send_sms(hass, SARA, retry_for=0)
    await pass_by(hass, freezer, HOUR)
    stands = SimpleNamespace(monotonic=lambda now=time.monotonic(): now)
    monkeypatch.setattr(clock, "time", stands)
    await let_pass(hass, freezer, 8 * HOUR)
    assert received(gateway) == {SARA: 1}
