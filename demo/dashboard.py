"""The demo's dashboard: the account's entities as they are found, and a form to send an SMS with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .alarm_home import alarm_cards
from .api import HomeAssistant, Json
from .home import Language

URL_PATH = "payamak-demo"

_TEXT = "input_text.sms_text"
_RECIPIENT = "input_text.sms_recipient"
_SCRIPT = "script.send_demo_sms"

# What is most worth seeing first, by its key, then by its kind; what is not listed here follows in alphabetical order.
_KINDS = ("sensor", "binary_sensor", "event", "notify")
_KEYS = ("credit", "base_price", "balance", "low_credit", "outbox", "gateway")
# Whether the gateway is there says why the outbox fills: the two are shown side by side.
_NEVER_ASIDE = ("gateway",)

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Payamak",
        "account": "SMS account",
        "diagnostic": "Diagnostics",
        "credit": "Credit",
        "credit_over_time": "Credit over time",
        "send": "Send an SMS",
        "text": "Text",
        "recipient": "Recipient",
        "recipients": "Recipients",
        "button": "Send",
        "script": "Send the SMS of the demo",
        "sample": "Water in the cellar",
        "how": (
            "Every automation can do the same: call the action **`{action}`** with a `message` and,"
            " as its `target`, a number like `{number}`.\n\n"
            "No SMS leaves this computer: see what arrives on"
            " [the phones of the stand-in gateway]({phones})."
        ),
    },
    "fa": {
        "title": "پیامک",
        "account": "حساب پیامک",
        "diagnostic": "عیب‌یابی",
        "credit": "اعتبار",
        "credit_over_time": "اعتبار در گذر زمان",
        "send": "ارسال پیامک",
        "text": "متن",
        "recipient": "گیرنده",
        "recipients": "گیرنده‌ها",
        "button": "ارسال",
        "script": "ارسال پیامک نمونه",
        "sample": "آب در زیرزمین",
        "how": (
            "هر اتوماسیونی هم می‌تواند همین کار را بکند: اقدام **`{action}`** را با یک `message`"
            " و شماره‌ای مانند `{number}` به عنوان `target` فرا بخواند.\n\n"
            "هیچ پیامکی از این رایانه بیرون نمی‌رود: آنچه می‌رسد در"
            " [گوشی‌های سامانهٔ آزمایشی]({phones}) دیده می‌شود."
        ),
    },
}


@dataclass(frozen=True)
class Entity:
    """What the dashboard needs to know of an entity."""

    entity_id: str
    key: str
    diagnostic: bool
    of_account: bool = (
        True  # and not of something below it, which has a name of its own
    )

    @property
    def kind(self) -> str:
        """The platform it belongs to, e.g. `sensor`."""
        return self.entity_id.partition(".")[0]


async def entities_of(home_assistant: HomeAssistant, entry_id: str) -> list[Entity]:
    """Return the account's enabled and visible entities from the registry, the most interesting first."""
    registry: list[Json] = await home_assistant.command("config/entity_registry/list")
    found = [
        Entity(
            entity["entity_id"],
            key := entity["unique_id"].removeprefix(f"{entry_id}_"),
            diagnostic=entity["entity_category"] is not None
            and key not in _NEVER_ASIDE,
            of_account=entity["unique_id"].startswith(f"{entry_id}_"),
        )
        for entity in registry
        if entity["config_entry_id"] == entry_id
        and not entity["disabled_by"]
        and not entity["hidden_by"]
    ]
    return sorted(found, key=_rank)


def sending_helpers(language: Language, *, action: str, number: str) -> dict[str, Json]:
    """Return the text fields of the form and the script behind its button, as configuration files."""
    words = _WORDS[language]
    return {
        "input_text": {
            "sms_text": {
                "name": words["text"],
                "icon": "mdi:message-text-outline",
                "initial": words["sample"],
            },
            "sms_recipient": {
                "name": words["recipient"],
                "icon": "mdi:cellphone",
                "initial": number,
            },
        },
        "scripts": {
            "send_demo_sms": {
                "alias": words["script"],
                "icon": "mdi:send",
                "sequence": [
                    {
                        "action": action,
                        "data": {
                            "message": f"{{{{ states('{_TEXT}') }}}}",
                            "target": f"{{{{ states('{_RECIPIENT}') }}}}",
                        },
                    }
                ],
            }
        },
    }


async def show_dashboard(
    home_assistant: HomeAssistant,
    entities: Iterable[Entity],
    language: Language,
    *,
    action: str,
    number: str,
    phones: str,
) -> None:
    """Create the dashboard and make it what a browser opens with."""
    words = _WORDS[language]
    await home_assistant.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title=words["title"],
        icon="mdi:message-processing",
        mode="storage",
    )
    how = words["how"].format(action=action, number=number, phones=phones)
    await home_assistant.command(
        "lovelace/config/save",
        url_path=URL_PATH,
        config=_dashboard(
            list(entities), words, how=how, alarm=alarm_cards(language, phones=phones)
        ),
    )
    await home_assistant.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )


def _rank(entity: Entity) -> tuple[bool, int, int, str]:
    kind = _KINDS.index(entity.kind) if entity.kind in _KINDS else len(_KINDS)
    key = _KEYS.index(entity.key) if entity.key in _KEYS else len(_KEYS)
    return entity.diagnostic, key, kind, entity.entity_id


def _dashboard(
    entities: list[Entity], words: Mapping[str, str], *, how: str, alarm: list[Json]
) -> Json:
    everyday = [entity for entity in entities if not entity.diagnostic]
    own = _in_pairs([_tile(entity) for entity in everyday if entity.of_account])
    people = _in_pairs([_tile(entity) for entity in everyday if not entity.of_account])
    diagnostic = [_tile(entity) for entity in entities if entity.diagnostic]
    credit = [
        {
            "type": "history-graph",
            "title": words["credit_over_time"],
            "hours_to_show": 0.1,
            "entities": [{"entity": entity.entity_id, "name": words["credit"]}],
        }
        for entity in entities
        if entity.key == "credit"
    ]
    account = [_heading(words["account"], "mdi:sim"), *own, *credit]
    if people:
        account += [
            _heading(words["recipients"], "mdi:account-group", style="subtitle"),
            *people,
        ]
    if diagnostic:
        account += [
            _heading(words["diagnostic"], "mdi:stethoscope", style="subtitle"),
            *diagnostic,
        ]
    press = {"action": "perform-action", "perform_action": _SCRIPT}
    sending: list[Json] = [
        _heading(words["send"], "mdi:send"),
        {"type": "entities", "entities": [{"entity": _TEXT}, {"entity": _RECIPIENT}]},
        {
            "type": "tile",
            "entity": _SCRIPT,
            "name": words["button"],
            "hide_state": True,
            "color": "primary",
            "tap_action": press,
            "icon_tap_action": press,
            "grid_options": {"columns": "full"},
        },
        {"type": "markdown", "content": how},
    ]
    return {
        "views": [
            {
                "title": words["title"],
                "path": "account",
                "type": "sections",
                "max_columns": 2,
                "sections": [
                    {"type": "grid", "cards": account},
                    {"type": "grid", "cards": [*sending, *alarm]},
                ],
            }
        ]
    }


def _heading(text: str, icon: str, *, style: str = "title") -> Json:
    return {"type": "heading", "heading": text, "icon": icon, "heading_style": style}


def _in_pairs(tiles: list[Json]) -> list[Json]:
    """Let the last of an odd number fill its row."""
    if len(tiles) % 2:
        return [*tiles[:-1], {**tiles[-1], "grid_options": {"columns": "full"}}]
    return tiles


def _tile(entity: Entity) -> Json:
    tile = {"type": "tile", "entity": entity.entity_id}
    return tile | {"name": {"type": "entity"}} if entity.of_account else tile
