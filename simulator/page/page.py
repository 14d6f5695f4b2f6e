"""The page of phones: their conversations, the accounts, the last calls, and forms to act on the gateway."""

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
from simulator.phones import PhoneSettings
from simulator.text import ascii_digits, parse_mobile

from .answers import FormError, answer_form, read_answer
from .forms import MOST_MINUTES, away_form, possible_ways, sms_form
from .live import Live
from .words import Words, words_for

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_SCRIPT = Path(__file__).with_name("page.js").read_text("utf-8")
_TURNS: Mapping[str, PhoneSettings] = {
    "on": {"on": True},
    "off": {"on": False},
    "silent": {"answer": None},
}
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
        router.add_post("/phones", self._turn)
        router.add_post("/answers", self._let_answer)
        router.add_post("/away", self._go_away)
        router.add_post("/back", self._come_back)

    async def _show(self, request: web.Request) -> web.Response:
        return self._page(request)

    async def _show_live(self, request: web.Request) -> web.Response:
        shown = Live(self._gateway, words_for(request), _query(request))
        return _html(shown.html(), self._panel(request))

    async def _receive(self, request: web.Request) -> web.Response:
        form, words = await _form(request), words_for(request)
        line, sender, text = (
            form.get(name, "").strip() for name in ("line", "sender", "text")
        )
        if not sender or not text:
            return self._page(request, form, words.not_filled_in)
        try:
            self._gateway.receive(line, sender, text)
        except LookupError:
            return self._page(request, form, words.no_such_line)
        raise web.HTTPSeeOther(f"/{_query(request)}")

    async def _turn(self, request: web.Request) -> web.Response:
        """Switch a phone on or off, or have it answer no more."""
        form, words = await _form(request), words_for(request)
        number, turn = parse_mobile(form.get("phone", "")), form.get("turn")
        settings = _TURNS.get(turn or "")
        if number is None or settings is None:
            return self._page(request, form, words.no_phone)
        self._gateway.change_phone(number, **settings)
        raise web.HTTPSeeOther(f"/{_query(request)}")

    async def _let_answer(self, request: web.Request) -> web.Response:
        form = await _form(request)
        try:
            number, answer = read_answer(form, words_for(request))
        except FormError as failure:
            return self._page(request, form, str(failure))
        self._gateway.change_phone(number, answer=answer)
        raise web.HTTPSeeOther(f"/{_query(request)}")

    async def _go_away(self, request: web.Request) -> web.Response:
        form, words = await _form(request), words_for(request)
        kind, minutes = form.get("kind"), ascii_digits(form.get("minutes", "").strip())
        if kind not in possible_ways(self._gateway):
            return self._page(request, form, words.no_such_way)
        if not _MINUTES.fullmatch(minutes) or not 0 < int(minutes) <= MOST_MINUTES:
            most = words.number(MOST_MINUTES)
            return self._page(request, form, words.wrong_minutes.format(most=most))
        # One outage at a time: the form says what is so from now on.
        await self._gateway.come_back()
        await self._gateway.go_away(Away(kind), lasts=timedelta(minutes=int(minutes)))
        panel = self._panel(request)
        if kind == Away.REFUSE and panel is not None:
            raise web.HTTPSeeOther(f"{panel}{_query(request)}")
        raise web.HTTPSeeOther(f"/{_query(request)}")

    async def _come_back(self, request: web.Request) -> web.Response:
        await self._gateway.come_back()
        raise web.HTTPSeeOther(f"/{_query(request)}")

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
        document = _document(
            self._gateway,
            words_for(request),
            _query(request),
            panel,
            typed or {},
            error,
        )
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


def _query(request: web.Request) -> str:
    """Give the language that the address names, for the addresses that follow from it."""
    named = request.query.get("lang")
    return f"?lang={named}" if named in ("en", "fa") else ""


def _document(
    gateway: Gateway,
    words: Words,
    query: str,
    panel: URL | None,
    typed: Mapping[str, str],
    error: str,
) -> str:
    stays = ""
    if panel:
        address = escape(str(panel))
        link = f'<a href="{address}{query}"><bdi>{address}</bdi></a>'
        stays = f" {words.stays.format(link=link)}"
    complaint = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    return f"""<!DOCTYPE html>
<html lang="{words.language}" dir="{words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words.title}</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{words.title}</h1>
<a href="/?lang={words.other_language}" lang="{words.other_language}">{words.other_name}</a>
<p>{words.about}{stays}
<noscript>{words.without_scripts} <a href="/{query}">{words.refresh}</a></noscript></p>
</header>
<main>
<aside>
<div id="form">{complaint}{sms_form(gateway, words, query, typed)}</div>
<div id="answers">{answer_form(gateway, words, query, typed)}</div>
<div id="outage">{away_form(gateway, words, query, typed)}</div>
</aside>
<div id="live" data-source="/live{query}">{Live(gateway, words, query).html()}</div>
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""
