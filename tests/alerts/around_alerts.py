"""What alerts meet, made by hand: a clock that a test sets, a messenger that notes what leaves, and a disk that refuses when it shall."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.payamak.account.signals import (
    SIGNAL_ALERT,
    AlertReport,
    ReceivedSms,
    signal_alerts_changed,
    signal_deliveries_changed,
)
from custom_components.payamak.alerts import (
    alerts as alerts_module,
    texts as texts_module,
)
from custom_components.payamak.alerts.alert import Alert
from custom_components.payamak.alerts.alerts import Alerts
from custom_components.payamak.alerts.case import Case
from custom_components.payamak.alerts.matters import Matters
from custom_components.payamak.gateway import GatewayError, SmsState
from custom_components.payamak.ledger import (
    AlertPerson,
    AlertRow,
    AlertStep,
    LedgerError,
    Purposes,
    SmsRow,
)
from custom_components.payamak.ledger.alerts import AlertBook
from custom_components.payamak.ledger.facts import Facts
from custom_components.payamak.sending.message import Sms
from custom_components.payamak.sending.progress import SendReport, SentRow
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.rows import waiting_row
from tests.integration.story.set_time import SetTime

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
ENTRY, OTHER_ENTRY = "01FIRST", "01SECOND"
SARA_IS_TOLD = AlertPerson(number=SARA, name="Sara")
OMID_IS_TOLD = AlertPerson(number=OMID, name="Omid")
MINA_IS_TOLD = AlertPerson(number=MINA, name="Mina")
SMOKE = "Smoke!"
OVER = "All is well."


def step(*people: AlertPerson, minutes: float = 3) -> AlertStep:
    """Give a step with some people, who have three minutes."""
    return AlertStep(people=people, minutes=minutes)


def alert_row(key: str = "A", **changes: Any) -> AlertRow:
    """Give an alert that begins at noon: Sara is told first, and Omid after her."""
    fields: dict[str, Any] = {
        "key": key,
        "alert_id": "smoke",
        "code": 27,
        "message": SMOKE,
        "resolved_message": "",
        "pin": None,
        "steps": (step(SARA_IS_TOLD), step(OMID_IS_TOLD)),
        "rounds": 1,
        "raised_at": NOON,
        "turn_at": NOON,
    }
    return AlertRow(**fields | changes)


class World(SetTime):
    """All that alerts meet; it is Home Assistant, the messenger, the outbox and the ledger's clock and file at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin at noon, with an account that has no alerts, and a gateway that accepts all."""
        super().__init__(monkeypatch, NOON)
        self.disk_takes = True
        self.written: list[Any] = []
        self.written_soon: list[object] = []
        self.sent: list[Sms] = []
        self.becomes: dict[str, SmsState] = {}
        self.on_send: Callable[[], None] = lambda: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun: dict[str, SmsRow] = {}
        self.cancelled: list[list[str]] = []
        self.told: list[AlertRow] = []
        self.on_told: Callable[[AlertRow], None] = lambda _: None
        self.taken: list[str] = []
        self.reports: list[AlertReport] = []
        self.looks = 0
        self.listeners: dict[str, Callable[[], None]] = {}
        self.polls = 0
        self.config = SimpleNamespace(language="en")
        self.services: Any = None
        self.is_running = True
        self.auth: Any = None
        self.matters: Matters = Matters()
        self.purposes = Purposes()
        this: Any = self
        self.book = AlertBook(this, this)
        self.facts = Facts(this)
        self.ledger: Any = SimpleNamespace(
            alerts=self.book,
            clock=self,
            facts=self.facts,
            outgoing=self,
        )
        monkeypatch.setattr(
            texts_module, "async_get_cached_translations", self._no_texts
        )
        monkeypatch.setattr(alerts_module, "matters_of", self._matters_of)
        monkeypatch.setattr(alerts_module, "async_dispatcher_connect", self._connect)
        monkeypatch.setattr(alerts_module, "async_dispatcher_send", self._send)

    # What a test does.

    def alert(self, row: AlertRow | None = None) -> Alert:
        """Raise an alert that nothing works on."""
        row = row or alert_row()
        self.book.keep(row)
        alert = Alert(ENTRY, self.ledger, row, lambda: self.taken.append(row.key))
        self.matters.add(alert)
        return alert

    def case(self, row: AlertRow | None = None, *, retry_for: float = 1) -> Case:
        """Raise an alert with its worker."""
        this: Any = self
        return Case(
            this,
            self.alert(row),
            self.ledger,
            this,
            this,
            self.matters,
            self._told,
            retry_for=retry_for,
        )

    def alerts(self) -> Alerts:
        """Set the alerts of the account up."""
        this: Any = self
        road: Any = SimpleNamespace(outbox=self, retry_for=7)
        return Alerts(this, ENTRY, self.ledger, this, road, self._answer_is_awaited)

    def change(self, key: str = "A", **changes: Any) -> None:
        """Change an alert."""
        self.book.keep(replace(self.book[key], **changes))

    def text(self, purpose: str, number: str, **changes: Any) -> SmsRow:
        """Let a text be begun; by default it has left now."""
        fields: dict[str, Any] = {"state": SmsState.ACCEPTED, "sent_at": self.time}
        row = waiting_row(len(self.purposes.rows(purpose)), number, **fields | changes)
        row.sms_id = f"{purpose} to {number}"
        self.begun[row.sms_id] = row
        self.purposes.note(purpose, row)
        return row

    def received(self, text: str = "ok", **changes: Any) -> ReceivedSms:
        """Give an SMS of Sara's that has come in just now."""
        now = datetime.fromtimestamp(self.time, UTC)
        fields: dict[str, Any] = {
            "entry_id": ENTRY,
            "message_id": "7",
            "sender": SARA,
            "name": "Sara",
            "line": "50004001",
            "text": text,
            "parts": 1,
            "sent_at": now,
            "came_in_at": now,
        }
        return ReceivedSms(**fields | changes)

    @property
    def waiting(self) -> dict[str, SmsRow]:
        """Return what has not left yet, as the ledger of an account does."""
        waits = SmsState.WAITING
        return {key: row for key, row in self.begun.items() if row.state is waits}

    @property
    def texts(self) -> list[tuple[str, str | None]]:
        """Return what was sent, and to whom."""
        return [(sms.text, who.name) for sms in self.sent for who in sms.recipients]

    def _told(self, row: AlertRow) -> None:
        self.told.append(row)
        self.on_told(row)

    # Home Assistant.

    def _no_texts(self, hass: Any, language: str, *_: str) -> dict[str, str]:
        assert hass is self
        assert language == "en"
        return {}

    def _matters_of(self, hass: object) -> Matters:
        assert hass is self
        return self.matters

    def _connect(
        self, hass: object, signal: object, target: Callable[[], None]
    ) -> Callable[[], object]:
        assert hass is self
        assert signal == signal_deliveries_changed(ENTRY)
        self.listeners["deliveries"] = target
        return lambda: self.listeners.pop("deliveries")

    def _send(self, hass: object, signal: object, *told: AlertReport) -> None:
        assert hass is self
        if signal == SIGNAL_ALERT:
            self.reports += told
        else:
            assert signal == signal_alerts_changed(ENTRY)
            assert not told
            self.looks += 1

    # The inbox, the messenger and the outbox.

    def _answer_is_awaited(self) -> None:
        self.polls += 1

    async def async_send(self, sms: Sms) -> SendReport:
        """Send as the real one does: what nobody wants any more does not leave."""
        sms.check()
        sms.check_size()
        rows = [self._row(sms, who.number, who.name) for who in sms.recipients]
        self.sent.append(sms)
        self.on_send()
        await self.gate.wait()
        for row in rows:
            row.state = self.becomes.get(row.recipient, SmsState.ACCEPTED)
            if not sms.is_wanted():
                row.state = SmsState.FAILED
        return SendReport(
            rows=[
                SentRow(
                    recipient=who,
                    sms=row,
                    state=row.state,
                    error=GatewayError("no_credit")
                    if row.state in (SmsState.FAILED, SmsState.UNKNOWN)
                    else None,
                )
                for who, row in zip(sms.recipients, rows, strict=True)
            ],
            size=sms.measure().times(len(rows)),
        )

    def _row(self, sms: Sms, number: str, name: str | None) -> SmsRow:
        how: dict[str, Any] = {"name": name, "state": SmsState.SENDING}
        return self.text(sms.purpose or "", number, **how)

    async def async_cancel(self, sms_ids: Collection[str]) -> None:
        """Call back what waits."""
        self.cancelled.append(list(sms_ids))
        if not self.disk_takes:
            raise LedgerError("full")
        for sms_id in sms_ids:
            self.begun[sms_id].state = SmsState.CANCELLED

    # The ledger's clock and file.

    def now(self) -> float:
        """Give the ledger's time."""
        return self.time

    def on_monotonic(self, at: float) -> float:
        """Give a time of the ledger's as one of the clock that counts on."""
        return at - self.time

    def keep(self, *, at_once: bool) -> None:
        """Keep the clock's reading."""
        assert at_once

    async def async_write(self, *changes: Any) -> None:
        """Write at once."""
        await asyncio.sleep(0)
        if not self.disk_takes:
            raise LedgerError("full")
        self.written += changes

    def write_soon(self, *changes: Sequence[Any]) -> None:
        """Write soon."""
        self.written_soon += changes
