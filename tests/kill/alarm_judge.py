"""Judges the alerts: who was told, how often, when, and by whom each was acknowledged. No I/O."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

# Whoever is told in a step is told within its half minute, its text's last second, and the start after a kill.
_LONGEST_GAP: Final = 50.0
# What was on its way to the gateway when the answer was noted.
_ON_ITS_WAY: Final = 1.0
_ENDS: Final = ("acknowledged", "unanswered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert that was raised, whether that was answered or not."""

    alert_id: str
    message: str
    at: float
    is_known: bool
    """Whether it must be known: the call was answered, or the kill came after it was on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of an alert in the gateway's record."""

    number: str
    text: str
    at: float
    is_delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What automations were told of an alert."""

    alert_id: str
    kind: str
    name: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvidence:
    """All that is known of the alerts in the end.

    ``first`` can't be reached, ``second`` answers "ok" to each text that arrives, and ``third`` is told together with them.
    ``unknown`` are the numbers and texts that may have been taken or not: Home Assistant was killed during the call.
    """

    first: str
    second: str
    third: str
    raised: Sequence[Raised]
    texts: Sequence[Text]
    events: Sequence[Event]
    unknown: frozenset[tuple[str, str]] = frozenset()
    kills: Sequence[float] = ()


@dataclass(slots=True, kw_only=True)
class AlarmVerdict:
    """The figures, and the faults in words."""

    raised: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    gone: int = 0
    """Nobody was told that they were raised, and nobody was texted: they were not on the disk yet."""
    texts: int = 0
    longest_gap: float = 0.0
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    told_twice: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Return all that must not be."""
        return [
            *self.twice,
            *self.lost,
            *self.needless,
            *self.unheard,
            *self.late,
            *self.told_twice,
        ]

    @property
    def figures(self) -> list[tuple[str, int]]:
        """Return the figures in the order in which they are shown."""
        return [
            ("alerts raised", self.raised),
            ("in the end acknowledged by the reply", self.acknowledged),
            (
                "in the end unanswered, as the text to those who answer was unknown",
                self.unanswered,
            ),
            ("gone, as they were not on the disk and nobody was answered", self.gone),
            ("texts of alerts, and of who has them", self.texts),
            ("texts sent twice to somebody", len(self.twice)),
            ("alerts or answers lost", len(self.lost)),
            ("texts after somebody had it", len(self.needless)),
            ("others who did not hear who has it", len(self.unheard)),
            ("steps that came too late or never", len(self.late)),
            ("told twice without a kill", len(self.told_twice)),
            ("longest time between two steps, in seconds", round(self.longest_gap)),
        ]


def judge_alarms(evidence: AlarmEvidence) -> AlarmVerdict:
    """Return the verdict."""
    verdict = AlarmVerdict(raised=len(evidence.raised), texts=len(evidence.texts))
    for alert in evidence.raised:
        _Case(alert, evidence, verdict).judge()
    return verdict


class _Case:
    """One alert with all that is known of it."""

    def __init__(
        self, alert: Raised, evidence: AlarmEvidence, verdict: AlarmVerdict
    ) -> None:
        self._alert = alert
        self._evidence = evidence
        self._verdict = verdict
        self._messages = self._texts(lambda text: text.startswith(alert.message))
        self._notices = self._texts(lambda text: f"has it: {alert.message}" in text)
        self._events = [
            each for each in evidence.events if each.alert_id == alert.alert_id
        ]

    def judge(self) -> None:
        """Judge it from its begin to its end."""
        self._judge_times()
        self._judge_events()
        end = next((each for each in self._events if each.kind in _ENDS), None)
        if end is None and not self._alert.is_known and not self._messages:
            self._verdict.gone += 1
            return
        self._judge_gap()
        answers = [
            each
            for each in self._messages
            if each.number == self._evidence.second and each.is_delivered
        ]
        acknowledged = next(
            (each for each in self._events if each.kind == "acknowledged"), None
        )
        if acknowledged is not None:
            self._verdict.acknowledged += 1
            self._judge_acknowledged(acknowledged)
            return
        if answers:
            self._verdict.lost.append(self._of("answered, and not acknowledged"))
        elif end is None:
            self._verdict.lost.append(self._of("neither acknowledged nor over"))
        elif any(number == self._evidence.second for number in self._unknown):
            self._verdict.unanswered += 1
        else:
            self._verdict.lost.append(self._of("over, and those who answer not told"))
        if self._notices:
            self._verdict.needless.append(self._of("taken by nobody, and told so"))

    def _judge_acknowledged(self, end: Event) -> None:
        evidence = self._evidence
        if end.name[-4:] != evidence.second[-4:]:
            self._verdict.lost.append(self._of("acknowledged by somebody else"))
        late = [each for each in self._messages if each.at > end.at + _ON_ITS_WAY]
        self._verdict.needless += [
            self._of(f"texted to *{each.number[-4:]} after it was acknowledged")
            for each in late
        ]
        told = {each.number for each in self._notices}
        if evidence.second in told:
            self._verdict.needless.append(self._of("told to the one who has it"))
        was_told = {each.number for each in self._messages if each.is_delivered}
        may_be_told = {number for number in self._unknown if number not in told}
        self._verdict.unheard += [
            self._of(f"*{number[-4:]} did not hear who has it")
            for number in was_told - told - may_be_told - {evidence.second}
        ]

    def _judge_times(self) -> None:
        for texts in (self._messages, self._notices):
            for number, times in Counter(each.number for each in texts).items():
                if times > 1:
                    self._verdict.twice.append(
                        self._of(f"sent {times} times to *{number[-4:]}")
                    )

    def _judge_gap(self) -> None:
        """See that the second step came in time after the first."""
        seconds = [
            each.at for each in self._messages if each.number != self._evidence.first
        ]
        if seconds:
            gap = min(seconds) - self._alert.at
            self._verdict.longest_gap = max(gap, self._verdict.longest_gap)
            if gap > _LONGEST_GAP:
                self._verdict.late.append(self._of(f"went on after {gap:.0f} s"))

    def _judge_events(self) -> None:
        """See that nothing is told twice, unless a kill came between telling and noting."""
        for kind in {each.kind for each in self._events}:
            times = [each.at for each in self._events if each.kind == kind]
            for first, then in pairwise(times):
                if not any(first <= kill <= then for kill in self._evidence.kills):
                    self._verdict.told_twice.append(self._of(f"told twice: {kind}"))

    @property
    def _unknown(self) -> set[str]:
        """Return the numbers to which a text of this alert may have left or not."""
        return {
            number
            for number, text in self._evidence.unknown
            if self._alert.message in text
        }

    def _texts(self, is_of: Callable[[str], bool]) -> list[Text]:
        return [each for each in self._evidence.texts if is_of(each.text)]

    def _of(self, fault: str) -> str:
        return f"{self._alert.alert_id}: {fault}"


def is_over(events: Iterable[Event], alert_id: str) -> bool:
    """Tell whether it was told of an alert that it is over."""
    return any(each.alert_id == alert_id and each.kind in _ENDS for each in events)
