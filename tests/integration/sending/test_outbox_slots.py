"""How many calls are under way at a time, and who gets the next free slot."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from custom_components.payamak.sending.slots import Slots


class Queue:
    """Notes who got a slot, in order."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.slots = Slots()
        self.got: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, names: Iterable[str]) -> None:
        """Let some ask for a slot one after the other; a capital letter is urgent."""
        for name in names:
            self.tasks[name] = asyncio.create_task(self._take(name))
            await turns()

    async def release(self) -> None:
        """Give one slot back."""
        self.slots.release()
        await turns()

    async def _take(self, name: str) -> None:
        await self.slots.acquire(urgent=name.isupper())
        self.got.append(name)


async def turns() -> None:
    """Let everybody who can go on do so."""
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.fixture(name="queue")
async def queue_fixture() -> AsyncIterator[Queue]:
    """Give slots that are all free; whoever still waits for one in the end gives up."""
    queue = Queue()
    yield queue
    for task in queue.tasks.values():
        task.cancel()
    await turns()


async def test_three_get_a_slot_and_one_is_kept_for_urgent_ones(queue: Queue) -> None:
    """However many others wait."""
    await queue.come("abcd")
    assert queue.got == ["a", "b", "c"]
    await queue.come("XY")
    assert queue.got == ["a", "b", "c", "X"]


async def test_urgent_ones_get_every_slot(queue: Queue) -> None:
    """There are four in all."""
    await queue.come("VWXYZ")
    assert queue.got == ["V", "W", "X", "Y"]


async def test_the_next_slot_goes_to_urgent_ones_and_then_to_the_oldest(
    queue: Queue,
) -> None:
    """In between, one comes free that is kept for urgent ones."""
    await queue.come("abcdeXYZ")
    for after in (["Y"], ["Z"], [], ["d"], ["e"]):
        before = [*queue.got]
        await queue.release()
        assert queue.got == [*before, *after]


async def test_an_urgent_one_takes_the_kept_slot_as_soon_as_it_comes(
    queue: Queue,
) -> None:
    """Others wait for it in vain."""
    await queue.come("abcXd")
    await queue.release()
    await queue.come("eY")
    assert queue.got == ["a", "b", "c", "X", "Y"]


async def test_whoever_gives_up_waiting_takes_no_slot(queue: Queue) -> None:
    """The next one gets it."""
    await queue.come("abcdef")
    queue.tasks["d"].cancel()
    await turns()
    assert queue.tasks["d"].cancelled()
    await queue.release()
    assert queue.got == ["a", "b", "c", "e"]
    await queue.release()
    assert queue.got == ["a", "b", "c", "e", "f"]


async def test_a_slot_that_comes_free_right_after_its_next_one_gave_up_goes_on(
    queue: Queue,
) -> None:
    """Whoever gave up does not know of it yet."""
    await queue.come("abcde")
    queue.tasks["d"].cancel()
    queue.slots.release()
    await turns()
    assert queue.tasks["d"].cancelled()
    assert queue.got == ["a", "b", "c", "e"]


async def test_whoever_gives_up_right_after_its_turn_came_gives_the_slot_back(
    queue: Queue,
) -> None:
    """The next one gets it, and it is lost to nobody."""
    await queue.come("abcde")
    queue.slots.release()
    queue.tasks["d"].cancel()
    await turns()
    assert queue.tasks["d"].cancelled()
    assert queue.got == ["a", "b", "c", "e"]
    await queue.come("f")
    assert "f" not in queue.got
    await queue.release()
    assert queue.got == ["a", "b", "c", "e", "f"]
