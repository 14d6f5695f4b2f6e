"""What an account does for its ledger: it forgets what is old, and says what is wrong with the file."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_track_time_interval

from ..ledger import Ledger
from .repairs import Issue, Repairs
from .signals import signal_deliveries_changed

_FORGET_EVERY: Final = timedelta(hours=6)


@callback
def async_keep_up(
    hass: HomeAssistant,
    entry_id: str,
    ledger: Ledger,
    repairs: Repairs,
    keep: timedelta,
) -> CALLBACK_TYPE:
    """Remove what ended longer ago than ``keep``, and keep the repair right, until what is returned is called."""

    @callback
    def forget(_now: datetime | None = None) -> None:
        ledger.async_forget_old(keep)
        # The last message to somebody may be forgotten.
        async_dispatcher_send(hass, signal_deliveries_changed(entry_id))

    @callback
    def show_trouble() -> None:
        if ledger.trouble:
            repairs.show(Issue.LEDGER, ledger.trouble.value)
        else:
            repairs.clear(Issue.LEDGER)

    forget()
    show_trouble()
    stop_forgetting = async_track_time_interval(
        hass, forget, _FORGET_EVERY, name="payamak forgets", cancel_on_shutdown=True
    )
    stop_listening = ledger.async_on_trouble(show_trouble)

    @callback
    def stop() -> None:
        stop_forgetting()
        stop_listening()

    return stop
