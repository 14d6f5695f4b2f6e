"""What the user interface says in a language: Home Assistant's own words and the integration's."""

from importlib.resources import files
import json
from pathlib import Path
import re

from demo.api import Json
from demo.home import INTEGRATION, Language

# The title of the first account, in every language.
ACCOUNT_TITLE = "Payamak"

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Words:
    """The words of one language, by their keys."""

    def __init__(self, language: Language) -> None:
        """Read the installed frontend's translations and the integration's."""
        self.language = language
        self._frontend = _frontend_words(language)
        self._payamak = _translations(INTEGRATION, language)
        self.name: str = self._payamak["title"]
        manifest = json.loads((INTEGRATION / "manifest.json").read_text("utf-8"))
        # The list of integrations to add shows this name in every language.
        self.name_to_add: str = manifest["name"]

    def frontend(self, key: str) -> str:
        """Return words of Home Assistant, e.g. `ui.panel.config.integrations.add_integration`."""
        return self._frontend[key]

    def payamak(self, key: str, **placeholders: str) -> str:
        """Return words of the integration, e.g. `config.step.user.title`, as they are shown."""
        text = _look_up(self._payamak, key)
        for name, value in placeholders.items():
            text = text.replace(f"{{{name}}}", value)
        # Of a link, its words are shown.
        return re.sub(r"\[(.+?)\]\(\S+?\)", r"\1", text)

    def home_assistant(self, domain: str, key: str) -> str:
        """Return words of an integration of Home Assistant, in English where they are not translated."""
        folder = Path(str(files("homeassistant"))) / "components" / domain
        try:
            return _look_up(_translations(folder, self.language), key)
        except FileNotFoundError, KeyError:
            return _look_up(_translations(folder, "en"), key)

    def form(self, key: str, *fields: str, **placeholders: str) -> list[str]:
        """Return all that a form of the integration says: title, description, and its fields' words."""
        return [
            self.payamak(f"{key}.title"),
            self.payamak(f"{key}.description", **placeholders),
            *(
                self.payamak(f"{key}.{kind}.{field}", **placeholders)
                for field in fields
                for kind in ("data", "data_description")
            ),
        ]

    def action(self, action: str) -> list[str]:
        """Return all that the form of an action says."""
        return _all_of(self._payamak["services"][action])

    def trigger(self, trigger: str) -> list[str]:
        """Return all that the form of a trigger says."""
        return _all_of(self._payamak["triggers"][trigger])

    def condition(self, condition: str) -> list[str]:
        """Return all that the form of a condition says."""
        return _all_of(self._payamak["conditions"][condition])


def _all_of(found: Json) -> list[str]:
    """Return name and description, and those of the fields."""
    return [
        found["name"],
        found["description"],
        *(
            text
            for field in found["fields"].values()
            for text in (field["name"], field["description"])
        ),
    ]


def as_typed(number: str, words: Words) -> str:
    """Return a number as a Persian keyboard writes it, for a Persian user."""
    return number.translate(_PERSIAN_DIGITS) if words.language == "fa" else number


def _translations(folder: Path, language: str) -> Json:
    """Read the words of an integration."""
    words: Json = json.loads(
        (folder / "translations" / f"{language}.json").read_text("utf-8")
    )
    return words


def _look_up(words: Json, key: str) -> str:
    """Follow a key with dots to its words."""
    found = words
    for part in key.split("."):
        found = found[part]
    return str(found)


def _frontend_words(language: Language) -> dict[str, str]:
    """Read the files that the frontend loads for a language, page by page."""
    folder = Path(str(files("hass_frontend"))) / "static" / "translations"
    name = re.compile(rf"{language}-[0-9a-f]{{32}}\.json")
    words: dict[str, str] = {}
    for path in folder.rglob("*.json"):
        if name.fullmatch(path.name):
            words |= json.loads(path.read_text("utf-8"))
    return words
