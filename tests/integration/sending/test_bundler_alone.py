"""The bundler by itself: when it bundles, how large a bundle may be, and what it costs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from homeassistant.core import HomeAssistant
import pytest

from custom_components.payamak.gateway import count_parts
from custom_components.payamak.ledger import SmsRow, Text
from custom_components.payamak.sending import bundler
from custom_components.payamak.sending.bundle import Words
from custom_components.payamak.sending.bundler import Bundler, words_of
from custom_components.payamak.sending.decisions import Batch
from tests.integration.story.rows import content, waiting_row

WORDS = Words(digits="0123456789", more="and {count} more")
PRICE = Decimal(1730)


def bundler_with(
    *, is_on: bool = True, daily_limit: int = 0, room: int | None = None
) -> Bundler:
    """Give a bundler that has room for so many parts today."""
    return Bundler(
        is_on=is_on,
        daily_limit=daily_limit,
        room_for=lambda parts: parts if room is None else min(parts, room),
        words=lambda: WORDS,
        base_price=lambda: PRICE,
    )


def rows_of(*texts: str, **how: Any) -> list[SmsRow]:
    """Give what waits for somebody, the oldest first."""
    return [
        waiting_row(key, content=content(key, text, **how))
        for key, text in enumerate(texts)
    ]


def bundled(
    bundler: Bundler, rows: Sequence[SmsRow], *may_not: str
) -> tuple[list[str], str | None]:
    """Give the ids of those that go out now, and as what."""
    found, text = bundler.together(rows, lambda row: row.sms_id not in may_not)
    return [row.sms_id for row in found], text


def test_several_go_out_as_one() -> None:
    """With the time of each."""
    ids, text = bundled(bundler_with(), rows_of("leak", "dry"))
    assert ids == ["sms-0", "sms-1"]
    assert text
    assert [line[6:] for line in text.split("\n")] == ["leak", "dry"]


def test_one_goes_out_as_it_is() -> None:
    """Nobody needs its time."""
    assert bundled(bundler_with(), rows_of("leak")) == (["sms-0"], None)


def test_where_the_option_is_off_each_goes_out_by_itself() -> None:
    """The oldest first."""
    bundler = bundler_with(is_on=False)
    assert bundled(bundler, rows_of("leak", "dry")) == (["sms-0"], None)


@pytest.mark.parametrize("held_up", ["sms-0", "sms-1"])
def test_what_may_not_leave_yet_is_left_out(held_up: str) -> None:
    """One alone is no bundle, and none overtakes another."""
    rows = rows_of("leak", "door", "dry")
    assert bundled(bundler_with(), rows, held_up) == (["sms-0"], None)


@pytest.mark.parametrize(("daily_limit", "parts"), [(0, 5), (2, 2), (9, 5)])
def test_it_is_no_larger_than_the_daily_limit(daily_limit: int, parts: int) -> None:
    """And never larger than five parts; what it has no place for is counted."""
    rows = rows_of(*["آ" * 60] * 40)
    ids, text = bundled(bundler_with(daily_limit=daily_limit), rows)
    assert text
    assert count_parts(text) == parts
    assert len(ids) == 40
    assert text.endswith(" more")


def test_a_text_that_is_too_long_for_the_daily_limit_goes_out_by_itself() -> None:
    """It would never go out in a bundle."""
    rows = rows_of("آ" * 130, "آ", "آ")
    assert bundled(bundler_with(daily_limit=1), rows) == (["sms-0"], None)


@pytest.mark.parametrize(("room", "is_one"), [(2, True), (1, False), (0, False)])
def test_it_needs_room_for_all_of_its_parts(room: int, is_one: bool) -> None:
    """Where there is less, each goes out by itself as long as there is some."""
    rows = rows_of("آ" * 60, "آ" * 60)
    ids, text = bundled(bundler_with(daily_limit=10, room=room), rows)
    assert ids == (["sms-0", "sms-1"] if is_one else ["sms-0"])
    assert (text is not None) is is_one


@pytest.mark.parametrize(
    ("room", "people"),
    [(0, 0), (1, 0), (2, 1), (5, 2), (199, 99), (200, 100), (1000, 100)],
)
def test_it_goes_to_as_many_people_as_there_is_room_for(room: int, people: int) -> None:
    """Two parts for each, and a hundred people a call."""
    assert bundler_with(room=room).most_people("آ" * 100) == people


class Book:
    """Takes what is written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bundles: list[tuple[Sequence[SmsRow], Text]] = []

    def new_text(self, text: str, **fields: Any) -> Text:
        """Begin a text."""
        return Text(key=50, text=text, **fields)

    def bundle(self, rows: Sequence[SmsRow], text: Text) -> None:
        """Let rows go out as one text."""
        self.bundles.append((rows, text))


@pytest.mark.parametrize(("price", "cost"), [(PRICE, 2 * 1730.0), (None, None)])
def test_a_bundle_has_its_own_parts_and_cost(
    price: Decimal | None, cost: float | None
) -> None:
    """It goes over the line of its messages, and is shown as they are."""
    rows = rows_of("آ" * 60, "آ" * 60, sender="3000", flash=True)
    batch = Batch(rows=rows, bundle="آ" * 120)
    book = Book()
    bundler = Bundler(
        is_on=True,
        daily_limit=0,
        room_for=lambda parts: parts,
        words=lambda: WORDS,
        base_price=lambda: price,
    )
    text = bundler.content_of(batch, cast("Any", book))
    assert book.bundles == [(rows, text)]
    assert (text.text, text.parts, text.cost) == ("آ" * 120, 2, cost)
    assert (text.sender, text.flash, text.urgent) == ("3000", True, False)
    assert text.cost is None or isinstance(text.cost, float)


def test_what_goes_out_by_itself_keeps_its_text() -> None:
    """Nothing is written for it."""
    rows = rows_of("leak")
    book = Book()
    text = bundler_with().content_of(Batch(rows=rows), cast("Any", book))
    assert text is rows[0].content
    assert book.bundles == []


@pytest.mark.parametrize(
    ("language", "five", "rest"),
    [("en", "5", "+12"), ("de", "5", "+12"), ("fa", "۵", "+۱۲")],
)
async def test_digits_are_those_of_the_language_before_its_words_are_there(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    five: str,
    rest: str,
) -> None:
    """The rest is counted without words then."""
    monkeypatch.setattr(bundler, "async_get_cached_translations", lambda *_: {})
    hass.config.language = language
    words = words_of(hass)
    assert words.in_digits("5") == five
    assert words.rest(12) == rest
