"""Tells somebody whose reply comes too late that it does: one short SMS, and seldom."""

from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..account.signals import ReceivedSms
from ..ledger import Ledger
from ..people.address_book import Recipient
from ..sending.message import Sms
from ..sending.messenger import Messenger
from .matter import Matter
from .texts import Texts

# By the numbers, the times of the ledger's clock; they are known over a restart.
_FACT: Final = "hints"
_SECONDS_BETWEEN: Final = 3600


class Hints:
    """Sends hints over an account: a number gets one an hour at most, whatever it writes."""

    def __init__(
        self, hass: HomeAssistant, ledger: Ledger, messenger: Messenger
    ) -> None:
        """Belong to an account."""
        self._hass = hass
        self._clock = ledger.clock
        self._facts = ledger.facts
        self._messenger = messenger
        self._texts = Texts(hass)

    @callback
    def forget_old(self) -> None:
        """Forget the numbers that may get a hint again."""
        if self._facts.get(_FACT):
            self._facts.keep(_FACT, self._told_lately())

    def _told_lately(self) -> dict[str, float]:
        told: dict[str, float] = self._facts.get(_FACT) or {}
        now = self._clock.now()
        return {
            number: at
            for number, at in told.items()
            if 0 <= now - at < _SECONDS_BETWEEN
        }

    @callback
    def tell_too_late(self, sms: ReceivedSms, matter: Matter) -> None:
        """Answer a reply whose code is that of something closed, unless its sender got a hint a short time ago."""
        now = self._clock.now()
        told = self._told_lately()
        if sms.sender in told:
            return
        self._facts.keep(_FACT, told | {sms.sender: now})
        message = Sms(
            recipients=[Recipient(number=sms.sender, name=sms.name)],
            text=self._texts.too_late(matter.code, matter.who_has_it),
            # Later it would puzzle more than help.
            retry_for=0,
        )
        self._hass.async_create_task(
            self._messenger.async_send(message), "payamak tells that a reply is late"
        )
