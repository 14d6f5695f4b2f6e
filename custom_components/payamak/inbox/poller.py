"""The received messages: polled, each handed on once, and nothing old."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
import logging
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..account.account import Account
from ..account.errors import update_error
from ..account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from ..const import (
    CONF_INBOX_INTERVAL,
    CONF_INBOX_MAX_AGE,
    DEFAULT_INBOX_INTERVAL,
    DEFAULT_INBOX_MAX_AGE,
    DOMAIN,
)
from ..gateway import MAX_MESSAGES, GatewayError, Location, Message, RejectedError
from ..ledger.store import AccountStore
from ..people.address_book import AddressBook

_LOGGER = logging.getLogger(__name__)

_NOTED_AT_ONCE: Final = 100
# Without regular polls, what somebody rang for while the gateway was away is asked for again so soon.
_AFTER_FAILURE: Final = timedelta(seconds=DEFAULT_INBOX_INTERVAL)
# A panel that doesn't tell its messages need not be asked every minute; one refusal may be a passing one.
_REFUSALS_IN_A_ROW: Final = 3
_AFTER_REFUSALS: Final = timedelta(hours=1)
# A message of the future means that the clocks differ; further than this, nobody can say how old it is.
_CLOCKS_DIFFER: Final = timedelta(minutes=2)
_BEYOND_DOUBT: Final = timedelta(hours=1)


class Inbox(DataUpdateCoordinator[None]):
    """Polls for received messages, and tells the house of those that are new, the oldest first."""

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        account: Account,
        address_book: AddressBook,
        store: AccountStore,
        own_lines: Callable[[], Iterable[str]],
    ) -> None:
        """Poll as often as the options say; with 0 only when somebody rings."""
        seconds = entry.options.get(CONF_INBOX_INTERVAL, DEFAULT_INBOX_INTERVAL)
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
        self._address_book = address_book
        self._store = store
        self._store.received.open_for(entry.unique_id)
        self._own_lines = own_lines
        self._max_age = timedelta(
            minutes=entry.options.get(CONF_INBOX_MAX_AGE, DEFAULT_INBOX_MAX_AGE)
        )
        self._handing_on: asyncio.Task[None] | None = None
        self._running = False
        self._refusals = 0
        self.passed_over = 0

    async def async_start(self) -> None:
        """Poll at once, and from then on regularly."""
        self._running = True
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))
        await self.async_refresh()

    async def async_stop(self) -> None:
        """Begin with no more messages, once those that were begun with are handed on."""
        self._running = False
        if self._handing_on:
            await self._handing_on

    @override
    async def _async_update_data(self) -> None:
        if not self._running:
            return
        self.update_interval = self._usual_interval or _AFTER_FAILURE
        try:
            new = await self._async_fetch_new()
        except RejectedError as error:
            self._refusals += 1
            if self._refusals >= _REFUSALS_IN_A_ROW:
                self.update_interval = _AFTER_REFUSALS
            raise update_error(error) from error
        except GatewayError as error:
            raise update_error(error) from error
        self.update_interval = self._usual_interval
        self._refusals = 0
        # Polls are cancelled when the account is unloaded: what is noted must be handed on nevertheless.
        self._handing_on = self.hass.async_create_task(
            self._async_hand_on(new),
            "payamak hands received messages on",
            # Begun before it is known here, nobody could wait for it.
            eager_start=False,
        )
        await asyncio.shield(self._handing_on)

    async def _async_fetch_new(self) -> Sequence[Message]:
        """Fetch what was never seen, oldest first, page by page until one brings nothing more of interest."""
        book = self._store.received
        new: dict[str, Message] = {}
        offset = 0
        while True:
            try:
                page = await self._account.ask_or_check_login(
                    partial(
                        self._account.client.get_messages,
                        Location.RECEIVED,
                        offset=offset,
                    )
                )
            except RejectedError:
                if not offset or self._refusals + 1 < _REFUSALS_IN_A_ROW:
                    raise
                # The manual recommends the offset 0 alone; what was told so far must not be lost.
                _LOGGER.warning(
                    "The panel tells no more than its newest messages; older ones that came in since may be lost"
                )
                break
            ids = [each.message_id for each in page]
            is_full = len(page) >= MAX_MESSAGES
            if not offset and book.needs_mark(ids):
                book.take_mark(ids, more_exist=is_full)
                await self._store.async_save()
                break
            unseen = {
                each.message_id: each
                for each in page
                if each.message_id not in new and book.is_new(each.message_id)
            }
            new |= unseen
            # Rows move down while more come in, and not every gateway keeps them in order:
            # one known message at a page's end doesn't prove that all further ones are known.
            if not unseen or not is_full or self._is_history(page):
                break
            offset += MAX_MESSAGES
        return sorted(new.values(), key=lambda each: each.number)

    def _is_history(self, page: Sequence[Message]) -> bool:
        """Tell whether all of a page is so old that what lies behind it can start nothing."""
        return all(
            each.sent_at and self._age(each.sent_at) > self._max_age + _BEYOND_DOUBT
            for each in page
        )

    async def _async_hand_on(self, new: Sequence[Message]) -> None:
        """Tell of the new messages, once the disk knows them: never again after a crash."""
        passed_over = 0
        for some in batched(new, _NOTED_AT_ONCE, strict=False):
            # While Home Assistant stops, nothing is written at once, and automations don't run any more.
            if not self._running or self.hass.is_stopping:
                break
            self._store.received.note(each.message_id for each in some)
            await self._store.async_save()
            for each in some:
                if sms := self._fresh(each):
                    async_dispatcher_send(self.hass, SIGNAL_SMS_RECEIVED, sms)
                else:
                    passed_over += 1
        if passed_over:
            self.passed_over += passed_over
            _LOGGER.info(
                "%d received SMS start nothing, as they are not of the last minutes",
                passed_over,
            )

    def _age(self, sent_at: datetime) -> timedelta:
        return self._account.latest_time - sent_at

    def _fresh(self, message: Message) -> ReceivedSms | None:
        """Return what to tell of a message; None for one that is old, or of which nobody can say how old it is."""
        if (
            message.sent_at is None
            or not -_CLOCKS_DIFFER <= self._age(message.sent_at) <= self._max_age
            # Neither a panel that mixes the boxes up nor a line that writes to us must let us answer ourselves.
            or message.location is Location.SENT
            or message.sender in (message.receiver, *self._own_lines())
        ):
            return None
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
