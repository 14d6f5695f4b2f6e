"""Payamak: an SMS account of the payamak-panel gateway in Home Assistant."""

from datetime import timedelta
from functools import partial

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .account.account import Account
from .account.credit import CreditWatch
from .account.devices import (
    async_register_account_device,
    async_rename_recipient_devices,
)
from .account.known_logins import forget_login
from .account.ledger_upkeep import async_keep_up
from .account.not_sent import NotSent
from .account.removal import async_tell_what_waits
from .account.repairs import Issue, Repairs, async_clear_when_disabled
from .alerts.alerts import Alerts
from .const import (
    CONF_HISTORY_DAYS,
    CONF_LOW_CREDIT,
    CONF_PUSH,
    CONF_WEBHOOK_ID,
    DEFAULT_HISTORY_DAYS,
    DEFAULT_LOW_CREDIT,
    DOMAIN,
)
from .coordinator import AccountCoordinator, PayamakConfigEntry, PayamakData
from .delivery.follower import DeliveryFollower
from .inbox.doorbell import Doorbell
from .inbox.poller import Inbox
from .ledger import async_open_ledger, async_remove_ledger
from .people.address_book import AddressBook
from .sending.messenger import Messenger
from .sending.notify_action import async_setup_notify_action
from .sending.road import build_road
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NOTIFY,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which are there before and after any account."""
    await async_setup_services(hass)
    async_clear_when_disabled(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: PayamakConfigEntry) -> bool:
    """Set an account up."""
    repairs = Repairs(hass, entry.entry_id, entry.title)
    repairs.take_over()
    ledger = await async_open_ledger(hass, entry.entry_id)
    account = Account(
        hass,
        entry.entry_id,
        entry.data,
        repairs,
        CreditWatch(repairs, entry.options.get(CONF_LOW_CREDIT, DEFAULT_LOW_CREDIT)),
        partial(entry.async_start_reauth, hass),
        ledger,
    )
    entry.async_on_unload(account.close)
    days: int = entry.options.get(CONF_HISTORY_DAYS, DEFAULT_HISTORY_DAYS)
    keep = timedelta(days=days)
    entry.async_on_unload(async_keep_up(hass, entry.entry_id, ledger, repairs, keep))
    coordinator = AccountCoordinator(hass, entry, account, ledger.facts)
    # An account that was here before is there at once, also while the gateway is not.
    known = coordinator.async_take_known()
    if not known:
        await coordinator.async_config_entry_first_refresh()
    account.watch.async_start(coordinator.async_refresh, answered=not known)
    account.settle_doubts_with(coordinator.async_refresh)
    # Before the settings are read below: a change after that must cause a reload.
    entry.async_on_unload(entry.add_update_listener(_async_apply))
    address_book = AddressBook.of(entry.subentries)
    deliveries = DeliveryFollower(hass, entry.entry_id, account, ledger.outgoing)
    road = build_road(
        hass,
        entry.entry_id,
        entry.options,
        account,
        ledger,
        address_book,
        lambda: coordinator.data.base_price,
        NotSent(ledger.facts, repairs),
        deliveries.async_sent,
    )
    messenger = Messenger(
        hass,
        account,
        address_book,
        road,
        lambda: coordinator.data.base_price,
        coordinator.async_refresh_after_sending,
    )

    @callback
    def answer_is_awaited() -> None:
        inbox.async_answer_is_awaited()

    alerts = Alerts(
        hass,
        entry.entry_id,
        ledger,
        messenger,
        road,
        answer_is_awaited,
    )
    inbox = Inbox(
        hass,
        entry,
        account,
        repairs,
        address_book,
        ledger.received,
        lambda: coordinator.data.lines or (),
        alerts.hear,
        alerts.is_answer_awaited,
    )
    entry.runtime_data = PayamakData(
        settings=_settings(entry),
        repairs=repairs,
        ledger=ledger,
        account=account,
        account_device_id=async_register_account_device(hass, entry),
        address_book=address_book,
        coordinator=coordinator,
        deliveries=deliveries,
        inbox=inbox,
        road=road,
        messenger=messenger,
        alerts=alerts,
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await async_setup_notify_action(hass, entry)
    if entry.options.get(CONF_PUSH, False):
        doorbell = Doorbell(
            hass,
            title=entry.title,
            webhook_id=entry.options[CONF_WEBHOOK_ID],
            poll=entry.runtime_data.inbox.async_refresh,
        )
        await doorbell.async_start()
        entry.async_on_unload(doorbell.async_stop)
    if known:
        entry.async_create_background_task(
            hass, _async_ask_and_start(hass, entry), "payamak asks the first time"
        )
    else:
        _start_once_it_is_time(hass, entry)
    return True


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


async def async_unload_entry(hass: HomeAssistant, entry: PayamakConfigEntry) -> bool:
    """Unload an account, after the answers that came in already are reported."""
    entry.runtime_data.alerts.async_stop()
    await entry.runtime_data.road.async_stop()
    await entry.runtime_data.deliveries.async_stop()
    await entry.runtime_data.inbox.async_stop()
    entry.runtime_data.alerts.async_close()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Forget the repairs, the login and the file of an account that was removed, and tell what waits in it."""
    Repairs(hass, entry.entry_id, entry.title).clear(*Issue)
    forget_login(hass, entry.entry_id)
    await async_tell_what_waits(hass, entry.entry_id, entry.title)
    await async_remove_ledger(hass, entry.entry_id)


async def _async_apply(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Apply what was changed: settings by a reload, recipients without one.

    During a reload nobody can be reached, and the entities are gone.
    """
    if (
        entry.state is not ConfigEntryState.LOADED
        or entry.runtime_data.settings != _settings(entry)
    ):
        await hass.config_entries.async_reload(entry.entry_id)
        return
    entry.runtime_data.address_book.refresh(entry.subentries)
    async_rename_recipient_devices(hass, entry)
    entry.runtime_data.deliveries.async_recipients_changed()
    entry.runtime_data.road.async_recipients_changed()
    for follow in entry.runtime_data.recipient_followers:
        await follow()


def _settings(entry: PayamakConfigEntry) -> tuple[object, ...]:
    """Return the settings whose change needs a reload: all but the recipients."""
    return entry.data, entry.options, entry.title
