"""Runs Home Assistant with hooks around named functions: it ends itself by SIGKILL at the moment that the parent has armed.

It is run as a file, so that nothing else of the repository can be imported:
`python -P inside.py FOLDER`, where FOLDER holds `hooks.json` and the configuration in `config`. For each line that it
reads, it starts a Home Assistant as a process of its own, forked from this one, which has imported everything already:
that is most of the work of a start. It prints the process's id, and its exit code (or minus the signal) once it has ended.

It also keeps the witness: each end, each received SMS and each event of an alert that is told goes to `told.jsonl`, and is on the disk before
any automation hears of it.
"""

from collections.abc import Callable, Iterable, Iterator
import ctypes
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
import json
import os
from pathlib import Path
import signal
import sys
import time
from typing import Any

from homeassistant.__main__ import main
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

_PACKAGE = "custom_components.payamak"
_FOUNDATION = {
    "api",
    "auth",
    "config",
    "conversation",
    "http",
    "lovelace",
    "onboarding",
}
_PR_SET_PDEATHSIG = 1  # from linux/prctl.h


class Trap:
    """Waits for the moment that is armed, and kills the process there."""

    def __init__(self, folder: Path) -> None:
        """Look for what is armed in a folder."""
        self._armed = folder / "armed.json"
        self._sprung = folder / "sprung.json"
        # Between the begin of an armed function and the end of the transaction that it asks for.
        self._write_to_die_in: str | None = None

    def reach(self, function: str, place: str) -> None:
        """Die here if this is the armed moment, or one passing nearer to it."""
        armed = self._read()
        if armed is None or armed["function"] != function or armed["place"] != place:
            return
        if armed["passings"] > 1:
            armed["passings"] -= 1
            self._armed.write_text(json.dumps(armed), encoding="utf-8")
            return
        self.die()

    def note_call(self, function: str) -> None:
        """Let the next transaction be the armed one, where a write of this function is armed."""
        armed = self._read()
        if (
            armed
            and armed["function"] == function
            and armed["place"] in ("written", "committed")
        ):
            self._write_to_die_in = armed["place"]

    def is_within_write(self, place: str) -> bool:
        """Tell whether the present transaction is to be the last."""
        return self._write_to_die_in == place

    def die(self) -> None:
        """End without a word, as `kill -9` does; the parent sees that it was here."""
        self._armed.rename(self._sprung)
        os.kill(os.getpid(), signal.SIGKILL)

    def _read(self) -> dict[str, Any] | None:
        try:
            armed: dict[str, Any] = json.loads(self._armed.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return armed


def hook(trap: Trap, path: str) -> None:
    """Put the trap around a function, named as `module:Class.function` or `module:function`."""
    module_name, _, name = path.partition(":")
    owner: Any = import_module(f"{_PACKAGE}.{module_name}" if module_name else _PACKAGE)
    *classes, last = name.split(".")
    for each in classes:
        owner = getattr(owner, each)
    setattr(owner, last, _trapped(trap, path, getattr(owner, last)))


def _trapped(trap: Trap, path: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(function):

        @wraps(function)
        async def trapped(*args: Any, **kwargs: Any) -> Any:
            trap.reach(path, "before")
            trap.note_call(path)
            result = await function(*args, **kwargs)
            trap.reach(path, "after")
            return result

        return trapped

    @wraps(function)
    def trapped_at_once(*args: Any, **kwargs: Any) -> Any:
        trap.reach(path, "before")
        trap.note_call(path)
        result = function(*args, **kwargs)
        trap.reach(path, "after")
        return result

    return trapped_at_once


def hook_transactions(trap: Trap) -> None:
    """Let the armed transaction end before its COMMIT, or right behind it."""
    file: Any = import_module(f"{_PACKAGE}.ledger.file").LedgerFile
    carry_out = file._carry_out

    def trapped(self: Any, changes: Iterable[Any]) -> None:
        def watched() -> Iterator[Any]:
            yield from changes
            if trap.is_within_write("written"):
                trap.die()

        carry_out(self, watched())
        if trap.is_within_write("committed"):
            trap.die()

    file._carry_out = trapped


def shorten_waits(waits: dict[str, Any]) -> None:
    """Set constants, named as `module:CONSTANT`; one that is a timedelta is given in seconds."""
    for path, value in waits.items():
        module_name, _, name = path.partition(":")
        module = import_module(f"{_PACKAGE}.{module_name}")
        before = getattr(module, name)
        kind = type(before)
        if kind.__name__ == "timedelta":
            setattr(module, name, kind(seconds=value))
        else:
            setattr(module, name, kind(value))


def bear_witness(told: Path) -> None:
    """Write what is told to a file; the listener is there before any other. Also write when received SMS are noted."""
    component: Any = import_module(_PACKAGE)
    signals: Any = import_module(f"{_PACKAGE}.account.signals")
    received: Any = import_module(f"{_PACKAGE}.ledger.received").ReceivedBook
    set_up, note = component.async_setup, received.async_note
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(**line: str | float | None) -> None:
        os.write(file, json.dumps(line).encode() + b"\n")
        os.fsync(file)

    @callback
    def hear_end(report: Any) -> None:
        write(kind="end", id=report.sms_id, state=str(report.state))

    @callback
    def hear_received(sms: Any) -> None:
        write(kind="received", id=sms.message_id, state="")

    @callback
    def hear_alert(report: Any) -> None:
        write(
            kind="alert",
            id=report.alert_id,
            state=report.event,
            name=report.name,
            at=time.time(),
        )

    async def note_with_witness(
        book: Any, numbers: Iterable[int], *answered: Any
    ) -> None:
        for number in numbers:
            write(kind="noted", id=str(number), at=time.time())
        await note(book, numbers, *answered)

    async def listen_and_set_up(hass: HomeAssistant, config: ConfigType) -> bool:
        async_dispatcher_connect(hass, signals.SIGNAL_DELIVERY_ENDED, hear_end)
        async_dispatcher_connect(hass, signals.SIGNAL_SMS_RECEIVED, hear_received)
        async_dispatcher_connect(hass, signals.SIGNAL_ALERT, hear_alert)
        done: bool = await set_up(hass, config)
        return done

    component.async_setup = listen_and_set_up
    received.async_note = note_with_witness


def prepare(folder: Path) -> None:
    """Import everything, and set all hooks."""
    hooks = json.loads((folder / "hooks.json").read_text(encoding="utf-8"))
    sys.path.insert(0, str(folder / "config"))
    shorten_waits(hooks["waits"])
    bear_witness(folder / "told.jsonl")
    trap = Trap(folder)
    for path in hooks["functions"]:
        hook(trap, path)
    hook_transactions(trap)
    # What each start would import first of all.
    for domain in sorted(DEFAULT_INTEGRATIONS | _FOUNDATION):
        import_module(f"homeassistant.components.{domain}")


def start_on_demand(folder: Path) -> None:
    """Start one Home Assistant for each line, one after the other."""
    for _ in sys.stdin:
        process = os.fork()
        if not process:
            os._exit(run(folder))
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def run(folder: Path) -> int:
    """Run Home Assistant until it ends, in a process group of its own."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(
        folder / "home-assistant.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
    )
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    sys.argv = ["hass", "--config", str(folder / "config"), "--log-no-color"]
    return main()


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    prepare(_folder)
    start_on_demand(_folder)
