"""What phones do by themselves, on the page: shown, switched, and a form for their answers."""

from collections.abc import Mapping
from datetime import timedelta
from html import escape
import re

from simulator.gateway import Gateway
from simulator.phones import Answer, Phone
from simulator.text import ascii_digits, parse_mobile

from .words import Words

MOST_SECONDS, MOST_TIMES = 24 * 60 * 60, 999
_NUMBER = re.compile(r"[0-9]{1,6}")


class FormError(Exception):
    """A form that is not filled in as it must be; the message is for its reader."""


def read_answer(form: Mapping[str, str], words: Words) -> tuple[str, Answer]:
    """Read which phone answers what."""
    typed = {name: value.strip() for name, value in form.items()}
    number, text = parse_mobile(typed.get("phone", "")), typed.get("answer", "")
    if number is None:
        raise FormError(words.no_phone)
    if not text:
        raise FormError(words.no_answer)
    seconds = _number(typed.get("seconds", ""))
    if seconds is None or seconds > MOST_SECONDS:
        raise FormError(words.wrong_seconds.format(most=words.number(MOST_SECONDS)))
    times = _number(typed.get("times") or "1")
    if times is None or not 0 < times <= MOST_TIMES:
        raise FormError(words.wrong_times.format(most=words.number(MOST_TIMES)))
    return number, Answer(
        text,
        after=timedelta(seconds=seconds),
        contains=typed.get("contains") or None,
        times=times if typed.get("times") else None,
    )


def _number(typed: str) -> int | None:
    digits = ascii_digits(typed)
    return int(digits) if _NUMBER.fullmatch(digits) else None


def answer_form(
    gateway: Gateway, words: Words, query: str, typed: Mapping[str, str]
) -> str:
    """Give the form for what a phone answers, with what was typed into it before."""

    def value(name: str, default: str = "") -> str:
        return f'name="{name}" value="{escape(typed.get(name, default))}" autocomplete="off"'

    return f"""<section>
<details{" open" if "answer" in typed else ""}>
<summary><h2>{words.let_answer}</h2></summary>
<form method="post" action="/answers{query}" accept-charset="utf-8">
<label>{words.phone}<input {value("phone")} list="phones" required dir="ltr" inputmode="tel"
 placeholder="{words.number("09121234567")}"></label>
<label>{words.answer}<input {value("answer")} required dir="auto"></label>
<label>{words.seconds}<input {value("seconds", words.number(5))} required dir="ltr" inputmode="numeric"></label>
<label>{words.contains}<input {value("contains")} dir="auto"></label>
<label>{words.times}<input {value("times")} dir="ltr" inputmode="numeric"></label>
<button>{words.answers_itself}</button>
</form>
</details>
</section>"""


def power(phone: Phone, words: Words, query: str) -> str:
    """Say that a phone is off, and give the button that switches it."""
    state = "" if phone.is_on else f'<b class="bad">{words.is_off}</b>'
    turn, button = ("off", words.switch_off) if phone.is_on else ("on", words.switch_on)
    return (
        f'<form class="turn" method="post" action="/phones{query}">{state}{_hidden("phone", phone.number)}'
        f'<button name="turn" value="{turn}">{button}</button></form>'
    )


def rule(phone: Phone, words: Words, query: str) -> str:
    """Say what a phone answers by itself, and give the button that ends it."""
    answer = phone.answer
    if answer is None:
        return ""
    facts = [words.will_answer.format(text=f"<bdi>{escape(answer.text)}</bdi>")]
    seconds = words.decimal(f"{answer.after.total_seconds():g}")
    facts.append(words.seconds_later.format(seconds=seconds))
    if answer.contains:
        facts.append(
            words.to_texts.format(part=f"<bdi>{escape(answer.contains)}</bdi>")
        )
    if answer.times is not None:
        facts.append(words.times_left.format(count=words.number(answer.times)))
    said = "".join(f"<span>{fact}</span>" for fact in facts)
    return (
        f'<form class="turn facts" method="post" action="/phones{query}">{said}{_hidden("phone", phone.number)}'
        f'<button name="turn" value="silent">{words.end_answers}</button></form>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'
