"""In which order what waits goes out, and with which calls."""

from collections.abc import Callable, Mapping, Sequence

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import SmsRow, Text
from custom_components.payamak.sending.decisions import Together, content_of, plan
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.rows import content, waiting_row


def planned(
    rows: Sequence[SmsRow],
    *,
    tries: Mapping[int, int] | None = None,
    may_leave: Callable[[SmsRow], bool] = lambda _: True,
    per_call: Callable[[Text], int] = lambda _: 100,
    together: Together = lambda rows, _: (rows[:1], None),
) -> list[list[str]]:
    """Give the ids of the rows of each call."""
    calls = plan(
        *(rows, may_leave),
        tries=tries or {},
        per_call=lambda rows, _: per_call(content_of(rows[0])),
        together=together,
    )
    return [[row.sms_id for row in call.rows] for call in calls]


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


def test_what_goes_out_as_one_is_one_call_for_all_who_get_the_same() -> None:
    """Each person's rows stay together, also where a call takes one person only."""
    rows = [
        waiting_row(number, who, sms_id=f"{number}-{who[-1]}", content=content(number))
        for number in (1, 2, 3)
        for who in (SARA, OMID, MINA)
        if (number, who) != (3, SARA)
    ]

    def together(
        rows: Sequence[SmsRow], may_leave: Callable[[SmsRow], bool]
    ) -> tuple[Sequence[SmsRow], str]:
        some = [row for row in rows if may_leave(row)]
        return some, f"{len(some)} texts"

    assert planned(rows, together=together) == [
        ["1-1", "2-1"],
        ["1-2", "2-2", "3-2", "1-3", "2-3", "3-3"],
    ]
    assert planned(rows, together=together, per_call=lambda _: 1) == [
        ["1-1", "2-1"],
        ["1-2", "2-2", "3-2"],
        ["1-3", "2-3", "3-3"],
    ]
    assert planned(rows, together=together, may_leave=lambda row: row.text < 3) == [
        ["1-1", "2-1", "1-2", "2-2", "1-3", "2-3"],
    ]


def test_each_persons_rows_are_offered_in_their_order() -> None:
    """However they are listed; urgent ones first."""
    urgent = waiting_row(4, content=content(4, urgent=True))
    offered: list[list[str]] = []

    def together(
        rows: Sequence[SmsRow], _may_leave: object
    ) -> tuple[Sequence[SmsRow], None]:
        offered.append([row.sms_id for row in rows])
        return rows[:1], None

    planned([waiting_row(3), urgent, waiting_row(1)], together=together)
    assert offered == [["sms-4", "sms-1", "sms-3"]]
