"""When a message is asked for, when it expires, and what goes before what."""

from itertools import pairwise
from time import process_time

import pytest

from custom_components.payamak.delivery.followed import AllFollowed, Followed
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import SmsRow

_T = 1_000_000.0
_HOUR = 3600.0
_EXPIRY = 72 * _HOUR
_NEVER = _T + 10 * _EXPIRY


def _row(
    sent_at: float | None = _T,
    asked: int = 0,
    asked_at: float | None = None,
    sms_id: str = "01",
    message_id: str = "1",
) -> SmsRow:
    return SmsRow(
        sms_id=sms_id,
        text=1,
        recipient="09120000001",
        name=None,
        state=SmsState.ACCEPTED,
        message_id=message_id,
        parts=1,
        cost=None,
        created_at=_T - 5,
        sent_at=sent_at,
        asked=asked,
        asked_at=asked_at,
    )


def _ask(followed: Followed, now: float, *, answered: bool = True) -> None:
    followed.note_asked(now, answered=answered)
    followed.schedule()


def test_the_first_question_comes_ten_seconds_after_the_message() -> None:
    """Counted from when it left; from when it was begun where nobody knows."""
    assert Followed(_row()).due_at == _T + 10
    assert Followed(_row(sent_at=None)).due_at == _T + 5
    assert Followed(_row(sent_at=0)).due_at == 10


def test_the_gaps_double() -> None:
    """Up to six hours, until the message expires."""
    followed = Followed(_row())
    times = []
    while followed.due_at < _T + _EXPIRY:
        times.append(followed.due_at)
        _ask(followed, followed.due_at)
    assert times[0] == _T + 10
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps == [
        *(20 * 2**each for each in range(11)),
        *[6 * _HOUR] * (len(gaps) - 11),
    ]
    assert len(gaps) == 21
    assert followed.due_at == _T + _EXPIRY


def test_all_are_told_that_went_out_as_one_and_else_one_for_each_id() -> None:
    """The gateway may give an id twice, but that is not known to be of the same SMS."""
    rows = [_row(sms_id=f"0{number}") for number in range(4)]
    followed = Followed(rows[0])
    followed.rows += rows[1:]
    assert followed.told == rows[:1]
    rows[1].sent_as = rows[2].sent_as = 7
    assert followed.told == rows[:1]
    rows[0].sent_as = 7
    assert followed.told == rows[:3]
    rows[1].sent_as = 8
    assert followed.told == [rows[0], rows[2]]


def test_each_question_counts_for_all_rows_of_an_id() -> None:
    """An id that is given twice is asked for once."""
    followed = Followed(_row())
    followed.rows.append(_row())
    _ask(followed, _T + 10)
    _ask(followed, _T + 30)
    assert [(row.asked, row.asked_at) for row in followed.rows] == [(2, _T + 30)] * 2
    assert followed.row is followed.rows[0]


@pytest.mark.parametrize(
    ("sent_as", "told"),
    [
        ([None], [0]),
        ([None, None, 7], [0]),
        ([7, 7, 8, None, 7], [0, 1, 4]),
        ([0, 0], [0, 1]),
    ],
)
def test_one_end_is_told_of_each_id_and_of_all_that_went_out_as_one(
    sent_as: list[int | None], told: list[int]
) -> None:
    """What has the id by a mistake of the gateway is not told."""
    followed = Followed(_row())
    followed.rows = [_row() for _ in sent_as]
    for row, key in zip(followed.rows, sent_as, strict=True):
        row.sent_as = key
    assert followed.told == [followed.rows[each] for each in told]


def test_a_message_goes_on_where_it_was_left() -> None:
    """After a restart."""
    before = Followed(_row())
    for now in (_T + 10, _T + 30, _T + 70):
        _ask(before, now)
    row = before.row
    assert Followed(row).due_at == before.due_at == _T + 150


def test_many_questions_for_a_caller_who_waited_do_not_make_the_gap_long() -> None:
    """It is no longer than the message is old, and ten seconds."""
    assert Followed(_row(asked=9, asked_at=_T + 90)).due_at == _T + 90 + 100
    assert Followed(_row(asked=1, asked_at=_T + 90)).due_at == _T + 90 + 20


def test_few_questions_in_a_long_outage_do_not_make_the_gap_long() -> None:
    """By the number of questions it is short again."""
    assert Followed(_row(asked=2, asked_at=_T + _HOUR)).due_at == _T + _HOUR + 40


def test_no_gap_is_longer_than_six_hours() -> None:
    """However old the message is, and however often it was asked for."""
    asked_at = _T + 40 * _HOUR
    for asked in (12, 16, 17, 10_000):
        followed = Followed(_row(asked=asked, asked_at=asked_at))
        assert followed.due_at == asked_at + 6 * _HOUR


@pytest.mark.parametrize("asked", [0, 1])
def test_a_question_without_a_count_is_followed_by_the_shortest_gap(asked: int) -> None:
    """A row of an odd file must not stop the others."""
    assert Followed(_row(asked=asked, asked_at=_T + 100)).due_at == _T + 120


def test_a_question_before_the_message_is_followed_soon() -> None:
    """The clock was put forward between the two."""
    assert Followed(_row(asked=5, asked_at=_T - 100)).due_at == _T - 90


def test_what_is_awaited_is_asked_for_every_ten_seconds() -> None:
    """As long as anybody waits."""
    followed = Followed(_row(asked=5, asked_at=_T + 500))
    followed.awaited += 1
    followed.schedule()
    assert followed.due_at == _T + 510
    followed.awaited += 1
    followed.schedule()
    assert followed.due_at == _T + 510
    followed.awaited -= 2
    followed.schedule()
    assert followed.due_at == _T + 500 + 320


def test_the_first_question_is_not_earlier_for_somebody_who_waits() -> None:
    """The gateway knows nothing before."""
    followed = Followed(_row())
    followed.awaited = 1
    followed.schedule()
    assert followed.due_at == _T + 10


def test_a_message_expires_after_three_days() -> None:
    """If it was asked for lately, which is within twelve hours."""
    end = _T + _EXPIRY
    followed = Followed(_row(asked=20, asked_at=end - 12 * _HOUR + 1))
    assert followed.due_at == end - 6 * _HOUR + 1
    assert not followed.has_expired(end - 0.001)
    assert followed.has_expired(end)
    assert followed.has_expired(end + 0.999)
    assert not followed.has_expired(end + 1)


def test_a_message_is_due_when_it_expires() -> None:
    """Even if the next question would come later."""
    end = _T + _EXPIRY
    assert Followed(_row(asked=20, asked_at=end - _HOUR)).due_at == end
    assert Followed(_row(asked=20, asked_at=end - 7 * _HOUR)).due_at == end - _HOUR


def test_a_message_that_was_never_asked_for_does_not_expire() -> None:
    """Home Assistant was off, or the clock was put forward."""
    assert not Followed(_row()).has_expired(_T + 10 * _EXPIRY)


def test_a_message_that_is_first_asked_for_late_has_six_more_hours() -> None:
    """From the first late question on, however many follow."""
    late = _T + _EXPIRY + 100 * _HOUR
    followed = Followed(_row(asked=1, asked_at=_T + 10))
    assert not followed.has_expired(late)
    _ask(followed, late)
    assert followed.due_at == late + 40
    _ask(followed, late + _HOUR)
    assert not followed.has_expired(late + 6 * _HOUR - 0.001)
    assert followed.has_expired(late + 6 * _HOUR)
    followed.row.asked = 20
    _ask(followed, late + 2 * _HOUR)
    assert followed.due_at == late + 6 * _HOUR


def test_a_question_right_at_the_end_is_a_late_one() -> None:
    """One before it is not."""
    end = _T + _EXPIRY
    for now, end_of_all in ((end - 1, end), (end, end + 6 * _HOUR)):
        followed = Followed(_row(asked=20, asked_at=end - 20 * _HOUR))
        _ask(followed, now)
        assert followed.due_at == min(end_of_all, now + 6 * _HOUR)
        assert not followed.has_expired(end_of_all - 0.001)
        assert followed.has_expired(end_of_all)


def test_a_clock_that_is_set_back_leaves_nothing_in_the_future() -> None:
    """Each row is taken for one of now, and what is of the past stays."""
    now = _T - 10 * _HOUR
    followed = Followed(_row(asked=5, asked_at=_T + 500))
    followed.rows += [_row(sent_at=now - 7), _row(sent_at=None)]
    followed.clamp_to(now)
    assert [row.sent_at for row in followed.rows] == [now, now - 7, now]
    assert [row.asked_at for row in followed.rows] == [now, None, None]
    assert followed.due_at == now + 10

    followed = Followed(_row(asked=5, asked_at=_T + 500))
    followed.clamp_to(_T + 600)
    assert (followed.row.sent_at, followed.row.asked_at) == (_T, _T + 500)
    assert followed.due_at == _T + 500 + 320

    followed = Followed(_row())
    followed.clamp_to(_T - 1)
    assert (followed.row.sent_at, followed.row.asked_at) == (_T - 1, None)
    assert followed.due_at == _T + 9


def test_the_six_hours_more_are_not_in_the_future_either() -> None:
    """They would never end."""
    late = _T + 2 * _EXPIRY
    for now, end in (
        (late - _HOUR, late + 5 * _HOUR),
        (late + _HOUR, late + 6 * _HOUR),
    ):
        followed = Followed(_row(asked=20, asked_at=_T))
        _ask(followed, late)
        followed.clamp_to(now)
        assert not followed.has_expired(end - 0.001)
        assert followed.has_expired(end)


def _all(*rows: SmsRow) -> AllFollowed:
    """Follow some rows, each with an id of its own."""
    for number, row in enumerate(rows):
        row.sms_id = row.message_id = str(number)
    all_followed = AllFollowed({row.sms_id: row for row in rows})
    all_followed.take_up(_NEVER)
    return all_followed


def test_only_what_is_due_is_asked_for() -> None:
    """From the moment on at which it is."""
    later, row = _row(sent_at=_T + 1), _row()
    all_followed = _all(later, row)
    assert all_followed.next_due() == _T + 10
    assert all_followed.youngest_due(_T + 9.999) is None
    assert all_followed.youngest_due(_T + 10) is all_followed.of(row)
    assert all_followed.youngest_due(_T + 11) is all_followed.of(later)
    assert _all().youngest_due(_T) is None
    assert not _all()
    assert all_followed


def test_only_what_is_over_has_expired() -> None:
    """And not more at a time than can be told at once."""
    end = _T + _EXPIRY
    rows = [_row(_T + late, asked=20, asked_at=end - _HOUR) for late in (0, 1, 0)]
    all_followed = _all(*rows)
    first, second, third = (all_followed.of(row) for row in rows)
    assert all_followed.expired(end - 0.001, at_most=9) == []
    assert _all(_row()).expired(_T + 10, at_most=9) == []
    assert all_followed.expired(end, at_most=9) == [first, third]
    assert all_followed.expired(end + 1, at_most=2) == [first, second]
    assert all_followed.remove([first, third]) == [rows[0], rows[2]]
    assert all_followed.expired(end + 1, at_most=9) == [second]


def test_what_is_pending_is_taken_up_once() -> None:
    """An id that the gateway gives twice is followed with both of its rows."""
    first, same, other = (
        _row(),
        _row(sms_id="02"),
        _row(sms_id="03", message_id="3"),
    )
    pending = {first.sms_id: first}
    all_followed = AllFollowed(pending)
    [followed] = all_followed.take_up(_T)
    assert all_followed.take_up(_T) == []
    pending |= {each.sms_id: each for each in (same, other)}
    assert all_followed.take_up(_T) == [all_followed.of(other)]
    assert all_followed.of(same) is followed
    assert followed.rows == [first, same]
    assert all_followed.remove([followed]) == [first, same]
    for ended in (first, same):
        del pending[ended.sms_id]
    assert all_followed.take_up(_T) == []
    assert all_followed.next_due() == _T + 10


def test_what_could_not_be_ended_is_taken_up_again() -> None:
    """It is still pending in the ledger, also where younger ones are followed."""
    rows = _row(), _row(sms_id="02", message_id="2")
    all_followed = AllFollowed({row.sms_id: row for row in rows})
    first, _ = all_followed.take_up(_T)
    all_followed.remove([first])
    [again] = all_followed.take_up(_T)
    assert again.row is rows[0]


def test_what_was_sent_by_a_clock_that_was_ahead_is_taken_for_new() -> None:
    """Unless it is ahead by a few seconds alone."""
    for row, due_at in (
        (_row(sent_at=_T + 10), _T + 20),
        (_row(sent_at=_T + 10.001), _T + 10),
        (_row(sent_at=_T - 80, asked=3, asked_at=_T + 10), _T + 90),
        (_row(sent_at=_T - 80, asked=3, asked_at=_T + 10.001), _T + 80),
    ):
        all_followed = AllFollowed({row.sms_id: row})
        all_followed.take_up(_T)
        assert all_followed.next_due() == due_at


def test_a_clock_that_is_set_back_is_set_back_for_all() -> None:
    """Each is asked for as if it had just been sent."""
    all_followed = _all(_row(), _row(sent_at=_T + 100))
    all_followed.clamp_to(_T - _HOUR)
    assert all_followed.next_due() == _T - _HOUR + 10
    first = all_followed.youngest_due(_T - _HOUR + 10)
    assert first
    all_followed.remove([first])
    assert all_followed.youngest_due(_T - _HOUR + 10)


def test_an_id_that_is_given_thousands_of_times_holds_nothing_up() -> None:
    """The rows are not compared with one another."""
    pending = {each: _row(sms_id=each) for each in map(str, range(20_000))}
    all_followed = AllFollowed(pending)
    begin = process_time()
    [followed] = all_followed.take_up(_T)
    assert process_time() - begin < 0.5
    assert len(followed.rows) == 20_000


def _order(*followed: Followed) -> list[int]:
    """Return in which order all are asked for, none of them twice."""
    all_followed = _all(*(each.row for each in followed))
    for each in followed:
        all_followed._by_id[each.message_id] = each
    order = []
    while all_followed:
        chosen = all_followed.youngest_due(_NEVER)
        assert chosen
        order.append(followed.index(chosen))
        all_followed.remove([chosen])
    return order


def test_the_youngest_goes_first() -> None:
    """It is the one that somebody waits for, and most end within a minute."""
    assert _order(
        Followed(_row(sent_at=_T)),
        Followed(_row(sent_at=_T + 2)),
        Followed(_row(sent_at=_T + 1)),
    ) == [1, 2, 0]


def test_those_of_a_bulk_take_turns() -> None:
    """Each of them is asked for once before any is asked for twice; a younger bulk goes before."""
    assert _order(
        Followed(_row(sent_at=_T + 9, asked=2, asked_at=_T + 20)),
        Followed(_row(sent_at=_T + 5, asked=0)),
        Followed(_row(sent_at=_T, asked=1, asked_at=_T + 20)),
        Followed(_row(sent_at=_T + 10, asked=9, asked_at=_T + 20)),
        Followed(_row(sent_at=_T - 1, asked=0)),
    ) == [3, 1, 2, 0, 4]


def test_what_went_unanswered_twice_in_a_row_goes_last() -> None:
    """It may be the cause of the errors, and would keep the others from being asked for."""
    suspect, once, again, old = (
        Followed(_row(sent_at=sent_at))
        for sent_at in (_T + 400, _T + 300, _T + 200, _T + 100)
    )
    for answered in (False, False):
        _ask(suspect, _T + 500, answered=answered)
    _ask(once, _T + 500, answered=False)
    for answered in (False, True, False):
        _ask(again, _T + 500, answered=answered)
    assert _order(suspect, once, again, old) == [1, 2, 3, 0]
    _ask(suspect, _T + 600)
    assert _order(suspect, once, again, old) == [0, 1, 2, 3]
