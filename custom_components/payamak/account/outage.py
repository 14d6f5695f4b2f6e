"""Logs once that the connection to the gateway is lost, and once that it is back."""

import logging
from typing import Any, Final

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..gateway import GatewayError, UnreachableError
from .errors import update_error

_LOGGER = logging.getLogger(__name__)

# Other errors may concern one method of the gateway only.
_CONNECTION_LOST: Final = frozenset({"no_answer", "connection_lost"})


class OutageLog:
    """Speaks for all coordinators of an account, each of which would log the same outage.

    They tell how each update ended, before it ends. A coordinator logs when its
    ``last_update_success`` changes, so that is set beforehand where it shall stay silent.
    """

    def __init__(self) -> None:
        """Know of no answer yet: until the first one, Home Assistant logs why set-up is repeated."""
        self._answered = False
        self._lost = False
        self._silenced: set[DataUpdateCoordinator[Any]] = set()

    @callback
    def failed(
        self, coordinator: DataUpdateCoordinator[Any], error: GatewayError
    ) -> None:
        """Log a lost connection; what is the coordinator's own trouble it logs itself."""
        if not self._answered:
            return
        if not _is_outage(error):
            self._back()
        elif coordinator.last_update_success or self._lost:
            if not self._lost:
                self._lost = True
                _LOGGER.error(
                    "The connection to the gateway is lost: %s", update_error(error)
                )
            if coordinator.last_update_success:
                coordinator.last_update_success = False
                self._silenced.add(coordinator)
            return
        self._let_log(coordinator)

    @callback
    def worked(self, coordinator: DataUpdateCoordinator[Any]) -> None:
        """Log that the connection is back."""
        self._answered = True
        self._back()
        self._let_log(coordinator)

    def _back(self) -> None:
        if self._lost:
            self._lost = False
            _LOGGER.info("The connection to the gateway is back")

    def _let_log(self, coordinator: DataUpdateCoordinator[Any]) -> None:
        if coordinator in self._silenced:
            self._silenced.remove(coordinator)
            coordinator.last_update_success = True


def _is_outage(error: GatewayError) -> bool:
    return isinstance(error, UnreachableError) or error.reason in _CONNECTION_LOST
