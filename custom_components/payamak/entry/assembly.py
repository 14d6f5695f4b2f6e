"""An account, put together from its parts as its entry says."""

from datetime import timedelta
from functools import partial

from homeassistant.core import HomeAssistant, callback

from ..account.account import Account
from ..account.credit import CreditWatch
from ..account.devices import async_register_account_device
from ..account.ledger_upkeep import async_keep_up
from ..account.not_sent import NotSent
from ..account.repairs import Repairs
from ..alerts.alerts import Alerts
from ..const import (
    CONF_HISTORY_DAYS,
    CONF_LOW_CREDIT,
    DEFAULT_HISTORY_DAYS,
    DEFAULT_LOW_CREDIT,
)
from ..coordinator import AccountCoordinator, PayamakConfigEntry, PayamakData
from ..delivery.follower import DeliveryFollower
from ..inbox.poller import Inbox
from ..ledger import Ledger, async_open_ledger
from ..people.address_book import AddressBook
from ..people.people_filter import async_name_of
from ..sending.messenger import Messenger
from ..sending.road import build_road
from .changes import async_apply_changes, settings_of


async def async_put_together(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> PayamakData:
    """Build all parts of an account; none of them sends or reports anything yet.

    Raises ConfigEntryNotReady where the gateway has never answered and does not answer now.
    """
    repairs = Repairs(hass, entry.entry_id, entry.title)
    repairs.take_over()
    ledger = await async_open_ledger(hass, entry.entry_id)
    account = _account(hass, entry, repairs, ledger)
    _keep_in_order(hass, entry, repairs, ledger)
    coordinator = AccountCoordinator(hass, entry, account, ledger.facts)
    answered = await _async_begin(coordinator, account)
    # Before the settings are read below: a change after that must cause a reload.
    entry.async_on_unload(entry.add_update_listener(async_apply_changes))
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
        partial(async_name_of, hass, address_book),
        ledger.received,
        lambda: coordinator.data.lines or (),
        alerts.hear,
        alerts.is_answer_awaited,
    )
    return PayamakData(
        settings=settings_of(entry),
        answered=answered,
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


def _account(
    hass: HomeAssistant, entry: PayamakConfigEntry, repairs: Repairs, ledger: Ledger
) -> Account:
    low_credit: int = entry.options.get(CONF_LOW_CREDIT, DEFAULT_LOW_CREDIT)
    account = Account(
        hass,
        entry.entry_id,
        entry.data,
        repairs,
        CreditWatch(repairs, low_credit),
        partial(entry.async_start_reauth, hass),
        ledger,
    )
    entry.async_on_unload(account.close)
    return account


def _keep_in_order(
    hass: HomeAssistant, entry: PayamakConfigEntry, repairs: Repairs, ledger: Ledger
) -> None:
    """Forget what is old, and tell what the disk does not take, while the account is loaded."""
    days: int = entry.options.get(CONF_HISTORY_DAYS, DEFAULT_HISTORY_DAYS)
    keep = timedelta(days=days)
    entry.async_on_unload(async_keep_up(hass, entry.entry_id, ledger, repairs, keep))


async def _async_begin(coordinator: AccountCoordinator, account: Account) -> bool:
    """Begin with what is known of the account, else ask the gateway, and tell whether it has answered.

    An account that was here before is there at once, also while the gateway is not.
    """
    known = coordinator.async_take_known()
    if not known:
        await coordinator.async_config_entry_first_refresh()
    account.watch.async_start(coordinator.async_refresh, answered=not known)
    account.settle_doubts_with(coordinator.async_refresh)
    return not known
