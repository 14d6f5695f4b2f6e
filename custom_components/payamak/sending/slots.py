"""How many calls are made at a time, and who gets the next free slot."""

import asyncio
from collections import deque
from typing import Final

_FOR_ALL: Final = 3
_FOR_URGENT: Final = 1


class Slots:
    """A few slots for all calls, and one more for urgent ones, which also get the next free one of the others."""

    def __init__(self) -> None:
        """Begin with all slots free."""
        self._free = _FOR_ALL + _FOR_URGENT
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    async def acquire(self, *, urgent: bool) -> None:
        """Return once a slot is taken."""
        queue = self._urgent if urgent else self._others
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._give()
        try:
            await turn
        except asyncio.CancelledError:
            # A turn that is cancelled before it came stays in the queue, and is passed over.
            if not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back."""
        self._free += 1
        self._give()

    def _give(self) -> None:
        for queue, kept_free in ((self._urgent, 0), (self._others, _FOR_URGENT)):
            while queue and self._free > kept_free:
                turn = queue.popleft()
                if not turn.cancelled():
                    self._free -= 1
                    turn.set_result(None)
