"""The pages of reference: complete, and nothing in them that there isn't."""

from datetime import UTC, datetime
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.signals import (
    AlertReport,
    DeliveryReport,
    ReceivedSms,
)
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.sending.actions import SMS_FIELDS

from .pages import DOCS, Page, first_cells
from .sources import COMPONENT, LANGUAGES, flat, translations

every_language = pytest.mark.parametrize("language", LANGUAGES)
_SENT_AT = datetime(2026, 11, 24, tzinfo=UTC)


def _page(name: str, language: str) -> Page:
    return Page(DOCS / language / f"{name}.md", language)


def _named(cells: Any) -> set[str]:
    """Return the words in code in the first cells of a table."""
    return {word for cell in cells for word in re.findall(r"`([\w.]+)`", cell)}


@every_language
@pytest.mark.parametrize("action", load_yaml_dict(str(COMPONENT / "services.yaml")))
def test_each_action_has_a_section_with_all_its_fields(
    action: str, language: str
) -> None:
    """And with no other."""
    offered = load_yaml_dict(str(COMPONENT / "services.yaml"))[action]
    section = _page("actions", language).section(f"{DOMAIN}{action}")
    rows = _named(first_cells(section))
    # A target is one row, whatever it is made of.
    assert rows - {"target"} == offered["fields"].keys()
    assert ("target" in rows) == ("target" in offered)


@every_language
def test_the_notify_action_has_a_section_with_all_its_fields(language: str) -> None:
    """Those of Home Assistant, and ours under `data`."""
    section = _page("actions", language).section("notifypayamak")
    assert _named(first_cells(section)) == {
        "message",
        "title",
        "target",
        *(f"data.{field}" for field in SMS_FIELDS),
    }


@every_language
async def test_each_trigger_has_a_section_with_its_options_and_variables(
    language: str,
) -> None:
    """An option that is not described is not found; a variable that isn't there gives an empty text."""
    page = _page("triggers", language)
    received = ReceivedSms(
        entry_id="",
        message_id="",
        sender="",
        name=None,
        line="",
        text="",
        parts=1,
        sent_at=_SENT_AT,
        came_in_at=_SENT_AT,
    )
    delivered = DeliveryReport(
        entry_id="",
        sms_id="",
        message_id=None,
        recipient="",
        name=None,
        state=SmsState.DELIVERED,
        code=None,
        sent_at=_SENT_AT,
    )
    variables = {
        "message_received": {"config_entry_id", *received.as_dict()},
        "message_delivered": {"config_entry_id", "outcome", *delivered.as_dict()},
    }
    variables["delivery_failed"] = variables["message_delivered"]
    alert = AlertReport(entry_id="", event="", alert_id="", name=None, minutes=0)
    for each in ("alert_acknowledged", "alert_unanswered"):
        variables[each] = {"config_entry_id", *alert.as_dict()}
    for trigger, offered in load_yaml_dict(str(COMPONENT / "triggers.yaml")).items():
        [heading] = [
            each for each in page.headings if f"`{DOMAIN}.{trigger}`" in each.text
        ]
        rows = _named(first_cells(page.section(heading.anchor)))
        assert rows - {"target"} == offered["fields"].keys() | variables[trigger]
        assert ("target" in rows) == ("target" in offered)


@every_language
def test_each_condition_is_described(language: str) -> None:
    """In one table, as each of them is short."""
    offered = load_yaml_dict(str(COMPONENT / "conditions.yaml"))
    section = _page("triggers", language).section("conditions")
    assert _named(first_cells(section)) == {f"{DOMAIN}.{name}" for name in offered}
    fields = {field for each in offered.values() for field in each["fields"]}
    assert {field for field in fields if f"`{field}" not in section} == set()


@every_language
def test_each_option_is_described_by_its_name(language: str) -> None:
    """As the form shows it, in the form's order, so that nobody has to guess which one is meant."""
    form = translations(language)["options"]["step"]["init"]
    names = [text for key, text in flat(form) if "data" in key.split(".")]
    assert sorted(_page("options", language).first_cells()) == sorted(names)


@every_language
def test_each_field_of_a_form_is_described_by_its_name(language: str) -> None:
    """Of the forms for the sender line and for a recipient, in their order."""
    texts = translations(language)
    line = texts["config"]["step"]["sender"]["data"]
    section = _page("setting-up", language).section("the-sender-line")
    assert list(first_cells(section)) == list(line.values())
    recipient = texts["config_subentries"]["recipient"]["step"]["user"]["data"]
    section = _page("recipients", language).section("adding-a-recipient")
    assert list(first_cells(section)) == list(recipient.values())


@every_language
async def test_each_entity_is_described(
    hass: HomeAssistant, home: MockConfigEntry, language: str
) -> None:
    """Those of the account, and those of one recipient for all of them."""
    registry = er.async_get(hass)
    entities = {
        entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, home.entry_id)
        if entity.config_subentry_id in (None, "subentry-sara")
    }
    assert _named(_page("entities", language).first_cells()) == entities


@every_language
def test_each_result_is_explained(language: str) -> None:
    """What the event can say, and what the sensor can show."""
    entity = translations(language)["entity"]
    event = entity["event"]["delivery"]["state_attributes"]["event_type"]["state"]
    sensor = entity["sensor"]["last_delivery"]["state"]
    section = _page("delivery", language).section("the-results")
    assert _named(first_cells(section)) == event.keys() | sensor.keys()


def test_the_quality_scale_names_pages_that_there_are() -> None:
    """Its evidence is looked up there."""
    scale = (COMPONENT / "quality_scale.yaml").read_text()
    pages = re.findall(r"\b([\w-]+\.md)", scale)
    assert len(pages) > 10
    assert [
        name
        for name in pages
        if not ((DOCS / "en" / name).exists() or name == "README.md")
    ] == []
