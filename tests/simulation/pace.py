"""How many requests leave: few in an outage (I9), and none after two failed logins (I6)."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from .asks import Ask
from .gateway import Gateway, key_of
from .mirror import Mirror
from .times import Times
from .transport import Request
from .weather import LOGIN, OUTAGES

_OUTAGE_IS_KNOWN_AFTER: Final = 180.0
_MOST_REQUESTS_A_MINUTE: Final = 10
_MOST_QUEUED_CALLS_A_MINUTE: Final = 8
_MOST_QUEUED_CALLS_IN_LONG: Final = 14
_LONG: Final = 1800.0
_HOLDS: Final = ("code_2", "code_3", "code_4", "code_6", "code_10", "code_19")


class Pace:
    """Counts requests, until Home Assistant or the account begins anew."""

    def __init__(
        self,
        times: Times,
        violate: Callable[[str, str], None],
        gateway: Gateway,
        mirror: Mirror,
        asks: Sequence[Ask],
    ) -> None:
        """Call ``violate`` with what is wrong."""
        self._times = times
        self._violate = violate
        self._gateway = gateway
        self._mirror = mirror
        self._asks = asks
        self._refused_logins = 0
        self._last_answer = times.now
        self._requests: deque[float] = deque()
        self._queued_calls: deque[float] = deque()

    def begin_anew(self) -> None:
        """Know that the home knows no more of the login and the outage."""
        self._refused_logins = 0
        self._requests.clear()
        self._queued_calls.clear()
        self._last_answer = self._times.now

    def note_begin(self, request: Request) -> None:
        """Look at a request that is about to leave."""
        self._check_pace(request)
        if self._refused_logins >= 2:
            self._violate("I6", "a request after two failed logins")

    def note_answer(self, request: Request) -> None:
        """Look at the end of a request."""
        if request.answer is None:
            return
        self._last_answer = self._times.now
        if request.fault in LOGIN:
            self._refused_logins += 1
        elif request.fault is None:
            self._refused_logins = 0

    def _check_pace(self, request: Request) -> None:
        """I9: few requests in an outage, and few calls for what waits while something holds it up."""
        now = self._times.now
        weather = self._gateway.weather
        if (
            now - self._last_answer > _OUTAGE_IS_KNOWN_AFTER
            and weather.lasting in OUTAGES
        ):
            if not request.sends or self._may_wait(request):
                self._requests.append(now)
            while self._requests and self._requests[0] < now - 60:
                self._requests.popleft()
            if len(self._requests) > _MOST_REQUESTS_A_MINUTE:
                self._violate("I9", f"{len(self._requests)} requests in a minute")
        else:
            self._requests.clear()
        if weather.lasting not in _HOLDS:
            self._queued_calls.clear()
        elif request.sends:
            key = key_of(request.method, request.fields)
            numbers = request.fields["to"].split(",")
            rows = [
                row
                for each in numbers
                for row in (
                    self._mirror.bundle(key, each) or self._mirror.of(key, each)
                )
            ]
            if any(row.has_waited and not row.urgent for row in rows):
                self._queued_calls.append(now)
            while self._queued_calls and self._queued_calls[0] < now - _LONG:
                self._queued_calls.popleft()
            lately = sum(at >= now - 60 for at in self._queued_calls)
            if lately > _MOST_QUEUED_CALLS_A_MINUTE:
                self._violate("I9", f"{lately} calls in a minute")
            elif len(self._queued_calls) > _MOST_QUEUED_CALLS_IN_LONG:
                self._violate("I9", f"{len(self._queued_calls)} calls in a hold")

    def _may_wait(self, request: Request) -> bool:
        key = key_of(request.method, request.fields)
        return all(ask.retry_for for ask in self._asks if ask.key == key)
