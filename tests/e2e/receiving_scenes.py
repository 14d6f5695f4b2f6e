"""Receiving: the push address, and an automation that an SMS starts."""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.flows import until_loaded
from demo.home import Language
from demo.story import MOTHER, arrival

from .camera import check
from .recipient_scenes import NAMES, send_message_of
from .scene import Scene

_TRIGGER = "message_received"


@dataclass(frozen=True)
class _Said:
    """What is written in one language."""

    keyword: str
    question: str
    answer: str
    automation: str


_SAID: Mapping[Language, _Said] = {
    "en": _Said("valve", "Please close the Valve", "The valve is closed.", "Valve"),
    "fa": _Said("شیر آب", "لطفاً شير آب را ببند", "شیر آب بسته شد.", "شیر آب"),
}
BY_SMS = tuple(text for said in _SAID.values() for text in (said.question, said.answer))


async def turn_push_on(scene: Scene) -> None:
    """Have the panel announce received SMS: turn it on, and copy the address that is shown."""
    frontend, words, stage = scene.frontend, scene.words, scene.stage
    await frontend.open_integration()
    await frontend.button("ui.panel.config.integrations.config_entry.configure").click()
    await frontend.flow.locator("ha-switch").last.click()
    await frontend.submit()
    address = await frontend.flow.locator("textarea").first.input_value()
    step = "options.step.push"
    await scene.camera.take(
        "push",
        frontend.flow_surface,
        says=[
            words.payamak(f"{step}.title"),
            words.payamak(f"{step}.description"),
            words.payamak(f"{step}.data.address"),
            words.payamak(f"{step}.data_description.address"),
            address,
        ],
        margin=0,
    )
    await stage.gateway.set_push_address(stage.account, address)
    await frontend.submit()
    await frontend.finish_flow()
    await until_loaded(stage.home_assistant, stage.entry_id)


async def start_automation_by_sms(scene: Scene) -> None:
    """Make an automation that an SMS from a person starts, and write that SMS on the page of the phones."""
    frontend, words, page = scene.frontend, scene.words, scene.frontend.page
    said, sara = _SAID[words.language], NAMES[words.language].sara
    await frontend.new_automation()
    received = words.payamak(f"triggers.{_TRIGGER}.name")
    offers = await frontend.open_offers("triggers", for_device=sara)
    async with frontend.window_height(780):
        await scene.camera.take(
            "trigger-for-person",
            page.locator("add-automation-element-dialog").get_by_role("dialog").first,
            says=[
                received,
                words.payamak("triggers.message_delivered.name"),
                words.payamak("triggers.delivery_failed.name"),
                sara,
            ],
            margin=0,
        )
    await frontend.take_offer(offers, received)
    await frontend.fill_in_trigger(_TRIGGER, "contains", said.keyword)
    async with frontend.window_height(1000):
        await scene.camera.take(
            "trigger",
            page.locator("manual-automation-editor"),
            page.locator("ha-automation-sidebar"),
            says=[*words.trigger(_TRIGGER), said.keyword],
            margin=0,
        )
    await send_message_of(scene, to=sara, text=said.answer)
    await frontend.save_automation(said.automation)
    await _write_on_phone(scene, MOTHER, said.question)
    await arrival(scene.stage, MOTHER, said.answer)


async def see_activity(scene: Scene) -> None:
    """Read on the activity page what became of messages, and that one came in."""
    frontend, words = scene.frontend, scene.words
    names = NAMES[words.language]
    await frontend.open("/logbook")
    activity = frontend.page.locator("ha-logbook")
    event = "entity.event.{}.state_attributes.event_type.state.{}"
    delivered = words.payamak(event.format("delivery", "delivered"))
    sms_to_sara = words.payamak("common.sms_to", recipient=names.sara)
    await activity.get_by_text(sms_to_sara).first.wait_for()
    async with frontend.window_height(720):
        await scene.camera.take(
            "activity",
            activity,
            says=[
                sms_to_sara,
                delivered,
                words.payamak("common.sms_from", sender=names.sara),
            ],
            margin=0,
        )


async def _write_on_phone(scene: Scene, number: str, text: str) -> None:
    """Fill in the form on the page of the phones."""
    await scene.phones.goto(scene.stage.gateway.phones_url)
    form = scene.phones.locator('form[action="/received"]')
    await form.locator("[name=sender]").fill(number)
    await form.locator("[name=text]").fill(text)
    await form.get_by_role("button").click()
    await check(scene.phones.locator("body"), says=[text])
