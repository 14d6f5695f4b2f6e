"""Compares what the home does, writes and tells with what the gateway took. The names of the invariants are those of the rules."""

from collections import Counter
from collections.abc import Iterable, Sequence
import sqlite3
from sqlite3 import Connection
from typing import Final

from custom_components.payamak.account.signals import DeliveryReport
from custom_components.payamak.sending.decisions import PATIENCE_AFTER_GATE
from custom_components.payamak.sending.fence import SETTLING

from .asks import Ask
from .books import trouble_in
from .disk import Disk
from .gateway import Gateway, Key, Taken, key_of
from .home import Home
from .log import LogWatch
from .mirror import Mirror, Row, surely_not_left
from .pace import Pace
from .people import ON_ITS_WAY, Person, lines_in
from .times import Times
from .transport import Request

# From the look at the age to the arrival: the way to the gateway.
_ON_THE_WAY: Final = 0.5
# What a clock that was wrong may cost, see rule 6: what is ignored of the gateway's Date, and a reading that was not kept.
_WRONG_CLOCK: Final = 300.0
_OUTAGE_IS_KNOWN_AFTER: Final = 180.0
_MOST_REQUESTS_A_MINUTE: Final = 10
_MOST_QUEUED_CALLS_A_MINUTE: Final = 8
_MOST_QUEUED_CALLS_IN_LONG: Final = 14
_LONG: Final = 1800.0
PERSONS_NUMBER: Final = "09120000001"
_REST: Final = "and {} more"
_DAY: Final = 24 * 3600.0
# How much later the home may see that a gate has opened.
_GATE_IS_SEEN_AFTER: Final = 120.0
_HOLDS: Final = ("code_2", "code_3", "code_4", "code_6", "code_10", "code_19")


class Oracle:
    """All that must hold. What is wrong is collected: production code must not swallow it."""

    def __init__(self, times: Times) -> None:
        """Begin with an empty record."""
        self._times = times
        self.violations: list[str] = []
        self.mirror = Mirror(self.violate)
        self.disk = Disk(self.note_commit)
        self.gateway = Gateway(lambda: times.now, self.note_taken)
        self.gateway.keys_in = self.keys_in
        self.person = Person(number=PERSONS_NUMBER, hours=None, limit=None, times=times)
        self.log = LogWatch(self.violate)
        self.home: Home | None = None
        self.asks: list[Ask] = []
        self.told: Counter[str] = Counter()
        self.ended: dict[str, str] = {}
        self.by_hand: set[tuple[Key, str]] = set()
        """What a person has sent from the panel."""
        self.torn: set[tuple[Key, str]] = set()
        """What a backup that was put back knows another state of."""
        self.daily_limit = 0
        self.window = 0.0
        self.limits_are_known = True
        self.clock_is_known = True
        self._parts: Counter[int] = Counter()
        self.started_at = times.now
        self.pace = Pace(times, self.violate, self.gateway, self.mirror, self.asks)
        self.requests = 0

    def violate(self, name: str, what: str) -> None:
        """Note that an invariant does not hold."""
        if name == "surprise" and self.home and self.home.has_begun_to_stop:
            # Home Assistant itself takes what is being set up apart.
            return
        at = self._times.since_begin
        self.violations.append(f"{name}: {what} (after {at:.1f} s)")

    def asked(self, key: Key, number: str) -> int:
        """Return how many messages to a number were asked for, without those that an equal one stands for."""
        count = 0
        answered_with: set[str] = set()
        for ask in self.asks:
            if ask.key == key and number in ask.numbers:
                sms_id = ask.sms_ids.get(number)
                count += sms_id not in answered_with
                if sms_id:
                    answered_with.add(sms_id)
        return count

    def keys_in(self, key: Key, number: str) -> Sequence[Key]:
        """Return the messages that go out as one, as the disk knows them."""
        return [row.key for row in self.mirror.bundle(key, number)] or (key,)

    # What the home sends.

    def note_begin(self, request: Request) -> None:
        """Look at a request that is about to leave."""
        self.requests += 1
        self.pace.note_begin(request)
        if not request.sends:
            return
        if self.home and self.home.has_begun_to_stop:
            self.violate("rule 10", "a message leaves while Home Assistant stops")
        key = key_of(request.method, request.fields)
        for number in request.fields["to"].split(","):
            keys = self.keys_in(key, number)
            if len(keys) > 1 and not lines_in(key, keys, _REST.format):
                self.violate("I2", f"{len(keys)} go out as one that tells of others")
            self._check_gate(keys[0], number)
            for each in keys:
                self._check_leaving(each, number)

    def _check_leaving(self, key: Key, number: str) -> None:
        now = self._times.now
        asks = [ask for ask in self.asks if ask.key == key and number in ask.numbers]
        if not asks:
            self.violate("I1", "a message leaves that nobody has asked for")
            return
        is_old = all(self._is_too_old(ask, number) for ask in asks)
        if is_old and self.clock_is_known:
            age = now - asks[-1].at
            self.violate("I4", f"a message leaves that is {age:.0f} s old")
        rows = self.mirror.of(key, number)
        self._check_intent(number, rows, asks)
        leaving = [row for row in rows if row.state == "sending"]
        if leaving:
            self._check_order(leaving[-1], asks[-1])

    def _is_too_old(self, ask: Ask, number: str) -> bool:
        """Tell whether a message must not leave any more: the time counts in which its person could get it."""
        person, age = self.person, self._times.now - ask.at
        slack = _ON_THE_WAY + (_WRONG_CLOCK if self._times.wall_was_wrong else 0)
        waited, longest = age, ask.retry_for
        closed_until = person.closed_until + _GATE_IS_SEEN_AFTER
        # Whether it was quiet depends on a clock that may be wrong.
        nobody_knows = self._times.wall_was_wrong and person.hours is not None
        if number == person.number and (
            nobody_knows or person.is_closed or closed_until > ask.at
        ):
            waited = max(min(age, self._times.now - person.closed_until), age - _DAY)
            longest = max(longest, PATIENCE_AFTER_GATE)
            slack += _GATE_IS_SEEN_AFTER
            if nobody_knows:
                waited = age - _DAY
        elif not longest:
            return False
        return waited > longest + slack

    def _check_gate(self, key: Key, number: str) -> None:
        """I7: nobody gets anything in their quiet hours, in a pause, or too often, but what is urgent."""
        person = self.person
        if number != person.number:
            return
        person.requested_at = self._times.now
        asks = [ask for ask in self.asks if ask.key == key and number in ask.numbers]
        if not person.has_gate or any(ask.urgent for ask in asks):
            return
        if person.was_quiet(_ON_THE_WAY):
            self.violate("I7", "something leaves in the quiet hours")
        is_known = self.limits_are_known and not self.disk.was_in_trouble
        if person.was_paused(_ON_THE_WAY) and is_known:
            self.violate("I7", "something leaves in a pause")

    def _check_hour(self, taken: Taken) -> None:
        person = self.person
        if taken.number != person.number:
            return
        person.taken.append(self._times.now)
        asks = [ask for ask in self.asks if ask.key in taken.keys]
        if (
            person.has_gate
            and person.limit is not None
            and self.limits_are_known
            and not self.disk.was_in_trouble
            and not self._times.wall_was_wrong
            and not any(ask.urgent for ask in asks)
            and person.got_lately(slack=ON_ITS_WAY) > person.limit
        ):
            self.violate("I7", f"more than {person.limit} in an hour")

    def _check_intent(self, number: str, rows: Iterable[Row], asks: list[Ask]) -> None:
        """Rule 2: that it leaves is on the disk, but for a direct message that the disk does not take."""
        known = any(row.state == "sending" for row in rows)
        if known or any((ask.key, number) in self.torn for ask in asks):
            return
        if not self.disk.was_in_trouble:
            self.violate("rule 2", "a message leaves, and the disk does not know")
        elif len(asks) == 1 and any(row.state == "waiting" for row in rows):
            self.violate("rule 2", "what waits leaves, and the disk does not know")

    def _check_order(self, row: Row, ask: Ask) -> None:
        if row.urgent or not row.retry_for:
            return
        for other in self.mirror.waiting:
            if (
                other.number == row.number
                and not other.urgent
                and other.text < row.text
                and other.since < row.since
                and other.since <= ask.commits
            ):
                self.violate("I8", f"{row.sms_id} leaves before {other.sms_id}")

    def note_answer(self, request: Request) -> None:
        """Look at the end of a request."""
        self.pace.note_answer(request)

    # What the gateway takes.

    def note_taken(self, taken: Taken) -> None:
        """Compare what was taken with what was asked for."""
        for key in taken.keys:
            self._check_takes(key, taken.number)
        self._check_limit(taken.keys[0], taken.number)
        self._check_hour(taken)

    def _check_takes(self, key: Key, number: str) -> None:
        takes = self.gateway.takes[key, number]
        asked = self.asked(key, number)
        if (key, number) in self.torn:
            if takes > asked and self._shows_what_left(key, number):
                self.violate("I1", "a backup sends again what the sent box shows")
            return
        if takes > asked:
            self.violate("I1", f"taken {takes} times, and asked for {asked} times")
            return
        never = surely_not_left(self.mirror.of(key, number))
        if takes > asked - never:
            self.violate("I1", "the gateway took what the user is told was not sent")

    def _shows_what_left(self, key: Key, number: str) -> bool:
        """Tell whether a look into the sent box, when that is due after the start, showed an earlier one for sure."""
        settled = self.started_at + SETTLING
        shown = any(
            row.receiver == number
            and row.shown_from < settled
            and (row.body == key or _stands_in(key, row.body))
            for row in self.gateway.boxes.sent
        )
        is_alone = sum(ask.key == key for ask in self.asks) == 1
        return shown and is_alone and not self.is_excused_from_fence

    @property
    def is_excused_from_fence(self) -> bool:
        """Tell whether the fence could not have known: the panel hides its sent box, or dates can't be compared."""
        return self._times.wall_was_wrong or self.gateway.hid_sent_box

    def _check_limit(self, key: Key, number: str) -> None:
        """I7: the parts of a day by the home's clock."""
        rows = [row for row in self.mirror.of(key, number) if row.state == "sending"]
        if not rows or rows[-1].urgent:
            # It is sent whatever has left before, and may overtake what had room.
            return
        day = int(self._times.wall // 86400)
        self._parts[day] += rows[-1].parts
        is_over = self.daily_limit and self._parts[day] > self.daily_limit
        # What has begun to leave before midnight counts for the day before.
        if is_over and self.limits_are_known and self._times.wall % 86400 > 120:
            self.violate("I7", f"{self._parts[day]} parts of {self.daily_limit}")

    # What the disk holds.

    def note_commit(self, _name: str, connection: Connection) -> None:
        """Look at the rows that a transaction has changed."""
        for row in self.mirror.read(connection):
            self._check_state(row)

    def _check_state(self, row: Row) -> None:
        taken = self.gateway.taken.get(row.message_id or "")
        place = row.key, row.number
        if row.message_id and row.state == "accepted":
            if taken is None or not (
                row.key in taken.keys and row.number == taken.number
            ):
                self.violate("I3", f"{row.sms_id} has the id of another message")
        elif (
            row.state in ("accepted", "delivered", "undelivered")
            and not self.gateway.takes[place]
            and place not in self.by_hand
        ):
            self.violate("I3", f"{row.sms_id} is {row.state}, and was never taken")
        if row.has_surely_not_left and place not in self.torn:
            rows = self.mirror.of(*place)
            if self.gateway.takes[place] > self.asked(*place) - surely_not_left(rows):
                self.violate("I1", f"{row.sms_id} was taken, and is {row.state}")
        if row.state == "not_sent":
            self._check_age_of_given_up(row)
        if row.reason == "unexpected_error":
            self.violate("surprise", f"{row.sms_id} is {row.state}: unexpected_error")

    def _check_age_of_given_up(self, row: Row) -> None:
        """I4: nothing is given up young; while Home Assistant was off, only the wall clock tells the time."""
        asks = [
            ask for ask in self.asks if ask.key == row.key and row.number in ask.numbers
        ]
        now = self._times.now
        if asks and all(self._is_given_up_early(ask, row.number) for ask in asks):
            age = now - asks[-1].at
            self.violate("I4", f"{row.sms_id} is given up, {age:.0f} s old")

    def _is_given_up_early(self, ask: Ask, number: str) -> bool:
        person, age = self.person, self._times.now - ask.at
        waited, patience = age, ask.retry_for - _ON_THE_WAY
        if number == person.number:
            if self._times.wall_was_wrong and person.hours:
                return False
            since = self._times.now - person.surely_closed_until
            waited = 0.0 if person.is_closed else min(age, since)
            waited = max(waited, age - _DAY)
            patience -= _GATE_IS_SEEN_AFTER
        return ask.run == self.mirror.run and waited < patience

    # What is told.

    def note_told(self, report: DeliveryReport) -> None:
        """Look at the end of a message that automations are told of."""
        self.told[report.sms_id] += 1
        before = self.ended.setdefault(report.sms_id, report.state)
        row = self.mirror.rows.get(report.sms_id)
        place = (row.key, row.number) if row else None
        if self.told[report.sms_id] > 1 and place not in self.torn:
            excused = self.disk.was_in_trouble
            if not excused:
                self.violate("I5", f"{report.sms_id}: {before}, then {report.state}")
        taken = self.gateway.taken.get(report.message_id or "")
        if report.state == "delivered" and taken and taken.status != 1:
            self.violate("I3", f"{report.sms_id} is told as delivered too early")

    def note_acknowledged(self, ask: Ask) -> None:
        """Look at what a caller was told: what is queued is on the disk."""
        ask.answered_after = self.mirror.commits
        for number, status in ask.status.items():
            if number not in ask.sms_ids:
                continue
            self._check_window(ask, number)
            if status != "queued" or (ask.key, number) in self.torn:
                continue
            row = self.mirror.rows.get(ask.sms_ids[number])
            if row is None or not row.has_waited:
                self.violate("I2", f"{ask.sms_ids[number]} is queued, and not written")

    def _check_window(self, ask: Ask, number: str) -> None:
        """Rule 11: an equal text to the same person inside the window is one message."""
        if not self.window or ask.urgent or self.disk.was_in_trouble:
            return
        if self._stands_for_urgent(ask, number):
            return
        for first in self.asks:
            row = self.mirror.rows.get(first.sms_ids.get(number, ""))
            if (
                row
                and first.answered_after is not None
                and first.answered_after < ask.commits
                and first.key == ask.key
                and not row.has_surely_not_left
                and ask.at - first.at < self.window - 5
                and first.sms_ids[number] != ask.sms_ids[number]
                and not self._times.wall_was_wrong
                and (ask.key, number) not in self.torn
            ):
                self.violate("rule 11", f"{row.sms_id} was sent again")

    def _stands_for_urgent(self, ask: Ask, number: str) -> bool:
        """Tell whether somebody was answered with an urgent message, which leaves again on purpose."""
        row = self.mirror.rows.get(ask.sms_ids[number])
        return bool(row and row.urgent) and any(
            other.urgent
            and other.key == ask.key
            and number in other.numbers
            and ask.at - other.at < self.window
            for other in self.asks
        )

    def check_books(self) -> None:
        """I2: in memory each row is in one state, and what waits there is what waits on the disk."""
        data = self.home.data if self.home else None
        if data is None:
            return
        book = data.ledger.outgoing
        if trouble := trouble_in(book):
            self.violate("I2", trouble)

    def check_ids(self) -> None:
        """I3: two rows never have the same id, as the gateway gives each once."""
        ids = Counter(
            each
            for each, _ in {
                (row.message_id, row.sent_as or row.sms_id)
                for row in self.mirror.rows.values()
                if row.message_id
            }
        )
        if twice := [each for each, times in ids.items() if times > 1]:
            self.violate("I3", f"{len(twice)} ids stand in two rows")

    # What may be forgotten.

    def note_crash(self) -> None:
        """Know that the clock's reading is kept at a crash only where something has waited."""
        if self._times.wall_was_wrong and not self.mirror.waiting:
            self.clock_is_known = False

    def forget_rows(self) -> None:
        """Know that the account and all that waited in it are gone."""
        self.forget_asks()
        self._forget()

    def forget_asks(self) -> None:
        """Know that nobody keeps what becomes of the messages so far: the account is removed."""
        for ask in self.asks:
            self.torn.update((ask.key, number) for number in ask.numbers)

    def note_restored(self, name: str) -> None:
        """Know that an older file was put back: what has become of the messages since then is forgotten."""
        before = self.mirror.rows
        self._forget()
        if content := self.disk.written.get(name):
            connection = sqlite3.connect(":memory:")
            connection.deserialize(content)
            self.mirror.read(connection)
            connection.close()
        now = self.mirror.rows
        for sms_id, row in before.items():
            kept = now.get(sms_id)
            if kept is None or (kept.state, kept.has_ended) != (
                row.state,
                row.has_ended,
            ):
                self.torn.add((row.key, row.number))
        for ask in self.asks:
            for number, sms_id in ask.sms_ids.items():
                if sms_id not in now:
                    self.torn.add((ask.key, number))

    def _forget(self) -> None:
        self.limits_are_known = False
        self.mirror.forget()

    # The end.

    def check_healed(self) -> None:
        """I10: nothing waits; I2: all that is queued has come to something; I5: that was told."""
        for row in self.mirror.rows.values():
            if row.state in ("waiting", "sending"):
                self.violate("I10", f"{row.sms_id} is {row.state} in the end")
            elif row.state == "unknown" and not row.has_ended:
                self.violate("I10", f"{row.sms_id} is not settled in the end")
            self._check_told(row)
        for ask in self.asks:
            for number, sms_id in ask.sms_ids.items():
                lost = sms_id not in self.mirror.rows
                if lost and (ask.key, number) not in self.torn:
                    self._note_lost(ask.status[number], sms_id)

    def _note_lost(self, status: str, sms_id: str) -> None:
        if status == "queued" or not self.disk.was_in_trouble:
            self.violate("I2", f"{sms_id} was {status}, and is gone")

    def _check_told(self, row: Row) -> None:
        """I5: who was told that a message is queued is told its end, unless Home Assistant died between both."""
        answers = {
            ask.status[number]
            for ask in self.asks
            for number, sms_id in ask.sms_ids.items()
            if sms_id == row.sms_id
        }
        # A disk that is too slow brings the failed try to the disk, too.
        waited = row.has_waited and not (answers or self.disk.was_in_trouble)
        # What was accepted without an id ends where nobody can say more, and is called back by somebody who knows.
        silent = row.state in ("accepted", "cancelled")
        queued = (waited or "queued" in answers) and not silent
        if (
            row.has_ended
            and queued
            and row.ended_in_run == self.mirror.run
            and not self.told[row.sms_id]
            and (row.key, row.number) not in self.torn
        ):
            self.violate("I5", f"{row.sms_id} is {row.state}, and nobody is told")


def _stands_in(key: Key, body: str) -> bool:
    """Tell whether an SMS for several shows a message."""
    return any(line[6:] == key for line in body.split("\n"))
