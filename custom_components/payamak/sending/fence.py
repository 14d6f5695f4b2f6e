"""Before anything leaves that waited since before the start: one look into the sent box.

A backup or a snapshot that was restored holds messages as waiting that were sent long ago.
"""

from collections.abc import Callable
import logging
from typing import Final

from ..account.ends import Ends
from ..gateway import GatewayError, RejectedError, SmsState
from ..ledger import Ledger, LedgerError, SmsRow
from .bundle import Words
from .matching import may_have_left
from .sent_box import SentBox

_LOGGER = logging.getLogger(__name__)

# The reason of what the sent box shows, though it waits here.
SENT_BEFORE: Final = "sent_before"
# The sent box shows a message some time after it was taken.
SETTLING: Final = 30.0  # seconds
_AGAIN_AFTER: Final = 30.0


class Fence:
    """Lets messages of before the start pass once the sent box has been looked into."""

    def __init__(
        self,
        ledger: Ledger,
        sent_box: SentBox,
        ends: Ends,
        words: Callable[[], Words],
    ) -> None:
        """Belong to an account."""
        self._clock = ledger.clock
        self._book = ledger.outgoing
        self._sent_box = sent_box
        self._ends = ends
        self._words = words
        self._not_before = 0.0
        self._has_tried = False

    @property
    def seconds_left(self) -> float | None:
        """Return in how many seconds the sent box may be looked into, None where there is no need."""
        if not self._book.restored:
            return None
        settled = SETTLING - self._clock.since_start
        return max(settled, self._not_before - self._clock.now(), 0.0)

    def lets_pass(self, row: SmsRow) -> bool:
        """Tell whether a message may leave."""
        return row.sms_id not in self._book.restored

    def will_tell(self, row: SmsRow) -> bool:
        """Tell whether a first look into the sent box may still show that a message has left."""
        return not self._has_tried and row.sms_id in self._book.restored

    async def async_open(self) -> None:
        """Look into the sent box, if it is time for that, and let all pass that it does not show."""
        if self.seconds_left is None or self.seconds_left > 0:
            return
        self._has_tried = True
        restored = [self._book.waiting[each] for each in self._book.restored]
        since = min(row.created_at for row in restored)
        try:
            left = await self._async_find(restored, since)
        except RejectedError:
            # Far more often than a backup is restored, Home Assistant just starts again, and then nothing has left.
            _LOGGER.info("The panel does not show what was sent")
            left = []
        except (GatewayError, LedgerError) as error:
            _LOGGER.debug("The sent box could not be read: %s", error)
            self._look_later()
            return
        except Exception:
            # What was asked for since the start must leave all the same, and what grows too old must be told.
            _LOGGER.exception("Unexpected trouble with the sent box")
            self._look_later()
            return
        self._book.restored.clear()
        if left:
            _LOGGER.warning(
                "%d SMS that waited were sent already, as the sent box shows", len(left)
            )
            await self._async_take_as_sent(left)

    async def _async_find(self, restored: list[SmsRow], since: float) -> list[SmsRow]:
        """Return those that have left, as the sent box shows, and are not called back. Raises GatewayError and LedgerError."""
        calls = await self._sent_box.async_calls(since)
        listed = await self._sent_box.async_read(since)
        still = [row for row in restored if row.state is SmsState.WAITING]
        return may_have_left(
            *(still, calls, listed, self._sent_box.usual_line), self._words().line
        )

    def _look_later(self) -> None:
        self._not_before = self._clock.now() + _AGAIN_AFTER

    async def _async_take_as_sent(self, rows: list[SmsRow]) -> None:
        for row in rows:
            row.reason = SENT_BEFORE
        await self._ends.async_write(rows, SmsState.UNKNOWN)
        await self._ends.async_tell(rows)
