"""The gateway of the simulation: what it took is the truth that all else is measured by."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from .boxes import Boxes, BoxRow
from .weather import Weather

USERNAME, PASSWORD = "sara", "s3cret-word"
LINE: Final = "50004001234567"
_UNKNOWN_ID: Final = {"Value": "0", "RetStatus": 35, "StrRetStatus": "InvalidData"}
SENDING: Final = ("SendSMS", "BaseServiceNumber")

REFUSED_NUMBER: Final = "35"
"""What stands in a list in place of the id of a number that blocks advertising."""

type Fields = Mapping[str, str]
type Key = str
"""What makes a message another one: its text, or its pattern with the variables."""


@dataclass(slots=True, kw_only=True, eq=False)
class Taken:
    """One SMS to one number that the gateway took."""

    key: Key
    number: str
    message_id: str
    at: float
    status: int = 400
    row: BoxRow | None
    keys: Sequence[Key] = ()
    """The messages that went out as this one; by default it is one itself."""


def key_of(method: str, fields: Fields) -> Key:
    """Return what makes a message of a request another one."""
    if method == "SendSMS":
        return fields["text"]
    return pattern_key(fields["bodyId"], fields["text"])


def pattern_key(pattern_id: object, joined: str) -> Key:
    """Return the key of a pattern with its variables."""
    return f"pattern {pattern_id}: {joined}"


class Gateway:
    """One account of a gateway in Tehran; it goes on while the home is off."""

    def __init__(
        self, now: Callable[[], float], on_taken: Callable[[Taken], None]
    ) -> None:
        """Call ``on_taken`` with each SMS that is taken."""
        self._now = now
        self._on_taken = on_taken
        self.keys_in: Callable[[Key, str], Sequence[Key]] = lambda key, _number: (key,)
        self.weather = Weather()
        self.boxes = Boxes()
        self.shows_sent_box = True
        self.hid_sent_box = False
        self.taken: dict[str, Taken] = {}
        self.takes: Counter[tuple[Key, str]] = Counter()
        self.blocked: set[str] = set()
        """The numbers that block advertising."""
        self.late: list[tuple[float, str, Fields]] = []
        """What is taken later: when, and the request."""
        self.credit = 1000
        self._ids = count(5_000_000_000_000_000_001)

    def show_sent_box(self, shows: bool) -> None:
        """Offer the sent box, or not."""
        self.shows_sent_box = shows
        self.hid_sent_box |= not shows

    def next_event(self) -> float | None:
        """Return when the gateway does something by itself, None where it does not."""
        return min((at for at, _, _ in self.late), default=None)

    def catch_up(self) -> None:
        """Take what is due."""
        now = self._now() + 0.001
        due = [each for each in self.late if each[0] <= now]
        self.late = [each for each in self.late if each[0] > now]
        for _, method, fields in due:
            self.process(method, fields)

    def process(self, method: str, fields: Fields) -> dict[str, Any]:
        """Do what a request asks for, and return the answer."""
        match method:
            case "GetCredit":
                return _ok(str(self.credit))
            case "GetBasePrice":
                return _ok("1730.0")
            case "GetUserNumbers":
                return _listed([{"Number": LINE}])
            case "GetDeliveries2":
                taken = self.taken.get(fields["recId"])
                return _ok(str(taken.status)) if taken else dict(_UNKNOWN_ID)
            case "GetMessages":
                return self._list(fields)
            case _:
                return self._send(method, fields)

    def _list(self, fields: Fields) -> dict[str, Any]:
        location = fields["location"]
        if location == "2" and not self.shows_sent_box:
            base = {"Value": None, "RetStatus": 35, "StrRetStatus": "InvalidData"}
            return {"MyBase": base, "Data": None}
        page = self.boxes.page(
            location, self._now(), int(fields["index"]), int(fields["count"])
        )
        return _listed([row.as_json(location) for row in page])

    def _send(self, method: str, fields: Fields) -> dict[str, Any]:
        numbers = fields["to"].split(",")
        wanted = [number for number in numbers if number not in self.blocked]
        if not wanted:
            return refusal(int(REFUSED_NUMBER))
        row = None
        if method == "SendSMS":
            row = self.boxes.put_sent(
                self._now(), fields["text"], fields["from"], wanted[0], len(wanted)
            )
        key = key_of(method, fields)
        tokens = [
            self._take(key, number, row) if number in wanted else REFUSED_NUMBER
            for number in numbers
        ]
        return _ok(",".join(tokens))

    def _take(self, key: Key, number: str, row: BoxRow | None) -> str:
        self.credit -= 1
        message_id = str(next(self._ids))
        taken = Taken(
            key=key,
            number=number,
            message_id=message_id,
            at=self._now(),
            row=row,
            keys=self.keys_in(key, number),
        )
        self.taken[message_id] = taken
        for each in taken.keys:
            self.takes[each, number] += 1
        self._on_taken(taken)
        return message_id

    def advance(self, taken: Taken, status: int) -> None:
        """Let a message get on; one that has ended does not."""
        if taken.status in (1, 2, 16, 35, 300, 500):
            return
        taken.status = status
        if taken.row:
            taken.row.delivered += status == 1
            taken.row.failed += status in (2, 16)

    def strange_id(self) -> str:
        """Return an id that stands for no message of ours."""
        return str(next(self._ids))


def _ok(value: str) -> dict[str, Any]:
    return {"Value": value, "RetStatus": 1, "StrRetStatus": "Ok"}


def refusal(code: int) -> dict[str, Any]:
    """Return how the gateway refuses a request of a simple method."""
    return {"Value": str(code), "RetStatus": code, "StrRetStatus": "Refused"}


def _listed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"MyBase": _ok("Ok"), "Data": rows}
