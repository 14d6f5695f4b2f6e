"""What is sent: a text or a pattern, kept once for all of its recipients."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
import json
from typing import Final

from .file import Change, Value

TEXT_COLUMNS: Final = (
    "key",
    "text",
    "sender",
    "flash",
    "pattern_id",
    "variables",
    "urgent",
    "retry_for",
    "purpose",
)
_UPSERT: Final = (
    f"INSERT OR REPLACE INTO text VALUES ({', '.join('?' * len(TEXT_COLUMNS))})"  # noqa: S608 - question marks alone
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that is sent, and how; ``text`` is None where it stands in the panel.

    ``sender`` is None where it goes out over the account's usual line. ``retry_for`` (seconds) is how long it waits for
    a gateway that is away. ``parts`` and ``cost`` (Rial, None where nobody knows) are of one recipient. ``purpose`` is
    what it is for, where somebody has to know later to whom it was sent.
    """

    key: int
    text: str | None = field(repr=False)
    parts: int
    cost: float | None
    sender: str | None = None
    flash: bool = False
    pattern_id: int | None = None
    variables: Sequence[str] = field(default=(), repr=False)
    urgent: bool = False
    retry_for: float = 0
    purpose: str | None = None

    def values(self) -> tuple[Value, ...]:
        """Return what is stored, in the order of the columns."""
        return (
            self.key,
            self.text,
            self.sender,
            self.flash,
            self.pattern_id,
            json.dumps(list(self.variables)),
            self.urgent,
            self.retry_for,
            self.purpose,
        )

    @classmethod
    def from_values(
        cls, values: Sequence[object], *, parts: int, cost: float | None
    ) -> Text:
        """Return the text that was stored; parts and cost stand in its rows."""
        stored = dict(zip(TEXT_COLUMNS, values, strict=True))
        variables: list[str] = json.loads(str(stored.pop("variables")))
        for switch in ("flash", "urgent"):
            stored[switch] = bool(stored[switch])
        return cls(variables=tuple(variables), parts=parts, cost=cost, **stored)  # type: ignore[arg-type] # SQLite gives back what values() gave it


class UnwrittenTexts:
    """The texts that have rows, and are written with the first of these."""

    def __init__(self) -> None:
        """Begin without any."""
        self._texts: dict[int, Text] = {}

    def add(self, text: Text) -> None:
        """Take the text of a row that is not written yet."""
        self._texts[text.key] = text

    def changes(self, keys: Iterable[int]) -> Iterator[Change]:
        """Yield what writes those of some texts that were not written yet."""
        texts = [
            text for key in keys if (text := self._texts.pop(key, None)) is not None
        ]
        if texts:
            yield _UPSERT, [text.values() for text in texts]
