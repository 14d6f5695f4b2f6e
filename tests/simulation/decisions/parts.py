"""The production code that decides, each part without Home Assistant and its event loop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import uniform
from types import SimpleNamespace
from typing import Any, Final, cast, override

from homeassistant.core import HomeAssistant

from custom_components.payamak.account.account import Account
from custom_components.payamak.account.connection import Connection, News, news_of
from custom_components.payamak.account.credit import CreditWatch
from custom_components.payamak.account.ends import Ends
from custom_components.payamak.account.gateway_watch import GatewayWatch
from custom_components.payamak.account.not_sent import NotSent
from custom_components.payamak.account.repairs import Issue, Repairs
from custom_components.payamak.delivery.followed import AllFollowed, Followed
from custom_components.payamak.delivery.follower import DeliveryFollower
from custom_components.payamak.delivery.pace import Pace
from custom_components.payamak.gateway import (
    GatewayError,
    PayamakClient,
    SmsState,
    UncertainError,
)
from custom_components.payamak.gateway.reply import Reply, parse
from custom_components.payamak.ledger import Ledger, SmsRow
from custom_components.payamak.sending.caller import Caller, Errors
from custom_components.payamak.sending.decisions import Batch
from custom_components.payamak.sending.message import Message
from custom_components.payamak.sending.outbox import Outbox
from custom_components.payamak.sending.progress import Accounted, Result
from custom_components.payamak.sending.settler import Settler

from .gateway import LINE, Gateway
from .oracle import Oracle
from .steps import pause

_TIME_OUT: Final = 40.0


class ModelClient(PayamakClient):
    """The client, above the line. What is sent arrives one step later, and so does its answer."""

    def __init__(self, gateway: Gateway, oracle: Oracle) -> None:
        """Have credentials that are right."""
        super().__init__(cast("Any", None), "user", "password")
        self._gateway = gateway
        self._oracle = oracle
        self.leaving: Sequence[SmsRow] = ()
        """The rows of the next call that sends."""

    @override
    async def _call(
        self, method: str, read: Any, parameters: Mapping[str, str] | None = None
    ) -> Any:
        # The lock that lets calls go one by one while the login is in doubt needs a loop.
        return await self._attempt(method, read, parameters or {})

    @override
    async def _post(self, method: str, fields: Any) -> Reply:
        rows, self.leaving = self.leaving, ()
        self._oracle.note_request(method, fields.get("text", ""), rows)
        began = self._gateway.times.now
        await pause()
        if self._gateway.times.now - began > _TIME_OUT:
            raise UncertainError("no_answer")
        body = self._gateway.answer(method, fields, rows)
        for _ in range(1 + self._gateway.slowness):
            await pause()
        if self._gateway.times.now - began > _TIME_OUT:
            raise UncertainError("no_answer")
        self.gateway_time = self._gateway.date
        reply = parse(body)
        self._oracle.note_answer()
        return reply


class ModelWatch:
    """What the watch knows of the connection, and when it asks next."""

    def __init__(self, account: ModelAccount) -> None:
        """Begin with a gateway that is there."""
        self._account = account
        self._connection = Connection()
        self._next_question: float | None = None

    @property
    def is_away(self) -> bool:
        """Tell whether the gateway is away."""
        return self._connection.is_away

    def note_answer(self) -> None:
        """Note that it has answered."""
        was_away = self.is_away
        self._connection = Connection()
        self._next_question = None
        if was_away:
            self._account.on_change()

    def note_error(self, error: GatewayError, *, counts: bool) -> None:
        """Note that a call has failed."""
        news = news_of(error, counts=counts)
        if news is News.ANSWER:
            self.note_answer()
        elif news is not News.NONE:
            now = self._account.now
            was_away = self.is_away
            self._connection.lose(news, error.reason, now)
            if self._next_question is None:
                self._next_question = now + self._connection.next_gap(uniform)
            if not was_away:
                self._account.on_change()

    def async_probe_now(self) -> None:
        """Ask with the next step."""
        self._next_question = self._account.now

    def take_question(self) -> bool:
        """Tell whether it is time for a question, which is asked then."""
        if self._next_question is None or self._account.now < self._next_question:
            return False
        self._next_question = None
        return True


class ModelAccount(Account):
    """The account, without Home Assistant."""

    def __init__(self, gateway: Gateway, ledger: Ledger, oracle: Oracle) -> None:
        """Begin with a login that is right."""
        self._gateway = gateway
        self._ledger = ledger
        self._closed = self._refuses_messages = False
        self._credit_listeners = []
        self._refuses_questions = False
        self._update_listeners = []
        self.credit = cast(
            "CreditWatch", SimpleNamespace(note_credit=lambda _credit: None)
        )
        self.sender = LINE
        self.client: ModelClient = ModelClient(gateway, oracle)
        self.watch = cast("GatewayWatch", ModelWatch(self))
        self.on_change: Callable[[], None] = lambda: None

    @property
    def now(self) -> float:
        """Return the monotonic time."""
        return self._gateway.times.since_begin

    @override
    def _follow_login(self) -> None:
        """Show nothing."""

    @override
    def _report(self, error: GatewayError) -> None:
        """Show nothing."""

    @override
    def _clear(self, *issues: Issue) -> None:
        """Show nothing."""

    @override
    def note_message_result(self, error: GatewayError | None) -> None:
        """Show nothing."""

    @override
    def note_sender_result(self, line: str, error: GatewayError | None) -> None:
        """Show nothing."""


class ModelEnds(Ends):
    """Writes ends as they are written, and tells them to the oracle."""

    def __init__(
        self, ledger: Ledger, oracle: Oracle, on_change: Callable[[], None]
    ) -> None:
        """Belong to an account; ``on_change`` is called where sensors would look."""
        super().__init__(cast("HomeAssistant", None), "entry", ledger.outgoing)
        self._oracle = oracle
        self._on_change = on_change

    @override
    async def async_tell(self, rows: Sequence[SmsRow]) -> None:
        await pause()
        for row in rows:
            self._oracle.note_told(row)
        self.async_tell_change()

    @override
    def async_tell_change(self) -> None:
        self._on_change()


class ModelCaller(Caller):
    """The caller, which also says which rows a request is of."""

    @override
    async def _async_ask(self, message: Message, rows: Sequence[SmsRow]) -> Errors:
        cast("ModelAccount", self._account).client.leaving = tuple(rows)
        return await super()._async_ask(message, rows)


class ModelOutbox(Outbox):
    """The outbox, which makes one call after the other, and is woken by the home."""

    def start(self, home_runs: Any) -> None:
        """Send from now on."""
        self._hass = home_runs
        self._running = True

    @override
    def wake(self) -> None:
        self._woken = True

    @override
    async def _async_make(self, calls: Sequence[Batch]) -> bool:
        went_well = False
        for planned in calls:
            batch = replace(planned, rows=self._who_may_leave(planned.rows))
            if self._may_send and batch.rows:
                went_well |= await self._async_send(batch)
        return went_well

    @property
    def has_work(self) -> bool:
        """Tell whether it was woken, or something waits."""
        return self._woken or bool(self._book.waiting)

    async def work(self) -> None:
        """Do what it is time for, as often as it was woken meanwhile."""
        self._clock.keep()
        await self._async_work()


class ModelSettler(Settler):
    """The settler, which is woken by the home."""

    def start(self, home_runs: Any) -> None:
        """Look from now on."""
        self._hass = home_runs
        self._running = True

    @override
    def _schedule(self) -> None:
        """Set no timer."""

    @property
    def is_due(self) -> bool:
        """Tell whether it is time for a look."""
        self._take_up()
        if not self._may_look or not self._since:
            return False
        due = min(map(self._due_at, self._since))
        return max(due, self._not_before) <= self._clock.now()

    async def work(self) -> None:
        """Look into the sent box."""
        await self._async_settle_due()


class ModelFollower(DeliveryFollower):
    """The follower, which is woken by the home."""

    def __init__(
        self, account: ModelAccount, ledger: Ledger, ends: Ends, now: datetime
    ) -> None:
        """Follow what is pending."""
        self._account = account
        self._outgoing = ledger.outgoing
        self._ends = ends
        self._followed = AllFollowed(ledger.outgoing.pending)
        self._latest = now
        self._pace = Pace(now)
        self.unknown_codes = set()

    def start(self, home_runs: Any) -> None:
        """Ask from now on."""
        self._hass = home_runs
        self._running = True

    @override
    def _tell_waiting(self) -> None:
        """Let nobody wait."""

    @override
    async def _async_ask(self, followed: Followed, now: datetime) -> SmsState:
        try:
            answer = await self._account.ask_or_check_login(
                lambda: self._account.client.get_delivery(followed.message_id)
            )
        except GatewayError as error:
            self._handle_error(error, followed, now)
            return SmsState.ACCEPTED
        self._pace.note_answer()
        followed.note_asked(now.timestamp(), answered=True)
        return answer.state if answer.final else SmsState.ACCEPTED

    async def work(self) -> None:
        """Ask for one delivery, if it is time for that."""
        self._follow_new()
        await self._async_ask_one()


class ModelAccounted(Accounted):
    """Lets one message wait for another, step by step."""

    @override
    async def result_of(self, row: SmsRow) -> Result:
        while row.sms_id in self._expected:
            await pause()
        return await super().result_of(row)


class ModelNotSent(NotSent):
    """Counts what was not sent, and shows it to nobody."""

    def __init__(self, ledger: Ledger) -> None:
        """Belong to an account."""
        nobody = SimpleNamespace(
            show=lambda *_, **__: None,
            clear=lambda *_: None,
            heed=lambda *_: None,
        )
        super().__init__(ledger.facts, cast("Repairs", nobody))
