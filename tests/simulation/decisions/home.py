"""One run of the home: its parts put together, and what wakes them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast, override

from homeassistant.util import dt as dt_util

from custom_components.payamak.gateway import GatewayError, SmsState
from custom_components.payamak.ledger import Ledger, LedgerError, SmsRow, Text
from custom_components.payamak.people.address_book import AddressBook, Recipient
from custom_components.payamak.sending.bundle import Words
from custom_components.payamak.sending.bundler import Bundler
from custom_components.payamak.sending.caller import home_assistant_stops
from custom_components.payamak.sending.fence import Fence
from custom_components.payamak.sending.gates import Gates
from custom_components.payamak.sending.guards import DailyLimit, DuplicateWindow
from custom_components.payamak.sending.message import Message, PatternSms, Sms
from custom_components.payamak.sending.messenger import Messenger
from custom_components.payamak.sending.progress import Progress, SendReport
from custom_components.payamak.sending.road import Road
from custom_components.payamak.sending.sent_box import SentBox
from custom_components.payamak.sending.slots import Slots
from custom_components.payamak.sending.under_way import UnderWay

from ..people import PERSON
from .disk import ModelFile
from .gateway import Gateway
from .oracle import Ask, Oracle
from .parts import (
    ModelAccount,
    ModelAccounted,
    ModelCaller,
    ModelEnds,
    ModelFollower,
    ModelNotSent,
    ModelOutbox,
    ModelSettler,
    ModelWatch,
)
from .steps import Steps, Task

_REFRESH_AFTER: Final = 900.0
_RETRY_FOR: Final = 10
_WORDS: Final = Words(digits="0123456789", more="and {count} more")


class ModelMessenger(Messenger):
    """The messenger, which makes its calls one after the other."""

    def __init__(
        self, account: ModelAccount, road: Road, under_way: UnderWay, oracle: Oracle
    ) -> None:
        """Belong to an account."""
        self._watch = account.watch
        self._road = road
        self._under_way = under_way
        self._oracle = oracle
        self._base_price = lambda: None
        self._on_sent = lambda: None
        self._accounted = ModelAccounted()

    @override
    def _begin_row(self, text: Text, recipient: Recipient) -> SmsRow:
        row = self._road.outgoing.begin(text, recipient.number, None)
        self._oracle.note_begun(row)
        return row

    @override
    async def _make_calls(self, progress: Progress, text: Text) -> None:
        while progress.waiting:
            if self._must_wait(progress):
                await self._queue(progress)
            elif progress.stopped_by or self._under_way.is_stopping:
                stopped = progress.stopped_by or home_assistant_stops()
                await self._give_up(progress, stopped)
            else:
                await self._make_call(progress, progress.waiting.popleft())
        if self._watch.is_away and text.urgent and text.retry_for:
            self._watch.async_probe_now()

    async def send(self, message: Message, ask: Ask) -> SendReport:
        """Send a message, and tell the oracle what its caller is told."""
        report = await self._send(message)
        ask.status = {row.sms.sms_id: row.state for row in report.rows}
        self._oracle.note_acknowledged(ask)
        return report

    @override
    async def async_send(self, message: Message) -> SendReport:
        ask = Ask(
            text=message.known_text or "",
            numbers=tuple(each.number for each in message.recipients),
            urgent=message.urgent,
            minutes=message.retry_for,
            run=self._oracle.run,
        )
        self._oracle.asks.append(ask)
        return await self.send(message, ask)


class Home:
    """From a start to a crash or a stop."""

    def __init__(
        self,
        file: ModelFile,
        gateway: Gateway,
        oracle: Oracle,
        options: dict[str, int],
        address_book: AddressBook,
    ) -> None:
        """Read what is durable; all of it is decided on by production code."""
        self._file = file
        self._gateway = gateway
        self._oracle = oracle
        self._options = options
        self._address_book = address_book
        self.steps = Steps()
        self.runs = SimpleNamespace(is_running=True, is_stopping=False)
        self._under_way = UnderWay()
        self.ledger = Ledger(Path("ledger"))
        loading = self.steps.begin(self.ledger.async_load())
        self.steps.work()
        assert loading.done
        self._tasks: dict[str, Task] = {}
        self._refreshed_at = gateway.times.since_begin
        self.set_up()

    def set_up(self) -> None:
        """Build the road over the ledger, as each set-up and reload does."""
        self._tasks.clear()
        ledger, times = self.ledger, self._gateway.times
        self.account = ModelAccount(self._gateway, ledger, self._oracle)
        ends = ModelEnds(ledger, self._oracle, self.look)
        limit = DailyLimit(ledger, self._options["daily_limit"])
        sent_box = SentBox(self.account, ledger)
        not_sent = ModelNotSent(ledger)

        def note(rows: Sequence[SmsRow]) -> None:
            outbox.async_noted(rows)
            if any(row.state is SmsState.ACCEPTED for row in rows):
                self.follower._pace.end_break(dt_util.utcnow())
            self.look()

        self.gates = gates = Gates(self._address_book, ledger)
        caller = ModelCaller(
            self.account, ledger.outgoing, limit, gates, self._under_way, note
        )
        self.outbox = outbox = ModelOutbox(
            cast("Any", self.runs),
            "entry",
            self.account,
            ledger,
            under_way=self._under_way,
            slots=Slots(),
            caller=caller,
            fence=Fence(ledger, sent_box, ends, lambda: _WORDS),
            gates=gates,
            bundler=Bundler(
                is_on=bool(self._options["bundle"]),
                daily_limit=self._options["daily_limit"],
                room_for=limit.room_for,
                words=lambda: _WORDS,
                base_price=lambda: None,
            ),
            ends=ends,
            not_sent=not_sent,
        )
        self.settler = ModelSettler(
            cast("Any", self.runs), "entry", self.account, ledger, sent_box, ends
        )
        self.follower = ModelFollower(self.account, ledger, ends, times.utcnow())
        window = timedelta(seconds=self._options["duplicate_window"])
        self.road = road = Road(
            outgoing=ledger.outgoing,
            retry_for=_RETRY_FOR,
            limit=limit,
            gates=gates,
            duplicates=DuplicateWindow(ledger, window),
            slots=Slots(),
            caller=caller,
            outbox=outbox,
            settler=self.settler,
            not_sent=not_sent,
        )
        self.messenger = ModelMessenger(
            self.account, road, self._under_way, self._oracle
        )
        self.account._credit_listeners.append(outbox._async_credit_is)
        self.account._update_listeners.append(outbox._async_update_ended)
        self.account.on_change = outbox._async_gateway_changed
        for part in (outbox, self.settler, self.follower):
            part.start(self.runs)
        self._ask_credit()

    def look(self) -> None:
        """Let whoever waits for news of messages look at the ledger: here nobody."""

    def reload(self) -> None:
        """Begin no further call, and set the account up anew; what is under way goes on."""
        self.outbox._running = self.settler._running = self.follower._running = False
        self.set_up()

    def send(self, ask: Ask, *, pattern: bool) -> None:
        """Send a text, or a pattern with it."""
        how: dict[str, Any] = {
            "recipients": [Recipient(number=each) for each in ask.numbers],
            "urgent": ask.urgent,
            "retry_for": ask.minutes,
        }
        message: Message = (
            PatternSms(pattern_id=4711, variables=(ask.text,), **how)
            if pattern
            else Sms(text=ask.text, **how)
        )
        self.steps.begin(self.messenger.send(message, ask))

    def pause(self, *, paused: bool) -> None:
        """Pause the person with a gate, or not any more."""
        self.steps.begin(self._async_pause(paused=paused))

    async def _async_pause(self, *, paused: bool) -> None:
        person = self._oracle.person
        if not paused:
            person.paused = False
            person.resumed_at = self._gateway.times.now
        await self.gates.async_pause(PERSON, paused=paused)
        person.paused = paused
        self.outbox.wake()

    def cancel(self) -> None:
        """Call back what waits."""
        self.steps.begin(self._async_cancel())

    async def _async_cancel(self) -> None:
        # Who calls back is told where the disk does not take it.
        with suppress(LedgerError):
            await self.outbox.async_cancel(None)

    def wake(self) -> None:
        """Let each part do what it is time for, unless it is busy."""
        self._file.try_again()
        watch = cast("ModelWatch", self.account.watch)
        now = self._gateway.times.since_begin
        if (
            watch.take_question()
            or self.account.client.login.doubt
            or now - self._refreshed_at >= _REFRESH_AFTER
        ):
            self._ask_credit()
        if self.outbox.has_work:
            self._go_on("outbox", self.outbox)
        if self.settler.is_due:
            self._go_on("settler", self.settler)
        if self.ledger.outgoing.pending:
            self._go_on("follower", self.follower)

    def _go_on(self, name: str, part: Any) -> None:
        task = self._tasks.get(name)
        if task is None or task.done:
            self._tasks[name] = self.steps.begin(part.work())

    def _ask_credit(self) -> None:
        if self.account.credentials_error:
            return
        task = self._tasks.get("credit")
        if task is None or task.done:
            self._refreshed_at = self._gateway.times.since_begin
            self._tasks["credit"] = self.steps.begin(self._async_ask_credit())

    async def _async_ask_credit(self) -> None:
        try:
            await self.account.ask_credit()
        except GatewayError:
            # The watch and the login know of it.
            return

    def log_in(self) -> None:
        """Log in again, as a person does once the login is refused."""
        if self.account.credentials_error:
            self.reload()

    def stop(self) -> None:
        """Stop in good order: nothing new leaves, and what is under way is accounted for."""
        self._under_way.is_stopping = True
        self.runs.is_running = False
        self.runs.is_stopping = True
        self.steps.work()
        self._file.try_again()
        self.die()

    def die(self) -> None:
        """End at once, wherever it is."""
        self._file.is_gone = True
        self.steps.drop()
        self._oracle.note_end_of_run(compared=self.ledger.clock._compared)
