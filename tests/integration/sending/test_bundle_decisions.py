"""Which of the messages that wait for somebody go out as one, and as which text."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util
import pytest

from custom_components.payamak.gateway import count_parts
from custom_components.payamak.ledger import SmsRow
from custom_components.payamak.sending.bundle import Words, bundle_of, together
from tests.integration.story.rows import content, waiting_row

TEHRAN: Final = ZoneInfo("Asia/Tehran")
ENGLISH: Final = Words(digits="0123456789", more="and {count} more")
PERSIAN: Final = Words(digits="۰۱۲۳۴۵۶۷۸۹", more="و {count} پیام دیگر")
NIGHT: Final = datetime(2026, 11, 24, 23, 58, tzinfo=TEHRAN).timestamp()


@pytest.fixture(autouse=True)
def _tehran() -> Iterator[None]:
    """Let the home be in Tehran."""
    dt_util.set_default_time_zone(TEHRAN)
    yield
    dt_util.set_default_time_zone(UTC)


def rows_of(*texts: str, **how: Any) -> list[SmsRow]:
    """Give rows that were begun one a minute."""
    return [
        waiting_row(key, content=content(key, text, **how), created_at=NIGHT + key * 60)
        for key, text in enumerate(texts)
    ]


def joined(rows: Sequence[SmsRow], *may_not: str, most_parts: int = 5) -> list[str]:
    """Give the ids of those that go out together."""
    found = together(rows, lambda row: row.sms_id not in may_not, ENGLISH, most_parts)
    return [row.sms_id for row in found]


def test_each_text_has_its_time_and_a_line() -> None:
    """The oldest first; the time is Home Assistant's, over midnight."""
    rows = rows_of("leak", "door\nopen", "dry")
    expected = "23:58 leak\n23:59 door\nopen\n00:00 dry"
    assert bundle_of(rows, ENGLISH, 5) == expected


def test_digits_are_those_of_the_language_and_texts_are_left_as_they_are() -> None:
    """Numbers in a text are its author's."""
    rows = rows_of("نشت ۳", "24 °C")
    assert bundle_of(rows, PERSIAN, 5) == "۲۳:۵۸ نشت ۳\n۲۳:۵۹ 24 °C"
    assert PERSIAN.rest(120) == "و ۱۲۰ پیام دیگر"


def test_latin_texts_stay_latin() -> None:
    """With a Persian digit they would take twice as many parts."""
    text = bundle_of(rows_of("a" * 70, "b" * 70), PERSIAN, 5)
    assert text == f"23:58 {'a' * 70}\n23:59 {'b' * 70}"
    assert count_parts(text) == 1


@pytest.mark.parametrize("number", [0, 1])
def test_one_is_no_bundle(number: int) -> None:
    """Two are."""
    assert bundle_of(rows_of("a", "b")[:number], ENGLISH, 5) is None


@pytest.mark.parametrize(("words", "letter"), [(ENGLISH, "a"), (PERSIAN, "آ")])
@pytest.mark.parametrize("length", [1, 40, 300, 313])
def test_there_are_as_many_as_fit_and_the_rest_is_counted(
    words: Words, letter: str, length: int
) -> None:
    """All of them are in it one way or the other, and one more would be too many."""
    rows = rows_of(*(letter * length for _ in range(200)))
    text = bundle_of(rows, words, 5)
    assert text
    *lines, last = text.split("\n")
    assert count_parts(text) <= 5
    assert lines == [words.line(row) for row in rows[: len(lines)]]
    assert last == words.rest(200 - len(lines))
    longer = [*lines, words.line(rows[len(lines)]), words.rest(199 - len(lines))]
    assert count_parts("\n".join(longer)) > 5


def test_the_last_one_fits_where_it_need_not_be_counted() -> None:
    """Its text takes no more room than the words for the rest."""
    shortest = 5 * 153 - len("23:58 \n23:59 abc")
    rows = rows_of("a" * shortest, "abc")
    assert bundle_of(rows, ENGLISH, 5) == f"23:58 {'a' * shortest}\n23:59 abc"
    rows = rows_of("a" * (shortest + 1), "abc")
    assert bundle_of(rows, ENGLISH, 5) is None


def test_a_text_that_does_not_fit_ends_the_list() -> None:
    """What is newer is counted, too, though it might fit: they are in order."""
    rows = rows_of("first", "آ" * 320, "last")
    assert bundle_of(rows, ENGLISH, 5) == "23:58 first\nand 2 more"


@pytest.mark.parametrize(
    ("length", "text"), [(147, "23:58 a\nand 1 more"), (146, None)]
)
def test_a_bundle_may_have_to_be_smaller(length: int, text: str | None) -> None:
    """Where the daily limit is."""
    rows = rows_of("a", "b" * length)
    found = bundle_of(rows, ENGLISH, 1)
    assert found == (text or f"23:58 a\n23:59 {'b' * length}")


def test_those_go_together_that_go_the_same_way() -> None:
    """Whatever patience each of them has."""
    rows = rows_of("a", "b", "c")
    rows[1].content = content(1, "b", retry_for=7200)
    assert joined(rows) == ["sms-0", "sms-1", "sms-2"]
    assert joined([]) == []


@pytest.mark.parametrize(
    "other",
    [
        content(1, "b", sender="50004001"),
        content(1, "b", flash=True),
        content(1, "b", urgent=True),
        content(1, None, pattern_id=1730),
        content(1, "آ" * 330),
        None,
    ],
)
def test_no_newer_one_overtakes_one_that_does_not_go_with_it(other: Any) -> None:
    """What is urgent, of a pattern, over another line, shown in another way or too long goes out by itself."""
    rows = rows_of("a", "b", "c", "d")
    rows[1].content = other
    assert joined(rows) == ["sms-0"]
    assert joined(rows[1:]) == (
        ["sms-1"] if other and (other.sender or other.flash) else []
    )
    assert joined(rows[2:]) == ["sms-2", "sms-3"]


def test_what_may_not_leave_yet_ends_it() -> None:
    """The fence may hold it."""
    rows = rows_of("a", "b", "c")
    assert joined(rows, "sms-1") == ["sms-0"]
    assert joined(rows, "sms-0") == []


@pytest.mark.parametrize(("length", "fits"), [(335 - 6, True), (336 - 6, False)])
def test_a_text_that_is_too_long_by_itself_goes_out_by_itself(
    length: int, fits: bool
) -> None:
    """Else it would only ever be counted."""
    rows = rows_of("آ" * length, "b")
    assert joined(rows) == (["sms-0", "sms-1"] if fits else [])
    rows = rows_of("a", "آ" * 64)
    assert joined(rows, most_parts=1) == ["sms-0", "sms-1"]
    rows = rows_of("a", "آ" * 65)
    assert joined(rows, most_parts=1) == ["sms-0"]
