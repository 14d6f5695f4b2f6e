"""What happens around a moment. Each scene begins with Home Assistant up and the gateway there, and ends with a kill."""

import asyncio
from collections.abc import Mapping
import time
from typing import Final

from .alarm_scenes import ALARM_SCENES
from .house import answer_of
from .moments import Moment
from .play import PATIENCE, SEVERAL, Play, Scene

_HELD_SOON: Final = 0.2


async def _direct(play: Play, moment: Moment) -> bool:
    play.arm(moment)
    play.ask_several()
    return await play.death(moment)


async def _held(play: Play, moment: Moment, *, processed: bool = False) -> bool:
    phones = play.house.phones
    before = await phones.calls_of("SendSMS")
    await phones.misbehave("SendSMS", "hang", times=None, processed=processed)
    play.ask_several()
    ends = time.monotonic() + PATIENCE
    while (calls := await phones.calls_of("SendSMS")) == before:
        if time.monotonic() > ends:
            break
        # Pattern messages go another way.
        play.asking.ask()
        await asyncio.sleep(_HELD_SOON)
    await play.house.kill()
    return calls > before


async def _held_taken(play: Play, moment: Moment) -> bool:
    return await _held(play, moment, processed=True)


async def _away(play: Play, moment: Moment) -> bool:
    await play.house.phones.go_away()
    return await _direct(play, moment)


async def _outage(play: Play, moment: Moment) -> bool:
    await play.let_wait()
    return await play.death(moment)


async def _updating(play: Play, moment: Moment) -> bool:
    await play.house.phones.update(on=True)
    return await _direct(play, moment)


async def _back(play: Play, moment: Moment) -> bool:
    await play.let_wait()
    play.arm(moment)
    await play.house.phones.come_back()
    return await play.death(moment)


async def _deliveries(play: Play, moment: Moment) -> bool:
    await play.asking.ask_and_wait(2)
    play.arm(moment)
    return await play.death(moment)


async def _hasty(play: Play, moment: Moment) -> bool:
    await play.house.phones.go_away()
    await play.asking.ask_and_wait(SEVERAL, hasty=True)
    play.arm(moment)
    return await play.death(moment)


async def _backup(play: Play, moment: Moment) -> bool:
    play.arm(moment)
    making = asyncio.create_task(
        answer_of(lambda: play.house.home_assistant.act("backup.create", {}))
    )
    play.ask_several()
    came = await play.death(moment)
    await making
    return came


async def _fence(play: Play, moment: Moment) -> bool:
    await play.let_wait()
    await play.house.kill()
    await play.house.phones.come_back()
    play.arm(moment)
    await play.house.begin_to_start()
    return await play.death(moment)


async def _lost_answer(play: Play, moment: Moment) -> bool:
    await play.house.phones.misbehave("SendSMS", "reset", times=3, processed=True)
    return await _direct(play, moment)


async def _lost_call(play: Play, moment: Moment) -> bool:
    await play.house.phones.misbehave("SendSMS", "reset", times=3)
    await play.asking.ask_and_wait(SEVERAL)
    play.arm(moment)
    return await play.death(moment)


async def _received(play: Play, moment: Moment) -> bool:
    play.arm(moment)
    await play.asking.receive(SEVERAL)
    return await play.death(moment)


async def _stop(play: Play, moment: Moment) -> bool:
    await play.house.phones.misbehave("SendSMS", "delay", times=None, seconds=0.5)
    play.arm(moment)
    play.ask_several()
    await asyncio.sleep(play.chance.uniform(0.1, 0.5))
    await play.house.begin_to_stop()
    return await play.death(moment)


async def _reload(play: Play, moment: Moment) -> bool:
    await play.house.phones.misbehave("SendSMS", "delay", times=None, seconds=0.5)
    play.arm(moment)
    play.ask_several()
    reloading = asyncio.create_task(
        answer_of(
            lambda: play.house.home_assistant.act(
                "homeassistant.reload_config_entry", {"entry_id": play.house.entry_id}
            )
        )
    )
    came = await play.death(moment)
    await reloading
    return came


async def _start(play: Play, moment: Moment) -> bool:
    await play.let_wait()
    await play.house.kill()
    play.arm(moment)
    await play.house.begin_to_start()
    return await play.death(moment)


async def _restored(play: Play, moment: Moment) -> bool:
    """Back up with messages waiting, let them leave and others too, and restore the backup."""
    await play.let_wait()
    await play.house.back_up()
    play.asking.note_backup()
    await play.house.phones.come_back()
    await play.asking.ask_and_wait(2)
    await play.house.until_nothing_waits(PATIENCE)
    await play.house.kill()
    play.house.restore()
    play.asking.note_restore()
    play.arm(moment)
    await play.house.begin_to_start()
    return await play.death(moment, within=4.0)


async def _storm(play: Play, moment: Moment) -> bool:
    """Let several wait for one person, who gets them as one."""
    await play.house.phones.go_away()
    await play.asking.ask_and_wait(SEVERAL, of_mother=True)
    play.arm(moment)
    await play.house.phones.come_back()
    return await play.death(moment)


async def _paused(play: Play, moment: Moment) -> bool:
    await play.asking.pause()
    await play.asking.ask_and_wait(1, of_mother=True)
    play.arm(moment)
    play.ask_several()
    for _ in range(SEVERAL):
        play.asking.ask(of_mother=True)
    return await play.death(moment)


async def _some_time(play: Play, moment: Moment) -> bool:
    play.ask_several()
    return await play.death(moment, within=1.0)


async def _slow(play: Play, moment: Moment) -> bool:
    await play.house.phones.misbehave(None, "delay", times=None, seconds=0.4)
    play.ask_several()
    await play.asking.receive(1)
    return await play.death(moment)


SCENES: Final[Mapping[str, Scene]] = {
    "direct": _direct,
    "held": _held,
    "held_taken": _held_taken,
    "away": _away,
    "outage": _outage,
    "updating": _updating,
    "back": _back,
    "deliveries": _deliveries,
    "hasty": _hasty,
    "backup": _backup,
    "fence": _fence,
    "lost_answer": _lost_answer,
    "lost_call": _lost_call,
    "received": _received,
    "stop": _stop,
    "reload": _reload,
    "start": _start,
    "some_time_of_start": _start,
    "restored": _restored,
    "storm": _storm,
    "paused": _paused,
    "some_time": _some_time,
    "slow": _slow,
    **ALARM_SCENES,
}
