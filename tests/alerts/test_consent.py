"""Which replies to an alarm say "I have it"."""

from custom_components.payamak.alerts.consent import says_yes

_ENGLISH = """
    ok, OK!, Okay., okey, k, 1, ۱, 1., yes, yep, yeah, ack, ACK, acknowledged, sure, alright,
    got it, will do, i have it, I've got it, I’ve got it!, I got it, on my way, On my way home,
    I'm on my way, i am on it, Im on it, coming, coming in 10 minutes, i'm coming, 👍, 👌👌, ✅,
    I'll take it, i will take care of it, ill be right there, I'll be there soon, going,
    i'm going now, I am going there, ok I'm on my way, OK 👍, ok ok, yes on my way, got it thanks
"""


def test_a_yes_is_heard() -> None:
    """However it is typed."""
    for text in _ENGLISH.split(","):
        assert says_yes(text), text


_PERSIAN = """
    باشه. باشد. تأیید. تایید. تائید. تأیید شد. اوکی. اوکیه. اکی. بله. آره. اره. حله. چشم.
    چشم حتماً. به روی چشم. ای به چشم. رسیدگی میکنم. رسیدگی می کنم. رسیدگی می‌کنیم.
    دارم میرم. دارم می‌رم. میرم. مي رم. رفتم. دارم میام. الان میام. من الان میام خونه. میام.
    همین الان میام. دارم می‌آیم. من میرم. می‌روم. میرم الان. میرم سمتش. الان دارم میرم.
    چشم من همین الان میرم. الان رفتم. گرفتم. من گرفتمش. چشم انجام میدم. انجام می‌دهم.
    درستش می‌کنم. با من. بامن. با منه. باشه الان میام. باشه چشم. بله، دارم میام. باشه ممنون.
    باشه ده دقیقه دیگه میام. باشه تا ۱۰ دقیقه دیگه اونجام
"""


def test_a_yes_is_heard_in_persian() -> None:
    """With half-spaces, spaces, or nothing between the parts of a word."""
    for text in _PERSIAN.split("."):
        assert says_yes(text), text
        assert says_yes(f"«{text}!»"), text


_FINGLISH = """
    bashe, Basheh, bale, baleh, hale, halle, oki, okeye, taeed, tayid, are, areh, chashm,
    alan miam, man daram miam, daram miyam, miram, man alan miram, daram miram, raftam, miam,
    chashm alan miram, are daram miam, areh miyam alan, gereftam, man gereftamesh, ba man,
    ba mane, bashe alan miam, alan miam khoone
"""


def test_a_yes_is_heard_in_persian_with_latin_letters() -> None:
    """Many phones are used so."""
    for text in _FINGLISH.split(","):
        assert says_yes(text), text


_NO_YES = [
    "", " ", "!", "hello", "سلام", "yesterday", "okra", "kok", "باشگاه", "بلهوس",
    "1 2", "1 ok", "11", "01", "2", "ok1", "👍👎", "❤️", "is it ok", "say yes",
]  # fmt: skip


def test_what_is_no_yes_is_not_heard() -> None:
    """Only what begins with one is."""
    for text in _NO_YES:
        assert not says_yes(text), text


_SOMETHING_ELSE = [
    "are you there", "are in", "با من تماس بگیر", "با من بیا", "میرم بخوابم", "رفتم خونه",
    "دارم میرم سر کار", "گرفتم خوابیدم", "چشم درد دارم", "چشم‌هام", "چشم نخورد",
    "going to bed", "miram bekhabam", "ba man bia", "chashm dard daram", "i'll take it easy",
]  # fmt: skip


def test_more_words_can_make_something_else_of_it() -> None:
    """What means "I have it" by itself alone counts by itself alone."""
    for text in _SOMETHING_ELSE:
        assert not says_yes(text), text


_DOUBTS = """
    no not nope nah none nobody never neither nothing without unable impossible
    cannot can't don't won't didn't doesn't isn't aren't wasn't couldn't shouldn't
    wouldn't haven't hasn't hadn't ain't refuse decline sorry busy away wrong
    late later after tomorrow tonight until till when if unless maybe perhaps
    but though however almost nearly wait hold stop cancel else instead
    what what's who who's whose why where where's how which
    call ask tell send someone somebody anyone anybody can’t cant CANT don`t
    نه نخیر خیر هیچ هیچکس بدون ببخشید شرمنده متأسفانه متاسفم اشتباه
    بعد بعدا بعداً بعدش دیر دیرتر فردا امشب فعلا فعلاً وقتی اگر اگه مگر مگه شاید احتمالاً
    ولی اما صبر وایسا بسه بس لغو کنسل بی‌خیال بیخیال جانم
    چی چیه چیست چه کی كی کیه کجا کجاست چرا چطور چطوری آیا شما کدوم کدام
    زنگ تماس بگو بگید بپرس بفرست کسی یکی
    نیست نیستم ندارم نداشتم نمیتونم نمی‌تونم نمي‌توانم نمیام نتونستم نتوانستم نرو نرفتم
    نگرفتم نکن نکردم نشد نشده نشه نشو ندیدم نده نداد نبودم نباش نیام نیومدم نرسیدم نخواستم
    بفرمایید بفرما
    na kheyr nakheyr nist nistam baadan badan baad bad farda felan
    vali ama amma age agar shayad chi chie ki kie koja chera chetor zang begu begoo
    nemitoonam nemiam nemyam natoonestam naraftam nagereftam nakon nakardam nashod nadaram
    nadidam nabudam naboodam
    ? ؟ ？ ؟! ?! ❓ ❔ 👎 ❌ ❎ 🚫 ⛔ ✋ 🤷 🤔 🤷‍♂️
"""


def test_a_yes_with_a_doubt_is_none() -> None:
    """It would stop an alarm that nobody sees to."""
    for yes in ("ok {}", "باشه {} من میام", "bashe miam {}"):
        assert says_yes(yes.format("!"))
        for doubt in _DOUBTS.split():
            assert not says_yes(yes.format(doubt)), doubt


def test_a_doubt_counts_wherever_it_stands() -> None:
    """Before a yes, behind it, and written in two."""
    for text in (
        "نه باشه",
        "باشه نمی تونم",
        "ok, can t come",
        "ok?",
        "آره؟",
        "yes/no",
        "no ok",
    ):
        assert not says_yes(text), text


def test_a_long_text_is_none() -> None:
    """Whoever writes that much tells something."""
    assert says_yes("ok" + " fine" * 14)
    assert not says_yes("ok" + " fine" * 15)
