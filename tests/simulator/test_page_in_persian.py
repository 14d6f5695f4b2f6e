"""The page in Persian: chosen by the address or the browser, and Persian in all that it says."""

from dataclasses import fields
from datetime import date, timedelta
import re

import pytest

from simulator import Account, Away, Gateway
from simulator.codes import Delivery
from simulator.page.calendar import persian_date
from simulator.page.words import ENGLISH, PERSIAN

from .conftest import LINE, Caller, Web

IN_PERSIAN = '<html lang="fa" dir="rtl">'
IN_ENGLISH = '<html lang="en" dir="ltr">'


async def page(web: Web, path: str = "/?lang=fa", accepts: str = "") -> str:
    """Give the page as a browser gets it that wants some languages."""
    headers = {"Accept-Language": accepts} if accepts else {}
    response = await web.get(path, headers=headers)
    assert response.status == 200
    return await response.text()


@pytest.mark.parametrize(
    ("path", "accepts", "begins"),
    [
        ("/", "", IN_ENGLISH),
        ("/?lang=fa", "", IN_PERSIAN),
        ("/?lang=en", "fa", IN_ENGLISH),
        ("/?lang=de", "fa", IN_PERSIAN),
        ("/", "fa", IN_PERSIAN),
        ("/", "FA-IR, en;q=0.9", IN_PERSIAN),
        ("/", "en;q=0.8,fa-IR;q=0.9", IN_PERSIAN),
        ("/", "de, en;q=0.5, fa;q=0.4", IN_ENGLISH),
        ("/", "fa;q=much, en", IN_ENGLISH),
        ("/", "de", IN_ENGLISH),
    ],
)
async def test_address_or_browser_chooses_the_language(
    web: Web, path: str, accepts: str, begins: str
) -> None:
    """The address comes first; whoever wants neither language gets English."""
    assert begins in await page(web, path, accepts)


async def test_each_language_leads_to_the_other(web: Web) -> None:
    """By a word that its speakers can read."""
    assert '<a href="/?lang=fa" lang="fa">فارسی</a>' in await page(web, "/")
    assert '<a href="/?lang=en" lang="en">English</a>' in await page(web)


async def test_language_of_the_address_stays(web: Web, gateway: Gateway) -> None:
    """In what refreshes itself, after each form, and where the page is in an outage; no other is taken over."""
    gateway.panel_port = 8090
    html = await page(web)
    assert 'data-source="/live?lang=fa"' in html
    assert 'href="http://127.0.0.1:8090/?lang=fa"' in html
    await gateway.go_away(Away.HANG)
    actions = re.findall('action="([^"]+)"', await page(web))
    assert sorted(actions) == [
        "/answers?lang=fa",
        "/away?lang=fa",
        "/back?lang=fa",
        "/received?lang=fa",
    ]
    for path, form in (
        ("/received", {"line": LINE, "sender": "09121234567", "text": "سلام"}),
        ("/away", {"kind": "hang", "minutes": "۵"}),
        ("/back", {}),
    ):
        response = await web.post(f"{path}?lang=fa", data=form, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "/?lang=fa")
    assert "?lang=<" not in await page(web, "/?lang=<script>")
    assert 'data-source="/live"' in await page(web, "/?lang=<script>", "fa")


async def test_numbers_and_times_are_persian(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Digits, decimals and the calendar; an SMS is shown as it is."""
    await caller.send("09121234567", "کد 1234 " * 10)
    gateway.advance(timedelta(seconds=8))
    account.credit -= account.credit.from_float(0.5)
    html = await page(web)
    assert '<bdi class="number">۰۹۱۲۱۲۳۴۵۶۷</bdi>' in html
    assert "از <bdi>۵۰۰۰۴۰۰۱۲۳۴۵۶۷</bdi>" in html
    assert "<span>۲ بخش</span>" in html
    assert '<span class="good">تحویل شد</span>' in html
    assert ">۲۹ آبان ۱۴۰۵، ۱۲:۴۵:۳۰</time>" in html
    assert "<dd>۹۹۷٫۵ پیامک</dd>" in html
    assert "<dd>۱۷۳۰ ریال</dd>" in html
    assert "کد 1234" in html
    assert f'<option value="{LINE}">۵۰۰۰۴۰۰۱۲۳۴۵۶۷ (sara)</option>' in html


async def test_what_is_typed_wrong_is_said_in_persian(web: Web) -> None:
    """And what was typed is kept."""
    for path, form, error in (
        ("/received", {}, "شمارهٔ فرستنده و متن را بنویسید."),
        (
            "/received",
            {"line": "1", "sender": "0912", "text": "t"},
            "یکی از خط‌های حساب را انتخاب کنید.",
        ),
        ("/away", {}, "رفتار سامانه را انتخاب کنید."),
        (
            "/away",
            {"kind": "hang", "minutes": "۰"},
            "تعداد دقیقه‌ها را بنویسید: ۱ تا ۱۰۰۸۰.",
        ),
    ):
        response = await web.post(f"{path}?lang=fa", data=form)
        html = await response.text()
        assert response.status == 400
        assert IN_PERSIAN in html
        assert f'<p class="error" role="alert">{error}</p>' in html
        for name in form.keys() & {"sender", "minutes"}:
            assert f'value="{form[name]}"' in html


async def test_outage_is_told_in_persian(web: Web, gateway: Gateway) -> None:
    """Until when, or from when on."""
    assert "سامانه در دسترس است" in await page(web)
    await gateway.go_away(Away.HANG, start_in=timedelta(minutes=1))
    assert "قطعی سامانه از <time" in await page(web)
    await gateway.come_back()
    await gateway.go_away(Away.ERRORS, lasts=timedelta(minutes=7))
    html = await page(web)
    assert "سامانه صفحهٔ خطا برمی‌گرداند، تا <time" in html
    assert ">۲۹ آبان ۱۴۰۵، ۱۲:۵۲:۳۰</time>" in html


def test_persian_says_all_that_english_says() -> None:
    """Each word is Persian, and has the same places to fill in."""
    latin = {"language", "direction", "other_language", "other_name"}
    for each in fields(ENGLISH):
        english, persian = getattr(ENGLISH, each.name), getattr(PERSIAN, each.name)
        if isinstance(english, str):
            english, persian = {"": english}, {"": persian}
        assert english.keys() == persian.keys()
        for key, word in persian.items():
            if each.name not in latin:
                assert re.search("[\u0600-\u06ff]", word), each.name
                assert not re.search("[A-Za-z]", re.sub(r"{\w+}", "", word)), word
            assert re.findall(r"{\w+}", word) == re.findall(r"{\w+}", english[key])
    assert ENGLISH.deliveries.keys() == set(Delivery)
    assert ENGLISH.ways.keys() == set(Away)


@pytest.mark.parametrize(
    ("day", "year", "month", "of_month"),
    [
        (date(1978, 3, 21), 1357, 1, 1),
        (date(2000, 3, 19), 1378, 12, 29),
        (date(2000, 3, 20), 1379, 1, 1),
        (date(2021, 3, 20), 1399, 12, 30),
        (date(2021, 3, 21), 1400, 1, 1),
        (date(2024, 9, 21), 1403, 6, 31),
        (date(2024, 9, 22), 1403, 7, 1),
        (date(2025, 3, 20), 1403, 12, 30),
        (date(2026, 3, 20), 1404, 12, 29),
        (date(2026, 11, 20), 1405, 8, 29),
        (date(2030, 3, 20), 1408, 12, 30),
        (date(2030, 3, 21), 1409, 1, 1),
        (date(2041, 12, 31), 1420, 10, 11),
    ],
)
def test_persian_calendar(day: date, year: int, month: int, of_month: int) -> None:
    """Leap years come after four years, and at times after five."""
    assert persian_date(day) == (year, month, of_month)


def test_every_day_of_the_persian_calendar_follows_the_day_before() -> None:
    """No day is left out, and none comes twice."""
    day = date(1960, 1, 1)
    before = persian_date(day)
    while day < date(2060, 1, 1):
        day += timedelta(days=1)
        year, month, of_month = persian_date(day)
        assert (year, month, of_month) in (
            (before[0], before[1], before[2] + 1),
            (before[0], before[1] + 1, 1),
            (before[0] + 1, 1, 1),
        )
        assert of_month <= (31 if month <= 6 else 30)
        before = year, month, of_month
