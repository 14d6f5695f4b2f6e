"""What became of a message, in words that an assistant can retell: nothing is called sent that isn't."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..account.errors import Explainer
from ..coordinator import PayamakData
from ..gateway import SmsState
from ..ledger import SmsRow
from ..people.gate import ClosedBy
from .errand import Outcome
from .progress import SentRow

# The word of each state, and what may be said of it.
_MEANING: Final = {
    SmsState.ACCEPTED: (
        "accepted",
        "The gateway has accepted it. Whether it arrives is not known yet.",
    ),
    SmsState.WAITING: (
        "queued",
        "It has not been sent yet. It waits and is sent by itself: do not send it again.",
    ),
    SmsState.FAILED: ("failed", "It was not sent."),
    SmsState.UNKNOWN: (
        "unknown",
        "It may or may not have been sent: do not send it again, but tell the user.",
    ),
}
_REPEATED: Final = (
    "An equal SMS to this recipient came a short time ago, so this one was not sent. "
    "Of the earlier one: "
)
_CLOSED: Final = {
    ClosedBy.PAUSED: "The household has paused SMS to this recipient.",
    ClosedBy.QUIET_HOURS: "The recipient has quiet hours now.",
    ClosedBy.HOURLY_LIMIT: "The recipient got as many SMS within an hour as the household allows.",
}
_ITS_TURN: Final = "Other SMS have to go first."


class _Told(NamedTuple):
    """What is told of one number, or of several of a group."""

    status: str
    meaning: str
    cause: str | None


def retell(
    outcome: Outcome, asked: Mapping[str, Collection[str]], explain: Explainer
) -> list[JsonObjectType]:
    """Return what became of a message for each name that was asked for, which stands for some numbers.

    The numbers themselves are not told, only how many phones of a group it is true of.
    """
    told = {
        row.recipient.number: _told(row, _cause(share.data, row, explain))
        for share in outcome.shares
        for row in share.report.rows
    }
    for row in outcome.left_out:
        told[row.recipient.number] = _told(row, _refusal(row, explain))
    return [
        {
            "recipient": name,
            **({"phones": phones} if len(numbers) > 1 else {}),
            "status": each.status,
            "meaning": each.meaning,
            **({"cause": each.cause} if each.cause else {}),
        }
        for name, numbers in asked.items()
        for each, phones in Counter(told[number] for number in numbers).items()
    ]


def _told(row: SentRow, cause: str | None) -> _Told:
    status, meaning = _MEANING[row.state]
    return _Told(status, f"{_REPEATED * row.is_repeated}{meaning}", cause)


def _cause(data: PayamakData, row: SentRow, explain: Explainer) -> str | None:
    if row.state is SmsState.WAITING:
        return _why_it_waits(data, row.sms, explain)
    return _refusal(row, explain)


def _refusal(row: SentRow, explain: Explainer) -> str | None:
    return explain(row.error) if row.error else None


def _why_it_waits(data: PayamakData, row: SmsRow, explain: Explainer) -> str:
    """Return what holds it up now; that may have changed since it began to wait."""
    gate = data.road.gates.of(row)
    if gate.closed_by:
        return f"{_CLOSED[gate.closed_by]}{_until(gate.opens_in)}"
    if data.account.watch.is_away:
        return explain(data.account.watch.error)
    hold = data.road.outbox.holds.goes_on
    return explain(hold.error) if hold else _ITS_TURN


def _until(seconds: float | None) -> str:
    if seconds is None:
        return ""
    opens = dt_util.now() + timedelta(seconds=seconds)
    return f" It is sent at {opens:%H:%M} on {opens:%Y-%m-%d} at the earliest."
