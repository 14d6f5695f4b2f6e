"""The command line of `scripts/demo`."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from .home import REPOSITORY, Language

FOLDER = REPOSITORY / ".demo"
DEFAULT_PORT, DEFAULT_GATEWAY_PORT, DEFAULT_CONTROL_PORT = 8123, 8089, 8090


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    check: bool
    lowest: bool
    language: Language
    port: int | None
    gateway_port: int | None

    @property
    def folder(self) -> Path:
        """Where this run keeps its files; a check doesn't disturb a demo that is up."""
        name = "check" if self.check else "run"
        return FOLDER / (f"{name}-lowest" if self.lowest else name)


def parse_options(arguments: list[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        allow_abbrev=False,  # the script looks for `--check` and `--lowest` itself
        description="Starts a stand-in SMS gateway and a real Home Assistant on this computer alone, sends SMS "
        "through the integration, and stays up until Ctrl-C.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="verify each step, end everything, and exit with 0 or 1",
    )
    parser.add_argument(
        "--lowest",
        action="store_true",
        help="run the lowest supported Home Assistant, not the newest",
    )
    parser.add_argument(
        "--language",
        choices=get_args(Language.__value__),
        default="en",
        help="language of the user interface",
    )
    parser.add_argument(
        "--port",
        type=int,
        help=f"port of Home Assistant (else {DEFAULT_PORT}, or a free one)",
    )
    parser.add_argument(
        "--gateway-port",
        type=int,
        help=f"port of the gateway (else {DEFAULT_GATEWAY_PORT}, or a free one)",
    )
    return Options(**vars(parser.parse_args(arguments)))
