"""What changes on the page by itself: the outage, the phones' conversations, accounts, the last calls."""

from datetime import datetime
from html import escape

from simulator.account import Account, decimal_text
from simulator.calls import Call
from simulator.codes import FAILED_DELIVERIES, Delivery
from simulator.gateway import Gateway
from simulator.messages import TEHRAN, Outcome, ReceivedMessage, Sms

from .answers import power, rule
from .conversations import Conversation, conversations
from .words import Words

SHOWN_MESSAGES, SHOWN_CALLS, SHOWN_PHONES = 20, 30, 60


class Live:
    """What is live of a gateway, said in a language."""

    def __init__(self, gateway: Gateway, words: Words, query: str) -> None:
        """Show a gateway; the query keeps the language in the addresses of the forms."""
        self._gateway = gateway
        self._words = words
        self._query = query

    def html(self) -> str:
        """Give what changes by itself: whether the gateway is away, phones, accounts and calls."""
        words, gateway = self._words, self._gateway
        phones = conversations(gateway)[:SHOWN_PHONES]
        calls = gateway.calls[: -SHOWN_CALLS - 1 : -1]
        return "\n".join(
            (
                self._away(),
                _section(
                    words.phones,
                    f'<div class="phones">{"".join(map(self._conversation, phones))}</div>'
                    if phones
                    else f'<p class="faint">{words.no_sms}</p>',
                ),
                _section(
                    words.accounts,
                    "".join(map(self._account, gateway.accounts.values())),
                ),
                _section(
                    words.calls,
                    f'<ol class="calls" dir="ltr">{"".join(map(self._call, calls))}</ol>'
                    if calls
                    else f'<p class="faint">{words.no_calls}</p>',
                ),
            )
        )

    def _away(self) -> str:
        """Say whether the gateway is away, and when that changes; times only, no countdown."""
        words, outages = self._words, self._gateway.outages
        present, until = outages.present, outages.until
        if present is not None:
            way = words.ways[present.kind]
            said = (
                words.until.format(way=way, time=self._time(until))
                if until
                else words.until_ended.format(way=way)
            )
            kind, button = "bad", words.back
        elif change := outages.next_change:
            said = words.begins.format(time=self._time(change))
            kind, button = "wait", words.cancel
        else:
            return f'<p class="away"><b class="good">{words.answers}</b></p>'
        return (
            f'<form class="away" method="post" action="/back{self._query}"><p class="{kind}">{said}</p>'
            f"<button>{button}</button></form>"
        )

    def _conversation(self, each: Conversation) -> str:
        words = self._words
        number = f'<bdi class="number">{escape(words.number(each.number))}</bdi>'
        name = f"<bdi>{escape(each.name)}</bdi> " if each.name else ""
        phone, query = each.phone, self._query
        blocks = phone is not None and phone.blacklisted
        hidden = len(each.messages) - SHOWN_MESSAGES
        older = words.older.format(count=words.number(hidden))
        return (
            f'<article><div class="phone"><h3>{name}{number}</h3>'
            + (power(phone, words, query) if phone else "")
            + "</div>"
            + (rule(phone, words, query) if phone else "")
            + (f'<p class="bad">{words.blacklisted}</p>' if blocks else "")
            + (f'<p class="faint">{older}</p>' if hidden > 0 else "")
            + (
                "".join(map(self._message, each.messages[-SHOWN_MESSAGES:]))
                or f'<p class="faint">{words.no_sms}</p>'
            )
            + "</article>"
        )

    def _message(self, message: Sms | ReceivedMessage) -> str:
        words = self._words
        if isinstance(message, Sms):
            kind, end = "got", words.from_line.format(line=self._line(message.sender))
            word, colour = self._delivery(message.status)
            facts = (
                f"<span>{words.count_parts(message.parts)}</span>"
                + (f"<span>{words.flash}</span>" if message.flash else "")
                + f'<span class="{colour}">{escape(word)}</span>'
            )
        else:
            kind, end = "wrote", words.to_line.format(line=self._line(message.line))
            facts = ""
        return (
            f'<div class="message {kind}"><p class="text" dir="auto">{escape(message.text)}</p>'
            f'<div class="facts"><span>{end}</span>{facts}{self._time(message.at)}</div></div>'
        )

    def _line(self, line: str) -> str:
        return f"<bdi>{escape(self._words.number(line))}</bdi>"

    def _account(self, account: Account) -> str:
        words = self._words
        facts = {
            words.credit: words.sms.format(
                count=words.decimal(decimal_text(account.credit))
            ),
            words.base_price: words.rial.format(
                count=words.decimal(decimal_text(account.base_price))
            ),
            words.lines: words.comma.join(map(self._line, account.lines)) or words.none,
            words.push: words.switched_off.format(
                reason=f"<bdi>{escape(account.push_failure)}</bdi>"
            )
            if account.push_failure
            else (words.on if account.push_url else words.off),
        }
        rows = "".join(
            f"<div><dt>{name}</dt><dd>{fact}</dd></div>" for name, fact in facts.items()
        )
        return f"<h3><bdi>{escape(account.username)}</bdi></h3><dl>{rows}</dl>"

    def _call(self, call: Call) -> str:
        """Show a call as the protocol spells it, left to right in every language."""
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
            f'<li><div class="facts">{self._time(call.at)}<b>{escape(call.method)}</b>{fault}</div>'
            f'<div dir="auto">{escape(call.outcome)}</div>'
            f'<div class="faint">{asked}</div></li>'
        )

    def _delivery(self, status: Outcome) -> tuple[str, str]:
        """Give the word for a delivery status, and the colour that it has."""
        if isinstance(status, str) or status not in Delivery.__members__.values():
            shown = self._words.number(status)
            return self._words.other_delivery.format(status=shown), "wait"
        colour = (
            "good"
            if status == Delivery.DELIVERED
            else "bad"
            if status in FAILED_DELIVERIES
            else "wait"
        )
        return self._words.deliveries[Delivery(status)], colour

    def _time(self, at: datetime) -> str:
        words, local = self._words, at.astimezone(TEHRAN)
        return (
            f'<time datetime="{local.isoformat()}" dir="{words.direction}">'
            f"{words.moment(at)}</time>"
        )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
