"""Polls for received messages: when, and how often after failures."""

from collections.abc import Callable, Iterable
from datetime import timedelta
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..account.account import Account
from ..account.errors import update_error
from ..account.quiet import Quiet
from ..account.repairs import Repairs
from ..account.signals import ReceivedSms
from ..const import (
    CONF_INBOX_INTERVAL,
    CONF_INBOX_MAX_AGE,
    CONF_PUSH,
    DEFAULT_INBOX_INTERVAL,
    DEFAULT_INBOX_MAX_AGE,
    DOMAIN,
)
from ..gateway import GatewayError, RejectedError
from ..ledger import Change, ReceivedBook
from .box_reader import BoxReader
from .freshness import Freshness
from .reporter import Reporter

_LOGGER = logging.getLogger(__name__)

# With an interval of 0 only the push address starts polls; a poll that failed is repeated after this time.
_AFTER_FAILURE: Final = timedelta(seconds=DEFAULT_INBOX_INTERVAL)
# Who asks by SMS waits for the answer.
_WHILE_AWAITED: Final = timedelta(seconds=20)
_REFUSALS_THAT_COUNT: Final = 3
_LONGEST_AFTER_REFUSALS: Final = timedelta(minutes=5)
# A panel that has never listed received messages most likely doesn't offer them.
_WHERE_NEVER_OFFERED: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 5


class Inbox(DataUpdateCoordinator[None]):
    """Polls for received messages, and reports the new ones, the oldest first."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        account: Account,
        repairs: Repairs,
        name_of: Callable[[str], str | None],
        book: ReceivedBook,
        own_lines: Callable[[], Iterable[str]],
        hear: Callable[[ReceivedSms], Iterable[Change]],
        is_answer_awaited: Callable[[], bool],
    ) -> None:
        """Poll as often as the options say; with 0 only when the push address is called, or while an answer is awaited.

        ``hear`` is called with each message before anybody else, and returns what to write together with its id.
        Who waits for an answer outlives a reload, so ``is_answer_awaited`` is asked at each poll.
        """
        seconds: int = entry.options.get(CONF_INBOX_INTERVAL, DEFAULT_INBOX_INTERVAL)
        minutes: int = entry.options.get(CONF_INBOX_MAX_AGE, DEFAULT_INBOX_MAX_AGE)
        self._chosen_interval = timedelta(seconds=seconds) if seconds else None
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} inbox",
            update_interval=self._chosen_interval,
            always_update=False,
        )
        self._account = account
        self._quiet = Quiet(self, account.watch)
        self._book = book
        book.open_for(entry.unique_id)
        max_age = timedelta(minutes=minutes)
        self._freshness = Freshness(account, repairs, book, max_age)
        self._reader = BoxReader(account, book, self._freshness)
        self._reporter = Reporter(
            hass,
            entry.entry_id,
            account,
            name_of,
            book,
            self._freshness,
            own_lines,
            hear,
        )
        self._is_answer_awaited = is_answer_awaited
        self._is_rung = entry.options.get(CONF_PUSH, False)
        self._running = False
        self._refusals = 0

    @property
    def ignored(self) -> int:
        """Return how many messages were ignored: they were old, undated or from an own line."""
        return self._reporter.ignored

    @property
    def skipped_rows(self) -> int:
        """Return how many rows of the panel's list can't be read."""
        return self._reader.skipped_rows

    async def async_start(self) -> None:
        """Poll at once, and from then on regularly, as far as the options want that."""
        self._running = True
        self._freshness.update_repair()
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))
        self.config_entry.async_on_unload(
            self._account.watch.async_listen(self._gateway_changed)
        )
        if self._usual_interval or self._is_rung:
            await self.async_refresh()

    @callback
    def async_answer_is_awaited(self) -> None:
        """Poll at once, and more often from now on, also where the options say that nothing is polled."""
        self._poll_soon()

    async def async_stop(self) -> None:
        """Wait until the messages that were noted are reported, and report no more."""
        self._running = False
        await self._reporter.async_stop()

    @property
    def _usual_interval(self) -> timedelta | None:
        """Return how often it is polled, None where the push address alone starts polls."""
        if not self._is_answer_awaited():
            return self._chosen_interval
        return min(self._chosen_interval or _WHILE_AWAITED, _WHILE_AWAITED)

    @callback
    def _gateway_changed(self) -> None:
        """Poll at once when the gateway is back: the push address may have been called meanwhile."""
        if not self._account.watch.is_away and not self.last_update_success:
            self._poll_soon()

    @callback
    def _poll_soon(self) -> None:
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), "payamak polls out of turn"
        )

    @override
    async def _async_update_data(self) -> None:
        if not self._running:
            return
        watch = self._account.watch
        self.update_interval = self._usual_interval or _AFTER_FAILURE
        if watch.is_away:
            self._quiet.failed()
            raise update_error(watch.error)
        try:
            found = await self._reader.async_find_new()
        except GatewayError as error:
            if isinstance(error, RejectedError):
                self._refusals += 1
                self.update_interval = self._interval_after_refusals()
            elif self.last_update_success:
                # Is it this method alone, or the gateway? One of both is told in the log.
                await watch.async_find_out(error)
            self._quiet.failed()
            raise update_error(error) from error
        self._quiet.worked()
        self.update_interval = self._usual_interval
        self._refusals = 0
        self._freshness.observe_clock(found)
        await self._reporter.async_report(found)

    def _interval_after_refusals(self) -> timedelta:
        """Return when to ask again: the more refusals in a row, the later."""
        usual = self._usual_interval or _AFTER_FAILURE
        if self._refusals < _REFUSALS_THAT_COUNT:
            return usual
        if self._book.needs_baseline:
            return max(usual, _WHERE_NEVER_OFFERED)
        doublings = min(self._refusals - _REFUSALS_THAT_COUNT + 1, _MOST_DOUBLINGS)
        return min(usual * (1 << doublings), max(usual, _LONGEST_AFTER_REFUSALS))
