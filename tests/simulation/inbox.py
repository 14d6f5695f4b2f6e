"""What must hold of received messages: each is told at most once, nothing old is told, and what is young is told in the end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
import json
from sqlite3 import Connection
from typing import Final

from custom_components.payamak.account.signals import ReceivedSms

from .boxes import RECEIVED, BoxRow
from .disk import Disk
from .times import Times
from .transport import Request

MAX_AGE: Final = 600.0
_CLOCKS_DIFFER: Final = 180.0
_TOLD_WITHIN: Final = 60.0


@dataclass(slots=True, kw_only=True)
class Listed:
    """When a young message was listed for the first time to a home that was already there."""

    at: float
    run: int


class InboxWatch:
    """Compares what is told of received messages with what came in."""

    def __init__(
        self,
        times: Times,
        disk: Disk,
        violate: Callable[[str, str], None],
        run: Callable[[], int],
    ) -> None:
        """Call ``violate`` with what is wrong; ``run`` numbers the runs of Home Assistant."""
        self._times = times
        self._disk = disk
        self._violate = violate
        self._run = run
        self.told: Counter[str] = Counter()
        self._arrived: dict[str, BoxRow] = {}
        self._listed: dict[str, Listed] = {}
        self._excused: set[str] = set()
        self.has_baseline = False

    def arrived(self, row: BoxRow) -> None:
        """Note a message that is listed from now on."""
        self._arrived[str(row.number)] = row
        if self._times.wall_was_wrong or row.at < self._times.now:
            self._excused.add(str(row.number))

    def note_told(self, sms: ReceivedSms) -> None:
        """Look at a message that automations are told of."""
        self.told[sms.message_id] += 1
        # What the disk does not take is known until the end of Home Assistant alone.
        if self.told[sms.message_id] > 1 and not self._disk.was_in_trouble:
            self._violate("inbox", f"{sms.message_id} is told twice")
        row = self._arrived.get(sms.message_id)
        if row is None:
            self._violate("inbox", f"{sms.message_id} never came in")
        elif self._times.now - row.at > MAX_AGE + _CLOCKS_DIFFER:
            age = self._times.now - row.at
            self._violate("inbox", f"{sms.message_id} is told, {age:.0f} s old")

    def note_answer(self, request: Request) -> None:
        """Note which messages a poll has listed."""
        if request.fields.get("location") != RECEIVED or request.answer is None:
            return
        if not isinstance(rows := request.answer.get("Data"), list):
            return
        if not self.has_baseline:
            self.excuse_all()
        for each in rows:
            number = str(each["MsgID"])
            self._listed.setdefault(number, Listed(at=self._times.now, run=self._run()))

    def note_commit(self, connection: Connection) -> None:
        """Learn whether the account has had its first look."""
        if not self.has_baseline:
            row = connection.execute(
                "SELECT value FROM fact WHERE key = 'received_baseline'"
            ).fetchone()
            self.has_baseline = row is not None and json.loads(row[0]) is not None

    def excuse(self, row: BoxRow) -> None:
        """Expect nothing of a message."""
        self._excused.add(str(row.number))

    def excuse_all(self) -> None:
        """Expect nothing of what has come in so far: the home starts, stops, or has forgotten it."""
        self._excused.update(self._arrived)

    def forget_told(self) -> None:
        """Know that what was told may be told again, as a backup was put back."""
        self.told.clear()
        self.excuse_all()

    def check_told(self) -> None:
        """At the end: what was listed while it was young, to a home that went on, was told."""
        for number, listed in self._listed.items():
            row = self._arrived.get(number)
            if (
                row is not None
                and number not in self._excused
                and not self.told[number]
                and listed.at - row.at < MAX_AGE - 60.0
                and self._times.now - listed.at > _TOLD_WITHIN
            ):
                self._violate("inbox", f"{number} was young, and is never told")
