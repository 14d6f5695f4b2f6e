"""Phone numbers and message texts, as the operators of Iran count and write them."""

import re
from typing import Final
import unicodedata

# Characters between digits that don't count: spaces, dashes, and invisible marks.
_SEPARATOR: Final = (
    r"[\s\-‐-―−._()/\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SEPARATORS: Final = re.compile(_SEPARATOR)
_MOBILE: Final = re.compile(r"(?:(?:\+|00)?980?|0)?(9\d{9})", re.ASCII)
_LINE: Final = re.compile(r"\+?(\d{3,20})", re.ASCII)
# "98" without "+" or "00" may be how a line itself begins.
_COMPARABLE_LINE: Final = re.compile(r"(?:(?:\+|00)98|\+)?0?(\d{3,20})", re.ASCII)
_LONGEST_SHOWN: Final = 40

# Stands between the variables of a pattern, and can't be escaped in one.
PATTERN_SEPARATOR: Final = ";"

# Letters that Arabic and Persian keyboards write differently, and invisible marks.
_LETTERS: Final = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه"})
_INVISIBLE: Final = re.compile(
    r"[\xad\u061c\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)

# GSM 03.38: the alphabet of a Latin part, and the characters that count twice in it.
_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Without the form feed, which the operators' lists lack.
_GSM_EXTENDED: Final = frozenset("^{}\\[~]|€")

_LATIN_SINGLE: Final = 160
_LATIN_PART: Final = 153
_UNICODE_SINGLE: Final = 70
_UNICODE_PART: Final = 67

# "A Latin part costs about twice a Persian one": credit is counted in Persian parts.
_LATIN_TARIFF: Final = 2


def _western_digits(value: str) -> str:
    """Write every decimal digit of any script (۰-۹, ٠-٩, ...) as 0-9."""
    if value.isascii():
        return value
    return "".join(str(int(char)) if char.isdecimal() else char for char in value)


def _compact(value: object) -> str | None:
    """Return a text or int without separators, None for other types."""
    # Templates turn a number into an int: "+989121234567" arrives as 989121234567.
    if not isinstance(value, str | int):
        return None
    return _SEPARATORS.sub("", _western_digits(str(value)))


def normalise_number(value: object) -> str:
    """Return a recipient's mobile number as ``09xxxxxxxxx``.

    Accepts text or int, digits of any script, spaces, dashes, and the prefixes +98,
    0098, 98, 0 or none. Raises ValueError for anything else; the error does not hold it.
    """
    compact = _compact(value)
    if compact is None or not (match := _MOBILE.fullmatch(compact)):
        raise ValueError("Not an Iranian mobile number")
    return f"0{match[1]}"


def normalise_line(value: object) -> str:
    """Return a sender line as plain digits, the way GetUserNumbers writes it.

    Raises ValueError for anything that is not 3 to 20 digits.
    """
    compact = _compact(value)
    if compact is None or not (match := _LINE.fullmatch(compact)):
        raise ValueError("Not a sender line")
    return match[1]


def normalise_message_id(value: str) -> str:
    """Return a message's id with the digits 0-9, which are all that the gateway reads.

    Raises ValueError for anything that is not digits alone.
    """
    digits = _western_digits(value)
    if not (digits.isdecimal()):
        raise ValueError("Not a message id")
    return digits


def comparable_line(written: str) -> str:
    """Return a line in the one spelling in which two lines are compared, and never sent.

    Separators, digits of other scripts, the prefixes +98, 0098 and +, and a leading 0 do
    not count. What is no number is returned without its separators.
    """
    compact = _SEPARATORS.sub("", _western_digits(written))
    match = _COMPARABLE_LINE.fullmatch(compact)
    return match[1] if match else compact


def fold(text: str) -> str:
    """Return a text in the form in which texts are compared.

    Case, Arabic and Persian forms of a letter (ي/ی, ك/ک), digits of any script, zero-width
    joiners and surrounding or repeated spaces make no difference.
    """
    typed = _western_digits(unicodedata.normalize("NFKC", text)).translate(_LETTERS)
    return " ".join(_INVISIBLE.sub("", typed).casefold().split())


def mask_number(value: object) -> str:
    """Return at most the last four digits of a number, or of a text that should be one.

    Anything with more than four digits is masked as a whole, whatever is between them.
    """
    text = str(value)
    digits = [char for char in text if char.isdecimal()]
    if len(digits) > 4:
        return f"…{''.join(digits[-4:])}"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def is_pattern_variable(text: str) -> bool:
    """Tell whether a text can be a pattern's variable without shifting the others."""
    return PATTERN_SEPARATOR not in text


def well_formed(text: str) -> str:
    """Replace half an emoji, which a cut text can hold and UTF-8 can't, by "?"."""
    return text.encode(errors="replace").decode()


def is_latin(text: str) -> bool:
    """Tell whether a text fits the GSM alphabet, and so goes out in Latin parts."""
    return all(char in _GSM_BASIC or char in _GSM_EXTENDED for char in text)


def count_parts(text: str) -> int:
    """Return how many parts an SMS with this text takes, as the operators bill them.

    Latin: 160 characters in one part, beyond it 153 for each. Anything else is Unicode:
    70 UTF-16 units in one part, beyond it 67 for each. An empty text takes none.
    """
    if is_latin(text):
        length = len(text) + sum(char in _GSM_EXTENDED for char in text)
        return _parts(length, _LATIN_SINGLE, _LATIN_PART)
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return _parts(length, _UNICODE_SINGLE, _UNICODE_PART)


def count_tariff_units(text: str) -> int:
    """Return about how much credit one SMS with this text costs.

    The unit is one SMS of the base tariff; what the panel really charges may differ.
    """
    return count_parts(text) * (_LATIN_TARIFF if is_latin(text) else 1)


def _parts(length: int, single: int, part: int) -> int:
    if length <= single:
        return min(length, 1)
    return -(-length // part)
