"""The messages that can be sent: each knows how large it is, and how the gateway is called for it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, ClassVar, Final, Self, override

from ..account.account import Account
from ..account.errors import validation_error
from ..gateway import (
    MAX_RECIPIENTS,
    Receipt,
    count_parts,
    count_tariff_units,
    is_pattern_variable,
)
from ..ledger import Text
from ..people.address_book import Recipient

# A template that went wrong can make a text of any length, and each part costs money.
DEFAULT_MAX_PARTS: Final = 10


def titled(message: str, title: str | None) -> str:
    """Return a text with its title, which an SMS has no other place for."""
    return f"{title}\n{message}" if title else message


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a message takes.

    ``tariff_units`` (base-tariff SMS, about what the credit falls by) is None where it can't be known beforehand.
    """

    parts: int
    tariff_units: int | None

    def times(self, recipients: int) -> Size:
        """Return the size of the same message to so many recipients."""
        units = self.tariff_units
        return Size(
            parts=self.parts * recipients,
            tariff_units=None if units is None else units * recipients,
        )

    @classmethod
    def of_all(cls, sizes: Collection[Size]) -> Size:
        """Return the size of several messages together."""
        units = [each.tariff_units for each in sizes if each.tariff_units is not None]
        return cls(
            parts=sum(each.parts for each in sizes),
            tariff_units=sum(units) if len(units) == len(sizes) else None,
        )

    def cost(self, base_price: Decimal | None) -> Decimal | None:
        """Return about what it costs in Rial, None where nobody can say."""
        if base_price is None or self.tariff_units is None:
            return None
        return self.tariff_units * base_price


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(ABC):
    """A message for some recipients."""

    recipients: Sequence[Recipient]
    urgent: bool = False
    retry_for: float | None = None
    """How many minutes it waits for a gateway that is away; None leaves that to the account's options."""
    is_wanted: Callable[[], bool] = field(default=_always, compare=False, repr=False)
    """Tells right before a request leaves whether it still shall."""
    purpose: str | None = None
    """What it is for, where somebody has to know later to whom it was sent: the ledger keeps it with the text."""

    per_call: ClassVar[int]
    """How many recipients one call of the gateway takes."""

    @property
    @abstractmethod
    def known_text(self) -> str | None:
        """Return the text as it arrives, None where it stands in the panel."""

    @property
    @abstractmethod
    def how(self) -> Mapping[str, Any]:
        """Return how it is sent: what the ledger's text needs besides, to send it later."""

    @abstractmethod
    def check(self) -> None:
        """Raise ServiceValidationError for content that can't be sent."""

    @abstractmethod
    def check_size(self) -> None:
        """Raise ServiceValidationError where it is larger than its sender wants to pay for."""

    @abstractmethod
    def measure(self) -> Size:
        """Return how much it takes for one recipient."""

    @abstractmethod
    def line(self, account: Account) -> str | None:
        """Return the account's line that it goes out over, None where it takes none of them."""

    @abstractmethod
    async def call(self, account: Account, numbers: Sequence[str]) -> list[Receipt]:
        """Call the gateway once, with no more numbers than ``per_call``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms(Message):
    """A text; without a sender it goes out over the account's usual line."""

    per_call = MAX_RECIPIENTS

    text: str
    sender: str | None = None
    flash: bool = False
    max_parts: int = DEFAULT_MAX_PARTS

    @classmethod
    def of(
        cls, recipients: Sequence[Recipient], text: str, chosen: Mapping[str, Any]
    ) -> Self:
        """Make one with those of an action's values that have the name of a field here."""
        names = {field.name for field in fields(cls)} - {
            "recipients",
            "text",
            "purpose",
            "is_wanted",
        }
        return cls(
            recipients=recipients,
            text=text,
            **{name: value for name, value in chosen.items() if name in names},
        )

    @property
    @override
    def known_text(self) -> str:
        return self.text

    @property
    @override
    def how(self) -> Mapping[str, Any]:
        return {"sender": self.sender, "flash": self.flash}

    @override
    def check(self) -> None:
        if not self.text.strip():
            raise validation_error("empty_message")

    @override
    def check_size(self) -> None:
        parts = count_parts(self.text)
        if parts > self.max_parts:
            raise validation_error(
                "too_many_parts", parts=str(parts), max_parts=str(self.max_parts)
            )

    @override
    def measure(self) -> Size:
        return Size(
            parts=count_parts(self.text), tariff_units=count_tariff_units(self.text)
        )

    @override
    def line(self, account: Account) -> str:
        return self.sender or account.sender

    @override
    async def call(self, account: Account, numbers: Sequence[str]) -> list[Receipt]:
        return await account.client.send_sms(
            numbers, self.text, self.line(account), flash=self.flash
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternSms(Message):
    """An approved pattern, filled in with variables; it goes out over the gateway's shared line."""

    per_call = 1

    pattern_id: int
    variables: Sequence[str]

    @property
    @override
    def known_text(self) -> None:
        """Return None: the text stands in the panel alone."""

    @property
    @override
    def how(self) -> Mapping[str, Any]:
        return {"pattern_id": self.pattern_id, "variables": tuple(self.variables)}

    @override
    def check(self) -> None:
        if not all(map(is_pattern_variable, self.variables)):
            raise validation_error("semicolon_in_variable")

    @override
    def check_size(self) -> None:
        """Let it pass: the text stands in the panel alone."""

    @override
    def measure(self) -> Size:
        """Return one part, which is all that is known."""
        return Size(parts=1, tariff_units=None)

    @override
    def line(self, account: Account) -> None:
        """Return None: the shared line is not the account's."""

    @override
    async def call(self, account: Account, numbers: Sequence[str]) -> list[Receipt]:
        return [
            await account.client.send_pattern(number, self.pattern_id, self.variables)
            for number in numbers
        ]


def message_of(content: Text) -> Message:
    """Return the message that the ledger has the content of; whom it goes to stands in its rows."""
    if content.pattern_id is not None:
        return PatternSms(
            recipients=(), pattern_id=content.pattern_id, variables=content.variables
        )
    return Sms(
        recipients=(),
        text=content.text or "",
        sender=content.sender,
        flash=content.flash,
        # It was not too large when it was begun.
        max_parts=content.parts,
    )
