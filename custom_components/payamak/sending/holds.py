"""Holds the outbox up for a while where the next call would meet the same error."""

from collections.abc import Sequence
from decimal import Decimal
import logging
import random
from typing import Final

from homeassistant.util import dt as dt_util

from ..gateway import (
    AddressError,
    CredentialsError,
    CreditError,
    GatewayError,
    TemporaryError,
    UpdatingError,
)
from ..ledger import LedgerClock, Text
from .decisions import Hold, hold_after

_LOGGER = logging.getLogger(__name__)

_JITTER: Final = (0.8, 1.4)
_URGENT_AGAIN_AFTER: Final = 60.0  # seconds
# After the disk refused a message, which therefore must not leave.
_SECONDS_FOR_THE_DISK: Final = 30.0


class Holds:
    """Knows why nothing leaves the outbox for a while, and until when; urgent messages are tried all the same."""

    def __init__(self, clock: LedgerClock) -> None:
        """Hold nothing up."""
        self._clock = clock
        self._hold: Hold | None = None
        self._credit: Decimal | None = None
        self._urgent_tried_at: float | None = None

    @property
    def goes_on(self) -> Hold | None:
        """Return the hold that goes on; one that is over is kept, as the next one may have to be longer."""
        hold = self._hold
        return hold if hold and self._clock.now() < hold.until else None

    @property
    def reason(self) -> str | None:
        """Return what the last hold is for, None where something was accepted since."""
        return self._hold.error.reason if self._hold else None

    @property
    def seconds_left(self) -> float | None:
        """Return in how many seconds the hold is over, None where nothing is held up."""
        hold = self.goes_on
        return hold.until - self._clock.now() if hold else None

    def lets_pass(self, content: Text) -> bool:
        """Tell whether a message may leave; in a hold, urgent ones are tried all the same, but not often."""
        return self.goes_on is None or (content.urgent and self._may_try_urgent)

    @property
    def _may_try_urgent(self) -> bool:
        tried = self._urgent_tried_at
        return tried is None or self._clock.now() - tried >= _URGENT_AGAIN_AFTER

    def note_try(self) -> None:
        """Note that a call is made now, in spite of a hold if one goes on."""
        if self.goes_on:
            self._urgent_tried_at = self._clock.now()

    def heed(self, errors: Sequence[GatewayError | None]) -> bool:
        """Tell whether the errors of a call hold the others up from now on."""
        for error in errors:
            hold = error and hold_after(
                error,
                self._hold,
                clock=self._clock.now(),
                now=dt_util.now(),
                jitter=random.uniform(*_JITTER),
            )
            if hold:
                self._set(hold)
                return True
        return False

    def wait_for_disk(self) -> None:
        """Hold everything up, as the disk takes nothing."""
        self._set(
            Hold(
                error=TemporaryError("not_stored"),
                seconds=_SECONDS_FOR_THE_DISK,
                until=self._clock.now() + _SECONDS_FOR_THE_DISK,
            )
        )

    def credit_is(self, credit: Decimal) -> bool:
        """Tell whether the gateway's answer ends the hold.

        The credit was not enough, and has become more; or the login or the address was refused, and now is not.
        """
        is_more = self._credit is not None and credit > self._credit
        self._credit = credit
        error = self._hold.error if self._hold else None
        is_mended = isinstance(error, (AddressError, CredentialsError)) or (
            is_more and isinstance(error, CreditError)
        )
        return is_mended and self.end()

    def update_has_ended(self) -> bool:
        """Tell whether this ends the hold: the gateway was being updated, and now answers questions again."""
        error = self._hold.error if self._hold else None
        return isinstance(error, UpdatingError) and self.end()

    def end(self) -> bool:
        """Hold nothing up any more, and tell whether there was a hold."""
        if not self._hold:
            return False
        _LOGGER.info("What waits is not held up any more")
        self._hold = None
        return True

    def _set(self, hold: Hold) -> None:
        if self._hold is None:
            _LOGGER.info("What waits is held up: %s", hold.error.reason)
        self._hold = hold
