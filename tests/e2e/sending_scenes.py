"""Sending: by an automation's action, by hand, from a dashboard, and to what is no number."""

from collections.abc import Mapping

from playwright.async_api import expect

from demo.dashboard import URL_PATH
from demo.home import Language
from demo.household import PHONES
from demo.steps import eventually
from demo.story import (
    ALARM,
    LEAK,
    MOTHER,
    NEIGHBOUR,
    arrival,
    build_dashboard,
    notify,
    see_credit_fall,
)

from .recipient_scenes import NAMES
from .scene import Scene
from .words import as_typed

# What is sent by hand, in the user's language.
BY_HAND: Mapping[Language, str] = {
    "en": "The front door was left open.",
    "fa": "درِ ورودی باز مانده است.",
}
_IMPOSSIBLE = "12345"


async def put_on_dashboard(scene: Scene) -> None:
    """Have the demo make its dashboard of what the account has."""
    await build_dashboard.function(scene.stage)


async def send_by_notify_action(scene: Scene) -> None:
    """Send as an automation does: nobody watches, but the SMS arrive."""
    await notify.function(scene.stage)


async def send_by_hand(scene: Scene) -> None:
    """Fill in `payamak.send_sms` in the tools, perform it, and read its response."""
    frontend, words, page = scene.frontend, scene.words, scene.frontend.page
    text = BY_HAND[words.language]
    sara, neighbour = NAMES[words.language].sara, as_typed(NEIGHBOUR, words)
    await _fill_in_send_sms(scene, text, neighbour)
    perform = frontend.button("ui.panel.config.tools.tabs.actions.call_service")
    await scene.camera.take(
        "send-sms",
        page.locator("tools-action ha-service-control"),
        perform,
        says=[*words.action("send_sms"), text, sara, neighbour],
    )
    await perform.click()
    response = page.locator("tools-action ha-card").nth(1)
    await response.get_by_text("estimated_cost").wait_for()
    await scene.camera.take(
        "send-sms-response",
        response,
        says=["accepted: 2", "failed: 0", MOTHER, NEIGHBOUR, "message_id", sara],
    )
    for number in (MOTHER, NEIGHBOUR):
        await arrival(scene.stage, number, text)


async def see_dashboard(scene: Scene) -> None:
    """Look at the dashboard that the demo makes, now that credit was used."""
    await see_credit_fall.function(scene.stage)
    await scene.frontend.open(f"/{URL_PATH}")
    page = scene.frontend.page
    credit = page.locator("hui-history-graph-card")
    await credit.locator("canvas").wait_for()
    sections = page.locator("hui-grid-section")
    await expect(sections).to_have_count(2)
    tiles = sections.first.locator("hui-tile-card")
    await scene.camera.take(
        "dashboard",
        sections.first.locator("hui-heading-card").first,
        *(tiles.filter(has_text=name).first for name in scene.sensor_names),
        credit,
        sections.last,
        says=scene.sensor_names,
    )


async def send_from_dashboard(scene: Scene) -> None:
    """Press the dashboard's button, and see one more SMS on the phone."""
    gateway = scene.stage.gateway
    before = len(await gateway.arrived(MOTHER))
    sending = scene.frontend.page.locator("hui-grid-section").last
    await sending.locator("hui-tile-card").first.click()

    async def one_more() -> bool | None:
        return len(await gateway.arrived(MOTHER)) == before + 1 or None

    await eventually(one_more, seconds=10, otherwise="The button did not send an SMS.")


async def see_phones(scene: Scene) -> None:
    """Look at the page of the stand-in's phones, on a phone."""
    words, line = scene.words, scene.stage.account.line
    await scene.phones.goto(scene.stage.gateway.phones_url)
    await expect(scene.phones.locator(".phones .good")).to_have_count(6)
    section = scene.phones.locator("section", has=scene.phones.locator(".phones"))
    await scene.camera.take(
        "phones",
        scene.phones.locator("header"),
        section,
        says=[
            *(PHONES[words.language][number] for number in (MOTHER, NEIGHBOUR)),
            *(ALARM, LEAK, BY_HAND[words.language]),
            *(as_typed(number, words) for number in (MOTHER, NEIGHBOUR, line)),
        ],
    )


async def send_to_no_number(scene: Scene) -> None:
    """Type a recipient that is no number, and read why nothing was sent."""
    frontend, words, page = scene.frontend, scene.words, scene.frontend.page
    before = len(await scene.stage.gateway.arrived(MOTHER))
    await _fill_in_send_sms(scene, BY_HAND[words.language], _IMPOSSIBLE)
    button = frontend.button("ui.panel.config.tools.tabs.actions.call_service")
    await button.click()
    alert = page.locator("tools-action ha-alert")
    await alert.wait_for()
    await scene.camera.take(
        "error",
        frontend.action_field("send_sms", "recipients"),
        alert,
        button,
        says=[
            words.payamak(
                "exceptions.invalid_recipient.message",
                recipient=f"…{_IMPOSSIBLE[-4:]}",
            )
        ],
    )
    if len(await scene.stage.gateway.arrived(MOTHER)) != before:
        raise AssertionError("The action failed, yet an SMS went out.")


async def read_other_actions(scene: Scene) -> None:
    """Look at the forms of the actions that were not used."""
    frontend = scene.frontend
    for action in (
        "send_pattern",
        "get_delivery_status",
        "get_messages",
        "get_numbers",
        "ask",
        "raise_alert",
        "acknowledge_alert",
        "resolve_alert",
    ):
        await frontend.open_actions()
        await frontend.choose_action(action)
        form = frontend.page.locator("tools-action ha-service-control")
        name, description, first_field, *others = scene.words.action(action)
        await form.get_by_text(description, exact=True).wait_for()
        # Some frontends change the fields only after that, and one action can have fields of the other's names.
        for text in (first_field, *others):
            await form.get_by_text(text, exact=True).first.wait_for()
        await scene.camera.show(
            f"action-{action}", form, says=[name, description, first_field, *others]
        )


async def _fill_in_send_sms(scene: Scene, text: str, *recipients: str) -> None:
    """Go to the tools, choose Sara, and fill in the text and the others who get it.

    The tools of Home Assistant demand a target of each action that can have one.
    """
    frontend = scene.frontend
    await frontend.open_actions()
    await frontend.choose_action("send_sms")
    await frontend.add_target(NAMES[scene.words.language].sara)
    await frontend.action_field("send_sms", "message").locator("textarea").fill(text)
    row = frontend.action_field("send_sms", "recipients")
    await frontend.fill_in_list(row, *recipients)
