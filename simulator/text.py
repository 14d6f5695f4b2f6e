"""Parts of a text and spellings of phone numbers, as Iranian operators see them."""

from math import ceil
import re

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€")
_ASCII_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_MOBILE = re.compile(r"(?:\+98|0098|98|0)?(9[0-9]{9})")
_LINK = re.compile(
    r"https?://|www\.|\b[a-z0-9-]+\.(?:ir|com|org|net|info|app|dev|io|me|link|site|shop)\b",
    re.IGNORECASE,
)


def is_unicode(text: str) -> bool:
    """Tell whether a text needs more than the GSM 7-bit alphabet."""
    return not _GSM_BASIC.union(_GSM_EXTENSION).issuperset(text)


def count_parts(text: str) -> int:
    """Count the parts that an operator bills for one recipient."""
    if is_unicode(text):
        units = len(text.encode("utf-16-le", "surrogatepass")) // 2
        return 1 if units <= 70 else ceil(units / 67)
    units = len(text) + sum(letter in _GSM_EXTENSION for letter in text)
    return 1 if units <= 160 else ceil(units / 153)


def ascii_digits(text: str) -> str:
    """Spell Persian and Arabic-Indic digits as 0-9."""
    return text.translate(_ASCII_DIGITS)


def parse_recipient(text: str) -> str | None:
    """Read a recipient as the API takes it (plain digits) and give it as 09xxxxxxxxx."""
    match = _MOBILE.fullmatch(text.strip())
    return f"0{match[1]}" if match else None


def parse_mobile(text: str) -> str | None:
    """Read a mobile number as a human writes it and give it as 09xxxxxxxxx."""
    return parse_recipient(
        re.sub(
            r"[\s()\-\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", ascii_digits(text)
        )
    )


def ten_digits(mobile: str) -> str:
    """Give 09xxxxxxxxx the way GetMessages spells it: 9xxxxxxxxx."""
    return mobile.removeprefix("0")


def has_link(text: str) -> bool:
    """Tell whether a text holds something that an operator takes for a link."""
    return _LINK.search(text) is not None


def has_opt_out(text: str) -> bool:
    """Tell whether a bulk text ends with the way to opt out."""
    return re.sub(r"\s", "", ascii_digits(text)).endswith("لغو11")
