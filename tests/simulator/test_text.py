"""How the stand-in counts parts and reads numbers."""

import pytest

from simulator.text import (
    count_parts,
    has_link,
    has_opt_out,
    is_unicode,
    parse_mobile,
    parse_recipient,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("^{}\\[~]|€" * 17 + "a" * 7, 3),
        ("س" * 70, 1),
        ("س" * 71, 2),
        ("س" * 134, 2),
        ("س" * 135, 3),
        ("س" * 201, 3),
        ("س" * 202, 4),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 159 + "ی", 3),
        ("éèùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà@£$¥\r\n", 1),
        ("\ud83d", 1),
    ],
)
def test_text_is_billed_in_the_parts_of_iranian_operators(
    text: str, parts: int
) -> None:
    """Text is billed in the parts of iranian operators."""
    assert count_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "unicode"),
    [("Hello £{}", False), ("سلام", True), ("ç", True), ("`", True)],
)
def test_text_outside_gsm_7_bit_is_unicode(text: str, unicode: bool) -> None:
    """Text outside GSM 7-bit is unicode."""
    assert is_unicode(text) is unicode


@pytest.mark.parametrize(
    "spelling",
    [
        "09121234567",
        "9121234567",
        "989121234567",
        "+989121234567",
        "00989121234567",
        " 09121234567 ",
    ],
)
def test_recipient_in_plain_digits_is_read(spelling: str) -> None:
    """Recipient in plain digits is read."""
    assert parse_recipient(spelling) == "09121234567"


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "0912123456",
        "091212345678",
        "02122334455",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "0912 123 4567",
        "Sara",
        "+19121234567",
    ],
)
def test_recipient_in_any_other_spelling_is_not_read(spelling: str) -> None:
    """Recipient in any other spelling is not read."""
    assert parse_recipient(spelling) is None


@pytest.mark.parametrize(
    "spelling",
    [
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "0912 123 45 67",
        "+98-912-123-4567",
        "\u200e09121234567",
    ],
)
def test_number_as_a_human_writes_it_is_read(spelling: str) -> None:
    """Number as a human writes it is read."""
    assert parse_mobile(spelling) == "09121234567"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.b", True),
        ("www.example", True),
        ("example.ir", True),
        ("باز کنید: Example.COM/x", True),
        ("3.5 degrees", False),
        ("در باز است.", False),
        ("door.opened", False),
    ],
)
def test_link_is_found(text: str, link: bool) -> None:
    """Link is found."""
    assert has_link(text) is link


@pytest.mark.parametrize(
    ("text", "opt_out"),
    [
        ("متن لغو11", True),
        ("متن\nلغو۱۱", True),
        ("متن لغو 11", True),
        ("لغو", False),
        ("لغو11 متن", False),
    ],
)
def test_opt_out_words_are_found(text: str, opt_out: bool) -> None:
    """Opt out words are found."""
    assert has_opt_out(text) is opt_out
