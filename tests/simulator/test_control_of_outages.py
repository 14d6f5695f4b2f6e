"""The control API: outages."""

import pytest

from simulator import Gateway, Listener

from .conftest import Caller, Web, control

NOBODY_AWAY: dict[str, object] = {
    "away": None,
    "until": None,
    "panel_port": None,
    "outages": [],
}


async def test_outage_can_begin_and_end(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Outage can begin and end."""
    assert await control(web, "GET", "outages") == NOBODY_AWAY
    shown = await control(
        web,
        "POST",
        "outages",
        {"kind": "errors", "lasts": 90, "status": 502, "processed": True},
    )
    assert shown == {
        "away": "errors",
        "until": "2026-11-20T09:17:00.123456+00:00",
        "panel_port": None,
        "outages": [
            {
                "kind": "errors",
                "begins": "2026-11-20T09:15:30.123456+00:00",
                "lasts": 90,
                "every": None,
                "times": None,
                "processed": True,
                "status": 502,
            }
        ],
    }
    assert await control(web, "GET", "outages") == shown
    assert (await control(web, "GET", "state")).items() >= shown.items()
    assert (await caller.post("GetCredit")).status == 502
    assert gateway.calls[-1].processed
    assert await control(web, "DELETE", "outages") == NOBODY_AWAY
    assert await caller.value("GetCredit") == "1000"


async def test_outage_can_be_planned_and_repeated(web: Web, gateway: Gateway) -> None:
    """The control API's clock brings it about."""
    plan = {"kind": "hang", "start_in": 60, "lasts": 30, "every": 100, "times": 2}
    assert (await control(web, "POST", "outages", plan))["away"] is None
    seen = []
    for step in (59, 1, 29, 1, 69, 1, 30):
        await control(web, "POST", "clock", {"advance": step})
        seen.append((await control(web, "GET", "outages"))["away"])
    assert seen == [None, "hang", "hang", None, None, "hang", None]
    assert (await control(web, "GET", "state"))["outages"] == []


async def test_outage_without_an_end_is_shown_as_such(web: Web) -> None:
    """Outage without an end is shown as such."""
    shown = await control(web, "POST", "outages", {"kind": "hang", "lasts": None})
    assert (shown["away"], shown["until"]) == ("hang", None)
    (outage,) = shown["outages"]
    assert (outage["lasts"], outage["status"], outage["processed"]) == (
        None,
        None,
        False,
    )


async def test_errors_come_as_503_by_themselves(web: Web, caller: Caller) -> None:
    """Errors come as 503 by themselves."""
    await control(web, "POST", "outages", {"kind": "errors"})
    assert (await caller.post("GetCredit")).status == 503


async def test_port_is_closed_and_opened_when_the_answer_comes(
    web: Web, gateway: Gateway
) -> None:
    """Port is closed and opened when the answer comes."""
    assert web.server.runner is not None
    async with Listener(gateway, web.server.runner) as listener:
        plan = {"kind": "refuse", "start_in": 60}
        await control(web, "POST", "outages", plan)
        assert listener.is_open
        await control(web, "POST", "clock", {"advance": 60})
        assert not listener.is_open
        await gateway.come_back()
        assert listener.is_open
        await control(web, "POST", "outages", {"kind": "refuse"})
        assert not listener.is_open


async def test_reset_forgets_outages(web: Web, caller: Caller) -> None:
    """Reset forgets outages."""
    await control(web, "POST", "outages", {"kind": "errors"})
    await control(web, "POST", "reset", {})
    assert await control(web, "GET", "outages") == NOBODY_AWAY
    assert await caller.value("GetCredit") == "1000"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "kind must be one of refuse, hang, errors"),
        ({"kind": 1}, "kind must be one of refuse, hang, errors"),
        ({"kind": ["hang"]}, "kind must be one of refuse, hang, errors"),
        ({"kind": "hang", "minutes": 1}, "An outage has no minutes"),
        ({"kind": "hang", "lasts": "1"}, "lasts: must be a number"),
        (
            {"kind": "hang", "start_in": -1},
            "start_in: must be between 0 and 315360000",
        ),
        ({"kind": "hang", "lasts": 0}, "lasts must be more than 0"),
        (
            {"kind": "hang", "every": 5},
            "every must be longer than lasts, which it needs",
        ),
        ({"kind": "hang", "times": 1.5}, "times: must be a whole number"),
        ({"kind": "hang", "times": True}, "times: must be a whole number"),
        ({"kind": "errors", "status": 200}, "status must be one of 500, 502, 503, 504"),
        ({"kind": "errors", "status": 0}, "status must be one of 500, 502, 503, 504"),
        ({"kind": "hang", "processed": 1}, "processed: must be true or false"),
        ({"kind": "refuse"}, "Without a Listener no connection can be refused"),
    ],
)
async def test_wrong_outage_is_a_clear_message(
    web: Web, gateway: Gateway, document: object, message: str
) -> None:
    """Wrong outage is a clear message."""
    assert await control(web, "POST", "outages", document, 400) == {"error": message}
    assert list(gateway.outages) == []
