"""Keeps the coordinators of an account silent about an outage, which the watch tells for all of them."""

from typing import Any

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .gateway_watch import GatewayWatch


class Quiet:
    """Decides what a coordinator logs.

    A coordinator logs when its ``last_update_success`` changes, so that is set before an update ends where it shall
    stay silent.
    """

    def __init__(
        self, coordinator: DataUpdateCoordinator[Any], watch: GatewayWatch
    ) -> None:
        """Speak for a coordinator that has not failed yet."""
        self._coordinator = coordinator
        self._watch = watch
        self._silenced = False

    @callback
    def silence(self) -> None:
        """Let the coordinator have failed without a word."""
        self._coordinator.last_update_success = False
        self._silenced = True

    @callback
    def failed(self) -> None:
        """Let the coordinator log its own trouble, but no outage."""
        if not self._watch.is_away:
            self.worked()
        elif self._coordinator.last_update_success:
            self.silence()

    @callback
    def worked(self) -> None:
        """Let it log a recovery only from what it has logged."""
        if self._silenced:
            self._silenced = False
            self._coordinator.last_update_success = True
