"""The messages that waited too long: one repair says how many they are and whom they were for."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from homeassistant.core import callback

from ..gateway import mask_number
from ..ledger import Facts, SmsRow
from ..ledger.file import Change
from .repairs import Issue, Repairs

_FACT: Final = "not_sent"
_MOST_KEPT: Final = 1000
_MOST_NAMED: Final = 20


class NotSent:
    """What the user has not looked at yet; it is known over a restart.

    All are counted, and the newest thousand are known one by one.
    """

    def __init__(self, facts: Facts, repairs: Repairs) -> None:
        """Show what was not sent before the start."""
        self._facts = facts
        self._repairs = repairs
        self._show()

    @property
    def count(self) -> int:
        """Return how many messages they are."""
        count: int = self._known["count"]
        return count

    @property
    def sms_ids(self) -> list[str]:
        """Return our own ids of the messages, the oldest first."""
        return [sms_id for sms_id, _ in self._known["messages"]]

    def changes(self, rows: Sequence[SmsRow]) -> tuple[Change, ...]:
        """Add messages, and return what writes that."""
        known = self._known
        messages = [
            *known["messages"],
            *([row.sms_id, row.name or mask_number(row.recipient)] for row in rows),
        ]
        return self._facts.change(
            _FACT,
            {
                "count": known["count"] + len(rows),
                "messages": messages[-_MOST_KEPT:],
            },
        )

    @callback
    def show_new(self) -> None:
        """Show what was added, also where the user chose to ignore what was there before."""
        self._repairs.heed(Issue.NOT_SENT)
        self._show()

    @callback
    def forget(self, sms_ids: Collection[str]) -> None:
        """Forget messages that the user knows of; with the last one, also those that are only counted.

        What writes this goes to the disk together with whatever is written next.
        """
        known = self._known
        left = [each for each in known["messages"] if each[0] not in sms_ids]
        count = known["count"] - len(known["messages"]) + len(left)
        self._facts.keep(_FACT, {"count": count, "messages": left} if left else None)
        self._show()

    @callback
    def _show(self) -> None:
        """Show the repair, or take it away where there is nothing to show."""
        known = self._known
        if not known["count"]:
            self._repairs.clear(Issue.NOT_SENT)
            return
        names = list(dict.fromkeys(label for _, label in known["messages"]))
        more = len(names) > _MOST_NAMED or known["count"] > len(known["messages"])
        self._repairs.show(
            Issue.NOT_SENT,
            "messages_not_sent",
            count=str(known["count"]),
            names=", ".join(names[:_MOST_NAMED]) + (" ..." if more else ""),
        )

    @property
    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] | None = self._facts.get(_FACT)
        return known or {"count": 0, "messages": []}
