"""What changes on the page by itself: the outage, phones, accounts, received SMS, the last calls."""

from datetime import datetime
from html import escape

from simulator.account import Account, decimal_text
from simulator.calls import Call
from simulator.codes import FAILED_DELIVERIES, Delivery
from simulator.gateway import Gateway
from simulator.messages import TEHRAN, Outcome, Phone, ReceivedMessage, Sms

from .forms import WAYS

SHOWN_MESSAGES, SHOWN_CALLS, SHOWN_RECEIVED, SHOWN_PHONES = 20, 30, 10, 60


def live(gateway: Gateway) -> str:
    """Give what changes by itself: whether the gateway is away, phones, accounts and calls."""
    phones = [phone for phone in gateway.phones.values() if phone.messages]
    phones.sort(key=lambda phone: phone.messages[-1].at, reverse=True)
    received = [
        each for account in gateway.accounts.values() for each in account.received
    ]
    received.sort(key=lambda message: message.msg_id, reverse=True)
    return "\n".join(
        (
            _away(gateway),
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


def _away(gateway: Gateway) -> str:
    """Say whether the gateway is away, and when that changes; times only, no countdown."""
    present, until = gateway.outages.present, gateway.outages.until
    if present is not None:
        button = "Back now"
        end = f" until {_time(until)}" if until else " until it is ended"
        said = f'<b class="bad">The gateway {WAYS[present.kind]}</b>{end}'
    elif change := gateway.outages.next_change:
        said = f'<b class="wait">An outage begins</b> at {_time(change)}'
        button = "Cancel"
    else:
        return '<p class="away"><b class="good">The gateway answers</b></p>'
    return (
        f'<form class="away" method="post" action="/back"><p>{said}</p>'
        f"<button>{button}</button></form>"
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
