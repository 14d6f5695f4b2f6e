"""Checks of the blueprints, which are imported by their address as a user would, and used."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from demo.api import Json
from demo.automations import add_automation
from demo.flows import expect_result
from demo.home import REPOSITORY
from demo.household import MOTHER, NEIGHBOUR, SARA, arrival
from demo.processes import LOOPBACK, any_free_port
from demo.steps import Lines, Stage, StepFailed, step

_BLUEPRINTS: Final = REPOSITORY / "blueprints" / "automation" / "payamak"
_ALARM = "demo_alarm"
_PIN = "271828"
_COMMAND = "بستن شیر"
_WARNING = "The boiler is too hot."
_INSTEAD = "The alert could not be delivered."
_DONE = "The valve is closed now."
_NOT_DELIVERED = 2  # the gateway's own number
_AGENT = "conversation.home_assistant"
_LIGHT = "light.kitchen_light"
_SWITCH_ON = "turn on the kitchen light"
_QUESTION = "is the kitchen light on?"
BLUEPRINT_TEXTS: Final = (
    *(_COMMAND, _WARNING, _INSTEAD, _DONE),
    *(_SWITCH_ON, _QUESTION),
)


@step("The blueprints are imported by their address")
async def import_blueprints(stage: Stage) -> Lines:
    """Give each to Home Assistant's import, and save what it understood."""
    imported = []
    async with _served() as address:
        for path in sorted(_BLUEPRINTS.glob("*.yaml")):
            found: Json = await stage.home_assistant.command(
                "blueprint/import", url=f"{address}/{path.name}"
            )
            if found["validation_errors"]:
                raise StepFailed(f"{path.name}: {found['validation_errors']}")
            await stage.home_assistant.command(
                "blueprint/save",
                domain="automation",
                path=f"payamak/{path.name}",
                yaml=found["raw_data"],
                source_url=found["blueprint"]["metadata"]["source_url"],
            )
            imported.append(found["blueprint"]["metadata"]["name"])
    return imported


@step("An alert that does not arrive is followed by something else", seconds=90)
async def alert_with_fallback(stage: Stage) -> Lines:
    """Alert two people of whom one can't be reached, and have the other told."""
    await _automate(
        stage,
        "alert_until_delivered",
        {
            "triggers": [{"trigger": "event", "event_type": _ALARM}],
            "recipients": [MOTHER, NEIGHBOUR],
            "message": _WARNING,
            "minutes": 5,
            "account": stage.entry_id,
            "fallback": [
                {
                    "action": "payamak.send_sms",
                    "data": {
                        "config_entry_id": stage.entry_id,
                        "recipients": [SARA],
                        "message": f"{_INSTEAD} {{{{ not_delivered | join }}}}",
                    },
                }
            ],
        },
    )
    await stage.gateway.set_outcome(NEIGHBOUR, _NOT_DELIVERED)
    await stage.home_assistant.request("POST", f"/api/events/{_ALARM}", {})
    await arrival(stage, MOTHER, _WARNING)
    told = await arrival(stage, SARA, f"{_INSTEAD} {NEIGHBOUR}", seconds=60)
    return [f"phone {SARA} got: {told.text}"]


@step("A command with the PIN is obeyed and answered, without it nothing happens")
async def obey_command(stage: Stage) -> Lines:
    """Write the command thrice: without the PIN, from a stranger, and as it should be."""
    await _automate(
        stage,
        "command_by_sms",
        {
            "senders": [MOTHER],
            "keyword": _COMMAND,
            "pin": _PIN,
            "actions": [{"event": "demo_valve_closed"}],
            "answer": _DONE,
        },
    )
    line = stage.account.line
    await stage.gateway.write(MOTHER, line, _COMMAND)
    await stage.gateway.write(NEIGHBOUR, line, f"{_COMMAND} {_PIN}")
    await stage.gateway.write(MOTHER, line, f"{_COMMAND} ۲۷۱۸۲۸")
    await arrival(stage, MOTHER, _DONE)
    for number, answers in ((MOTHER, 1), (NEIGHBOUR, 0)):
        got = [sms.text for sms in await stage.gateway.arrived(number)].count(_DONE)
        if got != answers:
            raise StepFailed(f"The phone {number} was answered {got} times.")
    return [f"phone {MOTHER} got: {_DONE}"]


@step("Home Assistant's own agent obeys an SMS with the PIN, and none without")
async def obey_own_words(stage: Stage) -> Lines:
    """Switch a light on: first without the PIN, from an agent that is wrongly chosen for questions."""
    await _add_light(stage)
    await _automate(
        stage,
        "assist_by_sms",
        {
            "senders": [MOTHER],
            "agent": _AGENT,
            "question_agent": _AGENT,
            "pin": _PIN,
            "language": "en",
        },
    )
    shown: list[str] = []
    # They wait for each other, so the answer to the second text tells what the first one did.
    await stage.gateway.write(MOTHER, stage.account.line, _SWITCH_ON)
    for text, answer, state in (
        (f"{_QUESTION} {_PIN}", "No, off", "off"),
        (f"{_PIN} {_SWITCH_ON}", "Turned on the light", "on"),
    ):
        await stage.gateway.write(MOTHER, stage.account.line, text)
        await arrival(stage, MOTHER, answer, seconds=30)
        if (now := await stage.home_assistant.state(_LIGHT)) != state:
            raise StepFailed(f"The light is {now} after: {text}")
        shown.append(f"phone {MOTHER} got: {answer}; {_LIGHT} is {state}")
    return shown


BLUEPRINT_CHECKS = (
    import_blueprints,
    alert_with_fallback,
    obey_command,
    obey_own_words,
)


async def _add_light(stage: Stage) -> None:
    """Add a light of the template integration, with a helper as its bulb."""
    bulb = "input_boolean.bulb"
    await stage.home_assistant.command("input_boolean/create", name="Bulb")
    flow = await stage.home_assistant.start_flow("template")
    await stage.home_assistant.answer_flow(flow["flow_id"], {"next_step_id": "light"})
    created = await stage.home_assistant.answer_flow(
        flow["flow_id"],
        {
            "name": "Kitchen light",
            "state": f"{{{{ states('{bulb}') }}}}",
            **{
                turn: [
                    {"action": f"input_boolean.{turn}", "target": {"entity_id": bulb}}
                ]
                for turn in ("turn_on", "turn_off")
            },
        },
    )
    expect_result(created, "create_entry")


async def _automate(stage: Stage, blueprint: str, values: Mapping[str, object]) -> None:
    """Save an automation that is made of a blueprint."""
    await add_automation(
        stage.home_assistant,
        blueprint,
        {
            "alias": blueprint,
            "use_blueprint": {"path": f"payamak/{blueprint}.yaml", "input": values},
        },
    )


@asynccontextmanager
async def _served() -> AsyncIterator[str]:
    """Serve the blueprints' folder, as a web site that a user imports from."""
    app = web.Application()
    app.router.add_static("/", _BLUEPRINTS)
    runner = web.AppRunner(app)
    await runner.setup()
    port = any_free_port()
    await web.TCPSite(runner, LOOPBACK, port).start()
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await runner.cleanup()
