"""Kills Home Assistant again and again: `scripts/kill --help`."""

import argparse
import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random, SystemRandom
import sys
import time
from typing import Final

import aiohttp

from demo.flows import set_options
from demo.gateway import Account, start_gateway
from demo.home import REPOSITORY, clear, prepare_home
from demo.processes import any_free_port
from demo.steps import eventually
from demo.terminal import say

from .alarm_judge import judge_alarms
from .alarms import ALARMED, Alarms
from .asking import Asking
from .house import House
from .judge import Evidence, judge
from .moments import HOOKS, MOMENTS, Moment
from .phones import Phones
from .play import Play
from .report import Kills, Report
from .scenes import SCENES

_FOLDER: Final = REPOSITORY / ".demo/kill"
_CONFIGURATION: Final = """\
logger:
  default: critical
  logs:
    custom_components.payamak: debug
"""
_OPTIONS: Final = {
    "push": True,
    "daily_limit": 0,
    "low_credit": 0,
    "inbox_interval": 10,
}
_HEALED_WITHIN: Final = 90.0
_OVER_WITHIN: Final = 90.0
_TRIES_MORE: Final = 2
_LATE: Final = 0.25  # how often the gateway comes back after Home Assistant
_CALM: Final = 0.4  # how often there is time between two kills
_CALM_WITHIN: Final = 6.0
_ACCOUNT: Final = Account(
    "kill-account",
    "kill-gateway-password",
    line="50004001234567",
    credit=1_000_000,
    base_price=1730,
)


def main() -> int:
    """Return 1 where anything was taken twice, lost, told twice or out of order."""
    parser = argparse.ArgumentParser(
        prog="scripts/kill",
        description="Kills a real Home Assistant at aimed and random moments, and compares what it says with what the "
        "stand-in gateway took.",
    )
    parser.add_argument(
        "--times", type=int, help="how many kills (else each moment once)"
    )
    parser.add_argument("--seed", type=int, help="the seed that a report names")
    parser.add_argument("--only", help="only moments whose title has this in it")
    parser.add_argument("--report", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    chance = Random(seed)
    moments = [each for each in MOMENTS if (options.only or "") in each.title]
    plan = _plan(moments, chance, options.times or len(moments))
    report = asyncio.run(_run(plan, chance, seed))
    for line in report.lines():
        say(line)
    if options.report:
        options.report.write_text(report.page(), encoding="utf-8")
    return 1 if report.faults else 0


def _plan(moments: list[Moment], chance: Random, times: int) -> list[Moment]:
    """Return the moments in random order: each of them as often as the others, but for one time."""

    def rounds() -> Iterator[Moment]:
        while True:
            yield from chance.sample(moments, len(moments))

    return [moment for moment, _ in zip(rounds(), range(times), strict=False)]


async def _run(plan: list[Moment], chance: Random, seed: int) -> Report:
    say(f"{len(plan)} kills, seed {seed}")
    began = time.monotonic()
    kills: dict[Moment, Kills] = {}
    history: list[str] = []
    async with AsyncExitStack() as stack:
        play = await _bring_up(stack, chance)
        house, asking, alarms = play.house, play.asking, play.alarms
        left = deque(plan)
        while left:
            moment = left.popleft()
            came = await SCENES[moment.scene](play, moment)
            await asking.until_answered()
            await alarms.until_answered()
            counted = kills.setdefault(moment, Kills())
            counted.times += 1
            counted.just_there += came
            if not came and counted.times - counted.just_there <= _TRIES_MORE:
                # On a computer that is busy, something else may have been faster.
                left.append(moment)
            history.append(
                f"{len(history) + 1}. {'' if came else 'not '}at: {moment.title}"
            )
            say(f"{time.monotonic() - began:5.0f} s  {history[-1]}")
            await _begin_next(play)
        await house.until_healed(_HEALED_WITHIN)
        await asking.until_all_is_noted(_HEALED_WITHIN)
        verdict = judge(
            Evidence(
                asked=asking.asked,
                taken=await asking.taken(),
                kept=await asking.kept(),
                told=asking.told(),
                received=asking.received,
                noted=asking.noted(),
                kills=house.kills,
                restored=asking.restored,
                got_in_pause=asking.got_in_pause,
            )
        )
        alarm_verdict = judge_alarms(await alarms.evidence())
        numbers = {key.number for asked in asking.asked for key in asked.keys}
        numbers.update(ALARMED)
    leaks = sum(
        any(number in line for number in numbers) for line in house.log().splitlines()
    )
    return Report(
        seed=seed,
        seconds=time.monotonic() - began,
        kills=kills,
        verdict=verdict,
        alarm_verdict=alarm_verdict,
        leaks=leaks,
        history=history,
    )


async def _begin_next(play: Play) -> None:
    """Start again: mostly with the gateway there, or else it comes back a moment later."""
    phones = play.house.phones
    late = play.chance.random() < _LATE
    if late:
        await play.house.start()
    await phones.behave()
    if not late:
        await play.house.start()
    await play.alarms.until_over(_OVER_WITHIN)
    await play.asking.resume()
    await play.asking.receive(play.chance.randint(0, 1))
    await play.asking.ask_and_wait(1)
    if play.chance.random() < _CALM:
        # Or else more and more would wait, and nothing would be sent at once any more.
        await play.house.until_nothing_waits(_CALM_WITHIN)


async def _bring_up(stack: AsyncExitStack, chance: Random) -> Play:
    """Start both servers, and set the account up."""
    clear(_FOLDER)
    ports: list[int] = []
    for _ in range(3):
        ports.append(any_free_port(taken=ports))
    port, gateway_port, control_port = ports
    home = prepare_home(_FOLDER, port=port, language="en", helpers={})
    (home.config / "configuration.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    session = await stack.enter_async_context(
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), trust_env=False)
    )
    gateway = await start_gateway(
        _FOLDER, gateway_port, control_port, _ACCOUNT, delivery_seconds=1
    )
    stack.push_async_callback(gateway.stop, seconds=5)
    phones = Phones(session, gateway_port, control_port)
    house = House(home, session, phones, HOOKS)
    stack.push_async_callback(house.close)
    await gateway.until(phones.is_running, seconds=30)
    seconds = await house.start()
    say(f"Home Assistant is up after {seconds:.1f} s.")
    asking = Asking(house, _ACCOUNT, chance)
    await asking.set_up()
    address = await set_options(house.home_assistant, house.entry_id, _OPTIONS)
    await phones.set_push_address(_ACCOUNT, f"{address}?from=$FROM$")

    async def is_kept() -> bool | None:
        return await house.entry_is_kept("push", True) or None

    await eventually(is_kept, seconds=20, otherwise="The options were not kept.")
    alarms = Alarms(house)
    await alarms.set_up()
    return Play(house, asking, alarms, chance)


if __name__ == "__main__":
    sys.exit(main())
