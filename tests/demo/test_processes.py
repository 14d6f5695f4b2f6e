"""Ports and servers of the demo."""

from collections.abc import Iterator
import os
from pathlib import Path
import socket
import sys

import pytest

from demo import processes
from demo.processes import LOOPBACK, Server, StartFailed, choose_port

_IGNORES_FRIENDLY_WORDS = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def busy_port() -> Iterator[int]:
    """Give a port that somebody listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        yield port


async def _start(folder: Path, code: str) -> Server:
    return await Server.start(
        "the server",
        [sys.executable, "-c", code],
        folder=folder,
        log=folder / "log",
        environment=processes.clean_environment(),
    )


def test_busy_port_asked_for_is_an_error(busy_port: int) -> None:
    """Who names a port wants that one."""
    with pytest.raises(
        StartFailed, match=rf"Port {busy_port} is busy.*for Home Assistant"
    ):
        choose_port("Home Assistant", busy_port, 8123)


def test_busy_default_port_is_replaced_and_said(
    busy_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A default port may be another one, which the user is told."""
    port = choose_port("the gateway", None, busy_port)
    assert port != busy_port
    assert processes.is_free(port)
    assert (
        f"Port {busy_port} is busy, so the gateway takes port {port}"
        in capsys.readouterr().out
    )


def test_free_port_is_taken_as_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said when all goes as asked."""
    port = processes.any_free_port()
    assert choose_port("Home Assistant", port, 8123) == port
    assert choose_port("Home Assistant", None, port) == port
    assert capsys.readouterr().out == ""


def test_both_servers_never_get_the_same_port(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A port that the other one is about to listen on counts as busy."""
    port = processes.any_free_port()
    assert choose_port("the gateway", None, port, taken=[port]) != port
    assert f"Port {port} is busy" in capsys.readouterr().out
    with pytest.raises(StartFailed, match=f"Port {port} is busy"):
        choose_port("the gateway", port, None, taken=[port])


def test_python_settings_of_the_user_stay_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another Python's path must not reach Home Assistant."""
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    assert not [
        name for name in processes.clean_environment() if name.startswith("PYTHON")
    ]
    assert "PATH" in processes.clean_environment()


async def test_server_that_ends_while_starting_is_reported_with_its_last_words(
    tmp_path: Path,
) -> None:
    """The reason is what the user needs."""
    server = await _start(tmp_path, "raise SystemExit('no such thing')")

    async def never() -> bool:
        return False

    with pytest.raises(
        StartFailed, match=r"ended with code 1 while starting[\s\S]*no such thing"
    ):
        await server.until(never, seconds=30)


async def test_server_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    """Waiting has a bound."""
    server = await _start(tmp_path, "import time; time.sleep(600)")

    async def never() -> bool:
        return False

    with pytest.raises(StartFailed, match="was not ready within 0 s"):
        await server.until(never, seconds=0)
    assert await server.stop(seconds=10)


async def test_server_that_does_not_end_is_killed_with_its_children(
    tmp_path: Path,
) -> None:
    """Nothing that was started outlives the demo."""
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_IGNORES_FRIENDLY_WORDS!r}])"
    server = await _start(
        tmp_path,
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{parent}",
    )

    async def child_is_there() -> bool:
        return "deaf" in server.log.read_text(encoding="utf-8")

    await server.until(child_is_there, seconds=30)
    group = os.getpgid(server._process.pid)
    assert not await server.stop(seconds=0.1)
    assert server.exit_code == -9

    async def group_is_gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    watch = await _start(tmp_path, "import time; time.sleep(600)")
    await watch.until(group_is_gone, seconds=10)
    assert await watch.stop(seconds=10)


async def test_stopping_twice_gives_the_same_answer(tmp_path: Path) -> None:
    """The check stops Home Assistant itself; the end of the demo does so again."""
    server = await _start(tmp_path, "import time; time.sleep(600)")
    assert await server.stop(seconds=10)
    assert await server.stop(seconds=10)


async def test_a_kill_leaves_no_time_for_a_last_word(tmp_path: Path) -> None:
    """As in a power cut, and nothing is left to be ended."""
    server = await _start(
        tmp_path,
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('in order', flush=True))\n"
        "print('ready', flush=True); time.sleep(600)",
    )

    async def is_ready() -> bool:
        return "ready" in server.log.read_text(encoding="utf-8")

    await server.until(is_ready, seconds=30)
    await server.kill()
    assert server.exit_code == -9
    assert "in order" not in server.log.read_text(encoding="utf-8")
    assert not await server.stop(seconds=10)
