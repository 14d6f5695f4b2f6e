"""The panel's two boxes: what was sent, and what was received."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

_TEHRAN: Final = ZoneInfo("Asia/Tehran")
SENT, RECEIVED = "2", "1"


@dataclass(slots=True, kw_only=True, eq=False)
class BoxRow:
    """A row of a box; times are true Unix times."""

    number: int
    body: str
    sender: str
    receiver: str
    dated: float
    shown_from: float
    recipients: int = 1
    delivered: int = 0
    failed: int = 0
    at: float

    def as_json(self, location: str) -> dict[str, Any]:
        """Return the row as the gateway writes it."""
        date = datetime.fromtimestamp(self.dated, UTC).astimezone(_TEHRAN)
        return {
            "MsgID": self.number,
            "Body": self.body,
            "SendDate": date.replace(tzinfo=None).isoformat(timespec="milliseconds"),
            "Sender": self.sender,
            "Receiver": self.receiver.removeprefix("0"),
            "FirstLocation": int(location),
            "CurrentLocation": int(location),
            "Parts": 1,
            "RecCount": self.recipients,
            "RecFailed": self.failed,
            "RecSuccess": self.delivered,
            "IsUnicode": False,
        }


class Boxes:
    """What GetMessages lists, the newest first."""

    def __init__(self) -> None:
        """Begin with empty boxes."""
        self.sent: list[BoxRow] = []
        self.received: list[BoxRow] = []
        self.sent_lags = 2.0
        """After how many seconds the sent box shows a message."""
        self.misses_next = 0
        """How many of the next messages the sent box never shows."""
        self.empty_lists = 0
        """How many of the next lists of received messages are empty."""
        self._numbers = count(700_001)
        self._old_numbers = count(700_000, -1)

    def put_sent(
        self, now: float, body: str, sender: str, receiver: str, recipients: int
    ) -> BoxRow:
        """Note a message that was sent."""
        shown_from = now + self.sent_lags
        if self.misses_next:
            self.misses_next -= 1
            shown_from = float("inf")
        row = BoxRow(
            number=next(self._numbers),
            body=body,
            sender=sender,
            receiver=receiver,
            dated=now,
            shown_from=shown_from,
            recipients=recipients,
            at=now,
        )
        self.sent.append(row)
        return row

    def put_received(
        self, now: float, body: str, sender: str, line: str, *, age: float = 0
    ) -> BoxRow:
        """Note a message that comes in now; with an age, one that is older, and comes into sight again."""
        row = BoxRow(
            number=next(self._old_numbers if age else self._numbers),
            body=body,
            sender=sender,
            receiver=line,
            dated=now - age,
            shown_from=now,
            at=now - age,
        )
        self.received.append(row)
        return row

    def page(self, location: str, now: float, index: int, size: int) -> list[BoxRow]:
        """Return a page of a box."""
        if location == RECEIVED and self.empty_lists:
            self.empty_lists -= 1
            return []
        rows = self.sent if location == SENT else self.received
        shown = [row for row in rows if row.shown_from <= now]
        shown.sort(key=lambda row: -row.number)
        return shown[index : index + size]
