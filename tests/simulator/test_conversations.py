"""The phones' conversations on the page: whose they are, and both ways in order."""

from datetime import timedelta
import re

import pytest

from simulator import Account, Gateway

from .conftest import LINE, Caller, Web, control

SARA, OMID = "09121234567", "09121234568"


async def articles(web: Web) -> list[str]:
    """Give the conversations as they stand on the page."""
    html = await (await web.get("/live")).text()
    return re.findall("<article>(.*?)</article>", html, re.DOTALL)


def told(article: str) -> list[tuple[str, str]]:
    """Give which way each message of a conversation went, and its text."""
    return re.findall(
        '<div class="message (got|wrote)"><p class="text" dir="auto">(.*?)</p>', article
    )


async def test_what_was_sent_and_received_stands_together_in_order(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """The oldest first, however they came about."""
    await caller.send(SARA, "one")
    gateway.advance(timedelta(seconds=1))
    gateway.receive(LINE, SARA, "two")
    gateway.advance(timedelta(seconds=1))
    await caller.send(SARA, "three")
    gateway.send_from_panel(
        LINE, "before", [SARA], at=gateway.now() - timedelta(hours=1)
    )
    [article] = await articles(web)
    assert told(article) == [
        ("got", "before"),
        ("got", "one"),
        ("wrote", "two"),
        ("got", "three"),
    ]
    assert f"<span>to <bdi>{LINE}</bdi></span>" in article
    assert article.count(f"<span>from <bdi>{LINE}</bdi></span>") == 3


async def test_of_one_moment_the_question_comes_before_its_answer(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """The clock stands still here."""
    await caller.send(SARA, "answer")
    gateway.receive(LINE, SARA, "question")
    [article] = await articles(web)
    assert told(article) == [("wrote", "question"), ("got", "answer")]


async def test_the_most_recent_conversation_comes_first(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Whichever way its last message went."""
    for number in (SARA, OMID):
        await caller.send(number, number)
        gateway.advance(timedelta(seconds=1))
    gateway.receive(LINE, "BANK", "code")
    gateway.advance(timedelta(seconds=1))
    gateway.receive(LINE, SARA, "thanks")
    heads = [
        re.sub("<[^>]+>", "", each.partition("</h3>")[0])
        for each in await articles(web)
    ]
    assert heads == [SARA, "BANK", OMID]


async def test_a_name_stands_beside_the_number(
    web: Web, gateway: Gateway, account: Account
) -> None:
    """It is given by the control API, in any spelling of the number, and offered in the form."""
    shown = await control(web, "PATCH", "phones/+989121234567", {"name": "Sara"})
    assert shown["name"] == "Sara"
    html = await (await web.get("/")).text()
    assert f'<option value="{SARA}">Sara</option>' in html
    gateway.receive(LINE, SARA, "hello")
    [article] = await articles(web)
    head = f'<h3><bdi>Sara</bdi> <bdi class="number">{SARA}</bdi></h3>'
    assert article.startswith(f'<div class="phone">{head}')
    state = await control(web, "GET", "state")
    assert [phone["name"] for phone in state["phones"]] == ["Sara"]
    shown = await control(web, "PATCH", f"phones/{SARA}", {"name": None})
    assert shown["name"] is None
    [article] = await articles(web)
    assert "Sara" not in article


@pytest.mark.parametrize(
    ("number", "document"),
    [
        (SARA, {"name": 1}),
        (SARA, {"name": ""}),
        (SARA, {"name": "Sara", "number": OMID}),
        ("12", {"name": "Sara"}),
    ],
)
async def test_a_name_that_is_none_is_refused(
    web: Web, gateway: Gateway, number: str, document: object
) -> None:
    """With a message that says why."""
    answer = await control(web, "PATCH", f"phones/{number}", document, 400)
    assert answer["error"]
    assert all(phone.name is None for phone in gateway.phones.values())


async def test_a_phone_that_blocks_advertising_lines_is_known_by_it(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Otherwise nobody would see why nothing arrives."""
    for number in (SARA, OMID):
        gateway.receive(LINE, number, "hello")
    gateway.phone(SARA).blacklisted = True
    omid, sara = sorted(await articles(web), key=lambda each: SARA in each)
    assert '<p class="bad">blocks advertising lines</p>' in sara
    assert "blocks" not in omid


async def test_of_twenty_messages_none_is_hidden(web: Web, gateway: Gateway) -> None:
    """Of more, the oldest are counted."""
    for _ in range(20):
        gateway.receive(LINE, SARA, "hello")
    [article] = await articles(web)
    assert "older" not in article
    gateway.receive(LINE, SARA, "hello")
    [article] = await articles(web)
    assert len(told(article)) == 20
    assert '<p class="faint">and 1 older</p>' in article
