"""Compares what was asked for, what the gateway took, what the history says and what was told. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

# The gateway has it, or nobody can say.
_TAKEN_OR_UNKNOWN: Final = frozenset(
    {
        "accepted",
        "delivered",
        "undelivered",
        "blacklisted",
        "filtered",
        "rejected",
        "expired",
        "unknown",
    }
)
_TAKEN: Final = _TAKEN_OR_UNKNOWN - {"unknown"}
_STILL_OPEN: Final = frozenset({"waiting", "sending"})
# A refusal of what is sent at once is told in the answer of the action, not as an event.
_TOLD_BY_EVENT: Final = _TAKEN_OR_UNKNOWN - {"accepted"} | {"not_sent"}
# An end is told as soon as it is on the disk, which takes no longer than this.
_SECONDS_FROM_DISK_TO_EVENT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Key:
    """One SMS: each text is asked for once. The history does not know the text of a pattern, so each of those has a number of its own."""

    number: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for at a door, for one or more people. Moments are counted, and an answer that never came has none."""

    number: int
    keys: Sequence[Key]
    in_order: bool
    """Whether it may not overtake what was asked for before: it is neither urgent nor without patience."""
    begun: int
    answered: int | None = None
    sms_ids: Mapping[Key, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An SMS in the gateway's record."""

    key: Key
    rec_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A row of the history."""

    sms_id: str
    key: Key
    state: str
    message_id: str | None
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that automations were told. ``era`` counts the restored backups before it."""

    kind: str
    id: str
    era: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A backup that was restored: what was asked for between the two moments is in no file any more."""

    copied: int
    restored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known in the end; ``taken`` is in the gateway's order, and ``received`` are the ids of received SMS.

    ``kills`` are the Unix times at which Home Assistant was seen dead, ``noted`` those at which received SMS were noted.
    """

    asked: Sequence[Asked]
    taken: Sequence[Taken]
    kept: Sequence[Kept]
    told: Sequence[Told]
    received: Sequence[str]
    noted: Mapping[str, Sequence[float]] = field(default_factory=dict)
    kills: Sequence[float] = ()
    restored: Sequence[Restored] = ()
    got_in_pause: Sequence[Key] = ()


@dataclass(slots=True, kw_only=True)
class Verdict:
    """The figures, and the faults in words."""

    asked: int
    acknowledged: int
    taken: int
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    told_twice: list[str] = field(default_factory=list)
    never_told: list[str] = field(default_factory=list)
    """Ends and received SMS that were not told, though no kill came between disk and event."""
    out_of_order: list[str] = field(default_factory=list)
    in_pause: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    untold: int = 0
    told_again: int = 0
    """Told before a restored backup, and once more after it, as the backup knew nothing of it."""
    patterns_again: int = 0
    """Pattern messages that a restored backup sent again: the sent box does not show them in a way that could be recognised."""
    forgotten: int = 0
    received: int = 0
    received_untold: int = 0

    @property
    def faults(self) -> list[str]:
        """Return all that must not be."""
        return [
            *self.twice,
            *self.lost,
            *self.told_twice,
            *self.never_told,
            *self.out_of_order,
            *self.in_pause,
        ]


def judge(evidence: Evidence) -> Verdict:
    """Return the verdict."""
    keys = [key for asked in evidence.asked for key in asked.keys]
    verdict = Verdict(
        asked=len(keys),
        acknowledged=sum(
            len(asked.keys) for asked in evidence.asked if asked.answered is not None
        ),
        taken=len(evidence.taken),
        states=Counter(row.state for row in evidence.kept),
        received=len(evidence.received),
    )
    forgotten = {
        key
        for asked in evidence.asked
        for key in asked.keys
        if _is_forgotten(asked, evidence.restored)
    }
    verdict.forgotten = len(forgotten)
    _judge_taken(evidence, verdict)
    _judge_kept(evidence, forgotten, verdict)
    _judge_told(evidence, verdict)
    _judge_order(evidence, verdict)
    verdict.in_pause = [
        f"left in a pause: {masked(key)}" for key in evidence.got_in_pause
    ]
    return verdict


def masked(key: Key) -> str:
    """Return an SMS in words, without its whole number."""
    return f"*{key.number[-4:]} {key.text or 'pattern'}"


def _is_forgotten(asked: Asked, restored: Iterable[Restored]) -> bool:
    return any(each.copied < asked.begun < each.restored for each in restored)


def _judge_taken(evidence: Evidence, verdict: Verdict) -> None:
    """Nothing is taken twice, except for pattern messages that a restored backup held as waiting."""
    known = {key for asked in evidence.asked for key in asked.keys}
    for key, times in Counter(each.key for each in evidence.taken).items():
        if key not in known:
            verdict.twice.append(f"taken without being asked for: {masked(key)}")
        elif times > 1 and key.text is None and times <= 1 + len(evidence.restored):
            verdict.patterns_again += times - 1
        elif times > 1:
            verdict.twice.append(f"taken {times} times: {masked(key)}")


def _judge_kept(evidence: Evidence, forgotten: set[Key], verdict: Verdict) -> None:
    """Each that was acknowledged is in one state, each that was taken is known, and nothing else is said to be taken."""
    rows: defaultdict[Key, list[Kept]] = defaultdict(list)
    for row in evidence.kept:
        rows[row.key].append(row)
    taken: defaultdict[Key, set[str]] = defaultdict(set)
    for each in evidence.taken:
        taken[each.key].add(each.rec_id)
    for asked in evidence.asked:
        for key in asked.keys:
            fault = None if key in forgotten else _fault_of(asked, key, rows, taken)
            if fault:
                verdict.lost.append(f"{fault}: {masked(key)}")


def _fault_of(
    asked: Asked,
    key: Key,
    rows: Mapping[Key, Sequence[Kept]],
    taken: Mapping[Key, set[str]],
) -> str | None:
    """Return what is wrong with one SMS."""
    mine = rows.get(key, ())
    rec_ids = taken.get(key, set())
    if len(mine) > 1:
        return f"in {len(mine)} states"
    if not mine:
        if rec_ids:
            return "taken, and nobody knows of it"
        return "acknowledged, and gone" if asked.answered is not None else None
    [row] = mine
    if key in asked.sms_ids and asked.sms_ids[key] != row.sms_id:
        return "acknowledged with another id"
    if row.state in _STILL_OPEN:
        return f"still {row.state} after all has healed"
    if rec_ids and row.state not in _TAKEN_OR_UNKNOWN:
        return f"taken, and said to be {row.state}"
    if not rec_ids and row.state in _TAKEN:
        return f"said to be {row.state}, and never taken"
    if row.message_id is not None and row.message_id not in rec_ids:
        return "said to be taken with an id that the gateway gave to something else"
    return None


def _judge_told(evidence: Evidence, verdict: Verdict) -> None:
    """See that each end and each received SMS is told once, or not at all where a kill came between disk and event."""
    times = Counter((each.kind, each.id, each.era) for each in evidence.told)
    for (kind, what, _), count in times.items():
        if count > 1:
            verdict.told_twice.append(f"told {count} times: {kind} {what}")
    eras = Counter((kind, what) for kind, what, _ in times)
    verdict.told_again = sum(count - 1 for count in eras.values())
    for row in evidence.kept:
        if (
            row.ended_at is None
            or row.state not in _TOLD_BY_EVENT
            or eras["end", row.sms_id]
        ):
            continue
        if _was_killed_after(row.ended_at, evidence.kills):
            verdict.untold += 1
        else:
            verdict.never_told.append(f"{row.state}, and never told: {row.sms_id}")
    for message_id in evidence.received:
        if eras["received", message_id]:
            continue
        noted = evidence.noted.get(message_id, ())
        if any(_was_killed_after(each, evidence.kills) for each in noted):
            verdict.received_untold += 1
        else:
            verdict.never_told.append(f"received, and never told: {message_id}")


def _was_killed_after(moment: float, kills: Iterable[float]) -> bool:
    return any(0 <= kill - moment <= _SECONDS_FROM_DISK_TO_EVENT for kill in kills)


def _judge_order(evidence: Evidence, verdict: Verdict) -> None:
    """See that nobody gets what was asked for later, after the answer, before what was asked for first."""
    first_taken: dict[Key, int] = {}
    for number, each in enumerate(evidence.taken):
        first_taken.setdefault(each.key, number)
    to: defaultdict[str, list[tuple[Asked, Key]]] = defaultdict(list)
    for asked in evidence.asked:
        if asked.in_order:
            for key in asked.keys:
                if key in first_taken:
                    to[key.number].append((asked, key))
    for one_person in to.values():
        for (first, key), (second, other) in combinations(one_person, 2):
            if (
                first.answered is not None
                and first.answered < second.begun
                and first_taken[key] > first_taken[other]
            ):
                verdict.out_of_order.append(f"{masked(other)} overtook {masked(key)}")
