"""The SMS that were sent for something."""

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import Purposes, SmsRow, purpose_of

from .messages import OMID, SARA


def row(sms_id: str, number: str = SARA) -> SmsRow:
    """Give an SMS to a number."""
    return SmsRow(
        sms_id=sms_id,
        text=1,
        recipient=number,
        name=None,
        state=SmsState.WAITING,
        parts=1,
        cost=None,
        created_at=0,
    )


def test_a_purpose_has_a_key_and_a_word() -> None:
    """It is in the ledger: it must stay as it is."""
    assert purpose_of("01", "taken") == "01:taken"


def test_what_is_begun_is_known_by_its_purpose_and_its_number() -> None:
    """The last one to a number counts."""
    purposes = Purposes()
    assert purposes.rows("01:0") == {}
    first, second, other, third = row("1"), row("2", OMID), row("3"), row("4")
    purposes.note("01:0", first)
    purposes.note("01:0", second)
    purposes.note("01:1", other)
    assert purposes.rows("01:0") == {SARA: first, OMID: second}
    assert purposes.rows("01:1") == {SARA: other}
    purposes.note("01:0", third)
    assert purposes.rows("01:0")[SARA] is third


def test_of_what_is_read_the_row_that_goes_on_changing_is_kept() -> None:
    """Else nobody would hear that it has left."""
    purposes = Purposes()
    waits, as_read, ended = row("1"), row("1"), row("2")
    stored = [("01:0", as_read), ("01:1", ended), ("02:0", row("3", OMID))]
    purposes.take_up(stored, {"1": waits, "9": row("9")})
    assert purposes.rows("01:0")[SARA] is waits
    assert purposes.rows("01:1")[SARA] is ended
    assert [*purposes.rows("02:0")] == [OMID]


def test_what_is_forgotten_is_forgotten_with_all_its_texts() -> None:
    """And nothing else."""
    purposes = Purposes()
    for purpose in ("01:0", "01:taken", "011:0", "02:0", "03:0:1"):
        purposes.note(purpose, row(purpose))
    purposes.forget({"01", "03"})
    known = [
        each
        for each in ("01:0", "01:taken", "011:0", "02:0", "03:0:1")
        if purposes.rows(each)
    ]
    assert known == ["011:0", "02:0"]
    purposes.forget([])
    assert purposes.rows("02:0")
