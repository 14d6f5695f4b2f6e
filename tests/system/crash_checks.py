"""Checks of a Home Assistant that is killed: nothing is lost, and nothing is told twice."""

import asyncio
from collections import Counter
import re
from typing import Final

from demo.api import Json
from demo.automations import add_automation, delete_automation
from demo.exchange import ANSWER_BY_SMS
from demo.flows import until_loaded
from demo.household import MOTHER
from demo.steps import Lines, Stage, StepFailed, eventually, step

from .restarts import start_home_assistant

_AUTOMATION = "witness"
_WITNESS: Final = re.compile(r"The witness: (\w+) (\d+)")
# Each kill comes this long after the messages were sent, or after Home Assistant was up again. The halves are there because
# Payamak asks for deliveries once a second from the start on.
_KILLS: Final = (0.0, 13.5, 4.5)
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
    for number in range(_MESSAGES):
        await stage.home_assistant.ask(
            "payamak.send_sms",
            {
                "config_entry_id": stage.entry_id,
                "message": f"{_TEXT_BEFORE} ({number})",
                "recipients": [MOTHER],
            },
        )
    for seconds in _KILLS:
        await asyncio.sleep(seconds)
        await stage.home_server.kill()
        await stage.gateway.write(MOTHER, stage.account.line, _WHILE_DOWN)
        await start_home_assistant(stage)
        await until_loaded(stage.home_assistant, stage.entry_id)
    await _until_told(stage, "message_received", 1 + len(_KILLS))
    await _until_delivered(stage)
    return [f"{_MESSAGES} messages, all delivered"]


@step("Each end and each received SMS was told once")
async def count_what_was_told(stage: Stage) -> Lines:
    """Count some time after, as what is told twice may come a little later than the first time."""
    sent = {row["message_id"] for row in await _sent_before(stage)}
    told = _told(stage)
    if doubled := [event for event, times in told.items() if times > 1]:
        raise StepFailed(f"Told more than once: {doubled}")
    # An end is written before it is told, so that it is never told twice; the kill may fall in between.
    untold = [each for each in sent if not told["message_delivered", each]]
    if len(untold) > len(_KILLS):
        raise StepFailed(f"Told of none of these: {untold}")
    if told.keys() & {("delivery_failed", each) for each in sent}:
        raise StepFailed(f"Some are said to have failed: {sorted(told)}")
    return [
        f"{_MESSAGES - len(untold)} of {_MESSAGES} messages and {1 + len(_KILLS)} received SMS, each told once"
    ]


CRASH_CHECKS = (call_witness, crash)
COUNT_CHECKS = (count_what_was_told,)


async def _sent_before(stage: Stage) -> list[Json]:
    history = await stage.home_assistant.ask(
        "payamak.get_history",
        {"config_entry_id": stage.entry_id, "recipients": [MOTHER]},
    )
    return [
        row
        for row in history["messages"]
        if (row["text"] or "").startswith(_TEXT_BEFORE)
    ]


async def _until_delivered(stage: Stage) -> None:
    """Wait until the history says of each message that it was delivered."""

    async def look() -> bool | None:
        states = [row["state"] for row in await _sent_before(stage)]
        return states == ["delivered"] * _MESSAGES or None

    await eventually(
        look, seconds=120, every=1, otherwise="The history lacks a delivery."
    )


def _told(stage: Stage) -> Counter[tuple[str, str]]:
    """Return how often each event was told, by its kind and the message's id."""
    log = stage.home_server.log.read_text(encoding="utf-8", errors="replace")
    return Counter((match[1], match[2]) for match in _WITNESS.finditer(log))


async def _until_told(stage: Stage, kind: str, times: int) -> None:
    """Wait until so many of a kind were told."""

    async def look() -> bool | None:
        return sum(told == kind for told, _ in _told(stage)) >= times or None

    await eventually(
        look,
        seconds=30,
        every=1,
        otherwise=f"{kind} was not told {times} times: {sorted(_told(stage))}",
    )
