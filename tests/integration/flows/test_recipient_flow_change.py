"""Changing people, and adding them while the account is away or has just been set up."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
    FlowType,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from simulator.faults import ServerError
from tests.integration.conftest import LINE, MINA, OMID, SARA
from tests.integration.story.forms import let_pass, shown, take_calls
from tests.integration.story.people import (
    add,
    change,
    fill_in,
    notify,
    notify_actions,
    open_form,
    received,
)


async def test_the_form_shows_what_is_saved(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """As a start for the change."""
    form = await open_form(hass, family_home, "subentry-family")
    assert shown(form) == {  # type: ignore[arg-type] # a form like any other
        "name": "خانواده",
        "numbers": [SARA, OMID, MINA],
        "slug": "family",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Sarah"},
        {"name": "SARA"},
        {"numbers": [MINA, "۰۹۱۲۰۰۰۰۰۰۲"]},
        {"slug": "mother"},
        {"name": "مادر", "numbers": [MINA], "slug": "mother"},
    ],
)
async def test_a_change_is_applied_without_asking_the_gateway(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    changes: dict[str, Any],
) -> None:
    """The title goes with the name, and everybody else stays."""
    others = dict(list(family_home.subentries.items())[1:])
    take_calls(gateway)
    await change(hass, family_home, "subentry-sara", **changes)
    assert take_calls(gateway) == []
    sara = family_home.subentries["subentry-sara"]
    expected = {"name": "Sara", "numbers": [SARA], "slug": "sara"} | changes
    if "numbers" in changes:
        expected["numbers"] = [MINA, OMID][: len(changes["numbers"])]
    assert sara.data == expected
    assert sara.title == expected["name"]
    assert dict(list(family_home.subentries.items())[1:]) == others


@pytest.mark.parametrize("subentry_id", ["subentry-sara", "subentry-omid"])
async def test_a_form_that_is_sent_off_as_it_is_changes_nothing(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    subentry_id: str,
) -> None:
    """Somebody's own name and slug are not taken by another."""
    before = family_home.subentries[subentry_id].data
    take_calls(gateway)
    await change(hass, family_home, subentry_id)
    assert family_home.subentries[subentry_id].data == before
    assert take_calls(gateway) == []


@pytest.mark.parametrize(("name", "slug"), [("سارا", "recipient_1"), ("Sara", "sara")])
async def test_a_slug_that_is_left_empty_stays_as_it_was_made(
    hass: HomeAssistant, home: MockConfigEntry, name: str, slug: str
) -> None:
    """Its own action is not in the way."""
    await add(hass, home, name, SARA)
    [subentry_id] = home.subentries
    await change(hass, home, subentry_id, slug="")
    assert home.subentries[subentry_id].data["slug"] == slug


async def test_a_rename_with_the_slug_left_empty_makes_a_new_one(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """So that the action can follow the name."""
    await change(hass, family_home, "subentry-sara", name="Sara Ahmadi", slug="")
    assert family_home.subentries["subentry-sara"].data["slug"] == "sara_ahmadi"
    assert notify_actions(hass) == {
        "payamak",
        "payamak_sara_ahmadi",
        "payamak_omid",
        "payamak_family",
    }


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "اميد"}, {"name": "name_taken"}),
        ({"name": "1"}, {"name": "invalid_name"}),
        ({"numbers": ["0912"]}, {"numbers": "invalid_number"}),
        ({"numbers": []}, {"numbers": "numbers_missing"}),
        ({"slug": "omid"}, {"slug": "slug_taken"}),
        ({"slug": "Sara"}, {"slug": "invalid_slug"}),
    ],
)
async def test_a_change_that_is_wrong_can_be_corrected_and_finished(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    changes: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Until then nothing changes; what was typed is suggested again."""
    before = family_home.subentries["subentry-sara"].data
    take_calls(gateway)
    form = await open_form(hass, family_home, "subentry-sara")
    form = await fill_in(hass, form, **(dict(before) | changes))
    assert (form["step_id"], form["errors"]) == ("reconfigure", errors)
    assert shown(form) == dict(before) | changes  # type: ignore[arg-type] # a form like any other
    assert family_home.subentries["subentry-sara"].data == before
    assert take_calls(gateway) == []
    result = await fill_in(hass, form, **(dict(before) | {"name": "Sarah"}))
    assert result["reason"] == "reconfigure_successful"
    assert family_home.subentries["subentry-sara"].data["name"] == "Sarah"
    assert take_calls(gateway) == []


async def test_a_change_that_is_given_up_disturbs_nothing(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Whoever only looks causes no reload."""
    take_calls(gateway)
    form = await open_form(hass, family_home, "subentry-sara")
    hass.config_entries.subentries.async_abort(form["flow_id"])
    await hass.async_block_till_done()
    assert take_calls(gateway) == []


async def test_who_is_added_while_the_gateway_is_away_is_there_once_it_is_back(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The form needs no gateway."""
    gateway.fault(None, ServerError(), times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await add(hass, entry, "سارا", SARA)
    await add(hass, entry, "امید", OMID)
    [_, omid] = entry.subentries
    await change(hass, entry, omid, name="مینا", numbers=[MINA])
    assert entry.state is ConfigEntryState.SETUP_RETRY
    gateway.clear_faults()
    await let_pass(hass, freezer, timedelta(minutes=2))
    assert entry.state.value == "loaded"
    await notify(hass, target=["سارا", "مینا"])
    await notify(hass, "payamak_recipient_2")
    assert received(gateway) == {SARA: 1, MINA: 2}


async def set_up(
    hass: HomeAssistant, gateway_url: str, **choice: bool
) -> ConfigFlowResult:
    """Set an account up, and give what the set-up ends with."""
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flow.async_configure(
        result["flow_id"],
        {
            "username": "sara",
            "password": "s3cret-word",
            "connection": {"url": gateway_url},
        },
    )
    result = await flow.async_configure(
        result["flow_id"], {"sender": LINE, "notify_action": "payamak", **choice}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result


async def first_form(hass: HomeAssistant, result: ConfigFlowResult) -> dict[str, Any]:
    """Give the form that a set-up goes on to."""
    kind, flow_id = result["next_flow"]
    assert kind is FlowType.CONFIG_SUBENTRIES_FLOW
    # A form is shown again when it is asked for without an answer.
    form = await hass.config_entries.subentries.async_configure(flow_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    return dict(form)


async def test_the_set_up_goes_on_to_the_first_recipient(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """And whoever fills the form in has somebody to send to."""
    account = await set_up(hass, gateway_url)
    form = await first_form(hass, account)
    assert form["handler"] == (account["result"].entry_id, "recipient")
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {"name": "Sara", "numbers": [SARA]}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await notify(hass, "payamak_sara")
    assert received(gateway) == {SARA: 1}


async def test_the_first_recipient_can_be_skipped(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """By a choice that is not stored; the account works all the same."""
    result = await set_up(hass, gateway_url, add_recipient=False)
    assert "next_flow" not in result
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert not entry.subentries
    assert "add_recipient" not in entry.data
    await notify(hass, target=SARA)
    assert received(gateway) == {SARA: 1}
    assert not hass.config_entries.subentries.async_progress()


async def test_the_first_recipients_form_can_be_closed_too(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """The form can be had later."""
    result = await set_up(hass, gateway_url, add_recipient=True)
    form = await first_form(hass, result)
    hass.config_entries.subentries.async_abort(form["flow_id"])
    await hass.async_block_till_done()
    assert result["result"].state is ConfigEntryState.LOADED
    assert not result["result"].subentries
    assert not hass.config_entries.subentries.async_progress()
