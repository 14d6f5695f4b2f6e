"""Those who wait until messages have come to their end, and what they hear."""

import asyncio
from collections.abc import Mapping

from ..gateway import SmsState


class DeliveryWait:
    """One caller's waiting: what is known so far, and for which messages it is still open."""

    def __init__(self, states: Mapping[str, SmsState]) -> None:
        """Begin with what is known already; messages of which nothing is known are not in it."""
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
        """Hear of an end, which may be another's."""
        if message_id not in self.open:
            return
        self.states[message_id] = state
        self.open.remove(message_id)
        if not self.open:
            self.give_up()

    def give_up(self) -> None:
        """Go on with what is known."""
        self._over.set()

    async def async_wait(self) -> None:
        """Return once there is nothing more to wait for."""
        await self._over.wait()


class DeliveryWaits:
    """All who wait at the moment; several may wait for the same message."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._waits: list[DeliveryWait] = []
        self._closed = False

    def __contains__(self, message_id: str) -> bool:
        """Tell whether somebody waits for a message."""
        return any(message_id in wait.open for wait in self._waits)

    def begin(self, states: Mapping[str, SmsState]) -> DeliveryWait:
        """Let somebody begin to wait, given what is known by now."""
        wait = DeliveryWait(states)
        self._waits.append(wait)
        if self._closed:
            wait.give_up()
        return wait

    async def async_finish(
        self, wait: DeliveryWait, seconds: float
    ) -> Mapping[str, SmsState]:
        """Return what is known when all have come to their end, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await wait.async_wait()
        except TimeoutError:
            pass
        finally:
            self._waits.remove(wait)
        return wait.states

    def end(self, message_id: str, state: SmsState) -> None:
        """Tell all of an end."""
        for wait in self._waits:
            wait.end(message_id, state)

    def close(self) -> None:
        """Keep nobody waiting any longer: nothing will be asked any more."""
        self._closed = True
        for wait in self._waits:
            wait.give_up()
