"""The stand-in run by itself, as a process."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import re
import signal
import socket
import subprocess
import sys
from typing import NamedTuple

from aiohttp import ClientConnectorError, ClientSession
import pytest

from simulator.account import DEFAULT_LINE

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "simulator")

NEW_MODULES = """
import sys, aiohttp
before = set(sys.modules)
import simulator.__main__
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - sys.stdlib_module_names - {"simulator", "aiohttp"}))
"""


class Running(NamedTuple):
    """The process, and its two addresses."""

    process: Process
    address: str
    panel: str


@asynccontextmanager
async def running(*options: str) -> AsyncIterator[Running]:
    """Run the stand-in on free ports."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--port", "0", *options, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        addresses = []
        for said in (
            r"Stand-in gateway ready on (http://127\.0\.0\.1:\d+)\n",
            r"Its page and control API stay on (http://127\.0\.0\.1:\d+) while it is away\n",
        ):
            async with asyncio.timeout(30):
                line = (await process.stdout.readline()).decode()
            match = re.fullmatch(said, line)
            assert match, line
            addresses.append(match[1])
        yield Running(process, *addresses)
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
        running(*options.split()) as (process, address, _),
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
    async with running() as (process, address, _), ClientSession() as session:
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


async def test_port_is_closed_while_connections_are_refused(
    socket_enabled: None,
) -> None:
    """Page and control API stay on their own port, which has no API of the gateway."""
    async with running() as (_, address, panel), ClientSession() as session:
        credentials = {"username": "demo", "password": "demo"}

        async def credit(at: str = address) -> int:
            url = f"{at}/api/SendSMS/GetCredit"
            async with session.post(url, data=credentials) as response:
                return response.status

        async def outage(verb: str, at: str, **settings: object) -> dict[str, object]:
            async with session.request(
                verb, f"{at}/control/outages", json=settings
            ) as response:
                shown: dict[str, object] = await response.json()
                assert response.status == 200, shown
                return shown

        assert await credit() == 200
        # The request that closes the port is still answered through it.
        shown = await outage("POST", address, kind="refuse")
        assert shown["away"] == "refuse"
        assert panel.endswith(f":{shown['panel_port']}")
        for path in ("api/SendSMS/GetCredit", "control/state", ""):
            with pytest.raises(ClientConnectorError):
                await session.post(f"{address}/{path}")
        assert await credit(panel) == 404
        async with session.get(panel) as response:
            assert "The gateway refuses connections" in await response.text()
        await outage("DELETE", panel)
        assert await credit() == 200
        async with session.get(f"{panel}/control/calls") as response:
            assert len(await response.json()) == 2


async def test_port_closes_and_opens_by_itself(socket_enabled: None) -> None:
    """The process follows its own clock, without anybody who calls."""
    async with running() as (_, address, panel), ClientSession() as session:

        async def is_open() -> bool:
            try:
                async with session.get(f"{address}/control/state") as response:
                    return response.status == 200
            except ClientConnectorError:
                return False

        plan = {"kind": "refuse", "start_in": 0.3, "lasts": 0.3}
        async with session.post(f"{panel}/control/outages", json=plan) as response:
            assert (await response.json())["away"] is None
        async with asyncio.timeout(20):
            seen = [True]
            while seen != [True, False, True]:
                if (now := await is_open()) is not seen[-1]:
                    seen.append(now)


async def test_phones_can_be_told_at_the_start(
    socket_enabled: None, tmp_path: Path
) -> None:
    """A story needs nothing else: who is off, who answers what."""
    told = tmp_path / "phones.json"
    answer = {"text": "باشه", "after": 0, "contains": "دود", "times": 1}
    phones = {
        "09121234567": {"name": "مادر", "answer": answer},
        "09350000000": {"name": "سارا", "on": False},
    }
    told.write_text(json.dumps(phones, ensure_ascii=False), "utf-8")
    options = f"--delivery-seconds 0 --validity-seconds 0 --phones {told}"
    async with (
        running(*options.split()) as (_, address, panel),
        ClientSession() as session,
    ):
        sent = {"to": ",".join(phones), "from": DEFAULT_LINE, "text": "دود در خانه"}
        credentials = {"username": "demo", "password": "demo"}
        async with session.post(
            f"{address}/api/SendSMS/SendSMS", data=credentials | sent
        ) as response:
            assert (await response.json())["RetStatus"] == 1
        async with asyncio.timeout(20):
            received = 0
            while not received:
                async with session.get(f"{panel}/control/state") as response:
                    state = await response.json()
                received = state["accounts"][0]["received"]
        mother, sara = state["phones"]
        assert (mother["name"], mother["on"], mother["answer"]) == ("مادر", True, None)
        assert (sara["name"], sara["on"], sara["answer"]) == ("سارا", False, None)
        assert [phone["messages"][0]["status"] for phone in (mother, sara)] == [1, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file or directory"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be an object like"),
        (b'{"12": {}}', "Not a mobile number: 12"),
        (b'{"09121234567": {"on": 1}}', "09121234567: on: must be true or false"),
    ],
)
def test_phones_that_are_none_are_a_clear_message(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """It names the file and what is wrong in it."""
    told = tmp_path / "phones.json"
    if content is not None:
        told.write_bytes(content)
    done = subprocess.run(
        [*COMMAND, "--phones", str(told)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert f"argument --phones: {told}: {message}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--port", "--control-port"])
def test_taken_port_is_a_clear_message(socket_enabled: None, option: str) -> None:
    """Taken port is a clear message."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--port", "0", option, str(port)],
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
        ("--control-port", "70000"),
        ("--credit", "much"),
        ("--delivery-seconds", "-1"),
        ("--validity-seconds", "-1"),
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
