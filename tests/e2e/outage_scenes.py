"""An outage of the gateway, as the dashboard shows it."""

from playwright.async_api import expect

from demo.dashboard import URL_PATH
from demo.outage import show_outbox
from demo.story import ALARM, MOTHER, NEIGHBOUR

from .scene import Scene


async def see_outage(scene: Scene) -> None:
    """Look at the dashboard while messages wait for the gateway; each phone gets its message once when it is back."""
    stage, words, page = scene.stage, scene.words, scene.frontend.page
    numbers = (MOTHER, NEIGHBOUR)
    before = [len(await stage.gateway.arrived(each)) for each in numbers]
    await stage.gateway.go_away()
    await stage.home_assistant.act(
        stage.notify_action, {"message": ALARM, "target": list(numbers)}
    )
    await show_outbox(stage, waiting=len(numbers), gateway="off")
    await scene.frontend.open(f"/{URL_PATH}")
    account = page.locator("hui-grid-section").first
    tiles = account.locator("hui-tile-card")
    names = [
        words.payamak(f"entity.{entity}.name")
        for entity in ("sensor.outbox", "binary_sensor.gateway")
    ]
    shown = [tiles.filter(has_text=name).first for name in names]
    for tile in shown:
        await expect(tile).to_be_visible()
    heading = account.locator("hui-heading-card").first
    await scene.camera.take(
        "outage", heading, tiles.first, *shown, says=names, margin=4
    )
    await stage.gateway.come_back()
    await show_outbox(stage, waiting=0, gateway="on", seconds=60)
    after = [len(await stage.gateway.arrived(each)) for each in numbers]
    if after != [count + 1 for count in before]:
        raise AssertionError(f"The phones got {before}, then {after} SMS.")
