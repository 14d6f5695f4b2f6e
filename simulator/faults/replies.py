"""Faults of the gateway's own replies: codes, fields and lists that are not as they should be."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, override

from aiohttp import web

from simulator.exchange import Exchange
from simulator.replies import Payload, base_of, code_in_value, simple

from .base import MISSING, BeforeOrAfter, Fault, Missing


class Place(StrEnum):
    """Where a reply carries its code."""

    NATURAL = "natural"
    VALUE = "value"
    STATUS = "status"
    BOTH = "both"
    BESIDE_OK = "beside_ok"


@dataclass(frozen=True)
class Code(BeforeOrAfter):
    """A result code, in the place and type where some reply was seen to carry it."""

    code: int
    place: Place = Place.NATURAL
    # What Value says where only RetStatus carries the code: null, "NULL" or "".
    value: str | None = None
    value_as_number: bool = False
    ret_status_as_text: bool = False

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(self.payload(exchange))

    def payload(self, exchange: Exchange) -> Payload:
        """Give the reply that carries the code."""
        natural = exchange.method.refuse(self.code)
        value: object = self.code if self.value_as_number else str(self.code)
        match self.place:
            case Place.NATURAL:
                base = base_of(natural)
                if base["Value"] is not None:
                    base["Value"] = value
            case Place.VALUE:
                base = code_in_value(self.code) | {"Value": value}
            case Place.STATUS:
                base = simple(self.value, self.code, "InvalidData")
            case Place.BOTH:
                base = simple(value, self.code, "InvalidData")
            case Place.BESIDE_OK:
                base = simple(value)
        if self.ret_status_as_text:
            base["RetStatus"] = str(base["RetStatus"])
        return natural | {"MyBase": base} if "MyBase" in natural else base


@dataclass(frozen=True)
class Envelope(Fault):
    """A freely chosen envelope, flat even for the list methods if wanted."""

    value: object = None
    ret_status: object = 1
    str_ret_status: object = "Ok"
    flat: bool = False
    processed: bool = False

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        honest = exchange.process() if self.processed else exchange.method.refuse(0)
        base = {
            "Value": self.value,
            "RetStatus": self.ret_status,
            "StrRetStatus": self.str_ret_status,
        }
        if "MyBase" not in honest:
            return exchange.reply(base)
        rest = {"Data": honest["Data"]}
        return exchange.reply(base | rest if self.flat else {"MyBase": base} | rest)


@dataclass(frozen=True)
class Document(BeforeOrAfter):
    """A reply that is JSON, but not the object that belongs there."""

    document: object = None

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(self.document)


@dataclass(frozen=True)
class Replaced(Fault):
    """The honest reply with one field of another value or type, or without it (MISSING)."""

    field: str
    value: object = MISSING
    in_rows: bool = False

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = dict(exchange.process())
        rows = payload.get("Data")
        if self.in_rows and isinstance(rows, list):
            payload["Data"] = [self._replace(row) for row in rows]
        elif self.field in payload or "MyBase" not in payload:
            payload = self._replace(payload)
        else:
            payload["MyBase"] = self._replace(base_of(payload))
        return exchange.reply(payload)

    def _replace(self, payload: Payload) -> Payload:
        if isinstance(self.value, Missing):
            return {
                name: value for name, value in payload.items() if name != self.field
            }
        return payload | {self.field: self.value}


@dataclass(frozen=True)
class FlatEnvelope(Fault):
    """A list reply without MyBase: its fields stand beside Data."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        return exchange.reply(
            base_of(payload) | {k: v for k, v in payload.items() if k == "Data"}
        )


@dataclass(frozen=True)
class UnknownKeys(Fault):
    """The honest reply with keys that nobody knows, at every level."""

    extra: ClassVar[Payload] = {
        "Version": "3.1",
        "Meta": {"Node": 7, "Tags": [None, "a"]},
    }

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        if isinstance(rows := payload.get("Data"), list):
            payload = payload | {"Data": [self.extra | row for row in rows]}
        if "MyBase" in payload:
            payload = payload | {"MyBase": self.extra | base_of(payload)}
        return exchange.reply(self.extra | payload)


@dataclass(frozen=True)
class CodesInList(Fault):
    """A send in which some recipients are refused: a code for each, None for those accepted."""

    codes: tuple[int | None, ...] = (None, 18)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(
            exchange.process(
                {
                    position: code
                    for position, code in enumerate(self.codes)
                    if code is not None
                }
            )
        )


@dataclass(frozen=True)
class ShortList(Fault):
    """A send to all its recipients whose reply names fewer ids."""

    by: int = 1

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        ids = str(payload.get("Value")).split(",")
        return exchange.reply(
            payload | {"Value": ",".join(ids[: max(len(ids) - self.by, 0)])}
        )


@dataclass(frozen=True)
class LongList(Fault):
    """A send to all its recipients whose reply names more ids."""

    by: int = 1

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        ids = str(payload.get("Value")).split(",")
        more = [str(10**18 + number) for number in range(1, self.by + 1)]
        return exchange.reply(payload | {"Value": ",".join(ids + more)})


@dataclass(frozen=True)
class WithoutId(Fault):
    """An accepted send whose Value is 1 in place of the ids."""

    as_number: bool = False

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(
            exchange.process() | {"Value": 1 if self.as_number else "1"}
        )


@dataclass(frozen=True)
class PasswordChanged(Fault):
    """The account's password is changed in the panel just before the call."""

    username: str
    password: str = field(repr=False)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        exchange.world.accounts[self.username.lower()].password = self.password
        return exchange.reply(exchange.process())
