"""An alert, from when it is raised until somebody has it."""

from tests.integration.conftest import OMID, SARA

from .alarm import MOTHER, SMOKE, Alarm


async def test_the_next_step_is_told_when_nobody_acknowledges(alarm: Alarm) -> None:
    """Sara has three minutes; then Mother is told, and who acknowledges ends it."""
    response = await alarm.raise_smoke()
    assert response["state"] == "open"
    assert response["raised"] is True
    assert alarm.texts(SARA) == [SMOKE]
    assert alarm.open == "1"
    await alarm.passes(minutes=2, seconds=59)
    assert alarm.texts(MOTHER) == []
    await alarm.passes(seconds=2)
    assert alarm.texts(MOTHER) == [SMOKE]
    await alarm.reply("باشه", MOTHER)
    assert alarm.open == "0"
    assert alarm.texts(SARA) == [SMOKE, f"مادر has it: {SMOKE}"]
    assert alarm.texts(MOTHER) == [SMOKE]
    assert alarm.texts(OMID) == []
    assert alarm.events == [
        ("raised", "Sara"),
        ("escalated", "مادر"),
        ("acknowledged", "مادر"),
    ]
    await alarm.passes(minutes=30)
    assert alarm.texts(MOTHER) == [SMOKE]
