"""The gateway's HTTP API, as an ASP.NET Web API service would serve it."""

import asyncio

from aiohttp import web

from . import replies
from .calls import Call
from .exchange import JSON, Exchange
from .gateway import Gateway
from .methods import METHODS, Method
from .parameters import UnsupportedBodyError, parse_body

PATH = "/{api:(?i:api)}/{controller:(?i:sendsms)}/{method:[^/]+}{slash:/?}"


class Api:
    """The methods under /api/SendSMS/."""

    def __init__(self, gateway: Gateway, closing: asyncio.Event) -> None:
        """Serve a gateway."""
        self._gateway = gateway
        self._closing = closing

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        method = METHODS.get(request.match_info["method"].lower())
        if method is None:
            return not_found(request)
        if request.method != "POST":
            return _error(
                405,
                f"The requested resource does not support http method '{request.method}'.",
                {"Allow": "POST"},
            )
        try:
            given = parse_body(
                await request.read(), request.content_type, request.charset or "utf-8"
            )
        except UnsupportedBodyError, LookupError:
            return _error(
                415,
                f"The request entity's media type '{request.content_type}' is not supported for"
                " this resource.",
            )
        return await self._answer(request, method, given)

    async def _answer(
        self, request: web.Request, method: Method, given: dict[str, str]
    ) -> web.StreamResponse:
        self._gateway.catch_up()
        call = Call(
            method=method.name,
            parameters={k: v for k, v in given.items() if k.lower() != "password"},
            at=self._gateway.now(),
            address=request.remote or "",
            content_type=request.content_type,
            accept=request.headers.get("Accept", ""),
            fault=self._gateway.next_fault(method.name),
        )
        self._gateway.record(call)
        exchange = Exchange(
            self._gateway,
            method=method,
            request=request,
            given=given,
            closing=self._closing,
            processed=call.came_to,
        )
        if call.fault is not None:
            return await call.fault.answer(exchange)
        return exchange.reply(exchange.process())


def not_found(request: web.Request) -> web.Response:
    """Answer that there is no such method."""
    return _error(
        404, f"No HTTP resource was found that matches the request URI '{request.url}'."
    )


def _error(
    status: int, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=replies.to_json({"Message": message}),
        status=status,
        headers={"Content-Type": JSON} | (headers or {}),
    )
