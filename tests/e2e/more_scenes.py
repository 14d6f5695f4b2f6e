"""What no page of the documentation shows, but what a user meets: a person's device, conditions, blueprints, a repair."""

from collections.abc import Mapping
from typing import Final

from homeassistant.util.yaml import parse_yaml

from demo.flows import expect_result, fields_of, filled_in, until_loaded
from demo.home import REPOSITORY, Language

from .recipient_scenes import NAMES
from .scene import Scene
from .words import ACCOUNT_TITLE

_CONDITIONS: Final = (
    "is_last_delivery",
    "is_gateway_reachable",
    "is_within_daily_limit",
)
_BLUEPRINTS: Final = REPOSITORY / "blueprints" / "automation" / "payamak"
_SUFFIX: Mapping[Language, str] = {"en": "", "fa": "_fa"}


async def see_person(scene: Scene) -> None:
    """Look at the device of a person: what reaches them, the last delivery, the switch and the button."""
    words, page = scene.words, scene.frontend.page
    name = NAMES[words.language].sara
    await scene.frontend.open_integration()
    row = page.locator("ha-config-entry-device-row").filter(has_text=name)
    await row.get_by_text(name, exact=True).click()
    device = page.locator("ha-config-device-page")
    said = [
        words.payamak(f"entity.{entity}.name")
        for entity in ("switch.paused", "button.test", "sensor.last_delivery")
    ]
    for each in said:
        await device.get_by_text(each, exact=True).first.wait_for()
    await scene.camera.show("person", device, says=[name, *said])


async def choose_conditions(scene: Scene) -> None:
    """Look each condition up in the automation editor, and look at its form."""
    frontend, words = scene.frontend, scene.words
    form = frontend.page.locator("ha-automation-sidebar-condition")
    for condition in _CONDITIONS:
        await frontend.new_automation()
        # With several recipients, their target has a field more.
        said = words.condition(condition)[:4]
        await frontend.look_up("conditions", said[0])
        await form.get_by_text(said[1], exact=True).wait_for()
        await form.get_by_text(said[-1], exact=True).wait_for()
        await scene.camera.show(f"condition-{condition}", form, says=said)
        await frontend.leave_unsaved()


async def fill_in_blueprints(scene: Scene) -> None:
    """Look at the form of each blueprint, in the user's language."""
    frontend, page = scene.frontend, scene.frontend.page
    suffix = _SUFFIX[scene.words.language]
    for persian in sorted(_BLUEPRINTS.glob(f"*{_SUFFIX['fa']}.yaml")):
        name = persian.stem.removesuffix(_SUFFIX["fa"])
        text = (_BLUEPRINTS / f"{name}{suffix}.yaml").read_text("utf-8")
        await scene.stage.home_assistant.command(
            "blueprint/save",
            domain="automation",
            path=f"payamak/{name}.yaml",
            yaml=text,
            allow_override=True,
        )
        title = _title_of(text)
        await frontend.new_automation_from(title)
        form = page.locator("blueprint-automation-editor")
        await form.get_by_text(title).filter(visible=True).first.wait_for()
        await scene.camera.show(f"blueprint-{name}", form, says=[title])
        await frontend.leave_unsaved()


async def see_repair(scene: Scene) -> None:
    """Be warned of low credit in the repairs, and read what to do."""
    words, stage, page = scene.words, scene.stage, scene.frontend.page
    credit = int(float(await stage.home_assistant.state(stage.entity_id("credit"))))
    await _warn_below(scene, credit + 1)
    await scene.frontend.open("/config/repairs")
    title = words.payamak("issues.credit_low.title", account=ACCOUNT_TITLE)
    repairs = page.locator("ha-config-repairs-dashboard")
    await repairs.get_by_text(title).click()
    step = "issues.credit_low.fix_flow.step.init"
    choices = [
        words.payamak(f"{step}.menu_options.{choice}") for choice in ("check", "ignore")
    ]
    await scene.frontend.flow.get_by_text(choices[0]).wait_for()
    await scene.camera.show(
        "repair",
        scene.frontend.flow_surface,
        says=[words.payamak(f"{step}.title"), *choices],
    )
    await scene.frontend.leave_flow()
    await _warn_below(scene, 0)


async def _warn_below(scene: Scene, credit: int) -> None:
    """Set below which credit the account's user is warned; all else stays."""
    home_assistant, entry_id = scene.stage.home_assistant, scene.stage.entry_id
    form = await home_assistant.start_options_flow(entry_id)
    present = {
        name: field["default"] for name, field in fields_of(form, "init").items()
    }
    result = await home_assistant.answer_options_flow(
        form["flow_id"], filled_in(form, "init", {**present, "low_credit": credit})
    )
    expect_result(result, "create_entry")
    await until_loaded(home_assistant, entry_id)


def _title_of(blueprint: str) -> str:
    """Return the name that the list of blueprints shows."""
    parsed = parse_yaml(blueprint)
    assert isinstance(parsed, dict)
    title: str = parsed["blueprint"]["name"]
    return title
