"""The figures in words: on the terminal, and as a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .alarm_judge import AlarmVerdict
from .judge import Verdict
from .moments import MOMENTS, Moment


@dataclass(slots=True)
class Kills:
    """How often Home Assistant was killed around a moment, and how often just there."""

    times: int = 0
    just_there: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run came to."""

    seed: int
    seconds: float
    kills: Mapping[Moment, Kills]
    verdict: Verdict
    alarm_verdict: AlarmVerdict
    leaks: int
    history: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Return the moments at which it was never killed, though it should have been."""
        return [
            moment.title
            for moment, kills in self.kills.items()
            if kills.times and not kills.just_there
        ]

    @property
    def faults(self) -> list[str]:
        """Return all that must not be."""
        faults = [*self.verdict.faults, *self.alarm_verdict.faults]
        faults += [f"never killed just there: {title}" for title in self.missed]
        if self.leaks:
            faults.append(f"lines of the log with a whole number: {self.leaks}")
        return faults

    @property
    def figures(self) -> list[tuple[str, int]]:
        """Return the figures in the order in which they are shown."""
        verdict, states = self.verdict, self.verdict.states
        return [
            ("kills", sum(kills.times for kills in self.kills.values())),
            ("SMS asked for", verdict.asked),
            ("of these answered before the kill", verdict.acknowledged),
            ("taken by the gateway", verdict.taken),
            ("taken twice", len(verdict.twice)),
            ("lost without a word", len(verdict.lost)),
            ("told twice", len(verdict.told_twice)),
            (
                "never told, though no kill came between disk and event",
                len(verdict.never_told),
            ),
            ("out of order for a person", len(verdict.out_of_order)),
            ("left in a pause", len(verdict.in_pause)),
            ("in the end delivered", states["delivered"]),
            ("in the end accepted, without a way to follow it", states["accepted"]),
            ("in the end unknown", states["unknown"]),
            ("in the end not sent, as they waited too long", states["not_sent"]),
            ("in the end failed", states["failed"]),
            ("ends that a kill between disk and event left untold", verdict.untold),
            ("received SMS", verdict.received),
            (
                "received SMS that a kill between disk and event left untold",
                verdict.received_untold,
            ),
            ("SMS that a restored backup knew nothing of", verdict.forgotten),
            ("told again after a restored backup", verdict.told_again),
            ("pattern SMS sent again by a restored backup", verdict.patterns_again),
            *self.alarm_verdict.figures,
        ]

    def lines(self) -> Iterable[str]:
        """Return the report for a terminal."""
        for moment in MOMENTS:
            if kills := self.kills.get(moment):
                yield f"{kills.just_there:4} of {kills.times:3}  {moment.title}"
        yield ""
        for name, figure in self.figures:
            yield f"{figure:6}  {name}"
        yield f"{self.seconds:6.0f}  seconds (seed {self.seed})"
        if self.faults:
            yield ""
            yield from self.faults
            yield ""
            yield from self.history

    def page(self) -> str:
        """Return the report as Markdown."""
        total = sum(kills.times for kills in self.kills.values())
        lines = [
            "# A real Home Assistant, killed",
            "",
            f"`scripts/kill --times {total} --seed {self.seed}` on a machine with two cores: {self.seconds:.0f} s.",
            "Home Assistant ends by `kill -9` at aimed and at random moments; the record of the stand-in gateway is compared with",
            "what `get_history` says and with what automations were told. The waits of the integration (for the next question, before the",
            "fence, for unknown messages) are shortened from minutes to seconds, and each Home Assistant is forked from a process that has",
            "imported it. Hooks around named functions end it there and write down what is told; nothing else is changed. The kills test no power cut: what a process has written, the disk gets.",
            "",
            "| | |",
            "|---|---:|",
            *(f"| {name} | {figure} |" for name, figure in self.figures),
            "",
            "| moment | kills | just there |",
            "|---|---:|---:|",
            *(
                f"| {moment.title} | {kills.times} | {kills.just_there} |"
                for moment in MOMENTS
                if (kills := self.kills.get(moment))
            ),
        ]
        return "\n".join([*lines, ""])
