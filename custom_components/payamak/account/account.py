"""One gateway account: its client, and what the gateway's answers mean for the account as a whole."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
import logging
from typing import Any, Final

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import CONF_SENDER, CONF_SENDER_LISTED
from ..gateway import (
    AddressError,
    CredentialsError,
    GatewayError,
    Login,
    LoginInDoubtError,
    PayamakClient,
    RejectedError,
    SenderLineError,
    UpdatingError,
    comparable_line,
    mask_number,
)
from ..ledger import Ledger
from .credit import CreditWatch
from .gateway_watch import GatewayWatch
from .known_logins import known_login
from .repairs import Issue, Repairs
from .signals import signal_login_refused

_LOGGER = logging.getLogger(__name__)

# The account's causes that have a repair; others of the class concern one method only.
_REPAIRABLE = ("account_inactive", "documents_incomplete")
# The facts of repairs, for the next set-up: a message met it, or which line it is about.
_BY_MESSAGE: Final = "by_message"
_REFUSED_LINE: Final = "refused_line"
_GONE_LINE: Final = "gone_line"
# A refused login is asked about again after this time; where there is no answer, each time later.
_SECOND_QUESTION_AFTER: Final = timedelta(seconds=10)
_LONGEST_WAIT: Final = timedelta(minutes=15)


def make_client(
    hass: HomeAssistant, data: Mapping[str, Any], login: Login | None = None
) -> PayamakClient:
    """Make a client of an entry's data, or of what shall become one's."""
    return PayamakClient(
        async_get_clientsession(hass),
        data[CONF_USERNAME],
        data[CONF_PASSWORD],
        data[CONF_URL],
        login=login,
    )


async def none_if_not_offered[T](answer: Awaitable[T]) -> T | None:
    """Return an answer, or None where the panel has none to give now: messages go out without it.

    Raises only what concerns the whole account: that the login or this address is refused.
    """
    try:
        return await answer
    except CredentialsError, AddressError:
        raise
    except GatewayError as error:
        _LOGGER.debug("The panel does not tell a part of the account: %s", error)
        return None


class Account:
    """Everything that is asked of the gateway for a config entry goes through here."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        data: Mapping[str, Any],
        repairs: Repairs,
        credit: CreditWatch,
        start_reauth: Callable[[], None],
        ledger: Ledger,
    ) -> None:
        """Make the client from the entry's data; ``start_reauth`` is called where the login is refused for good."""
        self._hass = hass
        self._entry_id = entry_id
        self._repairs = repairs
        self.credit = credit
        self._start_reauth = start_reauth
        self._ledger = ledger
        self._closed = False
        self._credit_listeners: list[Callable[[Decimal], None]] = []
        self._refuses_questions = False
        self._update_listeners: list[CALLBACK_TYPE] = []
        self.sender: str = data[CONF_SENDER]
        self._sender_listed: bool = data[CONF_SENDER_LISTED]
        self.client = make_client(hass, data, known_login(hass, entry_id, data))
        self.watch = GatewayWatch(
            hass, ledger.facts, lambda: not self.credentials_error
        )
        self._ask_again: HassJob[[datetime], Coroutine[Any, Any, None]] | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._delay = _SECOND_QUESTION_AFTER
        # What only a message can show is mended when a message shows it, not by a poll: over a reload, too.
        self._refuses_messages = bool(repairs.facts(Issue.ACCOUNT).get(_BY_MESSAGE))
        line = repairs.facts(Issue.SENDER_LINE)
        self._refuses_sender = line.get(_REFUSED_LINE) == self.sender
        if line and self.sender not in line.values():
            repairs.clear(Issue.SENDER_LINE)

    @property
    def credentials_error(self) -> CredentialsError | None:
        """Return why the gateway refuses the login: until the user has logged in again, nothing is asked or sent."""
        return self.client.login.refusal

    @property
    def latest_time(self) -> datetime:
        """Return the later of the gateway's clock, which dates the messages, and ours.

        After a power cut ours may be that of the cut, and what was sent hours ago would seem to be of now.
        """
        now = dt_util.utcnow()
        return max(now, self.client.gateway_time or now)

    @callback
    def settle_doubts_with(self, poll: Callable[[], Awaitable[None]]) -> None:
        """Take what asks for the credit; it is awaited some seconds after the login came into doubt.

        While an account is set up, Home Assistant sees to that: it tries again.
        """

        async def ask_again(_now: datetime) -> None:
            self._cancel_timer = None
            await poll()
            self._follow_login()

        self._ask_again = HassJob(
            ask_again, "payamak second question", cancel_on_shutdown=True
        )
        self._follow_login()

    @callback
    def close(self) -> None:
        """Stop raising repairs and asking: another set-up, or nobody, speaks for the account now."""
        self._closed = True
        self._end_doubt()
        self.watch.async_close()

    async def ask[T](self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask the gateway something, and note what its answer says about the account as a whole.

        Raises CredentialsError where the refusal of the login is believed. While it is in doubt nothing is asked.
        """
        if self.client.login.doubt:
            raise LoginInDoubtError("login_in_doubt")
        return await self._answer(question)

    async def ask_credit(self) -> Decimal:
        """Ask for the credit, which every panel tells: this settles whether the login is a good one."""
        credit = await self._answer(self.client.get_credit, counts=True)
        if not self._closed:
            self.credit.note_credit(credit)
            for listener in tuple(self._credit_listeners):
                listener(credit)
        return credit

    @callback
    def async_listen_to_credit(
        self, listener: Callable[[Decimal], None]
    ) -> CALLBACK_TYPE:
        """Call a listener with the credit each time that the gateway tells it: then login and address are fine, too."""
        self._credit_listeners.append(listener)
        return partial(self._credit_listeners.remove, listener)

    @callback
    def async_listen_to_update_end(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when the gateway answers a question again, after it refused one as it was being updated."""
        self._update_listeners.append(listener)
        return partial(self._update_listeners.remove, listener)

    async def ask_or_check_login[T](self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask for what not every panel offers.

        {"MyBase":{"Value":null,"RetStatus":35,...},"Data":null}: a panel without the method says so in the same words as
        one that refuses the login. The credit, which every panel tells, shows which of the two it is.
        """
        try:
            return await self.ask(question)
        except RejectedError:
            # Where it is refused as well, the login has failed twice.
            await self._answer(
                self.client.get_credit, counts=True, believe_refusal=True
            )
            raise

    async def send_call[T](self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call that sends, and note whether the gateway is there; what it answers is noted by its results.

        The gateway also refuses a good login now and then: as long as that is in doubt, the message can be sent again.
        """
        try:
            return await self._heed(call, counts=True)
        except CredentialsError as error:
            if self.client.login.doubt:
                raise LoginInDoubtError("login_in_doubt") from error
            raise

    async def _heed[T](self, call: Callable[[], Awaitable[T]], *, counts: bool) -> T:
        """Make a call, and let the watch know what became of it."""
        refused = self.credentials_error
        try:
            answer = await call()
        except GatewayError as error:
            # Once the login is refused, the client raises that itself, and no call is made.
            if not (refused and isinstance(error, CredentialsError)):
                self.watch.note_error(error, counts=counts)
            raise
        self._ledger.note_gateway_time(self.client.gateway_time)
        self.watch.note_answer()
        return answer

    async def _answer[T](
        self,
        question: Callable[[], Awaitable[T]],
        *,
        counts: bool = False,
        believe_refusal: bool = False,
    ) -> T:
        try:
            answer = await self._heed(question, counts=counts)
        except CredentialsError as error:
            if believe_refusal:
                self.client.login.believe(error)
            self._follow_login()
            if self.client.login.doubt:
                raise LoginInDoubtError("login_in_doubt") from error
            raise
        except GatewayError as error:
            self._refuses_questions |= isinstance(error, UpdatingError)
            self._report(error)
            raise
        self._note_update_end()
        self._follow_login()
        self._clear(Issue.ADDRESS)
        if not self._refuses_messages:
            self._clear(Issue.ACCOUNT)
        return answer

    def _note_update_end(self) -> None:
        if self._refuses_questions:
            self._refuses_questions = False
            for listener in tuple(self._update_listeners):
                listener()

    @callback
    def _follow_login(self) -> None:
        """Act on what the answers say about the login."""
        if self._closed:
            return
        if self.client.login.refusal:
            self._start_reauth()
            async_dispatcher_send(self._hass, signal_login_refused(self._entry_id))
        if not self.client.login.doubt:
            self._end_doubt()
        elif self._ask_again and not self._cancel_timer:
            self._cancel_timer = async_call_later(
                self._hass, self._delay, self._ask_again
            )
            self._delay = min(self._delay * 2, _LONGEST_WAIT)

    @callback
    def _end_doubt(self) -> None:
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None
        self._delay = _SECOND_QUESTION_AFTER

    @callback
    def note_message_result(self, error: GatewayError | None) -> None:
        """Note what became of a message, whichever line it went out over."""
        self._follow_login()
        if not self._closed:
            self.credit.note_message_result(error)
        if error is None:
            self._refuses_messages = False
            self._clear(Issue.ADDRESS, Issue.ACCOUNT)
            return
        self._refuses_messages |= error.reason in _REPAIRABLE
        self._report(error)

    @callback
    def note_sender_result(self, sender: str, error: GatewayError | None) -> None:
        """Note whether the account's usual line could be used; other lines are the caller's choice."""
        if sender != self.sender:
            return
        if error is None:
            self._refuses_sender = False
            self._clear(Issue.SENDER_LINE)
        elif isinstance(error, SenderLineError):
            self._refuses_sender = True
            self._show_sender_line("sender_line_refused", _REFUSED_LINE)

    @callback
    def check_sender(self, lines: tuple[str, ...]) -> None:
        """Compare the usual line with the account's own; one never listed may be right."""
        if self._refuses_sender:
            return
        if comparable_line(self.sender) in map(comparable_line, lines):
            self._clear(Issue.SENDER_LINE)
        elif self._sender_listed:
            self._show_sender_line("sender_line_gone", _GONE_LINE)

    def _report(self, error: GatewayError) -> None:
        """Show the user what only they can mend."""
        if self._closed:
            return
        if isinstance(error, AddressError):
            self._repairs.show(Issue.ADDRESS, error.reason)
        elif error.reason in _REPAIRABLE:
            facts = {_BY_MESSAGE: "yes"} if self._refuses_messages else None
            self._repairs.show(Issue.ACCOUNT, error.reason, facts=facts)

    def _clear(self, *issues: Issue) -> None:
        if not self._closed:
            self._repairs.clear(*issues)

    def _show_sender_line(self, translation_key: str, fact: str) -> None:
        if not self._closed:
            self._repairs.show(
                Issue.SENDER_LINE,
                translation_key,
                facts={fact: self.sender},
                sender=mask_number(self.sender),
            )
