"""Plays the scenes and takes the pictures of the documentation: `.venv-demo/bin/python -m tests.e2e [en|fa]`."""

import argparse
import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
import sys
import time
from typing import get_args

from playwright.async_api import Browser, Error as PlaywrightError

from demo.alarm import ALARM_TEXTS
from demo.api import ApiError
from demo.bring_up import bring_up
from demo.home import REPOSITORY, Language
from demo.processes import StartFailed, any_free_port
from demo.steps import Stage, StepFailed, perform
from demo.terminal import failed, heading, passed, progress
from tests.system.checks import AFTERWARDS
from tests.system.leaks import leaks

from .alert_scenes import AFTER_ALERT
from .browser import NoBrowser, Tab, open_browser, open_tab
from .camera import Camera, WrongPicture
from .frontend import Frontend
from .looks import Looks
from .receiving_scenes import BY_SMS
from .recipient_scenes import AFTER_RENAMING, BY_AUTOMATION, BY_AUTOMATION_TO_TARGET
from .scene import Scene
from .scenes import SCENES
from .sending_scenes import BY_HAND
from .words import Words

PICTURES = REPOSITORY / "docs" / "pictures"

_FALLS_SHORT = (
    PlaywrightError,
    AssertionError,
    WrongPicture,
    StepFailed,
    ApiError,
    LookupError,
    ValueError,
)


async def play(
    browser: Browser, language: Language, pictures: Path, looks: Looks | None
) -> bool:
    """Play all scenes in a fresh home of one language; tell whether everything was as it should be."""
    heading(f"A user's way through Home Assistant ({language})")
    folder = REPOSITORY / ".demo" / f"e2e-{language}"
    async with AsyncExitStack() as stack:
        port = any_free_port()
        gateway_port = any_free_port(taken=[port])
        stage = await bring_up(
            stack,
            folder,
            language=language,
            port=port,
            gateway_port=gateway_port,
            control_port=any_free_port(taken=[port, gateway_port]),
            delivery_seconds=2,
        )
        desk = await open_tab(browser, language, {"width": 1100, "height": 2700})
        phone = await open_tab(browser, language, {"width": 390, "height": 2000})
        if pictures != PICTURES:
            # An older frontend has errors of its own, which nobody mends any more.
            desk.ignores_console = True
        words = Words(language)
        scene = Scene(
            stage=stage,
            words=words,
            frontend=Frontend(desk.page, stage.home.url, words),
            camera=Camera(pictures / language, looks),
            phones=phone.page,
        )
        await scene.frontend.log_in()
        return await _all_scenes(scene, desk, phone) and await _ends_well(stage)


async def _all_scenes(scene: Scene, desk: Tab, phone: Tab) -> bool:
    """Play the scenes up to the first that falls short."""
    for play_scene in SCENES:
        title = (play_scene.__doc__ or "").strip()
        already = len(scene.camera.taken)
        try:
            await play_scene(scene)
            if complaints := [*desk.complaints, *phone.complaints]:
                raise WrongPicture(
                    "\n".join(["The browser's console says:", *complaints])
                )
        except _FALLS_SHORT as error:
            evidence = scene.stage.home.folder / "fell-short.png"
            await desk.page.screenshot(path=evidence)
            failed(title, f"{error or repr(error)}\nPicture of it: {evidence}")
            return False
        passed(
            title,
            [
                f"{path.name}, {path.stat().st_size // 1000} kB"
                for path in scene.camera.taken[already:]
            ],
        )
    return True


async def _ends_well(stage: Stage) -> bool:
    """End Home Assistant and read the logs, as the demo's own check does."""
    if await perform(AFTERWARDS, stage) is not None:
        return False
    log = stage.home_server.log.read_text("utf-8", "replace")
    if found := leaks(
        log,
        [
            *BY_HAND.values(),
            *BY_AUTOMATION.values(),
            *BY_AUTOMATION_TO_TARGET.values(),
            *(*BY_SMS, *ALARM_TEXTS, *AFTER_ALERT),
            AFTER_RENAMING,
        ],
    ):
        failed("The log holds no text that was typed", f"It holds {found}.")
        return False
    return True


async def run(languages: list[Language], pictures: Path, looks: Path | None) -> int:
    """Play the scenes in the languages asked for, and return the exit code."""
    began = time.monotonic()
    results = []
    async with open_browser() as browser:
        for language in languages:
            sheets = Looks(looks / language) if looks else None
            results.append(await play(browser, language, pictures, sheets))
            if sheets and sheets.complaints:
                failed("Nothing sticks out of the window", "\n".join(sheets.complaints))
                results.append(False)
    progress(
        f"{'All as it should be' if all(results) else 'Fell short'}, in {time.monotonic() - began:.0f} s."
    )
    return 0 if all(results) else 1


def main() -> int:
    """Read the command line and run."""
    known: tuple[Language, ...] = get_args(Language.__value__)
    parser = argparse.ArgumentParser(prog="python -m tests.e2e", description=__doc__)
    parser.add_argument("language", nargs="*", choices=known)
    parser.add_argument(
        "--pictures",
        type=Path,
        default=PICTURES,
        metavar="FOLDER",
        help="where to keep the pictures, if they are not for the documentation",
    )
    parser.add_argument(
        "--looks",
        type=Path,
        metavar="FOLDER",
        help="keep each picture's looks there, too: on a desk and on a phone, light and dark",
    )
    options = parser.parse_args()
    languages = options.language or list(known)
    try:
        return asyncio.run(run(languages, options.pictures, options.looks))
    except (NoBrowser, StartFailed) as error:
        progress(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
