"""The people of the household: added, written to by an automation, and renamed."""

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.async_api import Locator, expect

from demo.api import Json
from demo.home import Language
from demo.steps import Stage
from demo.story import arrival

from .camera import check
from .scene import Scene
from .words import ACCOUNT_TITLE, Words, as_typed

_RECIPIENT = "config_subentries.recipient"
_FIELDS = ("name", "numbers", "slug")
_ACTION = "payamak"
_ENTITY = f"notify.{_ACTION}_sara"

# Invented numbers.
_SARA = "09120000001"
_REZA = "09120000002"
_IMPOSSIBLE = "12345"

# What the automation sends, in the user's language.
BY_AUTOMATION: Mapping[Language, str] = {
    "en": "The washing machine is done.",
    "fa": "کار ماشین لباسشویی تمام شد.",
}
BY_AUTOMATION_TO_TARGET: Mapping[Language, str] = {
    "en": "The oven is still on.",
    "fa": "فر هنوز روشن است.",
}
AFTER_RENAMING = "Sent after the renaming"


@dataclass(frozen=True)
class Names:
    """What a user calls things."""

    sara: str
    sara_renamed: str
    family: str
    automation: str
    second_automation: str


NAMES: Mapping[Language, Names] = {
    "en": Names("Sara", "Sara Ahmadi", "Family", "Laundry", "Oven"),
    "fa": Names("سارا", "سارا احمدی", "خانواده", "لباسشویی", "فر"),
}


async def add_first_recipient(scene: Scene) -> None:
    """Fill in the form that the account's set-up goes on to."""
    frontend, words = scene.frontend, scene.words
    name, number = NAMES[words.language].sara, as_typed(_SARA, words)
    await frontend.flow_field("name").fill(name)
    await _fill_in_numbers(scene, number)
    if words.language == "fa":
        # A Persian name has no Latin short name of its own.
        await frontend.flow_field("slug").fill("sara")
    await scene.camera.take(
        "recipient-add",
        frontend.flow_surface,
        says=[*_form(words, "user"), name, number],
        margin=0,
    )
    await frontend.submit()
    await frontend.finish_flow()


async def add_group(scene: Scene) -> None:
    """Add a group on the account's page, at first with a name and a number that can't be."""
    frontend, words, page = scene.frontend, scene.words, scene.frontend.page
    names = NAMES[words.language]
    await frontend.open_integration()
    add = page.get_by_role(
        "button", name=words.payamak(f"{_RECIPIENT}.initiate_flow.user"), exact=True
    )
    await add.click()
    await frontend.flow_field("name").fill(names.sara)
    impossible = as_typed(_IMPOSSIBLE, words)
    await _fill_in_numbers(scene, impossible)
    await frontend.submit()
    error = f"{_RECIPIENT}.error"
    name_taken = words.payamak(f"{error}.name_taken")
    await frontend.flow.get_by_text(name_taken).wait_for()
    await scene.camera.show(
        "recipient-errors",
        frontend.flow_surface,
        says=[
            *_form(words, "user"),
            name_taken,
            words.payamak(f"{error}.invalid_number", number=f"…{impossible[-4:]}"),
        ],
    )
    await frontend.flow_field("name").fill(names.family)
    await _fill_in_numbers(scene, *(as_typed(each, words) for each in (_SARA, _REZA)))
    await frontend.submit()
    await frontend.finish_flow()

    await expect(page.locator("ha-config-entry-device-row")).to_have_count(3)
    for name in (names.sara, names.family):
        await check(
            _row(scene, name),
            says=[name, words.payamak(f"{_RECIPIENT}.entry_type")],
        )
    await scene.camera.take(
        "recipients",
        add,
        page.locator("ha-config-entry-row"),
        says=[
            words.payamak(f"{_RECIPIENT}.initiate_flow.user"),
            ACCOUNT_TITLE,
            names.sara,
            names.family,
        ],
    )


async def notify_in_automation(scene: Scene) -> None:
    """Make an automation that writes to a person, run it, and see the SMS arrive."""
    frontend, words, page = scene.frontend, scene.words, scene.frontend.page
    names, text = NAMES[words.language], BY_AUTOMATION[words.language]
    await frontend.new_automation()
    send_message = await send_message_of(scene, to=names.sara, text=text)
    async with frontend.window_height(780):
        await scene.camera.take(
            "recipient-automation",
            page.locator("manual-automation-editor"),
            page.locator("ha-automation-sidebar"),
            says=[send_message, names.sara, text],
            margin=0,
        )
    await frontend.save_automation(names.automation)
    await frontend.run_automation()
    await arrival(scene.stage, _SARA, text)


async def send_sms_in_automation(scene: Scene) -> None:
    """Choose a person first, find that an SMS can be sent to them, and send one."""
    frontend, words, page = scene.frontend, scene.words, scene.frontend.page
    names, text = NAMES[words.language], BY_AUTOMATION_TO_TARGET[words.language]
    await frontend.new_automation()
    send_sms = words.payamak("services.send_sms.name")
    offers = await frontend.open_offers("actions", for_device=names.sara)
    async with frontend.window_height(780):
        await scene.camera.take(
            "action-for-person",
            page.locator("add-automation-element-dialog").get_by_role("dialog").first,
            says=[send_sms, words.payamak("services.send_pattern.name"), names.sara],
            margin=0,
        )
    await frontend.take_offer(offers, send_sms)
    form = page.locator("ha-automation-sidebar-action")
    await form.locator("textarea").first.fill(text)
    await frontend.save_automation(names.second_automation)
    await frontend.run_automation()
    await arrival(scene.stage, _SARA, text)


async def send_message_of(scene: Scene, *, to: str, text: str) -> str:
    """Have the automation that is being edited send a text to a person; return what that is called."""
    send_message = scene.words.home_assistant("notify", "services.send_message.name")
    await scene.frontend.add_action(for_device=to, action=send_message)
    action = scene.frontend.page.locator("ha-automation-sidebar-action")
    await (
        action.locator("ha-settings-row")
        .first.locator("input, textarea")
        .first.fill(text)
    )
    return send_message


async def rename_recipient(scene: Scene) -> None:
    """Rename a person in their form; the entity keeps its id, and still reaches them."""
    frontend, words, stage = scene.frontend, scene.words, scene.stage
    names = NAMES[words.language]
    before = await _notify_entities(stage)
    if _ENTITY not in before:
        raise AssertionError(f"The entity is not called {_ENTITY}: {before}")
    await frontend.open_integration()
    change = words.payamak(f"{_RECIPIENT}.initiate_flow.reconfigure")
    await _row(scene, names.sara).get_by_role("button", name=change, exact=True).click()
    name = frontend.flow_field("name")
    await expect(name).to_have_value(names.sara)
    await scene.camera.show(
        "recipient-change",
        frontend.flow_surface,
        says=[*_form(words, "reconfigure"), _SARA, "sara"],
    )
    await name.fill(names.sara_renamed)
    await frontend.submit()
    await expect(name).to_be_hidden()
    done = words.payamak(f"{_RECIPIENT}.abort.reconfigure_successful")
    await check(frontend.flow_surface, says=[done])
    await frontend.close_flow()

    row = _row(scene, names.sara_renamed)
    device = row.locator("ha-config-entry-device-row")
    await device.get_by_text(names.sara_renamed, exact=True).wait_for()
    after = await _notify_entities(stage)
    if after != before:
        raise AssertionError(f"The ids were {before} and are {after} now.")
    state: Json = await stage.home_assistant.request("GET", f"/api/states/{_ENTITY}")
    if state["attributes"]["friendly_name"] != names.sara_renamed:
        raise AssertionError(f"{_ENTITY} has another name: {state['attributes']}")
    await stage.home_assistant.act(
        "notify.send_message", {"entity_id": _ENTITY, "message": AFTER_RENAMING}
    )
    await arrival(stage, _SARA, AFTER_RENAMING)


async def _fill_in_numbers(scene: Scene, *numbers: str) -> None:
    """Type numbers, each in a field of its own."""
    rows = scene.frontend.flow.locator("ha-input-multi")
    inputs = rows.locator("input")
    for position, number in enumerate(numbers):
        if position == await inputs.count():
            await rows.get_by_role("button").last.click()
        await inputs.nth(position).fill(number)
    await expect(inputs).to_have_count(len(numbers))


async def _notify_entities(stage: Stage) -> set[str]:
    """Return the ids of the account's notify entities."""
    entities: list[Json] = await stage.home_assistant.command(
        "config/entity_registry/list"
    )
    return {
        entity["entity_id"]
        for entity in entities
        if entity["platform"] == "payamak" and entity["entity_id"].startswith("notify.")
    }


def _form(words: Words, step: str) -> list[str]:
    """Return all that a form of a recipient says."""
    return words.form(f"{_RECIPIENT}.step.{step}", *_FIELDS, action=_ACTION)


def _row(scene: Scene, name: str) -> Locator:
    """Return a recipient's part of the account's page."""
    page = scene.frontend.page
    return page.locator("ha-config-sub-entry-row").filter(
        has=page.get_by_text(name, exact=True)
    )
