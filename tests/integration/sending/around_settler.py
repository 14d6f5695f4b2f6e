"""What the settler meets, made by hand: a clock that a test sets, a sent box that shows what it says, and what is told in the end."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.payamak.gateway import GatewayError, Location, Message, SmsState
from custom_components.payamak.ledger import LedgerError, SmsRow
from custom_components.payamak.sending import settler as module
from custom_components.payamak.sending.matching import Call, Listed, calls_of
from custom_components.payamak.sending.settler import Settler
from tests.integration.conftest import LINE
from tests.integration.story.rows import content, waiting_row
from tests.integration.story.set_time import SetTime
from tests.integration.story.turns import turns


class World(SetTime):
    """All that the settler meets; each row is a call of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a gateway that is there, and an empty sent box."""
        super().__init__(monkeypatch)
        self.is_running = True
        self.is_away = False
        self.credentials_error: GatewayError | None = None
        self.unsettled: dict[str, SmsRow] = {}
        self.shown: dict[str, tuple[int, int]] = {}
        self.box_fails: Exception | None = None
        self.book_fails = False
        self.ends_fail: Exception | None = None
        self.reading = asyncio.Event()
        self.reading.set()
        self.telling = asyncio.Event()
        self.telling.set()
        self.looks: list[tuple[float, float]] = []
        self.ends: list[tuple[str, list[str]]] = []
        self.listeners: dict[str, Callable[[], None]] = {}
        monkeypatch.setattr(module, "async_dispatcher_connect", self._connect)
        this: Any = self
        self.settler = Settler(
            this,
            "01FIRST",
            cast("Any", _Account(self)),
            cast("Any", SimpleNamespace(clock=this, outgoing=this)),
            this,
            cast("Any", _Ends(self)),
        )

    # What a test does.

    def lose(self, number: int, state: SmsState = SmsState.UNKNOWN) -> SmsRow:
        """Let the answer to a message be lost that was begun an hour before it left."""
        text = content(number, f"text {number}")
        row = waiting_row(
            number,
            state=state,
            content=text,
            created_at=self.time - 3600,
            sent_at=self.time,
        )
        self.unsettled[row.sms_id] = row
        return row

    def show(self, number: int, *, delivered: int = 0, failed: int = 0) -> None:
        """Let the sent box show a message, with its counts."""
        self.shown[f"sms-{number}"] = (delivered, failed)

    async def start(self) -> None:
        """Begin to look."""
        self.settler.async_start()
        await turns()

    async def happen(self, listener: str) -> None:
        """Let something happen that the settler listens to."""
        self.listeners[listener]()
        await turns()

    # Home Assistant, the watch and the clock.

    def _connect(
        self, hass: Any, signal: str, target: Callable[[], None]
    ) -> Callable[[], object]:
        assert hass is self
        assert "01FIRST" in signal
        self.listeners["change"] = target
        return lambda: self.listeners.pop("change")

    def async_listen(self, target: Callable[[], None]) -> Callable[[], object]:
        """Listen to the gateway's going and coming."""
        self.listeners["gateway"] = target
        return lambda: self.listeners.pop("gateway")

    def now(self) -> float:
        """Give the ledger's time."""
        return self.time

    # The sent box.

    async def async_read(self, since: float) -> list[Listed]:
        """Show what left since a time."""
        self.looks.append((self.time, since))
        await self.reading.wait()
        if self.box_fails:
            raise self.box_fails
        return [
            self._listed(self.unsettled[sms_id], *counts)
            for sms_id, counts in self.shown.items()
            if sms_id in self.unsettled
        ]

    async def async_calls(self, since: float) -> list[Call]:
        """Give our calls that left since a time."""
        if self.book_fails:
            raise LedgerError("damaged")
        return calls_of(
            [row for row in self.unsettled.values() if row.left_at >= since], LINE
        )

    def _listed(self, row: SmsRow, delivered: int, failed: int) -> Listed:
        assert row.content
        assert row.sent_at is not None
        message = Message(
            message_id=row.sms_id.removeprefix("sms-"),
            location=Location.SENT,
            text=row.content.text or "",
            sender=LINE,
            receiver=row.recipient,
            sent_at=datetime.fromtimestamp(row.sent_at, UTC),
            parts=1,
            recipients=1,
            delivered=delivered,
            failed=failed,
        )
        return Listed(message=message, at=row.sent_at)


class _Account:
    def __init__(self, world: World) -> None:
        self._world = world
        self.watch = world

    @property
    def credentials_error(self) -> GatewayError | None:
        return self._world.credentials_error


class _Ends:
    """Writes and tells as the real one does: what has ended is unsettled no more."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def async_write(self, rows: Sequence[SmsRow], state: SmsState) -> None:
        assert rows
        await self._world.telling.wait()
        if self._world.ends_fail:
            raise self._world.ends_fail
        for row in rows:
            row.state = state
            row.ended_at = self._world.time
            self._world.unsettled.pop(row.sms_id)
        self._world.ends.append((state.value, [row.sms_id for row in rows]))

    async def async_found(self, rows: Sequence[SmsRow]) -> None:
        assert rows
        for row in rows:
            row.state = SmsState.ACCEPTED
        self._world.ends.append(("found", [row.sms_id for row in rows]))

    async def async_tell(self, rows: Sequence[SmsRow]) -> None:
        assert rows
        self._world.ends.append(("told", [row.sms_id for row in rows]))
