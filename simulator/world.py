"""The gateway's world: accounts, phones, messages and the clock."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import Unpack

from .account import Account, AccountSettings
from .answering import Answering
from .blocks import AddressBlocks
from .messages import TEHRAN, Clock, Outcome, ReceivedMessage, SentMessage, Sms
from .phones import Phone, PhoneSettings
from .push import Push
from .text import parse_mobile, ten_digits

_NIGHT_ENDS, _NIGHT_BEGINS = time(8), time(22)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """A gateway's accounts, the phones it reaches, and a clock of their own."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Start empty; the clock gives aware UTC times."""
        self._clock = clock or _utc_now
        self._offset = timedelta()
        self._last_rec_id = 10**18
        self._last_msg_id = 2**32
        self._sms: dict[str, Sms] = {}
        self._first_settings: dict[str, dict[str, object]] = {}
        self.accounts: dict[str, Account] = {}
        self.phones: dict[str, Phone] = {}
        self.blocks = AddressBlocks()
        self.push = Push()
        self.answering = Answering(self.now, self._receive_answer)
        self._first_phones: dict[str, PhoneSettings] = {}
        # How long an SMS takes until the operator's last word.
        self.delivery_time = timedelta(seconds=8)
        # How long the operator goes on trying to reach a phone that is off.
        self.validity = timedelta(days=1)
        # Whether every call is answered with code 6.
        self.updating = False
        # Whether a caller who doesn't ask for JSON gets XML.
        self.xml_by_default = False

    def now(self) -> datetime:
        """Give the time on the gateway's own clock."""
        return self._clock() + self._offset

    def advance(self, step: timedelta) -> None:
        """Put the gateway's clock forward, and let phones do what they do meanwhile."""
        self._offset += step
        self.catch_up()
        self.answering.wake()

    def catch_up(self) -> None:
        """Let phones do what they do until now, after the clock that was given has moved."""
        self.answering.catch_up()

    def add_account(
        self, username: str, password: str, **settings: Unpack[AccountSettings]
    ) -> Account:
        """Open an account; settings are the attributes of Account."""
        if username.lower() in self.accounts:
            raise ValueError(f"There is already an account {username}")
        account = Account(username, password, **settings)
        self.accounts[username.lower()] = account
        self._first_settings[username.lower()] = {
            each.name: deepcopy(getattr(account, each.name)) for each in fields(Account)
        }
        return account

    def remove_account(self, username: str) -> None:
        """Close an account."""
        del self.accounts[username.lower()]
        del self._first_settings[username.lower()]

    def phone(self, number: str) -> Phone:
        """Give the phone with a mobile number, in any usual spelling."""
        mobile = parse_mobile(number)
        if mobile is None:
            raise ValueError(f"Not a mobile number: {number}")
        return self.phones.setdefault(mobile, Phone(mobile))

    def add_phones(self, phones: Mapping[str, PhoneSettings]) -> None:
        """Say what phones there are at the start, and after each reset."""
        for number, settings in phones.items():
            self._first_phones[self.phone(number).number] = settings
            self.change_phone(number, **settings)

    def change_phone(self, number: str, **settings: Unpack[PhoneSettings]) -> Phone:
        """Say whose phone it is, switch it on or off, or have it answer by itself."""
        phone = self.phone(number)
        self.catch_up()
        if "name" in settings:
            phone.name = settings["name"]
        if "on" in settings:
            phone.switch(on=settings["on"], at=self.now())
        if "answer" in settings:
            answer = settings["answer"]
            # A copy, as it counts down.
            phone.answer = replace(answer) if answer else None
            self.answering.watch(phone)
        self.answering.wake()
        return phone

    def sms(self, rec_id: str) -> Sms | None:
        """Give the SMS with a recId."""
        return self._sms.get(rec_id)

    def set_outcome(self, target: str, outcome: Outcome) -> None:
        """Choose the last delivery status of a sent SMS (recId) or of all to come (phone number)."""
        if sms := self._sms.get(target):
            sms.outcome = outcome
        else:
            self.phone(target).outcome = outcome

    def deliver(
        self,
        account: Account,
        line: str,
        text: str,
        recipients: Iterable[str],
        *,
        flash: bool,
    ) -> SentMessage:
        """Take an SMS of the API to its phones, charge it, and put it into the sent box."""
        message = self._send(account, line, text, recipients, flash=flash)
        if account.sent_missing > 0:
            account.sent_missing -= 1
            message.listed_at = None
        else:
            message.listed_at = message.at + account.sent_lag
        return message

    def send_from_panel(
        self,
        line: str,
        text: str,
        recipients: Iterable[str],
        *,
        at: datetime | None = None,
    ) -> SentMessage:
        """Send an SMS as a person does in the panel: without a call, and at once in the sent box.

        Recipients may be written in any usual way; `at` may be in the past.
        """
        mobiles = [parse_mobile(each) for each in recipients]
        if not mobiles or None in mobiles:
            raise ValueError("recipients must be one or more mobile numbers")
        if not text:
            raise ValueError("text must not be empty")
        if at is not None and at > self.now():
            raise ValueError("at must not be in the future")
        return self._send(
            self._account_of(line),
            line,
            text,
            [mobile for mobile in mobiles if mobile],
            at=at,
        )

    def _send(
        self,
        account: Account,
        line: str,
        text: str,
        recipients: Iterable[str],
        *,
        flash: bool = False,
        at: datetime | None = None,
    ) -> SentMessage:
        msg_id = self._next_msg_id() if at is None else self._past_msg_id(at)
        at = at or self.now()
        message = SentMessage(
            msg_id,
            line,
            text,
            at,
            [
                Sms(
                    rec_id=self._next_rec_id(),
                    account=account.username,
                    recipient=recipient,
                    text=text,
                    sender=line,
                    flash=flash,
                    at=at,
                    leaves_at=_end_of_night(at)
                    if line in account.advertising_lines
                    else at,
                    duration=self.delivery_time,
                    validity=self.validity,
                    outcome=phone.outcome,
                    now=self.now,
                    reachable_from=phone.reachable_from,
                )
                for recipient in recipients
                for phone in (self.phone(recipient),)
            ],
            listed_at=at,
        )
        account.credit -= account.cost(text) * len(message.sms)
        account.sent.append(message)
        for sms in message.sms:
            self._sms[sms.rec_id] = sms
            self.phone(sms.recipient).messages.append(sms)
            self.answering.sent(sms)
        return message

    def receive(self, line: str, sender: str, text: str) -> ReceivedMessage:
        """Let an SMS come in for an account's line."""
        self.catch_up()
        return self._receive(line, sender, text, self.now())

    def _receive_answer(self, line: str, sender: str, text: str, at: datetime) -> None:
        # What is written to a line that is no account's, as the shared service line is, is lost.
        with suppress(LookupError):
            self._receive(line, sender, text, at)

    def _receive(
        self, line: str, sender: str, text: str, at: datetime
    ) -> ReceivedMessage:
        account = self._account_of(line)
        mobile = parse_mobile(sender)
        message = ReceivedMessage(
            self._next_msg_id(),
            line,
            ten_digits(self.phone(mobile).number) if mobile else sender,
            text,
            at,
        )
        account.received.append(message)
        self.push.received(account, message)
        return message

    def reset(self) -> None:
        """Go back to the accounts as they were opened; ids keep rising."""
        self._offset = timedelta()
        self._sms.clear()
        self.phones.clear()
        self.answering.clear()
        self.add_phones(self._first_phones)
        self.blocks.clear()
        self.updating = False
        for username, settings in self._first_settings.items():
            for name, setting in settings.items():
                setattr(self.accounts[username], name, deepcopy(setting))

    def _account_of(self, line: str) -> Account:
        for account in self.accounts.values():
            if line in account.lines:
                return account
        raise LookupError(f"No account has the line {line}")

    def _next_rec_id(self) -> str:
        # Nanoseconds since 1970 have 19 digits and rise over restarts too; the odd tail makes
        # sure that a client which takes ids for floats damages every one of them.
        nanoseconds = int(self.now().timestamp()) * 10**9 + 123_456_789
        self._last_rec_id = max(self._last_rec_id + 1, nanoseconds)
        return str(self._last_rec_id)

    def _next_msg_id(self) -> int:
        # Beyond 32 bits, and of another counter than the recIds.
        self._last_msg_id = max(
            self._last_msg_id + 1, int(self.now().timestamp() * 1000)
        )
        return self._last_msg_id

    def _past_msg_id(self, at: datetime) -> int:
        """Give the id that a message of a past moment has: the ids rise with the time."""
        taken: set[int] = set()
        for account in self.accounts.values():
            taken.update(each.msg_id for each in account.sent)
            taken.update(each.msg_id for each in account.received)
        msg_id = max(2**32 + 1, int(at.timestamp() * 1000))
        while msg_id in taken:
            msg_id += 1
        self._last_msg_id = max(self._last_msg_id, msg_id)
        return msg_id


def _end_of_night(at: datetime) -> datetime:
    """Give the moment at which an advertising line sends: at once, or at eight in the morning."""
    local = at.astimezone(TEHRAN)
    if _NIGHT_ENDS <= local.time() < _NIGHT_BEGINS:
        return at
    day = local.date() + timedelta(days=local.time() >= _NIGHT_BEGINS)
    return datetime.combine(day, _NIGHT_ENDS, TEHRAN)
