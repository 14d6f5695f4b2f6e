"""The control API: accounts, faults and the gateway itself."""

from datetime import timedelta

import pytest

from simulator import Account, Gateway
from simulator.faults import Body, CodesInList, Delay, Fault, Hang, Redirect, Replaced
from simulator.faults.spelling import FAULTS, read_fault

from .conftest import Caller, Web, control


async def test_account_can_be_added(web: Web, caller: Caller) -> None:
    """Account can be added."""
    shown = await control(
        web,
        "POST",
        "accounts",
        {"username": "reza", "password": "p", "credit": "12.5", "lines": ["3000505"]},
    )
    assert (shown["username"], shown["credit"]) == ("reza", "12.5")
    assert "password" not in shown
    caller.credentials = {"username": "reza", "password": "p"}
    assert await caller.value("GetCredit") == "12.5"


async def test_every_setting_of_an_account_can_be_changed(
    web: Web, caller: Caller, account: Account
) -> None:
    """Every setting of an account can be changed."""
    settings = {
        "password": "changed",
        "credit": 7,
        "base_price": "99.5",
        "lines": ["1", "2"],
        "api_key": None,
        "allowed_addresses": ["127.0.0.1"],
        "active": False,
        "documents_complete": False,
        "daily_limit": 1,
        "hourly_limit": None,
        "volume_limit": 3,
        "minimum_count": 2,
        "filtered_words": ["x"],
        "links_allowed": True,
        "opt_out_required": True,
        "public_lines": ["1"],
        "service_lines": ["2"],
        "advertising_lines": [],
        "shared_service_access": False,
        "shared_line": None,
        "patterns": {"101": 2, "102": "کد {0}"},
        "persian_tariff": 1.5,
        "latin_tariff": "3",
        "push_url": "http://127.0.0.1:8123/x?from=$FROM$",
    }
    account.push_failure = "HTTP status 500"
    await control(web, "PATCH", "accounts/SARA", settings)
    assert {name: str(getattr(account, name)) for name in settings} == {
        name: str(value) for name, value in settings.items()
    } | {"patterns": "{101: 2, 102: 'کد {0}'}"}
    assert account.push_failure is None
    caller.credentials["password"] = "changed"
    assert await caller.value("GetCredit") == "7"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"nothing": 1}, "An account has no nothing"),
        ({"sent": []}, "An account has no sent"),
        ({"username": "x"}, "An account has no username"),
        ({"password": ""}, "password: must be a text"),
        ({"credit": "much"}, "credit: must be a decimal number"),
        ({"credit": True}, "credit: must be a decimal number"),
        ({"credit": "NaN"}, "credit: must be a decimal number"),
        ({"lines": "3000"}, "lines: must be a list of texts"),
        ({"lines": [3000]}, "lines: must be a text"),
        ({"active": 1}, "active: must be true or false"),
        ({"daily_limit": -1}, "daily_limit: must be a whole number"),
        ({"daily_limit": True}, "daily_limit: must be a whole number"),
        ({"patterns": [1]}, "patterns: must be an object"),
        ({"patterns": {"x": 1}}, "patterns: "),
        ({"push_url": "https://example.org"}, "push_url: not a loopback address"),
        ([], "The body must be a JSON object"),
    ],
)
async def test_wrong_setting_changes_nothing(
    web: Web, account: Account, settings: object, message: str
) -> None:
    """Wrong setting changes nothing."""
    if isinstance(settings, dict):
        settings = {"base_price": 1} | settings
    answer = await control(web, "PATCH", "accounts/sara", settings, 400)
    assert answer["error"].startswith(message)
    assert account.base_price == 1730


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"password": "x"}, "username: must be a text"),
        ({"username": "reza"}, "password: must be a text"),
        ({"username": "Sara", "password": "x"}, "There is already an account Sara"),
        (
            {"username": "reza", "password": "x", "nothing": 1},
            "An account has no nothing",
        ),
    ],
)
async def test_wrong_account_is_not_added(
    web: Web, gateway: Gateway, document: object, message: str
) -> None:
    """Wrong account is not added."""
    assert (await control(web, "POST", "accounts", document, 400))["error"] == message
    assert list(gateway.accounts) == ["sara"]


async def test_unknown_account_is_404(web: Web) -> None:
    """Unknown account is 404."""
    answer = await control(web, "PATCH", "accounts/nobody", {"credit": 1}, 404)
    assert answer == {"error": "There is no such account"}


async def test_fault_can_be_planned_and_cleared(web: Web, caller: Caller) -> None:
    """Fault can be planned and cleared."""
    answer = await control(
        web,
        "POST",
        "faults",
        {
            "method": "GetCredit",
            "fault": "code",
            "code": 2,
            "place": "beside_ok",
            "times": 2,
        },
    )
    assert answer == {"method": "GetCredit", "fault": "Code", "times": 2}
    assert await caller("GetCredit") == {
        "Value": "2",
        "RetStatus": 1,
        "StrRetStatus": "Ok",
    }
    await control(web, "DELETE", "faults")
    assert await caller.value("GetCredit") == "1000"


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_every_fault_has_a_name(web: Web, gateway: Gateway, name: str) -> None:
    """Every fault has a name."""
    needed: dict[str, object] = {
        "code": {"code": 1},
        "replaced": {"field": "Value", "value": None},
        "redirect": {"location": "https://example.org"},
        "password_changed": {"username": "sara", "password": "x"},
    }
    extra = needed.get(name, {})
    assert isinstance(extra, dict)
    await control(web, "POST", "faults", {"fault": name, "times": None} | extra)
    (planned,) = gateway.faults
    assert isinstance(planned.fault, FAULTS[name])
    assert (planned.method, planned.times) == (None, None)


@pytest.mark.parametrize(
    ("name", "settings", "fault"),
    [
        ("codes_in_list", {"codes": [None, 18]}, CodesInList((None, 18))),
        ("hang", {"processed": True}, Hang(processed=True)),
        ("delay", {"seconds": 2}, Delay(2.0)),
        ("body", {"body": "نه", "status": 418}, Body("نه".encode(), status=418)),
        ("redirect", {"location": "/x", "status": 302}, Redirect("/x", 302)),
        ("replaced", {"field": "Data"}, Replaced("Data")),
        (
            "replaced",
            {"field": "MsgID", "value": [1], "in_rows": True},
            Replaced("MsgID", [1], True),
        ),
    ],
)
def test_settings_of_a_fault_are_read(
    name: str, settings: dict[str, object], fault: Fault
) -> None:
    """Settings of a fault are read."""
    assert read_fault(name, settings) == fault


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "fault must be one of body, broken_off, code"),
        ({"fault": "nothing"}, "fault must be one of"),
        ({"fault": ["hang"]}, "fault must be one of"),
        ({"fault": "fault"}, "fault must be one of"),
        ({"fault": "code"}, "code: "),
        ({"fault": "code", "code": "2"}, "code can't be '2'"),
        ({"fault": "code", "code": True}, "code can't be True"),
        (
            {"fault": "code", "code": 2, "place": "nowhere"},
            "'nowhere' is not a valid Place",
        ),
        ({"fault": "hang", "seconds": 1}, "hang has no seconds"),
        ({"fault": "delay", "seconds": "1"}, "seconds can't be '1'"),
        ({"fault": "codes_in_list", "codes": ["x"]}, "codes can't be 'x'"),
        ({"fault": "hang", "method": "Nothing"}, "No such method: Nothing"),
        ({"fault": "hang", "method": 1}, "method must be"),
        ({"fault": "hang", "times": 0}, "A fault comes at least once"),
        ({"fault": "hang", "times": "1"}, "times must be"),
    ],
)
async def test_wrong_fault_is_not_planned(
    web: Web, gateway: Gateway, document: dict[str, object], message: str
) -> None:
    """Wrong fault is not planned."""
    assert (await control(web, "POST", "faults", document, 400))["error"].startswith(
        message
    )
    assert list(gateway.faults) == []


async def test_settings_of_the_gateway_can_be_changed(
    web: Web, gateway: Gateway
) -> None:
    """Settings of the gateway can be changed."""
    state = await control(
        web,
        "PATCH",
        "settings",
        {
            "delivery_seconds": 2,
            "updating": True,
            "xml_by_default": True,
            "failed_logins_allowed": 9,
        },
    )
    assert (state["delivery_seconds"], state["updating"]) == (2, True)
    assert gateway.delivery_time == timedelta(seconds=2)
    assert (gateway.updating, gateway.xml_by_default) == (True, True)
    assert gateway.blocks.failures_allowed == 9
    await control(web, "PATCH", "settings", {"updating": "no"}, 400)
    await control(web, "PATCH", "settings", {"nothing": 1}, 400)


async def test_blocked_addresses_are_shown_and_can_be_cleared(
    web: Web, caller: Caller
) -> None:
    """Blocked addresses are shown and can be cleared."""
    caller.credentials["password"] = "x"
    for _ in range(5):
        await caller("GetCredit")
    assert (await control(web, "GET", "state"))["blocked_addresses"] == ["127.0.0.1"]
    await control(web, "DELETE", "blocks")
    assert (await control(web, "GET", "state"))["blocked_addresses"] == []
    caller.credentials["password"] = "secret"
    assert await caller.value("GetCredit") == "1000"
