"""Coroutines that are led by hand: each stops where the disk or the gateway would be waited for."""

from collections.abc import Awaitable, Coroutine, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, override

# More than any task needs: one that takes more goes round in circles.
_MOST_STEPS: Final = 4000


class _Pause(Awaitable[None]):
    """A moment in which anything may happen."""

    @override
    def __await__(self) -> Generator[None]:
        yield


def pause() -> Awaitable[None]:
    """Return what lets all others go on first."""
    return _Pause()


@dataclass(slots=True, eq=False)
class Task:
    """A coroutine that was begun."""

    coroutine: Coroutine[Any, Any, Any]
    done: bool = False

    def go_on(self) -> None:
        """Take one step."""
        try:
            self.coroutine.send(None)
        except StopIteration:
            self.done = True


@dataclass(slots=True, frozen=True)
class Together(Awaitable[None]):
    """Several coroutines that take their first steps at once, and go on at the same time."""

    coroutines: Sequence[Coroutine[Any, Any, Any]]

    @override
    def __await__(self) -> Generator[None]:
        left = [Task(each) for each in self.coroutines]
        try:
            while True:
                for each in left:
                    each.go_on()
                left = [each for each in left if not each.done]
                if not left:
                    return
                yield
        finally:
            for each in left:
                each.coroutine.close()


class Steps:
    """All that is under way in a home; one step after the other, each in its turn."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._tasks: list[Task] = []
        self.taken = 0

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> Task:
        """Begin something, which takes its first step with the others."""
        task = Task(coroutine)
        self._tasks.append(task)
        return task

    def work(self, steps: int = _MOST_STEPS) -> None:
        """Take so many steps, or all that there are."""
        for _ in range(steps):
            if not self._tasks:
                return
            task = self._tasks.pop(0)
            task.go_on()
            self.taken += 1
            if not task.done:
                self._tasks.append(task)
        if steps == _MOST_STEPS and self._tasks:
            raise AssertionError("Something goes round in circles")

    def drop(self) -> None:
        """End all at once, wherever it is."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.coroutine.close()
