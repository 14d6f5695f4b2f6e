"""Each refusal tells why, and nothing is sent."""

from decimal import Decimal

import pytest

from custom_components.payamak.gateway import (
    AccountError,
    AddressError,
    ApiKeyRequiredError,
    CredentialsError,
    CreditError,
    GatewayError,
    InactiveAccountError,
    MessageError,
    OptOutMissingError,
    PayamakClient,
    RecipientError,
    SenderLineError,
    TemporaryError,
    WaitError,
)
from simulator import Account, Gateway
from tests.gateway.test_client import CALLS

from .conftest import ADDRESS, ALI, LINE, REZA, SARA


@pytest.mark.parametrize(
    ("settings", "text", "recipients", "error"),
    [
        ({"credit": Decimal(1)}, "Fire!", [SARA], CreditError),
        ({"daily_limit": 0}, "Fire!", [SARA], WaitError),
        ({"hourly_limit": 0}, "Fire!", [SARA], WaitError),
        ({"volume_limit": 0}, "Fire!", [SARA], WaitError),
        ({"lines": []}, "Fire!", [SARA], SenderLineError),
        ({"public_lines": [LINE]}, "Fire!", [SARA], SenderLineError),
        ({"filtered_words": ["fire"]}, "Fire!", [SARA], MessageError),
        ({"minimum_count": 2}, "Fire!", [SARA], MessageError),
        ({"opt_out_required": True}, "Fire!", [SARA, ALI], OptOutMissingError),
        ({}, "https://example.com", [SARA], MessageError),
        ({}, "", [SARA], MessageError),
        ({}, "Fire!", ["02112345678"], RecipientError),
        ({"active": False}, "Fire!", [SARA], InactiveAccountError),
        ({"documents_complete": False}, "Fire!", [SARA], InactiveAccountError),
        ({"api_key": "key"}, "Fire!", [SARA], ApiKeyRequiredError),
        ({"password": "changed"}, "Fire!", [SARA], CredentialsError),
        ({"allowed_addresses": []}, "Fire!", [SARA], AddressError),
        ({"allowed_addresses": ["192.0.2.1"]}, "Fire!", [SARA], AddressError),
    ],
)
async def test_a_refused_send_tells_why_and_reaches_nobody(
    client: PayamakClient,
    gateway: Gateway,
    account: Account,
    *,
    settings: dict[str, object],
    text: str,
    recipients: list[str],
    error: type[GatewayError],
) -> None:
    """Whatever the account lacks."""
    for name, value in settings.items():
        setattr(account, name, value)
    with pytest.raises(error) as refused:
        await client.send_sms(recipients, text, LINE)
    assert type(refused.value) is error
    assert not account.sent
    assert not any(phone.messages for phone in gateway.phones.values())


@pytest.mark.parametrize(
    ("settings", "pattern", "variables", "error"),
    [
        ({"shared_service_access": False}, 7, ["1", "2"], AccountError),
        ({"shared_line": None}, 7, ["1", "2"], SenderLineError),
        ({}, 8, ["1", "2"], MessageError),
        ({}, 7, ["1"], MessageError),
        ({}, 7, ["https://example.com", "2"], MessageError),
        ({"password": "changed"}, 7, ["1", "2"], CredentialsError),
        ({"api_key": "key"}, 7, ["1", "2"], ApiKeyRequiredError),
        ({"allowed_addresses": []}, 7, ["1", "2"], AddressError),
    ],
)
async def test_a_refused_pattern_tells_why(
    client: PayamakClient,
    account: Account,
    *,
    settings: dict[str, object],
    pattern: int,
    variables: list[str],
    error: type[GatewayError],
) -> None:
    """Its codes have a sign of their own."""
    for name, value in settings.items():
        setattr(account, name, value)
    with pytest.raises(error) as refused:
        await client.send_pattern(SARA, pattern, variables)
    assert type(refused.value) is error
    assert not account.sent


async def test_a_recipient_who_blocks_advertising_is_named(
    client: PayamakClient, gateway: Gateway
) -> None:
    """Alone or among others, who get theirs."""
    gateway.phone(ALI).blacklisted = True
    with pytest.raises(RecipientError):
        await client.send_sms([ALI], "Fire!", LINE)
    sara, ali, reza = await client.send_sms([SARA, ALI, REZA], "Fire!", LINE)
    assert isinstance(ali.error, RecipientError)
    assert ali.message_id is None
    assert sara.message_id == gateway.phone(SARA).messages[0].rec_id
    assert reza.message_id == gateway.phone(REZA).messages[0].rec_id


@pytest.mark.parametrize(
    "settings",
    [{"password": "changed"}, {"api_key": "key"}],
    ids=["password", "api key"],
)
@pytest.mark.parametrize(
    "method",
    [
        each
        for each in CALLS
        if each
        not in ("GetBasePrice", "GetDeliveries2", "GetMessages", "GetUserNumbers")
    ],
)
async def test_wrong_credentials_are_tried_twice(
    client: PayamakClient,
    gateway: Gateway,
    account: Account,
    *,
    settings: dict[str, str],
    method: str,
) -> None:
    """So the address never gets blocked."""
    for name, value in settings.items():
        setattr(account, name, value)
    for _ in range(10):
        with pytest.raises(CredentialsError):
            await CALLS[method](client)
    assert len(gateway.calls) == 2


@pytest.mark.parametrize("method", CALLS)
async def test_a_blocked_address_and_an_update_are_told(
    client: PayamakClient, gateway: Gateway, method: str
) -> None:
    """By every method."""
    gateway.updating = True
    with pytest.raises(TemporaryError):
        await CALLS[method](client)
    gateway.updating = False
    gateway.blocks.block(ADDRESS, gateway.now())
    with pytest.raises(AddressError):
        await CALLS[method](client)
