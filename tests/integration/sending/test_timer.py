"""A timer rings once, and only at the time that it was given last."""

from typing import Any

import pytest

from custom_components.payamak.sending.timer import Timer
from tests.integration.story.set_time import SetTime


class World(SetTime):
    """A timer, and how often it rang."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a timer that does not run."""
        super().__init__(monkeypatch)
        self.rang: list[float] = []
        this: Any = self
        self.timer = Timer(this, "test", lambda: self.rang.append(self.time))


@pytest.fixture(name="world")
def world_fixture(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a timer in a time that the test sets."""
    return World(monkeypatch)


async def test_it_rings_once(world: World) -> None:
    """And runs no more afterwards."""
    assert world.timer.is_running is False
    world.timer.start(5)
    assert world.timer.is_running is True
    await world.let_pass(4)
    assert world.rang == []
    await world.let_pass(1)
    assert world.rang == [5]
    assert world.timer.is_running is False
    await world.let_pass(60)
    assert world.rang == [5]


async def test_the_last_start_is_that_which_counts(world: World) -> None:
    """One timer has one time."""
    world.timer.start(5)
    world.timer.start(10)
    assert world.sleeps == [10]
    await world.let_pass(5)
    assert world.rang == []
    await world.let_pass(5)
    assert world.rang == [10]


async def test_what_is_stopped_does_not_ring(world: World) -> None:
    """It can be stopped twice, and started again."""
    world.timer.stop()
    world.timer.start(5)
    world.timer.stop()
    assert world.timer.is_running is False
    assert world.sleeps == []
    world.timer.stop()
    await world.let_pass(5)
    assert world.rang == []
    world.timer.start(5)
    await world.let_pass(5)
    assert world.rang == [10]


async def test_it_is_over_before_it_rings(world: World) -> None:
    """Who is rung for may start it again."""
    this: Any = world
    seen: list[bool] = []

    def ring() -> None:
        seen.append(timer.is_running)
        timer.start(7)

    timer = Timer(this, "test", ring)
    timer.start(5)
    await world.let_pass(5)
    assert seen == [False]
    assert timer.is_running is True
    assert world.sleeps == [7]
    timer.stop()
    assert world.sleeps == []
