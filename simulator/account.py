"""An account of the gateway: its credit, lines, rights and limits."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import TypedDict

from .messages import ReceivedMessage, SentMessage
from .text import count_parts, is_unicode

DEFAULT_LINE = "50004001234567"


class AccountSettings(TypedDict, total=False):
    """What can be said about an account when it is opened."""

    credit: Decimal
    base_price: Decimal
    lines: list[str]
    api_key: str | None
    allowed_addresses: list[str] | None
    active: bool
    documents_complete: bool
    daily_limit: int | None
    hourly_limit: int | None
    volume_limit: int | None
    minimum_count: int
    filtered_words: list[str]
    links_allowed: bool
    opt_out_required: bool
    public_lines: list[str]
    service_lines: list[str]
    advertising_lines: list[str]
    shared_service_access: bool
    shared_line: str | None
    patterns: dict[int, int | str]
    persian_tariff: Decimal
    latin_tariff: Decimal
    push_url: str | None
    sent_lag: timedelta
    sent_missing: int


@dataclass(eq=False)
class Account:
    """Everything the gateway knows about one customer; every attribute can be set at any time."""

    username: str
    password: str = field(repr=False)
    credit: Decimal = Decimal(1000)
    base_price: Decimal = Decimal(1730)
    lines: list[str] = field(default_factory=lambda: [DEFAULT_LINE])

    # Set: the password is refused (110) and this stands in its place.
    api_key: str | None = field(default=None, repr=False)
    # None: every address may call. Empty: one must be set first (109). Else: only these (111).
    allowed_addresses: list[str] | None = None
    active: bool = True
    documents_complete: bool = True

    # Counted in SMS per Tehran day, SMS per hour, parts per call, recipients per call.
    daily_limit: int | None = None
    hourly_limit: int | None = None
    volume_limit: int | None = None
    minimum_count: int = 1

    filtered_words: list[str] = field(default_factory=list)
    links_allowed: bool = False
    opt_out_required: bool = False

    # Own lines that may not be used through the web service (9).
    public_lines: list[str] = field(default_factory=list)
    # Own lines that reach blacklisted phones too, and own lines that rest from 22 to 8 o'clock.
    service_lines: list[str] = field(default_factory=list)
    advertising_lines: list[str] = field(default_factory=list)

    # Pattern messages: the approved patterns are numbers of variables, or texts with {0}, {1}...
    shared_service_access: bool = True
    shared_line: str | None = "5000405060"
    patterns: dict[int, int | str] = field(default_factory=dict)

    persian_tariff: Decimal = Decimal(1)
    latin_tariff: Decimal = Decimal(2)

    # Called for every received SMS until it fails once; the reason then stands beside it.
    push_url: str | None = field(default=None, repr=False)
    push_failure: str | None = None

    # How late the sent box shows what is sent, and how many of the next sends it never shows.
    sent_lag: timedelta = timedelta()
    sent_missing: int = 0

    sent: list[SentMessage] = field(default_factory=list, init=False, repr=False)
    received: list[ReceivedMessage] = field(
        default_factory=list, init=False, repr=False
    )

    def cost(self, text: str) -> Decimal:
        """Give what a text costs for one recipient, in SMS of the base tariff."""
        tariff = self.persian_tariff if is_unicode(text) else self.latin_tariff
        return count_parts(text) * tariff


def decimal_text(number: Decimal) -> str:
    """Spell a decimal as the gateway does: plain, with at most 12 decimals."""
    with localcontext(prec=100):
        number = Decimal(number).quantize(Decimal("1e-12"), ROUND_DOWN)
    whole, _, decimals = format(number, "f").partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole
