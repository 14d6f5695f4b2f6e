"""What the messenger meets, made by hand: nothing is sent, and its calls are held where a test wants it."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.payamak.gateway import GatewayError, SmsState, UncertainError
from custom_components.payamak.ledger import LedgerError, SmsRow, Text
from custom_components.payamak.sending import messenger as module
from custom_components.payamak.sending.messenger import Messenger
from custom_components.payamak.sending.slots import Slots
from custom_components.payamak.sending.under_way import UnderWay
from tests.integration.story.rows import waiting_row
from tests.integration.story.turns import turns

type Errors = Sequence[GatewayError | None]

PRICE = Decimal(1730)


class World:
    """All that the messenger meets; the caller answers as a test says, and holds its calls where it shall."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a gateway that accepts all, and nobody who has to wait."""
        self.under_way = UnderWay()
        self.is_away = False
        self.price: Decimal | None = PRICE
        self.texts: list[Text] = []
        self.begun: list[SmsRow] = []
        self.waited_for: set[str] = set()
        self.closed: set[str] = set()
        self.has_room = True
        self.took: list[tuple[int, bool]] = []
        self.window = False
        self.reading_fails = False
        self.loads = 0
        self.equal: dict[str, SmsRow] = {}
        self.remembered: list[str] = []
        self.slots = Slots()
        self.retry_for = 60.0
        self.late = False
        self.answer: Callable[[Sequence[SmsRow]], Errors] = lambda rows: (
            [None] * len(rows)
        )
        self.calls: list[int] = []
        self.now_under_way = 0
        self.most_under_way = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.noting = asyncio.Event()
        self.noting.set()
        self.queued: list[int] = []
        self.given_up: list[tuple[int, str]] = []
        self.held: set[str] = set()
        self.sent = self.woken = self.probes = 0
        self.heeded: list[Errors] = []
        this: Any = self
        road = SimpleNamespace(
            outgoing=this,
            limit=this,
            gates=this,
            duplicates=this,
            slots=self.slots,
            caller=_Caller(self),
            outbox=SimpleNamespace(wake=self._wake, heed=self.heeded.append),
            retry_for=60.0,
        )
        hass: Any = SimpleNamespace(
            async_create_task=lambda work, _name: asyncio.create_task(work)
        )
        account: Any = SimpleNamespace(watch=this)

        def under_way_in(home: Any) -> UnderWay:
            assert home is hass
            return self.under_way

        monkeypatch.setattr(module, "under_way_in", under_way_in)
        self.messenger = Messenger(
            hass, account, this, cast("Any", road), lambda: self.price, self._on_sent
        )

    def _wake(self) -> None:
        self.woken += 1

    def _on_sent(self) -> None:
        self.sent += 1

    def async_probe_now(self) -> None:
        """Ask whether the gateway is back."""
        self.probes += 1

    def name_of(self, number: str) -> str | None:
        """Give a saved name."""
        return "Saved" if number.endswith("1") else None

    # The ledger.

    def new_text(self, text: str | None, **fields: Any) -> Text:
        """Begin a text."""
        self.texts.append(Text(key=len(self.texts), text=text, **fields))
        return self.texts[-1]

    def begin(self, text: Text, number: str, name: str | None) -> SmsRow:
        """Begin a row."""
        assert text in self.texts
        row = waiting_row(
            len(self.begun),
            number,
            content=text,
            name=name,
            state=SmsState.SENDING,
        )
        self.begun.append(row)
        return row

    def waits_for(self, number: str) -> bool:
        """Tell whether an older message waits for somebody."""
        return number in self.waited_for

    # The guards.

    def take(self, rows: Sequence[SmsRow], *, urgent: bool) -> bool:
        """Tell whether there is room today."""
        self.took.append((len(rows), urgent))
        return self.has_room

    def of(self, row: SmsRow) -> Any:
        """Give somebody's gate."""
        return SimpleNamespace(closed_by=row.recipient in self.closed or None)

    @property
    def is_open(self) -> bool:
        """Tell whether equal messages are looked for."""
        return self.window

    async def async_load(self) -> None:
        """Read what was sent before."""
        self.loads += 1
        if self.reading_fails:
            raise LedgerError("word")

    def find(self, number: str, text: Text) -> SmsRow | None:
        """Find an equal message."""
        assert text is self.texts[-1]
        return self.equal.get(number)

    def remember(self, rows: Sequence[SmsRow], text: Text) -> None:
        """Remember what is sent."""
        assert text in self.texts
        self.remembered += [row.recipient for row in rows]


class _Caller:
    """Makes no call, and answers as the world says."""

    def __init__(self, world: World) -> None:
        self._world = world

    def must_wait(self, row: SmsRow) -> bool:
        assert row in self._world.begun
        return self._world.late

    async def async_queue(self, rows: Sequence[SmsRow]) -> Errors:
        self._world.queued.append(len(rows))
        for row in rows:
            row.state = SmsState.WAITING
        return [None] * len(rows)

    async def async_announce(
        self,
        rows: Sequence[SmsRow],
        on_held: Callable[[Sequence[SmsRow], Errors], None],
    ) -> Sequence[SmsRow]:
        held = [row for row in rows if row.recipient in self._world.held]
        if held:
            on_held(held, await self.async_queue(held))
        return [row for row in rows if row not in held]

    async def async_send_now(
        self,
        message: Any,
        rows: Sequence[SmsRow],
        on_answer: Callable[[Errors], None],
    ) -> Errors:
        world = self._world
        assert message.recipients
        world.calls.append(len(rows))
        world.now_under_way += 1
        world.most_under_way = max(world.most_under_way, world.now_under_way)
        try:
            await world.gate.wait()
            await turns(5)
            errors = world.answer(rows)
        finally:
            world.now_under_way -= 1
        on_answer(errors)
        await world.noting.wait()
        for row, error in zip(rows, errors, strict=True):
            row.state = _state(error)
        return errors

    async def async_give_up(
        self, rows: Sequence[SmsRow], error: GatewayError
    ) -> Errors:
        self._world.given_up.append((len(rows), error.reason))
        for row in rows:
            row.state = SmsState.FAILED
        return [error] * len(rows)


def _state(error: GatewayError | None) -> SmsState:
    if error is None:
        return SmsState.ACCEPTED
    if isinstance(error, UncertainError):
        return SmsState.UNKNOWN
    return SmsState.FAILED
