"""A timer: it wakes who sleeps until something is due."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later


class Timer:
    """Rings once: so long after it was started last, unless it is stopped before, or Home Assistant ends."""

    def __init__(
        self, hass: HomeAssistant, name: str, ring: Callable[[], object]
    ) -> None:
        """Do not run yet; ``ring`` is called when the time is over, and may start it again."""
        self._hass = hass
        self._job = HassJob(self._async_its_time, name, cancel_on_shutdown=True)
        self._ring = ring
        self._cancel: CALLBACK_TYPE | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether it is going to ring."""
        return self._cancel is not None

    @callback
    def start(self, seconds: float) -> None:
        """Run so long from now on."""
        self.stop()
        self._cancel = async_call_later(self._hass, seconds, self._job)

    @callback
    def stop(self) -> None:
        """Ring no more."""
        if self._cancel:
            self._cancel()
            self._cancel = None

    @callback
    def _async_its_time(self, _now: datetime) -> None:
        self._cancel = None
        self._ring()
