"""Listens to the log of the integration: it must name nobody, quote nothing, and tell of no surprise."""

import asyncio
from collections.abc import Callable, Iterable
import logging
from typing import Final, override

_LOGGER: Final = logging.getLogger("custom_components.payamak")


class LogWatch(logging.Handler):
    """Looks at each record of the integration, also at those of the finest level."""

    def __init__(self, violate: Callable[[str, str], None]) -> None:
        """Call ``violate`` with the invariant and what is wrong."""
        super().__init__(logging.DEBUG)
        self._violate = violate
        self._private: set[str] = set()
        self._level = logging.NOTSET
        self._propagates = True

    def add(self, words: Iterable[str]) -> None:
        """Take numbers and texts that must not be seen."""
        for word in words:
            self._private.add(word)
            if word.isdecimal():
                self._private.add(word.removeprefix("0"))

    def begin(self) -> None:
        """Begin to listen."""
        self._level, self._propagates = _LOGGER.level, _LOGGER.propagate
        _LOGGER.addHandler(self)
        _LOGGER.setLevel(logging.DEBUG)
        _LOGGER.propagate = False

    def end(self) -> None:
        """Listen no more."""
        _LOGGER.removeHandler(self)
        _LOGGER.setLevel(self._level)
        _LOGGER.propagate = self._propagates

    @override
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info and (error := record.exc_info[1]):
            said += f" {error!r}"
            # Home Assistant ends what is under way when it stops.
            is_surprise = not isinstance(error, asyncio.CancelledError)
            if is_surprise and record.levelno >= logging.ERROR:
                self._violate("surprise", f"{record.name}: {said}")
        for word in self._private:
            if word in said:
                self._violate("I11", f"{record.name} says what is private: {said}")
