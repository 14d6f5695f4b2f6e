"""Whether the gateway is there, and how long to wait before it is asked again while it is not. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from ..gateway import GatewayError, LoginInDoubtError, UnreachableError

# Nobody who speaks the gateway's language has answered.
_SILENCE: Final = frozenset(
    {
        "no_answer",
        "connection_lost",
        "server_fault",
        "unreadable_reply",
        "redirected",
        "reply_too_large",
    }
)

# A refused connection costs the gateway nothing, and it shall be in use within half a minute after it is back.
_SECONDS_WHILE_NOTHING_LEAVES: Final = (20.0, 30.0)
_FIRST_GAP: Final = 30.0
_LONGEST_GAP: Final = 15 * 60.0
_MOST_DOUBLINGS: Final = 5
# Homes that lost the same gateway at the same moment don't all come back at the same moment.
_JITTER: Final = (0.8, 1.4)

type Uniform = Callable[[float, float], float]


class News(StrEnum):
    """What the end of a call says about the gateway."""

    ANSWER = "answer"
    NOTHING_LEAVES = "nothing_leaves"
    NO_ANSWER = "no_answer"
    NONE = "none"


def news_of(error: GatewayError, *, counts: bool) -> News:
    """Return what an error says about the gateway; refusals are answers.

    Without an answer to a question that does not count, it may be that only this method is broken.
    """
    if isinstance(error, LoginInDoubtError):
        return News.NONE
    if isinstance(error, UnreachableError):
        return News.NOTHING_LEAVES
    if error.reason not in _SILENCE:
        return News.ANSWER
    return News.NO_ANSWER if counts else News.NONE


@dataclass(slots=True, kw_only=True)
class Connection:
    """What is known of the connection to the gateway.

    ``since`` is the Unix time at which it was lost, None while it is not. ``reason`` is the word of the last error.
    ``gaps`` counts the waits since then for a gateway that took the question and did not answer it.
    """

    since: float | None = None
    reason: str = ""
    leaves: bool = True
    gaps: int = 0

    @property
    def is_away(self) -> bool:
        """Tell whether the gateway is away."""
        return self.since is not None

    def lose(self, news: News, reason: str, now: float) -> None:
        """Note that it is away, or why it still is."""
        if self.since is None:
            self.since = now
        self.reason = reason
        self.leaves = news is not News.NOTHING_LEAVES

    def next_gap(self, uniform: Uniform) -> float:
        """Return after how many seconds to ask again; for a gateway that hangs or has faults, each gap is longer."""
        if not self.leaves:
            return uniform(*_SECONDS_WHILE_NOTHING_LEAVES)
        gap = _FIRST_GAP * (1 << min(self.gaps, _MOST_DOUBLINGS))
        self.gaps += 1
        return min(gap * uniform(*_JITTER), _LONGEST_GAP)

    def as_fact(self) -> dict[str, Any]:
        """Return what a restart shall not forget."""
        return {
            "since": self.since,
            "reason": self.reason,
            "leaves": self.leaves,
            "gaps": self.gaps,
        }

    @classmethod
    def from_fact(cls, fact: Mapping[str, Any] | None) -> Self:
        """Go on where the last run has stopped; without a fact, the gateway is there."""
        return cls(**fact) if fact else cls()
