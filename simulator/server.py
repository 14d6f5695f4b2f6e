"""The web applications: the API with the control API and the page, and a panel of these two alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime
from typing import NamedTuple

from aiohttp import hdrs, web

from .api import PATH, Api, not_found
from .control import Control
from .gateway import Gateway
from .outages import Away
from .page import Page

MOST_BODY_BYTES = 4 * 1024 * 1024


class Apps(NamedTuple):
    """The applications of one gateway, for two ports."""

    gateway: web.Application
    panel: web.Application


def create_app(gateway: Gateway) -> web.Application:
    """Give the application that serves a gateway: the API, the control API and the page."""
    return create_apps(gateway).gateway


def create_apps(gateway: Gateway) -> Apps:
    """Give the application that serves a gateway, and one that stays while it refuses connections.

    The panel has the control API and the page, but not the gateway's API.
    """
    control, page = Control(gateway), Page(gateway)
    app = _create_gateway_app(gateway)
    panel = web.Application(client_max_size=MOST_BODY_BYTES)
    for each in (app, panel):
        control.add_routes(each.router)
        page.add_routes(each.router)
    return Apps(app, panel)


def _create_gateway_app(gateway: Gateway) -> web.Application:
    closing = asyncio.Event()

    def close_in_outage(response: web.StreamResponse) -> None:
        """Let no connection live on while new ones are refused."""
        outage = gateway.outages.present
        if outage is not None and outage.kind is Away.REFUSE:
            response.force_close()

    @web.middleware
    async def keep_what_is_under_way(
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Remember the connection until its answer is ready to be written."""
        transport = request.transport
        if transport is None:
            return await handler(request)
        gateway.under_way.add(transport)
        try:
            response = await handler(request)
        except web.HTTPException as redirect:
            close_in_outage(redirect)
            raise
        finally:
            gateway.under_way.discard(transport)
        close_in_outage(response)
        return response

    async def release_hanging_calls(_: web.Application) -> None:
        closing.set()

    async def let_phones_write(_: web.Application) -> AsyncIterator[None]:
        await gateway.push.start()
        await gateway.answering.start()
        yield
        await gateway.answering.stop()
        await gateway.push.stop()

    async def tell_the_time(_: web.Request, response: web.StreamResponse) -> None:
        response.headers[hdrs.DATE] = format_datetime(
            gateway.now().astimezone(UTC), usegmt=True
        )

    app = web.Application(
        client_max_size=MOST_BODY_BYTES, middlewares=[keep_what_is_under_way]
    )
    app.on_response_prepare.append(tell_the_time)
    app.on_shutdown.append(release_hanging_calls)
    app.cleanup_ctx.append(let_phones_write)
    app.router.add_route("*", PATH, Api(gateway, closing).handle)
    app.router.add_route("*", "/{rest:(?i:api)(/.*)?}", _no_such_resource)
    return app


async def _no_such_resource(request: web.Request) -> web.StreamResponse:
    return not_found(request)
