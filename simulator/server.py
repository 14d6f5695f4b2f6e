"""The web application: the API, the control API and the page."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC
from email.utils import format_datetime

from aiohttp import hdrs, web

from .api import PATH, Api, not_found
from .control import Control
from .gateway import Gateway
from .page import Page

MOST_BODY_BYTES = 4 * 1024 * 1024


def create_app(gateway: Gateway) -> web.Application:
    """Give the application that serves a gateway."""
    app = web.Application(client_max_size=MOST_BODY_BYTES)
    closing = asyncio.Event()

    async def release_hanging_calls(_: web.Application) -> None:
        closing.set()

    async def push_received_messages(_: web.Application) -> AsyncIterator[None]:
        await gateway.push.start()
        yield
        await gateway.push.stop()

    async def tell_the_time(_: web.Request, response: web.StreamResponse) -> None:
        response.headers[hdrs.DATE] = format_datetime(
            gateway.now().astimezone(UTC), usegmt=True
        )

    app.on_response_prepare.append(tell_the_time)
    app.on_shutdown.append(release_hanging_calls)
    app.cleanup_ctx.append(push_received_messages)
    app.router.add_route("*", PATH, Api(gateway, closing).handle)
    app.router.add_route("*", "/{rest:(?i:api)(/.*)?}", _no_such_resource)
    Control(gateway).add_routes(app.router)
    Page(gateway).add_routes(app.router)
    return app


async def _no_such_resource(request: web.Request) -> web.StreamResponse:
    return not_found(request)
