"""Run the stand-in gateway by itself: python -m simulator."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal, InvalidOperation
import json
from pathlib import Path
import signal
import sys

from aiohttp import web

from .account import DEFAULT_LINE
from .gateway import Gateway
from .json_values import SettingError
from .listener import Listener
from .phone_settings import read_phones
from .phones import PhoneSettings
from .server import create_apps


def main() -> int:
    """Serve until interrupted; give the exit code."""
    options = _read_options()
    gateway = Gateway()
    gateway.delivery_time = timedelta(seconds=options.delivery_seconds)
    gateway.validity = timedelta(seconds=options.validity_seconds)
    gateway.add_phones(options.phones)
    gateway.add_account(
        options.username,
        options.password,
        credit=options.credit,
        base_price=options.base_price,
        lines=options.line or [DEFAULT_LINE],
    )
    try:
        asyncio.run(_serve(gateway, options.host, options.port, options.control_port))
    except _CannotListenError as failure:
        print(f"Can't listen on {failure}", file=sys.stderr)
        return 1
    return 0


class _CannotListenError(Exception):
    """A port can't be opened."""


async def _serve(gateway: Gateway, host: str, port: int, control_port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    apps = create_apps(gateway)
    async with (
        _listening(apps.gateway, host, port) as runner,
        _listening(apps.panel, host, control_port) as panel,
    ):
        gateway.panel_port = panel.addresses[0][1]
        address = _address(runner)
        async with Listener(gateway, runner):
            # In one piece: who started it may read no further than the first line.
            print(
                f"Stand-in gateway ready on {address}\n"
                f"Its page and control API stay on {_address(panel)} while it is away",
                flush=True,
            )
            await stopped.wait()


@asynccontextmanager
async def _listening(
    app: web.Application, host: str, port: int
) -> AsyncIterator[web.AppRunner]:
    """Serve an application on a port of its own."""
    # Without an access log: its lines would hold whole phone numbers.
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=1
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as failure:
            reason = failure.strerror or str(failure)
            raise _CannotListenError(f"{host}:{port}: {reason}") from failure
        yield runner
    finally:
        await runner.cleanup()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A stand-in for the SMS gateway."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=_port, default=8089, help="port; 0 takes a free one"
    )
    parser.add_argument(
        "--control-port",
        type=_port,
        default=0,
        help="port where the page and the control API stay in an outage; 0 takes a free one",
    )
    parser.add_argument(
        "--username", type=_text, default="demo", help="user name of the account"
    )
    parser.add_argument("--password", type=_text, default="demo", help="its password")
    parser.add_argument(
        "--credit", type=_decimal, default=Decimal(1000), help="its credit in SMS"
    )
    parser.add_argument(
        "--base-price",
        type=_decimal,
        default=Decimal(1730),
        help="price of one SMS in Rial",
    )
    parser.add_argument(
        "--line",
        action="append",
        type=_text,
        help=f"own line, repeatable ({DEFAULT_LINE})",
    )
    parser.add_argument(
        "--delivery-seconds",
        type=_seconds,
        default=8.0,
        help="time until an SMS is delivered",
    )
    parser.add_argument(
        "--validity-seconds",
        type=_seconds,
        default=86400.0,
        help="time that the operator goes on trying when a phone is off",
    )
    parser.add_argument(
        "--phones",
        type=_phones,
        default={},
        metavar="FILE",
        help='names of phones and what they do, as JSON: {"09121234567": {"name": "Mother",'
        ' "on": true, "answer": {"text": "ok", "after": 5, "contains": "alarm", "times": 1}}}',
    )
    return parser.parse_args()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is between 0 and 65535")
    return port


def _text(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86400:
        raise argparse.ArgumentTypeError("must be between 0 and 86400 seconds")
    return seconds


def _phones(path: str) -> dict[str, PhoneSettings]:
    try:
        return read_phones(json.loads(Path(path).read_bytes()))
    except OSError as failure:
        raise argparse.ArgumentTypeError(
            f"{path}: {failure.strerror or failure}"
        ) from failure
    except SettingError as failure:
        raise argparse.ArgumentTypeError(f"{path}: {failure}") from failure
    except (ValueError, RecursionError) as failure:
        raise argparse.ArgumentTypeError(f"{path}: not JSON") from failure


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise argparse.ArgumentTypeError(f"not a decimal number: {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
