"""The ledger of one account: read once, and kept while Home Assistant runs.

It outlives a reload: a message that is under way then is noted in the same ledger as those after it.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .alerts import AlertBook, StoredAlerts
from .clock import LedgerClock
from .errors import FileTrouble, LedgerError
from .facts import Facts
from .file import LedgerFile
from .history import HistoryQuery, async_read_history, forget_ended_before
from .outgoing import OutgoingBook, StoredRows
from .pauses import Pauses
from .received import ReceivedBook
from .rows import SmsRow

_LEDGERS: Final[HassKey[dict[str, Ledger]]] = HassKey(f"{DOMAIN}_ledgers")


class Ledger:
    """All that an account must not forget. Nothing else of the integration writes to the disk."""

    def __init__(self, path: Path) -> None:
        """Belong to a file; nothing is read yet."""
        self._file = LedgerFile(path, self._set_trouble)
        self.facts = Facts(self._file)
        self.clock = LedgerClock(self.facts)
        self.outgoing = OutgoingBook(self._file, self.clock)
        self.pauses = Pauses(self.facts, self.clock)
        self.alerts = AlertBook(self._file, self.clock)
        self.received = ReceivedBook(self._file, self.facts)
        self.trouble: FileTrouble | None = None
        self._trouble_of_file: FileTrouble | None = None
        self._on_trouble: Callable[[], None] | None = None
        self._forget_end: CALLBACK_TYPE | None = None

    async def async_load(self) -> None:
        """Open the file and read it; whatever is wrong with it, messages must go out."""
        stored, self.trouble = await self._file.async_open(_read)
        self._trouble_of_file = self.trouble
        facts, outgoing, received, alerts = stored
        self.facts.take_up(facts)
        self.outgoing.take_up(outgoing)
        self.pauses.take_up()
        self.received.take_up(received)
        self.alerts.take_up(alerts)

    @callback
    def async_on_trouble(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener whenever ``trouble`` changes, until what is returned is called."""
        self._on_trouble = listener

        @callback
        def forget() -> None:
            if self._on_trouble is listener:
                self._on_trouble = None

        return forget

    @callback
    def note_gateway_time(self, time: datetime | None) -> None:
        """Note the gateway's time, which it has just told: it shows whether what waits since before the start is older than it seems."""
        missing = self.clock.missing(time)
        self.outgoing.make_older(self.outgoing.restored, missing)
        self.pauses.make_older(missing)
        self.alerts.make_older(missing)
        if self.outgoing.anybody_is_waited_for or self.alerts.any_is_open:
            # Home Assistant may be about to end, and what was kept before may suppose that the wall clock is right.
            self.clock.keep()

    async def async_history(self, query: HistoryQuery) -> list[SmsRow]:
        """Return the SMS that a query asks for, the newest first; what could not be written is missing. Raises LedgerError."""
        with suppress(LedgerError):
            await self._file.async_write()
        return await async_read_history(self._file, query)

    @callback
    def async_forget_old(self, keep: timedelta) -> None:
        """Remove what ended longer ago than this, with its text and number."""
        before = dt_util.utcnow().timestamp() - keep.total_seconds()
        self.outgoing.forget_ended_before(before)
        self._file.write_soon(*forget_ended_before(before))

    async def async_prepare_backup(self) -> None:
        """Keep the file as it is while it is copied; changes go into the log beside it, which is copied too."""
        await self._file.async_hold_checkpoints()

    async def async_end_backup(self) -> None:
        """Let changes go into the file again."""
        await self._file.async_release_checkpoints()

    @callback
    def close_with(self, hass: HomeAssistant) -> None:
        """Close the file when Home Assistant ends."""
        self._forget_end = hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_CLOSE, self.async_end
        )

    async def async_end(self, _event: Event) -> None:
        """Keep the clock's reading, also where nothing waits, and close the file."""
        # Before the next start hears of the gateway, nothing else tells that the wall clock was set.
        self.clock.keep(at_once=True)
        await self.async_close()

    async def async_close(self) -> None:
        """Write what waits, and close the file."""
        await self._file.async_close()

    async def async_remove(self) -> None:
        """Delete the file; what is noted from now on belongs to nobody any more."""
        if self._forget_end:
            self._forget_end()
        await self._file.async_remove()

    @callback
    def _set_trouble(self, trouble: FileTrouble | None) -> None:
        # That the disk takes changes again does not bring a damaged file back.
        self.trouble = trouble or self._trouble_of_file
        if self._on_trouble:
            self._on_trouble()


async def async_open_ledger(hass: HomeAssistant, entry_id: str) -> Ledger:
    """Return an account's ledger, read from the disk the first time."""
    ledgers = open_ledgers(hass)
    if entry_id not in ledgers:
        ledger = Ledger(_path(hass, entry_id))
        try:
            await ledger.async_load()
        except BaseException:
            await ledger.async_close()
            raise
        ledgers[entry_id] = ledger
        ledger.close_with(hass)
    return ledgers[entry_id]


async def async_remove_ledger(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the file of an account that is no more."""
    ledger = open_ledgers(hass).pop(entry_id, None) or Ledger(_path(hass, entry_id))
    await ledger.async_remove()


@singleton(_LEDGERS)
def open_ledgers(hass: HomeAssistant) -> dict[str, Ledger]:
    """Return the ledgers that are open, by the ids of their entries."""
    return {}


type _Stored = tuple[dict[str, str], StoredRows, list[int], StoredAlerts]


def _read(connection: Connection) -> _Stored:
    return (
        Facts.read(connection),
        OutgoingBook.read(connection),
        ReceivedBook.read(connection),
        AlertBook.read(connection),
    )


def _path(hass: HomeAssistant, entry_id: str) -> Path:
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.db"))
