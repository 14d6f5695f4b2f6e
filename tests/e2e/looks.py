"""The four looks of what a picture shows: on a desk and on a phone, light and dark, side by side for the eyes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
import io
from pathlib import Path
import time
from typing import Literal

from PIL import Image
from playwright.async_api import Locator, Page, ViewportSize

_DESK: ViewportSize = {"width": 1280, "height": 900}
_PHONE: ViewportSize = {"width": 390, "height": 1500}
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_STILL_WITHIN = 10.0
_GAP = 12
_DESK_SHRINKS_TO = 0.6

# The texts beyond the window's edge, but for those that something clips or lets be moved.
_OUTSIDE = """element => {
  const width = document.documentElement.clientWidth;
  const found = [];
  const clips = node => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(node).overflowX);
  const look = (node, inside) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (inside || !node.data.trim()) return;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 1 && (box.right > width + 1 || box.left < -1)) return found.push(node.data.trim());
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") return;
    const within = inside || clips(node);
    const assigned = node.tagName === "SLOT" ? node.assignedNodes() : [];
    if (assigned.length) assigned.forEach(child => look(child, within));
    else (node.shadowRoot || node).childNodes.forEach(child => look(child, within));
  };
  look(element, false);
  return found;
}"""


class Looks:
    """Takes what a picture shows in each look."""

    def __init__(self, folder: Path) -> None:
        """Keep the sheets in a folder."""
        self._folder = folder
        self.complaints: list[str] = []

    async def take(self, name: str, what: Sequence[Locator], *, turnable: bool) -> None:
        """Put the looks of some elements on one sheet, and note what sticks out of the window."""
        page = what[0].page
        desk, phone = [], []
        async with _as_it_was(page):
            for scheme in _SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                desk.append(await self._look(name, what, _DESK))
                if turnable:
                    phone.append(await self._look(name, what, _PHONE))
        self._folder.mkdir(parents=True, exist_ok=True)
        _sheet(desk, phone).save(self._folder / f"{name}.png", optimize=True)

    async def _look(
        self, name: str, what: Sequence[Locator], window: ViewportSize
    ) -> Image.Image:
        page = what[0].page
        await page.set_viewport_size(window)
        shot = await _once_still(page)
        for one in what:
            if await one.count():
                for text in await one.first.evaluate(_OUTSIDE):
                    self.complaints.append(f"{name}, {window['width']} px: {text}")
        return shot


@asynccontextmanager
async def _as_it_was(page: Page) -> AsyncIterator[None]:
    """Give the page its window and its colours back."""
    before = page.viewport_size
    try:
        yield
    finally:
        await page.emulate_media(color_scheme="light")
        if before:
            await page.set_viewport_size(before)


async def _once_still(page: Page) -> Image.Image:
    """Return the whole window, once it moves no more."""
    ends = time.monotonic() + _STILL_WITHIN
    before, shot = b"", await page.screenshot(scale="css")
    while shot != before and time.monotonic() < ends:
        await asyncio.sleep(0.3)
        before, shot = shot, await page.screenshot(scale="css")
    with Image.open(io.BytesIO(shot)) as image:
        return image.convert("RGB")


def _sheet(desk: Sequence[Image.Image], phone: Sequence[Image.Image]) -> Image.Image:
    """Put the desk's looks, made smaller, one below the other, and those of the phone beside them."""
    small = [
        shot.resize([round(side * _DESK_SHRINKS_TO) for side in shot.size])
        for shot in desk
    ]
    cut = [_without_rest(shot) for shot in phone]
    width = small[0].width + sum(_GAP + shot.width for shot in cut)
    height = max(
        sum(shot.height + _GAP for shot in small), *(shot.height for shot in cut), 0
    )
    sheet = Image.new("RGB", (width, height), "magenta")
    for place, shot in enumerate(small):
        sheet.paste(shot, (0, place * (shot.height + _GAP)))
    left = small[0].width + _GAP
    for shot in cut:
        sheet.paste(shot, (left, 0))
        left += shot.width + _GAP
    return sheet


def _without_rest(shot: Image.Image) -> Image.Image:
    """Cut off the lines at the end of a picture that are all alike."""
    pixels = shot.tobytes()
    stride = shot.width * 3
    last = pixels[-stride:]
    height = shot.height
    while height > 1 and pixels[(height - 1) * stride : height * stride] == last:
        height -= 1
    return shot.crop((0, 0, shot.width, min(height + _GAP, shot.height)))
