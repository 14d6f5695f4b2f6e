"""How much has left today."""

from collections import Counter, defaultdict
from datetime import date
from sqlite3 import Connection

from homeassistant.util import dt as dt_util

from .rows import SmsRow


class Today:
    """The totals of the day, in Home Assistant's time zone.

    A clock may jump to another day and back: the totals of each day are kept, which are two numbers.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._parts: Counter[date] = Counter()
        self._cost: defaultdict[date, float] = defaultdict(float)
        self.leaving = 0
        """How many parts are about to leave."""

    @classmethod
    def read(cls, connection: Connection) -> Today:
        """Read what has left today; or later, as the clock may have jumped back."""
        today = cls()
        midnight = dt_util.start_of_local_day().timestamp()
        for sent_at, parts, cost in connection.execute(
            "SELECT sent_at, parts, cost FROM sms WHERE sent_at >= ?", (midnight,)
        ):
            today._add(sent_at, parts, cost)
        return today

    def count(self, row: SmsRow) -> None:
        """Add an SMS, if it has left."""
        if row.sent_at is not None:
            self._add(row.sent_at, row.parts, row.cost)

    def _add(self, sent_at: float, parts: int, cost: float | None) -> None:
        day = dt_util.as_local(dt_util.utc_from_timestamp(sent_at)).date()
        self._parts[day] += parts
        self._cost[day] += cost or 0

    @property
    def parts(self) -> int:
        """Return how many parts have left."""
        return self._parts[dt_util.now().date()]

    @property
    def cost(self) -> float:
        """Return about what they cost, in Rial."""
        return self._cost.get(dt_util.now().date(), 0.0)
