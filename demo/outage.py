"""An outage of the gateway: what is sent meanwhile waits, and arrives once when the gateway is back."""

from typing import Final

from .household import FATHER, MOTHER, arrival, home_household
from .steps import Lines, Stage, StepFailed, eventually, step

_TO_ONE: Final = "هشدار: آب در زیرزمین!"
_TO_GROUP: Final = "The power is out."
OUTAGE_TEXTS: Final = (_TO_ONE, _TO_GROUP)
_WAITING: Final = 3  # one number, and the two of the group
_SECONDS_TO_ARRIVE: Final = 60


@step(
    "While the gateway is away, what is sent waits; then each arrives once", seconds=120
)
async def outlast_outage(stage: Stage) -> Lines:
    """Send by action and by entity while no connection is possible, then let the gateway come back."""
    act, action = stage.home_assistant.act, stage.notify_action
    _, _, family = home_household(stage)
    entity = f"{action}_{family.slug}"
    await stage.gateway.go_away()
    # An urgent one goes out by itself, and not in one SMS with the others that have waited for the same person.
    urgent = {"data": {"urgent": True}}
    await act(action, {"message": _TO_ONE, "target": MOTHER, **urgent})
    await act("notify.send_message", {"entity_id": entity, "message": _TO_GROUP})
    shown = [
        f"action: {action}  target: {MOTHER}  urgent",
        f"action: notify.send_message  entity: {entity}",
        await show_outbox(stage, waiting=_WAITING, gateway="off"),
    ]
    expected = {MOTHER: [_TO_ONE, _TO_GROUP], FATHER: [_TO_GROUP]}
    for number in expected:
        if await arrived_of(stage, number, OUTAGE_TEXTS):
            raise StepFailed(f"The phone {number} got an SMS during the outage.")
    await stage.gateway.come_back()
    for number, texts in expected.items():
        await arrival(stage, number, texts[-1], seconds=_SECONDS_TO_ARRIVE)
    shown.append(await show_outbox(stage, waiting=0, gateway="on"))
    for number, texts in expected.items():
        if (got := await arrived_of(stage, number, OUTAGE_TEXTS)) != texts:
            raise StepFailed(f"The phone {number} got {got}, not {texts}.")
        shown.append(f"  phone {number} got once each: {' / '.join(texts)}")
    return shown


OUTAGE = (outlast_outage,)


async def arrived_of(stage: Stage, number: str, texts: tuple[str, ...]) -> list[str]:
    """Return which of these texts a phone got, in order, and as often as it got them."""
    return [
        sms.text for sms in await stage.gateway.arrived(number) if sms.text in texts
    ]


async def show_outbox(
    stage: Stage, *, waiting: int, gateway: str, seconds: float = 20
) -> str:
    """Wait until the entities say so, and return what they say."""
    entities = stage.entity_id("outbox"), stage.entity_id("gateway")
    expected = str(waiting), gateway
    found: tuple[str, ...] = ()

    async def look() -> bool | None:
        nonlocal found
        found = tuple([await stage.home_assistant.state(each) for each in entities])
        return found == expected or None

    try:
        await eventually(look, seconds=seconds, otherwise="")
    except StepFailed:
        raise StepFailed(f"{entities} show {found}, not {expected}.") from None
    return "  ".join(
        f"{entity}: {state}" for entity, state in zip(entities, found, strict=True)
    )
