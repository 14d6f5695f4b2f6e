"""The alerts of an account: all are in memory, and each change goes to the disk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
import json
import logging
from math import fsum
from sqlite3 import Connection
from typing import Any, Self

from .clock import LedgerClock
from .file import Change, LedgerFile

_LOGGER = logging.getLogger(__name__)


class AlertState(StrEnum):
    """What has become of an alert."""

    OPEN = "open"
    """Nobody has acknowledged it yet."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has it."""
    UNANSWERED = "unanswered"
    """All steps of all rounds are over, and nobody has acknowledged it."""
    RESOLVED = "resolved"
    """What it was about is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPerson:
    """A number that an alert goes to, and the name that it is known by."""

    number: str = field(repr=False)
    name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStep:
    """Those who are told at the same time, and how many minutes they have to acknowledge."""

    people: tuple[AlertPerson, ...]
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert, from when it was raised until it is forgotten. Times are of the ledger's clock, in seconds.

    ``alert_id`` is the user's word for it, ``key`` ours: the same can be raised again. ``turn`` counts the steps that were
    begun, over all rounds, and ``turn_at`` is when the last one was. ``carried`` are the numbers for which an earlier text
    still waited then: it stands for this turn's. ``took_it`` is who acknowledged it, ``number`` is
    empty where that was done in Home Assistant. ``coded`` are the numbers that were told its code. ``told`` is what was
    told of it in Home Assistant last.
    """

    key: str
    alert_id: str
    code: int
    message: str = field(repr=False)
    resolved_message: str = field(repr=False)
    pin: str | None = field(repr=False)
    steps: tuple[AlertStep, ...]
    rounds: int
    raised_at: float
    state: AlertState = AlertState.OPEN
    turn: int = 0
    turn_at: float
    carried: tuple[str, ...] = field(default=(), repr=False)
    ended_at: float | None = None
    took_it: AlertPerson | None = None
    coded: tuple[str, ...] = field(default=(), repr=False)
    told: str = ""

    @property
    def step(self) -> AlertStep:
        """Return the step that was begun last."""
        return self.steps[self.turn % len(self.steps)]

    @property
    def is_open(self) -> bool:
        """Tell whether it is still waited for somebody to acknowledge it."""
        return self.state is AlertState.OPEN

    def older(self, seconds: float, *, before: float) -> Self:
        """Return the same, where what happened before a moment is longer ago."""

        def moved(at: float) -> float:
            return at if at > before else at - seconds

        return replace(
            self,
            raised_at=moved(self.raised_at),
            turn_at=moved(self.turn_at),
            ended_at=None if self.ended_at is None else moved(self.ended_at),
        )

    @classmethod
    def from_json(cls, written: bytes) -> AlertRow:
        """Return what was written. Raises ValueError, KeyError or TypeError where it makes no sense."""
        values: dict[str, Any] = {**json.loads(written)}
        steps = [
            AlertStep(
                people=tuple(AlertPerson(**each) for each in step["people"]),
                minutes=step["minutes"],
            )
            for step in values.pop("steps")
        ]
        if not steps:
            raise ValueError("An alert without steps")
        took_it = values.pop("took_it")
        row = cls(
            **values
            | {
                "steps": tuple(steps),
                "state": AlertState(values["state"]),
                "took_it": None if took_it is None else AlertPerson(**took_it),
                "carried": tuple(values["carried"]),
                "coded": tuple(values["coded"]),
            }
        )
        times = (row.raised_at, row.turn_at, row.ended_at or 0.0)
        # Only to see that all of them are numbers.
        fsum((row.code, row.rounds, row.turn, *times, *(s.minutes for s in steps)))
        return row


type StoredAlerts = dict[str, AlertRow | None]
"""What was read of each alert, by its key; None where that makes no sense."""


def _row_of(key: str, written: bytes) -> AlertRow | None:
    try:
        row = AlertRow.from_json(written)
    except ValueError, KeyError, TypeError:
        return None
    # Under another key, none of its texts would be known as sent.
    return row if row.key == key else None


class AlertBook:
    """All alerts of an account that are not forgotten yet, in the order in which they were raised."""

    def __init__(self, file: LedgerFile, clock: LedgerClock) -> None:
        """Begin without any."""
        self._file = file
        self.clock = clock
        self._alerts: dict[str, AlertRow] = {}
        self._newest: dict[str, str] = {}

    @staticmethod
    def read(connection: Connection) -> StoredAlerts:
        """Read what was written before, each alert for itself: one that makes no sense is None."""
        # As bytes: one that is no text must not keep the others from being read.
        rows = connection.execute("SELECT key, CAST(alert AS BLOB) FROM alert")
        return {key: _row_of(key, written) for key, written in rows}

    def take_up(self, stored: StoredAlerts) -> None:
        """Go on with what could be read. The keys are made from a wall clock that may have been wrong, and tell no order."""
        alerts = [alert for alert in stored.values() if alert is not None]
        for alert in sorted(alerts, key=lambda alert: alert.raised_at):
            self._take(alert)
        damaged = [key for key, alert in stored.items() if alert is None]
        if damaged:
            # Nothing of it: there may be texts, numbers and a PIN in it.
            _LOGGER.error("Damaged alerts, which are lost: %d", len(damaged))
            self._delete(damaged)

    def __iter__(self) -> Iterator[AlertRow]:
        """Yield them, the first raised first."""
        return iter(tuple(self._alerts.values()))

    def __getitem__(self, key: str) -> AlertRow:
        """Return one as it is now."""
        return self._alerts[key]

    @property
    def any_is_open(self) -> bool:
        """Tell whether one is open: then time matters."""
        return any(alert.is_open for alert in self._alerts.values())

    def newest(self, alert_id: str) -> AlertRow | None:
        """Return the last alert that was raised with a word of the user's, None where there is none any more."""
        key = self._newest.get(alert_id)
        return None if key is None else self._alerts[key]

    def change(self, alert: AlertRow) -> Change:
        """Keep an alert in memory, and return what writes it."""
        self._take(alert)
        return "INSERT OR REPLACE INTO alert VALUES (?, ?)", [
            (alert.key, json.dumps(asdict(alert)))
        ]

    async def async_keep(self, alert: AlertRow) -> None:
        """Keep an alert, and return once it is on the disk. Raises LedgerError where it is not: then it is known in memory."""
        await self.async_write(self.change(alert))

    async def async_write(self, change: Change) -> None:
        """Write what was kept in memory already. Raises LedgerError as above."""
        self.clock.keep(at_once=True)
        await self._file.async_write(change)

    def keep(self, alert: AlertRow) -> None:
        """Keep an alert; it is written soon."""
        self._file.write_soon(self.change(alert))

    def forget(self, keys: Sequence[str]) -> None:
        """Forget some alerts, with their texts and numbers."""
        for key in keys:
            alert = self._alerts.pop(key)
            if self._newest.get(alert.alert_id) == key:
                del self._newest[alert.alert_id]
        if keys:
            self._delete(keys)

    def _delete(self, keys: Iterable[str]) -> None:
        self._file.write_soon(
            ("DELETE FROM alert WHERE key = ?", [(key,) for key in keys])
        )

    def _take(self, alert: AlertRow) -> None:
        if alert.key not in self._alerts:
            self._newest[alert.alert_id] = alert.key
        self._alerts[alert.key] = alert

    def make_older(self, seconds: float) -> None:
        """Add time to the age of what happened before the start: Home Assistant was off longer than its clock says."""
        if not seconds:
            return
        started = self.clock.now() - self.clock.since_start
        for alert in self:
            if alert.raised_at <= started:
                self.keep(alert.older(seconds, before=started))
