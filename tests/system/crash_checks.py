"""Checks of a Home Assistant that is killed: nothing is lost, and nothing is told twice."""

import asyncio
from collections import Counter
from collections.abc import Collection
import re
from typing import Final

from demo.automations import add_automation, delete_automation
from demo.exchange import ANSWER_BY_SMS
from demo.flows import until_loaded
from demo.household import MOTHER
from demo.steps import Lines, Stage, StepFailed, eventually, step

from .restarts import start_home_assistant

_AUTOMATION = "witness"
_WITNESS: Final = re.compile(r"The witness: (\w+) (\d+)")
# Each kill comes this long after the messages were sent, or after Home Assistant was up again.
_KILLS: Final = (0.0, 13.0, 4.0)
_MESSAGES = 20
_TEXT_BEFORE = "Sent before the crash"
_RECEIVED = "Received before the crash"
_WHILE_DOWN = "Received while nobody was there"
CRASH_TEXTS = (_TEXT_BEFORE, _RECEIVED, _WHILE_DOWN)


@step("An automation is told of each delivery and each received SMS")
async def call_witness(stage: Stage) -> Lines:
    """Write each to the log, where it survives a crash. The story's automation is deleted, for the person it answers was renamed."""
    await delete_automation(stage.home_assistant, ANSWER_BY_SMS)
    await add_automation(
        stage.home_assistant,
        _AUTOMATION,
        {
            "alias": "Witness",
            "triggers": [
                {"trigger": f"payamak.{kind}", "id": kind}
                for kind in (
                    "message_received",
                    "message_delivered",
                    "delivery_failed",
                )
            ],
            "actions": [
                {
                    "action": "system_log.write",
                    "data": {
                        "logger": "demo.witness",
                        "level": "info",
                        "message": "The witness: {{ trigger.id }} {{ trigger.message_id }}",
                    },
                }
            ],
            "mode": "parallel",
            "max": 100,
        },
    )
    return []


@step(
    "Home Assistant is killed three times while messages are on their way", seconds=400
)
async def crash(stage: Stage) -> Lines:
    """Send, kill, start, and see that each message's end and each received SMS is told once."""
    await stage.gateway.write(MOTHER, stage.account.line, _RECEIVED)
    await _until_told(stage, "message_received", 1)
    sent: set[str] = set()
    for number in range(_MESSAGES):
        response = await stage.home_assistant.ask(
            "payamak.send_sms",
            {
                "config_entry_id": stage.entry_id,
                "message": f"{_TEXT_BEFORE} ({number})",
                "recipients": [MOTHER],
            },
        )
        sent |= {row["message_id"] for row in response["messages"]}
    for seconds in _KILLS:
        await asyncio.sleep(seconds)
        await stage.home_server.kill()
        await stage.gateway.write(MOTHER, stage.account.line, _WHILE_DOWN)
        await start_home_assistant(stage)
        await until_loaded(stage.home_assistant, stage.entry_id)
    await _until_told(stage, "message_received", 1 + len(_KILLS))
    await _until_told(stage, "message_delivered", _MESSAGES, among=sent)
    # What is told twice may come a little later than the first time.
    await asyncio.sleep(12)
    told = _told(stage)
    if doubled := [event for event, times in told.items() if times > 1]:
        raise StepFailed(f"Told more than once: {doubled}")
    if told.keys() & {("delivery_failed", each) for each in sent}:
        raise StepFailed(f"Some are said to have failed: {sorted(told)}")
    return [f"{_MESSAGES} messages and {1 + len(_KILLS)} received SMS, each told once"]


CRASH_CHECKS = (call_witness, crash)


def _told(stage: Stage) -> Counter[tuple[str, str]]:
    """Return how often each event was told, by its kind and the message's id."""
    log = stage.home_server.log.read_text(encoding="utf-8", errors="replace")
    return Counter((match[1], match[2]) for match in _WITNESS.finditer(log))


async def _until_told(
    stage: Stage, kind: str, times: int, *, among: Collection[str] = ()
) -> None:
    """Wait until so many of a kind were told, of some messages where it is said of which."""

    async def look() -> bool | None:
        ids = [each for told, each in _told(stage) if told == kind]
        return sum(not among or each in among for each in ids) >= times or None

    await eventually(
        look,
        seconds=120,
        every=1,
        otherwise=f"{kind} was not told {times} times: {sorted(_told(stage))}",
    )
