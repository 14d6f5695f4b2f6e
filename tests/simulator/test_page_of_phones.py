"""The page: phones are switched off and on, and told to answer by themselves."""

from datetime import timedelta
from html import escape
import re

import pytest

from simulator import Account, Answer, Gateway

from .conftest import LINE, Caller, Web

MOTHER, SARA = "09121234567", "09350000000"


async def articles(web: Web, path: str = "/live") -> list[str]:
    """Give the phones as they stand on the page."""
    html = await (await web.get(path)).text()
    return re.findall("<article>(.*?)</article>", html, re.DOTALL)


async def post(web: Web, path: str, form: dict[str, str]) -> None:
    """Send a form that is filled in as it must be."""
    response = await web.post(path, data=form, allow_redirects=False)
    language = path.partition("?")[2]
    back = f"/?{language}" if language else "/"
    assert (response.status, response.headers["Location"]) == (303, back)


@pytest.mark.parametrize(
    ("query", "off", "turn_off", "turn_on"),
    [
        ("", "The phone is off", "Switch off", "Switch on"),
        ("?lang=fa", "گوشی خاموش است", "خاموش کردن", "روشن کردن"),
    ],
)
async def test_phone_is_switched_off_and_on(
    web: Web, gateway: Gateway, query: str, off: str, turn_off: str, turn_on: str
) -> None:
    """By a button beside its number, which says what it will do."""
    gateway.receive(LINE, SARA, "hello")
    for turn, button, is_on in (("off", turn_off, True), ("on", turn_on, False)):
        [article] = await articles(web, f"/live{query}")
        assert (off in article) is not is_on
        assert f'<form class="turn" method="post" action="/phones{query}">' in article
        assert f'<input type="hidden" name="phone" value="{SARA}">' in article
        assert f'<button name="turn" value="{turn}">{button}</button>' in article
        assert gateway.phone(SARA).is_on is is_on
        await post(web, f"/phones{query}", {"phone": SARA, "turn": turn})
    assert gateway.phone(SARA).is_on


@pytest.mark.parametrize(
    "form",
    [
        {"phone": "12", "turn": "off"},
        {"phone": SARA},
        {"phone": SARA, "turn": "x"},
        {},
    ],
)
async def test_what_no_button_sends_changes_nothing(
    web: Web, gateway: Gateway, form: dict[str, str]
) -> None:
    """The page comes again with a message."""
    response = await web.post("/phones", data=form)
    assert response.status == 400
    assert "Write a mobile number." in await response.text()
    assert gateway.phones == {}


async def test_phones_of_which_something_was_said_are_there_without_an_sms(
    web: Web, gateway: Gateway
) -> None:
    """So they can be switched off before; they stand behind those with an SMS."""
    gateway.change_phone(SARA, on=False)
    gateway.change_phone(MOTHER, name="Mother")
    gateway.change_phone("09370000000", answer=Answer("ok"))
    gateway.phone("09380000000")
    gateway.receive(LINE, "09390000000", "hello")
    gateway.receive(LINE, "BANK", "code")
    shown = await articles(web)
    heads = [re.sub("<[^>]+>", "", each.partition("</h3>")[0]) for each in shown]
    assert heads[:2] in (["09390000000", "BANK"], ["BANK", "09390000000"])
    assert heads[2:] == [SARA, f"Mother {MOTHER}", "09370000000"]
    empty = ["There is no SMS yet." in each for each in shown]
    assert empty == [False, False, True, True, True]


async def test_sender_that_is_no_phone_has_no_switch(
    web: Web, gateway: Gateway
) -> None:
    """A bank's name can't be switched off."""
    gateway.receive(LINE, "BANK", "code")
    [article] = await articles(web)
    assert "<button" not in article


async def test_form_has_a_phone_answer_by_itself(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """It takes numbers in Persian digits, too."""
    form = {"phone": " ۰۹۱۲۱۲۳۴۵۶۷ ", "answer": " ok ", "seconds": "۳"}
    await post(web, "/answers", form | {"contains": " Alarm ", "times": "۲"})
    assert gateway.phone(MOTHER).answer == Answer(
        "ok", after=timedelta(seconds=3), contains="Alarm", times=2
    )
    [article] = await articles(web)
    for fact in (
        "answers “<bdi>ok</bdi>”",
        "after 3 s",
        "if the text has “<bdi>Alarm</bdi>”",
        "times left: 2",
    ):
        assert f"<span>{fact}</span>" in article
    await caller.send(MOTHER, "alarm")
    gateway.advance(timedelta(seconds=11))
    assert [each.text for each in account.received] == ["ok"]
    [article] = await articles(web)
    assert "times left: 1" in article
    assert '<button name="turn" value="silent">Stop answering</button>' in article
    await post(web, "/phones?lang=en", {"phone": MOTHER, "turn": "silent"})
    assert gateway.phone(MOTHER).answer is None
    [article] = await articles(web)
    assert "Stop answering" not in article


@pytest.mark.parametrize("more", [{}, {"contains": " ", "times": " "}])
async def test_form_needs_no_condition(
    web: Web, gateway: Gateway, more: dict[str, str]
) -> None:
    """Then the phone always answers, and nothing else is said about it."""
    form = {"phone": MOTHER, "answer": "ok", "seconds": "0"} | more
    await post(web, "/answers?lang=fa", form)
    assert gateway.phone(MOTHER).answer == Answer("ok")
    [article] = await articles(web, "/live?lang=fa")
    assert re.findall("<span>(.*?)</span>", article) == [
        "پاسخ خودکار: «<bdi>ok</bdi>»",
        "پس از ۰ ثانیه",
    ]


async def test_rule_is_shown_as_the_language_writes_it(
    web: Web, gateway: Gateway
) -> None:
    """Numbers and decimals; what was written by somebody is escaped."""
    evil = "<b>&"
    gateway.change_phone(
        MOTHER,
        answer=Answer(evil, after=timedelta(seconds=1.5), contains=evil, times=12),
    )
    [article] = await articles(web, "/live?lang=fa")
    assert re.findall("<span>(.*?)</span>", article) == [
        f"پاسخ خودکار: «<bdi>{escape(evil)}</bdi>»",
        "پس از ۱٫۵ ثانیه",
        f"اگر متن شامل «<bdi>{escape(evil)}</bdi>» باشد",
        "دفعات باقی‌مانده: ۱۲",
    ]


GOOD = {"phone": MOTHER, "answer": "ok & so", "seconds": "5", "times": "3"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"phone": "12 &"}, "Write a mobile number."),
        ({"answer": " "}, "Write what the phone answers."),
        ({"seconds": ""}, "Write a number of seconds, 0 to 86400."),
        ({"seconds": "-1"}, "Write a number of seconds, 0 to 86400."),
        ({"seconds": "86401"}, "Write a number of seconds, 0 to 86400."),
        (
            {"times": "0"},
            "Write how many times the phone answers, 1 to 999, or leave it empty.",
        ),
        (
            {"times": "1000"},
            "Write how many times the phone answers, 1 to 999, or leave it empty.",
        ),
        (
            {"times": "x"},
            "Write how many times the phone answers, 1 to 999, or leave it empty.",
        ),
    ],
)
async def test_form_that_is_not_filled_in_keeps_what_was_typed(
    web: Web, gateway: Gateway, changed: dict[str, str], error: str
) -> None:
    """The form is open then, and nothing has changed."""
    form = GOOD | changed
    response = await web.post("/answers", data=form)
    html = await response.text()
    assert response.status == 400
    assert f'<p class="error" role="alert">{error}</p>' in html
    assert "<details open>" in html
    for name, typed in form.items():
        assert f'name="{name}" value="{escape(typed)}"' in html
    assert gateway.phones == {}


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"seconds": "86400"}, Answer("ok & so", after=timedelta(days=1), times=3)),
        ({"times": "999"}, Answer("ok & so", after=timedelta(seconds=5), times=999)),
        ({"times": "1"}, Answer("ok & so", after=timedelta(seconds=5), times=1)),
    ],
)
async def test_form_takes_the_most_that_it_names(
    web: Web, gateway: Gateway, changed: dict[str, str], answer: Answer
) -> None:
    """And the least."""
    await post(web, "/answers", GOOD | changed)
    assert gateway.phone(MOTHER).answer == answer


async def test_form_is_closed_until_it_is_needed(web: Web) -> None:
    """Another form that is filled in wrong doesn't open it."""
    for html in (
        await (await web.get("/")).text(),
        await (await web.post("/away", data={})).text(),
    ):
        assert "<details>" in html
        assert 'name="seconds" value="5"' in html
    assert 'name="seconds" value="۵"' in await (await web.get("/?lang=fa")).text()


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "شمارهٔ موبایل را بنویسید."),
        ({"phone": SARA}, "متن پاسخ را بنویسید."),
        (
            {"phone": SARA, "answer": "x"},
            "تعداد ثانیه‌ها را بنویسید: ۰ تا ۸۶۴۰۰.",
        ),
        (
            {"phone": SARA, "answer": "x", "seconds": "1", "times": "y"},
            "تعداد دفعات را بنویسید، ۱ تا ۹۹۹، یا خالی بگذارید.",
        ),
    ],
)
async def test_what_is_typed_wrong_is_said_in_persian(
    web: Web, form: dict[str, str], error: str
) -> None:
    """By the language of the address."""
    html = await (await web.post("/answers?lang=fa", data=form)).text()
    assert f'<p class="error" role="alert">{error}</p>' in html
