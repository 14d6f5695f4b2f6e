"""What the caller meets, made by hand: a gateway, a disk and gates that do as a test says, and that note in which order they are met."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from custom_components.payamak.account.account import Account
from custom_components.payamak.gateway import GatewayError, Receipt, SmsState
from custom_components.payamak.ledger import LedgerError, OutgoingBook, SmsRow
from custom_components.payamak.sending.caller import Caller
from custom_components.payamak.sending.gates import Gates
from custom_components.payamak.sending.guards import DailyLimit
from custom_components.payamak.sending.under_way import UnderWay
from tests.integration.conftest import LINE

type Errors = Sequence[GatewayError | None]


class World:
    """All that the caller meets: it answers as a test says, and notes in which order it is met."""

    sender = LINE

    def __init__(self) -> None:
        """Begin with a gateway that accepts all, a disk that takes all, and open gates."""
        self.watch = self
        self.client = self
        self.is_away = False
        self.under_way = UnderWay()
        self.met: list[str] = []
        self.disk: dict[str, SmsState] = {}
        self.disk_takes = True
        self.answer: Sequence[Receipt] | Exception | None = None
        self.called_with: list[Any] = []
        self.rows_age = 0.0
        self.room = 1000
        self.leaving_today = 0
        self.closed: set[str] = set()
        self.passed: set[str] = set()
        self.results: list[Errors] = []
        self.sender_results: list[tuple[str, GatewayError | None]] = []
        self.told: list[list[SmsState]] = []
        self.answers: list[Errors] = []
        self.on_write: Callable[[], None] = lambda: None
        this: Any = self
        self.caller = Caller(
            cast("Account", this),
            cast("OutgoingBook", this),
            cast("DailyLimit", _Limit(self)),
            cast("Gates", _Gates(self)),
            self.under_way,
            self._outcome,
        )

    def on_answer(self, errors: Errors) -> None:
        """Hear what was wrong before it is written."""
        self.met.append("heard")
        self.answers.append(errors)

    def _outcome(self, rows: Sequence[SmsRow]) -> None:
        self.met.append("outcome")
        self.told.append([row.state for row in rows])

    # The account.

    async def send_call[T](self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call."""
        self.met.append("call")
        return await call()

    async def send_sms(
        self, to: Sequence[str], text: str, line: str, *, flash: bool
    ) -> Sequence[Receipt]:
        """Answer as the gateway."""
        assert not flash
        self.called_with.append((list(to), text, line))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or [receipt(str(place)) for place in range(len(to))]

    async def send_pattern(
        self, _to: str, _pattern: int, _variables: Sequence[str]
    ) -> Receipt:
        """Answer as the gateway."""
        return receipt("1")

    def note_message_result(self, error: GatewayError | None) -> None:
        """Note what became of one."""
        self.results.append([error])

    def note_sender_result(self, line: str, error: GatewayError | None) -> None:
        """Note whether a line could be used."""
        self.sender_results.append((line, error))

    # The ledger.

    def age(self, row: SmsRow) -> float:
        """Tell how long ago a row was begun."""
        return self.rows_age - row.created_at

    async def async_note_sending(self, rows: Sequence[SmsRow]) -> None:
        """Write that a request is about to leave."""
        for row in rows:
            row.state = SmsState.SENDING
        self._write("sending", rows)

    async def async_note_waiting(self, rows: Sequence[SmsRow]) -> None:
        """Write that rows wait."""
        for row in rows:
            row.state = SmsState.WAITING
        self._write("waiting", rows)

    async def async_note_outcome(self, rows: Sequence[SmsRow]) -> None:
        """Write what ended, or is followed."""
        self._write("ended", rows)

    def _write(self, what: str, rows: Sequence[SmsRow]) -> None:
        assert rows
        self.met.append(what)
        self.on_write()
        if not self.disk_takes:
            raise LedgerError("full")
        self.disk |= {row.sms_id: row.state for row in rows}


class _Limit:
    """Counts what leaves today."""

    def __init__(self, world: World) -> None:
        self._world = world

    def take(self, rows: Sequence[SmsRow], *, urgent: bool) -> bool:
        self._world.leaving_today += len(rows)
        return urgent is True or self._world.leaving_today <= self._world.room

    def give_back(self, rows: Sequence[SmsRow]) -> None:
        self._world.leaving_today -= len(rows)


class _Gates:
    """Lets those pass who are not closed."""

    def __init__(self, world: World) -> None:
        self._world = world

    def take(self, row: SmsRow) -> bool:
        if row.recipient in self._world.closed:
            return False
        self._world.passed.add(row.sms_id)
        return True

    def give_back(self, rows: Sequence[SmsRow]) -> None:
        self._world.passed -= {row.sms_id for row in rows}


def receipt(
    message_id: str | None = None, error: GatewayError | None = None
) -> Receipt:
    """Give the gateway's answer for one number."""
    return Receipt(message_id=message_id, error=error)
