"""Compares what is decided with what the gateway took. The names of the invariants are those of the rules."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from homeassistant.util import dt as dt_util

from custom_components.payamak.gateway import SmsState, count_parts
from custom_components.payamak.ledger import SmsRow
from custom_components.payamak.ledger.rows import SELECT
from custom_components.payamak.sending.decisions import (
    LONGEST_HELD,
    PATIENCE_AFTER_GATE,
)
from custom_components.payamak.sending.fence import SETTLING

from ..books import trouble_in
from ..people import ON_ITS_WAY, Person, lines_in
from ..times import Times
from .disk import Disk
from .gateway import HOLDS, OUTAGES, Gateway, Taken

if TYPE_CHECKING:
    from .home import Home

# What a wall clock that is wrong may cost, by rule 6.
_WRONG_CLOCK: Final = 300.0
# How much later the home may see that a gate has opened.
SLACK: Final = 120.0
_OUTAGE_IS_KNOWN_AFTER: Final = 180.0
_MOST_REQUESTS_A_MINUTE: Final = 10
_MOST_QUEUED_CALLS_A_MINUTE: Final = 8
_NOTHING_LEFT: Final = (SmsState.FAILED, SmsState.NOT_SENT, SmsState.CANCELLED)
_TAKEN: Final = (SmsState.ACCEPTED, SmsState.DELIVERED, SmsState.UNDELIVERED)


@dataclass(slots=True, kw_only=True, eq=False)
class Ask:
    """A message that was asked for. ``status`` is what the caller was told, by our own ids; None until then."""

    text: str
    numbers: tuple[str, ...]
    urgent: bool
    minutes: float | None
    run: int
    status: dict[str, SmsState] | None = None


@dataclass(slots=True, kw_only=True)
class Begun:
    """When a row was begun, by the true time, and as which one; it is queued once a caller was told so."""

    at: float
    order: int
    run: int
    queued: int | None = None
    ended_in_run: int | None = None


@dataclass
class Oracle:
    """All that must hold. What is wrong is collected: production code must not swallow it."""

    times: Times
    options: dict[str, int]
    person: Person
    violations: list[str] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    begun: dict[str, Begun] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    torn: set[str] = field(default_factory=set)
    """Our own ids of rows that a backup which was put back knows another state of."""
    by_hand: set[str] = field(default_factory=set)
    without_date: set[int] = field(default_factory=set)
    """The runs with a wrong wall clock in which the gateway has not told the time."""
    is_restored: bool = False
    run: int = 0
    started_at: float = 0.0
    _order: int = 0
    _parts: Counter[date] = field(default_factory=Counter)
    _requests: deque[float] = field(default_factory=deque)
    _queued_calls: deque[float] = field(default_factory=deque)
    _last_answer: float = 0.0
    requests: int = 0

    def __post_init__(self) -> None:
        """Begin with an empty record."""
        self.disk = Disk(self.times)
        self.gateway = Gateway(self.times, self.note_taken)
        self.home: Home | None = None
        self._last_answer = self.times.now

    def violate(self, name: str, what: str) -> None:
        """Note that an invariant does not hold."""
        self.violations.append(f"{name}: {what}")

    def _next(self) -> int:
        self._order += 1
        return self._order

    def note_begun(self, row: SmsRow) -> None:
        """Know a new row."""
        self.begun[row.sms_id] = Begun(
            at=self.times.now, order=self._next(), run=self.run
        )

    def note_acknowledged(self, ask: Ask) -> None:
        """Look at what a caller was told: what is queued is durable."""
        stored = self.stored()
        for sms_id, state in (ask.status or {}).items():
            if state is not SmsState.WAITING or sms_id in self.torn:
                continue
            begun = self.begun[sms_id]
            begun.queued = begun.queued or self._next()
            if sms_id not in stored or self._waits_in_memory_alone(stored[sms_id]):
                self.violate("I2", f"{sms_id} is queued, and not written")

    def _waits_in_memory_alone(self, stored: SmsRow) -> bool:
        row = self.home and self.home.ledger.outgoing.waiting.get(stored.sms_id)
        return (
            bool(row and row.state is SmsState.WAITING)
            and stored.state is not SmsState.WAITING
            and not self.disk.was_in_trouble
        )

    def stored(self) -> dict[str, SmsRow]:
        """Return the rows that are durable."""
        found = self.disk.connection.execute(SELECT)
        rows = [SmsRow.from_values(values) for values in found]
        return {row.sms_id: row for row in rows}

    def note_end_of_run(self, *, compared: bool) -> None:
        """Know whether the home has compared its clock with the gateway's before it ends."""
        if self.times.wall_was_wrong and not compared:
            self.without_date.add(self.run)

    # What leaves.

    def note_request(self, method: str, text: str, rows: Sequence[SmsRow]) -> None:
        """Look at a request that leaves now."""
        self.requests += 1
        self._check_pace(rows)
        if not rows:
            return
        stored = self.stored()
        self._check_bundle(text, rows, stored)
        self._check_gate(rows)
        for row in rows:
            self._check_intent(row, stored)
            self._check_age(row)
            self._check_order(row)
        self._check_limit(text, rows)

    def _check_intent(self, row: SmsRow, stored: dict[str, SmsRow]) -> None:
        """Rule 2: that it leaves is durable, but for what has not waited on a disk that takes nothing."""
        is_known = row.sms_id in stored and (
            stored[row.sms_id].state is SmsState.SENDING
        )
        has_waited = self.begun[row.sms_id].queued is not None
        if not is_known and (has_waited or not self.disk.was_in_trouble):
            self.violate("I1", f"{row.sms_id} leaves, and the disk does not know")

    def _check_bundle(
        self, text: str, rows: Sequence[SmsRow], stored: dict[str, SmsRow]
    ) -> None:
        """Several that go out as one are all in it, or counted, and what they go out as is durable."""
        for number in {row.recipient for row in rows}:
            some = [row for row in rows if row.recipient == number]
            if len(some) == 1:
                continue
            texts = [row.content.text or "" for row in some if row.content]
            if not lines_in(text, texts, lambda count: f"and {count} more"):
                self.violate("I2", f"{len(some)} go out as one that tells of others")
            keys = {each.sent_as for row in some if (each := stored.get(row.sms_id))}
            written = self.disk.connection.execute(
                "SELECT text FROM text WHERE key = ?", (some[0].sent_as,)
            ).fetchone()
            if keys != {some[0].sent_as} or written != (text,):
                self.violate("I1", "the disk does not know what they go out as")

    def _check_gate(self, rows: Sequence[SmsRow]) -> None:
        """I7: nobody gets anything in their quiet hours, in a pause, or too often, but what is urgent."""
        person = self.person
        mine = [row for row in rows if row.recipient == person.number]
        if not mine:
            return
        person.requested_at = self.times.now
        content = mine[0].content
        if not person.has_gate or content is None or content.urgent:
            return
        excused = self.is_restored or self.disk.was_in_trouble
        if person.is_quiet:
            self.violate("I7", "something leaves in the quiet hours")
        if person.paused and not excused:
            self.violate("I7", "something leaves in a pause")

    def _check_hour(self) -> None:
        person = self.person
        excused = self.is_restored or self.disk.was_in_trouble
        if (
            person.has_gate
            and person.limit is not None
            and not excused
            and not self.times.wall_was_wrong
            and person.got_lately(slack=ON_ITS_WAY) > person.limit
        ):
            self.violate("I7", f"more than {person.limit} in an hour")

    def _check_age(self, row: SmsRow) -> None:
        patience = row.content.retry_for if row.content else 0.0
        slack = _WRONG_CLOCK if self.times.wall_was_wrong else 0.0
        begun = self.begun[row.sms_id]
        age = self.times.now - begun.at
        if begun.run in self.without_date:
            # By how much the wall clock was wrong when it was begun is not known.
            return
        waited, longest = age, patience
        if row.recipient == self.person.number and begun.queued is not None:
            # Whether the gate was closed depends on a clock that may be wrong.
            waited = self._waited(age, self.person.closed_until)
            closed_until = self.person.closed_until + SLACK
            if self.person.is_closed or closed_until > begun.at or not patience:
                longest = max(patience, PATIENCE_AFTER_GATE)
                slack += SLACK
            if self.times.wall_was_wrong and self.person.hours:
                waited = age - LONGEST_HELD
        elif not patience:
            return
        if waited > longest + slack:
            self.violate("I4", f"{row.sms_id} leaves {age:.0f} s old")

    def _waited(self, age: float, closed_until: float) -> float:
        """Return how long a message of that age might have gone, were it not for what holds all up."""
        if self.person.is_closed:
            return max(0.0, age - LONGEST_HELD)
        since = self.times.now - closed_until
        return max(min(age, since), age - LONGEST_HELD)

    def _check_order(self, row: SmsRow) -> None:
        content = row.content
        if self.home is None or content is None:
            return
        if content.urgent or not content.retry_for:
            return
        for other in self.home.ledger.outgoing.waiting.values():
            begun = self.begun[other.sms_id]
            if (
                other.recipient == row.recipient
                and other.state is SmsState.WAITING
                and other.text < row.text
                and other.content
                and not other.content.urgent
                and begun.queued is not None
                and begun.queued < self.begun[row.sms_id].order
            ):
                self.violate("I8", f"{row.sms_id} leaves before {other.sms_id}")

    def _check_limit(self, text: str, rows: Sequence[SmsRow]) -> None:
        """I7: the parts of a day, by the home's clock; urgent ones are sent whatever has left."""
        content, limit = rows[0].content, self.options["daily_limit"]
        excused = self.is_restored or self.disk.was_in_trouble
        if not limit or excused or self.times.wall_was_wrong:
            return
        at_midnight = self.times.wall % 86400 < 120
        if content and not content.urgent and not at_midnight:
            people = len({row.recipient for row in rows})
            parts = self._parts[_day_of(rows[0])] + people * _parts_of(text, rows[0])
            if parts > limit:
                self.violate("I7", f"{parts} parts of {limit}")

    def _check_pace(self, rows: Sequence[SmsRow]) -> None:
        """I9: few requests in an outage, and few calls for what waits while something holds it up."""
        now, lasting = self.times.now, self.gateway.lasting
        is_known = now - self._last_answer > _OUTAGE_IS_KNOWN_AFTER
        if lasting in OUTAGES and is_known:
            if not rows or all(row.content and row.content.retry_for for row in rows):
                self._requests.append(now)
        else:
            self._requests.clear()
        if lasting not in HOLDS:
            self._queued_calls.clear()
        elif any(self._has_waited(row) for row in rows):
            self._queued_calls.append(now)
        for some, most in (
            (self._requests, _MOST_REQUESTS_A_MINUTE),
            (self._queued_calls, _MOST_QUEUED_CALLS_A_MINUTE),
        ):
            while some and some[0] < now - 60:
                some.popleft()
            if len(some) > most:
                self.violate("I9", f"{len(some)} requests in a minute")

    def _has_waited(self, row: SmsRow) -> bool:
        is_urgent = row.content is not None and row.content.urgent
        return self.begun[row.sms_id].queued is not None and not is_urgent

    def note_answer(self) -> None:
        """Know that the gateway has answered."""
        self._last_answer = self.times.now

    # What the gateway takes, and what is told.

    def note_taken(self, taken: Taken) -> None:
        """I1: each row is taken once at most."""
        if taken.rows[0].recipient == self.person.number:
            is_urgent = (content := taken.rows[0].content) and content.urgent
            self.person.taken.append(self.times.now)
            if not is_urgent:
                self._check_hour()
        first = taken.rows[0]
        self._parts[_day_of(first)] += _parts_of(taken.text, first)
        for row in taken.rows:
            times = self.gateway.taken_of[row.sms_id]
            knows = row.sms_id not in self.torn or not self._could_not_know(row)
            if times > 1 and knows:
                self.violate("I1", f"{row.sms_id} is taken {times} times")

    def _could_not_know(self, row: SmsRow) -> bool:
        """Tell whether the sent box could not show that a row of an older copy has left: see rule 5."""
        text = row.content.text if row.content else None
        if text is None or self.gateway.has_hidden or self.times.wall_was_wrong:
            return True
        earlier = [
            each
            for each in self.gateway.taken.values()
            if any(row.sms_id == one.sms_id for one in each.rows)
            and each.at < self.times.now
        ]
        if any(text not in each.text for each in earlier):
            # It was only counted there.
            return True
        settled = self.started_at + SETTLING
        is_alone = sum(ask.text == text for ask in self.asks) == 1
        return not is_alone or all(each.shown_from >= settled for each in earlier)

    def note_told(self, row: SmsRow) -> None:
        """I5: each end is told once, and is durable before that."""
        self.told[row.sms_id] += 1
        excused = row.sms_id in self.torn or self.disk.was_in_trouble
        if self.told[row.sms_id] > 1 and not excused:
            self.violate("I5", f"{row.sms_id} is told again: {row.state}")
        if row.state is SmsState.NOT_SENT:
            self._check_given_up(row)

    def _check_given_up(self, row: SmsRow) -> None:
        """I4: nothing is given up young; while the home was off, only the wall clock tells the time."""
        begun = self.begun[row.sms_id]
        patience = row.content.retry_for if row.content else 0.0
        age = self.times.now - begun.at
        if begun.run != self.run:
            return
        waited = age
        if row.recipient == self.person.number and not self.times.wall_was_wrong:
            waited = self._waited(age, self.person.surely_closed_until)
            # What is on its way may have counted, and the home looks twice a minute.
            patience -= SLACK
        if waited < patience - 1:
            self.violate("I4", f"{row.sms_id} is given up too early")

    # What is durable, after each step.

    def check(self) -> None:
        """Look at the rows and the books."""
        stored = self.stored()
        for row in stored.values():
            self._check_row(row)
            if row.ended_at is not None:
                begun = self.begun[row.sms_id]
                if begun.ended_in_run is None:
                    begun.ended_in_run = self.run
        for ask in self.asks:
            for sms_id, state in (ask.status or {}).items():
                is_lost = sms_id not in stored and sms_id not in self.torn
                was_written = state is SmsState.WAITING or not self.disk.was_in_trouble
                if is_lost and was_written:
                    self.violate("I2", f"{sms_id} was {state}, and is gone")
        if self.home:
            self._check_books(self.home)

    def _check_row(self, row: SmsRow) -> None:
        if row.reason == "unexpected_error":
            self.violate("surprise", f"{row.sms_id} is {row.state}")
        if row.sms_id in self.torn:
            return
        times = self.gateway.taken_of[row.sms_id]
        if times and row.state in _NOTHING_LEFT:
            self.violate("I1", f"{row.sms_id} was taken, and is {row.state}")
        if row.message_id:
            taken = self.gateway.taken.get(row.message_id)
            if taken is None or row.sms_id not in {each.sms_id for each in taken.rows}:
                self.violate("I3", f"{row.sms_id} has the id of another message")
        if row.state in _TAKEN and not times and not self._fits_another(row):
            self.violate("I3", f"{row.sms_id} is {row.state}, and was never taken")

    def _fits_another(self, row: SmsRow) -> bool:
        """Tell whether a person has sent an equal text, or another message of ours is equal."""
        texts = [
            ask.text
            for ask in self.asks
            if ask.status is None or row.sms_id in ask.status
        ]
        return any(
            text in self.by_hand or sum(ask.text == text for ask in self.asks) > 1
            for text in texts
        )

    def _check_books(self, home: Home) -> None:
        """I2: in memory each row is in one state."""
        book = home.ledger.outgoing
        if trouble := trouble_in(book):
            self.violate("I2", trouble)

    def note_restored(self, before: dict[str, SmsRow]) -> None:
        """Know that what became of some rows is forgotten: an older file was put back."""
        self.is_restored = True
        now = self.stored()
        for sms_id in self.begun:
            old, new = before.get(sms_id), now.get(sms_id)
            if (
                new is None
                or old is None
                or (old.state, old.ended_at) != (new.state, new.ended_at)
            ):
                self.torn.add(sms_id)

    # The end.

    def check_healed(self) -> None:
        """I10: nothing waits any more; I5: who was told that something is queued is told its end."""
        for row in self.stored().values():
            is_open = row.state in (SmsState.WAITING, SmsState.SENDING)
            if is_open or (row.state is SmsState.UNKNOWN and row.ended_at is None):
                self.violate("I10", f"{row.sms_id} is {row.state} in the end")
            begun = self.begun[row.sms_id]
            is_silent = row.state in (SmsState.ACCEPTED, SmsState.CANCELLED)
            if (
                begun.queued is not None
                and begun.ended_in_run == self.run
                and not is_silent
                and row.sms_id not in self.torn
                and not self.told[row.sms_id]
            ):
                self.violate("I5", f"{row.sms_id} is {row.state}, and nobody is told")


def _parts_of(text: str, row: SmsRow) -> int:
    is_pattern = row.content is not None and row.content.pattern_id is not None
    return 1 if is_pattern else count_parts(text)


def _day_of(row: SmsRow) -> date:
    return dt_util.as_local(dt_util.utc_from_timestamp(row.left_at)).date()
