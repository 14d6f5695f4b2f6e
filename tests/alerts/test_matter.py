"""When an answer to a question or an alert counts."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.alerts import matter as module

from .matters import ENTRY, NOON, OMID, OTHER_ENTRY, SARA, Asked, received


@pytest.mark.parametrize(
    ("sent_at", "seconds", "was_asked"),
    [
        (NOON, 60, True),
        (NOON, 0, True),
        # The panel dates by whole seconds, and by another clock.
        (NOON, -1, True),
        (NOON, -1.1, False),
        (NOON + timedelta(seconds=0.9), 0, True),
        (NOON + timedelta(seconds=0.9), -1, True),
        (NOON + timedelta(seconds=0.9), -1.1, False),
        (NOON + timedelta(seconds=1), -0.5, False),
        (NOON, -3600, False),
        (NOON, 86400, True),
        (None, 60, False),
    ],
)
def test_an_answer_comes_in_after_the_text_has_left(
    sent_at: datetime | None, seconds: float, was_asked: bool
) -> None:
    """What came before is about something else."""
    matter = Asked(sent_at=sent_at)
    assert matter.was_asked(received("yes", seconds=seconds)) is was_asked


@pytest.mark.parametrize("set_by", [-7200.0, 0.0, 7200.0])
def test_a_clock_that_is_set_between_text_and_answer_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory, set_by: float
) -> None:
    """The text has left a minute before now, whatever the clock said then."""
    matter = Asked(sent_at=NOON - timedelta(seconds=set_by))
    texts = [*matter.texts_to(ENTRY, SARA)]
    texts[0].departed = 440.3
    monkeypatch.setattr(matter, "texts_to", lambda *_: texts)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 500.3))
    freezer.move_to(NOON + timedelta(seconds=60))
    assert matter.was_asked(received("yes", seconds=-1))
    assert not matter.was_asked(received("yes", seconds=-1.1))


def test_only_who_was_asked_can_answer() -> None:
    """Over the account that has asked."""
    matter = Asked()
    assert matter.was_asked(received("yes"))
    assert not matter.was_asked(received("yes", OMID))
    assert not matter.was_asked(received("yes", entry_id=OTHER_ENTRY))


def test_one_of_several_texts_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one may still wait."""
    matter = Asked()
    left = [*matter.texts_to(ENTRY, SARA)]
    waits = [*Asked(sent_at=None).texts_to(ENTRY, SARA)]
    monkeypatch.setattr(matter, "texts_to", lambda *_: waits + left)
    assert matter.was_asked(received("yes"))
    monkeypatch.setattr(matter, "texts_to", lambda *_: waits + waits)
    assert not matter.was_asked(received("yes"))


def test_after_five_wrong_pins_a_number_is_heard_no_more() -> None:
    """Others are, and so is the number once something else is asked."""
    matter = Asked(pin="4711")
    for _ in range(4):
        matter.note_wrong_pin(SARA)
    assert matter.listens_to(SARA)
    matter.note_wrong_pin(SARA)
    assert not matter.listens_to(SARA)
    assert matter.listens_to(OMID)
    assert Asked(pin="4711").listens_to(SARA)


def test_what_is_closed_listens_to_nobody() -> None:
    """And has no end of its own at first."""
    assert not Asked(is_open=False).listens_to(SARA)
    assert Asked().ended_at is None
