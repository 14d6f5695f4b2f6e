"""One call on the wire: its request, and the ways to answer it."""

import asyncio
from collections.abc import Callable, Collection, Mapping
import re
import socket
import struct

from aiohttp import web

from . import methods, replies
from .methods import Method
from .replies import Payload
from .world import World

JSON = "application/json; charset=utf-8"
XML = "application/xml; charset=utf-8"
_JSON_TYPES = ("application/json", "text/json")
_XML_TYPES = ("application/xml", "text/xml")
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?", re.ASCII)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Exchange:
    """A call that is being answered."""

    def __init__(
        self,
        world: World,
        *,
        method: Method,
        request: web.Request,
        given: dict[str, str],
        closing: asyncio.Event,
        processed: Callable[[Payload], None],
    ) -> None:
        """Keep the request; `processed` is told the honest reply once there is one."""
        self.world = world
        self.method = method
        self.closing = closing
        self._request = request
        self._given = given
        self._processed = processed
        self._payload: Payload | None = None

    def parameter(self, name: str) -> str | None:
        """Give a parameter of the call, whose name's case doesn't matter."""
        return next(
            (v for k, v in self._given.items() if k.lower() == name.lower()), None
        )

    def process(
        self,
        codes: Mapping[int, int] | None = None,
        instead: Mapping[str, str] | None = None,
    ) -> Payload:
        """Do what was asked, once, and give the honest reply.

        Codes refuse recipients by their position; `instead` holds parameters (in lower case) that the
        gateway takes for others than were given.
        """
        if self._payload is None:
            taken = instead or {}
            self._payload = methods.call(
                self.world,
                self.method,
                {
                    name: taken.get(name.lower(), value)
                    for name, value in self._given.items()
                },
                self._request.remote or "",
                codes,
            )
            self._processed(self._payload)
        return self._payload

    def reply(self, payload: object, status: int = 200) -> web.Response:
        """Answer with a document, as JSON or XML."""
        if self._wants_xml():
            return self.raw(replies.to_xml(payload), XML, status)
        return self.raw(replies.to_json(payload), JSON, status)

    def raw(
        self, body: bytes, content_type: str = JSON, status: int = 200
    ) -> web.Response:
        """Answer with a body of any kind."""
        return web.Response(
            body=body,
            status=status,
            headers={"Content-Type": content_type, "Cache-Control": "no-cache"},
        )

    async def begin(self, content_length: int | None = None) -> web.StreamResponse:
        """Begin an answer whose body follows piece by piece."""
        response = web.StreamResponse(
            headers={"Content-Type": JSON, "Cache-Control": "no-cache"}
        )
        response.content_length = content_length
        await response.prepare(self._request)
        return response

    def cut(self, *, reset: bool) -> web.Response:
        """Cut the connection; what is returned never reaches the client."""
        if (transport := self._request.transport) is not None:
            connection = transport.get_extra_info("socket")
            if reset and connection is not None:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
                )
            if reset:
                transport.abort()
            else:
                transport.close()
        return web.Response()

    def _wants_xml(self) -> bool:
        accept = self._request.headers.get("Accept", "").lower()
        json, xml = _quality(accept, _JSON_TYPES), _quality(accept, _XML_TYPES)
        return xml > json if json or xml else self.world.xml_by_default


def _quality(accept: str, types: Collection[str]) -> float:
    """Give how much a caller wants one of these media types, 0 if it names none of them."""
    wanted = [0.0]
    for each in accept.split(","):
        media, *parameters = (part.strip() for part in each.split(";"))
        if media in types:
            quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
            wanted.append(float(quality) if _QUALITY.fullmatch(quality) else 0.0)
    return max(wanted)
