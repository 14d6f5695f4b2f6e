"""The texts that alerts and questions are written with, in Home Assistant's language."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..ledger import AlertPerson
from ..people.address_book import Recipient
from ..sending.bundler import in_digits_of

_LONGEST_EXCERPT: Final = 40
# Where the language has just been changed, its texts may be missing, and no alarm waits for that.
_ENGLISH: Final = {
    "alert_code": 'Reply "ok {code}".',
    "question_code": "Begin your reply with {code}.",
    "alert_taken": "{name} has it: {alert}",
    "alert_taken_at_home": "Somebody at home has it: {alert}",
    "reply_too_late_taken": "{code}: {name} has it already.",
    "reply_too_late": "{code} is closed, your reply came too late.",
}


class Texts:
    """Writes texts."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Write in the language that Home Assistant has at that moment."""
        self._hass = hass

    def with_code(self, text: str, code: int, *, of: str) -> str:
        """Return a text that says which code its answer needs: of an "alert", or of a "question"."""
        return f"{text}\n{self._write(f'{of}_code', code=self._number(code))}"

    def taken(self, message: str, who: AlertPerson | None) -> str:
        """Return what the others are told when somebody has an alert."""
        excerpt = _excerpt(message)
        if not (name := label(who)):
            return self._write("alert_taken_at_home", alert=excerpt)
        return self._write("alert_taken", name=name, alert=excerpt)

    def too_late(self, code: int, who: AlertPerson | None) -> str:
        """Return the answer to a reply with a code of something that is closed."""
        number = self._number(code)
        if not (name := label(who)):
            return self._write("reply_too_late", code=number)
        return self._write("reply_too_late_taken", code=number, name=name)

    def _write(self, key: str, **values: str) -> str:
        language = self._hass.config.language
        texts = async_get_cached_translations(self._hass, language, "common", DOMAIN)
        text = texts.get(f"component.{DOMAIN}.common.{key}", _ENGLISH[key])
        return text.format(**values)

    def _number(self, code: int) -> str:
        return in_digits_of(self._hass.config.language, str(code))


def label(who: AlertPerson | None) -> str:
    """Return the name of somebody, or the last digits of their number; it is empty where nothing is known of them."""
    return Recipient(number=who.number, name=who.name).label if who else ""


def _excerpt(message: str) -> str:
    """Return enough of a message to know which one it is."""
    line = " ".join(message.split())
    if len(line) <= _LONGEST_EXCERPT:
        return line
    return f"{line[:_LONGEST_EXCERPT].rstrip()}…"
