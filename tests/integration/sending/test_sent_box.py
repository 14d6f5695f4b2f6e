"""How far the sent box is read, by which clock its rows are dated, and which of our calls may be in it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.account.account import Account
from custom_components.payamak.gateway import (
    GatewayError,
    Location,
    Message,
    MessagePage,
    RejectedError,
)
from custom_components.payamak.ledger import HistoryQuery, Ledger, SmsRow
from custom_components.payamak.sending.sent_box import SentBox
from tests.integration.conftest import LINE, SARA
from tests.integration.story.rows import content, waiting_row

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIME = NOW.timestamp()
MINUTE = 60.0


class Panel:
    """A sent box of the newest first, which gives a hundred rows at a time; its clock may differ from ours."""

    sender = LINE

    def __init__(self) -> None:
        """Begin with an empty box, and a gateway that has told no time."""
        self.client = self
        self.gateway_time: datetime | None = None
        self.ages: Sequence[float | None] = []
        self.ids: Sequence[str] | None = None
        self.asked: list[int] = []
        self.skipped = 0
        self.error: GatewayError | None = None

    async def ask_or_check_login(
        self, ask: Callable[[], Awaitable[MessagePage]]
    ) -> MessagePage:
        """Ask as an account does."""
        return await ask()

    async def get_messages(self, location: Location, *, offset: int) -> MessagePage:
        """Answer as the client does."""
        assert location is Location.SENT
        if self.error:
            raise self.error
        self.asked.append(offset)
        ids = self.ids or list(map(str, range(len(self.ages))))
        rows = [
            self._row(each, age)
            for each, age in list(zip(ids, self.ages, strict=True))[
                offset : offset + 100
            ]
        ]
        read = rows[self.skipped :] if offset == 0 else rows
        return MessagePage(messages=tuple(read), skipped=len(rows) - len(read))

    def _row(self, message_id: str, age: float | None) -> Message:
        return Message(
            message_id=message_id,
            location=Location.SENT,
            text="سلام",
            sender=LINE,
            receiver=SARA,
            sent_at=None if age is None else NOW - timedelta(seconds=age),
            parts=1,
            recipients=1,
            delivered=0,
            failed=0,
        )


class Book:
    """A ledger whose history is made by hand."""

    def __init__(self) -> None:
        """Begin with none, and an inbox whose clock is right."""
        self.received = self
        self.clock_shift: timedelta | None = None
        self.queries: list[HistoryQuery] = []
        self.rows: list[SmsRow] = []

    async def async_history(self, query: HistoryQuery) -> list[SmsRow]:
        """Give the rows, and note what was asked for."""
        self.queries.append(query)
        return self.rows


@pytest.fixture(name="panel")
def panel_fixture(freezer: FrozenDateTimeFactory) -> Panel:
    """Give the panel, in a time that stands still."""
    freezer.move_to(NOW)
    return Panel()


@pytest.fixture(name="book")
def book_fixture() -> Book:
    """Give the ledger."""
    return Book()


@pytest.fixture(name="box")
def box_fixture(panel: Panel, book: Book) -> SentBox:
    """Give what reads the sent box."""
    return SentBox(cast("Account", panel), cast("Ledger", book))


async def ages(box: SentBox, since: float = TIME) -> list[float]:
    """Give how many seconds ago each row was sent by our clock."""
    return [TIME - each.at for each in await box.async_read(since)]


async def test_a_short_page_is_the_last_one(box: SentBox, panel: Panel) -> None:
    """However young its rows are."""
    assert await ages(box) == []
    panel.ages = [1.0, 2.0]
    assert await ages(box) == [1.0, 2.0]
    assert panel.asked == [0, 0]
    assert box.usual_line == LINE


async def test_a_full_page_may_be_followed_by_another(
    box: SentBox, panel: Panel
) -> None:
    """Until it is empty."""
    panel.ages = [1.0] * 200
    assert len(await ages(box)) == 200
    assert panel.asked == [0, 100, 200]


async def test_rows_that_can_not_be_read_count_for_the_page(
    box: SentBox, panel: Panel
) -> None:
    """Else the rest would not be looked at."""
    panel.ages, panel.skipped = [1.0] * 150, 3
    assert len(await ages(box)) == 147
    assert panel.asked == [0, 100]


@pytest.mark.parametrize(
    ("oldest", "pages"), [(11 * MINUTE, 1), (10 * MINUTE, 2), (9 * MINUTE, 2)]
)
async def test_it_is_read_until_all_of_a_page_is_older(
    box: SentBox, panel: Panel, oldest: float, pages: int
) -> None:
    """By more than ten minutes, as clocks differ."""
    panel.ages = [*[11 * MINUTE] * 99, oldest, *[20 * MINUTE] * 150]
    await box.async_read(TIME)
    assert len(panel.asked) == pages


async def test_one_young_row_lets_the_next_page_be_read(
    box: SentBox, panel: Panel
) -> None:
    """Rows without a date say nothing of it."""
    panel.ages = [None, 1.0, *[20 * MINUTE] * 98, *[30 * MINUTE] * 100, 1.0]
    found = await ages(box)
    assert panel.asked == [0, 100]
    assert len(found) == 199


async def test_what_left_long_ago_is_looked_for_as_far_back(
    box: SentBox, panel: Panel
) -> None:
    """Not the whole box."""
    panel.ages = [number * MINUTE for number in range(1000)]
    await box.async_read(TIME - 3600)
    assert panel.asked == [0, 100]
    panel.asked.clear()
    await box.async_read(TIME - 3 * 3600)
    assert panel.asked == [0, 100, 200]


async def test_no_more_than_twenty_pages_are_read(box: SentBox, panel: Panel) -> None:
    """Somebody may send thousands from the panel."""
    panel.ages = [1.0] * 5000
    assert len(await ages(box)) == 2000
    assert panel.asked == list(range(0, 2000, 100))


async def test_a_row_that_moved_to_the_next_page_is_listed_once(
    box: SentBox, panel: Panel
) -> None:
    """A message that was sent meanwhile has pushed it there."""
    panel.ages = [1.0] * 150
    panel.ids = [*map(str, range(100)), "99", *map(str, range(100, 149))]
    found = await box.async_read(TIME)
    assert [each.message.message_id for each in found] == list(map(str, range(149)))


@pytest.mark.parametrize(
    ("gateway", "inbox", "ahead"),
    [
        (None, None, 0),
        (60, None, 60),
        (-60, None, -60),
        (None, 3600, -3600),
        (60, 3600, -3540),
        (None, -3600, 3600),
    ],
)
async def test_dates_are_told_by_our_clock(
    box: SentBox,
    panel: Panel,
    book: Book,
    gateway: float | None,
    inbox: float | None,
    ahead: float,
) -> None:
    """The gateway's own may be wrong, and the panel may write the time of another place."""
    if gateway is not None:
        panel.gateway_time = NOW + timedelta(seconds=gateway)
    if inbox is not None:
        book.clock_shift = timedelta(seconds=inbox)
    panel.ages = [5.0]
    assert await ages(box) == [5.0 + ahead]


async def test_a_box_that_can_not_be_read_says_so(box: SentBox, panel: Panel) -> None:
    """Nothing is made up."""
    panel.error = RejectedError("word")
    with pytest.raises(RejectedError):
        await box.async_read(TIME)


async def test_calls_are_those_that_left_since_then(box: SentBox, book: Book) -> None:
    """Or ten minutes before, whenever they were begun: over their line or the usual one."""
    text = content(1)
    book.rows = [
        waiting_row(1, content=text, sent_at=TIME),
        waiting_row(2, content=content(2, sender="3000"), sent_at=TIME),
        waiting_row(3, content=text),
    ]
    calls = await box.async_calls(TIME)
    assert [(call.line, call.sent_at, call.text) for call in calls] == [
        (LINE, TIME, "سلام"),
        ("3000", TIME, "سلام"),
    ]
    [query] = book.queries
    assert query == HistoryQuery(left_since=TIME - 600, limit=20_000)
