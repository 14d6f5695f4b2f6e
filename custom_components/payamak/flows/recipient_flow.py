"""Adding and changing the people of the household."""

from collections.abc import Mapping
from itertools import chain, count
from typing import Any, Final
import unicodedata

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TimeSelector,
)
from homeassistant.util import slugify
import voluptuous as vol

from ..const import (
    ALL_RECIPIENTS,
    CONF_HOURLY_LIMIT,
    CONF_NAME,
    CONF_NOTIFY_ACTION,
    CONF_NUMBERS,
    CONF_QUIET_FROM,
    CONF_QUIET_TO,
    CONF_SLUG,
    MOST_AN_HOUR,
    PAGES,
)
from ..gateway import fold, mask_number, normalise_number
from ..people.address_book import (
    AddressBook,
    SavedRecipient,
    has_list_separator,
    split_list,
)
from ..sending.notify_action import is_notify_action_free, is_notify_action_name

# A name with a whole number in it would carry the number into logs and errors.
_MOST_DIGITS = 4

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_NUMBERS): TextSelector(TextSelectorConfig(multiple=True)),
        vol.Optional(CONF_SLUG): TextSelector(),
        vol.Optional(CONF_QUIET_FROM): TimeSelector(),
        vol.Optional(CONF_QUIET_TO): TimeSelector(),
        vol.Optional(CONF_HOURLY_LIMIT): NumberSelector(
            NumberSelectorConfig(
                min=1, max=MOST_AN_HOUR, step=1, mode=NumberSelectorMode.BOX
            )
        ),
    }
)

# With a first number to write into, nobody has to press "add" first.
_EMPTY: Final = {CONF_NUMBERS: [""]}


class RecipientFlow(ConfigSubentryFlow):
    """Asks for a name, its numbers, and the name's Latin part of an action."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Add a recipient."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            data, errors, placeholders = self._check(user_input, None)
            if not errors:
                return self.async_create_entry(title=data[CONF_NAME], data=data)
        return self._form("user", user_input or _EMPTY, errors, placeholders)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a recipient; the update listener applies it."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            data, errors, placeholders = self._check(user_input, subentry)
            if not errors:
                self.hass.config_entries.async_update_subentry(
                    self._get_entry(), subentry, title=data[CONF_NAME], data=data
                )
                return self.async_abort(reason="reconfigure_successful")
        return self._form(
            "reconfigure",
            user_input or {**subentry.data, CONF_NAME: subentry.title},
            errors,
            placeholders,
        )

    def _form(
        self,
        step_id: str,
        typed: Mapping[str, Any] | None,
        errors: dict[str, str],
        placeholders: dict[str, str],
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, typed),
            errors=errors,
            description_placeholders={
                "action": self._get_entry().data[CONF_NOTIFY_ACTION],
                "pages": PAGES,
                **placeholders,
            },
        )

    def _check(
        self, user_input: Mapping[str, Any], subentry: ConfigSubentry | None
    ) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
        """Return the recipient's data, what is wrong with them, and words for that."""
        others = [
            each
            for each in AddressBook.of(self._get_entry().subentries).saved
            if subentry is None or each.subentry_id != subentry.subentry_id
        ]
        errors: dict[str, str] = {}
        name = user_input[CONF_NAME].strip()
        if error := _name_error(name, others):
            errors[CONF_NAME] = error
        numbers, invalid = _normalise(user_input[CONF_NUMBERS])
        if invalid:
            errors[CONF_NUMBERS] = "invalid_number"
        elif not numbers:
            errors[CONF_NUMBERS] = "numbers_missing"
        slug = (user_input.get(CONF_SLUG) or "").strip() or self._slug_for(
            name, others, subentry
        )
        if error := self._slug_error(slug, others, subentry):
            errors[CONF_SLUG] = error
        gate, gate_errors = _gate(user_input)
        errors |= gate_errors
        data = {CONF_NAME: name, CONF_NUMBERS: numbers, CONF_SLUG: slug, **gate}
        return data, errors, {"number": invalid or ""}

    def _slug_for(
        self, name: str, others: list[SavedRecipient], subentry: ConfigSubentry | None
    ) -> str:
        """Make a free slug of a Latin name; other scripts don't survive transliteration."""
        if _is_latin_script(name) and is_notify_action_name(slug := slugify(name)):
            slugs = chain([slug], (f"{slug}_{number}" for number in count(2)))
        else:
            slugs = chain(f"recipient_{number}" for number in count(1))
        return next(
            slug for slug in slugs if not self._slug_error(slug, others, subentry)
        )

    def _slug_error(
        self, slug: str, others: list[SavedRecipient], subentry: ConfigSubentry | None
    ) -> str | None:
        """Say what is wrong with a slug, whose action nobody else may have."""
        if not is_notify_action_name(slug):
            return "invalid_slug"
        if slug == ALL_RECIPIENTS or slug in (each.slug for each in others):
            return "slug_taken"
        if subentry and subentry.data[CONF_SLUG] == slug:
            return None
        action = f"{self._get_entry().data[CONF_NOTIFY_ACTION]}_{slug}"
        return None if is_notify_action_free(self.hass, action) else "slug_taken"


def _name_error(name: str, others: list[SavedRecipient]) -> str | None:
    """Say what is wrong with a name; it must not be taken for a number or a list."""
    if sum(char.isdecimal() for char in name) > _MOST_DIGITS:
        return "number_in_name"
    if (
        not any(char.isalpha() for char in name)
        or has_list_separator(name)
        or not fold(name)
    ):
        return "invalid_name"
    if fold(name) in (fold(each.name) for each in others):
        return "name_taken"
    return None


def _gate(user_input: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return when something may be sent to the recipient, and what is wrong with that."""
    gate: dict[str, Any] = {
        key: cv.time(user_input[key]).isoformat()
        for key in (CONF_QUIET_FROM, CONF_QUIET_TO)
        if key in user_input
    }
    errors = {}
    if len(gate) == 1:
        missing = CONF_QUIET_TO if CONF_QUIET_FROM in gate else CONF_QUIET_FROM
        errors[missing] = "quiet_hours_incomplete"
    elif gate and gate[CONF_QUIET_FROM] == gate[CONF_QUIET_TO]:
        errors[CONF_QUIET_TO] = "quiet_hours_empty"
    if CONF_HOURLY_LIMIT in user_input:
        gate[CONF_HOURLY_LIMIT] = int(user_input[CONF_HOURLY_LIMIT])
    return gate, errors


def _normalise(written: object) -> tuple[list[str], str | None]:
    """Return the numbers, each once, and the first that is none, masked."""
    numbers: dict[str, None] = {}
    for item in split_list(written):
        try:
            numbers[normalise_number(item)] = None
        except ValueError:
            return [], mask_number(item)
    return list(numbers), None


def _is_latin_script(name: str) -> bool:
    return all(
        unicodedata.name(char, "").startswith("LATIN ")
        for char in name
        if char.isalpha()
    )
