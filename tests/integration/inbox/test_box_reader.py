"""How far the panel's list is read, and what of it was never seen."""

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from custom_components.payamak.account.account import Account
from custom_components.payamak.account.repairs import Repairs
from custom_components.payamak.gateway import (
    BadReplyError,
    GatewayError,
    Location,
    Message,
    MessagePage,
    RejectedError,
    UncertainError,
)
from custom_components.payamak.inbox.box_reader import BoxReader
from custom_components.payamak.inbox.freshness import Freshness
from custom_components.payamak.inbox.last_poll import Found, LastPoll
from custom_components.payamak.ledger import ReceivedBook

from .listed import listed_message

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MAX_AGE = 10 * MINUTE
WARNED_OF_PAGES = "lists no more than its newest messages"
WARNED_OF_ROWS = "received messages are skipped"


class Panel:
    """A box, the account that asks for it, and the book of what was seen."""

    def __init__(
        self,
        seen: Collection[int] | None = (0,),
        shift: timedelta | None = None,
    ) -> None:
        """Begin with an empty box, in which something was seen before; None: nobody has looked into it."""
        self.client = self
        self.latest_time = NOON
        self.clock_shift = shift
        self.needs_baseline = seen is None
        self.baseline = 0
        self.asked: list[int] = []
        self.errors: dict[int, GatewayError] = {}
        self.skipped: dict[int, int] = {}
        self._seen = set(seen or ())
        self._rows: list[Message] = []
        account, book = cast("Account", self), cast("ReceivedBook", self)
        freshness = Freshness(account, cast("Repairs", self), book, MAX_AGE)
        self.reader = BoxReader(account, book, freshness)

    def hold(self, *numbers: int, age: float | None = 0) -> None:
        """Hold these messages below those that are there, all of an age (minutes)."""
        self._rows += [_message(each, age) for each in numbers]

    def empty(self) -> None:
        """Hold nothing any more."""
        self._rows.clear()

    async def find(self, *, note: bool = True) -> Found:
        """Look into the box a minute later, and note what is new."""
        self.asked.clear()
        self.latest_time += MINUTE
        found = await self.reader.async_find_new()
        if note:
            self._seen.update(each.number for each in found.new)
            self.needs_baseline = False
        return found

    async def ask_or_check_login(
        self, ask: Callable[[], Awaitable[MessagePage]]
    ) -> MessagePage:
        """Ask as an account does."""
        return await ask()

    async def get_messages(self, location: Location, *, offset: int) -> MessagePage:
        """Answer as the client does."""
        assert location is Location.RECEIVED
        self.asked.append(offset)
        if offset in self.errors:
            raise self.errors[offset]
        skipped = self.skipped.get(offset, 0)
        rows = self._rows[offset : offset + 100 - skipped]
        return MessagePage(messages=tuple(rows), skipped=skipped)

    def is_new(self, number: int) -> bool:
        """Tell whether a message was never seen."""
        return number not in self._seen

    def was_there_before(self, number: int) -> bool:
        """Tell whether an id is of before the first look."""
        return number <= self.baseline


def _message(number: int, age: float | None) -> Message:
    sent_at = None if age is None else NOON - timedelta(minutes=age)
    return listed_message(number, sent_at)


def _down(first: int, count: int) -> range:
    return range(first, first - count, -1)


def _numbers(found: Found) -> list[int]:
    return [each.number for each in found.new]


async def test_what_was_never_seen_is_found_once_the_oldest_first() -> None:
    """However the panel orders its list, and however often it lists a message."""
    panel = Panel(seen=[1])
    panel.hold(3, 5, 3, 4, 1)
    found = await panel.find()
    assert _numbers(found) == [3, 4, 5]
    assert found.at == NOON + MINUTE
    assert _numbers(await panel.find()) == []
    assert panel.asked == [0]


async def test_the_first_look_is_told_from_all_others() -> None:
    """As long as nobody has noted what it found; its last page may be the last."""
    panel = Panel(seen=None)
    panel.hold(3, 2)
    for _ in range(2):
        found = await panel.find(note=False)
        assert (_numbers(found), found.last_poll) == ([2, 3], None)
        assert (found.is_first, found.more_exist) == (True, False)
    await panel.find()
    panel.hold(4)
    found = await panel.find()
    assert (_numbers(found), found.is_first) == ([4], False)


@pytest.mark.parametrize(
    ("ages", "asked"),
    [
        ([60], [0]),
        ([0, 60], [0, 100]),
        ([0, 0, 60], [0, 100, 200]),
    ],
)
async def test_the_first_look_goes_on_as_long_as_there_are_young_ones(
    ages: list[float], asked: list[int]
) -> None:
    """Those would be told later, because of their dates."""
    panel = Panel(seen=None)
    for page, age in enumerate([*ages, 60]):
        panel.hold(*_down(1000 - 100 * page, 100), age=age)
    found = await panel.find()
    assert panel.asked == asked
    assert found.more_exist is True
    assert _numbers(found)[0] == 1000 - 100 * len(ages) + 1


async def test_pages_are_read_as_long_as_they_are_full_of_what_was_never_seen() -> None:
    """The first that holds nothing new is the last."""
    panel = Panel(seen=_down(750, 100))
    panel.hold(*_down(1000, 450))
    panel.hold(*_down(500, 100))
    found = await panel.find()
    assert panel.asked == [0, 100, 200, 300, 400, 500]
    assert len(found.new) == 450
    assert _numbers(found)[0] == 401
    panel.empty()
    panel.hold(*_down(1000, 300))
    assert _numbers(await panel.find()) == []
    assert panel.asked == [0]


async def test_what_is_of_before_the_first_look_is_no_reason_to_read_on() -> None:
    """It is found nevertheless, and ignored later."""
    panel = Panel()
    panel.baseline = 950
    panel.hold(*_down(950, 200), age=60)
    found = await panel.find()
    assert panel.asked == [0]
    assert len(found.new) == 100


async def test_what_the_look_before_proves_young_is_a_reason_to_read_on() -> None:
    """Though its id is of before the first look, and the panel's clock is wrong."""
    panel = Panel(seen=[1000], shift=180 * MINUTE)
    panel.baseline = 2000
    panel.hold(1000)
    await panel.find()
    panel.empty()
    panel.hold(*_down(1200, 150), 1000, age=180)
    found = await panel.find()
    assert panel.asked == [0, 100]
    assert len(found.new) == 150


async def test_history_is_not_read_where_the_last_poll_is_unknown() -> None:
    """All of it is older than what is told; after a poll of a minute ago it may have come in late."""
    panel = Panel(seen=[1000])
    panel.hold(*_down(1000, 300), age=75)
    await panel.find()
    assert panel.asked == [0]
    panel = Panel(seen=[1000])
    panel.hold(1000)
    await panel.find()
    panel.hold(*_down(999, 300), age=75)
    await panel.find()
    assert panel.asked == [0, 100, 200, 300]


async def test_each_look_is_compared_with_the_one_before() -> None:
    """A message that was not in its list has come in since."""
    panel = Panel(seen=[1])
    panel.hold(1)
    assert (await panel.find()).last_poll is None
    panel.hold(2)
    first = LastPoll(at=NOON + MINUTE, ids=frozenset({1}))
    assert (await panel.find()).last_poll == first
    second = LastPoll(at=NOON + 2 * MINUTE, ids=frozenset({1, 2}))
    assert (await panel.find()).last_poll == second


async def test_a_look_of_long_ago_says_nothing() -> None:
    """What has come in since then may be old."""
    for pause, is_known in ((9.5, True), (9.6, False)):
        panel = Panel(seen=[1])
        panel.hold(1)
        await panel.find()
        panel.latest_time += pause * MINUTE
        assert ((await panel.find()).last_poll is not None) is is_known
        # And the one after a long pause is compared with the one at its end.
        assert (await panel.find()).last_poll is not None


async def test_a_look_that_fails_half_way_leaves_the_one_before_in_force() -> None:
    """What came in since then is young nevertheless."""
    panel = Panel(seen=[1])
    panel.hold(1)
    await panel.find()
    panel.empty()
    panel.hold(*_down(1000, 150), 1)
    panel.errors[100] = UncertainError("server_fault")
    with pytest.raises(UncertainError):
        await panel.find()
    del panel.errors[100]
    assert (await panel.find()).last_poll == LastPoll(
        at=NOON + MINUTE, ids=frozenset({1})
    )


async def test_an_empty_list_leaves_the_look_before_in_force() -> None:
    """A gateway in trouble says the same, and lists everything later."""
    panel = Panel(seen=[1])
    panel.hold(1)
    await panel.find()
    panel.empty()
    await panel.find()
    panel.hold(2, 1)
    assert (await panel.find()).last_poll == LastPoll(
        at=NOON + MINUTE, ids=frozenset({1})
    )


async def test_a_list_without_anything_known_may_be_of_another_box() -> None:
    """The last look says nothing about it."""
    panel = Panel(seen=[1])
    panel.hold(1)
    await panel.find()
    panel.empty()
    panel.hold(8, 9)
    found = await panel.find()
    assert found.last_poll is None
    assert _numbers(found) == [8, 9]


async def test_a_list_that_lacked_something_known_says_nothing() -> None:
    """It was no list of the newest messages."""
    panel = Panel(seen=[1, 2, 3])
    panel.hold(3, 1)
    await panel.find()
    panel.hold(2, 4)
    assert (await panel.find()).last_poll is None


@pytest.mark.parametrize("error", [RejectedError("x"), BadReplyError("x")])
async def test_a_panel_that_refuses_further_pages_lists_its_newest_messages(
    error: GatewayError, caplog: pytest.LogCaptureFixture
) -> None:
    """The third time in a row it is taken at its word, and what it lists is found."""
    panel = Panel()
    panel.hold(*_down(1000, 200))
    panel.errors[100] = error
    for _ in range(2):
        with pytest.raises(type(error)):
            await panel.find()
    assert WARNED_OF_PAGES not in caplog.text
    assert len((await panel.find(note=False)).new) == 100
    assert caplog.text.count(WARNED_OF_PAGES) == 1
    # It was a look like any other: the next ones begin to count anew.
    for _ in range(2):
        with pytest.raises(type(error)):
            await panel.find()
    del panel.errors[100]
    assert len((await panel.find(note=False)).new) == 200
    panel.errors[100] = error
    for _ in range(2):
        with pytest.raises(type(error)):
            await panel.find()
    assert caplog.text.count(WARNED_OF_PAGES) == 1


async def test_a_further_page_that_is_lost_is_asked_for_again() -> None:
    """However often: it says nothing about what the panel lists."""
    panel = Panel()
    panel.hold(*_down(1000, 200))
    panel.errors[100] = UncertainError("server_fault")
    for _ in range(5):
        with pytest.raises(UncertainError):
            await panel.find()


async def test_rows_that_cannot_be_read_are_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And again after they had gone."""
    panel = Panel(seen=[1])
    panel.hold(1)
    for skipped in (2, 3, 0, 0, 1):
        panel.skipped = {0: skipped}
        await panel.find()
        assert panel.reader.skipped_rows == skipped
    assert [
        record.getMessage().partition(" ")[0]
        for record in caplog.records
        if WARNED_OF_ROWS in record.getMessage()
    ] == ["2", "1"]


async def test_where_fewer_rows_cannot_be_read_the_last_look_says_nothing() -> None:
    """One of the new ones may be an old row that can be read by now; more of them show nothing of this kind."""
    panel = Panel(seen=[1])
    panel.hold(1)
    known = []
    for skipped in (2, 2, 1, 3, 0, 0):
        panel.skipped = {0: skipped}
        known.append((await panel.find()).last_poll is not None)
    assert known == [False, True, False, True, False, True]


async def test_a_look_at_fewer_pages_does_not_take_bad_rows_for_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They may be on a page that it did not come to."""
    panel = Panel()
    panel.hold(*_down(1000, 150))
    panel.skipped = {100: 2}
    await panel.find()
    assert panel.asked == [0, 100]
    assert panel.reader.skipped_rows == 2
    await panel.find()
    assert panel.asked == [0]
    assert panel.reader.skipped_rows == 2
    panel.skipped = {}
    panel.empty()
    panel.hold(*_down(2000, 150))
    await panel.find()
    assert panel.asked == [0, 100]
    assert panel.reader.skipped_rows == 0
    assert caplog.text.count(WARNED_OF_ROWS) == 1


async def test_rows_that_cannot_be_read_are_counted_on_all_pages() -> None:
    """Of one look."""
    panel = Panel()
    panel.hold(*_down(1000, 150))
    panel.skipped = {0: 2, 100: 3}
    await panel.find()
    assert panel.asked == [0, 100]
    assert panel.reader.skipped_rows == 5


async def test_rows_that_cannot_be_read_fill_a_page_too() -> None:
    """Else the pages behind would be forgotten."""
    panel = Panel()
    panel.hold(*_down(1000, 99))
    panel.skipped = {0: 1}
    await panel.find()
    assert panel.asked == [0, 100]
