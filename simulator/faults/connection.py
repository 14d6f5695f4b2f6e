"""Faults of the connection: it breaks, hangs, or carries too much or too slowly."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar, override

from aiohttp import web

from simulator.exchange import Exchange
from simulator.replies import to_json

from .base import BeforeOrAfter, Fault


@dataclass(frozen=True)
class Reset(BeforeOrAfter):
    """The connection is reset (RST) before any answer."""

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.cut(reset=True)


@dataclass(frozen=True)
class Disconnect(BeforeOrAfter):
    """The connection is closed in order (FIN), but without any answer."""

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.cut(reset=False)


@dataclass(frozen=True)
class Hang(BeforeOrAfter):
    """No answer until the client goes away."""

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        await exchange.closing.wait()
        return exchange.cut(reset=False)


@dataclass(frozen=True)
class Delay(BeforeOrAfter):
    """The honest answer, late."""

    seconds: float = 1
    # Whether the call is processed when it comes, or only once the time is over.

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        await asyncio.sleep(self.seconds)
        return exchange.reply(exchange.process())


@dataclass(frozen=True)
class BrokenOff(Fault):
    """The honest reply, whose connection breaks in the middle of the body."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        honest = to_json(exchange.process())
        response = await exchange.begin(content_length=len(honest))
        await response.write(honest[: len(honest) // 2])
        return exchange.cut(reset=False)


@dataclass(frozen=True)
class SlowDrip(Fault):
    """The honest reply, a few bytes at a time."""

    seconds: float = 0.5
    size: int = 1

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        honest = to_json(exchange.process())
        response = await exchange.begin(content_length=len(honest))
        for start in range(0, len(honest), self.size):
            await response.write(honest[start : start + self.size])
            await asyncio.sleep(self.seconds)
        await response.write_eof()
        return response


@dataclass(frozen=True)
class HugeBody(BeforeOrAfter):
    """A JSON text without end, streamed in small pieces."""

    size: int = 64 * 1024 * 1024
    announced: bool = False
    start: ClassVar[bytes] = b'{"Value":"'
    piece: ClassVar[bytes] = b"9" * 65536

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        response = await exchange.begin(
            content_length=self.size if self.announced else None
        )
        await response.write(self.start)
        left = self.size - len(self.start)
        while left > 0:
            await response.write(self.piece[:left])
            left -= len(self.piece)
        await response.write_eof()
        return response
