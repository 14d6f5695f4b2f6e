"""The account's data: credit, price and lines, fetched every few minutes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
import logging
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .account.account import Account, none_if_not_offered
from .account.errors import update_error
from .account.quiet import Quiet
from .account.repairs import Repairs
from .alerts.alerts import Alerts
from .const import CONF_REFRESH_INTERVAL, DEFAULT_REFRESH_INTERVAL, DOMAIN
from .delivery.follower import DeliveryFollower
from .gateway import GatewayError
from .inbox.poller import Inbox
from .ledger import Facts, Ledger
from .people.address_book import AddressBook
from .sending.messenger import Messenger
from .sending.road import Road

_LOGGER = logging.getLogger(__name__)

# A burst of messages asks for the new credit once, when it is over.
_SECONDS_AFTER_SENDING = 5
_FACT = "account"

type PayamakConfigEntry = ConfigEntry[PayamakData]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayamakData:
    """What a loaded account consists of."""

    settings: tuple[object, ...]
    # Whether the gateway has answered since the account is being loaded.
    answered: bool
    repairs: Repairs
    ledger: Ledger
    account: Account
    account_device_id: str
    address_book: AddressBook
    coordinator: AccountCoordinator
    deliveries: DeliveryFollower
    inbox: Inbox
    road: Road
    messenger: Messenger
    alerts: Alerts
    # Called when recipients are added, changed or removed.
    recipient_followers: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountData:
    """What the gateway says about the account."""

    credit: Decimal
    base_price: Decimal | None
    lines: tuple[str, ...] | None

    @property
    def balance(self) -> Decimal | None:
        """Return what the credit is worth, in Rial."""
        return None if self.base_price is None else self.credit * self.base_price

    @classmethod
    def last_known(cls, facts: Facts, panel: str | None) -> AccountData | None:
        """Return what this panel said the last time, also before a restart; None if it never said anything."""
        known = facts.get(_FACT)
        if known is None or known["panel"] != panel:
            return None
        price, lines = known["base_price"], known["lines"]
        return cls(
            credit=Decimal(known["credit"]),
            base_price=None if price is None else Decimal(price),
            lines=None if lines is None else tuple(lines),
        )

    def keep_in(self, facts: Facts, panel: str | None) -> None:
        """Keep it for the time after a restart."""
        price, lines = self.base_price, self.lines
        facts.keep(
            _FACT,
            {
                "panel": panel,
                "credit": str(self.credit),
                "base_price": None if price is None else str(price),
                "lines": None if lines is None else list(lines),
            },
        )


class AccountCoordinator(DataUpdateCoordinator[AccountData]):
    """Keeps the account's data up to date."""

    config_entry: PayamakConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: PayamakConfigEntry,
        account: Account,
        facts: Facts,
    ) -> None:
        """Poll as often as the options say."""
        minutes = entry.options.get(CONF_REFRESH_INTERVAL, DEFAULT_REFRESH_INTERVAL)
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=DOMAIN,
            update_interval=timedelta(minutes=minutes),
            always_update=False,
            request_refresh_debouncer=Debouncer(
                hass, _LOGGER, cooldown=_SECONDS_AFTER_SENDING, immediate=False
            ),
        )
        self._account = account
        self._facts = facts
        self._quiet = Quiet(self, account.watch)
        self._asking = False
        entry.async_on_unload(account.watch.async_listen(self._gateway_changed))

    @property
    def _known(self) -> AccountData | None:
        return AccountData.last_known(self._facts, self.config_entry.unique_id)

    @callback
    def async_take_known(self) -> bool:
        """Begin with what was known before, without an answer of now; tell whether anything was.

        What is shown needs a first answer: statistics must not take what may be old for a value of now.
        """
        if (known := self._known) is None:
            return False
        self.data = known
        self._account.credit.begin_with(known.credit)
        self._quiet.silence()
        return True

    @callback
    def _gateway_changed(self) -> None:
        """Ask at once when the gateway is back, whoever has found that out."""
        if not (
            self._account.watch.is_away or self.last_update_success or self._asking
        ):
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), "payamak asks a gateway that is back"
            )

    @callback
    def async_refresh_after_sending(self) -> None:
        """Fetch the new credit after some seconds; several calls in a row cause one fetch."""
        self._debounced_refresh.async_schedule_call()

    @override
    async def _async_update_data(self) -> AccountData:
        """Ask, unless the gateway is away: then the watch asks when it is time."""
        watch = self._account.watch
        if watch.holds_back:
            self._quiet.failed()
            raise update_error(watch.error)
        self._asking = True
        try:
            return await self._async_ask()
        finally:
            self._asking = False

    async def _async_ask(self) -> AccountData:
        """Ask one thing after the other: with a wrong login only one call is refused."""
        client, ask = self._account.client, self._account.ask
        try:
            credit = await self._account.ask_credit()
            base_price = await none_if_not_offered(ask(client.get_base_price))
            lines = await none_if_not_offered(ask(client.get_lines))
        except GatewayError as error:
            self._quiet.failed()
            raise update_error(error) from error
        self._quiet.worked()
        if lines is not None:
            self._account.check_sender(lines)
        known = self._known
        data = AccountData(
            credit=credit,
            base_price=known.base_price if base_price is None and known else base_price,
            lines=known.lines if lines is None and known else lines,
        )
        data.keep_in(self._facts, self.config_entry.unique_id)
        return data
