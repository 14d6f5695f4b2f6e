"""Faults of the HTTP reply: its status, its body and its content type."""

from dataclasses import dataclass
from typing import override

from aiohttp import web

from simulator.exchange import Exchange
from simulator.replies import Payload, to_json, to_xml

from .base import BeforeOrAfter, Fault

FAULT_BODY: Payload = {
    "Message": "An error has occurred.",
    "ExceptionMessage": "Object reference not set to an instance of an object.",
    "ExceptionType": "System.NullReferenceException",
    "StackTrace": "   at SendSMSController.Invoke()",
}
SHORT_FAULT_BODY: Payload = {"Message": "An unexpected error occured"}
MAINTENANCE_PAGE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head>"
    '<body dir="rtl"><h1>سامانه در حال بروزرسانی است</h1></body></html>'
)


@dataclass(frozen=True)
class ServerError(BeforeOrAfter):
    """The service's own fault, in the long or the short shape."""

    short: bool = False
    status: int = 500

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.reply(
            SHORT_FAULT_BODY if self.short else FAULT_BODY, status=self.status
        )


@dataclass(frozen=True)
class ProxyError(BeforeOrAfter):
    """A proxy's HTML page: 502, 503 or 504."""

    status: int = 502

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        page = f"<html><body><h1>{self.status}</h1><hr><center>nginx</center></body></html>"
        return exchange.raw(page.encode(), "text/html; charset=utf-8", self.status)


@dataclass(frozen=True)
class Maintenance(BeforeOrAfter):
    """A maintenance page in HTML, with HTTP 200."""

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.raw(MAINTENANCE_PAGE.encode(), "text/html; charset=utf-8")


@dataclass(frozen=True)
class Body(BeforeOrAfter):
    """Any body at all; empty if none is named."""

    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    status: int = 200

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.raw(self.body, self.content_type, self.status)


@dataclass(frozen=True)
class TruncatedJson(Fault):
    """The first half of the honest reply."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        honest = to_json(exchange.process())
        return exchange.raw(honest[: len(honest) // 2])


@dataclass(frozen=True)
class InvalidUtf8(Fault):
    """The honest reply with bytes in it that are no UTF-8."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        honest = to_json(exchange.process())
        return exchange.raw(
            honest.replace(b'"StrRetStatus":"', b'"StrRetStatus":"\xff\xfe', 1)
        )


@dataclass(frozen=True)
class WrongContentType(Fault):
    """The honest reply under a wrong content type."""

    content_type: str = "text/html; charset=utf-8"

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        return exchange.raw(to_json(exchange.process()), self.content_type)


@dataclass(frozen=True)
class Xml(Fault):
    """The honest reply as XML, whatever was asked for."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        xml = to_xml(exchange.process())
        return exchange.raw(xml, "application/xml; charset=utf-8")


@dataclass(frozen=True)
class Redirect(BeforeOrAfter):
    """A redirect to another address."""

    location: str
    status: int = 307

    @override
    async def go_wrong(self, exchange: Exchange) -> web.StreamResponse:
        response = exchange.raw(b"", "text/html", self.status)
        response.headers["Location"] = self.location
        return response
