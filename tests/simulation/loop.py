"""An event loop whose time is virtual: one step is one callback, and nothing real is ever waited for."""

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable
import heapq
import threading
from typing import Any, override


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs one callback at a time when it is told to; between any two of them the world may end.

    What others give to a thread runs in a step of its own, one after the other, as the disk's slowness says.
    """

    def __init__(
        self, time: Callable[[], float], disk_takes: Callable[[], float]
    ) -> None:
        """Show a time that somebody else lets go by; ``disk_takes`` tells how many seconds a job of a thread takes."""
        super().__init__()
        self._virtual_time = time
        self._disk_takes = disk_takes
        self._jobs: deque[Callable[[], None]] = deque()
        self._working = False
        self.is_dead = False
        # It counts as running until it is dead.
        self._thread_id: int | None = threading.get_ident()
        self.trouble: list[dict[str, Any]] = []
        self.set_exception_handler(self._note_trouble)

    @property
    def _ready_ones(self) -> deque[asyncio.Handle]:
        ready: deque[asyncio.Handle] = vars(self)["_ready"]
        return ready

    @property
    def _timers(self) -> list[asyncio.TimerHandle]:
        timers: list[asyncio.TimerHandle] = vars(self)["_scheduled"]
        return timers

    @override
    def time(self) -> float:
        return self._virtual_time()

    @property
    def is_idle(self) -> bool:
        """Tell whether there is nothing to do now."""
        self._take_due()
        return not self._ready_ones

    def next_timer(self) -> float | None:
        """Return when the next timer is due, None where there is none."""
        timers = self._timers
        while timers and timers[0].cancelled():
            heapq.heappop(timers)
        return timers[0].when() if timers else None

    def step(self) -> bool:
        """Run one callback; tell whether there was one."""
        self._take_due()
        ready = self._ready_ones
        while ready:
            handle = ready.popleft()
            if not handle.cancelled():
                before = events._get_running_loop()
                events._set_running_loop(self)
                try:
                    handle._run()
                finally:
                    events._set_running_loop(before)
                return True
        return False

    def _take_due(self) -> None:
        now = self.time()
        while (when := self.next_timer()) is not None and when <= now:
            handle = heapq.heappop(self._timers)
            self._ready_ones.append(handle)

    def die(self) -> None:
        """End without a word to anybody: nothing runs any more, and nothing that is said from now on counts."""
        self.is_dead = True
        self._ready_ones.clear()
        self._timers.clear()
        self._jobs.clear()
        self._thread_id = None
        self.set_exception_handler(lambda *_: None)

    @override
    def call_soon_threadsafe(  # type: ignore[override] # as loose as what is passed on
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    @override
    def run_in_executor(  # type: ignore[override] # no thread takes it
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self.create_future()

        def work() -> None:
            try:
                result = func(*args)
            except Exception as error:  # noqa: BLE001 - whoever asked for the job gets it
                self.call_soon(self._finish, future, None, error)
            else:
                self.call_soon(self._finish, future, result, None)

        self._jobs.append(work)
        if not self._working:
            self._begin_job()
        return future

    def _begin_job(self) -> None:
        self._working = True
        if seconds := self._disk_takes():
            self.call_later(seconds, self._work)
        else:
            self.call_soon(self._work)

    def _work(self) -> None:
        self._jobs.popleft()()

    def _finish(
        self, future: asyncio.Future[Any], result: Any, error: BaseException | None
    ) -> None:
        self._working = False
        if self._jobs:
            self._begin_job()
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def _process_events(self, event_list: Any) -> None:
        """Have no events: nothing comes from outside."""

    def _write_to_self(self) -> None:
        """Wake nobody: there is no other thread."""

    def _note_trouble(
        self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        self.trouble.append(context)
