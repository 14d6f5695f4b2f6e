"""The page of phones: what arrived where, the accounts, the last calls, and forms to act on the gateway."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from html import escape
from pathlib import Path
import re

from aiohttp import web
from yarl import URL

from simulator.gateway import Gateway
from simulator.outages import Away

from .forms import MOST_MINUTES, forms, possible_ways
from .live import live

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_SCRIPT = Path(__file__).with_name("page.js").read_text("utf-8")
_MINUTES = re.compile(r"[0-9]{1,6}")


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


_SECURITY_POLICY = (
    f"default-src 'none'; img-src data:; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)};"
    " connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


class Page:
    """The page and its forms."""

    def __init__(self, gateway: Gateway) -> None:
        """Show a gateway."""
        self._gateway = gateway

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the page at /."""
        router.add_get("/", self._show)
        router.add_get("/live", self._show_live)
        router.add_post("/received", self._receive)
        router.add_post("/away", self._go_away)
        router.add_post("/back", self._come_back)

    async def _show(self, request: web.Request) -> web.Response:
        return self._page(request)

    async def _show_live(self, request: web.Request) -> web.Response:
        return _html(live(self._gateway), self._panel(request))

    async def _receive(self, request: web.Request) -> web.Response:
        form = await _form(request)
        line, sender, text = (
            form.get(name, "").strip() for name in ("line", "sender", "text")
        )
        if not sender or not text:
            return self._page(request, form, "Write a sender and a text.")
        try:
            self._gateway.receive(line, sender, text)
        except LookupError:
            return self._page(request, form, "Choose a line of an account.")
        raise web.HTTPSeeOther("/")

    async def _go_away(self, request: web.Request) -> web.Response:
        form = await _form(request)
        kind, minutes = form.get("kind"), form.get("minutes", "").strip()
        if kind not in possible_ways(self._gateway):
            return self._page(request, form, "Choose how the gateway is away.")
        if not _MINUTES.fullmatch(minutes) or not 0 < int(minutes) <= MOST_MINUTES:
            return self._page(
                request, form, f"Write a number of minutes, 1 to {MOST_MINUTES}."
            )
        # One outage at a time: the form says what is so from now on.
        await self._gateway.come_back()
        await self._gateway.go_away(Away(kind), lasts=timedelta(minutes=int(minutes)))
        panel = self._panel(request)
        if kind == Away.REFUSE and panel is not None:
            raise web.HTTPSeeOther(panel)
        raise web.HTTPSeeOther("/")

    async def _come_back(self, request: web.Request) -> web.Response:
        await self._gateway.come_back()
        raise web.HTTPSeeOther("/")

    def _panel(self, request: web.Request) -> URL | None:
        """Give the address where this page stays while the gateway refuses connections."""
        port = self._gateway.panel_port
        return (
            None
            if port is None
            else request.url.origin().with_port(port).with_path("/")
        )

    def _page(
        self,
        request: web.Request,
        typed: Mapping[str, str] | None = None,
        error: str = "",
    ) -> web.Response:
        panel = self._panel(request)
        document = _document(self._gateway, panel, typed or {}, error)
        return _html(document, panel, 400 if error else 200)


async def _form(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


def _html(document: str, panel: URL | None, status: int = 200) -> web.Response:
    # Half a surrogate pair can stand in an SMS, but not in a document.
    body = document.encode("utf-8", "replace")
    # A form may lead to the panel, where this page then stays.
    policy = f"{_SECURITY_POLICY} {panel.origin()}" if panel else _SECURITY_POLICY
    return web.Response(
        body=body,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": policy,
        },
    )


def _document(
    gateway: Gateway, panel: URL | None, typed: Mapping[str, str], error: str
) -> str:
    stays = (
        f' While the gateway refuses connections, this page is at <a href="{escape(str(panel))}">'
        f"{escape(str(panel))}</a>."
        if panel
        else ""
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stand-in SMS gateway</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>Stand-in SMS gateway</h1>
<p>No SMS leaves this machine. Times are Tehran's.{stays}
<noscript>Without scripts this page stands still: <a href="/">refresh</a></noscript></p>
</header>
<main>
{forms(gateway, typed, error)}
<div id="live">{live(gateway)}</div>
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""
