"""What alerts meet, made by hand."""

import pytest

from .around_alerts import World


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a world without alerts."""
    return World(monkeypatch)
