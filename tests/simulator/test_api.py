"""Paths, bodies and HTTP statuses, as an ASP.NET Web API service has them."""

import json

import pytest

from simulator import Account, Gateway

from .conftest import LINE, Caller, Web


@pytest.mark.parametrize(
    "path",
    ["/api/SendSMS/GetCredit", "/api/sendsms/getcredit", "/API/SENDSMS/GETCREDIT/"],
)
async def test_path_is_found_in_any_case(web: Web, path: str) -> None:
    """Path is found in any case."""
    response = await web.post(path, data={"username": "sara", "password": "secret"})
    assert await response.json() == {
        "Value": "1000",
        "RetStatus": 1,
        "StrRetStatus": "Ok",
    }


@pytest.mark.parametrize(
    "path", ["/api/SendSMS/Nothing", "/api/Other/GetCredit", "/api", "/API/x/y/z"]
)
async def test_unknown_path_is_404_json(web: Web, path: str) -> None:
    """Unknown path is 404 JSON."""
    response = await web.post(path, data={"username": "sara"})
    assert response.status == 404
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert await response.json() == {
        "Message": "No HTTP resource was found that matches the request URI"
        f" '{web.make_url(path)}'."
    }


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH"])
async def test_any_verb_but_post_is_405_json(
    web: Web, gateway: Gateway, verb: str
) -> None:
    """Any verb but post is 405 JSON."""
    response = await web.request(verb, "/api/SendSMS/GetCredit")
    assert response.status == 405
    assert response.headers["Allow"] == "POST"
    assert await response.json() == {
        "Message": f"The requested resource does not support http method '{verb}'."
    }
    assert gateway.calls == []


async def test_parameter_names_are_found_in_any_case(
    web: Web, gateway: Gateway
) -> None:
    """Parameter names are found in any case."""
    response = await web.post(
        "/api/SendSMS/SendSMS",
        data={
            "UserName": "sara",
            "PassWord": "secret",
            "TO": "09121234567",
            "From": LINE,
            "TEXT": "x",
            "isflash": "True",
        },
    )
    assert (await response.json())["RetStatus"] == 1
    assert gateway.phone("09121234567").messages[0].flash


async def test_user_name_is_found_in_any_case_but_the_password_is_not(web: Web) -> None:
    """User name is found in any case but the password is not."""
    for password, credit in (("secret", "1000"), ("Secret", None)):
        response = await web.post(
            "/api/SendSMS/GetCredit", data={"username": "SARA", "password": password}
        )
        assert (await response.json())["Value"] == credit


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/json; charset=utf-8"]
)
async def test_json_body_takes_values_of_any_scalar_type(
    web: Web, gateway: Gateway, content_type: str
) -> None:
    """Json body takes values of any scalar type."""
    response = await web.post(
        "/api/SendSMS/SendSMS",
        data=json.dumps(
            {
                "username": "sara",
                "password": "secret",
                "to": 9121234567,
                "from": int(LINE),
                "text": 42,
                "isFlash": True,
            }
        ),
        headers={"Content-Type": content_type},
    )
    rec_id = (await response.json())["Value"]
    (sms,) = gateway.phone("09121234567").messages
    assert (sms.rec_id, sms.text, sms.sender, sms.flash) == (rec_id, "42", LINE, True)
    response = await web.post(
        "/api/SendSMS/GetDeliveries2",
        data=f'{{"username":"sara","password":"secret","recId":{rec_id}}}',
        headers={"Content-Type": content_type},
    )
    assert (await response.json())["Value"] == "400"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"", "text/plain"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 100000, "application/json"),
        (b'{"username":["sara"],"password":{"a":1}}', "application/json"),
        (b'{"username":null,"password":1.5}', "application/json"),
        (b"sara", "application/x-www-form-urlencoded"),
        (b"username=%FF&password=%00", "application/x-www-form-urlencoded"),
    ],
)
async def test_unreadable_body_leaves_the_parameters_out(
    web: Web, body: bytes, content_type: str
) -> None:
    """Unreadable body leaves the parameters out."""
    response = await web.post(
        "/api/SendSMS/SendSMS", data=body, headers={"Content-Type": content_type}
    )
    assert response.status == 200
    assert await response.json() == {
        "Value": "0",
        "RetStatus": 35,
        "StrRetStatus": "InvalidData",
    }


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=nope",
        "application/x-www-form-urlencoded; charset=nope",
        "application/x-www-form-urlencoded; charset=idna",
        "application/x-www-form-urlencoded; charset=undefined",
    ],
)
async def test_body_of_another_type_is_415_json(web: Web, content_type: str) -> None:
    """Body of another type is 415 JSON."""
    response = await web.post(
        "/api/SendSMS/GetCredit",
        data=b'{"username":"sara","password":"secret"}',
        headers={"Content-Type": content_type},
    )
    assert response.status == 415
    assert "is not supported" in (await response.json())["Message"]


async def test_form_in_persian_is_read_as_utf_8(
    caller: Caller, gateway: Gateway
) -> None:
    """Form in persian is read as UTF-8."""
    await caller.send(text="درِ خانه + باز & بسته = 100%\nپایان")
    (sms,) = gateway.phone("09121234567").messages
    assert sms.text == "درِ خانه + باز & بسته = 100%\nپایان"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            "username=sara&password=secret&text=سلام",
            "application/x-www-form-urlencoded",
        ),
        (
            '\ufeff{"username":"sara","password":"secret","text":"سلام"}',
            "application/json",
        ),
    ],
)
async def test_body_in_plain_utf_8_is_read(
    web: Web, gateway: Gateway, body: str, content_type: str
) -> None:
    """Body in plain UTF-8 is read."""
    response = await web.post(
        "/api/SendSMS/GetCredit",
        data=body.encode(),
        headers={"Content-Type": content_type},
    )
    assert (await response.json())["Value"] == "1000"
    assert gateway.calls[0].parameters["text"] == "سلام"


async def test_xml_is_given_to_those_who_ask_for_it(web: Web) -> None:
    """XML is given to those who ask for it."""
    response = await web.post(
        "/api/SendSMS/GetCredit",
        data={"username": "sara", "password": "secret"},
        headers={"Accept": "application/xml"},
    )
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert "<Value>1000</Value><RetStatus>1</RetStatus>" in await response.text()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/xml", "xml"),
        ("application/json, application/xml", "json"),
        ("application/xml, text/json", "json"),
        ("application/json;q=0.5, application/xml", "xml"),
        ("application/json;q=0.5, text/xml; q=0.9", "xml"),
        ("application/xml;q=0.9, application/json;q=0.95", "json"),
        ("application/json;q=0, application/xml;q=0.1", "xml"),
        ("application/xml;q=much", "json"),
        ("APPLICATION/XML; charset=utf-8", "xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
        ("image/png, */*", "json"),
        ("application/problem+json", "json"),
    ],
)
async def test_caller_gets_what_it_wants_most(web: Web, accept: str, kind: str) -> None:
    """Caller gets what it wants most."""
    response = await web.post(
        "/api/SendSMS/GetCredit",
        data={"username": "sara", "password": "secret"},
        headers={"Accept": accept},
    )
    assert response.content_type == f"application/{kind}"


async def test_xml_spells_every_type(web: Web, gateway: Gateway) -> None:
    """XML spells every type."""
    gateway.receive(LINE, "09121234567", "1 < 2 & سلام")
    asked = {"username": "sara", "password": "secret", "location": "1", "count": "1"}
    response = await web.post(
        "/api/SendSMS/GetMessages", data=asked, headers={"Accept": "text/xml"}
    )
    xml = await response.text()
    for element in ("<Body>1 &lt; 2 &amp; سلام</Body>", "<IsUnicode>true</IsUnicode>"):
        assert element in xml


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("*/*", "application/xml"), ("application/json", "application/json")],
)
async def test_xml_can_be_the_default(
    web: Web, gateway: Gateway, accept: str, content_type: str
) -> None:
    """XML can be the default."""
    gateway.xml_by_default = True
    response = await web.post(
        "/api/SendSMS/GetUserNumbers",
        data={"username": "sara", "password": "x"},
        headers={"Accept": accept},
    )
    assert response.content_type == content_type


async def test_calls_are_recorded_without_the_password(
    caller: Caller, gateway: Gateway
) -> None:
    """Calls are recorded without the password."""
    caller.credentials = {"username": "sara", "PassWord": "secret"}
    await caller("GetMessages", location="1", index="0", count="5")
    (call,) = gateway.calls
    assert call.method == "GetMessages"
    assert call.parameters == {
        "username": "sara",
        "location": "1",
        "index": "0",
        "count": "5",
    }
    assert (call.at, call.address, call.processed) == (gateway.now(), "127.0.0.1", True)
    assert call.outcome == "1 Ok: Ok, 0 rows"
    assert "secret" not in repr(call)


async def test_record_of_calls_is_bounded(
    caller: Caller, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Record of calls is bounded."""
    monkeypatch.setattr("simulator.gateway.KEPT_CALLS", 3)
    for method in ("SendSMS", "GetCredit", "GetBasePrice", "GetUserNumbers"):
        await caller(method)
    assert [call.method for call in gateway.calls] == [
        "GetCredit",
        "GetBasePrice",
        "GetUserNumbers",
    ]


@pytest.mark.parametrize(
    ("credit", "shown"),
    [
        ("27989.784030396946", "27989.784030396946"),
        ("1000", "1000"),
        ("1E+3", "1000"),
        ("0.50", "0.5"),
        ("1.1234567890129", "1.123456789012"),
        ("123456789012345678901.1234567890129", "123456789012345678901.123456789012"),
        ("-3", "-3"),
        ("123456789012345678901.123456789012", "123456789012345678901.123456789012"),
        ("0.0000000000001", "0"),
    ],
)
async def test_credit_is_decimal_text_with_up_to_12_decimals(
    caller: Caller, account: Account, credit: str, shown: str
) -> None:
    """Credit is decimal text with up to 12 decimals."""
    account.credit = type(account.credit)(credit)
    assert await caller.value("GetCredit") == shown


async def test_base_price_is_decimal_text(caller: Caller, account: Account) -> None:
    """Base price is decimal text."""
    account.base_price = type(account.base_price)("1730.5")
    assert await caller.value("GetBasePrice") == "1730.5"


async def test_own_lines_are_listed(caller: Caller, account: Account) -> None:
    """Own lines are listed."""
    account.lines = [LINE, "3000505"]
    assert await caller("GetUserNumbers") == {
        "MyBase": {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"},
        "Data": [{"Number": LINE}, {"Number": "3000505"}],
    }
    account.lines = []
    assert (await caller("GetUserNumbers"))["Data"] == []
