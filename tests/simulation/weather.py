"""What can go wrong between the home and the gateway, by fixed words."""

from collections import Counter, deque
from typing import Final

# The request never leaves.
NEVER_LEFT: Final = ("refused", "no_name", "connect_hangs")
# The request leaves; the gateway takes nothing, or takes it and nobody learns that.
LOST_BEFORE: Final = ("hangs_before", "reset_before", "html", "fault_before")
LOST_AFTER: Final = (
    "hangs_after",
    "reset_after",
    "fault_after",
    "truncated",
    "taken_late",
    "slow",
)
# It is taken, and answered in an odd way.
ODD: Final = ("short_list", "long_list", "without_id", "code_-6_taken", "code_11_taken")
CODES: Final = (
    "code_2",
    "code_3",
    "code_4",
    "code_6",
    "code_11",
    "code_15",
    "code_18",
    "code_19",
    "code_35",
    "code_-6",
    "code_7",
    "code_10",
)
LOGIN: Final = ("code_0", "code_-110")
ADDRESS: Final = ("code_-108", "code_-111")

OUTAGES: Final = ("refused", "no_name", "connect_hangs", "hangs_before", "html")
# What may last, for all methods; code_2 and the like concern what sends alone.
LASTING: Final = (
    *OUTAGES,
    "hangs_after",
    "reset_after",
    "slow",
    "code_2",
    "code_3",
    "code_6",
    "code_19",
    "code_0",
)
ONCE: Final = (
    *NEVER_LEFT,
    *LOST_BEFORE,
    *LOST_AFTER,
    *ODD,
    *CODES,
    *LOGIN,
    *ADDRESS,
)
FOR_QUESTIONS: Final = (
    *NEVER_LEFT,
    *LOST_BEFORE,
    "hangs_after",
    "reset_after",
    "truncated",
    "slow",
    "code_6",
    "code_-6",
    *LOGIN,
    *ADDRESS,
)
SENDING_ONLY: Final = frozenset({*CODES, *ODD})


class Weather:
    """The faults that the next calls meet, and those that last."""

    def __init__(self) -> None:
        """Begin with none."""
        self.lasting: str | None = None
        self.next_sends: deque[str] = deque()
        self.next_others: deque[str] = deque()
        self.met: Counter[str] = Counter()

    def clear(self) -> None:
        """Let all be well from now on."""
        self.lasting = None
        self.next_sends.clear()
        self.next_others.clear()

    def meet(self, *, sends: bool) -> str | None:
        """Return the fault that a call meets, None where all is well."""
        queue = self.next_sends if sends else self.next_others
        if queue:
            fault = queue.popleft()
        elif self.lasting and (sends or self.lasting not in SENDING_ONLY):
            fault = self.lasting
        else:
            return None
        self.met[fault] += 1
        return fault
