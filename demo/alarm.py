"""An alarm that goes on from one person to the next, until somebody answers by SMS that they see to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .alarm_home import SIREN, SMOKE
from .api import Json
from .automations import add_automation
from .home import Language
from .household import (
    EVERYBODY,
    FATHER,
    MOTHER,
    SARA,
    arrival,
    home_household,
    only_arrivals,
)
from .steps import Lines, Stage, StepFailed, eventually, step

_ALERT: Final = "smoke"
_ALARM: Final = "smoke_alarm"
_MINUTES: Final = 0.5
# The operator tries it no longer with a phone that is off.
_VALID_FOR: Final = 1
_UNDELIVERED: Final = 2  # the gateway's own number
_MOTHER_ANSWERS_AFTER: Final = 2
# A text is known to be lost after about ten seconds, and its half minute is not over then.
_SECONDS_UNTIL_LOST: Final = 25


@dataclass(frozen=True)
class AlarmWords:
    """What is said in one language."""

    alias: str
    message: str
    answer: str
    taken: str
    over: str


ALARM_WORDS: Mapping[Language, AlarmWords] = {
    "en": AlarmWords(
        "Smoke alarm",
        "Smoke in the kitchen! Reply ok if you see to it.",
        "ok",
        "Mother has it: Smoke in the kitchen! Reply ok if you se…",
        "The smoke in the kitchen is gone.",
    ),
    "fa": AlarmWords(
        "هشدار دود",
        "دود در آشپزخانه! اگر رسیدگی می‌کنید بنویسید باشه.",
        "باشه",
        "رسیدگی با مادر: دود در آشپزخانه! اگر رسیدگی می‌کنید بنوی…",
        "دود آشپزخانه برطرف شد.",
    ),
}
ALARM_TEXTS: Final = tuple(
    text
    for words in ALARM_WORDS.values()
    for text in (words.message, words.taken, words.over)
)


@step("An alarm goes on until somebody answers", seconds=90)
async def raise_alarm(stage: Stage) -> Lines:
    """Let the first not be reached, see the next one told at once, and the siren stop as she answers."""
    words, gateway = ALARM_WORDS[stage.language], stage.gateway
    mother, sara, _ = home_household(stage)
    await add_automation(
        stage.home_assistant, _ALARM, _automation(words, [sara.name], [mother.name])
    )
    await gateway.give_up_after(_VALID_FOR)
    await gateway.let_answer(
        MOTHER, words.answer, after=_MOTHER_ANSWERS_AFTER, contains=words.message
    )
    await gateway.switch_phone(SARA, on=False)
    await _switch_smoke(stage, on=True)
    shown = [
        f"{SMOKE}: on  action: payamak.raise_alert",
        await _siren_is(stage, "on"),
        f"  phone {SARA} ({sara.name}) is off",
    ]
    await arrival(stage, FATHER, words.message, seconds=_SECONDS_UNTIL_LOST)
    await only_arrivals(stage, EVERYBODY, words.message, among=EVERYBODY)
    if (lost := await arrival(stage, SARA, words.message)).status != _UNDELIVERED:
        raise StepFailed(f"The SMS to the phone that is off has status {lost.status}.")
    shown += [
        "  her SMS comes back as undelivered, and it is the turn of the next",
        f"  phones {MOTHER}, {FATHER} got: {words.message}",
    ]
    shown.append(await _event_is(stage, "acknowledged", mother.name))
    shown.append(f"  phone {MOTHER} ({mother.name}) answered: {words.answer}")
    shown.append(await _siren_is(stage, "off"))
    await only_arrivals(stage, [SARA, FATHER], words.taken, among=EVERYBODY)
    shown.append(f"  phones {SARA}, {FATHER} got: {words.taken}")
    await gateway.switch_phone(SARA, on=True)
    await _switch_smoke(stage, on=False)
    shown.append(await _event_is(stage, "resolved", mother.name))
    await only_arrivals(stage, EVERYBODY, words.over, among=EVERYBODY)
    shown.append(f"  phones {', '.join(EVERYBODY)} got: {words.over}")
    return shown


ALARM_STORY = (raise_alarm,)


async def _switch_smoke(stage: Stage, *, on: bool) -> None:
    action = f"input_boolean.turn_{'on' if on else 'off'}"
    await stage.home_assistant.act(action, {"entity_id": SMOKE})


async def _siren_is(stage: Stage, expected: str) -> str:
    async def look() -> bool | None:
        return await stage.home_assistant.state(SIREN) == expected or None

    await eventually(look, seconds=10, otherwise=f"{SIREN} is not {expected}.")
    return f"{SIREN}: {expected}"


async def _event_is(stage: Stage, kind: str, name: str) -> str:
    """Wait until the alert's event says so; from then on nothing is open any more."""
    entity_id = stage.entity_id("alert")
    expected = (_ALERT, kind, name)

    async def look() -> bool | None:
        state: Json = await stage.home_assistant.request(
            "GET", f"/api/states/{entity_id}"
        )
        shown = state["attributes"]
        said = tuple(map(shown.get, ("alert_id", "event_type", "name")))
        return said == expected or None

    await eventually(
        look, seconds=20, otherwise=f"{entity_id} does not show {expected}."
    )
    left = stage.entity_id("open_alerts")
    if (state := await stage.home_assistant.state(left)) != "0":
        raise StepFailed(f"{left} shows {state}.")
    return f"{entity_id}: {kind}  name: {name}  {left}: 0"


def _automation(words: AlarmWords, first: list[str], then: list[str]) -> Json:
    siren = {"target": {"entity_id": SIREN}}
    silence = {"action": "input_boolean.turn_off", **siren}
    return {
        "alias": words.alias,
        "triggers": [
            {"trigger": "state", "entity_id": SMOKE, "to": "on", "id": "smoke"},
            {"trigger": "state", "entity_id": SMOKE, "to": "off", "id": "over"},
            {
                "trigger": "payamak.alert_acknowledged",
                "options": {"alert_id": _ALERT},
                "id": "somebody has it",
            },
        ],
        "actions": [
            {
                "choose": [
                    {
                        "conditions": {"condition": "trigger", "id": "smoke"},
                        "sequence": [
                            {"action": "input_boolean.turn_on", **siren},
                            {
                                "action": "payamak.raise_alert",
                                "data": {
                                    "alert_id": _ALERT,
                                    "message": words.message,
                                    "steps": [
                                        {"recipients": first, "minutes": _MINUTES},
                                        {
                                            "recipients": [*then, FATHER],
                                            "minutes": _MINUTES,
                                        },
                                    ],
                                    "resolved_message": words.over,
                                },
                            },
                        ],
                    },
                    {
                        "conditions": {"condition": "trigger", "id": "over"},
                        "sequence": [
                            silence,
                            {
                                "action": "payamak.resolve_alert",
                                "data": {"alert_id": _ALERT},
                            },
                        ],
                    },
                ],
                "default": [silence],
            }
        ],
        "mode": "queued",
    }
