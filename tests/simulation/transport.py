"""The way from the home to the gateway, in place of the HTTP session: requests leave, and answers get lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
import json
from typing import Any, Final, Self

from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientOSError,
    ConnectionTimeoutError,
    ServerDisconnectedError,
    ServerTimeoutError,
)
from aiohttp.client_reqrep import ConnectionKey
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .gateway import REFUSED_NUMBER, SENDING, Fields, Gateway, refusal

_CONNECTING: Final = 0.05
_ANSWERING: Final = 0.15
_SLOW: Final = 25.0
_KEY: Final = ConnectionKey("sms.invalid", 443, True, True, None, None, None)
_SESSION: Final[HassKey[Session]] = HassKey("simulated_session")


@dataclass(slots=True, kw_only=True, eq=False)
class Request:
    """A request of the home."""

    method: str
    fields: Fields
    begun_at: float
    fault: str | None = None
    answer: dict[str, Any] | None = None
    """What the home has read."""

    @property
    def sends(self) -> bool:
        """Tell whether it sends something."""
        return self.method in SENDING


class Session:
    """The session of one run of Home Assistant; it dies with it."""

    def __init__(
        self,
        gateway: Gateway,
        now: Callable[[], float],
        on_begin: Callable[[Request], None],
        on_answer: Callable[[Request], None],
    ) -> None:
        """Call ``on_begin`` before a request leaves, and ``on_answer`` when the home has its end."""
        self.gateway = gateway
        self.now = now
        self.on_begin = on_begin
        self.on_answer = on_answer
        self.is_dead = False

    def belong_to(self, hass: HomeAssistant) -> None:
        """Be the session of a Home Assistant."""
        hass.data[_SESSION] = self

    @staticmethod
    def of(hass: HomeAssistant) -> Session:
        """Return the session of a Home Assistant, in place of its own function."""
        return hass.data[_SESSION]

    def post(
        self, url: URL, *, data: Mapping[str, str], timeout: Any, **_options: Any
    ) -> Exchange:
        """Begin a request."""
        return Exchange(self, url.name, dict(data), timeout)


class Exchange:
    """A request and what becomes of it, as an aiohttp response."""

    def __init__(
        self, session: Session, method: str, fields: Fields, timeout: Any
    ) -> None:
        """Belong to a session."""
        self._session = session
        self._total: float = timeout.total
        self._connect: float = timeout.connect
        self.request = Request(method=method, fields=fields, begun_at=session.now())
        self.status = 200
        self.headers: dict[str, str] = {}
        self._body = b""

    @property
    def content(self) -> Exchange:
        """Return what the body is read from."""
        return self

    async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
        """Yield the body."""
        yield self._body

    async def __aenter__(self) -> Self:
        """Send the request, and return once there is an answer."""
        session, request = self._session, self.request
        if session.is_dead:
            raise ServerDisconnectedError
        session.on_begin(request)
        request.fault = session.gateway.weather.meet(sends=request.sends)
        try:
            await self._leave(request.fault)
            await self._answer(request.fault)
        finally:
            if not session.is_dead:
                session.on_answer(request)
        self.headers["Date"] = formatdate(session.now(), usegmt=True)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Have nothing to close."""

    async def _leave(self, fault: str | None) -> None:
        await asyncio.sleep(_CONNECTING)
        match fault:
            case "refused":
                raise ClientConnectorError(_KEY, ConnectionRefusedError(111, "refused"))
            case "no_name":
                raise ClientConnectorDNSError(_KEY, OSError(-2, "no such name"))
            case "connect_hangs":
                await asyncio.sleep(self._connect - _CONNECTING)
                raise ConnectionTimeoutError

    async def _answer(self, fault: str | None) -> None:
        gateway, request = self._session.gateway, self.request
        number = fault.removeprefix("code_") if fault else ""
        match fault:
            case "hangs_before":
                await self._time_out()
            case "reset_before":
                raise ServerDisconnectedError
            case "html":
                self.status = 502
                self._body = b"<html>Bad gateway</html>"
            case "fault_before":
                self._fault()
            case "taken_late":
                due = self._session.now() + 55.0
                gateway.late.append((due, request.method, request.fields))
                await self._time_out()
            case _ if number.removeprefix("-").isdecimal():
                self._write(refusal(int(number)))
            case _:
                answer = gateway.process(request.method, request.fields)
                await self._after(fault, answer)
        await asyncio.sleep(_ANSWERING)

    async def _after(self, fault: str | None, answer: dict[str, Any]) -> None:
        """Let the answer to a request that was carried out get lost, or come as it is."""
        value = str(answer.get("Value"))
        match fault:
            case "hangs_after":
                await self._time_out()
            case "reset_after":
                await asyncio.sleep(_ANSWERING)
                raise ClientOSError(104, "reset")
            case "fault_after":
                self._fault()
            case "truncated":
                self._write(answer)
                self._body = self._body[: len(self._body) // 2]
            case "slow":
                await asyncio.sleep(_SLOW)
                self._write(answer)
            case "short_list":
                shorter = ",".join(value.split(",")[:-1])
                self._write(answer | {"Value": shorter or None})
            case "long_list":
                longer = f"{value},{self._session.gateway.strange_id()}"
                self._write(answer | {"Value": longer})
            case "without_id" if REFUSED_NUMBER not in value.split(","):
                self._write(answer | {"Value": "1"})
            case "code_-6_taken":
                self._write(refusal(-6))
            case "code_11_taken":
                self._write(refusal(11))
            case _:
                self._write(answer)

    async def _time_out(self) -> None:
        waited = self._session.now() - self.request.begun_at
        await asyncio.sleep(self._total - waited)
        raise ServerTimeoutError

    def _fault(self) -> None:
        self.status = 500
        self._body = b'{"Message":"An error has occurred."}'

    def _write(self, answer: dict[str, Any]) -> None:
        self.request.answer = answer
        self._body = json.dumps(answer).encode()
