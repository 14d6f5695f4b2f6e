"""A real Chromium, started for the run, that complains when a page does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import re
import shutil

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    async_playwright,
)

from demo.home import Language

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 15_000  # ms until something that should be there counts as missing

# Icons of other integrations come from the internet, which the demo does without.
_OTHERS_ICON = re.compile(r"/api/brands/integration/(?!payamak/)")

_ANSWER = "Object"


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


class Tab:
    """One page, with a list of what its console holds against it."""

    def __init__(self, page: Page) -> None:
        """Listen from now on."""
        self.page = page
        self.complaints: list[str] = []
        self.ignores_console = False
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)

    def _on_error(self, error: Exception) -> None:
        # Leaving the editor while it tries a condition, the frontend rejects a promise with the answer that never came.
        if str(error) != _ANSWER:
            self._complain(str(error))

    def _on_console(self, message: ConsoleMessage) -> None:
        url = str(message.location["url"])
        if message.type == "error" and not _OTHERS_ICON.search(url):
            self._complain(f"{message.text} ({url.partition('?')[0]})")

    def _complain(self, text: str) -> None:
        if not self.ignores_console:
            self.complaints.append(text)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start the machine's own Chromium."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise NoBrowser(f"None of {', '.join(_NAMES)} is installed.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, headless=True, args=list(_FLAGS)
        )
        try:
            yield browser
        finally:
            await browser.close()


async def open_tab(browser: Browser, language: Language, window: ViewportSize) -> Tab:
    """Open a page as a user in Iran would see it, in a window of a given size."""
    context = await browser.new_context(
        locale=language,
        timezone_id="Asia/Tehran",
        viewport=window,
        device_scale_factor=2,
        reduced_motion="reduce",
        color_scheme="light",
    )
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE)
    return Tab(page)
