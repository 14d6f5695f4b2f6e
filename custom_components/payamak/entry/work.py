"""The work of an account that is loaded: begun once it is time, and ended."""

from functools import partial

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from ..const import CONF_PUSH, CONF_WEBHOOK_ID
from ..coordinator import PayamakConfigEntry
from ..inbox.doorbell import Doorbell


async def async_let_panel_call(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Answer at the push address, where the options say so."""
    if not entry.options.get(CONF_PUSH, False):
        return
    doorbell = Doorbell(
        hass,
        title=entry.title,
        webhook_id=entry.options[CONF_WEBHOOK_ID],
        poll=entry.runtime_data.inbox.async_refresh,
    )
    await doorbell.async_start()
    entry.async_on_unload(doorbell.async_stop)


@callback
def async_begin_work(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Begin to send and to hear; a gateway that has not answered yet is asked before."""
    if entry.runtime_data.answered:
        _start_once_it_is_time(hass, entry)
    else:
        entry.async_create_background_task(
            hass, _async_ask_and_start(hass, entry), "payamak asks the first time"
        )


async def async_end_work(entry: PayamakConfigEntry) -> None:
    """End what was begun, after the answers that came in already are reported."""
    data = entry.runtime_data
    data.alerts.async_stop()
    await data.road.async_stop()
    await data.deliveries.async_stop()
    await data.inbox.async_stop()
    data.alerts.async_close()


async def _async_ask_and_start(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Ask a first question, and nothing else before it is over: a wrong login must not be refused several times at once."""
    await entry.runtime_data.account.watch.async_ask()
    if entry.state is not ConfigEntryState.UNLOAD_IN_PROGRESS:
        _start_once_it_is_time(hass, entry)


@callback
def _start_once_it_is_time(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Wait for Home Assistant's start: automations miss events that come before it."""
    entry.async_on_unload(async_at_started(hass, partial(_async_start, entry)))


async def _async_start(entry: PayamakConfigEntry, hass: HomeAssistant) -> None:
    """Begin to ask for the delivery of messages and for received ones."""
    data = entry.runtime_data
    data.deliveries.async_start()
    data.road.async_start()
    data.alerts.async_start()
    await data.inbox.async_start()
