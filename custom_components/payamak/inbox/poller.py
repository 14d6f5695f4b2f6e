"""Polls for received messages, and reports each new one once."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..account.account import Account
from ..account.errors import update_error
from ..account.repairs import Issue, Repairs
from ..account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from ..const import (
    CONF_INBOX_INTERVAL,
    CONF_INBOX_MAX_AGE,
    DEFAULT_INBOX_INTERVAL,
    DEFAULT_INBOX_MAX_AGE,
    DOMAIN,
)
from ..gateway import (
    MAX_MESSAGES,
    BadReplyError,
    GatewayError,
    Location,
    Message,
    MessagePage,
    RejectedError,
    comparable_line,
)
from ..ledger.store import AccountStore
from ..people.address_book import AddressBook
from .clock_shift import ClockShift
from .last_poll import CLOCKS_DIFFER, LastPoll

_LOGGER = logging.getLogger(__name__)

_NOTED_AT_ONCE: Final = 100
# With an interval of 0 only the push address starts polls; a poll that failed is repeated after this time.
_AFTER_FAILURE: Final = timedelta(seconds=DEFAULT_INBOX_INTERVAL)
_FAILURES_THAT_COUNT: Final = 3
_LONGEST_AFTER_REFUSALS: Final = timedelta(minutes=5)
# A panel that has never listed received messages most likely doesn't offer them.
_WHERE_NEVER_OFFERED: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 5
# Whether a message of about the maximum age is old depends on the clocks; beyond this it is old for sure.
_BEYOND_DOUBT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a poll found.

    ``last_poll`` is the poll since which the messages have come in, None where it is unknown
    how long they have been in the panel.
    """

    new: Sequence[Message]
    last_poll: LastPoll | None


class Inbox(DataUpdateCoordinator[None]):
    """Polls for received messages, and reports the new ones, the oldest first."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        account: Account,
        repairs: Repairs,
        address_book: AddressBook,
        store: AccountStore,
        own_lines: Callable[[], Iterable[str]],
    ) -> None:
        """Poll as often as the options say; with 0 only when the push address is called."""
        seconds: int = entry.options.get(CONF_INBOX_INTERVAL, DEFAULT_INBOX_INTERVAL)
        minutes: int = entry.options.get(CONF_INBOX_MAX_AGE, DEFAULT_INBOX_MAX_AGE)
        self._usual_interval = timedelta(seconds=seconds) if seconds else None
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} inbox",
            update_interval=self._usual_interval,
            always_update=False,
        )
        self._account = account
        self._repairs = repairs
        self._address_book = address_book
        self._store = store
        self._store.received.open_for(entry.unique_id)
        self._own_lines = own_lines
        self._max_age = timedelta(minutes=minutes)
        self._handing_on: asyncio.Task[None] | None = None
        self._running = False
        self._refusals = 0
        self._failed_further_pages = 0
        self._last_poll: LastPoll | None = None
        self._clock_shift = ClockShift(store.received.clock_shift)
        self._pages_with_skipped_rows = 0
        self.ignored = 0
        """How many messages were ignored: they were old, undated or from an own line."""
        self.skipped_rows = 0
        """How many rows of the panel's list can't be read."""

    async def async_start(self) -> None:
        """Poll at once, and from then on regularly."""
        self._running = True
        self._update_clock_repair()
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))
        await self.async_refresh()

    async def async_stop(self) -> None:
        """Wait until the messages that were noted are reported, and report no more."""
        self._running = False
        if self._handing_on:
            await self._handing_on

    @override
    async def _async_update_data(self) -> None:
        if not self._running:
            return
        self.update_interval = self._usual_interval or _AFTER_FAILURE
        try:
            found = await self._async_fetch_new()
        except GatewayError as error:
            if isinstance(error, RejectedError):
                self._refusals += 1
                self.update_interval = self._interval_after_refusals()
            self._account.outage_log.failed(self, error)
            raise update_error(error) from error
        self._account.outage_log.worked(self)
        self.update_interval = self._usual_interval
        self._refusals = 0
        self._failed_further_pages = 0
        self._observe_clock(found)
        # Polls are cancelled when the account is unloaded: what is noted must be reported nevertheless.
        self._handing_on = self.hass.async_create_task(
            self._async_hand_on(found),
            "payamak reports received messages",
            # An eager task would run before async_stop could know of it.
            eager_start=False,
        )
        await asyncio.shield(self._handing_on)

    def _interval_after_refusals(self) -> timedelta:
        """Return when to ask again: the more refusals in a row, the later."""
        usual = self._usual_interval or _AFTER_FAILURE
        if self._refusals < _FAILURES_THAT_COUNT:
            return usual
        if not self._store.received.has_baseline:
            return max(usual, _WHERE_NEVER_OFFERED)
        doublings = min(self._refusals - _FAILURES_THAT_COUNT + 1, _MOST_DOUBLINGS)
        return min(usual * (1 << doublings), max(usual, _LONGEST_AFTER_REFUSALS))

    async def _async_fetch_new(self) -> _Found:
        """Fetch the messages that were never seen, page by page until a page has none of them."""
        book = self._store.received
        new: dict[str, Message] = {}
        skipped = pages = 0
        some_known = False
        page = await self._async_fetch_page(0)
        now = self._account.latest_time
        ids = [each.message_id for each in page.messages]
        last_poll = self._last_poll
        if last_poll and not last_poll.is_recent(now, self._max_age):
            last_poll = None
        if book.needs_baseline(ids):
            book.set_baseline(ids, more_exist=page.rows >= MAX_MESSAGES)
            await self._store.async_save()
        while True:
            pages += 1
            skipped += page.skipped
            unseen = {
                each.message_id: each
                for each in page.messages
                if each.message_id not in new and book.is_new(each.message_id)
            }
            some_known = some_known or any(
                not book.is_new(each.message_id) for each in page.messages
            )
            new |= unseen
            # Rows move down while more come in, and not every gateway keeps them in order:
            # one known message at a page's end doesn't prove that all further ones are known.
            if (
                not unseen
                or page.rows < MAX_MESSAGES
                or (last_poll is None and self._is_history(page))
            ):
                break
            try:
                page = await self._async_fetch_page(pages * MAX_MESSAGES)
            except RejectedError, BadReplyError:
                self._failed_further_pages += 1
                if self._failed_further_pages < _FAILURES_THAT_COUNT:
                    raise
                # The manual recommends the offset 0 alone; what was listed so far must not be lost.
                _LOGGER.warning(
                    "The panel lists no more than its newest messages; older ones that came in since may be lost"
                )
                break
        # Without any known message it may be another box, or the same one with new ids. Fewer rows
        # that can't be read: one of the new messages may be an old row that can be read by now.
        if not some_known or skipped < self.skipped_rows:
            last_poll = None
        self._note_skipped(skipped, pages)
        self._last_poll = LastPoll.after(self._last_poll, now, ids)
        in_order = sorted(new.values(), key=lambda each: each.number)
        return _Found(new=in_order, last_poll=last_poll)

    async def _async_fetch_page(self, offset: int) -> MessagePage:
        return await self._account.ask_or_check_login(
            partial(self._account.client.get_messages, Location.RECEIVED, offset=offset)
        )

    def _is_history(self, page: MessagePage) -> bool:
        """Tell whether all of a page is so old that the messages behind it would be ignored."""
        return all(
            each.sent_at and self._age(each.sent_at) > self._max_age + _BEYOND_DOUBT
            for each in page.messages
        )

    def _note_skipped(self, skipped: int, pages: int) -> None:
        """Warn once of rows that can't be read; again only after they had gone."""
        if skipped:
            if not self.skipped_rows:
                _LOGGER.warning(
                    "%d received messages are skipped, as the panel lists them without an id or damaged",
                    skipped,
                )
            self.skipped_rows = skipped
            self._pages_with_skipped_rows = pages
        # A poll that read fewer pages may just not have come to them.
        elif pages >= self._pages_with_skipped_rows:
            self.skipped_rows = 0

    def _observe_clock(self, found: _Found) -> None:
        """Compare the date of the newest message with the time of the polls."""
        if found.last_poll is None or self._last_poll is None:
            return
        for newest in found.new[-1:]:
            if newest.sent_at and found.last_poll.would_have_listed(newest):
                self._clock_shift.observe(
                    newest.sent_at, after=found.last_poll.at, before=self._last_poll.at
                )
                # It is saved together with the message.
                self._store.received.clock_shift = self._clock_shift.amount
                self._update_clock_repair()

    @callback
    def _update_clock_repair(self) -> None:
        shift = self._clock_shift.amount
        if shift is None:
            self._repairs.clear(Issue.PANEL_CLOCK)
            return
        hours = f"{abs(shift) / timedelta(hours=1):.1f}".removesuffix(".0")
        self._repairs.show(Issue.PANEL_CLOCK, "panel_clock_differs", hours=hours)

    async def _async_hand_on(self, found: _Found) -> None:
        """Report the new messages after they are noted on the disk: never again after a crash."""
        ignored = 0
        for some in batched(found.new, _NOTED_AT_ONCE, strict=False):
            # While Home Assistant stops, nothing is written at once, and automations don't run any more.
            if not self._running or self.hass.is_stopping:
                break
            self._store.received.note(each.message_id for each in some)
            await self._store.async_save()
            for each in some:
                if self._is_own(each) or not self._is_fresh(each, found.last_poll):
                    ignored += 1
                else:
                    async_dispatcher_send(
                        self.hass, SIGNAL_SMS_RECEIVED, self._received_sms(each)
                    )
        if ignored:
            self.ignored += ignored
            _LOGGER.info(
                "%d received SMS ignored: old, undated or from an own line", ignored
            )

    def _age(self, sent_at: datetime) -> timedelta:
        return self._account.latest_time - sent_at

    def _is_fresh(self, message: Message, last_poll: LastPoll | None) -> bool:
        """Tell whether a message came in during the last minutes.

        The polls prove it where one shortly before would have listed the message. Otherwise its date
        decides, unless the dates are known to be wrong.
        """
        if last_poll and last_poll.would_have_listed(message):
            return True
        if message.sent_at is None or self._clock_shift.amount is not None:
            return False
        return -CLOCKS_DIFFER <= self._age(message.sent_at) <= self._max_age

    def _is_own(self, message: Message) -> bool:
        """Tell whether we sent it ourselves, to avoid reply loops.

        Some panels list sent messages among the received ones, and a line can write to itself.
        """
        own_lines = (message.receiver, self._account.sender, *self._own_lines())
        return message.location is Location.SENT or comparable_line(
            message.sender
        ) in map(comparable_line, own_lines)

    def _received_sms(self, message: Message) -> ReceivedSms:
        return ReceivedSms(
            entry_id=self.config_entry.entry_id,
            message_id=message.message_id,
            sender=message.sender,
            name=self._address_book.name_of(message.sender),
            line=message.receiver,
            text=message.text,
            parts=message.parts,
            sent_at=message.sent_at,
        )
