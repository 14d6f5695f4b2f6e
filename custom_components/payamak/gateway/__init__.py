"""The payamak-panel SMS gateway: its client, codes, errors, numbers and parts.

Nothing in this folder knows Home Assistant, and nothing outside it knows the gateway's
field names and codes.
"""

from .client import DEFAULT_URL, MAX_MESSAGES, MAX_RECIPIENTS, PayamakClient
from .codes import OPT_OUT_MISSING
from .errors import (
    AccountError,
    AccountWideError,
    AddressError,
    BadReplyError,
    CredentialsError,
    CreditError,
    GatewayError,
    MessageError,
    RecipientError,
    RejectedError,
    SenderLineError,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)
from .models import Delivery, Location, Message, Receipt
from .states import ENDS, SmsState
from .text import (
    comparable_line,
    count_parts,
    count_tariff_units,
    fold,
    is_latin,
    mask_number,
    normalise_line,
    normalise_number,
)

__all__ = [
    "DEFAULT_URL",
    "ENDS",
    "MAX_MESSAGES",
    "MAX_RECIPIENTS",
    "OPT_OUT_MISSING",
    "AccountError",
    "AccountWideError",
    "AddressError",
    "BadReplyError",
    "CredentialsError",
    "CreditError",
    "Delivery",
    "GatewayError",
    "Location",
    "Message",
    "MessageError",
    "PayamakClient",
    "Receipt",
    "RecipientError",
    "RejectedError",
    "SenderLineError",
    "SmsState",
    "TemporaryError",
    "UncertainError",
    "UnreachableError",
    "WaitError",
    "comparable_line",
    "count_parts",
    "count_tariff_units",
    "fold",
    "is_latin",
    "mask_number",
    "normalise_line",
    "normalise_number",
]
