"""The gateway's listening sockets, which are closed while it refuses connections."""

import asyncio
from contextlib import suppress
import socket
from typing import Any, Self

from aiohttp import web

from .gateway import Gateway
from .outages import Away

_SHORTEST_WAIT = 0.01
# The turns of the event loop after which a client in the same loop knows of a closed connection.
_TURNS_UNTIL_KNOWN = 5


class Listener:
    """Takes over the addresses at which a runner listens, and closes them in outages.

    Meanwhile each port stays bound but doesn't listen: no client can connect, and no other program
    can take it.
    """

    def __init__(self, gateway: Gateway, runner: web.BaseRunner) -> None:
        """Prepare to take over from a runner whose sites are started."""
        self._gateway = gateway
        self._runner = runner
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._changed = asyncio.Event()
        self._lock = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether clients can connect."""
        return bool(self._servers)

    @property
    def addresses(self) -> list[Any]:
        """The addresses that are listened at, or held while they are closed."""
        return [each.getsockname() for each in self._sockets]

    async def __aenter__(self) -> Self:
        """Take over."""
        addresses = self._runner.addresses
        for site in tuple(self._runner.sites):
            await site.stop()
        self._sockets = [_bound(address) for address in addresses]
        self._gateway.outages.follow(self)
        await self.settle()
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no longer."""
        self._gateway.outages.unfollow(self)
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        async with self._lock:
            for server in self._servers:
                server.close()
            for each in self._sockets:
                each.close()
            self._servers, self._sockets = [], []

    def wake(self) -> None:
        """Look at the outages soon."""
        self._changed.set()

    async def settle(self) -> None:
        """Open or close the port as the outages of this moment demand."""
        async with self._lock:
            outage = self._gateway.outages.present
            refuses = outage is not None and outage.kind is Away.REFUSE
            if refuses and self.is_open:
                await self._close()
            elif not refuses and not self.is_open:
                await self._open()

    async def _open(self) -> None:
        assert self._runner.server is not None
        loop = asyncio.get_running_loop()
        self._servers = [
            await loop.create_server(self._runner.server, sock=each)
            for each in self._sockets
        ]

    async def _close(self) -> None:
        addresses = self.addresses
        for server in self._servers:
            server.close()
        self._servers = []
        self._sockets = [_bound(address) for address in addresses]
        self._close_idle_connections()
        for _ in range(_TURNS_UNTIL_KNOWN):
            await asyncio.sleep(0)

    def _close_idle_connections(self) -> None:
        """Close the connections that carry no request; the others close with their answer."""
        assert self._runner.server is not None
        under_way = self._gateway.under_way
        for connection in tuple(self._runner.server.connections):
            transport = connection.transport
            if transport is not None and transport not in under_way:
                transport.close()

    async def _follow(self) -> None:
        while True:
            change = self._gateway.outages.next_change
            seconds = None
            if change is not None:
                left = (change - self._gateway.now()).total_seconds()
                seconds = max(left, _SHORTEST_WAIT)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            self._changed.clear()
            await self.settle()


def _bound(address: Any) -> socket.socket:
    """Give a socket that holds an address without listening."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
