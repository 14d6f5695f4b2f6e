"""The page of phones: how the gateway is taken away, and what is shown meanwhile."""

from datetime import timedelta

import pytest

from simulator import Away, Gateway, Listener

from .conftest import Caller, Web

BUTTON = "<button>Gateway away</button>"


async def live(web: Web) -> str:
    """Give what is live on the page."""
    return await (await web.get("/live")).text()


@pytest.mark.parametrize(
    ("kind", "said"),
    [("hang", "never answers"), ("errors", "answers with error pages")],
)
async def test_gateway_is_away_for_minutes(
    web: Web, gateway: Gateway, kind: str, said: str
) -> None:
    """The page says so until then, and a button ends it."""
    assert '<b class="good">The gateway answers</b>' in await live(web)
    response = await web.post("/away", data={"kind": kind, "minutes": " 7 "})
    assert response.status == 200
    html = await response.text()
    assert f'<p class="bad">The gateway {said} until <time datetime=' in html
    assert ">2026-11-20 12:52:30</time>" in html
    assert await live(web) in html
    present = gateway.outages.present
    assert present is not None
    assert (present.kind, present.lasts) == (kind, timedelta(minutes=7))
    gateway.advance(timedelta(minutes=7))
    assert "The gateway answers" in await live(web)


async def test_button_brings_the_gateway_back(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Button brings the gateway back."""
    await web.post("/away", data={"kind": "errors", "minutes": "5"})
    assert '<form class="away" method="post" action="/back">' in await live(web)
    assert "<button>Back now</button>" in await live(web)
    response = await web.post("/back", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/")
    assert await caller.value("GetCredit") == "1000"
    assert "The gateway answers" in await live(web)


async def test_form_takes_the_place_of_other_outages(
    web: Web, gateway: Gateway
) -> None:
    """What the form says is so, not what was planned before."""
    await gateway.go_away(Away.ERRORS)
    await web.post("/away", data={"kind": "hang", "minutes": "5"})
    assert [outage.kind for outage in gateway.outages] == ["hang"]


async def test_planned_outage_is_shown_and_can_be_cancelled(
    web: Web, gateway: Gateway
) -> None:
    """Planned outage is shown and can be cancelled."""
    await gateway.go_away(Away.HANG, start_in=timedelta(minutes=3))
    html = await live(web)
    assert '<p class="wait">An outage begins at <time' in html
    assert ">2026-11-20 12:48:30</time>" in html
    assert "<button>Cancel</button>" in html


async def test_outage_without_an_end_is_shown_as_such(
    web: Web, gateway: Gateway
) -> None:
    """Outage without an end is shown as such."""
    await gateway.go_away(Away.HANG)
    assert "The gateway never answers until you end it" in await live(web)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "Choose what the gateway does meanwhile."),
        ({"kind": "sleep", "minutes": "5"}, "Choose what the gateway does meanwhile."),
        ({"kind": "hang"}, "Write a number of minutes, 1 to 10080."),
        ({"kind": "hang", "minutes": "x"}, "Write a number of minutes, 1 to 10080."),
        ({"kind": "hang", "minutes": "۵.۵"}, "Write a number of minutes, 1 to 10080."),
        ({"kind": "hang", "minutes": "0"}, "Write a number of minutes, 1 to 10080."),
        (
            {"kind": "hang", "minutes": "10081"},
            "Write a number of minutes, 1 to 10080.",
        ),
    ],
)
async def test_form_that_is_not_filled_in_changes_nothing(
    web: Web, gateway: Gateway, form: dict[str, str], error: str
) -> None:
    """Form that is not filled in changes nothing."""
    response = await web.post("/away", data=form)
    html = await response.text()
    assert response.status == 400
    assert f'<p class="error" role="alert">{error}</p>' in html
    assert f'value="{form.get("minutes", "5")}"' in html
    assert gateway.outages.present is None
    if form.get("kind") == "hang":
        assert '<option value="hang" selected>' in html


async def test_port_is_not_closed_if_the_page_has_no_other(
    web: Web, gateway: Gateway
) -> None:
    """Nobody could press the button that opens it again."""
    assert '<option value="refuse"' not in await (await web.get("/")).text()
    assert web.server.runner is not None
    async with Listener(gateway, web.server.runner) as listener:
        response = await web.post("/away", data={"kind": "refuse", "minutes": "5"})
        assert response.status == 400
        assert listener.is_open


async def test_form_leads_to_where_the_page_stays(web: Web, gateway: Gateway) -> None:
    """Form leads to where the page stays."""
    gateway.panel_port = 8090
    page = await web.get("/")
    assert '<option value="refuse"' in await page.text()
    assert '<a href="http://127.0.0.1:8090/">' in await page.text()
    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith("; form-action 'self' http://127.0.0.1:8090")
    assert web.server.runner is not None
    async with Listener(gateway, web.server.runner) as listener:
        response = await web.post(
            "/away", data={"kind": "refuse", "minutes": "5"}, allow_redirects=False
        )
        assert (response.status, response.headers["Location"]) == (
            303,
            "http://127.0.0.1:8090/",
        )
        assert response.headers["Connection"] == "close"
        assert not listener.is_open
