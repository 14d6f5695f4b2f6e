"""Each fault ends in a clear error or in what the gateway meant."""

from aiohttp import ClientSession
import pytest

from custom_components.payamak.gateway import (
    BadReplyError,
    CredentialsError,
    GatewayError,
    Location,
    PayamakClient,
    RecipientError,
    RejectedError,
    UncertainError,
)
from simulator import Account, Fault, Gateway, faults
from tests.gateway.conftest import IMPATIENT
from tests.gateway.test_client import CALLS
from tests.gateway.test_codes import CODES

from .conftest import ALI, LINE, SARA


@pytest.mark.parametrize("place", list(faults.Place))
@pytest.mark.parametrize(("code", "error"), [(code, error) for code, error, _ in CODES])
@pytest.mark.parametrize("method", ["SendSMS", "BaseServiceNumber"])
async def test_every_code_is_told_wherever_it_stands(
    client: PayamakClient,
    gateway: Gateway,
    *,
    method: str,
    code: int,
    error: type[GatewayError],
    place: faults.Place,
) -> None:
    """In Value, in RetStatus or in both."""
    if code == 11 and place in (faults.Place.NATURAL, faults.Place.VALUE):
        error = RecipientError  # Value 11 beside RetStatus 35
    gateway.fault(method, faults.Code(code=code, place=place))
    with pytest.raises(error) as refused:
        await CALLS[method](client)
    assert type(refused.value) is error


ANY_METHOD: list[tuple[Fault, type[GatewayError], str]] = [
    (faults.ServerError(), UncertainError, "server_fault"),
    (faults.ServerError(short=True, processed=True), UncertainError, "server_fault"),
    (faults.ServerError(status=200), UncertainError, "server_fault"),
    (faults.ProxyError(), UncertainError, "server_fault"),
    (faults.ProxyError(status=504, processed=True), UncertainError, "server_fault"),
    (faults.Maintenance(), BadReplyError, "unreadable_reply"),
    (faults.Body(), BadReplyError, "unreadable_reply"),
    (faults.Body(status=500), UncertainError, "server_fault"),
    (faults.TruncatedJson(), BadReplyError, "unreadable_reply"),
    (faults.Xml(), BadReplyError, "unreadable_reply"),
    (faults.Document(), BadReplyError, "unreadable_reply"),
    (faults.Document(document=[1]), BadReplyError, "unreadable_reply"),
    (faults.Reset(), UncertainError, "connection_lost"),
    (faults.Reset(processed=True), UncertainError, "connection_lost"),
    (faults.Disconnect(), UncertainError, "connection_lost"),
    (faults.BrokenOff(), UncertainError, "connection_lost"),
    (faults.HugeBody(), BadReplyError, "reply_too_large"),
    (faults.HugeBody(announced=True), BadReplyError, "reply_too_large"),
    (faults.Redirect("http://127.0.0.1:9/"), BadReplyError, "redirected"),
]


@pytest.mark.parametrize(("fault", "error", "reason"), ANY_METHOD, ids=repr)
@pytest.mark.parametrize("method", CALLS)
async def test_every_fault_leaves_the_outcome_open(
    client: PayamakClient,
    gateway: Gateway,
    *,
    method: str,
    fault: Fault,
    error: type[GatewayError],
    reason: str,
) -> None:
    """Whatever was called, it is called once, and the next call works."""
    gateway.fault(method, fault)
    with pytest.raises(UncertainError) as uncertain:
        await CALLS[method](client)
    assert (type(uncertain.value), uncertain.value.reason) == (error, reason)
    assert len(gateway.calls) == 1
    assert await client.get_base_price() == 1730


@pytest.mark.parametrize("fault", [faults.Hang(), faults.SlowDrip(seconds=0.05)])
@pytest.mark.usefixtures("account")
async def test_patience_ends(
    session: ClientSession, gateway: Gateway, url: str, fault: Fault
) -> None:
    """Sent or not: nobody knows."""
    client = PayamakClient(session, "sara", "secret", url, timeout=IMPATIENT)
    gateway.fault("SendSMS", fault)
    with pytest.raises(UncertainError) as uncertain:
        await client.send_sms([SARA], "Fire!", LINE)
    assert uncertain.value.reason == "no_answer"


@pytest.mark.parametrize(
    "fault", [faults.UnknownKeys(), faults.InvalidUtf8(), faults.WrongContentType()]
)
async def test_what_is_odd_but_clear_is_read(
    client: PayamakClient, gateway: Gateway, account: Account, fault: Fault
) -> None:
    """An accepted SMS is accepted."""
    gateway.fault(None, fault, times=None)
    assert await client.get_credit() == account.credit
    assert await client.get_lines() == (LINE,)
    (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
    assert receipt.message_id == gateway.phone(SARA).messages[0].rec_id
    (sent,) = (await client.get_messages(Location.SENT)).messages
    assert sent.text == "Fire!"


async def test_a_flat_list_is_read(client: PayamakClient, gateway: Gateway) -> None:
    """Some panels leave the inner envelope out."""
    gateway.fault(None, faults.FlatEnvelope(), times=None)
    assert await client.get_lines() == (LINE,)
    await client.send_sms([SARA], "Fire!", LINE)
    assert (await client.get_messages(Location.SENT)).rows == 1


@pytest.mark.parametrize(
    ("fault", "ids", "reasons"),
    [
        (faults.CodesInList((None, 18)), [True, False], [None, "recipient_not_valid"]),
        (faults.WithoutId(), [False, False], [None, None]),
        (faults.WithoutId(as_number=True), [False, False], [None, None]),
        (faults.LongList(), [False, False], [None, None]),
        (faults.ShortList(), [False, False], ["receipts_do_not_match"] * 2),
    ],
)
async def test_odd_lists_never_give_a_wrong_id(
    client: PayamakClient,
    gateway: Gateway,
    *,
    fault: Fault,
    ids: list[bool],
    reasons: list[str | None],
) -> None:
    """An id is the recipient's own or none."""
    gateway.fault("SendSMS", fault)
    receipts = await client.send_sms([SARA, ALI], "Fire!", LINE)
    assert [each.message_id is not None for each in receipts] == ids
    assert [each.error.reason if each.error else None for each in receipts] == reasons
    for number, receipt in zip([SARA, ALI], receipts, strict=True):
        if receipt.message_id:
            (sms,) = gateway.phone(number).messages
            assert sms.rec_id == receipt.message_id


@pytest.mark.parametrize("value", [None, "NULL", ""])
@pytest.mark.parametrize("flat", [True, False])
async def test_a_null_credit_means_wrong_credentials(
    client: PayamakClient, gateway: Gateway, value: object, flat: bool
) -> None:
    """In each of its spellings."""
    gateway.fault("GetCredit", faults.Envelope(value=value, ret_status=35, flat=flat))
    with pytest.raises(CredentialsError):
        await client.get_credit()


@pytest.mark.parametrize("value", [None, "NULL", ""])
@pytest.mark.parametrize("method", ["GetBasePrice", "GetUserNumbers"])
async def test_a_null_price_or_list_of_lines_is_no_reason_to_log_in_again(
    client: PayamakClient, gateway: Gateway, method: str, value: object
) -> None:
    """A panel that doesn't offer the method says the same; the client goes on."""
    gateway.fault(method, faults.Envelope(value=value, ret_status=35))
    with pytest.raises(RejectedError) as refused:
        await CALLS[method](client)
    assert refused.value.reason == "invalid_request"
    await client.get_credit()


@pytest.mark.parametrize("field", ["MsgID", "Body"])
async def test_a_field_of_a_wrong_type_is_a_clear_error(
    client: PayamakClient, gateway: Gateway, field: str
) -> None:
    """Where guessing would invent a message."""
    await client.send_sms([SARA], "Fire!", LINE)
    gateway.fault("GetMessages", faults.Replaced(field, value={}, in_rows=True))
    with pytest.raises(BadReplyError):
        await client.get_messages(Location.SENT)


async def test_a_password_changed_in_the_panel_stops_everything(
    client: PayamakClient, session: ClientSession, gateway: Gateway, url: str
) -> None:
    """Until a client with the new one is made."""
    assert await client.get_base_price() == 1730
    gateway.fault("GetCredit", faults.PasswordChanged("sara", "new"))
    for _ in range(3):
        with pytest.raises(CredentialsError):
            await client.get_credit()
    assert len(gateway.calls) == 3
    assert await PayamakClient(session, "sara", "new", url).get_base_price() == 1730
