"""The reporter by itself: what is told of the messages that a poll found, and what is written before."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

import pytest

from custom_components.payamak.account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from custom_components.payamak.gateway import Location, Message
from custom_components.payamak.inbox import reporter as module
from custom_components.payamak.inbox.last_poll import Found, LastPoll
from custom_components.payamak.inbox.reporter import Reporter
from custom_components.payamak.ledger import Change, LedgerError
from tests.integration.conftest import LINE, OTHER_LINE, SARA
from tests.integration.story.turns import turns

from .listed import listed_message

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLL = LastPoll(at=NOW, ids=frozenset())
CAME_IN = NOW - timedelta(minutes=3)


class House:
    """All that the reporter meets; each message is fresh unless a test says otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a disk that takes everything."""
        self.is_running = True
        self.sender = LINE
        self.own_lines = [OTHER_LINE]
        self.old: set[str] = set()
        self.of_before: set[str] = set()
        self.disk_fails = False
        self.needs_baseline = True
        self.young = {"1", "2"}
        self.poll: LastPoll | None = POLL
        self.writing = asyncio.Event()
        self.writing.set()
        self.log: list[tuple[str, object]] = []
        self.answers: dict[str, Change] = {}
        self.written: list[Change] = []
        self.told: list[ReceivedSms] = []
        self.on_told: Callable[[], None] = lambda: None
        monkeypatch.setattr(module, "async_dispatcher_send", self._tell)
        this: Any = self
        self.reporter = Reporter(
            this,
            "01FIRST",
            this,
            self.name_of,
            this,
            this,
            lambda: self.own_lines,
            self._hear,
        )

    async def report(self, *messages: Message) -> list[str]:
        """Report messages, and give the ids of those that were told."""
        await self.reporter.async_report(Found(new=messages, at=NOW, last_poll=POLL))
        return [sms.message_id for sms in self.told]

    async def begin(self, *messages: Message, more_exist: bool = False) -> None:
        """Let the first look ever find messages."""
        self.poll = None
        await self.reporter.async_report(
            Found(
                new=messages,
                at=NOW,
                last_poll=None,
                is_first=True,
                more_exist=more_exist,
            )
        )

    def _hear(self, sms: ReceivedSms) -> Iterable[Change]:
        return [self.answers[sms.message_id]] if sms.message_id in self.answers else ()

    def _tell(self, hass: Any, signal: Any, sms: ReceivedSms) -> None:
        assert hass is self
        assert signal is SIGNAL_SMS_RECEIVED
        self.told.append(sms)
        self.log.append(("told", sms.message_id))
        self.on_told()

    def async_create_task(
        self, work: Coroutine[Any, Any, Any], _name: str, *, eager_start: bool = True
    ) -> asyncio.Task[Any]:
        """Begin a task."""
        loop = asyncio.get_running_loop()
        return asyncio.Task(work, loop=loop, eager_start=eager_start)

    def name_of(self, number: str) -> str | None:
        """Give a saved name."""
        return "Sara" if number == SARA else None

    async def async_note(self, numbers: Sequence[int], *changes: Change) -> None:
        """Write that messages were seen, and what they change."""
        await self.writing.wait()
        self.written += changes
        self.log.append(("noted", numbers))
        if self.disk_fails:
            raise LedgerError("disk full")

    async def async_set_baseline(
        self, numbers: Sequence[int], *changes: Change, more_exist: bool
    ) -> None:
        """Take what is there as seen."""
        await self.writing.wait()
        self.needs_baseline = False
        self.written += changes
        self.log.append(("begun", (numbers, more_exist)))
        if self.disk_fails:
            raise LedgerError("disk full")

    def is_young(self, message: Message) -> bool:
        """Tell whether a message's date is one of the last minutes."""
        return message.message_id in self.young

    def is_fresh(self, message: Message, last_poll: LastPoll | None) -> bool:
        """Tell whether a message came in lately."""
        assert last_poll is POLL
        return message.message_id not in self.old

    def is_of_before(self, message: Message, last_poll: LastPoll | None) -> bool:
        """Tell whether a message was there before the first look."""
        assert last_poll is POLL
        return message.message_id in self.of_before

    def came_in_at(self, message: Message, last_poll: LastPoll | None) -> datetime:
        """Tell when a message came in."""
        assert last_poll is self.poll
        return CAME_IN


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """Give what the reporter meets."""
    return House(monkeypatch)


async def test_everything_that_is_known_of_a_message_is_told(house: House) -> None:
    """With the name of its sender."""
    message = replace(
        listed_message(7, NOW), sender=SARA, receiver="50004009", text="سلام", parts=2
    )
    await house.report(message)
    assert house.told == [
        ReceivedSms(
            entry_id="01FIRST",
            message_id="7",
            sender=SARA,
            name="Sara",
            line="50004009",
            text="سلام",
            parts=2,
            sent_at=NOW,
            came_in_at=CAME_IN,
        )
    ]


async def test_what_is_answered_is_written_with_the_id(house: House) -> None:
    """No crash can keep the one and lose the other; what is old answers nothing."""
    house.answers = {"2": ("UPDATE 2", [()]), "3": ("UPDATE 3", [()])}
    house.old = {"3"}
    await house.report(*(listed_message(number) for number in (1, 2, 3)))
    assert house.written == [("UPDATE 2", [()])]
    assert house.log[0] == ("noted", [1, 2, 3])
    assert [sms.message_id for sms in house.told] == ["1", "2"]


async def test_it_is_written_before_it_is_told_a_hundred_at_a_time(
    house: House,
) -> None:
    """A crash tells nothing twice, and the next hundred may still be written then."""
    await house.report(*(listed_message(number) for number in range(150)))
    words = [word for word, _ in house.log]
    assert words == ["noted"] + ["told"] * 100 + ["noted"] + ["told"] * 50
    assert house.log[0][1] == list(range(100))
    assert house.log[101][1] == list(range(100, 150))
    assert [sms.message_id for sms in house.told] == [str(each) for each in range(150)]


async def test_what_the_disk_does_not_take_is_told_all_the_same(house: House) -> None:
    """The ledger tells the user of the disk."""
    house.disk_fails = True
    assert await house.report(listed_message(1)) == ["1"]


async def test_everything_else_goes_on_between_two_messages(house: House) -> None:
    """Each may start automations."""
    order: list[str] = []
    seen: list[int] = []

    def tell() -> None:
        seen.append(len(order))
        asyncio.get_running_loop().call_soon(order.append, "else")

    house.on_told = tell
    await house.report(*(listed_message(number) for number in range(3)))
    assert seen == [0, 1, 2]


async def test_what_is_old_is_ignored_and_counted(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """But not what was there before anybody listened; what is ignored is written too."""
    caplog.set_level(logging.INFO)
    house.old = {"1", "2", "3"}
    house.of_before = {"2"}
    messages = [listed_message(number) for number in range(1, 5)]
    assert await house.report(*messages) == ["4"]
    assert house.reporter.ignored == 2
    assert house.log[0] == ("noted", [1, 2, 3, 4])
    [record] = caplog.records
    assert record.getMessage().startswith("2 received SMS ignored")
    await house.report(replace(listed_message(5), message_id="1"))
    assert house.reporter.ignored == 3


async def test_where_nothing_is_ignored_nothing_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor counted."""
    caplog.set_level(logging.DEBUG)
    await house.report(listed_message(1))
    assert house.reporter.ignored == 0
    assert caplog.records == []


@pytest.mark.parametrize(
    "changes",
    [
        {"location": Location.SENT},
        {"sender": LINE},
        {"sender": f"+98{OTHER_LINE}"},
        {"sender": "50004001"},
    ],
    ids=["sent", "usual line", "other line", "the line itself"],
)
async def test_what_we_sent_ourselves_is_ignored(
    house: House, changes: dict[str, Any]
) -> None:
    """However the line is written: an answer to it would go round in a circle."""
    assert await house.report(replace(listed_message(1), **changes)) == []
    assert house.reporter.ignored == 1


async def test_the_lines_are_asked_for_each_time(house: House) -> None:
    """The account may have a new one."""
    message = replace(listed_message(1), sender="300077")
    assert await house.report(message) == ["1"]
    house.own_lines = ["300077"]
    assert await house.report(message) == ["1"]
    assert house.reporter.ignored == 1


# The first look.


@pytest.mark.parametrize("more_exist", [True, False])
async def test_the_first_look_takes_what_is_there_as_seen(
    house: House, more_exist: bool
) -> None:
    """Nothing of it is told, ignored or counted; also where the disk does not take it."""
    house.disk_fails = more_exist
    await house.begin(listed_message(1), listed_message(3), more_exist=more_exist)
    assert house.log == [("begun", ([1, 3], more_exist))]
    assert house.reporter.ignored == 0


async def test_the_first_look_hears_answers_that_came_before_it(house: House) -> None:
    """They are written with the ids; what is old, or our own, answers nothing."""
    house.answers = {each: (f"UPDATE {each}", [()]) for each in ("1", "2", "3")}
    own = replace(listed_message(2), sender=OTHER_LINE)
    await house.begin(listed_message(1), own, listed_message(3))
    assert house.written == [("UPDATE 1", [()])]
    assert house.log == [("begun", ([1, 2, 3], False))]


async def test_of_two_first_looks_at_the_same_time_one_counts(house: House) -> None:
    """What the other one found besides is told by the next poll."""
    house.answers = {"1": ("UPDATE", [()])}
    house.needs_baseline = False
    await house.begin(listed_message(1))
    assert (house.log, house.written) == ([], [])


async def test_an_end_in_the_moment_of_the_first_look_notes_nothing(
    house: House,
) -> None:
    """The next set-up looks again; while Home Assistant stops, nothing is written."""
    house.answers = {"1": ("UPDATE", [()])}
    house.is_running = False
    await house.begin(listed_message(1))
    house.is_running = True
    looking = asyncio.ensure_future(house.begin(listed_message(1)))
    await asyncio.sleep(0)
    await house.reporter.async_stop()
    await looking
    assert (house.log, house.written) == ([], [])


# The end.


async def test_what_is_noted_is_told_though_the_poll_is_broken_off(
    house: House,
) -> None:
    """Nobody would tell it later."""
    house.writing.clear()
    poll = asyncio.ensure_future(house.report(listed_message(1)))
    await turns()
    poll.cancel()
    await turns()
    assert poll.cancelled()
    house.writing.set()
    await turns()
    assert house.log == [("noted", [1]), ("told", "1")]


async def test_an_end_waits_until_what_is_noted_is_told(house: House) -> None:
    """And nothing further is noted: it is found again after the start."""
    house.writing.clear()
    messages = [listed_message(number) for number in range(120)]
    poll = asyncio.ensure_future(house.report(*messages))
    await turns()
    stopping = asyncio.ensure_future(house.reporter.async_stop())
    await turns()
    assert not stopping.done()
    house.writing.set()
    await stopping
    assert len(house.told) == 100
    await poll


async def test_an_end_in_the_moment_of_a_poll_notes_nothing(house: House) -> None:
    """The task of that poll has not begun yet."""
    poll = asyncio.ensure_future(house.report(listed_message(1)))
    await asyncio.sleep(0)
    await house.reporter.async_stop()
    await poll
    assert house.log == []


async def test_an_end_waits_for_nothing_where_nothing_was_found(house: House) -> None:
    """Later polls report nothing."""
    await house.reporter.async_stop()
    assert await house.report(listed_message(1)) == []
    assert house.log == []


async def test_while_home_assistant_stops_nothing_is_noted(house: House) -> None:
    """Its automations don't run any more."""
    house.is_running = False
    assert await house.report(listed_message(1)) == []
    assert house.log == []
    assert house.reporter.ignored == 0
