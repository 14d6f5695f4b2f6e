"""What is being sent, over all accounts: Home Assistant stops only after it is accounted for."""

import asyncio
from typing import Any, Final

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton

from ..const import DOMAIN

# Home Assistant itself waits no longer than 20 s.
_SECONDS_TO_FINISH: Final = 15


class UnderWay:
    """The tasks that send. They outlive a reload of their account."""

    def __init__(self) -> None:
        """Begin with none."""
        self.is_stopping = False
        """Whether Home Assistant stops: no request leaves any more."""
        self._tasks: set[asyncio.Task[Any]] = set()

    @callback
    def add(self, task: asyncio.Task[Any]) -> None:
        """Add a task that sends."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def async_finish(self) -> None:
        """Let nothing further leave, and wait until each message under way is accounted for."""
        self.is_stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_SECONDS_TO_FINISH)


@singleton(f"{DOMAIN}_under_way")
def under_way_in(hass: HomeAssistant) -> UnderWay:
    """Return what is under way in a Home Assistant, which waits for it when it stops."""
    under_way = UnderWay()
    hass.async_add_shutdown_job(HassJob(under_way.async_finish, "payamak finishes"))
    return under_way
