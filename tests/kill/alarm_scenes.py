"""What happens around a moment of an alert, which begins alone and goes on after the kill."""

from collections.abc import Mapping
from typing import Final

from .moments import ALERT_NOT_WRITTEN, Moment
from .play import Play, Scene

_CALM_WITHIN: Final = 6.0
_SECOND_WITHIN: Final = 20.0
_SOME_TIME: Final = 6.0


async def _raised(play: Play, moment: Moment) -> bool:
    """Raise an alert: the first one's text gets lost, and the second one answers."""
    await play.house.until_nothing_waits(_CALM_WITHIN)
    play.arm(moment)
    play.alarms.raise_one()
    came = await play.death(moment, within=_SOME_TIME)
    if came and moment.function and moment != ALERT_NOT_WRITTEN:
        play.alarms.note_written()
    return came


async def _answered(play: Play, moment: Moment) -> bool:
    """Let the second one be told before the moment can come."""
    await play.house.until_nothing_waits(_CALM_WITHIN)
    play.alarms.raise_one()
    await play.alarms.until_second_is_texted(_SECOND_WITHIN)
    play.arm(moment)
    return await play.death(moment)


ALARM_SCENES: Final[Mapping[str, Scene]] = {
    "alert_raised": _raised,
    "alert_answered": _answered,
}
