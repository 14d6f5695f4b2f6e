"""The forms of the page: an SMS that comes in, and an outage."""

from collections.abc import Mapping
from html import escape

from simulator.gateway import Gateway
from simulator.outages import Away

from .words import Words

MOST_MINUTES = 7 * 24 * 60


def possible_ways(gateway: Gateway) -> list[Away]:
    """Give the ways to be away that the page offers: a port is only closed if the page has another."""
    return [
        way for way in Away if way is not Away.REFUSE or gateway.panel_port is not None
    ]


def sms_form(
    gateway: Gateway, words: Words, query: str, typed: Mapping[str, str]
) -> str:
    """Give the form for an SMS that comes in, with what was typed into it before."""
    lines = "".join(
        f'<option value="{escape(line)}"{" selected" if line == typed.get("line") else ""}>'
        f"{escape(words.number(line))} ({escape(account.username)})</option>"
        for account in gateway.accounts.values()
        for line in account.lines
    )
    phones = "".join(
        f'<option value="{escape(phone.number)}">{escape(phone.name or "")}</option>'
        for phone in gateway.phones.values()
    )
    return f"""<section>
<h2>{words.send_in}</h2>
<form method="post" action="/received{query}" accept-charset="utf-8">
<label>{words.sender}<input name="sender" list="phones" required dir="ltr" inputmode="tel" autocomplete="off"
 placeholder="{words.number("09121234567")}" value="{escape(typed.get("sender", ""))}"></label>
<datalist id="phones">{phones}</datalist>
<label>{words.line}<select name="line" required>{lines}</select></label>
<label>{words.text}<textarea name="text" required dir="auto">{escape(typed.get("text", ""))}</textarea></label>
<button>{words.send}</button>
</form>
</section>"""


def away_form(
    gateway: Gateway, words: Words, query: str, typed: Mapping[str, str]
) -> str:
    """Give the form for an outage, with what was typed into it before."""
    options = "".join(
        f'<option value="{way}"{" selected" if way == typed.get("kind") else ""}>{words.ways[way]}</option>'
        for way in possible_ways(gateway)
    )
    return f"""<section>
<h2>{words.take_away}</h2>
<form method="post" action="/away{query}" accept-charset="utf-8">
<label>{words.way}<select name="kind" required>{options}</select></label>
<label>{words.minutes}<input name="minutes" inputmode="numeric" required dir="ltr" autocomplete="off"
 value="{escape(typed.get("minutes", words.number(5)))}"></label>
<button>{words.away}</button>
</form>
</section>"""
