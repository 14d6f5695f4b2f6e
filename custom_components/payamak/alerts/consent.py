"""Whether somebody who was alarmed wrote that they see to it, in Persian or English."""

from typing import Final

from ..gateway import fold
from .sentences import Answers
from .words import words_of

_MOST_WORDS: Final = 15  # whoever writes more tells something

# Whatever follows these is said besides: "ok I'm on my way", "باشه الان میام".
_OPENINGS: Final = """
    (ok|okay|okey|k|yes|yep|yeah|ack|acknowledged|sure|alright|got it|will do)
    (i have|i've got|i got) it
    [i'm|i am] (on my way|on it|coming)
    (باشه|باشد|تأیید|اوکی|اوکیه|اکی|بله|آره|حله|رسیدگی می‌کنم|رسیدگی می‌کنیم)
    [من] (الان|همین الان|دارم) (میام|می‌آیم)
    (bashe|basheh|bale|baleh|hale|halle|oki|okeye|taeed|tayid)
    [man] (alan|daram) (miam|miyam)
"""
# These mean something else with other words: "with me" and "call me", "I'm going" and
# "I'm going to bed", "by my eyes" and "my eyes hurt", "are" (yes) and "are you there".
_WHOLE: Final = """
    1
    (👍|👌|✅)
    (i'll|i will) (take it|take care of it|be right there|be there soon)
    [i'm|i am] going [now|there]
    (چشم|چشم حتما|به روی چشم|ای به چشم)
    [چشم] [من] [همین] [الان] [دارم] (میرم|می‌روم|رفتم|میام|می‌آیم) [الان|سمتش]
    [من] گرفتم[ش]
    [چشم] (انجام می‌دم|انجام می‌دهم|درستش می‌کنم)
    با من[ه]
    (are|areh|chashm)
    [are|areh|chashm] [man] [alan] [daram] (miram|raftam|miam|miyam) [alan]
    [man] gereftam[esh]
    ba man[e]
"""
_YES: Final = Answers.of(
    [
        {
            "id": "yes",
            "sentences": [
                *(f"{each}[ {{more}}]" for each in _OPENINGS.strip().splitlines()),
                *_WHOLE.strip().splitlines(),
            ],
        }
    ]
)

_DOUBT_SIGNS: Final = frozenset("?؟❓❔👎❌❎🚫⛔✋🤷🤔")
_DOUBTS: Final = frozenset(
    word.folded
    for word in words_of(
        """
        no not nope nah none nobody never neither nothing without unable impossible
        cannot can't don't won't didn't doesn't isn't aren't wasn't couldn't shouldn't
        wouldn't haven't hasn't hadn't ain't t refuse decline sorry busy away wrong
        late later after tomorrow tonight until till when if unless maybe perhaps
        but though however almost nearly wait hold stop cancel else instead
        what what's who who's whose why where where's how which
        call ask tell send someone somebody anyone anybody
        نه نخیر خیر هیچ هیچکس بدون ببخشید شرمنده متأسفانه متأسفم اشتباه
        بعد بعدا بعدش دیر دیرتر فردا امشب فعلا وقتی اگر اگه مگر مگه شاید احتمالا
        ولی اما صبر وایسا بسه بس لغو کنسل بیخیال جانم
        چی چیه چیست چه کی کیه کجا کجاست چرا چطور چطوری آیا شما کدوم کدام
        زنگ تماس بگو بگید بپرس بفرست کسی یکی
        na kheyr nakheyr nist nistam baadan badan baad bad farda felan
        vali ama amma age agar shayad chi chie ki kie koja chera chetor zang begu begoo
        """
    )
)
# Beginnings of verbs: of those that deny, in any person, and of "who is it?" on the phone.
_DOUBTFUL: Final = tuple(
    word.folded
    for word in words_of(
        """
        نمی نتون نتوان نرو نرف نگرف نکن نکر نشد نشه نشو ندار نداش ندید نده نداد
        نیست نبود نباش نیام نیوم نرس نخوا بفرما
        nemi nemy nato naraf nagere nako nakar nasho nadar nadid nabu naboo
        """
    )
)


def says_yes(text: str) -> bool:
    """Tell whether a reply to an alarm says "I have it".

    A yes that was none stops an alarm that nobody sees to, while one that is overlooked only
    costs some more texts. So anything with a refusal, a doubt or a question in it is none,
    nor is what only might be one.
    """
    words = [word.folded for word in words_of(text)]
    return (
        len(words) <= _MOST_WORDS
        and _DOUBT_SIGNS.isdisjoint(fold(text))
        and _DOUBTS.isdisjoint(words)
        and not any(word.startswith(_DOUBTFUL) for word in words)
        and _YES.find(text) is not None
    )
