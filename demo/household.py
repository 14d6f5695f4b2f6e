"""A household of three that the demo sets up below the account, and reaches by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .api import HomeAssistant
from .flows import add_recipient
from .gateway import Sms
from .home import Language
from .steps import Lines, Stage, StepFailed, eventually, step

# Invented numbers.
MOTHER = "09120000001"
NEIGHBOUR = "09120000002"
SARA = "09120000003"
FATHER = "09120000004"
EVERYBODY = (MOTHER, SARA, FATHER)

_NAMES: Mapping[Language, tuple[str, str, str]] = {
    "en": ("Mother", "Sara", "Family"),
    "fa": ("مادر", "سارا", "خانواده"),
}
# Whose phones the stand-in's page shows.
PHONES: Mapping[Language, Mapping[str, str]] = {
    "en": {MOTHER: "Mother", NEIGHBOUR: "Neighbour", SARA: "Sara", FATHER: "Father"},
    "fa": {MOTHER: "مادر", NEIGHBOUR: "همسایه", SARA: "سارا", FATHER: "پدر"},
}
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

_TO_ALL = "Dinner is ready."
_TO_MOTHER = "ماشین لباس‌شویی تمام شد."
_TO_SARA = "Your parcel is at the door."
_TO_FAMILY = "The heating is off."
_TITLE = "Heating"
_TO_SOME = "The alarm is armed."
TEXTS = (_TO_ALL, _TO_MOTHER, _TO_SARA, _TO_FAMILY, _TO_SOME)


@dataclass(frozen=True)
class Recipient:
    """Somebody to be saved by name; several numbers make a group."""

    name: str
    slug: str
    numbers: Sequence[str]


def household(
    language: Language, mother: str, daughter: str, father: str
) -> tuple[Recipient, Recipient, Recipient]:
    """Return two people, and the group of which one of them is a member."""
    names = _NAMES[language]
    return (
        Recipient(names[0], "mother", [mother]),
        Recipient(names[1], "sara", [daughter]),
        Recipient(names[2], "family", [mother, father]),
    )


def home_household(stage: Stage) -> tuple[Recipient, Recipient, Recipient]:
    """Return the household of the story, named in the home's language."""
    return household(stage.language, MOTHER, SARA, FATHER)


@step("A household of three is saved by name, the first right after the set-up")
async def add_household(stage: Stage) -> Lines:
    """Go on with the flow that the set-up opened, then add the others."""
    recipients = home_household(stage)
    await save_household(
        stage.home_assistant,
        stage.entry_id,
        stage.notify_action,
        stage.recipient_flow,
        recipients,
    )
    return [
        f"{each.name} ({', '.join(each.numbers)}): {stage.notify_action}_{each.slug}"
        for each in recipients
    ]


async def save_household(
    home_assistant: HomeAssistant,
    entry_id: str,
    notify_action: str,
    first_flow: str,
    recipients: Sequence[Recipient],
) -> None:
    """Add recipients one by one, each as soon as the one before has its action."""
    for index, each in enumerate(recipients):
        await add_recipient(
            home_assistant,
            entry_id,
            {
                "name": each.name,
                "numbers": [n.translate(_PERSIAN_DIGITS) for n in each.numbers],
                "slug": each.slug,
            },
            opened=None if index else first_flow,
        )
        action = f"{notify_action}_{each.slug}"

        async def is_there(action: str = action) -> bool | None:
            return await home_assistant.has_action(action) or None

        await eventually(is_there, seconds=10, otherwise=f"{action} did not appear.")


@step("The household is reached by name, through every door")
async def reach_household(stage: Stage) -> Lines:
    """Send to all, to one by action, to a group by its entity, and to names among numbers."""
    act, action = stage.home_assistant.act, stage.notify_action
    mother, sara, family = home_household(stage)
    entity = f"{action}_{family.slug}"
    shown: list[str] = []

    await act(action, {"message": _TO_ALL})
    shown += [f"action: {action}  (no target: everybody)"]
    shown += await _once_each(stage, EVERYBODY, _TO_ALL)

    await act(f"{action}_{mother.slug}", {"message": _TO_MOTHER})
    shown += [f"action: {action}_{mother.slug}"]
    shown += await _once_each(stage, [MOTHER], _TO_MOTHER)

    await act(
        "notify.send_message",
        {"entity_id": entity, "title": _TITLE, "message": _TO_FAMILY},
    )
    shown += [f"action: notify.send_message  entity: {entity}"]
    shown += await _once_each(stage, family.numbers, f"{_TITLE}\n{_TO_FAMILY}")

    await act(action, {"message": _TO_SARA, "target": sara.name})
    shown += [f"action: {action}  target: {sara.name}"]
    shown += await _once_each(stage, [SARA], _TO_SARA)

    some = [sara.name, family.name, NEIGHBOUR]
    response = await stage.home_assistant.ask(
        "payamak.send_sms", {"message": _TO_SOME, "recipients": some}
    )
    if response["accepted"] != 4:
        raise StepFailed(f"Not four SMS were accepted: {response}")
    shown += [f"action: payamak.send_sms  recipients: {', '.join(some)}"]
    shown += await _once_each(stage, (*EVERYBODY, NEIGHBOUR), _TO_SOME)
    return shown


async def _once_each(stage: Stage, numbers: Sequence[str], text: str) -> list[str]:
    """See a text arrive once on each of these phones, and on no other of the household's."""
    await only_arrivals(stage, numbers, text, among=(*EVERYBODY, NEIGHBOUR))
    return [f"  phones {', '.join(numbers)} got: {' / '.join(text.splitlines())}"]


async def only_arrivals(
    stage: Stage, numbers: Sequence[str], text: str, *, among: Sequence[str]
) -> None:
    """Wait for an SMS on some phones, and see that of all these phones, those alone got it, once each."""
    for number in numbers:
        await arrival(stage, number, text)
    for number in among:
        times = [sms.text for sms in await stage.gateway.arrived(number)].count(text)
        if times != (number in numbers):
            raise StepFailed(f"The phone {number} got the SMS {times} times.")


async def arrival(stage: Stage, number: str, text: str, *, seconds: float = 10) -> Sms:
    """Wait for an SMS with this text on a phone and return it."""

    async def look() -> Sms | None:
        return next(
            (
                sms
                for sms in reversed(await stage.gateway.arrived(number))
                if sms.text == text
            ),
            None,
        )

    return await eventually(
        look, seconds=seconds, otherwise=f"The phone {number} did not get the SMS."
    )
