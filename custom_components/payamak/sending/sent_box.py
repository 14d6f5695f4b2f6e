"""Reads the panel's sent box: the only thing that tells of a message whose answer was lost."""

from functools import partial
from typing import Final

from homeassistant.util import dt as dt_util

from ..account.account import Account
from ..gateway import MAX_MESSAGES, Location
from ..ledger import HistoryQuery, Ledger
from .matching import Call, Listed, calls_of

_MOST_PAGES: Final = 20
_MOST_ROWS: Final = 20_000
_DIFFERENCE: Final = 600.0


class SentBox:
    """The sent box of an account, and the calls of ours that it may show."""

    def __init__(self, account: Account, ledger: Ledger) -> None:
        """Belong to an account."""
        self._account = account
        self._ledger = ledger

    @property
    def usual_line(self) -> str:
        """Return the line over which messages go out that name none."""
        return self._account.sender

    async def async_read(self, since: float) -> list[Listed]:
        """Return what was sent since a Unix time, page by page. Raises GatewayError."""
        listed: dict[str, Listed] = {}
        for page_number in range(_MOST_PAGES):
            page = await self._account.ask_or_check_login(
                partial(
                    self._account.client.get_messages,
                    Location.SENT,
                    offset=page_number * MAX_MESSAGES,
                )
            )
            ahead = self._ahead
            dated = [
                Listed(message=message, at=message.sent_at.timestamp() - ahead)
                for message in page.messages
                if message.sent_at is not None
            ]
            listed |= {each.message.message_id: each for each in dated}
            if page.rows < MAX_MESSAGES or all(
                each.at < since - _DIFFERENCE for each in dated
            ):
                break
        return list(listed.values())

    async def async_calls(self, since: float) -> list[Call]:
        """Return the calls that left since a Unix time, or shortly before. Raises LedgerError.

        When their messages were begun tells nothing: an equal text may have waited for days.
        """
        rows = await self._ledger.async_history(
            HistoryQuery(left_since=since - _DIFFERENCE, limit=_MOST_ROWS)
        )
        return calls_of(rows, self.usual_line)

    @property
    def _ahead(self) -> float:
        """Return by how many seconds the panel's dates are ahead of our clock."""
        gateway_time = self._account.client.gateway_time
        ahead = (gateway_time - dt_util.utcnow()).total_seconds() if gateway_time else 0
        behind = self._ledger.received.clock_shift
        return ahead - (behind.total_seconds() if behind else 0)
