"""SMS both ways: a command comes in, and an automation answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .api import Json
from .automations import add_automation
from .flows import set_options
from .home import Language
from .household import MOTHER, NEIGHBOUR, arrival, home_household
from .steps import Lines, Stage, StepFailed, eventually, step

ANSWER_BY_SMS: Final = "answer_by_sms"


@dataclass(frozen=True)
class _Words:
    """What is said in one language."""

    alias: str
    keyword: str
    question: str
    answer: str


_WORDS: Mapping[Language, _Words] = {
    "en": _Words(
        "Answer STATUS by SMS",
        "STATUS",
        "Status, please",
        "All is quiet. Credit: {} SMS.",
    ),
    "fa": _Words(
        "پاسخ پیامکی به «وضعیت»",
        "وضعیت",
        "وضعیت خانه؟",
        "همه‌چیز آرام است. اعتبار: {} پیامک.",
    ),
}
_STRANGER = "STATUS وضعیت"
EXCHANGED = (
    _STRANGER,
    *(
        text
        for words in _WORDS.values()
        for text in (words.question, words.answer.partition("{")[0])
    ),
)


@step("The panel announces received SMS at a push address", seconds=60)
async def announce_received(stage: Stage) -> Lines:
    """Turn the push address on in the options, and give it to the panel."""
    address = await set_options(stage.home_assistant, stage.entry_id, {"push": True})
    if not address.startswith(f"{stage.home.url}/api/webhook/"):
        raise StepFailed(f"The address is not Home Assistant's own: {address}")
    await stage.gateway.set_push_address(stage.account, f"{address}?from=$FROM$")
    entity_id = stage.entity_id("received_message")

    async def is_back() -> bool | None:
        return await stage.home_assistant.state(entity_id) == "unknown" or None

    await eventually(is_back, seconds=20, otherwise=f"{entity_id} is not there.")
    return [f"{stage.home.url}/api/webhook/..."]


@step("An SMS that comes in is answered by an automation, a stranger's is not")
async def answer_by_sms(stage: Stage) -> Lines:
    """Write on the page of the phones, and see the answer arrive on the phone."""
    words = _WORDS[stage.language]
    mother = home_household(stage)[0]
    await add_automation(
        stage.home_assistant,
        ANSWER_BY_SMS,
        _automation(words, mother.name, stage.entity_id("credit")),
    )
    await stage.gateway.write(NEIGHBOUR, stage.account.line, _STRANGER)
    await stage.gateway.write(MOTHER, stage.account.line, words.question)
    credit = await stage.home_assistant.state(stage.entity_id("credit"))
    answer = await arrival(stage, MOTHER, words.answer.format(credit))
    received: Json = await stage.home_assistant.request(
        "GET", f"/api/states/{stage.entity_id('received_message')}"
    )
    shown = received["attributes"]
    if (shown["sender"], shown["name"]) != (MOTHER, mother.name):
        raise StepFailed(f"The event is not of {mother.name}'s SMS: {shown}")
    if any(
        sms.text.startswith(words.answer.partition("{")[0])
        for sms in await stage.gateway.arrived(NEIGHBOUR)
    ):
        raise StepFailed("The stranger got an answer too.")
    return [
        f"phone {MOTHER} sent to {stage.account.line}: {shown['text']}",
        "trigger: payamak.message_received  action: payamak.send_sms",
        f"phone {MOTHER} got: {answer.text}",
    ]


EXCHANGE = (announce_received, answer_by_sms)


def _automation(words: _Words, name: str, credit: str) -> Json:
    return {
        "alias": words.alias,
        "triggers": [
            {
                "trigger": "payamak.message_received",
                "options": {"from": [name], "contains": words.keyword},
            }
        ],
        "actions": [
            {
                "action": "payamak.send_sms",
                "data": {
                    "recipients": "{{ trigger.sender }}",
                    "message": words.answer.format(f"{{{{ states('{credit}') }}}}"),
                },
            }
        ],
        "mode": "queued",
    }
