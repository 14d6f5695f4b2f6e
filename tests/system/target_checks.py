"""Checks of people who are chosen, not typed: what the editor offers for them, and a label as a group."""

from demo.household import only_arrivals
from demo.steps import Lines, Stage, StepFailed, step

from .places import EVERY_NUMBER, expect_same, places

# What the automation editor offers, by the command that it asks with.
_OFFERED = {
    "get_services_for_target": {"send_sms", "send_pattern", "ask"},
    "get_triggers_for_target": {
        "message_received",
        "message_delivered",
        "delivery_failed",
    },
    "get_conditions_for_target": {"is_last_delivery"},
}

_CAN_LEAVE_OUT = (2026, 11)


@step("A label on people of both accounts is a group, for which the editor has offers")
async def reach_by_label(stage: Stage) -> Lines:
    """Stick a label on the entity of one of each household, and send to the label in one call."""
    command = stage.home_assistant.command
    label = (await command("config/label_registry/create", name="Emergency"))[
        "label_id"
    ]
    both = places(stage)
    people = [place.recipients[0] for place in both]
    for place, who in zip(both, people, strict=True):
        await command(
            "config/entity_registry/update",
            entity_id=f"{place.notify_action}_{who.slug}",
            labels=[label],
        )
    for ask, expected in _OFFERED.items():
        found = await command(ask, target={"label_id": [label]})
        ours = {each for each in found if each.startswith("payamak.")}
        expect_same(ask, ours, {f"payamak.{name}" for name in expected})
    text = both[0].text("label")
    response = await stage.home_assistant.ask(
        "payamak.send_sms", {"message": text, "label_id": label}
    )
    numbers = [number for who in people for number in who.numbers]
    if response["accepted"] != len(numbers):
        raise StepFailed(f"It was not accepted for all of them: {response}")
    await only_arrivals(stage, numbers, text, among=EVERY_NUMBER)
    return [f"{who.name}: {', '.join(who.numbers)}" for who in people]


@step(
    "Whoever is left out of a target gets nothing, where Home Assistant can leave out"
)
async def leave_out(stage: Stage) -> Lines:
    """Send to all of an account by its device, but not to one of them."""
    config = await stage.home_assistant.request("GET", "/api/config")
    major, minor, *_ = config["version"].split(".")
    if (int(major), int(minor)) < _CAN_LEAVE_OUT:
        return [f"Home Assistant {config['version']} can't"]
    _home, cabin = places(stage)
    first, *others = cabin.recipients
    out = {*first.numbers}
    numbers = {number for who in others for number in who.numbers} - out
    text = cabin.text("all but one")
    (everybody,) = [
        entity["entity_id"]
        for entity in await stage.home_assistant.command("config/entity_registry/list")
        if entity["config_entry_id"] == cabin.entry_id
        and entity["translation_key"] == "all_recipients"
    ]
    response = await stage.home_assistant.ask(
        "payamak.send_sms",
        {
            "message": text,
            "entity_id": everybody,
            "exclude": {"entity_id": f"{cabin.notify_action}_{first.slug}"},
        },
    )
    if response["accepted"] != len(numbers):
        raise StepFailed(f"It was not accepted for {len(numbers)}: {response}")
    await only_arrivals(stage, sorted(numbers), text, among=EVERY_NUMBER)
    return [f"all but {first.name}: {', '.join(sorted(numbers))}"]
