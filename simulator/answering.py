"""The answers that phones write by themselves, each at its moment on the gateway's clock."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from .messages import Clock, Sms
from .phones import Phone

# Where the clock stands still, what is nearly due must not keep the loop busy.
_SHORTEST_WAIT = 0.01

type Receive = Callable[[str, str, str, datetime], object]


class _Written(NamedTuple):
    """An answer that leaves the phone at a moment, or as soon as the phone is on after it."""

    line: str
    text: str
    at: datetime


@dataclass
class _Watched:
    """A phone that answers, what is on the way to it, and what is on the way from it."""

    phone: Phone
    coming: list[Sms]
    written: list[_Written] = field(default_factory=list)

    def read(self, now: datetime) -> None:
        """Let it answer to what it got meanwhile, in the order in which that came."""
        ended = [sms for sms in self.coming if sms.settled_at <= now]
        self.coming = [sms for sms in self.coming if sms.settled_at > now]
        for sms in sorted(ended, key=lambda sms: sms.settled_at):
            if sms.delivered and (answer := self.phone.answer_to(sms.text)):
                self.written.append(
                    _Written(sms.sender, answer.text, sms.settled_at + answer.after)
                )

    def leaving(self) -> Iterator[tuple[datetime, _Written]]:
        """Give the answers that leave it, and when; not what waits until it is on."""
        for written in self.written:
            if (moment := self.phone.reachable_from(written.at)) is not None:
                yield moment, written

    def moments(self) -> Iterator[datetime]:
        """Give the moments at which there is something to do."""
        yield from (sms.settled_at for sms in self.coming)
        yield from (moment for moment, _ in self.leaving())


class Answering:
    """Watches the phones that answer, and has their answers come in."""

    def __init__(self, now: Clock, receive: Receive) -> None:
        """Watch nothing."""
        self._now = now
        self._receive = receive
        self._watched: dict[str, _Watched] = {}
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    def watch(self, phone: Phone) -> None:
        """Answer by the phone's rule from now on, also to what is on the way to it; forget what it wrote before."""
        self._watched.pop(phone.number, None)
        if phone.answer is not None:
            coming = [sms for sms in phone.messages if not sms.settled]
            self._watched[phone.number] = _Watched(phone, coming)
        self.wake()

    def sent(self, sms: Sms) -> None:
        """Note an SMS that left for a phone."""
        if watched := self._watched.get(sms.recipient):
            watched.coming.append(sms)
            self.wake()

    def catch_up(self) -> None:
        """Have all answers come in that are due, in the order of their moments."""
        now = self._now()
        due = []
        for watched in self._watched.values():
            watched.read(now)
            due += [
                (moment, watched, written)
                for moment, written in watched.leaving()
                if moment <= now
            ]
        for moment, watched, written in sorted(due, key=lambda each: each[0]):
            watched.written.remove(written)
            self._receive(written.line, watched.phone.number, written.text, moment)

    @property
    def next_moment(self) -> datetime | None:
        """The next moment at which there is something to do."""
        watched = self._watched.values()
        return min(
            (moment for each in watched for moment in each.moments()), default=None
        )

    def clear(self) -> None:
        """Watch nothing any more."""
        self._watched.clear()

    def wake(self) -> None:
        """Look at the clock and the phones soon."""
        self._changed.set()

    async def start(self) -> None:
        """Follow the clock from now on."""
        await self.stop()
        self._changed = asyncio.Event()
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Follow the clock no longer."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
            self._following = None

    async def _follow(self) -> None:
        while True:
            self.catch_up()
            seconds = None
            if (moment := self.next_moment) is not None:
                left = (moment - self._now()).total_seconds()
                seconds = max(left, _SHORTEST_WAIT)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            self._changed.clear()
