"""The stand-in run by itself, as a process."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import re
import signal
import socket
import subprocess
import sys

from aiohttp import ClientSession
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "simulator")

NEW_MODULES = """
import sys, aiohttp
before = set(sys.modules)
import simulator.__main__
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - sys.stdlib_module_names - {"simulator", "aiohttp"}))
"""


@asynccontextmanager
async def running(*options: str) -> AsyncIterator[tuple[Process, str]]:
    """Run the stand-in on a free port and give its address."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--port", "0", *options, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        match = re.fullmatch(
            r"Stand-in gateway ready on (http://127\.0\.0\.1:\d+)\n", line
        )
        assert match, line
        yield process, match[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_it_is_interrupted(
    socket_enabled: None, number: int
) -> None:
    """It serves until it is interrupted."""
    options = "--username u --password p --credit 12.5 --base-price 99 --line 1 --line 2 --delivery-seconds 0"
    async with (
        running(*options.split()) as (process, address),
        ClientSession() as session,
    ):

        async def call(method: str, **more: str) -> dict[str, object]:
            url = f"{address}/api/SendSMS/{method}"
            credentials = {"username": "u", "password": "p"}
            async with session.post(url, data=credentials | more) as response:
                reply: dict[str, object] = await response.json()
                return reply

        assert (await call("GetCredit"))["Value"] == "12.5"
        assert (await call("GetBasePrice"))["Value"] == "99"
        assert (await call("GetUserNumbers"))["Data"] == [
            {"Number": "1"},
            {"Number": "2"},
        ]
        sent = await call("SendSMS", to="09121234567", text="سلام", **{"from": "2"})
        assert (await call("GetDeliveries2", recId=str(sent["Value"])))["Value"] == "1"
        async with session.get(address) as response:
            assert "سلام" in await response.text()
        process.send_signal(number)
        async with asyncio.timeout(10):
            out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"", b"")


async def test_it_ends_at_once_though_a_call_hangs(socket_enabled: None) -> None:
    """It ends at once though a call hangs."""
    async with running() as (process, address), ClientSession() as session:
        async with session.post(
            f"{address}/control/faults", json={"fault": "hang"}
        ) as response:
            assert response.status == 200
        hanging = asyncio.ensure_future(
            session.post(f"{address}/api/SendSMS/GetCredit")
        )
        calls = 0
        while not calls:
            async with session.get(f"{address}/control/state") as response:
                calls = (await response.json())["calls"]
        process.terminate()
        async with asyncio.timeout(5):
            assert await process.wait() == 0
        await asyncio.gather(hanging, return_exceptions=True)


def test_taken_port_is_a_clear_message(socket_enabled: None) -> None:
    """Taken port is a clear message."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"Can't listen on 127.0.0.1:{port}: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--port", "70000"),
        ("--port", "x"),
        ("--credit", "much"),
        ("--delivery-seconds", "-1"),
        ("--username", ""),
    ],
)
def test_wrong_option_is_a_clear_message(options: tuple[str, str]) -> None:
    """Wrong option is a clear message."""
    done = subprocess.run(
        [*COMMAND, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert f"argument {options[0]}: " in done.stderr


def test_it_needs_nothing_but_aiohttp_and_the_standard_library() -> None:
    """It needs nothing but aiohttp and the standard library."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            NEW_MODULES,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.split() == []
