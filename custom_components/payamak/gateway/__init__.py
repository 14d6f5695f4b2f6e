"""The payamak-panel SMS gateway: its client, codes, errors, numbers and message parts.

This folder imports nothing from Home Assistant. Only this folder knows the gateway's field
names and codes.
"""

from .address import DEFAULT_URL, complete_path, is_default_gateway
from .client import MAX_MESSAGES, MAX_RECIPIENTS, PayamakClient
from .errors import (
    AccountError,
    AccountWideError,
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
    CredentialsError,
    CreditError,
    GatewayError,
    InactiveAccountError,
    LoginInDoubtError,
    MessageError,
    OptOutMissingError,
    RecipientError,
    RejectedError,
    SenderLineError,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)
from .login import Login
from .models import Delivery, Location, Message, MessagePage, Receipt
from .states import DELIVERY_ENDS, ENDS, SmsState
from .text import (
    comparable_line,
    count_parts,
    count_tariff_units,
    fold,
    is_latin,
    is_pattern_variable,
    mask_number,
    normalise_line,
    normalise_message_id,
    normalise_number,
    well_formed,
)

__all__ = [
    "DEFAULT_URL",
    "DELIVERY_ENDS",
    "ENDS",
    "MAX_MESSAGES",
    "MAX_RECIPIENTS",
    "AccountError",
    "AccountWideError",
    "AddressError",
    "ApiKeyRequiredError",
    "BadReplyError",
    "CredentialsError",
    "CreditError",
    "Delivery",
    "GatewayError",
    "InactiveAccountError",
    "Location",
    "Login",
    "LoginInDoubtError",
    "Message",
    "MessageError",
    "MessagePage",
    "OptOutMissingError",
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
    "complete_path",
    "count_parts",
    "count_tariff_units",
    "fold",
    "is_default_gateway",
    "is_latin",
    "is_pattern_variable",
    "mask_number",
    "normalise_line",
    "normalise_message_id",
    "normalise_number",
    "well_formed",
]
