"""The page of phones."""

from datetime import timedelta
from decimal import Decimal
from html import escape

import pytest

from simulator import Account, Gateway
from simulator.faults import ServerError

from .conftest import LINE, Caller, Web


async def page(web: Web, path: str = "/") -> str:
    """Give the page as a browser gets it."""
    response = await web.get(path)
    assert response.status == 200
    assert response.content_type == "text/html"
    return await response.text()


async def test_page_is_there_before_anything_happened(web: Web) -> None:
    """Page is there before anything happened."""
    html = await page(web)
    for words in ("There is no SMS yet.", "Nobody has called yet."):
        assert words in html
    assert "1000 SMS" in html
    assert "1730 Rial" in html


async def test_page_shows_what_is_on_the_phones(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Page shows what is on the phones."""
    gateway.set_outcome("09121234568", 2)
    gateway.set_outcome("09121234569", "strange")
    text = "درِ خانه باز است. " * 5
    await caller.send("09121234567,09121234568,09121234569", text, isFlash="true")
    gateway.advance(timedelta(seconds=8))
    for path in ("/", "/live"):
        html = await page(web, path)
        assert html.count(f'<p class="text" dir="auto">{text}</p>') == 3
        assert '<h3><bdi class="number">09121234567</bdi></h3>' in html
        assert html.count("<span>2 parts</span><span>flash</span>") == 3
        assert '<span class="good">delivered</span>' in html
        assert '<span class="bad">undelivered</span>' in html
        assert '<span class="wait">status strange</span>' in html
        assert "2026-11-20 12:45:30" in html
        assert "994 SMS" in html


async def test_page_shows_the_last_calls_without_passwords(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Page shows the last calls without passwords."""
    gateway.fault("GetCredit", ServerError())
    await caller.post("GetCredit")
    await caller("GetBasePrice")
    html = await page(web)
    assert "1 Ok: 1730" in html
    assert '<b>GetCredit</b><span class="bad">ServerError</span>' in html
    assert "username=<bdi>sara</bdi>" in html
    assert "secret" not in html


async def test_everything_foreign_is_escaped(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Everything foreign is escaped."""
    evil = "<script>alert('1')</script>&\""
    account.lines = [LINE, evil]
    gateway.set_outcome("09121234567", evil)
    gateway.add_account(evil, "p")
    gateway.receive(LINE, evil, evil)
    await caller.send(text=evil, **{evil: evil})
    await caller("GetDeliveries2", recId=evil)
    account.push_failure = evil
    gateway.phone("09121234567").name = evil
    gateway.advance(timedelta(seconds=8))
    html = await page(web)
    assert evil not in html
    assert "alert('1')" not in html
    assert html.count(escape(evil)) >= 12


async def test_half_a_character_does_not_break_the_page(
    web: Web, gateway: Gateway
) -> None:
    """Half a character does not break the page."""
    gateway.receive(LINE, "09121234567", "half \ud83d")
    assert "half ?" in await page(web)


async def test_page_needs_nothing_from_elsewhere(web: Web) -> None:
    """Page needs nothing from elsewhere."""
    response = await web.get("/")
    html = await response.text()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    for needle in ("src=", "@import", "url(", "http://", "https://"):
        assert needle not in html
    assert (
        '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    )
    assert "prefers-color-scheme: dark" in html


async def test_page_refreshes_only_what_is_live(web: Web) -> None:
    """Page refreshes only what is live."""
    assert "<form" in await page(web)
    assert 'id="live"' in await page(web)
    assert "<form" not in await page(web, "/live")


async def test_form_sends_an_sms_in_and_redirects_back(
    web: Web, account: Account
) -> None:
    """Form sends an SMS in and redirects back."""
    response = await web.post(
        "/received",
        data={"line": LINE, "sender": "۰۹۱۲۱۲۳۴۵۶۷", "text": " در را باز کن "},
        allow_redirects=False,
    )
    assert (response.status, response.headers["Location"]) == (303, "/")
    (message,) = account.received
    assert (message.line, message.sender, message.text) == (
        LINE,
        "9121234567",
        "در را باز کن",
    )
    assert "در را باز کن" in await page(web)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        (
            {"line": LINE, "sender": "", "text": "typed &"},
            "Write the number of the sender and a text.",
        ),
        (
            {"line": LINE, "sender": "0912 &", "text": " "},
            "Write the number of the sender and a text.",
        ),
        (
            {"line": "1", "sender": "0912 &", "text": "typed &"},
            "Choose a line of the account.",
        ),
        ({}, "Write the number of the sender and a text."),
    ],
)
async def test_form_that_is_not_filled_in_keeps_what_was_typed(
    web: Web, account: Account, form: dict[str, str], error: str
) -> None:
    """Form that is not filled in keeps what was typed."""
    response = await web.post("/received", data=form)
    html = await response.text()
    assert response.status == 400
    assert f'<p class="error" role="alert">{error}</p>' in html
    for typed in ("sender", "text"):
        assert escape(form.get(typed, "")) in html
    assert account.received == []


async def test_long_lists_are_cut(web: Web, caller: Caller, account: Account) -> None:
    """Long lists are cut."""
    account.credit = Decimal(10**6)
    for number in range(35):
        await caller.send(text=f"شماره {number}.")
    html = await page(web, "/live")
    assert "and 15 older" in html
    assert html.count('class="text"') == 20
    assert html.count("<b>SendSMS</b>") == 30
    phones = html.partition("<h2>Accounts</h2>")[0]
    assert "شماره 14." not in phones
    assert (
        phones.index("and 15 older")
        < phones.index("شماره 15.")
        < phones.index("شماره 34.")
    )
