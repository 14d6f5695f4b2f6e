"""Adding people: names, numbers, and the Latin part of their action."""

from unittest.mock import ANY

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import PAGES
from simulator import Gateway
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.forms import fields, shown, take_calls
from tests.integration.story.people import (
    add,
    fill_in,
    notify,
    notify_actions,
    open_form,
    received,
)


async def test_a_recipient_is_reached_by_name_as_soon_as_they_are_added(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """With an action, an entity, and one reload; no restart is needed."""
    take_calls(gateway)
    assert await add(hass, home, "Sara", SARA) == {
        "name": "Sara",
        "numbers": [SARA],
        "slug": "sara",
    }
    assert take_calls(gateway) == []
    assert notify_actions(hass) == {"payamak", "payamak_sara"}
    assert hass.states.get("notify.payamak_sara")
    await notify(hass, target="Sara")
    assert received(gateway) == {SARA: 1}


async def test_the_form_asks_for_name_numbers_and_slug(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Numbers are a list, and all but these and the name may be left out."""
    form = await open_form(hass, home)
    kinds = {}
    for name, (marker, kind) in fields(form).items():  # type: ignore[arg-type] # a form like any other
        kinds[name] = (type(marker).__name__, kind.selector_type, dict(kind.config))
    assert kinds == {
        "name": ("Required", "text", ANY),
        "numbers": ("Required", "text", {"multiple": True, "multiline": False}),
        "slug": ("Optional", "text", ANY),
        "quiet_from": ("Optional", "time", {}),
        "quiet_to": ("Optional", "time", {}),
        "hourly_limit": (
            "Optional",
            "number",
            {"min": 1, "max": 60, "step": 1, "mode": "box"},
        ),
    }
    assert form["description_placeholders"] == {"action": "payamak", "pages": PAGES}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Sara", "Sara"),
        ("  Sara  ", "Sara"),
        ("\tمادربزرگ\n ", "مادربزرگ"),
        ("علی‌رضا", "علی‌رضا"),
        ("Sara 2", "Sara 2"),
        ("طبقهٔ ۲", "طبقهٔ ۲"),
        ("Mom & Dad (home)", "Mom & Dad (home)"),
        ("سارا ❤️", "سارا ❤️"),
    ],
)
async def test_a_name_is_kept_as_written_without_space_around_it(
    hass: HomeAssistant, home: MockConfigEntry, typed: str, name: str
) -> None:
    """Any script will do."""
    assert (await add(hass, home, typed, SARA))["name"] == name


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ([SARA], [SARA]),
        ([SARA, OMID], [SARA, OMID]),
        ([OMID, SARA], [OMID, SARA]),
        (["۰۹۱۲۰۰۰۰۰۰۱"], [SARA]),
        (["٠٩١٢٠٠٠٠٠٠١"], [SARA]),
        (["+98 912 000 0001"], [SARA]),
        (["0098-912-000-0001", "9120000002"], [SARA, OMID]),
        (["\u202a+989120000001\u202c"], [SARA]),
        ([f"{SARA}, {OMID}"], [SARA, OMID]),
        ([f"{SARA}؛ {OMID}،{MINA}"], [SARA, OMID, MINA]),
        ([f"{SARA};{OMID}\n{MINA}"], [SARA, OMID, MINA]),
        ([f"{SARA},", "", " ", f" {OMID} "], [SARA, OMID]),
        ([SARA, "۰۹۱۲ ۰۰۰ ۰۰۰۱", f"+98{SARA[1:]},{OMID}"], [SARA, OMID]),
    ],
)
async def test_numbers_are_understood_as_people_write_them_and_saved_once_each(
    hass: HomeAssistant, home: MockConfigEntry, typed: list[str], numbers: list[str]
) -> None:
    """In their order, all in one spelling."""
    assert (await add(hass, home, "Sara", *typed))["numbers"] == numbers


async def test_the_same_number_may_belong_to_several_names(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """Somebody is a person and a part of the family."""
    await add(hass, home, "Sara", SARA)
    await add(hass, home, "Family", SARA, OMID)
    await notify(hass, "payamak_sara")
    await notify(hass, "payamak_family")
    assert received(gateway) == {SARA: 2, OMID: 1}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Sara", "sara"),
        ("Sara Ahmadi", "sara_ahmadi"),
        ("  SARA   Ahmadi ", "sara_ahmadi"),
        ("José Núñez", "jose_nunez"),
        ("Jose\u0301", "jose"),
        ("Ömer Çelik", "omer_celik"),
        ("Straße", "strasse"),
        ("Dad's phone", "dad_s_phone"),
        ("Ali-Reza", "ali_reza"),
        ("Sara ۲", "sara_2"),
        ("Sara ❤️", "sara"),
        ("سارا", "recipient_1"),
        ("Sara سارا", "recipient_1"),
        ("Σωκράτης", "recipient_1"),
        ("ᴴ", "recipient_1"),
    ],
)
async def test_a_slug_is_made_of_a_latin_name_and_counted_for_any_other(
    hass: HomeAssistant, home: MockConfigEntry, name: str, slug: str
) -> None:
    """A transliteration like mmn for مامان would say nothing."""
    assert (await add(hass, home, name, SARA))["slug"] == slug
    assert hass.services.has_service("notify", f"payamak_{slug}")


@pytest.mark.parametrize("left_empty", [{}, {"slug": ""}, {"slug": "  "}])
async def test_slugs_of_persian_names_count_up(
    hass: HomeAssistant, home: MockConfigEntry, left_empty: dict[str, str]
) -> None:
    """Each name has an action of its own."""
    slugs = [
        (await add(hass, home, name, SARA, **left_empty))["slug"]
        for name in ("سارا", "امید", "مینا")
    ]
    assert slugs == ["recipient_1", "recipient_2", "recipient_3"]


async def test_a_made_slug_evades_what_is_taken(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Neither another recipient's nor another integration's action is in the way."""
    hass.services.async_register("notify", "payamak_recipient_2", lambda call: None)
    assert (await add(hass, home, "مینا", MINA, slug="recipient_1"))["slug"]
    assert (await add(hass, home, "امید", OMID))["slug"] == "recipient_3"


async def test_a_latin_slug_evades_what_is_taken_too(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Whoever left the field empty is not told that it is wrong."""
    hass.services.async_register("notify", "payamak_sara_2", lambda call: None)
    names = ("Sara", "Sará", "Sara!")
    slugs = [(await add(hass, home, name, SARA))["slug"] for name in names]
    assert slugs == ["sara", "sara_3", "sara_4"]


async def test_a_slug_may_be_chosen(hass: HomeAssistant, home: MockConfigEntry) -> None:
    """Space around it doesn't count."""
    assert (await add(hass, home, "مادر", SARA, slug=" mother "))["slug"] == "mother"
    assert hass.services.has_service("notify", "payamak_mother")


async def test_a_form_that_is_closed_changes_nothing(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """Nobody is added, and the account is not reloaded."""
    take_calls(gateway)
    form = await open_form(hass, home)
    hass.config_entries.subentries.async_abort(form["flow_id"])
    await hass.async_block_till_done()
    assert not home.subentries
    assert take_calls(gateway) == []


async def test_two_forms_open_at_once_can_not_take_the_same_name(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """The second is checked against what is saved by then."""
    forms = [await open_form(hass, home), await open_form(hass, home)]
    await fill_in(hass, forms[0], name="Sara", numbers=[SARA], slug="s")
    result = await fill_in(hass, forms[1], name="sara", numbers=[OMID], slug="s")
    assert result["errors"] == {"name": "name_taken", "slug": "slug_taken"}
    result = await fill_in(hass, forms[1], name="Omid", numbers=[OMID])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert notify_actions(hass) == {"payamak", "payamak_s", "payamak_omid"}


async def test_what_was_typed_is_suggested_again(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Nobody types a number twice for a mistake in the name."""
    form = await open_form(hass, home)
    assert shown(form) == {"numbers": [""]}  # type: ignore[arg-type] # a form like any other
    typed = {"name": "09", "numbers": ["۰۹۱۲", OMID], "slug": "Ö"}
    result = await fill_in(hass, form, **typed)
    assert shown(result) == typed  # type: ignore[arg-type] # likewise
