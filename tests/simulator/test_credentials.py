"""Who may call, and how each method refuses those who may not."""

from datetime import timedelta
from typing import Any

import pytest

from simulator import Account, Gateway

from .conftest import METHOD_NAMES, Caller

REFUSED_IN_VALUE = ("SendSMS", "GetDeliveries2", "BaseServiceNumber")
REFUSED_WITH_NULL = ("GetCredit", "GetBasePrice")
REFUSED_AS_LIST = ("GetUserNumbers", "GetMessages")


def refusal(method: str, code: int) -> Any:
    """Give the reply with which a method refuses a call."""
    if method in REFUSED_IN_VALUE:
        signed = -code if code >= 108 and method == "BaseServiceNumber" else code
        return {"Value": str(signed), "RetStatus": 35, "StrRetStatus": "InvalidData"}
    base = {"Value": None, "RetStatus": code or 35, "StrRetStatus": "InvalidData"}
    return {"MyBase": base, "Data": None} if method in REFUSED_AS_LIST else base


@pytest.mark.parametrize("method", METHOD_NAMES)
@pytest.mark.parametrize(
    "wrong", [{"password": "x"}, {"username": "nobody"}, {"password": ""}]
)
async def test_wrong_credentials_are_refused_by_every_method(
    caller: Caller, method: str, wrong: dict[str, str]
) -> None:
    """Wrong credentials are refused by every method."""
    caller.credentials |= wrong
    assert await caller(method) == refusal(method, 0)


@pytest.mark.parametrize("method", METHOD_NAMES)
async def test_password_is_refused_where_the_api_key_is_demanded(
    caller: Caller, account: Account, method: str
) -> None:
    """Password is refused where the API key is demanded."""
    account.api_key = "0000-key"
    assert await caller(method) == refusal(method, 110)


async def test_api_key_goes_in_place_of_the_password(
    caller: Caller, account: Account
) -> None:
    """Api key goes in place of the password."""
    account.api_key = "0000-key"
    caller.credentials["password"] = "0000-key"
    assert await caller.value("GetCredit") == "1000"
    caller.credentials["password"] = "wrong"
    assert await caller("GetCredit") == refusal("GetCredit", 0)


async def test_changed_password_takes_effect_at_once(
    caller: Caller, account: Account
) -> None:
    """Changed password takes effect at once."""
    assert await caller.value("GetCredit") == "1000"
    account.password = "changed"
    assert await caller("GetCredit") == refusal("GetCredit", 0)
    caller.credentials["password"] = "changed"
    assert await caller.value("GetCredit") == "1000"


@pytest.mark.parametrize("method", METHOD_NAMES)
async def test_address_is_blocked_after_repeated_failed_logins(
    caller: Caller, gateway: Gateway, method: str
) -> None:
    """Address is blocked after repeated failed logins."""
    caller.credentials["password"] = "x"
    for _ in range(5):
        assert await caller("GetCredit") == refusal("GetCredit", 0)
    caller.credentials["password"] = "secret"
    assert await caller(method) == refusal(method, 108)
    gateway.advance(timedelta(hours=1))
    assert await caller.value("GetCredit") == "1000"


async def test_failed_logins_are_forgotten_after_a_good_one(caller: Caller) -> None:
    """Failed logins are forgotten after a good one."""
    for password in ["x"] * 4 + ["secret"] + ["x"] * 4 + ["secret"]:
        caller.credentials["password"] = password
        reply = await caller("GetCredit")
    assert reply["Value"] == "1000"


@pytest.mark.parametrize("method", METHOD_NAMES)
@pytest.mark.parametrize(("allowed", "code"), [([], 109), (["10.0.0.1"], 111)])
async def test_address_that_is_not_allowed_is_refused(
    caller: Caller, account: Account, method: str, allowed: list[str], code: int
) -> None:
    """Address that is not allowed is refused."""
    account.allowed_addresses = allowed
    assert await caller(method) == refusal(method, code)


async def test_allowed_address_may_call(caller: Caller, account: Account) -> None:
    """Allowed address may call."""
    account.allowed_addresses = ["127.0.0.1"]
    assert await caller.value("GetCredit") == "1000"


@pytest.mark.parametrize("method", METHOD_NAMES)
async def test_everything_is_refused_while_the_system_is_updated(
    caller: Caller, gateway: Gateway, method: str
) -> None:
    """Everything is refused while the system is updated."""
    gateway.updating = True
    assert await caller(method) == refusal(method, 6)


def test_user_name_is_taken_once(gateway: Gateway, account: Account) -> None:
    """User name is taken once."""
    with pytest.raises(ValueError, match="already"):
        gateway.add_account("SARA", "other")


def test_secrets_of_an_account_are_not_in_its_repr() -> None:
    """Secrets of an account are not in its repr."""
    account = Gateway().add_account(
        "sara", "hush", api_key="hush-key", push_url="http://127.0.0.1/hush"
    )
    assert "hush" not in repr(account)
