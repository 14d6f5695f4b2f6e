"""The account: set up, looked at, changed, and logged in again."""

from demo.api import Json
from demo.flows import until_loaded
from demo.steps import Stage
from demo.story import notify

from .camera import check
from .scene import Scene

_NEW_PASSWORD = "another-gateway-password"


async def set_account_up(scene: Scene) -> None:
    """Set the account up: Settings, Devices & services, Add integration, two forms, on to the first recipient."""
    frontend, words, account = scene.frontend, scene.words, scene.stage.account
    form = await frontend.add_integration()
    user = "config.step.user"
    await frontend.flow_field("username").fill(account.username)
    await frontend.flow_field("password").fill(account.password)
    connection = words.payamak(f"{user}.sections.connection.name")
    await scene.camera.take(
        "setup-user",
        frontend.flow_surface,
        says=[*words.form(user, "username", "password"), connection],
        margin=0,
    )
    await form.get_by_text(connection, exact=True).click()
    url = f"{user}.sections.connection"
    await frontend.flow_field("url").fill(scene.stage.gateway.api_url)
    await check(
        frontend.flow_surface,
        says=[
            words.payamak(f"{url}.description"),
            words.payamak(f"{url}.data.url"),
            words.payamak(f"{url}.data_description.url"),
        ],
    )
    await frontend.submit()

    sender = "config.step.sender"
    await form.get_by_text(words.payamak(f"{sender}.description")).wait_for()
    await scene.camera.take(
        "setup-sender",
        frontend.flow_surface,
        says=[
            *words.form(sender, "sender", "notify_action", "add_recipient"),
            account.line,
            "payamak",
        ],
        margin=0,
    )
    await frontend.submit()

    recipient = "config_subentries.recipient.step.user"
    await form.get_by_text(words.payamak(f"{recipient}.description")).wait_for()
    await _find_account(scene.stage)


async def see_device(scene: Scene) -> None:
    """Look at the account's device, its sensors and its notify entity."""
    words, page = scene.words, scene.frontend.page
    await scene.frontend.open_device()
    device = page.locator("ha-config-device-page")
    credit = words.payamak("entity.sensor.credit.name")
    await device.get_by_text(credit, exact=True).wait_for()
    all_recipients = words.payamak("entity.notify.all_recipients.name")
    related = words.frontend("ui.panel.config.devices.automation.related_heading")
    cards = device.locator("ha-device-entities-card")
    await scene.camera.take(
        "device",
        device.locator("ha-device-info-card"),
        cards.filter(has=page.get_by_text(scene.sensor_names[0], exact=True)),
        cards.filter(has=page.get_by_text(all_recipients, exact=True)),
        device.locator("ha-card").filter(has_text=related),
        says=[*scene.sensor_names, all_recipients],
        margin=0,
    )


async def read_settings(scene: Scene) -> None:
    """Look at what can be changed later: the account, and how it behaves."""
    frontend, words = scene.frontend, scene.words
    await frontend.open_integration()
    await frontend.open_from_menu(
        "ui.panel.config.integrations.config_entry.reconfigure"
    )
    step = "config.step.reconfigure"
    await frontend.flow_field("password").wait_for()
    await scene.camera.take(
        "reconfigure",
        frontend.flow_surface,
        says=[
            *words.form(
                step,
                *("password", "sender", "notify_action"),
                username=scene.stage.account.username,
            ),
            words.payamak(f"{step}.sections.connection.name"),
        ],
        margin=0,
    )
    await frontend.leave_flow()
    await frontend.button("ui.panel.config.integrations.config_entry.configure").click()
    step = "options.step.init"
    field = words.payamak(f"{step}.data.refresh_interval")
    explained = words.payamak(f"{step}.data_description.refresh_interval")
    await frontend.flow.get_by_text(explained).wait_for()
    await scene.camera.take(
        "options",
        frontend.flow_surface,
        says=[words.payamak(f"{step}.title"), field, explained],
        margin=0,
    )
    await frontend.leave_flow()


async def log_in_again(scene: Scene) -> None:
    """Be told that the password is wrong, and give the new one."""
    frontend, words, stage = scene.frontend, scene.words, scene.stage
    await stage.gateway.change_password(stage.account, _NEW_PASSWORD)
    await stage.home_assistant.act(
        "homeassistant.update_entity", {"entity_id": stage.entity_id("credit")}
    )
    await frontend.open_integration()
    reconfigure = frontend.button("ui.panel.config.integrations.reconfigure")
    await reconfigure.wait_for()
    attention = "ui.panel.config.integrations.integration_page.attention_entries"
    page = frontend.page
    await scene.camera.take(
        "attention",
        page.get_by_text(words.frontend(attention), exact=True),
        page.locator("ha-config-entry-row"),
        says=[words.frontend(attention)],
    )
    await reconfigure.click()
    step = "config.step.reauth_confirm"
    await frontend.flow_field("password").fill(stage.account.password)
    await scene.camera.take(
        "reauthentication",
        frontend.flow_surface,
        says=words.form(step, "password", username=stage.account.username),
        margin=0,
    )
    await frontend.submit()
    await frontend.flow.get_by_text(
        words.payamak("config.abort.reauth_successful")
    ).wait_for()
    await check(frontend.flow_surface, says=[])
    await until_loaded(stage.home_assistant, stage.entry_id)
    await notify.function(stage)


async def _find_account(stage: Stage) -> None:
    """Find the entry that the user interface has made, for the scenes after it."""
    entries: list[Json] = await stage.home_assistant.command(
        "config_entries/get", domain="payamak"
    )
    (entry,) = entries
    stage.entry_id = entry["entry_id"]
    stage.notify_action = "notify.payamak"
    await until_loaded(stage.home_assistant, stage.entry_id)
