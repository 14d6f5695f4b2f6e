"""Compares what becomes of alerts with what the phones got, and with what was replied."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import re
from typing import TYPE_CHECKING, Final, override

from custom_components.payamak.account.signals import AlertReport
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import AlertRow, AlertState, SmsRow

from .gateway import Taken
from .oracle import Oracle

if TYPE_CHECKING:
    from .alert_home import Reply

_OPEN: Final = AlertState.OPEN
_TAKEN: Final = AlertState.ACKNOWLEDGED
_RESOLVED: Final = AlertState.RESOLVED
_UNANSWERED: Final = AlertState.UNANSWERED
_MAY_BECOME: Final = {
    _OPEN: (_OPEN, _TAKEN, _RESOLVED, _UNANSWERED),
    _UNANSWERED: (_UNANSWERED, _TAKEN, _RESOLVED),
    _TAKEN: (_TAKEN, _RESOLVED),
    _RESOLVED: (_RESOLVED,),
}
# What a person did not get, by what the gateway or the outbox says.
_NOT_REACHED: Final = (
    *(SmsState.FAILED, SmsState.UNDELIVERED, SmsState.BLACKLISTED),
    *(SmsState.FILTERED, SmsState.REJECTED, SmsState.NOT_SENT, SmsState.CANCELLED),
)
# Whose phone was off, and who may have got it since, counts as told.
_NEVER_LEFT: Final = tuple(
    each for each in _NOT_REACHED if each is not SmsState.UNDELIVERED
)
_CODE: Final = re.compile(r'Reply "ok (\d+)"')
# How late a step may be: the home is woken twice a minute.
_SLACK: Final = 150.0
# What was on its way to the gateway may arrive after somebody has the alert.
_ON_ITS_WAY: Final = 60.0
_TOO_LATE: Final = 3600.0
_MOST_WRONG_PINS: Final = 5
# The panel dates by whole seconds.
_DOUBT: Final = 2.0


@dataclass(slots=True)
class Seen:
    """What is true of one alert, by the true time; a crash can forget its last turn."""

    turns: dict[int, tuple[float, int]] = field(default_factory=dict)
    """When it came to each turn, and in which run of the home."""
    ended_at: float | None = None


@dataclass
class AlertOracle(Oracle):
    """All that must hold of alerts, too. A row's turn is the word of its purpose, "taken" and "resolved" are the others."""

    replies: list[Reply] = field(default_factory=list)
    seen: dict[str, Seen] = field(default_factory=dict)
    """By the keys of the alerts."""
    got_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """When a number first got a text of an alert, by the alert's key and the number."""
    left_with: dict[tuple[int, str], float] = field(default_factory=dict)
    """When a request with a code first left to a number."""
    got_with: dict[tuple[int, str], float] = field(default_factory=dict)
    got: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How many texts each number got, by the alert's key and the word of the text."""
    heard: dict[int, str] = field(default_factory=dict)
    """Which alert was acknowledged by which reply."""
    wrong_pins: Counter[str] = field(default_factory=Counter)
    waited: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """Our own ids of the texts that waited when a turn began, by the alert's key and the turn."""
    events: dict[str, str] = field(default_factory=dict)
    """The last event of each, by the user's word for it."""
    ticked_at: float = 0.0
    """When the home was last seen with nothing left to do."""

    # What the home decides.

    def note_change(self, old: AlertRow | None, new: AlertRow) -> None:
        """Look at an alert that changes."""
        now = self.times.now
        if old is None:
            self.seen[new.key] = Seen({0: (now, self.run)})
            return
        seen = self.seen[new.key]
        if new.state not in _MAY_BECOME[old.state]:
            self.violate("A3", f"{new.key} was {old.state}, and is {new.state}")
        if new.turn != old.turn:
            self._check_turn(old, new)
            seen.turns[new.turn] = now, self.run
            self.waited[new.key, new.turn] = {
                row.sms_id
                for turn in range(new.turn)
                for row in self._rows(old, turn)
                if row.state is SmsState.WAITING
            }
        if new.state is not old.state:
            if new.state is _UNANSWERED:
                self._check_unanswered(old)
            seen.ended_at = now

    def _check_turn(self, old: AlertRow, new: AlertRow) -> None:
        if new.turn != old.turn + 1 or old.turn + 1 >= len(old.steps) * old.rounds:
            self.violate("A3", f"{new.key} goes from turn {old.turn} to {new.turn}")
        if not old.is_open or not new.is_open:
            self.violate("A3", f"{new.key} goes on, and is {old.state}")
        if self._overdue(old) > _TOO_LATE + 1 and not self._knows_no_time(old):
            self.violate("A5", f"{new.key} goes on hours too late")
        if self._overdue(old) >= -1 or self._knows_no_time(old):
            return
        begins_anew = new.turn % len(old.steps) == 0
        if begins_anew or not self._is_in_vain(old):
            self.violate("A5", f"{new.key} goes on to turn {new.turn} too early")

    def _check_unanswered(self, old: AlertRow) -> None:
        if self._knows_no_time(old):
            return
        overdue = self._overdue(old)
        is_last = old.turn + 1 == len(old.steps) * old.rounds
        if not is_last and overdue <= _TOO_LATE - 1:
            self.violate("A5", f"{old.key} is given up in turn {old.turn}")
        reached = any(
            row.state not in _NOT_REACHED
            for turn in range(old.turn + 1)
            for row in self._rows(old, turn)
        )
        if is_last and overdue < -1 and (reached or not self._is_in_vain(old)):
            self.violate("A5", f"{old.key} is given up too early")

    def _knows_no_time(self, row: AlertRow) -> bool:
        _, run = self.seen[row.key].turns[row.turn]
        return self.times.wall_was_wrong and run != self.run

    def _due(self, row: AlertRow) -> float:
        at, _ = self.seen[row.key].turns[row.turn]
        return at + row.step.minutes * 60

    def _overdue(self, row: AlertRow) -> float:
        return self.times.now - self._due(row)

    def _rows(self, row: AlertRow, turn: int) -> Sequence[SmsRow]:
        assert self.home
        known = self.home.ledger.outgoing.purposes.rows(f"{row.key}:{turn}")
        return list(known.values())

    def _is_in_vain(self, row: AlertRow) -> bool:
        rows = {each.recipient: each for each in self._rows(row, row.turn)}
        if row.carried:
            # For some, texts of earlier turns stand for this one: what becomes of those is not compared.
            return True
        return all(
            each.number in rows and rows[each.number].state in _NOT_REACHED
            for each in row.step.people
        )

    @override
    def note_begun(self, row: SmsRow) -> None:
        super().note_begun(row)
        if not (found := self._alert_of(row)):
            return
        alert, word = found
        if word.isdecimal():
            if not alert.is_open or int(word) != alert.turn:
                what = f"is {alert.state} in turn {alert.turn}"
                self.violate(
                    "A2", f"turn {word} of {alert.key} is texted, which {what}"
                )
            if self._waits(alert, row):
                self.violate("A1", f"{alert.key} waits for somebody twice")
            if row.recipient not in {each.number for each in alert.step.people}:
                self.violate("A2", f"somebody else is told of {alert.key}")
        elif (word, alert.state) not in (("taken", _TAKEN), ("resolved", _RESOLVED)):
            self.violate("A4", f"{alert.key} is {alert.state}, and {word} is told")
        elif not self._was_told(alert, row.recipient):
            self.violate("A4", f"{word} of {alert.key} is told to who was never told")
        elif word == "taken" and self._has_it(alert, row.recipient):
            self.violate("A4", f"who took {alert.key} is told that")

    @staticmethod
    def _has_it(row: AlertRow, number: str, name: str | None = None) -> bool:
        who = row.took_it
        return who is not None and (
            number == who.number or (name is not None and name == who.name)
        )

    def _waits(self, alert: AlertRow, row: SmsRow) -> bool:
        """Tell whether an earlier text waits since before this turn began."""
        waited = self.waited.get((alert.key, alert.turn), set())
        return any(
            each.recipient == row.recipient
            and each.state is SmsState.WAITING
            and each.sms_id in waited
            for turn in range(alert.turn)
            for each in self._rows(alert, turn)
        )

    def _was_told(self, alert: AlertRow, number: str) -> bool:
        return any(
            each.recipient == number
            and each.state not in (SmsState.WAITING, *_NEVER_LEFT)
            for turn in range(alert.turn + 1)
            for each in self._rows(alert, turn)
        )

    def _alert_of(self, row: SmsRow) -> tuple[AlertRow, str] | None:
        """Return the alert that an SMS is of, and the word of its text."""
        if row.content is None or row.content.purpose is None or self.home is None:
            return None
        key, _, word = row.content.purpose.partition(":")
        alert = self.home.ledger.alerts._alerts.get(key)
        return None if alert is None else (alert, word)

    # What leaves, and what the phones get.

    @override
    def note_request(self, method: str, text: str, rows: Sequence[SmsRow]) -> None:
        super().note_request(method, text, rows)
        for row in rows:
            if not (found := self._alert_of(row)):
                continue
            alert, word = found
            if not word.isdecimal():
                continue
            if code := _CODE.search(text):
                self.left_with.setdefault((int(code[1]), row.recipient), self.times.now)
            ended_at = self.seen[alert.key].ended_at
            if (
                alert.state in (_TAKEN, _RESOLVED)
                and ended_at is not None
                and self.times.now - max(ended_at, self.started_at) > _ON_ITS_WAY
                and not self.disk.was_in_trouble
            ):
                self.violate("A2", f"{alert.key} leaves, and is {alert.state}")
            written = self.written().get(alert.key)
            if not self.disk.was_in_trouble and (
                written is None or written.turn < int(word)
            ):
                self.violate("A1", f"turn {word} of {alert.key} is not on the disk")

    def written(self) -> Mapping[str, AlertRow]:
        """Return the alerts that are durable."""
        found = self.disk.connection.execute("SELECT key, alert FROM alert")
        return {key: AlertRow.from_json(written) for key, written in found}

    @override
    def note_taken(self, taken: Taken) -> None:
        super().note_taken(taken)
        for row in taken.rows:
            purpose = row.content.purpose if row.content else None
            if purpose is None:
                continue
            key, _, word = purpose.partition(":")
            number = row.recipient
            self.got[key, word, number] += 1
            if self.got[key, word, number] > 1 and not self.disk.was_in_trouble:
                self.violate("A1", f"{number} gets {word} of {key} again")
            if word.isdecimal():
                self.got_at.setdefault((key, number), self.times.now)
            if code := _CODE.search(taken.text):
                self.got_with.setdefault((int(code[1]), number), self.times.now)

    # What is heard.

    def note_heard(self, number: int, before: Mapping[str, AlertRow]) -> None:
        """Look at what a reply has done."""
        assert self.home
        reply = next(each for each in self.replies if each.number == number)
        after = {row.key: row for row in self.home.ledger.alerts}
        done = [key for key, row in before.items() if after[key].state is not row.state]
        if len(done) > 1:
            self.violate("A6", f"reply {number} acknowledges several")
        for key in done:
            self.heard[number] = key
        may, must = self._meant_by(reply, before)
        if done and done[0] not in may:
            self.violate("A6", f"{reply.text!r} acknowledges {done[0]}")
        if must and done != [must]:
            self.violate("A6", f"{reply.text!r} does not acknowledge {must}")

    def _meant_by(
        self, reply: Reply, before: Mapping[str, AlertRow]
    ) -> tuple[Sequence[str], str | None]:
        """Return which alerts a reply may acknowledge, and the one that it must."""
        words = reply.text.split()
        codes = {int(word) for word in words if len(word) == 2 and word.isdecimal()}
        if "ok" not in words and not codes:
            return [], None
        # Who has not seen a code can't mean it.
        seen = {
            code
            for code in codes
            if self._is_at(self.left_with, (code, reply.sender), reply.at + _DOUBT)
        }
        known = [
            row
            for row in before.values()
            if self._may_have_left(row, reply)
            and row.state in (_OPEN, _UNANSWERED)
            and (row.pin is None or row.pin in words)
            and (not seen or row.code in seen)
        ]
        may = [row.key for row in known]
        newest = {row.alert_id: row.key for row in before.values()}
        surely = [
            row
            for row in known
            if newest[row.alert_id] == row.key
            and self._is_at(self.got_at, (row.key, reply.sender), reply.at)
            and (
                not codes
                or (
                    row.code in codes
                    and self._is_at(self.got_with, (row.code, reply.sender), reply.at)
                )
            )
        ]
        is_sure = surely and not (
            self.times.wall_was_wrong
            or self.disk.was_in_trouble
            or self.wrong_pins[reply.sender] >= _MOST_WRONG_PINS
            # Digits that are neither a code nor the PIN of this one: whether such a text says yes is another question.
            or (surely[-1].pin is None and any(len(word) == 4 for word in words))
            or surely[-1].key != may[-1]
        )
        return may, surely[-1].key if is_sure else None

    def _may_have_left(self, row: AlertRow, reply: Reply) -> bool:
        """Tell whether a text of an alert had left before a reply came in, or was noted as leaving before a crash."""
        left = [
            each.sent_at
            for turn in range(row.turn + 1)
            for each in self._rows(row, turn)
            if each.recipient == reply.sender and each.sent_at is not None
        ]
        # A clock that is set between a text and its answer lets that seem to have come in at another time.
        return any(self.times.wall_was_wrong or at <= reply.at + _DOUBT for at in left)

    @staticmethod
    def _is_at[K](times: Mapping[K, float], key: K, most: float) -> bool:
        return key in times and times[key] <= most

    def note_event(self, report: AlertReport) -> None:
        """Know what Home Assistant is told."""
        self.events[report.alert_id] = report.event

    # What is durable, after each rule.

    @override
    def check(self) -> None:
        super().check()
        if self.home is None:
            return
        rows = list(self.home.ledger.alerts)
        written = self.written()
        still_open = [row for row in rows if row.is_open]
        for name, values in (
            ("code", [row.code for row in rows]),
            ("alert_id", [row.alert_id for row in still_open]),
        ):
            if len(set(values)) != len(values):
                self.violate("A7", f"several have the same {name}: {values}")
        self._check_seen_answers(written)
        for key, row in written.items():
            if row.is_open and key not in {each.key for each in rows}:
                self.violate("A8", f"{key} is forgotten")
        if not self.times.wall_was_wrong:
            for row in still_open:
                self._check_goes_on(row)

    def _check_seen_answers(self, written: Mapping[str, AlertRow]) -> None:
        """Look whether each answer whose SMS counts as seen is on the disk, too."""
        seen = {
            int(number)
            for (number,) in self.disk.connection.execute(
                "SELECT message_id FROM received"
            )
        }
        for number, key in self.heard.items():
            row = written.get(key)
            if number in seen and row and row.state not in (_TAKEN, _RESOLVED):
                self.violate("A6", f"reply {number} is seen, and {key} is {row.state}")

    def _check_goes_on(self, row: AlertRow) -> None:
        if self.ticked_at - max(self._due(row), self.started_at) > _SLACK:
            self.violate("A8", f"{row.key} should have gone on")

    # The end.

    @override
    def check_healed(self) -> None:
        super().check_healed()
        assert self.home
        for row in self.home.ledger.alerts:
            if row.is_open:
                self.violate("A8", f"{row.key} is still open in the end")
            if not self.disk.was_in_trouble:
                self._check_told(row)
        newest = {row.alert_id: row for row in self.home.ledger.alerts}
        if self.disk.was_in_trouble:
            # One that was raised since may be forgotten.
            return
        for alert_id, row in newest.items():
            if self.events.get(alert_id) != row.state.value:
                self.violate("A8", f"nobody hears that {row.key} is {row.state}")

    def _check_told(self, row: AlertRow) -> None:
        """Who was told hears who took it, and that it is over, once."""
        word = {_TAKEN: "taken", _RESOLVED: "resolved"}.get(row.state)
        if word is None or (word == "resolved" and not row.resolved_message):
            return
        assert self.home
        told = self.home.ledger.outgoing.purposes.rows(f"{row.key}:{word}")
        for number, name in {
            each.number: each.name for step in row.steps for each in step.people
        }.items():
            if word == "taken" and self._has_it(row, number, name):
                continue
            if not self._was_told(row, number):
                continue
            if number not in told:
                self.violate("A4", f"{number} does not hear of {row.key}: {word}")
