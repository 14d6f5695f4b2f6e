"""A step of the demo: one thing to do, with a title, that shows something or says why it fell short."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
import time
import traceback

import aiohttp

from . import terminal
from .api import ApiError, HomeAssistant
from .dashboard import Entity
from .gateway import Account, Gateway
from .home import Home, Language
from .processes import Server

_POLL_EVERY = 0.2


class StepFailed(Exception):
    """A step fell short; the text says of what."""


@dataclass
class Stage:
    """What the steps work on, and what they found out for the steps after them."""

    home: Home
    home_server: Server
    gateway_server: Server
    home_assistant: HomeAssistant
    gateway: Gateway
    account: Account
    language: Language
    entry_id: str = ""
    notify_action: str = ""
    recipient_flow: str = ""  # waits for the first recipient after the set-up
    cabin_entry_id: str = ""
    cabin_notify_action: str = ""
    start_seconds: float = 0.0  # how long the last start took
    entities: list[Entity] = field(default_factory=list)

    def entity_id(self, key: str) -> str:
        """Return the entity of the account with this key, e.g. `credit`."""
        for entity in self.entities:
            if entity.key == key:
                return entity.entity_id
        raise StepFailed(
            f"The account has no entity `{key}`, only {[entity.key for entity in self.entities]}."
        )


type Lines = Sequence[str]
type _Function = Callable[[Stage], Awaitable[Lines]]


@dataclass(frozen=True)
class Step:
    """A function with a title and a time limit."""

    title: str
    function: _Function
    seconds: float

    async def perform(self, stage: Stage) -> bool:
        """Do it and report it; tell whether it went well."""
        try:
            async with asyncio.timeout(self.seconds):
                lines = await self.function(stage)
        except TimeoutError:
            terminal.failed(self.title, f"It took longer than {self.seconds:.0f} s.")
        except (StepFailed, ApiError, aiohttp.ClientError) as error:
            terminal.failed(self.title, str(error) or repr(error))
        except (LookupError, TypeError, ValueError) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            terminal.failed(
                self.title,
                f"An answer is not of the expected form: {error!r}, in {where.name}: {where.line}",
            )
        else:
            terminal.passed(self.title, lines)
            return True
        return False


def step(title: str, *, seconds: float = 30) -> Callable[[_Function], Step]:
    """Make a step of a function."""
    return lambda function: Step(title, function, seconds)


async def perform(steps: Iterable[Step], stage: Stage) -> str | None:
    """Perform steps up to the first that falls short, and return that one's title."""
    for one in steps:
        if not await one.perform(stage):
            return one.title
    return None


async def eventually[T](
    look: Callable[[], Awaitable[T | None]],
    *,
    seconds: float,
    otherwise: str,
    every: float = _POLL_EVERY,
) -> T:
    """Look again and again until there is something to return; fail with `otherwise` when time is up."""
    ends = time.monotonic() + seconds
    while (found := await look()) is None:
        if time.monotonic() > ends:
            raise StepFailed(otherwise)
        await asyncio.sleep(every)
    return found
