"""An alert: made in the automation editor, gone on with while a phone is off, and acknowledged by a reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playwright.async_api import expect

from demo.alarm import ALARM_WORDS
from demo.flows import add_recipient
from demo.home import Language
from demo.story import MOTHER, arrival

from .camera import check
from .recipient_scenes import NAMES, send_message_of
from .scene import Scene

_ACTION: Final = "raise_alert"
_TRIGGER: Final = "alert_acknowledged"
_ALERT: Final = "smoke"

# Invented numbers.
_MOTHER: Final = "09120000003"
_FATHER: Final = "09120000004"
_AUNT: Final = "09120000005"
_VALID_FOR: Final = 1
_VALID_FOR_LONG: Final = 86400
_ANSWERS_AFTER: Final = 2
_SECONDS_UNTIL_LOST: Final = 45
_MS_UNTIL_DELIVERED: Final = 15_000


@dataclass(frozen=True)
class _Said:
    """What a user calls things in one language."""

    mother: str
    father: str
    aunt: str
    alarm: str
    afterwards: str
    taken: str


_SAID: Mapping[Language, _Said] = {
    "en": _Said(
        "Mother", "Father", "Aunt", "Smoke", "Smoke is taken", "{} sees to the smoke."
    ),
    "fa": _Said(
        "مادر", "پدر", "خاله", "دود", "رسیدگی به دود", "{} به دود رسیدگی می‌کند."
    ),
}
AFTER_ALERT: Final = tuple(said.taken.format(said.mother) for said in _SAID.values())


async def raise_alert_in_automation(scene: Scene) -> None:
    """Make an automation that raises an alert, and one that hears of its end; the first phone is off, the second answers."""
    said, words = _SAID[scene.words.language], ALARM_WORDS[scene.words.language]
    gateway = scene.stage.gateway
    await _know_family(scene)
    await _hear_of_acknowledgement(scene)
    await _make_alarm(scene)
    await gateway.give_up_after(_VALID_FOR)
    await gateway.let_answer(
        _MOTHER, words.answer, after=_ANSWERS_AFTER, contains=words.message
    )
    await gateway.switch_phone(_FATHER, on=False)
    await scene.frontend.run_automation()
    await arrival(scene.stage, _FATHER, words.message)
    await arrival(scene.stage, _MOTHER, words.message, seconds=_SECONDS_UNTIL_LOST)
    # The operator keeps what comes now until the phone is on.
    await gateway.give_up_after(_VALID_FOR_LONG)
    for number in (_FATHER, _AUNT):
        await arrival(scene.stage, number, words.taken)
    await arrival(scene.stage, _FATHER, said.taken.format(said.mother))
    await gateway.switch_phone(_FATHER, on=True)
    await scene.phones.goto(gateway.phones_url)
    phones = [
        scene.phones.locator("article").filter(
            has=scene.phones.locator("h3", has_text=name)
        )
        for name in (said.mother, said.father, said.aunt)
    ]
    for phone, delivered in zip(phones, (1, 2, 2), strict=True):
        await expect(phone.locator(".good")).to_have_count(
            delivered, timeout=_MS_UNTIL_DELIVERED
        )
    await scene.camera.take(
        "alert-phones",
        *phones,
        says=[said.mother, said.father, said.aunt, words.message, words.taken],
        margin=4,
    )


async def see_alert_on_device(scene: Scene) -> None:
    """Look at the account's device, which tells who has the alert, and has a button to acknowledge one."""
    words, page = scene.words, scene.frontend.page
    await scene.frontend.open_device()
    cards = page.locator("ha-config-device-page ha-device-entities-card")
    names = [
        words.payamak(f"entity.{entity}.name")
        for entity in ("button.acknowledge_alerts", "event.alert", "sensor.open_alerts")
    ]
    shown = [
        cards.filter(has=page.get_by_text(name, exact=True)).first for name in names
    ]
    for card in shown:
        await expect(card).to_be_visible()
    await scene.camera.take("alert-device", *shown, says=names, margin=0)


async def _know_family(scene: Scene) -> None:
    said, stage = _SAID[scene.words.language], scene.stage
    for name, number, slug in (
        (said.mother, _MOTHER, "mother"),
        (said.father, _FATHER, "father"),
    ):
        await add_recipient(
            stage.home_assistant,
            stage.entry_id,
            {"name": name, "numbers": [number], "slug": slug},
        )
    for number, name in (
        (_MOTHER, said.mother),
        (_FATHER, said.father),
        (_AUNT, said.aunt),
        (MOTHER, NAMES[scene.words.language].sara),
    ):
        await stage.gateway.name_phone(number, name)


async def _hear_of_acknowledgement(scene: Scene) -> None:
    """Make the automation that an acknowledgement starts."""
    frontend, words = scene.frontend, scene.words
    said = _SAID[words.language]
    await frontend.new_automation()
    await frontend.look_up("triggers", words.payamak(f"triggers.{_TRIGGER}.name"))
    await frontend.fill_in_trigger(_TRIGGER, "alert_id", _ALERT)
    await check(
        frontend.page.locator("ha-automation-sidebar"),
        says=[*words.trigger(_TRIGGER), _ALERT],
    )
    # Who was not reached is not told by the alert either.
    text = said.taken.format("{{ trigger.name }}")
    await send_message_of(scene, to=said.father, text=text)
    await frontend.save_automation(said.afterwards)


async def _make_alarm(scene: Scene) -> None:
    """Make the automation that raises the alert, with its steps."""
    frontend, words = scene.frontend, scene.words
    said, page = _SAID[words.language], frontend.page
    message = ALARM_WORDS[words.language].message
    await frontend.new_automation()
    await frontend.look_up("actions", words.payamak(f"services.{_ACTION}.name"))
    for field, text in (("alert_id", _ALERT), ("message", message)):
        row = frontend.action_field(_ACTION, field)
        await row.locator("input, textarea").fill(text)
    steps = frontend.action_field(_ACTION, "steps")
    await _add_step(scene, said.father, minutes=3)
    await _add_step(scene, said.mother, minutes=5, number=_AUNT)
    for name in (said.father, said.mother, _AUNT):
        await expect(steps).to_contain_text(name)
    async with frontend.window_height(1010):
        await scene.camera.take(
            "alert-automation",
            page.locator("manual-automation-editor"),
            page.locator("ha-automation-sidebar"),
            says=[
                words.payamak(f"services.{_ACTION}.description"),
                *(_ALERT, message, said.father, said.mother, _AUNT),
            ],
            margin=0,
        )
    await frontend.save_automation(said.alarm)


async def _add_step(
    scene: Scene, name: str, *, minutes: int, number: str | None = None
) -> None:
    """Add a step with somebody who is saved, and a number where there is one."""
    frontend, words = scene.frontend, scene.words
    steps = frontend.action_field(_ACTION, "steps")
    form = await frontend.open_item_form(steps)
    await frontend.choose_entity(form, name)
    await form.locator("input[type=number]").fill(str(minutes))
    await form.locator("input[type=number]").press("Tab")
    if number:
        await form.locator("ha-input-multi").get_by_role("button").first.click()
        await form.locator("ha-input-multi input").fill(number)
        fields = "selector.alert_steps.fields"
        await scene.camera.take(
            "alert-step",
            form.get_by_role("dialog").first,
            turnable=False,
            says=[
                *(name, number),
                *(
                    words.payamak(f"{fields}.{field}.{kind}")
                    for field in ("entity_id", "label_id", "recipients", "minutes")
                    for kind in ("name", "description")
                ),
            ],
            margin=0,
        )
    await frontend.submit_item_form(form)
