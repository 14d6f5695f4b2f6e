"""What the page says, in English and in Persian, with numbers and times as each language writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aiohttp import web

from simulator.codes import Delivery
from simulator.messages import TEHRAN
from simulator.outages import Away

from .calendar import persian_date

type Language = Literal["en", "fa"]

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PERSIAN_MONTHS = (
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور"),
    *("مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of a language; what is in braces is filled in."""

    language: Language
    direction: Literal["ltr", "rtl"]
    title: str
    about: str
    stays: str
    without_scripts: str
    refresh: str
    # The link to the page in the other language, which that language's speakers read.
    other_language: Language
    other_name: str

    send_in: str
    sender: str
    line: str
    text: str
    send: str
    not_filled_in: str
    no_such_line: str

    take_away: str
    way: str
    minutes: str
    away: str
    no_such_way: str
    wrong_minutes: str
    ways: Mapping[Away, str]
    answers: str
    until: str
    until_ended: str
    begins: str
    back: str
    cancel: str

    let_answer: str
    phone: str
    answer: str
    seconds: str
    contains: str
    times: str
    answers_itself: str
    no_phone: str
    no_answer: str
    wrong_seconds: str
    wrong_times: str

    phones: str
    no_sms: str
    is_off: str
    switch_off: str
    switch_on: str
    will_answer: str
    seconds_later: str
    to_texts: str
    times_left: str
    end_answers: str
    older: str
    from_line: str
    to_line: str
    parts: str
    one_part: str
    flash: str
    blacklisted: str
    deliveries: Mapping[Delivery, str]
    other_delivery: str

    accounts: str
    credit: str
    sms: str
    base_price: str
    rial: str
    lines: str
    comma: str
    none: str
    push: str
    on: str
    off: str
    switched_off: str

    calls: str
    no_calls: str

    def number(self, written: object) -> str:
        """Write digits as the language does: a count, a price, a phone number."""
        text = str(written)
        return text.translate(_PERSIAN_DIGITS) if self.language == "fa" else text

    def decimal(self, written: str) -> str:
        """Write a number that may have decimals."""
        text = self.number(written)
        return text.replace(".", "٫") if self.language == "fa" else text

    def count_parts(self, count: int) -> str:
        """Say of how many parts an SMS is."""
        return (
            self.one_part if count == 1 else self.parts.format(count=self.number(count))
        )

    def moment(self, at: datetime) -> str:
        """Write a moment, in Tehran's time and the language's calendar."""
        local = at.astimezone(TEHRAN)
        if self.language == "en":
            return f"{local:%Y-%m-%d %H:%M:%S}"
        year, month, day = persian_date(local.date())
        return self.number(
            f"{day} {_PERSIAN_MONTHS[month - 1]} {year}، {local:%H:%M:%S}"
        )


ENGLISH = Words(
    language="en",
    direction="ltr",
    title="Stand-in SMS gateway",
    about="No SMS leaves this machine. Times are Tehran's.",
    stays="While the gateway refuses connections, this page is at {link}.",
    without_scripts="Without scripts this page stands still:",
    refresh="refresh",
    other_language="fa",
    other_name="فارسی",
    send_in="Send an SMS to the account",
    sender="From (phone)",
    line="To (line)",
    text="Text",
    send="Send",
    not_filled_in="Write the number of the sender and a text.",
    no_such_line="Choose a line of the account.",
    take_away="Take the gateway away",
    way="What it does meanwhile",
    minutes="For (minutes)",
    away="Gateway away",
    no_such_way="Choose what the gateway does meanwhile.",
    wrong_minutes="Write a number of minutes, 1 to {most}.",
    ways={
        Away.REFUSE: "refuses connections",
        Away.HANG: "never answers",
        Away.ERRORS: "answers with error pages",
    },
    answers="The gateway answers",
    until="The gateway {way} until {time}",
    until_ended="The gateway {way} until you end it",
    begins="An outage begins at {time}",
    back="Back now",
    cancel="Cancel",
    let_answer="Have a phone answer by itself",
    phone="Phone",
    answer="Its answer",
    seconds="After (seconds)",
    contains="Only to texts with (empty: to all)",
    times="How many times (empty: always)",
    answers_itself="Answer from now on",
    no_phone="Write a mobile number.",
    no_answer="Write what the phone answers.",
    wrong_seconds="Write a number of seconds, 0 to {most}.",
    wrong_times="Write how many times the phone answers, 1 to {most}, or leave it empty.",
    phones="Phones",
    no_sms="There is no SMS yet.",
    is_off="The phone is off",
    switch_off="Switch off",
    switch_on="Switch on",
    will_answer="answers “{text}”",
    seconds_later="after {seconds} s",
    to_texts="if the text has “{part}”",
    times_left="times left: {count}",
    end_answers="Stop answering",
    older="and {count} older",
    from_line="from {line}",
    to_line="to {line}",
    parts="{count} parts",
    one_part="1 part",
    flash="flash",
    blacklisted="blocks advertising lines",
    deliveries={each: each.name.lower().replace("_", " ") for each in Delivery},
    other_delivery="status {status}",
    accounts="Accounts",
    credit="Credit",
    sms="{count} SMS",
    base_price="Base price",
    rial="{count} Rial",
    lines="Lines",
    comma=", ",
    none="none",
    push="Push",
    on="on",
    off="off",
    switched_off="switched off: {reason}",
    calls="Latest calls",
    no_calls="Nobody has called yet.",
)

PERSIAN = Words(
    language="fa",
    direction="rtl",
    title="سامانهٔ پیامک آزمایشی",
    about="هیچ پیامکی از این رایانه بیرون نمی‌رود. ساعت‌ها به وقت تهران است.",
    stays="تا وقتی سامانه اتصال‌ها را نپذیرد، این صفحه در {link} در دسترس است.",
    without_scripts="بدون اسکریپت، صفحه خودبه‌خود تازه نمی‌شود:",
    refresh="تازه‌سازی",
    other_language="en",
    other_name="English",
    send_in="فرستادن پیامک به حساب",
    sender="از (گوشی)",
    line="به (خط)",
    text="متن",
    send="فرستادن",
    not_filled_in="شمارهٔ فرستنده و متن را بنویسید.",
    no_such_line="یکی از خط‌های حساب را انتخاب کنید.",
    take_away="قطع سامانه",
    way="رفتار سامانه",
    minutes="مدت (دقیقه)",
    away="قطع سامانه",
    no_such_way="رفتار سامانه را انتخاب کنید.",
    wrong_minutes="تعداد دقیقه‌ها را بنویسید: ۱ تا {most}.",
    ways={
        Away.REFUSE: "اتصال‌ها را نمی‌پذیرد",
        Away.HANG: "پاسخی نمی‌دهد",
        Away.ERRORS: "صفحهٔ خطا برمی‌گرداند",
    },
    answers="سامانه در دسترس است",
    until="سامانه {way}، تا {time}",
    until_ended="سامانه {way}، تا وقتی آن را پایان دهید",
    begins="قطعی سامانه از {time} آغاز می‌شود",
    back="برقراری سامانه",
    cancel="لغو",
    let_answer="پاسخ خودکار از یک گوشی",
    phone="گوشی",
    answer="متن پاسخ",
    seconds="پس از (ثانیه)",
    contains="فقط اگر متن پیامک شامل این باشد (خالی: همیشه)",
    times="تعداد دفعات (خالی: بی‌پایان)",
    answers_itself="فعال کردن پاسخ خودکار",
    no_phone="شمارهٔ موبایل را بنویسید.",
    no_answer="متن پاسخ را بنویسید.",
    wrong_seconds="تعداد ثانیه‌ها را بنویسید: ۰ تا {most}.",
    wrong_times="تعداد دفعات را بنویسید، ۱ تا {most}، یا خالی بگذارید.",
    phones="گوشی‌ها",
    no_sms="هنوز پیامکی نیست.",
    is_off="گوشی خاموش است",
    switch_off="خاموش کردن",
    switch_on="روشن کردن",
    will_answer="پاسخ خودکار: «{text}»",
    seconds_later="پس از {seconds} ثانیه",
    to_texts="اگر متن شامل «{part}» باشد",
    times_left="دفعات باقی‌مانده: {count}",
    end_answers="لغو پاسخ خودکار",
    older="و {count} پیامک پیش از این",
    from_line="از {line}",
    to_line="به {line}",
    parts="{count} بخش",
    one_part="۱ بخش",
    flash="فلش",
    blacklisted="لیست سیاه مخابرات",
    deliveries={
        Delivery.NO_STATUS: "بدون گزارش",
        Delivery.SENT_TO_OPERATOR: "ارسال‌شده به مخابرات",
        Delivery.DELIVERED: "تحویل شد",
        Delivery.UNDELIVERED: "تحویل نشد",
        Delivery.OPERATOR_ERROR: "خطای مخابرات",
        Delivery.UNSPECIFIED_ERROR: "خطای نامشخص",
        Delivery.REACHED_OPERATOR: "رسیده به مخابرات",
        Delivery.OPERATOR_NOT_REACHED: "نرسیده به مخابرات",
        Delivery.BLACKLISTED: "لیست سیاه مخابرات",
        Delivery.UNKNOWN: "نامعلوم",
        Delivery.SENT: "ارسال شد",
        Delivery.FILTERED: "فیلتر شد",
        Delivery.QUEUED: "در نوبت ارسال",
        Delivery.REJECTED: "رد شد",
    },
    other_delivery="وضعیت {status}",
    accounts="حساب‌ها",
    credit="اعتبار",
    sms="{count} پیامک",
    base_price="تعرفهٔ پایه",
    rial="{count} ریال",
    lines="خط‌ها",
    comma="، ",
    none="ندارد",
    push="دریافت فوری",
    on="روشن",
    off="خاموش",
    switched_off="قطع شد: {reason}",
    calls="آخرین درخواست‌ها",
    no_calls="هنوز درخواستی نرسیده است.",
)

_BY_LANGUAGE: Mapping[str, Words] = {"en": ENGLISH, "fa": PERSIAN}


def words_for(request: web.Request) -> Words:
    """Choose the language: the one that the address names, else the browser's first that there is."""
    if named := _BY_LANGUAGE.get(request.query.get("lang", "")):
        return named
    for tag in _accepted(request.headers.get("Accept-Language", "")):
        if known := _BY_LANGUAGE.get(tag.partition("-")[0]):
            return known
    return ENGLISH


def _accepted(header: str) -> list[str]:
    """Give the languages of a header, the most wanted first."""
    weighed = []
    for item in header.lower().split(","):
        tag, _, weight = item.partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda each: -each[0])]
