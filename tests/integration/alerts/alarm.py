"""What the tests of alerts share: a household, its phones, and what becomes of an alert."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from tests.integration.conftest import LINE, MINA, OMID, SARA, make_entry, recipient
from tests.integration.story.forms import let_pass
from tests.integration.story.told import Told

ALERT = "event.payamak_alert"
BUTTON = "button.payamak_acknowledge_alerts"
OPEN_ALERTS = "sensor.payamak_open_alerts"
MOTHER = MINA
SMOKE = "Smoke in the kitchen!"
STEPS = [
    {"recipients": ["Sara"], "minutes": 3},
    {"recipients": ["مادر"], "minutes": 5},
]


def household_with_mother(gateway_url: str, **options: Any) -> MockConfigEntry:
    """Give the account of a household of three, where nothing is polled without need."""
    return make_entry(
        gateway_url,
        recipients=(
            recipient("Sara", "sara", SARA),
            recipient("امید", "omid", OMID),
            recipient("مادر", "mother", MOTHER),
        ),
        options={"inbox_interval": 0, "daily_limit": 0, "bundle": False} | options,
    )


@dataclass
class Alarm:
    """The household, and what happens to it."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    gateway: Gateway
    entry: MockConfigEntry
    told: Told = field(init=False)

    def __post_init__(self) -> None:
        """Listen to the account's alerts."""
        self.told = Told(self.hass, ALERT)

    async def set_up(self) -> None:
        """Set the account up."""
        if self.hass.config_entries.async_get_entry(self.entry.entry_id) is None:
            self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def act(self, action: str, **fields: Any) -> dict[str, Any]:
        """Call an action, and give its response once all is over."""
        response = await self.hass.services.async_call(
            DOMAIN, action, fields, blocking=True, return_response=True
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)
        assert response is not None
        return dict(response)

    async def raise_smoke(self, **fields: Any) -> dict[str, Any]:
        """Raise an alert about smoke: Sara has three minutes, then Mother five."""
        return await self.act(
            "raise_alert",
            **{"alert_id": "smoke", "message": SMOKE, "steps": STEPS} | fields,
        )

    async def reply(self, text: str, sender: str = SARA, line: str = LINE) -> None:
        """Let an SMS come in, and be polled."""
        await self.passes(seconds=1)
        self.gateway.receive(line, sender, text)
        await self.poll()

    async def press_as(self, name: str) -> None:
        """Press the account's button as a user of Home Assistant."""
        user = await self.hass.auth.async_create_user(name)
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": BUTTON},
            blocking=True,
            context=Context(user_id=user.id),
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def poll(self) -> None:
        """Ask for what came in."""
        await self.entry.runtime_data.inbox.async_refresh()
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def passes(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time go by."""
        await let_pass(
            self.hass, self.freezer, timedelta(minutes=minutes, seconds=seconds)
        )

    async def restart(self) -> None:
        """Take the account down and set it up again."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.set_up()

    def texts(self, number: str = SARA) -> list[str]:
        """Give the texts that a phone has got, the oldest first."""
        return [sms.text for sms in self.gateway.phone(number).messages]

    @property
    def events(self) -> Sequence[tuple[str, str | None]]:
        """Give what was told of alerts, and whom it was about."""
        return [(each["event_type"], each["name"]) for each in self.told.events]

    def last(self) -> tuple[str, str | None]:
        """Give what was told last, and whom it was about."""
        return self.events[-1]

    @property
    def open(self) -> str:
        """Give how many alerts are shown as open."""
        state = self.hass.states.get(OPEN_ALERTS)
        assert state is not None
        return state.state
