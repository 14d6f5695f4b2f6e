"""Faults of the lists: their rows are there, but not as they should be."""

from abc import abstractmethod
from dataclasses import dataclass
from random import Random
from typing import override

from aiohttp import web

from simulator.exchange import Exchange
from simulator.messages import ALL

from .base import Fault


@dataclass(frozen=True)
class RowsFault(Fault):
    """The honest reply with its rows rearranged; a refusal, which has none, stays as it is."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        rows = payload.get("Data")
        if not isinstance(rows, list):
            return exchange.reply(payload)
        return exchange.reply(payload | {"Data": self.rearrange(rows)})

    @abstractmethod
    def rearrange(self, rows: list[object]) -> list[object]:
        """Give the rows as the fault shows them."""


@dataclass(frozen=True)
class ShuffledRows(RowsFault):
    """The rows of the page in another order: no page promises one."""

    seed: int = 0

    @override
    def rearrange(self, rows: list[object]) -> list[object]:
        return Random(self.seed).sample(rows, len(rows))


@dataclass(frozen=True)
class ReversedRows(RowsFault):
    """The rows of the page with the oldest first."""

    @override
    def rearrange(self, rows: list[object]) -> list[object]:
        return rows[::-1]


@dataclass(frozen=True)
class RepeatedRows(RowsFault):
    """Every row of the page several times, so that there are more than were asked for."""

    copies: int = 2

    @override
    def rearrange(self, rows: list[object]) -> list[object]:
        return [row for row in rows for _ in range(self.copies)]


@dataclass(frozen=True)
class MixedBoxes(Fault):
    """The rows of both boxes, whichever was asked for."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(exchange.process(instead={"location": str(ALL)}))


@dataclass(frozen=True)
class FirstPageOnly(Fault):
    """The newest rows, whatever offset was asked for; the manual recommends no other than 0."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(exchange.process(instead={"index": "0"}))
