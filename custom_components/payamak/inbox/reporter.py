"""Reports new received messages to the entities and triggers, each once."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import batched
import logging
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..account.account import Account
from ..account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from ..gateway import Location, Message, comparable_line
from ..ledger import Change, LedgerError, ReceivedBook
from .freshness import Freshness
from .last_poll import Found, LastPoll

_LOGGER = logging.getLogger(__name__)

_NOTED_AT_ONCE: Final = 100


class Reporter:
    """Notes messages in the ledger, and then reports those that are fresh."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        account: Account,
        name_of: Callable[[str], str | None],
        book: ReceivedBook,
        freshness: Freshness,
        own_lines: Callable[[], Iterable[str]],
        hear: Callable[[ReceivedSms], Iterable[Change]],
    ) -> None:
        """Belong to an account, whose own lines are asked for at each poll.

        ``hear`` is called with each message before anybody else, and returns what to write together with its id.
        """
        self._hass = hass
        self._entry_id = entry_id
        self._account = account
        self._name_of = name_of
        self._book = book
        self._freshness = freshness
        self._own_lines = own_lines
        self._hear = hear
        self._stopped = False
        self._reporting: asyncio.Task[None] | None = None
        self.ignored = 0
        """How many messages were ignored: they were old, undated or from an own line."""

    async def async_report(self, found: Found) -> None:
        """Report the new messages, also where the caller is cancelled: what is noted must be reported.

        What the first look ever finds starts nothing, and is only noted.
        """
        self._reporting = self._hass.async_create_task(
            self._async_begin(found) if found.is_first else self._async_report(found),
            "payamak reports received messages",
            # An eager task would run before async_stop could know of it.
            eager_start=False,
        )
        await asyncio.shield(self._reporting)

    async def async_stop(self) -> None:
        """Wait until the messages that were noted are reported, and report no more."""
        self._stopped = True
        if self._reporting:
            await self._reporting

    async def _async_begin(self, found: Found) -> None:
        """Take what is there as seen. It starts nothing; but where earlier polls failed, what is waited for may be among it."""
        # Another poll may have been faster: then what this one found besides is new.
        if self._is_ending or not self._book.needs_baseline:
            return
        answered = [
            change
            for each in found.new
            if self._freshness.is_young(each) and not self._is_own(each)
            for change in self._hear(self._received_sms(each, found.last_poll))
        ]
        # What the disk does not take is known in memory, and the ledger raises a repair.
        with suppress(LedgerError):
            await self._book.async_set_baseline(
                [each.number for each in found.new],
                *answered,
                more_exist=found.more_exist,
            )

    @property
    def _is_ending(self) -> bool:
        """Tell whether nothing is written at once any more, as Home Assistant stops, or automations don't run."""
        return self._stopped or not self._hass.is_running

    async def _async_report(self, found: Found) -> None:
        """Report the messages after they are noted on the disk: never again after a crash."""
        ignored = 0
        for some in batched(found.new, _NOTED_AT_ONCE, strict=False):
            if self._is_ending:
                break
            fresh = []
            for each in some:
                if self._is_own(each) or not self._freshness.is_fresh(
                    each, found.last_poll
                ):
                    # A message of before was never waited for.
                    ignored += not self._freshness.is_of_before(each, found.last_poll)
                    continue
                fresh.append(self._received_sms(each, found.last_poll))
            # Who is answered by it knows that from the same moment on.
            answered = [change for sms in fresh for change in self._hear(sms)]
            # What the disk does not take is known in memory, and the ledger raises a repair.
            with suppress(LedgerError):
                await self._book.async_note([each.number for each in some], *answered)
            for sms in fresh:
                async_dispatcher_send(self._hass, SIGNAL_SMS_RECEIVED, sms)
                # Each may start automations, and everything else must go on meanwhile.
                await asyncio.sleep(0)
        if ignored:
            self.ignored += ignored
            _LOGGER.info(
                "%d received SMS ignored: old, undated or from an own line", ignored
            )

    def _is_own(self, message: Message) -> bool:
        """Tell whether we sent it ourselves, to avoid reply loops.

        Some panels list sent messages among the received ones, and a line can write to itself.
        """
        own_lines = (message.receiver, self._account.sender, *self._own_lines())
        return message.location is Location.SENT or comparable_line(
            message.sender
        ) in map(comparable_line, own_lines)

    def _received_sms(
        self, message: Message, last_poll: LastPoll | None
    ) -> ReceivedSms:
        return ReceivedSms(
            entry_id=self._entry_id,
            message_id=message.message_id,
            sender=message.sender,
            name=self._name_of(message.sender),
            line=message.receiver,
            text=message.text,
            parts=message.parts,
            sent_at=message.sent_at,
            came_in_at=self._freshness.came_in_at(message, last_poll),
        )
