"""What can't be a recipient is explained at its field, and can be corrected in the form."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import PAGES
from simulator import Gateway
from tests.integration.conftest import MINA, SARA
from tests.integration.story.forms import take_calls
from tests.integration.story.people import (
    add,
    fill_in,
    notify_actions,
    open_form,
    second_account,
)


async def refused(
    hass: HomeAssistant, entry: MockConfigEntry, **typed: Any
) -> dict[str, str]:
    """Fill the form of a new recipient in wrongly, then rightly; give the errors."""
    form = await open_form(hass, entry)
    before = dict(entry.subentries)
    form = await fill_in(hass, form, **({"name": "Neda", "numbers": [MINA]} | typed))
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    assert entry.subentries == before
    errors = form["errors"]
    assert errors
    result = await fill_in(hass, form, name="Neda", numbers=[MINA])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(entry.subentries) == len(before) + 1
    return errors


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "123",
        "۱۲۳",
        "!?",
        "❤️",
        "ـ",
        "\u200c",
        "Sara, Omid",
        "سارا، امید",
        "سارا؛ امید",
        "Sara; Omid",
        "Sara\nOmid",
    ],
)
async def test_a_name_that_would_be_taken_for_a_list_or_nothing_is_refused(
    hass: HomeAssistant, home: MockConfigEntry, name: str
) -> None:
    """It could never be reached by it."""
    assert await refused(hass, home, name=name) == {"name": "invalid_name"}


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ("Sara", "Sara"),
        ("Sara", " sARA "),
        ("Sara Ahmadi", "sara   ahmadi"),
        ("یک", "يك"),
        ("يكي", "یکی"),
        ("علی‌رضا", "علیرضا"),
        ("طبقهٔ ۲", "طبقه 2"),
        ("José", "Jose\u0301"),
        ("Straße", "STRASSE"),
    ],
)
async def test_a_name_is_taken_however_it_is_typed(
    hass: HomeAssistant, home: MockConfigEntry, taken: str, name: str
) -> None:
    """Case, digits and Arabic or Persian letters make no other person."""
    await add(hass, home, taken, SARA)
    assert await refused(hass, home, name=name) == {"name": "name_taken"}


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        (["0912"], "0912"),
        ([SARA, "۰۹۱۲۰۰۰۰۰۰"], "…۰۰۰۰"),
        ([f"{SARA}, 02188776655"], "…6655"),
        (["Sara"], "Sara"),
        ([f"{SARA}9"], "…0019"),
        ([f"{SARA} {MINA}"], "…0003"),
    ],
)
async def test_an_invalid_number_is_named_masked(
    hass: HomeAssistant, home: MockConfigEntry, numbers: list[str], named: str
) -> None:
    """It may nearly be somebody's."""
    form = await open_form(hass, home)
    form = await fill_in(hass, form, name="Sara", numbers=numbers)
    assert form["errors"] == {"numbers": "invalid_number"}
    assert form["description_placeholders"] == {
        "action": "payamak",
        "pages": PAGES,
        "number": named,
    }
    result = await fill_in(hass, form, name="Sara", numbers=[SARA])
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("numbers", [[], [""], [" ,؛ ", "\n"]])
async def test_a_recipient_needs_a_number(
    hass: HomeAssistant, home: MockConfigEntry, numbers: list[str]
) -> None:
    """A name alone reaches nobody."""
    assert await refused(hass, home, numbers=numbers) == {"numbers": "numbers_missing"}


@pytest.mark.parametrize(
    "slug",
    ["Sara", "sara ahmadi", "سارا", "sara-1", "_sara", "sara_", "a__b", "é", "!"],
)
async def test_a_slug_that_can_not_be_part_of_an_action_is_refused(
    hass: HomeAssistant, home: MockConfigEntry, slug: str
) -> None:
    """Nothing the user typed is changed behind their back."""
    assert await refused(hass, home, slug=slug) == {"slug": "invalid_slug"}


async def test_a_slug_of_another_recipient_is_refused(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Each has an action of their own."""
    await add(hass, home, "Sara", SARA, slug="mother")
    assert await refused(hass, home, slug="mother") == {"slug": "slug_taken"}


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize("slug", ["sara", "sara_ali"])
async def test_a_slug_that_makes_another_accounts_action_is_refused(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
    loaded: bool,
    slug: str,
) -> None:
    """Loaded or not: its action comes back with it."""
    second = second_account(gateway, gateway_url, notify_action="payamak_sara")
    second.add_to_hass(hass)
    if loaded:
        assert await hass.config_entries.async_setup(second.entry_id)
    assert await refused(hass, home, slug=slug) == {"slug": "slug_taken"}


async def test_a_slug_that_makes_another_integrations_action_is_refused(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """It stays what it was."""
    calls: list[object] = []
    hass.services.async_register("notify", "payamak_tablet", calls.append)
    assert await refused(hass, home, slug="tablet") == {"slug": "slug_taken"}
    await hass.services.async_call(
        "notify", "payamak_tablet", {"message": "a"}, blocking=True
    )
    assert len(calls) == 1


@pytest.mark.parametrize(
    "name", [SARA, "+98 912 000 0001", "Sara 09120000001", "سارا ۰۹۱۲۰", "S1a2r3a45"]
)
async def test_a_name_with_a_number_in_it_is_refused(
    hass: HomeAssistant, home: MockConfigEntry, name: str
) -> None:
    """Names are shown in logs and errors."""
    form = await open_form(hass, home)
    form = await fill_in(hass, form, name=name, numbers=[SARA])
    assert form["errors"] == {"name": "number_in_name"}


async def test_nobody_can_be_called_like_everybody(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """The entity that reaches all has that name."""
    form = await open_form(hass, home)
    form = await fill_in(
        hass, form, name="Everybody", numbers=[SARA], slug="all_recipients"
    )
    assert form["errors"] == {"slug": "slug_taken"}


async def test_all_that_is_wrong_is_said_at_once(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """And nothing is reloaded until it is right."""
    take_calls(gateway)
    form = await open_form(hass, home)
    form = await fill_in(hass, form, name="1", numbers=["1"], slug="1 ")
    assert form["errors"] == {"name": "invalid_name", "numbers": "invalid_number"}
    form = await fill_in(hass, form, name="1", numbers=[], slug="É")
    assert form["errors"] == {
        "name": "invalid_name",
        "numbers": "numbers_missing",
        "slug": "invalid_slug",
    }
    assert take_calls(gateway) == []
    await fill_in(hass, form, name="Sara", numbers=[SARA], slug="1")
    assert take_calls(gateway) == []
    assert notify_actions(hass) == {"payamak", "payamak_1"}
