"""The condition about the last SMS to somebody."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Unpack, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConditionErrorMessage
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import PayamakConfigEntry
from ..gateway import ENDS, SmsState
from ..people.people_filter import wanted_target
from ..people.target import async_people_of

OPTION_WORD: Final = "word"

# The words of the last delivery, as the sensor and the condition know them.
LAST_DELIVERY_WORDS: Final = [
    state.delivery
    for state in (*ENDS, SmsState.ACCEPTED, SmsState.WAITING)
    # What nobody knows is Home Assistant's own "unknown".
    if state is not SmsState.UNKNOWN
]


class LastDeliveryCondition(Condition):
    """The last SMS to the people of a target came to one of some ends."""

    schema: ClassVar = vol.Schema(
        {
            vol.Required(CONF_TARGET): wanted_target,
            vol.Required(CONF_OPTIONS): {
                vol.Required(OPTION_WORD): vol.All(
                    cv.ensure_list, vol.Length(min=1), [vol.In(LAST_DELIVERY_WORDS)]
                ),
                vol.Optional(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In(
                    [BEHAVIOR_ANY, BEHAVIOR_ALL]
                ),
            },
        }
    )

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        checked: ConfigType = cls.schema(config)
        return checked

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep whom it is about as it was chosen."""
        super().__init__(hass, config)
        self._target: dict[str, Any] = config.target or {}
        options: dict[str, Any] = config.options or {}
        self._words: list[str] = options[OPTION_WORD]
        self._fits = all if options[ATTR_BEHAVIOR] == BEHAVIOR_ALL else any

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        words = list(self._last_words())
        return bool(words) and self._fits(word in self._words for word in words)

    def _last_words(self) -> Iterator[str | None]:
        """Yield the word of each of the people, None where nobody can say."""
        people = async_people_of(self._hass, self._target)
        if people.strangers:
            raise ConditionErrorMessage(
                DOMAIN,
                f"{', '.join(people.strangers)} is no recipient's notify entity",
            )
        for entry_id, subentry_ids in people.by_entry.items():
            entry: PayamakConfigEntry | None
            entry = self._hass.config_entries.async_get_entry(entry_id)
            if entry is None or entry.state is not ConfigEntryState.LOADED:
                yield None
                continue
            data = entry.runtime_data
            left_out = people.left_out.get(entry_id, ())
            for saved in data.address_book.chosen(subentry_ids, left_out):
                state = data.ledger.outgoing.last_state(saved.numbers)
                yield state.delivery if state else None
