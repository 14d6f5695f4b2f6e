"""How an alert is described in an action: its steps, and what it costs at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from homeassistant.const import CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..account.service_call import ATTR_CONFIG_ENTRY_ID, listed
from ..coordinator import PayamakConfigEntry
from ..ledger import AlertPerson, AlertStep
from ..people.addressed import ATTR_RECIPIENTS, RECIPIENTS_SCHEMA, async_addressed_by
from ..sending.message import Size, Sms

ATTR_MINUTES: Final = "minutes"
_USUAL_MINUTES: Final = 5
_LONGEST_STEP: Final = 24 * 60


def _step(value: object) -> Mapping[str, Any]:
    """Accept a step: who, and how many minutes they have. Names and numbers alone are a step, too."""
    written = value if isinstance(value, Mapping) else {ATTR_RECIPIENTS: value}
    checked: dict[str, Any] = _STEP_SCHEMA(dict(written))
    target: dict[str, Any] = checked.pop(CONF_TARGET, {})
    return checked | target


_STEP_SCHEMA: Final = vol.Schema(
    {
        **RECIPIENTS_SCHEMA,
        vol.Optional(CONF_TARGET): cv.TARGET_SERVICE_FIELDS,
        **cv.ENTITY_SERVICE_FIELDS,
        vol.Optional(ATTR_MINUTES, default=_USUAL_MINUTES): vol.All(
            vol.Coerce(float), vol.Range(min=0.5, max=_LONGEST_STEP)
        ),
    }
)
STEPS: Final = vol.All(listed, [_step], vol.Length(min=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of an alert with those whom they mean, and the account that all of them are reached over."""

    entry: PayamakConfigEntry
    steps: tuple[AlertStep, ...]


async def async_steps(
    hass: HomeAssistant, written: Sequence[Mapping[str, Any]], entry_id: str | None
) -> Steps:
    """Find whom the steps mean. Raises ServiceValidationError where one means nobody.

    An alert is one matter with one account: that of the first who are told. Others are reached over it by their numbers.
    """
    entry: PayamakConfigEntry | None = None
    steps = []
    for step in written:
        chosen = {ATTR_CONFIG_ENTRY_ID: entry_id} if entry_id else {}
        addressed = await async_addressed_by(hass, {**step, **chosen})
        entry = entry or next(each.entry for each in addressed if each.is_at_work)
        people = {
            who.number: AlertPerson(number=who.number, name=who.name)
            for each in addressed
            for who in each.recipients
        }
        steps.append(
            AlertStep(people=tuple(people.values()), minutes=step[ATTR_MINUTES])
        )
    assert entry is not None  # there is one step at least
    return Steps(entry=entry, steps=tuple(steps))


def most_of_all(
    steps: Sequence[AlertStep],
    rounds: int,
    message: Sms,
    others: Sequence[Sms],
    base_price: Decimal | None,
) -> JsonObjectType:
    """Return what an alert takes at most: its own text in each turn, and each of the ``others`` once to everybody."""
    turns = sum(len(step.people) for step in steps) * rounds
    everybody = {each.number for step in steps for each in step.people}
    sizes = [
        message.measure().times(turns),
        *(other.measure().times(len(everybody)) for other in others),
    ]
    size = Size.of_all(sizes)
    cost = size.cost(base_price)
    return {
        "texts": turns + len(others) * len(everybody),
        "parts": size.parts,
        "estimated_cost": None if cost is None else round(cost),
        "people": len(everybody),
    }
