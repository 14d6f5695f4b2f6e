"""What the tests of outages share: what the log says, and gaps without chance."""

import logging
from typing import Final

import pytest

LOST: Final = "ERROR The connection to the gateway is lost"
BACK: Final = "INFO The connection to the gateway is back"


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """Give what we have logged from information on: level and text up to the reason."""
    return [
        f"{record.levelname} {record.getMessage().split(':')[0]}"
        for record in log.records
        if record.name.startswith("custom_components.payamak")
        and record.levelno >= logging.INFO
    ]


def without_chance(patch: pytest.MonkeyPatch) -> None:
    """Let each gap be as long as it is without jitter, and half a minute while nothing can leave."""
    patch.setattr(
        "custom_components.payamak.account.gateway_watch.uniform",
        lambda low, high: 1.0 if low < 1 < high else high,
    )
