"""Regular expressions in texts that strangers write."""

import asyncio
import json
import logging
import sys
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

# A slow machine needs some tenths of one to begin.
_MOST_SECONDS: Final = 3
_MOST_SECONDS_OF_WAITING: Final = 60
_AT_A_TIME: Final = 2
_FOUND: Final = 0
_NOT_FOUND: Final = 3
_PROGRAM: Final = f"""
import json, re, sys
pattern, text = json.load(sys.stdin)
sys.exit({_FOUND} if re.search(pattern, text) else {_NOT_FOUND})
"""


class PatternSearch:
    """Looks for a regular expression in one text after the other.

    With many expressions, somebody can write a text for which the search takes hours. Python's
    search can't be stopped then, and blocks everything else, also when it runs in a thread. So
    each search runs in its own process, which is killed when it takes too long.

    Only a few searches of all triggers run at a time, so that each has enough processor time.
    A text that had to wait for too long is not searched: an automation would start too late.
    """

    def __init__(self, hass: HomeAssistant, pattern: str) -> None:
        """Take the expression, which must be a valid one."""
        self._pattern = pattern
        self._turns = _turns(hass)
        self._in_order = asyncio.Lock()
        self._warned = False

    async def async_find_in(self, text: str) -> bool:
        """Tell whether the expression occurs in a text; False where the search fails."""
        loop = asyncio.get_running_loop()
        in_time = loop.time() + _MOST_SECONDS_OF_WAITING
        async with self._in_order, self._turns:
            if loop.time() > in_time:
                self._warn("it had to wait too long for other searches")
                return False
            try:
                async with asyncio.timeout(_MOST_SECONDS):
                    found = await _async_search(self._pattern, text)
            except TimeoutError:
                self._warn("it took too long")
            except OSError as error:
                self._warn(str(error))
            else:
                self._warned = False
                return found
        return False

    def _warn(self, reason: str) -> None:
        """Warn once until a search succeeds again, so that nobody can fill the log by sending such texts."""
        if not self._warned:
            _LOGGER.warning(
                "An SMS started no automation, because a trigger's regular expression could not be looked for: %s",
                reason,
            )
            self._warned = True


@singleton(f"{DOMAIN}_pattern_searches")
def _turns(hass: HomeAssistant) -> asyncio.Semaphore:
    """Return the semaphore that limits the searches of all triggers."""
    return asyncio.Semaphore(_AT_A_TIME)


async def _async_search(pattern: str, text: str) -> bool:
    # Python has no name for itself where it is built into another program.
    if not sys.executable:
        raise FileNotFoundError("there is no Python to run it")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-S", "-c", _PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await process.communicate(json.dumps([pattern, text]).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode not in (_FOUND, _NOT_FOUND):
        raise ChildProcessError(f"exit code {process.returncode}")
    return process.returncode == _FOUND
