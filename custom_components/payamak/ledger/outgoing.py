"""The outgoing SMS: each change goes to the disk, and what is asked for often is kept in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
import logging
from sqlite3 import Connection
from typing import Final

from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ..gateway import SmsState, well_formed
from .file import Change, LedgerFile
from .rows import SELECT, SmsRow, write_rows

_LOGGER = logging.getLogger(__name__)

_WORST_FIRST: Final = (
    SmsState.REJECTED,
    SmsState.FAILED,
    SmsState.UNDELIVERED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.EXPIRED,
    SmsState.WAITING,
    SmsState.SENDING,
    SmsState.ACCEPTED,
    SmsState.DELIVERED,
)
INTERRUPTED: Final = "interrupted"
# Of what the gateway can say to a request: nothing has left, or nothing was taken.
_NOT_SENT: Final = (SmsState.WAITING, SmsState.FAILED)

# What has not ended, and the last SMS to each number: SQLite takes its id from the row with the highest key.
_SELECT_NEEDED: Final = (
    f"{SELECT} WHERE ended_at IS NULL OR sms_id IN ("  # noqa: S608 - names of columns alone
    "SELECT sms_id FROM (SELECT sms_id, max(text) FROM sms GROUP BY recipient)) "
    "ORDER BY text, sms_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that is sent, kept once for all of its recipients; None where it stands in the panel.

    ``parts`` and ``cost`` (Rial, None where nobody knows) are of one recipient.
    """

    key: int
    text: str | None = field(repr=False)
    parts: int
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRows:
    """What was read of the SMS: those that are needed in memory, and today's totals.

    ``interrupted`` are those whose request was under way when Home Assistant ended.
    """

    last_text: int
    interrupted: Sequence[SmsRow]
    pending: dict[str, SmsRow]
    last: dict[str, SmsRow]
    today: date
    parts_today: int
    cost_today: float


class OutgoingBook:
    """All outgoing SMS. In memory are those that are followed, the last one to each number, and today's totals.

    ``pending`` are those that are followed, by ``sms_id``, in the order in which they were sent.
    """

    def __init__(self, file: LedgerFile) -> None:
        """Begin with an empty book."""
        self._file = file
        self.pending: dict[str, SmsRow] = {}
        self._last: dict[str, SmsRow] = {}
        self._next_text = 1
        self._unwritten_texts: dict[int, Text] = {}
        self._today = date.min
        self._parts_today = 0
        self._cost_today = 0.0

    @staticmethod
    def read(connection: Connection) -> StoredRows:
        """Read what was written before, in the order in which it was begun. Raises ValueError where it makes no sense."""
        (last_text,) = connection.execute("SELECT max(key) FROM text").fetchone()
        rows = [
            SmsRow.from_values(values) for values in connection.execute(_SELECT_NEEDED)
        ]
        today = dt_util.now().date()
        from_midnight_to_midnight = [
            dt_util.start_of_local_day(day).timestamp()
            for day in (today, today + timedelta(days=1))
        ]
        parts, cost = connection.execute(
            "SELECT sum(parts), total(cost) FROM sms WHERE sent_at >= ? AND sent_at < ?",
            from_midnight_to_midnight,
        ).fetchone()
        return StoredRows(
            last_text=last_text or 0,
            interrupted=[row for row in rows if row.state is SmsState.SENDING],
            pending={row.sms_id: row for row in rows if row.is_pending},
            last={row.recipient: row for row in rows},
            today=today,
            parts_today=parts or 0,
            cost_today=cost,
        )

    def take_up(self, stored: StoredRows) -> None:
        """Go on with what was read."""
        self._next_text = stored.last_text + 1
        self._today = stored.today
        self._parts_today = stored.parts_today
        self._cost_today = stored.cost_today
        self.pending = stored.pending
        self._last = stored.last
        if stored.interrupted:
            now = dt_util.utcnow().timestamp()
            for row in stored.interrupted:
                # Home Assistant ended between the request and its answer: the message may have been sent.
                row.state, row.ended_at = SmsState.UNKNOWN, now
                row.reason = INTERRUPTED
            self._file.write_soon(write_rows(stored.interrupted))
            _LOGGER.warning(
                "Home Assistant ended while %d SMS were being sent, and it is not known whether they left",
                len(stored.interrupted),
            )

    def new_text(self, text: str | None, *, parts: int, cost: float | None) -> Text:
        """Return a text to begin rows with; it is written with the first of them."""
        if text is not None:
            text = well_formed(text)
        new = Text(key=self._next_text, text=text, parts=parts, cost=cost)
        self._next_text += 1
        self._unwritten_texts[new.key] = new
        return new

    @staticmethod
    def begin(text: Text, number: str, name: str | None) -> SmsRow:
        """Return a row for one recipient, to whom nothing has been sent yet; it is not written yet."""
        return SmsRow(
            sms_id=ulid_now(),
            text=text.key,
            recipient=number,
            name=None if name is None else well_formed(name),
            state=SmsState.WAITING,
            parts=text.parts,
            cost=text.cost,
            created_at=dt_util.utcnow().timestamp(),
        )

    async def async_note_sending(self, rows: Sequence[SmsRow]) -> None:
        """Write that the request of some rows is about to leave. Raises LedgerError where the disk does not take it."""
        now = dt_util.utcnow().timestamp()
        for row in rows:
            row.state, row.sent_at = SmsState.SENDING, now
            self._note_last(row)
        await self._file.async_write(*self._texts_of(rows), write_rows(rows))

    async def async_note_outcome(self, rows: Sequence[SmsRow]) -> None:
        """Write what the gateway said to some rows, once for each. Raises LedgerError where the disk does not take it."""
        now = dt_util.utcnow().timestamp()
        for row in rows:
            self._note_last(row)
            if row.state in _NOT_SENT:
                row.sent_at = None
            self._count(row)
            if row.is_pending:
                self.pending[row.sms_id] = row
            elif row.state is not SmsState.WAITING:
                row.ended_at = now
        await self._file.async_write(*self._texts_of(rows), write_rows(rows))

    def note_questions(self, rows: Sequence[SmsRow]) -> None:
        """Write soon that the delivery of some rows was asked for."""
        self._file.write_soon(write_rows(rows))

    async def async_end(self, rows: Sequence[SmsRow], state: SmsState) -> None:
        """Write the final state of some rows, which are not followed any more. Raises LedgerError where the disk does not take it."""
        now = dt_util.utcnow().timestamp()
        for row in rows:
            row.state, row.ended_at = state, now
            self.pending.pop(row.sms_id, None)
        await self._file.async_write(write_rows(rows))

    def forget_ended_before(self, time: float) -> None:
        """Forget what ended before a time."""
        self._last = {
            number: row
            for number, row in self._last.items()
            if row.ended_at is None or row.ended_at >= time
        }

    def last_state(self, numbers: Iterable[str]) -> SmsState | None:
        """Return the worst state of the last SMS to some numbers, None where nobody can say.

        They are delivered only if all of them are.
        """
        states = {
            _known_state(self._last[each]) for each in numbers if each in self._last
        }
        worst = next((state for state in _WORST_FIRST if state in states), None)
        return None if worst is SmsState.DELIVERED and None in states else worst

    @property
    def parts_today(self) -> int:
        """Return how many parts have left today, in Home Assistant's time zone."""
        self._begin_day()
        return self._parts_today

    @property
    def cost_today(self) -> float:
        """Return about what was sent today costs, in Rial."""
        self._begin_day()
        return self._cost_today

    def _note_last(self, row: SmsRow) -> None:
        """Remember the last SMS to a number; an answer that comes late makes no older one the last."""
        last = self._last.get(row.recipient)
        if last is None or last.text <= row.text:
            self._last[row.recipient] = row

    def _texts_of(self, rows: Iterable[SmsRow]) -> list[Change]:
        """Return what writes the texts of rows, where that has not been done yet."""
        texts = [
            text
            for key in dict.fromkeys(row.text for row in rows)
            if (text := self._unwritten_texts.pop(key, None))
        ]
        values = [(text.key, text.text) for text in texts]
        return [("INSERT OR REPLACE INTO text VALUES (?, ?)", values)] if texts else []

    def _count(self, row: SmsRow) -> None:
        """Add an SMS that has left to the totals of today."""
        self._begin_day()
        if row.sent_at is None or _local_date(row.sent_at) != self._today:
            return
        self._parts_today += row.parts
        self._cost_today += row.cost or 0

    def _begin_day(self) -> None:
        today = dt_util.now().date()
        if today != self._today:
            self._today, self._parts_today, self._cost_today = today, 0, 0.0


def _known_state(row: SmsRow) -> SmsState | None:
    """Return the state that is shown; one that can't be followed, or that nobody knows, is none."""
    nobody_knows = row.is_unfollowed or row.state is SmsState.UNKNOWN
    return None if nobody_knows else row.state


def _local_date(timestamp: float) -> date:
    return dt_util.as_local(dt_util.utc_from_timestamp(timestamp)).date()
