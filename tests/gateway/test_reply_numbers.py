"""The replies that are one number: credit, price and delivery status."""

from collections.abc import Callable
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
import sys

import pytest

from custom_components.payamak.gateway import (
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    InactiveAccountError,
    RejectedError,
    SmsState,
    UpdatingError,
    reply,
)
from custom_components.payamak.gateway.answers import (
    read_credit,
    read_delivery,
    read_price,
)
from custom_components.payamak.gateway.codes import RESULT_CODES, ResultCode
from custom_components.payamak.gateway.reply import Reply, parse

from .test_reply import ID, envelope


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("27989.784030396946", "27989.784030396946"),
        (" 27989.784030396946 ", "27989.784030396946"),
        ("0", "0"),
        (0, "0"),
        ("0.000000000001", "0.000000000001"),
        ("110", "110"),
        ("35", "35"),
        ("-3.5", "-3.5"),
        ("-3", "-3"),
        ("-107", "-107"),
        ("-112", "-112"),
        ("1000000000000000", "1000000000000000"),
        ("-1000000000000000", "-1000000000000000"),
        ("1234567890123", "1234567890123"),
    ],
)
def test_an_amount_is_exact(value: object, amount: str) -> None:
    """And no amount above zero is taken for a code."""
    assert read_credit(parse(envelope(value))) == Decimal(amount)


def test_an_amount_written_as_a_number_is_exact() -> None:
    """A binary float would change the last decimals."""
    body = b'{"Value": 27989.784030396946, "RetStatus": 1}'
    assert read_credit(parse(body)) == Decimal("27989.784030396946")


@pytest.mark.parametrize("number", ["1e0", "1E3", "1.5e1", "1e99999999999999999999"])
@pytest.mark.parametrize("read", [read_credit, read_price, read_delivery])
def test_a_number_with_an_exponent_is_no_amount_and_no_status(
    read: Callable[[Reply], object], number: str
) -> None:
    """Nobody knows what the panel means by it."""
    with pytest.raises(BadReplyError):
        read(parse(f'{{"Value": {number}, "RetStatus": 1}}'.encode()))


@pytest.mark.parametrize("value", [None, "", "NULL", "Null", "Error"])
@pytest.mark.parametrize("ret_status", [35, "35", 9, " 9 "])
def test_no_amount_beside_a_coarse_failure_means_wrong_credentials(
    value: object, ret_status: object
) -> None:
    """Credentials are all these methods are given."""
    with pytest.raises(CredentialsError) as refused:
        read_credit(parse(envelope(value, ret_status)))
    assert refused.value.reason == "wrong_credentials"
    assert refused.value.code == int(str(ret_status))


@pytest.mark.parametrize("ret_status", [35, 9])
def test_no_price_beside_a_coarse_failure_says_nothing_about_credentials(
    ret_status: int,
) -> None:
    """A panel without the method says the same."""
    with pytest.raises(RejectedError) as refused:
        read_price(parse(envelope(None, ret_status)))
    assert refused.value.code == ret_status


@pytest.mark.parametrize(
    ("ret_status", "reason"),
    [
        *((13, "unknown_code"), (20, "unknown_code"), (-99, "unknown_code")),
        *((4711, "unknown_code"), (5, "sender_not_valid"), (18, "recipient_not_valid")),
        *((2, "credit_exhausted"), (-5, "pattern_variables_wrong")),
    ],
)
def test_another_failure_is_not_taken_for_wrong_credentials(
    ret_status: int, reason: str
) -> None:
    """The user would be sent to the log-in form for nothing."""
    with pytest.raises(GatewayError) as refused:
        read_credit(parse(envelope(None, ret_status)))
    assert not isinstance(refused.value, CredentialsError)
    assert (refused.value.reason, refused.value.code) == (reason, ret_status)


def test_a_code_that_becomes_known_does_not_become_wrong_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A code that is added to the table says what it means, and nothing about the log-in."""
    monkeypatch.setitem(RESULT_CODES, 20, ResultCode("new", RejectedError))
    # A copy of its own is made with the new table, whatever it derives from it.
    spec = spec_from_file_location(f"{reply.__name__}_copy", reply.__file__)
    assert spec is not None
    assert spec.loader is not None
    copy = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, copy)
    spec.loader.exec_module(copy)
    with pytest.raises(RejectedError) as refused:
        copy.raise_refusal(copy.parse(envelope(None, 20)))
    assert (refused.value.reason, refused.value.code) == ("new", 20)


@pytest.mark.parametrize(
    ("value", "ret_status", "error"),
    [
        ("0", 35, CredentialsError),
        ("0", 0, CredentialsError),
        (None, 0, CredentialsError),
        (None, 110, ApiKeyRequiredError),
        (None, -110, ApiKeyRequiredError),
        ("-110", 1, ApiKeyRequiredError),
        ("-108", 1, AddressError),
        ("-109", "1", AddressError),
        (None, -109, AddressError),
        (None, "108", AddressError),
        ("NULL", -111, AddressError),
        ("111", 35, AddressError),
        (None, 6, UpdatingError),
        ("6", 35, UpdatingError),
        (None, 10, InactiveAccountError),
        ("12", 35, InactiveAccountError),
        ("999", 35, RejectedError),
        (None, 1, BadReplyError),
        ("", 1, BadReplyError),
        ("NULL", 1, BadReplyError),
        (None, None, BadReplyError),
        ("Ok", 1, BadReplyError),
        ("27,989", 1, BadReplyError),
        ("NaN", 1, BadReplyError),
        ("sNaN", 1, BadReplyError),
        ("Infinity", 1, BadReplyError),
        ("-inf", 1, BadReplyError),
        ("1e16", 1, BadReplyError),
        ("1000000000000000.1", 1, BadReplyError),
        ("-1000000000000001", 1, BadReplyError),
        ("1e1000000", 1, BadReplyError),
        ("-1e1000000", 1, BadReplyError),
        ("1e99999999999999999999", 1, BadReplyError),
        ("1e3", 1, BadReplyError),
        ("1_000", 1, BadReplyError),
        ("۱۲۳", 1, BadReplyError),
        ("5.", 1, BadReplyError),
        (".5", 1, BadReplyError),
        ("+5", 1, BadReplyError),
        ("- 5", 1, BadReplyError),
        ("0" * 17, 1, BadReplyError),
        ("0." + "0" * 31, 1, BadReplyError),
        (ID, 1, BadReplyError),
        ("1", 35, BadReplyError),
    ],
)
def test_what_is_no_amount_tells_why(
    value: object, ret_status: object, error: type[GatewayError]
) -> None:
    """Each cause asks for something else of the user."""
    with pytest.raises(error) as refused:
        read_credit(parse(envelope(value, ret_status)))
    assert type(refused.value) is error


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        ("1", "delivered", 1),
        (1, "delivered", 1),
        ("0", "accepted", 0),
        ("-1", "accepted", -1),
        ("35", "blacklisted", 35),
        ("500", "rejected", 500),
        ("777", "unknown", 777),
        (None, "unknown", None),
        ("", "unknown", None),
        ("NULL", "unknown", None),
    ],
)
def test_a_delivery_status_is_read_beside_success(
    value: object, status: str, code: int | None
) -> None:
    """There 0 is a status and no wrong password."""
    delivery = read_delivery(parse(envelope(value)))
    assert (delivery.state, delivery.code) == (SmsState(status), code)
    assert delivery.known is (code != 777)


@pytest.mark.parametrize(
    ("value", "ret_status", "error", "reason"),
    [
        ("0", 35, RejectedError, "invalid_request"),
        ("0", 0, CredentialsError, "wrong_credentials"),
        (None, 0, CredentialsError, "wrong_credentials"),
        ("110", 1, ApiKeyRequiredError, "api_key_required"),
        ("-110", 1, ApiKeyRequiredError, "api_key_required"),
        ("108", 1, AddressError, "address_blocked"),
        ("-111", 35, AddressError, "address_not_allowed"),
        (None, -109, AddressError, "address_required"),
        (None, 35, RejectedError, "invalid_request"),
        ("NULL", "35", RejectedError, "invalid_request"),
        (None, 6, UpdatingError, "gateway_updating"),
        ("1", 35, BadReplyError, "unreadable_reply"),
        ("delivered", 1, BadReplyError, "unreadable_reply"),
        ("1.5", 1, BadReplyError, "unreadable_reply"),
        (ID, 1, BadReplyError, "unreadable_reply"),
    ],
)
def test_a_refused_delivery_question_tells_why(
    value: object, ret_status: object, error: type[GatewayError], reason: str
) -> None:
    """Only the credentials and the address are told beside RetStatus 1."""
    with pytest.raises(error) as refused:
        read_delivery(parse(envelope(value, ret_status)))
    assert type(refused.value) is error
    assert refused.value.reason == reason
