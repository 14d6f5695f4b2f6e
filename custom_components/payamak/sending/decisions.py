"""What becomes of a message that waits, and in which order those that wait go out. No I/O."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import batched, chain
from typing import Final

from ..gateway import (
    AddressError,
    CredentialsError,
    CreditError,
    GatewayError,
    InactiveAccountError,
    SmsState,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)
from ..ledger import SmsRow, Text
from ..people.gate import OPEN, Gate

# A message that waits is not to blame for these: it goes on waiting until the credit, the time or the login has changed.
_HOLDING: Final = (
    AddressError,
    CredentialsError,
    CreditError,
    InactiveAccountError,
    TemporaryError,
    WaitError,
)
# The gateway is in trouble: it is asked again soon, and each time later.
_TROUBLE: Final = (TemporaryError, UncertainError)
_SHORTEST_HOLD: Final = 30.0  # seconds
_LONGEST_HOLD: Final = 900.0
# A person's gate stops the time that counts against ``retry_for``, for a day at most.
LONGEST_HELD: Final = 24 * 3600.0
# What was held by a gate has at least so long once that is open.
PATIENCE_AFTER_GATE: Final = 600.0


def content_of(row: SmsRow) -> Text:
    """Return the content of a row, which each has that may still leave."""
    if row.content is None:
        raise ValueError("This message has ended")
    return row.content


def state_after(
    error: GatewayError | None, content: Text, *, queued: bool, bundled: bool = False
) -> SmsState:
    """Return the state of a message after its call; ``queued`` tells that it had waited, ``bundled`` that it was one of several.

    Back to waiting goes only what surely was not accepted. Whoever sends a message at once is told of a refusal at once.
    What has waited without wanting to wait for the gateway was held by a person's gate, and has a little time after that.
    A bundle that is refused may be so because of one of its messages: each is sent by itself then.
    """
    if error is None:
        return SmsState.ACCEPTED
    if isinstance(error, UncertainError):
        return SmsState.UNKNOWN
    may_wait = bundled or (
        isinstance(error, _HOLDING)
        if queued
        else content.retry_for > 0 and isinstance(error, TemporaryError)
    )
    return SmsState.WAITING if may_wait else SmsState.FAILED


def is_refusal(error: GatewayError | None) -> bool:
    """Tell whether the message is to blame for an error."""
    return error is not None and not isinstance(error, (*_HOLDING, UncertainError))


class Verdict(Enum):
    """What is to be done with a row of the outbox."""

    LEAVE = auto()
    WAIT = auto()
    GIVE_UP = auto()
    """It is too old."""


def judge(row: SmsRow, *, age: float, now: float, gate: Gate = OPEN) -> Verdict:
    """Return what is to be done with a row; ``age`` is in seconds, ``now`` the wall clock's time."""
    if row.state is not SmsState.WAITING:
        return Verdict.WAIT
    if patience_left(row, age=age, gate=gate) <= 0:
        return Verdict.GIVE_UP
    if gate.closed_by or (row.not_before is not None and now < row.not_before):
        return Verdict.WAIT
    return Verdict.LEAVE


def patience_left(row: SmsRow, *, age: float, gate: Gate) -> float:
    """Return for how many seconds a row that waits may still leave.

    What counts is the time since it might have gone: since the person's gate has opened. After a day the time of waiting
    counts, also while the gate is closed.
    """
    patience = content_of(row).retry_for
    if gate.open_for < age or not patience:
        patience = max(patience, PATIENCE_AFTER_GATE)
    return patience - max(min(age, gate.open_for), age - LONGEST_HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why nothing leaves the outbox for a while; times are of the ledger's clock."""

    error: GatewayError
    seconds: float
    until: float


def hold_after(
    error: GatewayError,
    before: Hold | None,
    *,
    clock: float,
    now: datetime,
    jitter: float,
) -> Hold | None:
    """Return the hold that a refusal of the outbox's call leads to, None where it is of the message alone.

    A gateway that is away is watched for elsewhere. After code 6 (updating), or an answer that nobody understands, it is
    tried again soon, and each time later. The limits of an account (3, 4, 19) are those of an hour or a day: they are tried
    again when the next hour begins; so are the others, which end earlier where somebody mends them.
    """
    if not isinstance(error, _HOLDING + _TROUBLE) or isinstance(
        error, UnreachableError
    ):
        return None
    if isinstance(error, _TROUBLE):
        goes_on = before is not None and isinstance(before.error, _TROUBLE)
        longer = before.seconds * 2 if before and goes_on else _SHORTEST_HOLD
        seconds = min(longer, _LONGEST_HOLD)
        wait = min(seconds * jitter, _LONGEST_HOLD)
        return Hold(error=error, seconds=seconds, until=clock + wait)
    next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    seconds = max((next_hour - now).total_seconds(), _SHORTEST_HOLD)
    return Hold(error=error, seconds=_SHORTEST_HOLD, until=clock + seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The rows of one call. They have the same text; or each person has several, and ``bundle`` is what stands for these."""

    rows: Sequence[SmsRow]
    bundle: str | None = None


type Together = Callable[
    [Sequence[SmsRow], Callable[[SmsRow], bool]], tuple[Sequence[SmsRow], str | None]
]
"""Returns which of a person's rows go out as one, and the text of that, None for the first row by itself."""


def plan(
    waiting: Iterable[SmsRow],
    may_leave: Callable[[SmsRow], bool],
    *,
    tries: Mapping[int, int],
    per_call: Callable[[Sequence[SmsRow], str | None], int],
    together: Together,
) -> list[Batch]:
    """Return the calls to make now: urgent ones first, then the oldest, and last what has failed before.

    Each person gets the oldest message that waits for them, or the oldest ones as one; the next follow when that is
    accounted for.
    """
    calls: dict[tuple[int, str | None], list[Sequence[SmsRow]]] = {}
    for rows in _in_order_of_each(waiting):
        if may_leave(rows[0]):
            some, bundle = together(rows, may_leave)
            calls.setdefault((some[0].text, bundle), []).append(some)
    in_order = sorted(
        calls.items(),
        key=lambda call: (
            not content_of(call[1][0][0]).urgent,
            tries.get(call[0][0], 0),
            call[0][0],
        ),
    )
    return [
        Batch(rows=list(chain.from_iterable(people)), bundle=bundle)
        for (_, bundle), everybody in in_order
        for people in batched(everybody, per_call(everybody[0], bundle), strict=False)
    ]


def _in_order_of_each(waiting: Iterable[SmsRow]) -> Iterable[list[SmsRow]]:
    """Return what waits for each person, in the order in which it goes out."""
    of_each: dict[str, list[SmsRow]] = {}
    for row in waiting:
        of_each.setdefault(row.recipient, []).append(row)
    for rows in of_each.values():
        rows.sort(key=_turn)
    return of_each.values()


def _turn(row: SmsRow) -> tuple[bool, int]:
    return not content_of(row).urgent, row.text


def next_change(
    waiting: Collection[SmsRow],
    age_of: Callable[[SmsRow], float],
    gate_of: Callable[[SmsRow], Gate],
    now: float,
) -> float | None:
    """Return in how many seconds the first of those that wait grows too old, or may leave; None where nothing does."""
    gates = [(row, gate_of(row)) for row in waiting]
    changes = [patience_left(row, age=age_of(row), gate=gate) for row, gate in gates]
    changes += [gate.opens_in for _, gate in gates if gate.opens_in is not None]
    changes += [
        row.not_before - now
        for row in waiting
        if row.not_before is not None and row.not_before > now
    ]
    return min(changes, default=None)
