"""Every code and status of the gateway, classed by what the caller should do."""

import pytest

from custom_components.payamak.gateway import (
    DELIVERY_ENDS,
    AccountError,
    AccountWideError,
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
    CredentialsError,
    CreditError,
    GatewayError,
    InactiveAccountError,
    MessageError,
    OptOutMissingError,
    RecipientError,
    RejectedError,
    SenderLineError,
    SmsState,
    TemporaryError,
    UncertainError,
    UnreachableError,
    UpdatingError,
    WaitError,
)
from custom_components.payamak.gateway.codes import delivery_state_of, error_of

CODES: list[tuple[int, type[GatewayError], str]] = [
    (0, CredentialsError, "wrong_credentials"),
    (2, CreditError, "credit_exhausted"),
    (3, WaitError, "daily_limit_reached"),
    (4, WaitError, "volume_limit_reached"),
    (5, SenderLineError, "sender_not_valid"),
    (6, UpdatingError, "gateway_updating"),
    (7, MessageError, "filtered_word"),
    (8, MessageError, "below_minimum_count"),
    (9, SenderLineError, "public_line"),
    (10, InactiveAccountError, "account_inactive"),
    (11, UncertainError, "not_sent"),
    (12, InactiveAccountError, "documents_incomplete"),
    (14, MessageError, "link_not_allowed"),
    (15, OptOutMissingError, "opt_out_missing"),
    (16, RecipientError, "no_recipient"),
    (17, MessageError, "empty_message"),
    (18, RecipientError, "recipient_not_valid"),
    (19, WaitError, "hourly_limit_reached"),
    (35, RecipientError, "recipient_blacklisted"),
    (-1, AccountError, "pattern_access_missing"),
    (-2, MessageError, "one_recipient_only"),
    (-3, SenderLineError, "line_not_defined"),
    (-4, MessageError, "pattern_not_approved"),
    (-5, MessageError, "pattern_variables_wrong"),
    (-6, UncertainError, "internal_error"),
    (-7, SenderLineError, "line_not_defined"),
    (-10, MessageError, "link_in_pattern"),
    (108, AddressError, "address_blocked"),
    (-108, AddressError, "address_blocked"),
    (109, AddressError, "address_required"),
    (-109, AddressError, "address_required"),
    (110, ApiKeyRequiredError, "api_key_required"),
    (-110, ApiKeyRequiredError, "api_key_required"),
    (111, AddressError, "address_not_allowed"),
    (-111, AddressError, "address_not_allowed"),
]
STATUSES: list[tuple[int, str, bool]] = [
    (0, "accepted", False),
    (1, "delivered", True),
    (2, "undelivered", True),
    (3, "failed", True),
    (5, "failed", True),
    (8, "accepted", False),
    (16, "undelivered", True),
    (35, "blacklisted", True),
    (100, "unknown", False),
    (200, "accepted", False),
    (300, "filtered", True),
    (400, "accepted", False),
    (500, "rejected", True),
    (-1, "accepted", False),
]


@pytest.mark.parametrize(("code", "error", "reason"), CODES)
def test_every_documented_code_tells_what_to_do(
    code: int, error: type[GatewayError], reason: str
) -> None:
    """The table of result codes."""
    refusal = error_of(code)
    assert type(refusal) is error
    assert (refusal.reason, refusal.code) == (reason, code)
    assert str(refusal) == f"{reason} (code {code})"


@pytest.mark.parametrize("code", [13, 20, 36, 99, 107, 112, 123456789, -8, -9, -11])
def test_a_new_code_is_shown_and_is_a_refusal(code: int) -> None:
    """Unknown codes will come."""
    refusal = error_of(code)
    assert type(refusal) is RejectedError
    assert (refusal.reason, refusal.code) == ("unknown_code", code)


def test_the_updating_gateway_is_all_that_is_safe_to_try_again() -> None:
    """Everything else could cost a second SMS, or be refused again."""
    safe = [c for c in range(-200, 600) if isinstance(error_of(c), TemporaryError)]
    assert safe == [6]


def test_what_may_have_been_sent_is_uncertain() -> None:
    """Of all codes, these two leave the outcome open."""
    uncertain = [c for c in range(-200, 600) if isinstance(error_of(c), UncertainError)]
    assert uncertain == [-6, 11]


@pytest.mark.parametrize(
    ("error", "parents"),
    [
        (CredentialsError, {AccountWideError}),
        (ApiKeyRequiredError, {AccountWideError}),
        (AddressError, {AccountWideError}),
        (AccountError, {AccountWideError}),
        (InactiveAccountError, {AccountWideError}),
        (CreditError, set()),
        (WaitError, set()),
        (SenderLineError, {RejectedError}),
        (MessageError, {RejectedError}),
        (OptOutMissingError, {RejectedError}),
        (RecipientError, {RejectedError}),
        (UnreachableError, {TemporaryError}),
        (UpdatingError, {TemporaryError}),
        (BadReplyError, {UncertainError}),
    ],
)
def test_each_error_asks_for_one_thing(
    error: type[GatewayError], parents: set[type[GatewayError]]
) -> None:
    """A caller that catches a family catches no stranger."""
    instance = error("reason")
    families = {AccountWideError, RejectedError, TemporaryError, UncertainError}
    assert {family for family in families if isinstance(instance, family)} == parents
    assert isinstance(instance, GatewayError)
    assert (str(instance), instance.code) == ("reason", None)


@pytest.mark.parametrize(("code", "status", "final"), STATUSES)
def test_every_documented_delivery_status(code: int, status: str, final: bool) -> None:
    """The table of delivery statuses."""
    assert delivery_state_of(code) == status
    assert (delivery_state_of(code) in DELIVERY_ENDS) is final


@pytest.mark.parametrize("code", [4, 6, 7, 9, 34, 36, 101, 201, 600, -2, 999999999])
def test_a_new_delivery_status_is_unknown_and_not_the_last_word(code: int) -> None:
    """Asking goes on until something known comes."""
    assert delivery_state_of(code) is SmsState.UNKNOWN
    assert delivery_state_of(code) not in DELIVERY_ENDS
