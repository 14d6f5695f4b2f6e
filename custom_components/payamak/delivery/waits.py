"""Actions that wait until the state of their messages is final."""

import asyncio
from collections.abc import Mapping

from ..gateway import SmsState


class DeliveryWait:
    """One waiting action: the states so far, and the messages whose state is still open."""

    def __init__(self, states: Mapping[str, SmsState]) -> None:
        """Begin with the states that are known; messages without one are not in it."""
        self.states = dict(states)
        self.open = {
            message_id
            for message_id, state in states.items()
            if state is SmsState.ACCEPTED
        }
        self._over = asyncio.Event()
        if not self.open:
            self.give_up()

    def end(self, message_id: str, state: SmsState) -> None:
        """Take a final state; that of a message which is not waited for changes nothing."""
        if message_id not in self.open:
            return
        self.states[message_id] = state
        self.open.remove(message_id)
        if not self.open:
            self.give_up()

    def give_up(self) -> None:
        """End the waiting with the states that are known."""
        self._over.set()

    async def async_wait(self) -> None:
        """Return once there is nothing left to wait for."""
        await self._over.wait()


class DeliveryWaits:
    """All actions that wait at the moment; several may wait for the same message."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waits: list[DeliveryWait] = []
        self._closed = False

    def __contains__(self, message_id: str) -> bool:
        """Tell whether an action waits for a message."""
        return any(message_id in wait.open for wait in self._waits)

    def begin(self, states: Mapping[str, SmsState]) -> DeliveryWait:
        """Begin to wait, given the states that are known."""
        wait = DeliveryWait(states)
        self._waits.append(wait)
        if self._closed:
            wait.give_up()
        return wait

    async def async_finish(
        self, wait: DeliveryWait, seconds: float
    ) -> Mapping[str, SmsState]:
        """Return the states once all of them are final, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await wait.async_wait()
        except TimeoutError:
            pass
        finally:
            self._waits.remove(wait)
        return wait.states

    def end(self, message_id: str, state: SmsState) -> None:
        """Report a final state to all that wait."""
        for wait in self._waits:
            wait.end(message_id, state)

    def close(self) -> None:
        """End all waiting, now and later: no questions will be asked any more."""
        self._closed = True
        for wait in self._waits:
            wait.give_up()
