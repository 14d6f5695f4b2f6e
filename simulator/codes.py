"""The gateway's result codes and delivery statuses."""

from enum import IntEnum


class Result(IntEnum):
    """What the gateway answers to a call that it refuses, and the bare acceptance."""

    WRONG_CREDENTIALS = 0
    ACCEPTED_WITHOUT_ID = 1
    NOT_ENOUGH_CREDIT = 2
    DAILY_LIMIT = 3
    VOLUME_LIMIT = 4
    INVALID_SENDER = 5
    UPDATING = 6
    FILTERED_WORD = 7
    BELOW_MINIMUM = 8
    PUBLIC_LINE = 9
    INACTIVE_USER = 10
    NOT_SENT = 11
    DOCUMENTS_INCOMPLETE = 12
    LINK_IN_TEXT = 14
    OPT_OUT_MISSING = 15
    NO_RECIPIENT = 16
    EMPTY_TEXT = 17
    INVALID_RECIPIENT = 18
    HOURLY_LIMIT = 19
    BLACKLISTED = 35
    NO_ACCESS = -1
    ONE_RECIPIENT_ONLY = -2
    LINE_NOT_DEFINED = -3
    UNKNOWN_PATTERN = -4
    VARIABLES_DO_NOT_FIT = -5
    INTERNAL_ERROR = -6
    SENDER_FAULT = -7
    LINK_IN_VARIABLE = -10
    ADDRESS_BLOCKED = 108
    ADDRESS_NOT_SET = 109
    API_KEY_DEMANDED = 110
    ADDRESS_NOT_ALLOWED = 111


class Delivery(IntEnum):
    """The last word of an operator about one SMS."""

    NO_STATUS = -1
    SENT_TO_OPERATOR = 0
    DELIVERED = 1
    UNDELIVERED = 2
    OPERATOR_ERROR = 3
    UNSPECIFIED_ERROR = 5
    REACHED_OPERATOR = 8
    OPERATOR_NOT_REACHED = 16
    BLACKLISTED = 35
    UNKNOWN = 100
    SENT = 200
    FILTERED = 300
    QUEUED = 400
    REJECTED = 500


FAILED_DELIVERIES = frozenset(
    {
        Delivery.UNDELIVERED,
        Delivery.OPERATOR_ERROR,
        Delivery.UNSPECIFIED_ERROR,
        Delivery.OPERATOR_NOT_REACHED,
        Delivery.BLACKLISTED,
        Delivery.FILTERED,
        Delivery.REJECTED,
    }
)
# What RetStatus says about input that is wrong in no particular way.
INVALID_DATA = 35


def coarse(code: int) -> tuple[int, str]:
    """Give the RetStatus and StrRetStatus that stand beside a code in Value."""
    # Seen: {"Value":"5","RetStatus":9,"StrRetStatus":"InvalidNumber"} and
    # {"Value":"0","RetStatus":35,"StrRetStatus":"InvalidData"}.
    return (
        (9, "InvalidNumber")
        if code == Result.INVALID_SENDER
        else (INVALID_DATA, "InvalidData")
    )
