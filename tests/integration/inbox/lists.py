"""Boxes of many messages, and lists of them that are not what they seem."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import override

from aiohttp import web

from simulator import Account, Gateway, ReceivedMessage
from simulator.exchange import Exchange
from simulator.faults import Code, Fault, Place

from .received import arrive

HOUR = timedelta(hours=1)
_PAGE = 100


@dataclass(frozen=True)
class WithoutNewest(Fault):
    """The list without so many of the newest messages, as a copy of the box that is behind would give it."""

    count: int

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        index = _index(exchange) + self.count
        return exchange.reply(exchange.process(instead={"index": str(index)}))


@dataclass(frozen=True)
class OldestFirst(Fault):
    """The whole list in the opposite order, over all pages."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        [account] = exchange.world.accounts.values()
        end = len(account.received) - _index(exchange)
        begin = max(end - _PAGE, 0)
        payload = exchange.process(
            instead={"index": str(begin), "count": str(end - begin)}
        )
        rows = payload["Data"]
        assert isinstance(rows, list)
        return exchange.reply(payload | {"Data": rows[::-1]})


@dataclass(frozen=True)
class FurtherPagesRefused(Fault):
    """An honest first page, and a refusal of every other."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        if exchange.parameter("index") == "0":
            return exchange.reply(exchange.process())
        return await Code(35, Place.STATUS).answer(exchange)


def _index(exchange: Exchange) -> int:
    return int(exchange.parameter("index") or 0)


def arrive_as(
    gateway: Gateway,
    account: Account,
    first_id: int,
    *texts: str,
    ago: timedelta = timedelta(),
) -> None:
    """Let SMS come in that the panel gives these ids."""
    for number, text in enumerate(texts, start=first_id):
        arrive(gateway, text, ago=ago)
        account.received[-1] = replace(account.received[-1], msg_id=number)


def numbered_from(
    first_id: int, messages: Sequence[ReceivedMessage]
) -> list[ReceivedMessage]:
    """Give messages with other ids, in the same order."""
    return [
        replace(message, msg_id=number)
        for number, message in enumerate(messages, start=first_id)
    ]
