"""What a scene plays with: the house, what is asked for there, and how it dies."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from .alarms import Alarms
from .asking import Asking
from .house import House
from .moments import Moment

# An armed moment comes sooner than this, or it is missed.
PATIENCE: Final = 20.0
SEVERAL: Final = 4


@dataclass(frozen=True, slots=True)
class Play:
    """What a scene needs."""

    house: House
    asking: Asking
    alarms: Alarms
    chance: Random

    def arm(self, moment: Moment) -> None:
        """Arm the moment, where it is one of the integration's functions."""
        if moment.function:
            passings = self.chance.randint(1, moment.most_passings)
            self.house.arm(moment.function, moment.place, passings)

    def ask_several(self, *, hasty: bool = False) -> None:
        """Ask for several things at once."""
        for _ in range(SEVERAL):
            self.asking.ask(hasty=hasty)

    async def death(self, moment: Moment, *, within: float = 2.0) -> bool:
        """Wait for the armed moment, or kill after a random time; tell whether the moment came."""
        if moment.function:
            return await self.house.until_dead(PATIENCE)
        await asyncio.sleep(self.chance.uniform(0, within))
        await self.house.kill()
        return True

    async def let_wait(self) -> None:
        """Take the gateway away, and let some messages wait for it."""
        await self.house.phones.go_away()
        await self.asking.ask_and_wait(SEVERAL)


type Scene = Callable[[Play, Moment], Awaitable[bool]]
