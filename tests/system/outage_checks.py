"""Checks of an outage that outlasts power cuts: what waits is neither lost nor doubled, and keeps its order."""

from typing import Final

from demo.household import MOTHER, arrival
from demo.outage import show_outbox
from demo.steps import Lines, Stage, StepFailed, step

from .restarts import start_home_assistant

_PATTERN_ID: Final = 271828
_BEFORE: Final = "Waits since before the power cut"
_BY_ACTION: Final = "Waits, sent by the action"
_BY_OWN_ACTION: Final = "Waits, sent by the person's action"
_BY_ENTITY: Final = "Waits, sent by the entity"
_BY_SEND_SMS: Final = "Waits, sent by send_sms"
_BY_PATTERN: Final = "Waits, sent by send_pattern"
OUTAGE_CHECK_TEXTS: Final = (
    _BEFORE,
    _BY_ACTION,
    _BY_OWN_ACTION,
    _BY_ENTITY,
    _BY_SEND_SMS,
    _BY_PATTERN,
)
_LONGER_THAN_USUAL: Final = 10.0  # seconds; computers are not always equally fast
_SECONDS_TO_ARRIVE: Final = 60


@step(
    "Home Assistant is killed with a message waiting, and starts while the gateway is away",
    seconds=90,
)
async def start_without_gateway(stage: Stage) -> Lines:
    """Take the gateway away, let a message wait, kill, and start in the usual time."""
    await stage.gateway.approve_pattern(
        stage.account, _PATTERN_ID, "Waits, sent by {0}"
    )
    await stage.gateway.go_away()
    await stage.home_assistant.act(
        stage.notify_action, {"message": _BEFORE, "target": MOTHER}
    )
    await stage.home_server.kill()
    usual = stage.start_seconds
    seconds = await start_home_assistant(stage)
    if seconds > usual + _LONGER_THAN_USUAL:
        raise StepFailed(
            f"The start took {seconds:.0f} s, before it took {usual:.0f} s."
        )
    return [
        f"up after {seconds:.0f} s, with the gateway there it was {usual:.0f} s",
        await show_outbox(stage, waiting=1, gateway="off"),
    ]


@step("Each of the five doors lets its message wait, and says so")
async def queue_through_each_door(stage: Stage) -> Lines:
    """Send to the same person through each; only the two actions with a response can name it."""
    act, action = stage.home_assistant.act, stage.notify_action
    mine = {"config_entry_id": stage.entry_id, "recipients": [MOTHER]}
    await act(action, {"message": _BY_ACTION, "target": MOTHER})
    await act(f"{action}_mother", {"message": _BY_OWN_ACTION})
    await act(
        "notify.send_message",
        {"entity_id": f"{action}_mother", "message": _BY_ENTITY},
    )
    for name, data in (
        ("send_sms", {"message": _BY_SEND_SMS}),
        ("send_pattern", {"pattern_id": _PATTERN_ID, "variables": ["send_pattern"]}),
    ):
        response = await stage.home_assistant.ask(f"payamak.{name}", mine | data)
        statuses = [row["status"] for row in response["messages"]]
        if response["queued"] != 1 or statuses != ["queued"]:
            raise StepFailed(
                f"The response of {name} names none that waits: {response}"
            )
    waiting = len(OUTAGE_CHECK_TEXTS)
    return [await show_outbox(stage, waiting=waiting, gateway="off")]


@step(
    "Killed once more, it sends each once and in order when the gateway is back",
    seconds=150,
)
async def deliver_after_power_cut(stage: Stage) -> Lines:
    """Kill, start, let the gateway come back, and look at the phone."""
    await stage.home_server.kill()
    await start_home_assistant(stage)
    waiting = len(OUTAGE_CHECK_TEXTS)
    shown = await show_outbox(stage, waiting=waiting, gateway="off")
    await stage.gateway.come_back()
    await arrival(stage, MOTHER, OUTAGE_CHECK_TEXTS[-1], seconds=_SECONDS_TO_ARRIVE)
    shown_after = await show_outbox(stage, waiting=0, gateway="on")
    return [shown, shown_after, *await _once_in_order(stage)]


@step("Of what waited, nothing was sent twice later")
async def find_nothing_twice(stage: Stage) -> Lines:
    """Look at the phone again, some time after."""
    return await _once_in_order(stage)


async def _once_in_order(stage: Stage) -> Lines:
    """Look for each text, also where several have gone out as one SMS."""
    arrived = [sms.text for sms in await stage.gateway.arrived(MOTHER)]
    got = [
        text
        for sms in arrived
        for text in sorted(OUTAGE_CHECK_TEXTS, key=sms.find)
        if text in sms
    ]
    if got != [*OUTAGE_CHECK_TEXTS]:
        raise StepFailed(f"The phone got {got}, not {OUTAGE_CHECK_TEXTS}.")
    return [f"phone {MOTHER} got {len(got)} texts, once each and in order"]


OUTAGE_CHECKS = (
    start_without_gateway,
    queue_through_each_door,
    deliver_after_power_cut,
)
