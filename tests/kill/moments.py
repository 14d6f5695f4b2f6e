"""The moments at which Home Assistant is killed, and the waits that are shortened so that they come soon."""

from dataclasses import dataclass
from typing import Any, Final

_OUTGOING: Final = "ledger.outgoing:OutgoingBook"
_ENDS: Final = "account.ends:Ends"
_BOX: Final = "sending.sent_box:SentBox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment: what happens around it, and the function and the place in it, or none where the parent kills."""

    title: str
    scene: str
    function: str | None = None
    place: str = "before"
    """`before` and `after` the function, or where its transaction is `written` (without COMMIT) or `committed`."""
    most_passings: int = 1


def _at(
    title: str, scene: str, function: str, place: str = "before", most_passings: int = 1
) -> Moment:
    return Moment(
        title=title,
        scene=scene,
        function=function,
        place=place,
        most_passings=most_passings,
    )


_SENDING: Final = f"{_OUTGOING}.async_note_sending"
_WAITING: Final = f"{_OUTGOING}.async_note_waiting"
_OUTCOME: Final = f"{_OUTGOING}.async_note_outcome"
_FOUND: Final = f"{_OUTGOING}.async_note_found"
_END: Final = f"{_OUTGOING}.async_end"
_CALL: Final = "sending.caller:Caller._async_call"
_TELL: Final = f"{_ENDS}.async_tell"
_RECEIVED: Final = "ledger.received:ReceivedBook.async_note"
_REPORTER: Final = "inbox.reporter:Reporter"
_FENCE: Final = "sending.fence:Fence"
_SETTLER: Final = "sending.settler:Settler"
_ALERT_WRITE: Final = "ledger.alerts:AlertBook.async_write"
_ALERT_KEEP: Final = "ledger.alerts:AlertBook.async_keep"
_ALERT_TEXT: Final = "alerts.case:Case._async_text"

ALERT_NOT_WRITTEN: Final = _at(
    "alert raised: before it is written", "alert_raised", _ALERT_WRITE
)
MOMENTS: Final = (
    _at("sent at once: before its row is written", "direct", _SENDING, most_passings=2),
    _at("sent at once: while its row is written", "direct", _SENDING, "written"),
    _at("sent at once: its row is on the disk", "direct", _SENDING, "committed"),
    _at("sent at once: before the call", "direct", _CALL, most_passings=2),
    Moment(title="during the call, before the gateway takes it", scene="held"),
    Moment(title="during the call, after the gateway took it", scene="held_taken"),
    _at("the answer is there, and not noted", "direct", _OUTCOME, most_passings=2),
    _at("while the outcome is written", "direct", _OUTCOME, "written"),
    _at(
        "the outcome is on the disk, and not answered", "direct", _OUTCOME, "committed"
    ),
    _at("gateway away: before it is written that it waits", "away", _WAITING),
    _at("gateway away: while it is written that it waits", "away", _WAITING, "written"),
    _at(
        "gateway away: it waits, and nobody was answered", "away", _WAITING, "committed"
    ),
    Moment(title="some time in an outage, with messages waiting", scene="outage"),
    _at("code 6: before it is written that it waits again", "updating", _WAITING),
    _at("code 6: it waits again", "updating", _WAITING, "committed"),
    _at("back from an outage: before a row is written as leaving", "back", _SENDING),
    _at(
        "back from an outage: a row is on the disk as leaving",
        "back",
        _SENDING,
        "committed",
    ),
    _at(
        "back from an outage: answered, and not noted",
        "back",
        _OUTCOME,
        most_passings=2,
    ),
    _at(
        "back from an outage: the outcome is on the disk", "back", _OUTCOME, "committed"
    ),
    _at(
        "a delivery ended: before that is written", "deliveries", _END, most_passings=2
    ),
    _at("a delivery ended: while that is written", "deliveries", _END, "written"),
    _at("a delivery ended: on the disk, and not told", "deliveries", _TELL),
    _at("a delivery ended: it is told", "deliveries", _TELL, "after"),
    _at("waited too long: on the disk, and not told", "hasty", _TELL),
    _at(
        "waited too long: in the midst of telling",
        "hasty",
        f"{_ENDS}._report_of",
        "after",
        3,
    ),
    _at("backup: the files are held", "backup", "backup:async_pre_backup", "after"),
    _at("backup: before the files are let go", "backup", "backup:async_post_backup"),
    _at("at the fence: before the sent box is read", "fence", f"{_BOX}.async_read"),
    _at("at the fence: the sent box was read", "fence", f"{_BOX}.async_read", "after"),
    _at("behind the fence: before the first leaves", "fence", _SENDING),
    _at("unknown: before what the sent box shows is written", "lost_answer", _FOUND),
    _at(
        "unknown: what the sent box shows is on the disk",
        "lost_answer",
        _FOUND,
        "committed",
    ),
    _at(
        "unknown: the sent box was read",
        "lost_answer",
        f"{_SETTLER}._async_find",
        "after",
    ),
    _at("unknown for good: before that is written", "lost_call", _END),
    _at("unknown for good: on the disk, and not told", "lost_call", _TELL),
    _at("inbox: before received SMS are noted", "received", _RECEIVED),
    _at("inbox: while they are noted", "received", _RECEIVED, "written"),
    _at("inbox: noted, and not told", "received", _RECEIVED, "committed"),
    _at(
        "inbox: in the midst of telling",
        "received",
        f"{_REPORTER}._received_sms",
        "before",
        3,
    ),
    _at("inbox: they are told", "received", f"{_REPORTER}._async_report", "after"),
    _at(
        "stop: before it waits for what is under way",
        "stop",
        "sending.under_way:UnderWay.async_finish",
    ),
    _at(
        "stop: before the ledger is closed",
        "stop",
        "ledger.file:LedgerFile.async_close",
    ),
    _at(
        "reload: the road is closed", "reload", "sending.road:Road.async_stop", "after"
    ),
    _at("reload: before the new set-up", "reload", ":async_setup_entry"),
    _at("start: the ledger was read", "start", f"{_OUTGOING}.take_up", "after"),
    _at(
        "start: the outbox has begun",
        "start",
        "sending.outbox:Outbox.async_start",
        "after",
    ),
    Moment(title="start: some time", scene="some_time_of_start"),
    _at(
        "restored backup: before what left is taken as sent",
        "restored",
        f"{_FENCE}._async_take_as_sent",
    ),
    Moment(title="restored backup: some time later", scene="restored"),
    _at("several as one: before that is written", "storm", _SENDING),
    _at("several as one: on the disk as leaving", "storm", _SENDING, "committed"),
    _at("several as one: before the call", "storm", _CALL),
    _at("several as one: answered, and not noted", "storm", _OUTCOME),
    _at("paused: before it is written that it waits", "paused", _WAITING),
    _at("paused: it waits, and nobody was answered", "paused", _WAITING, "committed"),
    Moment(title="paused: some time", scene="paused"),
    ALERT_NOT_WRITTEN,
    _at(
        "alert raised: on the disk, and nobody is told",
        "alert_raised",
        _ALERT_WRITE,
        "committed",
    ),
    _at(
        "alert: its text is on the disk as leaving",
        "alert_raised",
        _SENDING,
        "committed",
    ),
    _at("alert: its text has left, and that is not noted", "alert_raised", _OUTCOME),
    _at(
        "alert: nobody was reached, before the next step is written",
        "alert_raised",
        _ALERT_KEEP,
    ),
    _at(
        "alert: the next step is on the disk, and not told",
        "alert_raised",
        _ALERT_KEEP,
        "committed",
    ),
    _at(
        "alert answered: while that is written", "alert_answered", _RECEIVED, "written"
    ),
    _at(
        "alert answered: on the disk, and nobody hears of it",
        "alert_answered",
        _RECEIVED,
        "committed",
    ),
    _at("alert answered: before the others are told", "alert_answered", _ALERT_TEXT),
    _at(
        "alert answered: what the others are told is on the disk as leaving",
        "alert_answered",
        _SENDING,
        "committed",
    ),
    _at(
        "alert answered: the others are told, and that is not noted",
        "alert_answered",
        _OUTCOME,
    ),
    Moment(title="alert: some time", scene="alert_raised"),
    Moment(title="some time, with messages under way", scene="some_time"),
    Moment(title="some time, with a slow gateway", scene="slow"),
)

# Seconds in place of those that would make each kill take minutes. Nothing else of the integration is changed.
_WAITS: Final[dict[str, Any]] = {
    "account.connection:_SECONDS_WHILE_NOTHING_LEAVES": (0.5, 1.0),
    "account.connection:_FIRST_GAP": 1.0,
    "account.gateway_watch:_SECONDS_BETWEEN_URGENT_QUESTIONS": 1.0,
    "sending.decisions:_SHORTEST_HOLD": 1.0,
    "sending.outbox:_SHORTEST_SLEEP": 0.2,
    "sending.fence:SETTLING": 0.5,
    "sending.fence:_AGAIN_AFTER": 1.0,
    "sending.settler:_LOOKS_AFTER": (1.5, 3.0),
    "sending.settler:_AGAIN_AFTER": 1.0,
    "sending.settler:_SHORTEST_SLEEP": 0.2,
    "delivery.followed:FIRST_QUESTION_AFTER": 1.0,
    "delivery.followed:AGAIN_AFTER": 2.0,
    "delivery.pace:_FIRST_BREAK": 1.0,
    "delivery.pace:_TIME_PER_REQUEST": 0.05,
    "inbox.doorbell:_SECONDS_BETWEEN_POLLS": 0.5,
    "inbox.poller:_AFTER_FAILURE": 1.0,
}

HOOKS: Final = {
    "waits": _WAITS,
    "functions": sorted({each.function for each in MOMENTS if each.function}),
}
