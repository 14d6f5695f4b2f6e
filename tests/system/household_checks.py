"""Checks of two accounts with a household each: changes, refusals, a reload and a restart."""

from dataclasses import replace
import itertools

from demo.api import ApiError, Json
from demo.flows import add_account, add_recipient, until_loaded
from demo.gateway import Account
from demo.household import only_arrivals, save_household
from demo.steps import Lines, Stage, StepFailed, eventually, step

from .places import (
    EVERY_NUMBER,
    Household,
    Place,
    each_and_other,
    expect_same,
    look_at,
    places,
    send_over,
    send_to_everybody_of,
    until_it_has,
    until_it_is,
)
from .recipients import change_recipient, refused_recipient
from .restarts import restart_home_assistant
from .target_checks import leave_out, reach_by_label

# The account of the cabin, which speaks the other language.
CABIN = Account(
    "cabin-account",
    "cabin-gateway-password",
    line="30001234567890",
    credit=500,
    base_price=1800,
)
_NEW_NAME = "مامان‌بزرگ"
_NEW_SLUG = "sara_mobile"
_NOBODY = "Nobody Known"


@step("A second account has a household of its own")
async def add_second_account(stage: Stage) -> Lines:
    """Open the account with the stand-in, set it up, and save its recipients."""
    await stage.gateway.add_account(CABIN)
    added = await add_account(stage.home_assistant, CABIN, stage.gateway.api_url)
    stage.cabin_entry_id = added.entry_id
    stage.cabin_notify_action = added.notify_action
    home, cabin = places(stage)
    before = await look_at(stage, home)
    await save_household(
        stage.home_assistant,
        cabin.entry_id,
        cabin.notify_action,
        added.recipient_flow,
        cabin.recipients,
    )
    await until_loaded(stage.home_assistant, cabin.entry_id)
    await until_it_is(stage, home, before)
    for place in (home, cabin):
        found = await look_at(stage, place)
        slugs = [each.slug for each in place.recipients]
        expect_same(
            "names", [*found.names.values()], [r.name for r in place.recipients]
        )
        expect_same("devices", {*found.device_names.values()}, {*found.names.values()})
        expect_same(
            "actions",
            found.actions,
            {place.notify_action, *(f"{place.notify_action}_{s}" for s in slugs)},
        )
        if missing := {f"{place.notify_action}_{s}" for s in slugs} - {
            *found.entity_ids.values()
        }:
            raise StepFailed(f"There are no entities {sorted(missing)}.")
    return [
        f"{place.notify_action}: {', '.join(each.name for each in place.recipients)}"
        for place in (home, cabin)
    ]


@step("A name or short name that is taken is refused, also where two accounts meet")
async def refuse_doubles(stage: Stage) -> Lines:
    """Fill in what can't be saved; `notify.payamak_2` is taken by the second account, so the first can't have a recipient `2`."""
    home, cabin = places(stage)
    taken, _, _ = home.recipients
    colliding = cabin.notify_action.removeprefix(f"{home.notify_action}_")
    free = {"name": "Somebody", "numbers": [home.new_number], "slug": "somebody"}
    before = await look_at(stage, home)
    shown = []
    for wrong, expected in (
        ({"name": f" {taken.name.upper()} "}, {"name": "name_taken"}),
        ({"slug": taken.slug}, {"slug": "slug_taken"}),
        ({"slug": colliding}, {"slug": "slug_taken"}),
        ({"slug": "سارا"}, {"slug": "invalid_slug"}),
        ({"numbers": ["12345"]}, {"numbers": "invalid_number"}),
    ):
        errors = await refused_recipient(
            stage.home_assistant, home.entry_id, free | wrong
        )
        expect_same(f"what the form says of {wrong}", errors, expected)
        shown += [f"{field}: {error}" for field, error in errors.items()]
    await until_it_is(stage, home, before)
    return [", ".join(shown)]


@step("A renamed recipient keeps entity and action")
async def rename(stage: Stage) -> Lines:
    """Rename the first recipient of each account, and send to the new name."""
    for place, other in each_and_other(stage):
        first = place.recipients[0]
        before, others = await look_at(stage, place), await look_at(stage, other)
        key = before.of_name(first.name)
        await _change(stage, place, key, {"name": _NEW_NAME})
        device = f"{place.entry_id}_{key}"
        await until_it_is(
            stage,
            place,
            replace(
                before,
                names={**before.names, key: _NEW_NAME},
                device_names={**before.device_names, device: _NEW_NAME},
            ),
        )
        await until_it_is(stage, other, others)
        entity: Json = await stage.home_assistant.request(
            "GET", f"/api/states/{place.notify_action}_{first.slug}"
        )
        expect_same("entity's name", entity["attributes"]["friendly_name"], _NEW_NAME)
        await send_over(stage, place, "renamed", first.numbers, target=_NEW_NAME)
    return [f"now: {_NEW_NAME}"]


@step("A changed number is used without a restart, by action and entity")
async def change_number(stage: Stage) -> Lines:
    """Give the second recipient of each account another phone."""
    for place, other in each_and_other(stage):
        second = place.recipients[1]
        before, others = await look_at(stage, place), await look_at(stage, other)
        number = place.new_number
        await _change(
            stage, place, before.of_name(second.name), {"numbers": [f"+98{number[1:]}"]}
        )
        action = f"{place.notify_action}_{second.slug}"
        await _until_used(stage, place, action, number)
        await until_it_is(stage, place, before)
        await until_it_is(stage, other, others)
        await send_over(stage, place, "new number", [number], action=action)
        text = place.text("new number, by entity")
        await stage.home_assistant.act(
            "notify.send_message", {"entity_id": action, "message": text}
        )
        await only_arrivals(stage, [number], text, among=EVERY_NUMBER)
    return []


@step("A changed short name changes the action, not the entity")
async def change_slug(stage: Stage) -> Lines:
    """Give the second recipient of each account another slug."""
    shown = []
    for place, other in each_and_other(stage):
        second = place.recipients[1]
        old, new = (f"{place.notify_action}_{s}" for s in (second.slug, _NEW_SLUG))
        before, others = await look_at(stage, place), await look_at(stage, other)
        key = before.of_name(second.name)
        await _change(stage, place, key, {"slug": _NEW_SLUG})
        await until_it_is(
            stage, place, replace(before, actions=before.actions - {old} | {new})
        )
        await until_it_is(stage, other, others)
        await send_over(stage, place, "new slug", [place.new_number], action=new)
        shown.append(f"{old} -> {new}")
    return shown


@step("An unknown name is refused with the names there are, and nobody gets anything")
async def refuse_unknown_name(stage: Stage) -> Lines:
    """Send to a name of the other account, and to one that is nowhere."""
    refusal = ""
    for place, other in each_and_other(stage):
        text = place.text("unknown name")
        known = [each.name for each in place.recipients[1:]]
        for unknown in (_NOBODY, other.recipients[2].name):
            target = [known[0], unknown]
            for action, data in (
                (place.notify_action, {"target": target}),
                (
                    "payamak.send_sms",
                    {"recipients": target, "config_entry_id": place.entry_id},
                ),
            ):
                refusal = await stage.home_assistant.refusal(
                    action, {"message": text, **data}
                )
                for name in (_NEW_NAME, *known):
                    if name not in refusal:
                        raise StepFailed(f"The refusal does not list {name}: {refusal}")
        await only_arrivals(stage, [], text, among=EVERY_NUMBER)
    return [refusal]


@step(
    "A removed recipient takes action, entity and device along, and can be added again"
)
async def remove_and_add_again(stage: Stage) -> Lines:
    """Remove the group of each account as its page does, and save it anew."""
    for place, other in each_and_other(stage):
        group = place.recipients[2]
        action = f"{place.notify_action}_{group.slug}"
        before, others = await look_at(stage, place), await look_at(stage, other)
        key = before.of_name(group.name)
        await stage.home_assistant.command(
            "config_entries/subentries/delete",
            entry_id=place.entry_id,
            subentry_id=key,
        )
        without = Household(
            {k: v for k, v in before.names.items() if k != key},
            {k: v for k, v in before.entity_ids.items() if not k.startswith(f"{key}_")},
            {k: v for k, v in before.device_names.items() if v != group.name},
            before.actions - {action},
        )
        await until_it_is(stage, place, without)
        await until_it_is(stage, other, others)
        await send_over(
            stage,
            place,
            "without the group",
            [place.recipients[0].numbers[0], place.new_number],
        )
        await add_recipient(
            stage.home_assistant,
            place.entry_id,
            {"name": group.name, "numbers": group.numbers, "slug": group.slug},
        )
        again = await until_it_has(stage, place, action)
        expect_same(
            "entities",
            {*again.entity_ids.values()},
            {*before.entity_ids.values()},
        )
        await until_it_is(stage, other, others)
    return []


@step("After a reload of both accounts everything is still there")
async def reload_both(stage: Stage) -> Lines:
    """Reload as the accounts' pages do."""
    both = places(stage)
    before = [await look_at(stage, place) for place in both]
    for place in both:
        await stage.home_assistant.request(
            "POST", f"/api/config/config_entries/entry/{place.entry_id}/reload"
        )
    for place, expected in zip(both, before, strict=True):
        await until_it_is(stage, place, expected)
        await send_to_everybody_of(stage, place, "reloaded")
    return []


@step("After a restart of Home Assistant everything is still there", seconds=240)
async def restart(stage: Stage) -> Lines:
    """Restart as its user would."""
    both = places(stage)
    before = [await look_at(stage, place) for place in both]
    seconds = await restart_home_assistant(stage)
    for place, expected in zip(both, before, strict=True):
        await until_loaded(stage.home_assistant, place.entry_id)
        await until_it_is(stage, place, expected)
        await send_to_everybody_of(stage, place, "restarted")
    return [
        f"up again after {seconds:.0f} s",
        *(f"{place.notify_action}: one call for everybody" for place in both),
    ]


HOUSEHOLD_CHECKS = (
    add_second_account,
    reach_by_label,
    leave_out,
    refuse_doubles,
    rename,
    change_number,
    change_slug,
    refuse_unknown_name,
    remove_and_add_again,
    reload_both,
    restart,
)


async def _until_used(stage: Stage, place: Place, action: str, number: str) -> None:
    """Send by a recipient's action until that means this number: the change reloads the account."""
    attempts = itertools.count(1)

    async def look() -> bool | None:
        text = place.text(f"attempt {next(attempts)}")
        try:
            await stage.home_assistant.act(action, {"message": text})
        except ApiError as error:
            if error.status != 400:
                raise
            return None  # the action isn't there during the reload
        return text in [s.text for s in await stage.gateway.arrived(number)] or None

    await eventually(look, seconds=10, otherwise=f"{action} does not mean {number}.")


async def _change(stage: Stage, place: Place, subentry_id: str, changes: Json) -> None:
    await change_recipient(stage.home_assistant, place.entry_id, subentry_id, changes)
