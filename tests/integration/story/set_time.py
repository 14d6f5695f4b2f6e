"""A time that a test sets, for what is tried without a Home Assistant: the timers ring when it lets them, and tasks are real."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from custom_components.payamak.sending import timer

from .turns import turns


class SetTime:
    """The clock and the tasks of a world made by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, time: float = 0.0) -> None:
        """Begin at a time, with no timer and no task."""
        self.time = time
        self.timers: list[tuple[float, Callable[[Any], None]]] = []
        self.tasks: list[asyncio.Task[Any]] = []
        monkeypatch.setattr(timer, "async_call_later", self._call_later)

    async def let_pass(self, seconds: float) -> None:
        """Let time go by, and the timers that are due."""
        self.time += seconds
        for each in [each for each in self.timers if each[0] <= self.time]:
            self.timers.remove(each)
            each[1](None)
        await turns()

    @property
    def sleeps(self) -> list[float]:
        """Return in how many seconds somebody looks again."""
        return [round(due - self.time, 6) for due, _ in self.timers]

    def async_create_task(
        self, work: Coroutine[Any, Any, Any], _name: str, *, eager_start: bool = True
    ) -> asyncio.Task[Any]:
        """Begin a task."""
        loop = asyncio.get_running_loop()
        task = asyncio.Task(work, loop=loop, eager_start=eager_start)
        self.tasks.append(task)
        return task

    def _call_later(self, hass: Any, delay: float, job: Any) -> Callable[[], None]:
        assert hass is self
        assert job.cancel_on_shutdown is True
        assert job.name
        due = (self.time + delay, job.target)
        self.timers.append(due)
        return lambda: self.timers.remove(due)
