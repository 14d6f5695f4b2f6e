"""In which order what waits goes out, and with which calls."""

from collections.abc import Callable, Mapping, Sequence

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import SmsRow, Text
from custom_components.payamak.sending.decisions import plan
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.rows import content, waiting_row


def planned(
    rows: Sequence[SmsRow],
    *,
    tries: Mapping[int, int] | None = None,
    may_leave: Callable[[SmsRow], bool] = lambda _: True,
    per_call: Callable[[Text], int] = lambda _: 100,
) -> list[list[str]]:
    """Give the ids of the rows of each call."""
    calls = plan(rows, may_leave, tries=tries or {}, per_call=per_call)
    return [[row.sms_id for row in call] for call in calls]


def test_where_nothing_waits_no_call_is_made() -> None:
    """Not even an empty one."""
    assert planned([]) == []
    assert planned([waiting_row(1)], may_leave=lambda _: False) == []


def test_the_oldest_goes_first_however_they_are_listed() -> None:
    """Each to somebody else."""
    rows = [waiting_row(3, SARA), waiting_row(1, OMID), waiting_row(2, MINA)]
    assert planned(rows) == [["sms-1"], ["sms-2"], ["sms-3"]]


def test_what_has_failed_before_goes_after_what_is_new() -> None:
    """The fewer times the earlier."""
    rows = [waiting_row(1, SARA), waiting_row(2, OMID), waiting_row(3, MINA)]
    assert planned(rows, tries={1: 2, 2: 1}) == [["sms-3"], ["sms-2"], ["sms-1"]]


def test_an_urgent_one_goes_first_even_if_it_has_failed() -> None:
    """And though it is the newest."""
    urgent = content(3, urgent=True)
    rows = [waiting_row(1, SARA), waiting_row(2, OMID)]
    rows.append(waiting_row(3, MINA, content=urgent))
    assert planned(rows, tries={3: 9}) == [["sms-3"], ["sms-1"], ["sms-2"]]


def test_each_person_gets_the_oldest_alone() -> None:
    """What is newer follows when that is accounted for."""
    assert planned([waiting_row(1), waiting_row(2)]) == [["sms-1"]]
    assert planned([waiting_row(2), waiting_row(1)]) == [["sms-1"]]


def test_an_urgent_one_overtakes_what_waits_for_the_same_person() -> None:
    """Of two urgent ones the older goes first."""
    urgent = [waiting_row(key, content=content(key, urgent=True)) for key in (2, 3)]
    for rows in (
        [waiting_row(1), *urgent],
        [*reversed(urgent), waiting_row(1)],
        [urgent[0], waiting_row(1), urgent[1]],
    ):
        assert planned(rows) == [["sms-2"]]


def test_nobody_overtakes_what_is_under_way_or_may_not_leave_yet() -> None:
    """Else the second text would arrive before the first."""
    first = waiting_row(1, state=SmsState.SENDING)
    rows = [first, waiting_row(2), waiting_row(3, OMID)]
    assert planned(rows, may_leave=lambda row: row is not first) == [["sms-3"]]


def test_one_text_goes_to_several_with_one_call() -> None:
    """As many as a call takes, in their order; those who may not leave are not in it."""
    text = content(5)
    rows = [
        waiting_row(number, f"0912000000{number}", content=text)
        for number in range(1, 8)
    ]
    assert planned(
        rows,
        may_leave=lambda row: row.sms_id != "sms-2",
        per_call=lambda asked: 4 if asked is text else 0,
    ) == [["sms-1", "sms-3", "sms-4", "sms-5"], ["sms-6", "sms-7"]]


def test_texts_are_not_mixed_in_one_call() -> None:
    """Even if they say the same."""
    first, second = content(1), content(2)
    rows = [
        waiting_row(1, SARA, content=second),
        waiting_row(2, OMID, content=first),
        waiting_row(3, MINA, content=second),
    ]
    assert planned(rows) == [["sms-2"], ["sms-1", "sms-3"]]
