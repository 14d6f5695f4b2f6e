"""Messages whose answer was lost: when they are looked for, how often, and what is told of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.payamak.gateway import (
    CredentialsError,
    RejectedError,
    SmsState,
    UncertainError,
)
from tests.integration.story.turns import turns

from .around_settler import World


@pytest.fixture(name="world")
async def world_fixture(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Give the world of a settler; nothing is under way in the end."""
    world = World(monkeypatch)
    yield world
    world.reading.set()
    world.telling.set()
    world.settler.async_stop()
    await turns()


def times(world: World) -> list[float]:
    """Give when it looked since the last time."""
    found = [at for at, _ in world.looks]
    world.looks.clear()
    return found


async def test_where_nothing_was_lost_it_does_not_look(world: World) -> None:
    """It does when something is."""
    await world.start()
    assert world.sleeps == []
    world.lose(1)
    await world.happen("change")
    assert world.sleeps == [60]


async def test_it_looks_after_a_minute_and_after_ten(world: World) -> None:
    """Then it tells that nobody knows, and looks no more."""
    world.lose(1)
    await world.start()
    await world.let_pass(59)
    assert times(world) == []
    await world.let_pass(1)
    assert times(world) == [60]
    assert (world.ends, world.sleeps) == ([], [540])
    await world.let_pass(540)
    assert times(world) == [600]
    assert world.ends == [("unknown", ["sms-1"]), ("told", ["sms-1"])]
    assert world.sleeps == []


async def test_what_is_shown_was_accepted(world: World) -> None:
    """That is all that is known where its counts say nothing, also in the end."""
    row = world.lose(1)
    world.show(1)
    await world.start()
    await world.let_pass(60)
    assert world.ends == [("found", ["sms-1"])]
    assert row.state is SmsState.ACCEPTED
    await world.let_pass(540)
    assert world.ends == [("found", ["sms-1"]), ("accepted", ["sms-1"])]
    assert world.sleeps == []


async def test_what_was_accepted_without_an_id_is_not_found_anew(world: World) -> None:
    """Its counts are looked for alone."""
    world.lose(1, SmsState.ACCEPTED)
    world.show(1)
    await world.start()
    await world.let_pass(60)
    await world.let_pass(540)
    assert world.ends == [("accepted", ["sms-1"])]


@pytest.mark.parametrize(
    ("counts", "state"),
    [({"delivered": 1}, "delivered"), ({"failed": 1}, "undelivered")],
)
async def test_what_the_counts_say_is_told_at_once(
    world: World, counts: dict[str, int], state: str
) -> None:
    """The others are looked for once more."""
    for number in (1, 2):
        world.lose(number)
    world.show(1, **counts)
    world.show(2)
    await world.start()
    await world.let_pass(60)
    assert world.ends == [
        ("found", ["sms-1", "sms-2"]),
        (state, ["sms-1"]),
        ("told", ["sms-1"]),
    ]
    world.ends.clear()
    await world.let_pass(540)
    assert world.ends == [("accepted", ["sms-2"])]


async def test_each_is_looked_for_in_its_own_time(world: World) -> None:
    """What is due in a moment is looked for at once, and as far back as it left."""
    world.lose(1)
    await world.start()
    await world.let_pass(0.5)
    world.lose(2)
    await world.happen("change")
    await world.let_pass(20)
    world.lose(3)
    await world.happen("change")
    assert world.sleeps == [39.5]
    await world.let_pass(39.5)
    assert world.looks == [(60, 0)]
    assert world.sleeps == [20.5]
    await world.let_pass(20.5)
    assert world.looks[1:] == [(80.5, 20.5)]


async def test_what_is_due_in_a_second_has_a_look_of_its_own(world: World) -> None:
    """It looks no more often than that."""
    world.lose(1)
    await world.start()
    await world.let_pass(1)
    world.lose(2)
    await world.happen("change")
    await world.let_pass(59)
    assert world.looks == [(60, 0)]
    assert world.sleeps == [1]


async def test_it_looks_once_a_second_at_most(world: World) -> None:
    """However long something has been due."""
    world.is_away = True
    world.lose(1)
    await world.start()
    assert world.sleeps == []
    world.time = 500.0
    world.is_away = False
    await world.happen("gateway")
    assert world.sleeps == [1]


@pytest.mark.parametrize("why", ["away", "login"])
async def test_it_does_not_look_where_that_would_be_in_vain(
    world: World, why: str
) -> None:
    """It does as soon as it can."""
    world.is_away = why == "away"
    world.credentials_error = CredentialsError("no") if why == "login" else None
    world.lose(1)
    await world.start()
    assert world.sleeps == []
    world.is_away, world.credentials_error = False, None
    await world.happen("gateway")
    assert world.sleeps == [60]
    world.is_away = True
    await world.happen("gateway")
    assert world.sleeps == []


async def test_what_is_settled_otherwise_is_not_looked_for(world: World) -> None:
    """Should it be lost again, it is looked for anew."""
    row = world.lose(1)
    await world.start()
    await world.let_pass(60)
    times(world)
    world.unsettled.clear()
    await world.happen("change")
    assert world.sleeps == []
    world.unsettled[row.sms_id] = row
    await world.happen("change")
    assert world.sleeps == [60]


async def test_what_is_settled_right_before_the_look_needs_none(world: World) -> None:
    """The timer has begun it already."""
    world.lose(1)
    await world.start()
    world.unsettled.clear()
    await world.let_pass(60)
    assert times(world) == []
    assert world.sleeps == []


async def test_home_assistant_that_ends_is_told_nothing(world: World) -> None:
    """Neither is looked, nor is it noted what was found."""
    world.lose(1)
    world.show(1)
    await world.start()
    world.is_running = False
    await world.let_pass(60)
    assert times(world) == []
    world.is_running = True
    await world.let_pass(1)
    times(world)
    world.ends.clear()
    world.lose(2)
    world.show(2)
    await world.happen("change")
    world.reading.clear()
    await world.let_pass(60)
    world.is_running = False
    world.reading.set()
    await turns()
    assert world.ends == []


async def test_after_the_stop_nothing_is_looked_for_or_noted(world: World) -> None:
    """The next set-up looks for itself, and automations hear what it finds."""
    world.lose(1)
    world.show(1)
    await world.start()
    assert set(world.listeners) == {"gateway", "change"}
    world.reading.clear()
    await world.let_pass(60)
    assert list(world.settler.under_way) == []
    world.settler.async_stop()
    world.reading.set()
    await turns()
    assert (world.ends, world.listeners, world.sleeps) == ([], {}, [])


async def test_a_stop_ends_the_sleep(world: World) -> None:
    """No timer is left."""
    world.lose(1)
    await world.start()
    world.settler.async_stop()
    assert world.sleeps == []
    world.settler.async_stop()


async def test_what_is_being_noted_at_the_stop_is_waited_for(world: World) -> None:
    """Entities are there as long."""
    world.lose(1)
    world.show(1, delivered=1)
    await world.start()
    world.telling.clear()
    await world.let_pass(60)
    [work] = world.settler.under_way
    world.settler.async_stop()
    world.telling.set()
    await asyncio.wait_for(work, 1)
    await turns()
    assert world.ends[-1] == ("told", ["sms-1"])
    assert list(world.settler.under_way) == []


async def test_a_look_that_is_not_answered_yet_is_not_waited_for(
    world: World,
) -> None:
    """Though another one has been noted before: the next set-up looks for itself."""
    world.lose(1)
    await world.start()
    await world.let_pass(60)
    world.reading.clear()
    await world.let_pass(540)
    assert len(world.looks) == 2
    assert list(world.settler.under_way) == []


async def test_it_looks_once_at_a_time(world: World) -> None:
    """What happens meanwhile is taken up afterwards."""
    world.lose(1)
    await world.start()
    world.reading.clear()
    await world.let_pass(60)
    world.lose(2)
    await world.happen("change")
    assert world.sleeps == []
    world.reading.set()
    await turns()
    assert times(world) == [60]
    assert world.sleeps == [60]


@pytest.mark.parametrize(
    "fails",
    [UncertainError("lost"), RuntimeError("a mistake of ours"), None],
    ids=["box", "mistake", "book"],
)
async def test_a_box_that_can_not_be_read_is_tried_again_in_a_minute(
    world: World, caplog: pytest.LogCaptureFixture, fails: Exception | None
) -> None:
    """As long as it takes; that is no look. The log tells of what nobody expects."""
    world.lose(1)
    await world.start()
    world.box_fails = fails
    world.book_fails = fails is None
    await world.let_pass(60)
    assert world.sleeps == [60]
    await world.let_pass(60)
    assert times(world) == [60, 120]
    told_of = caplog.text.count("Unexpected trouble with the sent box")
    assert told_of == (2 if isinstance(fails, RuntimeError) else 0)
    world.box_fails, world.book_fails = None, False
    world.show(1)
    await world.let_pass(60)
    assert world.ends == [("found", ["sms-1"])]
    assert world.sleeps == [600 - 180]


async def test_trouble_at_the_last_look_is_made_up_for_a_minute_later(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Else nobody would hear of what was lost; and the gateway is not asked each second."""
    world.lose(1)
    await world.start()
    await world.let_pass(60)
    world.ends_fail = RuntimeError("a mistake of ours")
    await world.let_pass(540)
    assert "Unexpected trouble with the sent box" in caplog.text
    assert world.ends == []
    assert world.sleeps == [60]
    world.ends_fail = None
    await world.let_pass(60)
    assert times(world) == [60, 600, 660]
    assert world.ends == [("unknown", ["sms-1"]), ("told", ["sms-1"])]


async def test_a_look_that_is_cut_off_is_made_up_for_at_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """That is no trouble."""
    world.lose(1)
    await world.start()
    world.reading.clear()
    await world.let_pass(60)
    world.tasks[-1].cancel()
    await turns()
    assert world.sleeps == [1]
    assert "trouble" not in caplog.text


async def test_after_three_days_nobody_will_ever_know(world: World) -> None:
    """It is told then; what was lost later is still looked for."""
    world.lose(1)
    await world.start()
    world.box_fails = UncertainError("lost")
    await world.let_pass(72 * 3600 - 1)
    world.lose(2)
    await world.happen("change")
    assert world.ends == []
    await world.let_pass(60)
    assert world.ends == [("unknown", ["sms-1"]), ("told", ["sms-1"])]
    assert world.sleeps == [60]


async def test_three_days_are_over_with_their_last_second(world: World) -> None:
    """Home Assistant may have slept until then."""
    world.lose(1)
    await world.start()
    world.box_fails = UncertainError("lost")
    await world.let_pass(72 * 3600)
    assert world.ends == [("unknown", ["sms-1"]), ("told", ["sms-1"])]


async def test_a_panel_that_offers_no_sent_box_shows_nothing(world: World) -> None:
    """After two looks that is final."""
    world.lose(1)
    await world.start()
    world.box_fails = RejectedError("no", 9)
    await world.let_pass(60)
    await world.let_pass(540)
    assert world.ends == [("unknown", ["sms-1"]), ("told", ["sms-1"])]
