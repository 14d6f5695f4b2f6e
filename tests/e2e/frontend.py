"""The ways through Home Assistant's frontend, gone by clicking like a user."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

from demo.home import PASSWORD, USER

from .words import ACCOUNT_TITLE, Words

_SETTINGS = "#sidebar-config"
_FINDS_NOTHING = "qqqqqqqq"
# What people type when they look for an integration that sends SMS.
_SEARCHED = ("sms", "melipayamak", "payamak", "پیامک")


class Frontend:
    """Home Assistant in a browser's tab, in the words of one language."""

    def __init__(self, page: Page, url: str, words: Words) -> None:
        """Show nothing yet."""
        self.page = page
        self.words = words
        self._url = url

    async def log_in(self) -> None:
        """Open the user interface and log in."""
        await self.page.goto(self._url)
        await self.page.locator("input[name=username]").fill(USER)
        await self.page.locator("input[name=password]").fill(PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.locator("ha-sidebar").wait_for()

    async def open(self, path: str) -> None:
        """Open a page by its address, as from a bookmark."""
        await self.page.goto(f"{self._url}{path}")

    async def open_integrations(self) -> None:
        """Go to Settings, Devices & services."""
        await self.page.locator(_SETTINGS).click()
        await self._entry("ui.panel.config.dashboard.devices.main").click()

    async def open_integration(self) -> None:
        """Go on to the page of this integration."""
        await self.open_integrations()
        card = self.page.locator("ha-integration-card")
        await card.get_by_text(self.words.name, exact=True).click()

    async def open_device(self) -> None:
        """Go on to the account's device."""
        await self.open_integration()
        row = self.page.locator("ha-config-entry-device-row").first
        await row.get_by_text(ACCOUNT_TITLE, exact=True).click()

    async def add_integration(self) -> Locator:
        """Find the integration by each word people search for, and begin to set it up; return the dialog."""
        await self.open_integrations()
        await self.button("ui.panel.config.integrations.add_integration").click()
        search = self.words.frontend("ui.panel.config.integrations.search_brand")
        found = self.page.locator("ha-integration-list-item").get_by_text(
            self.words.name_to_add, exact=True
        )
        field = self.page.get_by_placeholder(search)
        for searched in _SEARCHED:
            await field.fill(_FINDS_NOTHING)
            await expect(found).to_have_count(0)
            await field.fill(searched)
            await expect(found).to_have_count(1)
        await found.click()
        return self.flow

    async def open_actions(self) -> None:
        """Go to Settings, Tools, Actions."""
        await self.page.locator(_SETTINGS).click()
        await self._entry("ui.panel.config.dashboard.tools.main").click()
        tab = self.words.frontend("ui.panel.config.tools.tabs.actions.title")
        await self.page.get_by_role("tab", name=tab, exact=True).click()

    async def choose_action(self, action: str) -> None:
        """Look an action of the integration up and choose it."""
        await self.page.locator("ha-service-picker").click()
        picker = self.page.locator("ha-picker-combo-box")
        await picker.locator("input").fill(f"payamak.{action}")
        name = self.words.payamak(f"services.{action}.name")
        await picker.get_by_text(name, exact=True).click()

    async def add_target(self, device: str) -> None:
        """Have the action that is filled in reach a device."""
        chosen = self.page.locator("ha-target-picker-item-row")
        if not await chosen.count():
            # Else the frontend still knows it from the last time.
            await self.button("ui.components.target-picker.add_target").click()
            picker = self.page.locator("ha-picker-combo-box")
            await picker.locator("input").fill(device)
            await self._device(picker, device).click()
        await chosen.get_by_text(device, exact=True).wait_for()

    async def fill_in_list(self, row: Locator, *items: str) -> None:
        """Fill a field with a list: choose what it offers, and type in what it doesn't."""
        chips = row.locator("ha-input-chip")
        # The frontend still knows what was chosen the last time.
        for left in reversed(range(await chips.count())):
            await chips.last.get_by_role("button").last.click()
            await expect(chips).to_have_count(left)
        if not await row.locator("ha-checkbox input").is_checked():
            await row.locator("ha-checkbox").click()
        picker = self.page.locator("ha-picker-combo-box")
        for count, item in enumerate(items, start=1):
            # In 2026.8 it is no button.
            opener = row.locator("ha-picker-field").or_(row.get_by_role("button"))
            await opener.filter(visible=True).last.click()
            await picker.locator("input").fill(item)
            offered = picker.locator("ha-combo-box-item").filter(has_text=item)
            await offered.first.click()
            await expect(chips).to_have_count(count)

    async def open_from_menu(self, key: str) -> None:
        """Open something from the menu of the account, on the integration's page."""
        menu = (
            self.page.locator("ha-config-entry-row").first.locator("ha-dropdown").first
        )
        await menu.get_by_role("button").first.click()
        await (
            menu.locator("ha-dropdown-item")
            .get_by_text(self.words.frontend(key), exact=True)
            .click()
        )

    async def new_automation(self) -> None:
        """Go to Settings, Automations & scenes, and begin an empty automation."""
        empty = self.words.frontend(
            "ui.panel.config.automation.dialog_new.create_empty"
        )
        await self.new_automation_from(empty)

    async def new_automation_from(self, name: str) -> None:
        """Go to Settings, Automations & scenes, and begin an automation from a blueprint, by its name."""
        await self.page.locator(_SETTINGS).click()
        await self._entry("ui.panel.config.dashboard.automations.main").click()
        await self.button("ui.panel.config.automation.picker.add_automation").click()
        choices = self.page.locator("ha-dialog-new-automation ha-list-item")
        await choices.filter(has_text=name).click()

    async def leave_unsaved(self) -> None:
        """Go away from what is being edited, and throw it away."""
        await self.page.goto(self._url)
        await self.page.locator("ha-sidebar").wait_for()

    async def look_up(self, add: str, name: str) -> None:
        """Press a button that adds something to the automation, look that up by its name, and add it."""
        await self.button(f"ui.panel.config.automation.editor.{add}.add").click()
        dialog = self.page.locator("add-automation-element-dialog")
        await dialog.locator("input").first.fill(name)
        found = dialog.locator("ha-combo-box-item").filter(has_text=name)
        await found.first.click()
        await expect(dialog.get_by_role("dialog")).to_be_hidden()

    async def open_item_form(self, field: Locator) -> Locator:
        """Add an item to a list whose items have a form of their own, and return that form."""
        await field.get_by_role("button").last.click()
        form = self.page.locator("dialog-form")
        await form.get_by_role("dialog").first.wait_for()
        return form

    async def choose_entity(self, form: Locator, name: str) -> None:
        """Add an entity to the list of entities of a form."""
        # In 2026.8 it is no button.
        openers = form.locator("ha-entities-picker").locator(
            "ha-picker-field, button, ha-button"
        )
        await openers.filter(visible=True).last.click()
        picker = self.page.locator("ha-picker-combo-box")
        await picker.locator("input").fill(name)
        await picker.locator("ha-combo-box-item").filter(has_text=name).first.click()

    async def submit_item_form(self, form: Locator) -> None:
        """Add the item."""
        await form.get_by_role("button").last.click()
        await expect(form.get_by_role("dialog").first).to_be_hidden()

    async def open_offers(self, add: str, *, for_device: str) -> Locator:
        """Press a button that adds something to the automation, choose a device there, and return what is offered."""
        await self.button(f"ui.panel.config.automation.editor.{add}.add").click()
        dialog = self.page.locator("add-automation-element-dialog")
        await dialog.locator("input").first.fill(for_device)
        await self._device(dialog, for_device).click()
        offers = dialog.locator("ha-automation-add-items")
        await offers.get_by_text(self.words.name, exact=True).wait_for()
        return offers

    async def take_offer(self, offers: Locator, name: str) -> None:
        """Add one of the things that are offered."""
        await offers.get_by_text(name).first.click()
        dialog = self.page.locator("add-automation-element-dialog")
        await expect(dialog.get_by_role("dialog")).to_be_hidden()

    async def fill_in_trigger(self, trigger: str, field: str, text: str) -> None:
        """Tick a field of the trigger that is being edited, and write into it."""
        name = self.words.payamak(f"triggers.{trigger}.fields.{field}.name")
        row = self.page.locator("ha-automation-sidebar-trigger ha-settings-row").filter(
            has=self.page.get_by_text(name, exact=True)
        )
        await row.locator("ha-checkbox").click()
        await row.locator("ha-selector").locator("input, textarea").fill(text)

    async def add_action(self, *, for_device: str, action: str) -> None:
        """Choose a device, and then what the automation does with it."""
        offers = await self.open_offers("actions", for_device=for_device)
        await self.take_offer(offers, action)

    async def save_automation(self, name: str) -> None:
        """Save the automation that is being edited, under a name."""
        await self.button("ui.common.save").click()
        dialog = self.page.locator("ha-dialog-automation-save")
        await dialog.locator("input").first.fill(name)
        save = self.words.frontend("ui.common.save")
        await dialog.get_by_role("button", name=save, exact=True).click()
        await expect(dialog.get_by_role("dialog")).to_be_hidden()

    async def run_automation(self) -> None:
        """Run the actions of the automation that is being edited, from its menu."""
        menu = self.page.locator("ha-automation-editor hass-subpage > ha-dropdown")
        await menu.get_by_role("button").first.click()
        run = self.words.frontend("ui.panel.config.automation.editor.run")
        await menu.locator("ha-dropdown-item").get_by_text(run, exact=True).click()

    @asynccontextmanager
    async def window_height(self, height: int) -> AsyncIterator[None]:
        """Make the window less high for a while, for what fills all of it."""
        before = self.page.viewport_size
        if before is None:
            raise AssertionError("The window has no size.")
        await self.page.set_viewport_size({"width": before["width"], "height": height})
        yield
        await self.page.set_viewport_size(before)

    def action_field(self, action: str, field: str) -> Locator:
        """Return the row of an action's field."""
        name = self.words.payamak(f"services.{action}.fields.{field}.name")
        return self.page.locator("ha-service-control ha-settings-row").filter(
            has=self.page.get_by_text(name, exact=True)
        )

    def button(self, key: str) -> Locator:
        """Return a button with words of Home Assistant."""
        return self.page.get_by_role(
            "button", name=self.words.frontend(key), exact=True
        )

    @property
    def flow(self) -> Locator:
        """The dialog that sets something up."""
        return self.page.locator("dialog-data-entry-flow")

    @property
    def flow_surface(self) -> Locator:
        """The visible part of that dialog."""
        return self.flow.get_by_role("dialog").first

    def flow_field(self, name: str) -> Locator:
        """Return a text field of that dialog."""
        return self.flow.locator(f"input[name={name}]")

    async def leave_flow(self) -> None:
        """Close that dialog without sending anything."""
        await self.page.keyboard.press("Escape")
        await expect(self.flow_surface).to_be_hidden()

    async def finish_flow(self) -> None:
        """Close that dialog once it has said that something was added."""
        await self.button("ui.panel.config.integrations.config_flow.finish").click()
        await expect(self.flow_surface).to_be_hidden()

    async def close_flow(self) -> None:
        """Close that dialog once it has said that something was changed."""
        close = self.words.frontend("ui.panel.config.integrations.config_flow.close")
        footer = self.flow.locator("ha-dialog-footer")
        await footer.get_by_role("button", name=close, exact=True).click()
        await expect(self.flow_surface).to_be_hidden()

    async def submit(self) -> None:
        """Send the form of that dialog."""
        await self.button("ui.panel.config.integrations.config_flow.submit").click()

    def _device(self, picker: Locator, name: str) -> Locator:
        """Return one of the integration's devices among what a picker has found."""
        return (
            picker.locator("ha-combo-box-item")
            .filter(has_text=self.words.name)
            .filter(has=self.page.get_by_text(name, exact=True))
        )

    def _entry(self, key: str) -> Locator:
        """Return an entry of the settings page."""
        return self.page.locator("ha-config-dashboard").get_by_text(
            self.words.frontend(key), exact=True
        )
