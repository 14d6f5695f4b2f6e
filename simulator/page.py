"""The page of phones: what arrived where, the accounts, the last calls, and a form to send an SMS in."""

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from html import escape
from pathlib import Path

from aiohttp import web

from .account import Account, decimal_text
from .calls import Call
from .codes import FAILED_DELIVERIES, Delivery
from .gateway import Gateway
from .messages import TEHRAN, Outcome, Phone, ReceivedMessage, Sms

SHOWN_MESSAGES, SHOWN_CALLS, SHOWN_RECEIVED, SHOWN_PHONES = 20, 30, 10, 60

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_SCRIPT = Path(__file__).with_name("page.js").read_text("utf-8")


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; img-src data:; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)};"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


class Page:
    """The page and its form."""

    def __init__(self, gateway: Gateway) -> None:
        """Show a gateway."""
        self._gateway = gateway

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the page at /."""
        router.add_get("/", self._show)
        router.add_get("/live", self._show_live)
        router.add_post("/received", self._receive)

    async def _show(self, request: web.Request) -> web.Response:
        return _html(_page(self._gateway))

    async def _show_live(self, request: web.Request) -> web.Response:
        return _html(_live(self._gateway))

    async def _receive(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        line, sender, text = (
            form.get(name, "").strip() for name in ("line", "sender", "text")
        )
        if not sender or not text:
            return _html(_page(self._gateway, form, "Write a sender and a text."), 400)
        try:
            self._gateway.receive(line, sender, text)
        except LookupError:
            return _html(
                _page(self._gateway, form, "Choose a line of an account."), 400
            )
        raise web.HTTPSeeOther("/")


def _html(document: str, status: int = 200) -> web.Response:
    # Half a surrogate pair can stand in an SMS, but not in a document.
    body = document.encode("utf-8", "replace")
    return web.Response(
        body=body,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers=_HEADERS,
    )


def _page(
    gateway: Gateway, typed: dict[str, str] | None = None, error: str = ""
) -> str:
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
<p>No SMS leaves this machine. Times are Tehran's.
<noscript>Without scripts this page stands still: <a href="/">refresh</a></noscript></p>
</header>
<main>
{_form(gateway, typed or {}, error)}
<div id="live">{_live(gateway)}</div>
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _form(gateway: Gateway, typed: dict[str, str], error: str) -> str:
    options = "".join(
        f'<option value="{escape(line)}"{" selected" if line == typed.get("line") else ""}>'
        f"{escape(line)} ({escape(account.username)})</option>"
        for account in gateway.accounts.values()
        for line in account.lines
    )
    return f"""<section id="form">
<h2>Send an SMS in</h2>
{f'<p class="error" role="alert">{escape(error)}</p>' if error else ""}
<form method="post" action="/received" accept-charset="utf-8">
<label>From (phone)<input name="sender" required dir="ltr" inputmode="tel" autocomplete="off"
 placeholder="09121234567" value="{escape(typed.get("sender", ""))}"></label>
<label>To (line)<select name="line" required>{options}</select></label>
<label>Text<textarea name="text" required dir="auto">{escape(typed.get("text", ""))}</textarea></label>
<button>Send in</button>
</form>
</section>"""


def _live(gateway: Gateway) -> str:
    phones = [phone for phone in gateway.phones.values() if phone.messages]
    phones.sort(key=lambda phone: phone.messages[-1].at, reverse=True)
    received = [
        each for account in gateway.accounts.values() for each in account.received
    ]
    received.sort(key=lambda message: message.msg_id, reverse=True)
    return "\n".join(
        (
            _section(
                "Phones",
                f'<div class="phones">{"".join(map(_phone, phones[:SHOWN_PHONES]))}</div>'
                if phones
                else '<p class="faint">No SMS was sent yet.</p>',
            ),
            _section("Accounts", "".join(map(_account, gateway.accounts.values()))),
            _section(
                "Sent in",
                "".join(map(_received, received[:SHOWN_RECEIVED]))
                or '<p class="faint">No SMS came in yet.</p>',
            ),
            _section(
                "Last calls",
                f'<ol class="calls">{"".join(map(_call, gateway.calls[: -SHOWN_CALLS - 1 : -1]))}</ol>'
                if gateway.calls
                else '<p class="faint">Nobody has called yet.</p>',
            ),
        )
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _phone(phone: Phone) -> str:
    shown = phone.messages[: -SHOWN_MESSAGES - 1 : -1]
    hidden = len(phone.messages) - len(shown)
    return (
        f'<article><h3 dir="ltr">{escape(phone.number)}</h3>{"".join(map(_sms, shown))}'
        + (f'<p class="faint">and {hidden} older</p>' if hidden else "")
        + "</article>"
    )


def _sms(sms: Sms) -> str:
    word, kind = _delivery(sms.status)
    return _bubble(
        sms.text,
        f"<span>from <bdi>{escape(sms.sender)}</bdi></span><span>{_parts(sms.parts)}</span>"
        + ("<span>flash</span>" if sms.flash else "")
        + f'<span class="{kind}">{escape(word)}</span>{_time(sms.at)}',
    )


def _received(message: ReceivedMessage) -> str:
    return _bubble(
        message.text,
        f"<span>from <bdi>{escape(message.sender)}</bdi></span>"
        f"<span>to <bdi>{escape(message.line)}</bdi></span>{_time(message.at)}",
    )


def _bubble(text: str, facts: str) -> str:
    return (
        f'<div class="message"><p class="text" dir="auto">{escape(text)}</p>'
        f'<div class="facts">{facts}</div></div>'
    )


def _account(account: Account) -> str:
    facts = {
        "Credit": f"{decimal_text(account.credit)} SMS",
        "Base price": f"{decimal_text(account.base_price)} Rial",
        "Lines": ", ".join(account.lines) or "none",
        "Push": f"switched off: {account.push_failure}"
        if account.push_failure
        else ("on" if account.push_url else "off"),
    }
    rows = "".join(
        f"<div><dt>{name}</dt><dd>{escape(fact)}</dd></div>"
        for name, fact in facts.items()
    )
    return f"<h3><bdi>{escape(account.username)}</bdi></h3><dl>{rows}</dl>"


def _call(call: Call) -> str:
    asked = ", ".join(
        f"{escape(_short(name))}=<bdi>{escape(_short(value))}</bdi>"
        for name, value in call.parameters.items()
    )
    fault = (
        f'<span class="bad">{escape(type(call.fault).__name__)}</span>'
        if call.fault
        else ""
    )
    return (
        f'<li><div class="facts">{_time(call.at)}<b>{escape(call.method)}</b>{fault}</div>'
        f'<div dir="auto">{escape(call.outcome)}</div>'
        f'<div class="faint">{asked}</div></li>'
    )


def _delivery(status: Outcome) -> tuple[str, str]:
    if isinstance(status, str) or status not in Delivery.__members__.values():
        return f"status {status}", "wait"
    kind = (
        "good"
        if status == Delivery.DELIVERED
        else "bad"
        if status in FAILED_DELIVERIES
        else "wait"
    )
    return Delivery(status).name.lower().replace("_", " "), kind


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _parts(count: int) -> str:
    return "1 part" if count == 1 else f"{count} parts"


def _time(at: datetime) -> str:
    local = at.astimezone(TEHRAN)
    return f'<time datetime="{local.isoformat()}">{local:%Y-%m-%d %H:%M:%S}</time>'
