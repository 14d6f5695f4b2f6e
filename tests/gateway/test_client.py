"""What each method puts on the wire, and what it makes of the answer."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
import inspect

from aiohttp import ClientSession
import pytest

from custom_components.payamak.gateway import (
    DEFAULT_URL,
    MAX_MESSAGES,
    MAX_RECIPIENTS,
    AddressError,
    BadReplyError,
    GatewayError,
    Location,
    MessageError,
    PayamakClient,
    SmsState,
    UncertainError,
    UnreachableError,
)

from .conftest import PASSWORD, USERNAME, Server, answering

type Call = Callable[[PayamakClient], Awaitable[object]]

ID = "5512345678901234567"
OTHER_ID = "5512345678901234568"
LINE = "500010604671"
SARA, ALI = "09121234567", "09351234567"
WHO = "username=sara.karimi&password=p%40ss%26w%C3%B6rd%3D%2B+1%3B2%25"

CALLS: dict[str, Call] = {
    "GetCredit": lambda client: client.get_credit(),
    "GetBasePrice": lambda client: client.get_base_price(),
    "GetUserNumbers": lambda client: client.get_lines(),
    "SendSMS": lambda client: client.send_sms([SARA], "Fire!", LINE),
    "BaseServiceNumber": lambda client: client.send_pattern(SARA, 7, ["Fire"]),
    "GetDeliveries2": lambda client: client.get_delivery(ID),
    "GetMessages": lambda client: client.get_messages(Location.RECEIVED),
}


@pytest.mark.parametrize(
    ("method", "call", "body"),
    [
        ("GetCredit", CALLS["GetCredit"], WHO),
        ("GetBasePrice", CALLS["GetBasePrice"], WHO),
        ("GetUserNumbers", CALLS["GetUserNumbers"], WHO),
        (
            "SendSMS",
            CALLS["SendSMS"],
            f"{WHO}&to=09121234567&from=500010604671&text=Fire%21&isFlash=false",
        ),
        (
            "SendSMS",
            lambda client: client.send_sms(
                [SARA, ALI], "آب & گاز\n+50% ;لغو11 😀", "+98 3000", flash=True
            ),
            (
                f"{WHO}&to=09121234567%2C09351234567&from=%2B98+3000"
                "&text=%D8%A2%D8%A8+%26+%DA%AF%D8%A7%D8%B2%0A%2B50%25+%3B"
                "%D9%84%D8%BA%D9%8811+%F0%9F%98%80&isFlash=true"
            ),
        ),
        (
            "SendSMS",
            lambda client: client.send_sms([SARA], "half \ud83d", LINE),
            f"{WHO}&to=09121234567&from=500010604671&text=half+%3F&isFlash=false",
        ),
        (
            "BaseServiceNumber",
            CALLS["BaseServiceNumber"],
            f"{WHO}&to=09121234567&text=Fire&bodyId=7",
        ),
        (
            "BaseServiceNumber",
            lambda client: client.send_pattern(SARA, 123456, ["سارا", "", "a,b"]),
            (
                f"{WHO}&to=09121234567"
                "&text=%D8%B3%D8%A7%D8%B1%D8%A7%3B%3Ba%2Cb&bodyId=123456"
            ),
        ),
        (
            "BaseServiceNumber",
            lambda client: client.send_pattern(SARA, 7, []),
            f"{WHO}&to=09121234567&text=&bodyId=7",
        ),
        (
            "GetDeliveries2",
            CALLS["GetDeliveries2"],
            f"{WHO}&recId=5512345678901234567",
        ),
        (
            "GetMessages",
            CALLS["GetMessages"],
            f"{WHO}&location=1&from=&index=0&count=100",
        ),
        (
            "GetMessages",
            lambda client: client.get_messages(
                Location.SENT, line=LINE, offset=200, limit=7
            ),
            f"{WHO}&location=2&from=500010604671&index=200&count=7",
        ),
        (
            "GetMessages",
            lambda client: client.get_messages(Location.ALL, limit=1),
            f"{WHO}&location=-1&from=&index=0&count=1",
        ),
    ],
)
async def test_a_call_is_one_post_in_the_safe_spelling(
    client: PayamakClient, server: Server, *, method: str, call: Call, body: str
) -> None:
    """Credentials travel in the body, and nowhere else."""
    server.answer = answering({"Value": "7", "RetStatus": 7})
    with pytest.raises(MessageError):
        await call(client)
    (request,) = server.noted
    assert (request.method, request.target) == ("POST", f"/api/SendSMS/{method}")
    assert request.body == body
    headers = dict(request.headers)
    for name in ("Host", "User-Agent", "Accept-Encoding", "Content-Length"):
        assert "sara" not in headers.pop(name)
    assert headers == {
        "Accept": "application/json",
        "Connection": "close",
        "Content-Type": "application/x-www-form-urlencoded",
    }


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/api/SendSMS/", "/api/SendSMS/GetCredit"),
        ("/api/SendSMS", "/api/SendSMS/GetCredit"),
        ("/panel/?x=1#y", "/panel/GetCredit"),
        ("", "/GetCredit"),
    ],
)
async def test_the_base_address_may_end_in_a_slash_or_not(
    session: ClientSession, server: Server, path: str, target: str
) -> None:
    """Users paste both."""
    url = f"{server.base}{path}"
    await PayamakClient(session, USERNAME, PASSWORD, url).get_credit()
    assert server.noted[0].target == target


async def test_a_fresh_connection_carries_each_call(
    client: PayamakClient, session: ClientSession, server: Server
) -> None:
    """A kept one that died unnoticed would leave the outcome unknown."""
    await client.get_credit()
    await client.get_credit()
    one, other = server.noted
    assert one.port != other.port
    assert session.connector is not None
    assert not session.connector._conns


async def test_amounts_are_exact(client: PayamakClient, server: Server) -> None:
    """Credit and price come back as the gateway wrote them."""
    server.answer = answering({"Value": "27989.784030396946", "RetStatus": 1})
    assert await client.get_credit() == Decimal("27989.784030396946")
    assert await client.get_base_price() == Decimal("27989.784030396946")


async def test_lines_are_returned(client: PayamakClient, server: Server) -> None:
    """As they have to be sent."""
    base = {"Value": "Ok", "RetStatus": 1}
    server.answer = answering({"MyBase": base, "Data": [{"Number": LINE}]})
    assert await client.get_lines() == (LINE,)


@pytest.mark.parametrize("value", [f'"{ID},{OTHER_ID}"', f'"{ID},{OTHER_ID},"'])
async def test_a_send_returns_a_receipt_for_each_recipient(
    client: PayamakClient, server: Server, value: str
) -> None:
    """In the order given."""
    server.answer = answering(f'{{"Value":{value},"RetStatus":1}}')
    receipts = await client.send_sms([SARA, ALI], "Fire!", LINE)
    assert [(each.message_id, each.error) for each in receipts] == [
        (ID, None),
        (OTHER_ID, None),
    ]


async def test_an_id_given_as_a_json_number_keeps_its_nineteen_digits(
    client: PayamakClient, server: Server
) -> None:
    """It is beyond what a float can hold."""
    server.answer = answering(f'{{"Value":{ID},"RetStatus":1}}')
    (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
    assert receipt.message_id == ID
    assert (await client.send_pattern(SARA, 7, ["Fire"])).message_id == ID


@pytest.mark.parametrize("value", ["09121234567", 9121234567, ID])
async def test_an_id_beside_a_failure_leaves_the_outcome_open(
    client: PayamakClient, server: Server, value: object
) -> None:
    """It may be the recipient's number, which looks like an older id."""
    server.answer = answering({"Value": value, "RetStatus": 18})
    (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
    assert isinstance(receipt.error, BadReplyError)
    assert (receipt.error.reason, receipt.message_id) == ("unreadable_reply", None)


async def test_half_of_a_list_may_be_refused(
    client: PayamakClient, server: Server
) -> None:
    """The others are sent, and their ids kept."""
    server.answer = answering({"Value": f"18,{ID}", "RetStatus": 1})
    refused, accepted = await client.send_sms([SARA, ALI], "Fire!", LINE)
    assert refused.error is not None
    assert (refused.error.reason, refused.message_id) == ("recipient_not_valid", None)
    assert (accepted.error, accepted.message_id) == (None, ID)


async def test_a_delivery_is_returned(client: PayamakClient, server: Server) -> None:
    """With the gateway's own number."""
    server.answer = answering({"Value": "1", "RetStatus": 1})
    delivery = await client.get_delivery(ID)
    assert (delivery.state, delivery.code) == (SmsState.DELIVERED, 1)


@pytest.mark.parametrize("line", ["", LINE])
async def test_messages_are_returned(
    client: PayamakClient, server: Server, line: str
) -> None:
    """Of all lines or of one."""
    rows = [{"MsgID": 45163871235, "Body": "سلام"}, {"MsgID": 45163871234}]
    server.answer = answering({"MyBase": {"RetStatus": 1}, "Data": rows})
    messages = (await client.get_messages(Location.ALL, line=line)).messages
    assert [row.message_id for row in messages] == ["45163871235", "45163871234"]
    assert messages[0].text == "سلام"


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.send_sms([], "Fire!", LINE),
        lambda client: client.send_sms([SARA] * 101, "Fire!", LINE),
        lambda client: client.send_pattern(SARA, 7, ["a", "b;c"]),
        lambda client: client.get_messages(Location.SENT, limit=0),
        lambda client: client.get_messages(Location.SENT, limit=101),
        lambda client: client.get_messages(Location.SENT, offset=-1),
    ],
)
async def test_what_the_gateway_would_misread_never_leaves(
    client: PayamakClient, server: Server, call: Call
) -> None:
    """Its limits are known beforehand."""
    with pytest.raises(ValueError, match=r"^(One call takes|A pattern|The offset)"):
        await call(client)
    assert not server.noted


async def test_a_hundred_recipients_are_one_call(
    client: PayamakClient, server: Server
) -> None:
    """As many as the gateway takes."""
    ids = [str(int(ID) + number) for number in range(MAX_RECIPIENTS)]
    recipients = [f"0912{number:07}" for number in range(MAX_RECIPIENTS)]
    server.answer = answering({"Value": ",".join(ids), "RetStatus": 1})
    receipts = await client.send_sms(recipients, "Fire!", LINE)
    assert [receipt.message_id for receipt in receipts] == ids
    assert (len(server.noted), MAX_RECIPIENTS, MAX_MESSAGES) == (1, 100, 100)


@pytest.mark.parametrize(
    ("value", "error"), [("108", AddressError), ("-6", UncertainError)]
)
async def test_other_refusals_stop_nothing(
    client: PayamakClient, server: Server, value: str, error: type[GatewayError]
) -> None:
    """What the caller does about them is the caller's."""
    server.answer = answering({"Value": value, "RetStatus": 35})
    for _ in range(2):
        with pytest.raises(error):
            await client.get_credit()
    server.answer = answering({"Value": "5", "RetStatus": 1})
    assert await client.get_credit() == 5


def test_everything_has_a_time_out_and_encryption_by_default() -> None:
    """Connecting gives up first: a send's outcome is then known as often as can be."""
    timeout = inspect.signature(PayamakClient).parameters["timeout"].default
    assert 0 < timeout.connect < timeout.total <= 60
    assert DEFAULT_URL == "https://rest.payamak-panel.com/api/SendSMS/"
    assert issubclass(UnreachableError, GatewayError)
