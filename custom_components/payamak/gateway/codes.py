"""The gateway's result codes and delivery statuses, and what each of them means."""

from dataclasses import dataclass
from typing import Final

from .errors import (
    AccountError,
    AddressError,
    ApiKeyRequiredError,
    CredentialsError,
    CreditError,
    GatewayError,
    InactiveAccountError,
    MessageError,
    OptOutMissingError,
    RecipientError,
    RejectedError,
    SenderLineError,
    UncertainError,
    UpdatingError,
    WaitError,
)
from .states import SmsState


@dataclass(frozen=True, slots=True)
class ResultCode:
    """A result code's cause as a fixed word, and the error that tells what to do."""

    reason: str
    error: type[GatewayError]


ACCEPTED_WITHOUT_ID: Final = 1
BLOCKED_RECIPIENT: Final = 35
NOT_SENT: Final = 11

RESULT_CODES: Final = {
    0: ResultCode("wrong_credentials", CredentialsError),
    2: ResultCode("credit_exhausted", CreditError),
    3: ResultCode("daily_limit_reached", WaitError),
    4: ResultCode("volume_limit_reached", WaitError),
    5: ResultCode("sender_not_valid", SenderLineError),
    6: ResultCode("gateway_updating", UpdatingError),
    7: ResultCode("filtered_word", MessageError),
    8: ResultCode("below_minimum_count", MessageError),
    9: ResultCode("public_line", SenderLineError),
    10: ResultCode("account_inactive", InactiveAccountError),
    NOT_SENT: ResultCode("not_sent", UncertainError),
    12: ResultCode("documents_incomplete", InactiveAccountError),
    14: ResultCode("link_not_allowed", MessageError),
    15: ResultCode("opt_out_missing", OptOutMissingError),
    16: ResultCode("no_recipient", RecipientError),
    17: ResultCode("empty_message", MessageError),
    18: ResultCode("recipient_not_valid", RecipientError),
    19: ResultCode("hourly_limit_reached", WaitError),
    BLOCKED_RECIPIENT: ResultCode("recipient_blacklisted", RecipientError),
    108: ResultCode("address_blocked", AddressError),
    109: ResultCode("address_required", AddressError),
    110: ResultCode("api_key_required", ApiKeyRequiredError),
    111: ResultCode("address_not_allowed", AddressError),
    -108: ResultCode("address_blocked", AddressError),
    -109: ResultCode("address_required", AddressError),
    -110: ResultCode("api_key_required", ApiKeyRequiredError),
    -111: ResultCode("address_not_allowed", AddressError),
    -1: ResultCode("pattern_access_missing", AccountError),
    -2: ResultCode("one_recipient_only", MessageError),
    -3: ResultCode("line_not_defined", SenderLineError),
    -4: ResultCode("pattern_not_approved", MessageError),
    -5: ResultCode("pattern_variables_wrong", MessageError),
    -6: ResultCode("internal_error", UncertainError),
    -7: ResultCode("line_not_defined", SenderLineError),
    -10: ResultCode("link_in_pattern", MessageError),
}

UNKNOWN_CODE: Final = ResultCode("unknown_code", RejectedError)

# 108-111 were seen with either sign, and mean the same in every reply.
ALWAYS_ERRORS: Final = frozenset({108, 109, 110, 111, -108, -109, -110, -111})


def error_of(code: int) -> GatewayError:
    """Return the error that a code stands for; unknown codes are refusals."""
    known = RESULT_CODES.get(code, UNKNOWN_CODE)
    return known.error(known.reason, code)


# Some operators never give a later status than 8 or 0. These stay pending, because they do
# not mean that the SMS arrived.
DELIVERY_STATES: Final = {
    0: SmsState.ACCEPTED,
    1: SmsState.DELIVERED,
    2: SmsState.UNDELIVERED,
    3: SmsState.FAILED,
    5: SmsState.FAILED,
    8: SmsState.ACCEPTED,
    16: SmsState.UNDELIVERED,
    35: SmsState.BLACKLISTED,
    100: SmsState.UNKNOWN,
    200: SmsState.ACCEPTED,
    300: SmsState.FILTERED,
    400: SmsState.ACCEPTED,
    500: SmsState.REJECTED,
    -1: SmsState.ACCEPTED,
}


def delivery_state_of(code: int) -> SmsState:
    """Return what a delivery status number means; undocumented numbers are unknown."""
    return DELIVERY_STATES.get(code, SmsState.UNKNOWN)
