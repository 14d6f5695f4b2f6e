"""What the alarm of the demo needs in the home: a switch that stands for smoke, a siren, and a place on the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .api import Json
from .home import Language

SMOKE: Final = "input_boolean.kitchen_smoke"
SIREN: Final = "input_boolean.siren"


@dataclass(frozen=True)
class _Words:
    """What the home calls them in one language."""

    title: str
    smoke: str
    siren: str
    how: str


_WORDS: Mapping[Language, _Words] = {
    "en": _Words(
        "An alarm",
        "Smoke in the kitchen",
        "Siren",
        "Switch the smoke on: the siren sounds, and Sara is told. Answer `ok` from"
        " [her phone]({phones}), and it stops.\n\n"
        "Or wait half a minute: then Mother and Father are told, and Mother's phone answers by itself."
        " Switch Sara's phone off before, and they are told as soon as the text has come back, after about"
        " ten seconds. Whoever was told hears who has it. Switch the smoke off again, and the alert is over.",
    ),
    "fa": _Words(
        "یک هشدار",
        "دود در آشپزخانه",
        "آژیر",
        "دود را روشن کنید: آژیر به صدا درمی‌آید و سارا خبردار می‌شود. از [گوشی او]({phones}) پاسخ دهید"
        " «باشه» تا آژیر خاموش شود.\n\n"
        "یا نیم دقیقه صبر کنید: مادر و پدر خبردار می‌شوند و گوشی مادر خودش پاسخ می‌دهد."
        " اگر پیش از آن گوشی سارا را خاموش کنید، همین که نرسیدن پیامک معلوم شود (حدود ده ثانیه)"
        " نوبت آن‌هاست. به کسانی که خبردار شده‌اند گفته می‌شود چه کسی رسیدگی می‌کند."
        " دود را خاموش کنید تا هشدار تمام شود.",
    ),
}


def alarm_helpers(language: Language) -> dict[str, Json]:
    """Return the two switches as a configuration file."""
    words = _WORDS[language]
    return {
        "input_boolean": {
            "kitchen_smoke": {
                "name": words.smoke,
                "icon": "mdi:smoke-detector-variant-alert",
                "initial": False,
            },
            "siren": {"name": words.siren, "icon": "mdi:bullhorn", "initial": False},
        }
    }


def alarm_cards(language: Language, *, phones: str) -> list[Json]:
    """Return the cards of the dashboard."""
    words = _WORDS[language]
    return [
        {
            "type": "heading",
            "heading": words.title,
            "icon": "mdi:alarm-light",
            "heading_style": "title",
        },
        *(
            {
                "type": "tile",
                "entity": entity,
                "color": "red",
                "tap_action": {"action": "toggle"},
                "grid_options": {"columns": "full"},
            }
            for entity in (SMOKE, SIREN)
        ),
        {"type": "markdown", "content": words.how.format(phones=phones)},
    ]
