"""The forms of the page: an SMS that comes in, and an outage."""

from collections.abc import Mapping
from html import escape

from simulator.gateway import Gateway
from simulator.outages import Away

MOST_MINUTES = 7 * 24 * 60

WAYS = {
    Away.REFUSE: "refuses connections",
    Away.HANG: "never answers",
    Away.ERRORS: "answers with error pages",
}


def possible_ways(gateway: Gateway) -> list[Away]:
    """Give the ways to be away that the page offers: a port is only closed if the page has another."""
    return [
        way for way in Away if way is not Away.REFUSE or gateway.panel_port is not None
    ]


def forms(gateway: Gateway, typed: Mapping[str, str], error: str) -> str:
    """Give the forms beside what is live, with what was typed into them before."""
    return f"""<div id="form">
{f'<p class="error" role="alert">{escape(error)}</p>' if error else ""}
{_sms_form(gateway, typed)}
{_away_form(gateway, typed)}
</div>"""


def _sms_form(gateway: Gateway, typed: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{escape(line)}"{" selected" if line == typed.get("line") else ""}>'
        f"{escape(line)} ({escape(account.username)})</option>"
        for account in gateway.accounts.values()
        for line in account.lines
    )
    return f"""<section>
<h2>Send an SMS in</h2>
<form method="post" action="/received" accept-charset="utf-8">
<label>From (phone)<input name="sender" required dir="ltr" inputmode="tel" autocomplete="off"
 placeholder="09121234567" value="{escape(typed.get("sender", ""))}"></label>
<label>To (line)<select name="line" required>{options}</select></label>
<label>Text<textarea name="text" required dir="auto">{escape(typed.get("text", ""))}</textarea></label>
<button>Send in</button>
</form>
</section>"""


def _away_form(gateway: Gateway, typed: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{way}"{" selected" if way == typed.get("kind") else ""}>{WAYS[way]}</option>'
        for way in possible_ways(gateway)
    )
    return f"""<section>
<h2>Take the gateway away</h2>
<form method="post" action="/away" accept-charset="utf-8">
<label>What it does<select name="kind" required>{options}</select></label>
<label>For (minutes)<input name="minutes" type="number" min="1" max="{MOST_MINUTES}" required dir="ltr"
 autocomplete="off" value="{escape(typed.get("minutes", "5"))}"></label>
<button>Gateway away</button>
</form>
</section>"""
