"""What every fault has in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import override

from aiohttp import web

from simulator.exchange import Exchange


class Missing:
    """Stands for a key that is left out of a reply."""

    @override
    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True)
class Fault(ABC):
    """Something that goes wrong with one call."""

    @abstractmethod
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        """Answer the call in a wrong way."""


@dataclass(frozen=True, kw_only=True)
class BeforeOrAfter(Fault):
    """A fault that comes before or after the gateway has done what was asked."""

    processed: bool = False

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        if self.processed:
            exchange.process()
        return await self.go_wrong(exchange)

    @abstractmethod
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        """Answer the call in a wrong way, whether it was processed or not."""
