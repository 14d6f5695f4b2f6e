"""The blueprints: complete, importable, and described wherever a user meets them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import Blueprint
from homeassistant.components.blueprint.importer import fetch_blueprint_from_url
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.payamak.const import DOCUMENTATION
from custom_components.payamak.gateway import fold

from .pages import DOCS
from .sources import REPOSITORY, read_json

_FOLDER = REPOSITORY / "blueprints/automation/payamak"
_PATHS = sorted(_FOLDER.iterdir())
# What a keyboard may do to a letter, a digit or the space around it.
_ODD_CHARACTERS = [
    *"يىكةۀ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩ABZ",
    *"\xad\u061c\u0640\u064b\u0652\u065f\u0670\u200b\u200c\u200d\u200e\u200f",
    *"\u202a\u202e\u2060\u2066\u2069\ufe00\ufe0f\ufeff",
]

every_blueprint = pytest.mark.parametrize("path", _PATHS, ids=lambda path: path.stem)


def _load(path: Path) -> Blueprint:
    """Load a blueprint as the automation integration does; what is wrong with it raises."""
    content = parse_yaml(path.read_text())
    assert isinstance(content, dict)
    return Blueprint(
        content, expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )


def _source_url(path: Path) -> str:
    return f"{DOCUMENTATION}/blob/main/{path.relative_to(REPOSITORY)}"


def _sections(blueprint: Blueprint) -> Iterator[dict[str, Any]]:
    yield from blueprint.metadata["input"].values()


def test_there_are_the_eight_blueprints_in_two_languages() -> None:
    """And nothing else lies in their folder."""
    assert [path.name for path in _PATHS] == [
        f"{name}{language}.yaml"
        for name in (
            "alarm_with_escalation",
            "alert_until_delivered",
            "assist_by_sms",
            "calendar_reminder",
            "command_by_sms",
            "low_credit",
            "nothing_heard",
            "sms_menu",
        )
        for language in ("", "_fa")
    ]


@every_blueprint
def test_a_blueprint_says_what_it_is(path: Path) -> None:
    """By a name that stands beside the others in the list, and that tells the languages apart."""
    blueprint = _load(path)
    metadata = blueprint.metadata
    assert metadata["name"].startswith(
        "پیامک: " if path.stem.endswith("_fa") else "Payamak: "
    )
    assert metadata["description"].endswith(".")
    assert metadata["author"] == "Payamak"
    assert metadata["source_url"] == _source_url(path)
    assert blueprint.validate() is None


@every_blueprint
def test_a_blueprint_runs_where_the_integration_does(path: Path) -> None:
    """Neither promises more than the other."""
    lowest = read_json(REPOSITORY / "hacs.json")["homeassistant"]
    assert _load(path).metadata["homeassistant"] == {"min_version": lowest}


@every_blueprint
def test_every_input_stands_in_a_section_and_is_described(path: Path) -> None:
    """With a selector, so that nobody has to write YAML."""
    for section in _sections(_load(path)):
        assert section["name"]
        assert section["icon"].startswith("mdi:")
        for each in section["input"].values():
            assert each["name"]
            assert each["description"].endswith((".", "؟"))
            assert len(each["selector"]) == 1


@every_blueprint
def test_what_a_closed_section_hides_can_be_left_alone(path: Path) -> None:
    """An input that must be filled in would not be found there."""
    hidden = [
        each
        for section in _sections(_load(path))
        if section.get("collapsed")
        for each in section["input"].values()
    ]
    assert hidden
    assert all("default" in each for each in hidden)


@pytest.mark.parametrize(
    ("name", "switch"),
    [
        ("command_by_sms", "without_pin"),
        ("sms_menu", "without_pin"),
        ("sms_menu", "answer_unknown"),
    ],
)
def test_what_is_a_risk_is_off_unless_it_is_wanted(name: str, switch: str) -> None:
    """Commands without a PIN, and answers that two machines may give each other."""
    assert _load(_FOLDER / f"{name}.yaml").inputs[switch]["default"] is False


def test_nobody_is_asked_without_a_pin_unless_it_is_wanted() -> None:
    """The second agent is chosen, never found."""
    inputs = _load(_FOLDER / "assist_by_sms.yaml").inputs
    assert inputs["question_agent"]["default"] == ""
    assert "default" not in inputs["agent"]


@every_blueprint
def test_every_input_is_used(path: Path) -> None:
    """What is asked must matter."""
    text = path.read_text()
    for name in _load(path).inputs:
        assert f"!input {name}\n" in text, name


@pytest.fixture
def _github(aioclient_mock: Any) -> None:
    """Let GitHub have the blueprints where their addresses say."""
    for path in _PATHS:
        aioclient_mock.get(
            _source_url(path).replace(
                "https://github.com/payamak-ha/payamak/blob/",
                "https://raw.githubusercontent.com/payamak-ha/payamak/",
            ),
            text=path.read_text(),
        )


@every_blueprint
@pytest.mark.usefixtures("_github")
async def test_a_blueprint_can_be_imported_from_github(
    hass: HomeAssistant, path: Path
) -> None:
    """By the address that it gives, and what Home Assistant saves then says the same."""
    imported = await fetch_blueprint_from_url(hass, _source_url(path))
    assert imported.suggested_filename == f"payamak-ha/{path.stem}"
    assert imported.blueprint.data == _load(path).data
    assert parse_yaml(imported.blueprint.yaml()) == _load(path).data


@every_blueprint
def test_the_page_of_the_blueprints_leads_to_the_import(path: Path) -> None:
    """With one click, in the reader's language."""
    language = "fa" if path.stem.endswith("_fa") else "en"
    link = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
    address = quote(_source_url(path), safe="")
    assert f"({link}{address})" in (DOCS / language / "blueprints.md").read_text()


@pytest.mark.parametrize(
    ("name", "variable"), [("command_by_sms", "commanded"), ("sms_menu", "choice")]
)
@pytest.mark.parametrize("odd", _ODD_CHARACTERS, ids=ascii)
async def test_a_blueprint_compares_texts_as_the_integration_does(
    hass: HomeAssistant, name: str, variable: str, odd: str
) -> None:
    """How a letter was typed falls away in both, or in neither."""
    template = _load(_FOLDER / f"{name}.yaml").data["variables"][variable]
    typed, meant = f"ب{odd}ج", fold(f"ب{odd}ج")
    assert typed != meant
    assert Template(template, hass).async_render(
        {
            "keyword": typed,
            "written": [typed],
            "pin": "",
            "without_pin": True,
            "answer_unknown": False,
            "trigger": {"text": meant},
        }
    )


@pytest.mark.parametrize("odd", _ODD_CHARACTERS, ids=ascii)
async def test_assist_compares_the_pin_as_the_integration_does(
    hass: HomeAssistant, odd: str
) -> None:
    """And leaves the other words as they were typed."""
    template = _load(_FOLDER / "assist_by_sms.yaml").data["variables"]["heard"]
    typed, meant = f"ب{odd}ج", fold(f"ب{odd}ج")
    for pin, written in ((typed, meant), (meant, typed)):
        variables = {
            "pin": pin,
            "question_agent": "",
            "quiet": True,
            "trigger": {"text": f"چراغ‌ها كو؟ {written}"},
        }
        heard = Template(template, hass).async_render(variables)
        assert heard == {"text": "چراغ‌ها كو؟", "with_pin": True}
