"""Reads the panel's list of received messages, and finds those that were never seen."""

from collections.abc import Sequence
from functools import partial
import logging
from typing import Final

from ..account.account import Account
from ..gateway import (
    MAX_MESSAGES,
    BadReplyError,
    Location,
    Message,
    MessagePage,
    RejectedError,
)
from ..ledger import ReceivedBook
from .freshness import Freshness
from .last_poll import Found, LastPoll

_LOGGER = logging.getLogger(__name__)

_REFUSALS_THAT_COUNT: Final = 3


class BoxReader:
    """Fetches page by page, and remembers what the last poll saw."""

    def __init__(
        self, account: Account, book: ReceivedBook, freshness: Freshness
    ) -> None:
        """Begin without a last poll."""
        self._account = account
        self._book = book
        self._freshness = freshness
        self._last_poll: LastPoll | None = None
        self._refused_further_pages = 0
        self._pages_with_skipped_rows = 0
        self.skipped_rows = 0
        """How many rows of the panel's list can't be read."""

    async def async_find_new(self) -> Found:
        """Fetch the messages that were never seen, page by page until no page behind can have one that counts."""
        new: dict[int, Message] = {}
        known: set[int] = set()
        skipped = pages = 0
        page = await self._async_fetch_page(0)
        now = self._account.latest_time
        ids = [each.number for each in page.messages]
        last_poll = self._last_poll
        if last_poll and not last_poll.is_recent(now, self._freshness.max_age):
            last_poll = None
        self._last_poll = last_poll
        is_first = self._book.needs_baseline
        while True:
            pages += 1
            skipped += page.skipped
            unseen: list[Message] = []
            for each in page.messages:
                if not self._book.is_new(each.number):
                    known.add(each.number)
                elif each.number not in new:
                    new[each.number] = each
                    unseen.append(each)
            if page.rows < MAX_MESSAGES or (
                self._is_last_to_take_as_seen(unseen)
                if is_first
                else self._is_last_to_look_at(page, unseen, last_poll)
            ):
                break
            try:
                page = await self._async_fetch_page(pages * MAX_MESSAGES)
            except RejectedError, BadReplyError:
                self._refused_further_pages += 1
                if self._refused_further_pages < _REFUSALS_THAT_COUNT:
                    raise
                # The manual recommends the offset 0 alone; what was listed so far must not be lost.
                _LOGGER.warning(
                    "The panel lists no more than its newest messages; older ones that came in since may be lost"
                )
                break
        self._refused_further_pages = 0
        self._last_poll = LastPoll.after(last_poll, now, ids)
        # Without any known message it may be another box, or the same one with new ids. Fewer rows
        # that can't be read: one of the new messages may be an old row that can be read by now.
        if (
            not known
            or skipped < self.skipped_rows
            or (last_poll and last_poll.is_refuted_by(known))
        ):
            last_poll = None
        self._note_skipped(skipped, pages)
        in_order = sorted(new.values(), key=lambda each: each.number)
        return Found(
            new=in_order,
            at=now,
            last_poll=last_poll,
            is_first=is_first,
            more_exist=page.rows >= MAX_MESSAGES,
        )

    def _is_last_to_take_as_seen(self, unseen: Sequence[Message]) -> bool:
        """Tell whether no page behind can have a message that would be told later, because its date is young."""
        return not any(map(self._freshness.is_young, unseen))

    def _is_last_to_look_at(
        self, page: MessagePage, unseen: Sequence[Message], last_poll: LastPoll | None
    ) -> bool:
        """Tell whether no page behind can have a message that counts.

        Rows move down while more come in, and not every gateway keeps them in order:
        one known message at a page's end doesn't prove that all further ones are known.
        """
        return all(
            self._freshness.is_of_before(each, last_poll) for each in unseen
        ) or (last_poll is None and self._freshness.is_history(page))

    async def _async_fetch_page(self, offset: int) -> MessagePage:
        return await self._account.ask_or_check_login(
            partial(self._account.client.get_messages, Location.RECEIVED, offset=offset)
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
