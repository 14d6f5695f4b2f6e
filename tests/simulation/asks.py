"""What was asked for: the simulation's own record."""

from dataclasses import dataclass, field

from .gateway import Key


@dataclass(slots=True, kw_only=True, eq=False)
class Ask:
    """One message that was asked for: the same text for some numbers."""

    key: Key
    numbers: tuple[str, ...]
    at: float
    urgent: bool
    retry_for: float
    commits: int
    """How many transactions the disk had seen."""
    run: int
    """In which run of Home Assistant."""
    answered_after: int | None = None
    """How many transactions the disk had seen when the caller was told."""
    status: dict[str, str] = field(default_factory=dict)
    """What the caller was told, by number."""
    sms_ids: dict[str, str] = field(default_factory=dict)
