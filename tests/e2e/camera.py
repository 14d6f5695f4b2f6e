"""Pictures of what a user sees, taken once it stands still, and only if it says what it should."""

import asyncio
from collections.abc import Iterable
import io
from pathlib import Path
import re
import time

from PIL import Image
from playwright.async_api import FloatRect, Locator, Page

from .looks import Looks

MOST_BYTES = 150_000
MOST_WIDTH = 1200
_STILL_WITHIN = 15.0

# What shows instead of a text when a translation is missing or broken.
_RAW = re.compile(
    r"component\.[a-z_]+\."
    r"|\b(?:config|options|services|exceptions|entity|issues|config_subentries)\.[a-z_]+\.[a-z_.]+"
    r"|\bui\.[a-z_-]+\.[a-z_.-]+"
    r"|\bstate\.default\b"
    r"|\{[a-z_]+\}"
    r"|Translation error|INVALID_TAG|MISSING_VALUE|\[object |\bundefined\b|\bNaN\b",
)

# The text as it is laid out: through shadow roots, slots in their places, without what is hidden.
_READ = """root => {
  const found = [];
  const hidden = element => {
    const style = getComputedStyle(element);
    return style.display === "none" || style.visibility === "hidden";
  };
  const read = node => {
    if (node.nodeType === Node.TEXT_NODE) return found.push(node.data);
    if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return node.childNodes.forEach(read);
    if (node.nodeType !== Node.ELEMENT_NODE || hidden(node)) return;
    if (["STYLE", "SCRIPT", "TEMPLATE", "NOSCRIPT"].includes(node.tagName)) return;
    if (["INPUT", "TEXTAREA"].includes(node.tagName) && node.type !== "password")
      found.push(" " + (node.value || node.placeholder) + " ");
    const block = getComputedStyle(node).display !== "inline";
    if (block) found.push(" ");
    const assigned = node.tagName === "SLOT" ? node.assignedNodes() : [];
    if (assigned.length) assigned.forEach(read);
    else if (node.shadowRoot) read(node.shadowRoot);
    else node.childNodes.forEach(read);
    if (block) found.push(" ");
  };
  read(root);
  return found.join("");
}"""


class WrongPicture(Exception):
    """What a user would see is not what it should be."""


class Camera:
    """Takes the pictures of one language."""

    def __init__(self, folder: Path, looks: Looks | None = None) -> None:
        """Keep the pictures in a folder, and take the looks of each, too, where they are asked for."""
        self._folder = folder
        self._looks = looks
        self.taken: list[Path] = []

    async def take(
        self,
        name: str,
        *what: Locator,
        says: Iterable[str],
        margin: int = 16,
        turnable: bool = True,
    ) -> None:
        """Take a picture of some elements of a page, which must say certain things.

        What is not ``turnable`` forgets what was typed when the window becomes as narrow as a phone's.
        """
        page = what[0].page
        for one in what:
            await one.first.scroll_into_view_if_needed()
        frame = await _frame(page, [one.first for one in what], margin)
        shot = await _once_still(page, frame)
        await check(*what, says=says)
        path = self._folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        _save(shot, path)
        self.taken.append(path)
        if self._looks:
            await self._looks.take(name, what, turnable=turnable)

    async def show(
        self, name: str, *what: Locator, says: Iterable[str], turnable: bool = True
    ) -> None:
        """Take the looks of something that no page of the documentation shows, where they are asked for."""
        await check(*what, says=says)
        if self._looks:
            await self._looks.take(name, what, turnable=turnable)


async def check(*what: Locator, says: Iterable[str]) -> None:
    """See to it that elements say what they should, and that no raw key is visible anywhere on their page."""
    whole = await _read(what[0].page.locator("body"))
    if raw := _RAW.search(whole):
        around = whole[max(0, raw.start() - 60) : raw.end() + 60]
        raise WrongPicture(f"The page shows {raw[0]!r} to its user: …{around}…")
    said = " ".join([await _read(one.first) for one in what])
    if missing := [text for text in says if _plain(text) not in said]:
        raise WrongPicture(f"Not visible: {missing}\nVisible: {said}")


async def _read(what: Locator) -> str:
    return _plain(await what.evaluate(_READ))


def _plain(text: str) -> str:
    """Return a text without its markup and its line breaks."""
    return " ".join(re.sub(r"[*`]", "", text).split())


async def _frame(page: Page, what: Iterable[Locator], margin: int) -> FloatRect:
    """Return the rectangle around elements, which must be within the window."""
    boxes = [await one.bounding_box() for one in what]
    shown = [box for box in boxes if box and box["width"] and box["height"]]
    window = page.viewport_size
    if not window or len(shown) < len(boxes):
        raise WrongPicture("Something to be taken has no extent.")
    left = max(0, min(box["x"] for box in shown) - margin)
    top = max(0, min(box["y"] for box in shown) - margin)
    right = max(box["x"] + box["width"] for box in shown) + margin
    bottom = max(box["y"] + box["height"] for box in shown) + margin
    if bottom - margin > window["height"]:
        raise WrongPicture(
            f"The window of {window['height']} px is too small for {bottom:.0f} px."
        )
    return {
        "x": left,
        "y": top,
        "width": min(right, window["width"]) - left,
        "height": min(bottom, window["height"]) - top,
    }


async def _once_still(page: Page, frame: FloatRect) -> bytes:
    """Return a picture once two in a row are the same."""
    ends = time.monotonic() + _STILL_WITHIN
    before = b""
    while (shot := await page.screenshot(clip=frame)) != before:
        if time.monotonic() > ends:
            raise WrongPicture("The page does not come to rest.")
        before = shot
        await asyncio.sleep(0.4)
    return shot


def _save(shot: bytes, path: Path) -> None:
    """Write a picture as small as it may be, with a palette: a user interface has few colours."""
    with Image.open(io.BytesIO(shot)) as image:
        picture = image.convert("RGB")
    if picture.width > MOST_WIDTH:
        height = round(picture.height * MOST_WIDTH / picture.width)
        picture = picture.resize((MOST_WIDTH, height), Image.Resampling.LANCZOS)
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise WrongPicture(f"{path.name} has {path.stat().st_size} bytes.")
