"""A gateway whose record is the oracle: what it took, once for each person. Its sent box shows that late."""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.payamak.gateway import UncertainError, UnreachableError
from custom_components.payamak.ledger import SmsRow

from ..times import Times

LINE: Final = "500010604671"
_SHARED_LINE: Final = "90001234"
_TEHRAN: Final = ZoneInfo("Asia/Tehran")
_FIRST_ID: Final = 5512345678901230000

OUTAGES: Final = ("refused", "lost", "html")
HOLDS: Final = ("code_2", "code_3", "code_4", "code_6", "code_19")
LASTING: Final = (*OUTAGES, *HOLDS, "late")
CODES: Final = (7, 11, 15, 18, 35, -6, 77)
ONCE: Final = (
    *("refused", "lost", "html", "late", "fault_after", "short", "long", "mixed"),
    *("without_id", "code_0", *HOLDS, *(f"code_{code}" for code in CODES)),
)
FOR_QUESTIONS: Final = ("refused", "lost", "html", "code_6")


@dataclass(slots=True, kw_only=True)
class Taken:
    """One SMS that the gateway took, the rows that it was, and its text."""

    message_id: str
    rows: Sequence[SmsRow]
    text: str
    at: float
    shown_from: float


@dataclass(slots=True, kw_only=True)
class Listed:
    """One row of the sent box: one call."""

    text: str
    line: str
    numbers: Sequence[str]
    at: float
    shown_from: float


@dataclass(slots=True)
class Gateway:
    """Takes messages, loses answers, and refuses what it is told to."""

    times: Times
    on_taken: Callable[[Taken], None]
    taken: dict[str, Taken] = field(default_factory=dict)
    taken_of: Counter[str] = field(default_factory=Counter)
    box: list[Listed] = field(default_factory=list)
    next_sends: deque[str] = field(default_factory=deque)
    next_others: deque[str] = field(default_factory=deque)
    lasting: str | None = None
    lag: float = 0.0
    hides_box: bool = False
    has_hidden: bool = False
    status: int = 0
    slowness: int = 0
    """How many steps its answers take longer than they need."""

    def answer(
        self, method: str, fields: Mapping[str, str], rows: Sequence[SmsRow]
    ) -> bytes:
        """Carry out a request, and answer it. Raises GatewayError for what no answer comes to."""
        sends = method in ("SendSMS", "BaseServiceNumber")
        faults = self.next_sends if sends else self.next_others
        fault = faults.popleft() if faults else self.lasting
        if fault in HOLDS and not sends and fault != "code_6":
            # The credit and the limits concern what is sent alone.
            fault = None
        if fault == "refused":
            raise UnreachableError("unreachable")
        if fault == "lost":
            raise UncertainError("no_answer")
        if fault == "html":
            return b"<html>Maintenance</html>"
        if sends:
            return self._send(fields, rows, fault)
        if fault == "late":
            raise UncertainError("no_answer")
        if fault and fault.startswith("code_"):
            return _reply(fault.removeprefix("code_"), 35)
        return self._ask(method, fields)

    def _send(
        self, fields: Mapping[str, str], rows: Sequence[SmsRow], fault: str | None
    ) -> bytes:
        people = _by_number(rows)
        if fault and fault.startswith("code_") and (fault != "code_15" or people[1:]):
            return _reply(fault.removeprefix("code_"), 35)
        some = people[:1] if fault == "mixed" else people
        ids = [self._take(each, fields["text"]) for each in some]
        self.box.append(
            Listed(
                text=fields["text"],
                line=fields.get("from", _SHARED_LINE),
                numbers=[each[0].recipient for each in some],
                at=self.times.now,
                shown_from=self.times.now + self.lag,
            )
        )
        match fault:
            case "late":
                raise UncertainError("no_answer")
            case "fault_after":
                return b'{"Message":"An error has occurred."}'
            case "short":
                ids = ids[1:] or ["x"]
            case "long":
                ids.append(str(_FIRST_ID - 1))
            case "mixed":
                ids += ["18"] * (len(people) - 1)
            case "without_id":
                ids = ["1"]
        return _reply(",".join(ids))

    def _take(self, rows: Sequence[SmsRow], text: str) -> str:
        message_id = str(_FIRST_ID + len(self.taken))
        taken = Taken(
            message_id=message_id,
            rows=rows,
            text=text,
            at=self.times.now,
            shown_from=self.times.now + self.lag,
        )
        self.taken[message_id] = taken
        self.taken_of.update(row.sms_id for row in rows)
        self.on_taken(taken)
        return message_id

    def _ask(self, method: str, fields: Mapping[str, str]) -> bytes:
        if method == "GetCredit":
            return _reply("1000.5")
        if method == "GetDeliveries2":
            return _reply(str(self.status))
        if self.hides_box:
            return _reply(None, 35)
        shown = [each for each in self.box if each.shown_from <= self.times.now]
        newest = [
            _row(number, each) for number, each in reversed(list(enumerate(shown)))
        ]
        begin, count = int(fields["index"]), int(fields["count"])
        return json.dumps(
            {"MyBase": _base("Ok", 1), "Data": newest[begin : begin + count]}
        ).encode()

    def send_by_hand(self, text: str, number: str) -> None:
        """Let a person send a text from the panel."""
        now = self.times.now
        self.box.append(
            Listed(text=text, line=LINE, numbers=[number], at=now, shown_from=now)
        )

    def hide_box(self, *, hides: bool) -> None:
        """Let the panel offer its sent box, or not."""
        self.hides_box = hides
        self.has_hidden |= hides

    def clear(self) -> None:
        """Let all be well: what is on its way arrives."""
        self.next_sends.clear()
        self.next_others.clear()
        self.lasting = None
        self.lag = 0.0
        self.hides_box = False
        self.status = 1
        self.slowness = 0

    @property
    def date(self) -> datetime:
        """Return the Date of its answers."""
        return datetime.fromtimestamp(int(self.times.now), UTC)


def _by_number(rows: Sequence[SmsRow]) -> list[list[SmsRow]]:
    """Return the rows of each person: several where they go out as one."""
    found: dict[str, list[SmsRow]] = {}
    for row in rows:
        found.setdefault(row.recipient, []).append(row)
    return list(found.values())


def _base(value: str | None, status: int) -> dict[str, object]:
    return {"Value": value, "RetStatus": status, "StrRetStatus": "?"}


def _reply(value: str | None, status: int = 1) -> bytes:
    return json.dumps(_base(value, status)).encode()


def _row(number: int, listed: Listed) -> dict[str, object]:
    at = datetime.fromtimestamp(listed.at, _TEHRAN).replace(tzinfo=None)
    return {
        "MsgID": 1000 + number,
        "Body": listed.text,
        "SendDate": at.isoformat(timespec="milliseconds"),
        "Sender": listed.line,
        "Receiver": listed.numbers[0].removeprefix("0"),
        "FirstLocation": 2,
        "Parts": 1,
        "RecCount": len(listed.numbers),
        "RecSuccess": 0,
        "RecFailed": 0,
    }
