"""The two accounts and what Home Assistant has of their recipients, looked at and waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.api import Json
from demo.household import (
    EVERYBODY,
    Recipient,
    home_household,
    household,
    only_arrivals,
)
from demo.steps import Stage, StepFailed, eventually

# Invented numbers.
_CABIN_NUMBERS = ("09120000011", "09120000013", "09120000014")
_NEW_NUMBERS = ("09120000021", "09120000022")
EVERY_NUMBER = (*EVERYBODY, *_CABIN_NUMBERS, *_NEW_NUMBERS)

CHECK_TEXT = "A word for the household"


@dataclass(frozen=True)
class Place:
    """An account with the household that belongs to it."""

    entry_id: str
    notify_action: str
    recipients: tuple[Recipient, Recipient, Recipient]
    new_number: str

    def text(self, occasion: str) -> str:
        """Return a text that is sent on this occasion alone."""
        return f"{CHECK_TEXT}: {occasion}, {self.notify_action}"


@dataclass(frozen=True)
class Household:
    """What Home Assistant has of an account's recipients."""

    names: Mapping[str, str]  # by the subentries' ids
    entity_ids: Mapping[str, str]  # by the unique ids
    device_names: Mapping[str, str]  # of those below the account's, by identifier
    actions: frozenset[str]

    def of_name(self, name: str) -> str:
        """Return the subentry's id of a recipient."""
        (found,) = (key for key, value in self.names.items() if value == name)
        return found


def places(stage: Stage) -> tuple[Place, Place]:
    """Return both accounts."""
    other = household("fa" if stage.language == "en" else "en", *_CABIN_NUMBERS)
    return (
        Place(
            stage.entry_id, stage.notify_action, home_household(stage), _NEW_NUMBERS[0]
        ),
        Place(stage.cabin_entry_id, stage.cabin_notify_action, other, _NEW_NUMBERS[1]),
    )


def each_and_other(stage: Stage) -> tuple[tuple[Place, Place], tuple[Place, Place]]:
    """Return each account with the one that must stay untouched meanwhile."""
    home, cabin = places(stage)
    return (home, cabin), (cabin, home)


async def look_at(stage: Stage, place: Place) -> Household:
    """Read what there is of an account's recipients, all devices of which hang below the account's."""
    command = stage.home_assistant.command
    subentries: list[Json] = await command(
        "config_entries/subentries/list", entry_id=place.entry_id
    )
    entities: list[Json] = await command("config/entity_registry/list")
    devices: list[Json] = await command("config/device_registry/list")
    identified = {
        identifier: device
        for device in devices
        for domain, identifier in device["identifiers"]
        if domain == "payamak" and identifier.startswith(place.entry_id)
    }
    account = identified.pop(place.entry_id)
    if astray := [
        device["name"]
        for device in identified.values()
        if device["via_device_id"] != account["id"]
    ]:
        raise StepFailed(f"The devices {astray} are not below the account's.")
    actions = await stage.home_assistant.actions("notify")
    return Household(
        {each["subentry_id"]: each["title"] for each in subentries},
        {
            each["unique_id"]: each["entity_id"]
            for each in entities
            if each["config_entry_id"] == place.entry_id
        },
        {key: device["name"] for key, device in identified.items()},
        frozenset(name for name in actions if _is_of(name, place, stage)),
    )


def _is_of(action: str, place: Place, stage: Stage) -> bool:
    """Whether an action is this account's; one account's name may begin like the other's."""
    owners = [
        base
        for base in (stage.notify_action, stage.cabin_notify_action)
        if action == base or action.startswith(f"{base}_")
    ]
    return max(owners, key=len, default=None) == place.notify_action


async def until_it_has(stage: Stage, place: Place, action: str) -> Household:
    """Wait until an account has an action, and return what it has then."""

    async def look() -> Household | None:
        found = await look_at(stage, place)
        return found if action in found.actions else None

    return await eventually(look, seconds=10, otherwise=f"{action} did not appear.")


async def until_it_is(stage: Stage, place: Place, expected: Household) -> None:
    """Wait until an account has exactly this, for a reload may be under way; say what differs if it never has."""
    found = await look_at(stage, place)

    async def look() -> bool | None:
        nonlocal found
        found = await look_at(stage, place)
        return found == expected or None

    try:
        await eventually(look, seconds=10, otherwise="")
    except StepFailed:
        for what in ("names", "entity_ids", "device_names", "actions"):
            expect_same(what, getattr(found, what), getattr(expected, what))


def expect_same(what: str, found: object, expected: object) -> None:
    """Fail where the two differ, and show both."""
    if found != expected:
        raise StepFailed(f"The {what} should be\n{expected}\nbut are\n{found}")


async def send_over(
    stage: Stage,
    place: Place,
    occasion: str,
    numbers: Sequence[str],
    *,
    action: str | None = None,
    target: str | None = None,
) -> None:
    """Send over one of the account's actions, and see that exactly these phones get it."""
    data = {"message": place.text(occasion)} | ({"target": target} if target else {})
    await stage.home_assistant.act(action or place.notify_action, data)
    await only_arrivals(stage, numbers, data["message"], among=EVERY_NUMBER)


async def send_to_everybody_of(stage: Stage, place: Place, occasion: str) -> None:
    """Send without a target, and by the account's entity: one call each for all the phones."""
    _, _, (mother, father) = (each.numbers for each in place.recipients)
    everybody = (mother, place.new_number, father)
    await send_over(stage, place, occasion, everybody)
    entity_ids = (await look_at(stage, place)).entity_ids
    text = place.text(f"{occasion}, by entity")
    await stage.home_assistant.act(
        "notify.send_message",
        {
            "entity_id": entity_ids[f"{place.entry_id}_all_recipients"],
            "message": text,
        },
    )
    await only_arrivals(stage, everybody, text, among=EVERY_NUMBER)
    for sent in (place.text(occasion), text):
        if (calls := await stage.gateway.calls_with(sent)) != 1:
            raise StepFailed(f"The gateway was called {calls} times for all of them.")
