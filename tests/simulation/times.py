"""The true time, and the wall clock of the home, which may be wrong."""

from datetime import UTC, datetime, tzinfo
from typing import Final

# Half past ten in the evening: the day changes within a history.
_BEGIN: Final = datetime(2026, 3, 1, 22, 30, tzinfo=UTC).timestamp()


class Times:
    """True time goes by as the simulation says; the wall clock can jump, stand still, or be wrong when the computer starts."""

    def __init__(self) -> None:
        """Begin with a wall clock that is right."""
        self.since_begin = 0.0
        self._ahead = 0.0
        self._stands_at: float | None = None
        self.wall_was_wrong = False

    @property
    def now(self) -> float:
        """Return the true time, as a Unix time."""
        return _BEGIN + self.since_begin

    def monotonic(self) -> float:
        """Return what the monotonic clock shows, which nothing but time can change.

        The loop's timers are of this clock: a Unix time would be too large to be exact.
        """
        return self.since_begin

    @property
    def wall(self) -> float:
        """Return what the wall clock shows, as a Unix time."""
        return self.now + self._ahead if self._stands_at is None else self._stands_at

    def utcnow(self) -> datetime:
        """Return what the wall clock shows, in place of Home Assistant's own function."""
        return datetime.fromtimestamp(self.wall, UTC)

    def local_now(self, time_zone: tzinfo | None = None) -> datetime:
        """Return what the wall clock shows in a time zone, in place of Home Assistant's own function."""
        return datetime.fromtimestamp(self.wall, time_zone or UTC)

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back."""
        self.wall_was_wrong = True
        if self._stands_at is None:
            self._ahead += seconds
        else:
            self._stands_at += seconds

    def stand(self) -> None:
        """Let the wall clock stand still, as that of a computer without a battery that is off."""
        self.wall_was_wrong = True
        self._stands_at = self.wall

    def go_on(self) -> None:
        """Let the wall clock go on from where it stands."""
        if self._stands_at is not None:
            self._ahead = self._stands_at - self.now
            self._stands_at = None

    def set_right(self) -> None:
        """Put the wall clock right."""
        self._stands_at = None
        self._ahead = 0.0
