"""A question that is asked while other things happen."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from custom_components.payamak.const import DOMAIN
from tests.integration.story.disk import disk_at_rest
from tests.integration.story.turns import turns

from .alarm import Alarm

COURIER: Final = "A courier is at the door. Open?"
YES_OR_NO: Final = [
    {"id": "yes", "sentences": ["yes[ please]", "بله"]},
    {"id": "no", "sentences": ["no"]},
]


@dataclass
class Asking:
    """The call of the action, which goes on until there is an answer."""

    alarm: Alarm
    task: asyncio.Task[Any]

    @classmethod
    async def begin(cls, alarm: Alarm, **fields: Any) -> Self:
        """Ask Sara and Mother about a courier, and let the question leave."""
        call = alarm.hass.services.async_call(
            DOMAIN,
            "ask",
            {"message": COURIER, "recipients": ["Sara", "مادر"]} | fields,
            blocking=True,
            return_response=True,
        )
        # Not one of Home Assistant's tasks: it would be waited for with all others.
        asking = cls(alarm, asyncio.get_running_loop().create_task(call))
        for _ in range(3):
            await turns()
            await alarm.hass.async_block_till_done(wait_background_tasks=True)
        return asking

    @property
    def is_over(self) -> bool:
        """Tell whether the action has ended."""
        return self.task.done()

    async def response(self) -> dict[str, Any]:
        """Give what the action responded; it must have ended by now."""
        for _ in range(3):
            await turns()
            await disk_at_rest(self.alarm.hass)
            await self.alarm.hass.async_block_till_done(wait_background_tasks=True)
        assert self.task.done()
        return dict(await self.task)

    async def stop(self) -> None:
        """Stop the script that asks."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
