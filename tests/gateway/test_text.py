"""How numbers are read and masked, and how parts are counted."""

import pytest

from custom_components.payamak.gateway import (
    comparable_line,
    count_parts,
    count_tariff_units,
    mask_number,
    normalise_line,
    normalise_message_id,
    normalise_number,
)

# GSM 03.38 from 0x00 to 0x7f, a row for each sixteen, without the escape at 0x1b.
GSM_ROWS = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
GSM_EXTENDED = "^{}\\[~]|€"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
PREFIXES = ("+98", "0098", "98", "0", "", "+980", "00980", "980")
INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff\u061c\u00ad"
)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("digits", [{}, PERSIAN, ARABIC_INDIC, FULL_WIDTH])
def test_every_prefix_in_every_script_is_the_same_recipient(
    prefix: str, digits: dict[int, int]
) -> None:
    """A number is one recipient however it is written."""
    written = f"{prefix}9121234567".translate(digits)
    assert normalise_number(written) == "09121234567"


@pytest.mark.parametrize(
    "written",
    [
        "0912 123 4567",
        "0912-123-4567",
        "0912 - 123 - 4567",
        "(0912) 1234567",
        "+98 (0) 912 123 4567",
        "+98.912.123.4567",
        "0912/1234567",
        "0912_123_4567",
        "0912\u2010123\u20114567",
        "0912\u2013123\u20144567",
        "0912\u2212123\u20154567",
        "0912\u00a0123\u202f4567",
        " 09121234567\r\n",
        "\t0912\t1234567",
        "0912۱۲۳٤٥٦۷",
        "+۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷",
        "00 98 912 123 45 67",
    ],
)
def test_separators_between_the_digits_do_not_matter(written: str) -> None:
    """People write numbers in groups."""
    assert normalise_number(written) == "09121234567"


@pytest.mark.parametrize("mark", INVISIBLE, ids=lambda mark: f"U+{ord(mark):04X}")
def test_marks_that_cannot_be_seen_do_not_matter(mark: str) -> None:
    """Contacts and web pages put direction marks around numbers."""
    assert normalise_number(f"{mark}+98912{mark}1234567{mark}") == "09121234567"
    assert normalise_line(f"{mark}5000{mark}1060{mark}") == "50001060"


@pytest.mark.parametrize("number", [9121234567, 989121234567, 9809121234567])
def test_an_int_that_a_template_made_is_a_recipient(number: int) -> None:
    """A template turns +989121234567 into an int."""
    assert normalise_number(number) == "09121234567"


@pytest.mark.parametrize("prefix", range(900, 1000))
def test_every_mobile_prefix_is_taken(prefix: int) -> None:
    """New operators get new prefixes; which exist is not ours to say."""
    assert normalise_number(f"{prefix}0000001") == f"0{prefix}0000001"


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "+",
        "-",
        "0",
        "Sara",
        "notify.sara",
        "0912123456",  # a digit too few
        "091212345678",  # a digit too many
        "912123456",
        "98912123456",
        "+9891212345678",
        "00989121234567890",
        "9121234567.0",
        "9.121234567e9",
        "02112345678",  # a landline
        "2112345678",
        "+982112345678",
        "08121234567",
        "50001060",  # a sender line
        "110",
        "+19121234567",
        "+449121234567",
        "+9121234567",
        "+09121234567",
        "++989121234567",
        "98+9121234567",
        "000989121234567",
        "0989121234567",
        "0+989121234567",
        "09121234567+",
        "09121234567x",
        "x09121234567",
        "tel:09121234567",
        "09121234567,09351234567",
        "09121234567;",
        "0912 123 456 seven",
        "0912²1234567",
        "0912①234567",
        "〇9121234567",
        "09121234567" * 1000,
        None,
        True,
        False,
        9121234567.0,
        0,
        1,
        912123456,
        91212345678,
        10**40,
        b"09121234567",
        ["09121234567"],
        {"number": "09121234567"},
        pytest.param(object(), id="object"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_iranian_mobile_number_is_refused(written: object) -> None:
    """A refusal names no number, for it may end up in a log."""
    with pytest.raises(ValueError, match=r"^Not an Iranian mobile number$"):
        normalise_number(written)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("500010604671", "500010604671"),
        (500010604671, "500010604671"),
        ("+98 3000 1234", "9830001234"),
        ("5000-1060", "50001060"),
        ("۵۰۰۰۱۰۶۰", "50001060"),
        ("٥٠٠٠١٠٦٠", "50001060"),
        ("021 8888 0000", "02188880000"),
        ("110", "110"),
        ("9" * 20, "9" * 20),
    ],
)
def test_a_line_is_written_as_plain_digits(written: object, line: str) -> None:
    """The way GetUserNumbers writes it."""
    assert normalise_line(written) == line


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "12",
            "9" * 21,
            "Payamak",
            "5000a1060",
            "5000+1060",
            "5000,1060",
            "++5000",
        ),
        *(None, True, 5000.0, 12, []),
    ],
)
def test_what_is_no_line_is_refused(written: object) -> None:
    """A sender that can't be one never reaches the gateway."""
    with pytest.raises(ValueError, match=r"^Not a sender line$"):
        normalise_line(written)


@pytest.mark.parametrize("digits", [{}, PERSIAN, ARABIC_INDIC, FULL_WIDTH])
def test_a_message_id_is_written_in_western_digits(digits: dict[int, int]) -> None:
    """A request with others would ask for nothing."""
    assert normalise_message_id("5512345678901234567".translate(digits)) == (
        "5512345678901234567"
    )


@pytest.mark.parametrize("written", ["", "12a", "-5", "+5", "1 2", "12²", "①", "1.0"])
def test_what_is_no_message_id_is_refused(written: str) -> None:
    """Before the gateway is asked."""
    with pytest.raises(ValueError, match=r"^Not a message id$"):
        normalise_message_id(written)


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("09121234567", "…4567"),
        (9121234567, "…4567"),
        ("+989121234567", "…4567"),
        ("0912 123 4567", "…4567"),
        ("(0912) 123-4567", "…4567"),
        ("۰۹۱۲۱۲۳۴۵۶۷", "…۴۵۶۷"),
        ("0912\u200e123\u200e4567", "…4567"),
        ("0912\u061c1234567", "…4567"),
        ("12345", "…2345"),
        ("1234", "1234"),
        ("", ""),
        ("Sara", "Sara"),
        (None, "None"),
        ("0912*345*6789", "…6789"),
        ("'0912' '345' '6789'", "…6789"),
        ("0912:345:6789", "…6789"),
        ("Sara 0912 123 4567", "…4567"),
        ("Sara 12", "Sara 12"),
        ("S" * 40, "S" * 40),
        ("S" * 41, "S" * 40 + "…"),
    ],
)
def test_a_mask_leaves_the_last_four_digits(written: object, masked: str) -> None:
    """Enough to recognise a number, too little to call it."""
    assert mask_number(written) == masked


@pytest.mark.parametrize("separator", [*" -./()_", *INVISIBLE, "\u2013", "\u2212"])
def test_whatever_is_read_as_one_number_is_masked_as_one(separator: str) -> None:
    """A separator must not split a number into two short ones."""
    written = f"0912{separator}123{separator}4567"
    assert normalise_number(written) == "09121234567"
    assert mask_number(written) == "…4567"


@pytest.mark.parametrize("character", "".join(GSM_ROWS), ids=lambda c: f"{ord(c):#04x}")
def test_every_gsm_character_takes_one_place(character: str) -> None:
    """The whole alphabet of a Latin part."""
    assert count_tariff_units(character) == 2
    assert count_parts(character * 160) == 1
    assert count_parts(character * 161) == 2


def test_the_gsm_alphabet_is_complete() -> None:
    """Guard the table above: 128 places, one of them the escape."""
    assert len(set("".join(GSM_ROWS))) == 127


@pytest.mark.parametrize("character", GSM_EXTENDED)
def test_every_extension_character_takes_two_places(character: str) -> None:
    """They are sent as an escape and a character."""
    assert count_tariff_units(character) == 2
    assert count_parts(character * 80) == 1
    assert count_parts(character * 80 + "a") == 2
    assert count_parts("a" * 158 + character) == 1
    assert count_parts("a" * 159 + character) == 2
    assert count_parts("a" * 304 + character) == 2
    assert count_parts("a" * 305 + character) == 3


@pytest.mark.parametrize("character", "سپچژگ‌۱٫ç`«’…–\t\f\u200fá😀")
def test_one_other_character_makes_the_whole_text_unicode(character: str) -> None:
    """Persian, look-alikes, typographic marks, emoji."""
    assert count_tariff_units(f"alarm{character}") == 1
    assert count_parts("a" * 68 + character) == 1
    assert count_parts("a" * 70 + character) == 2


@pytest.mark.parametrize(
    ("length", "parts"),
    [
        *((0, 0), (1, 1), (159, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3)),
        *((460, 4), (1530, 10), (1531, 11)),
    ],
)
def test_latin_parts(length: int, parts: int) -> None:
    """160 in one part, else 153 in each; a Latin part costs two."""
    assert count_parts("a" * length) == parts
    assert count_tariff_units("a" * length) == 2 * parts


@pytest.mark.parametrize(
    ("length", "parts"),
    [
        *((1, 1), (69, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)),
        *((670, 10), (671, 11)),
    ],
)
def test_unicode_parts(length: int, parts: int) -> None:
    """70 in one part, else 67 in each; a Persian part costs one."""
    assert count_parts("س" * length) == parts
    assert count_tariff_units("س" * length) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("😀" * 35, 1),
        ("😀" * 35 + "a", 2),
        ("س" * 68 + "😀", 1),
        ("س" * 69 + "😀", 2),
        ("😀" * 67, 2),
        ("😀" * 67 + "a", 3),
        ("\ud83d" * 70, 1),  # halves of emoji count, and don't crash
        ("\ud83d" * 71, 2),
        ("^" * 40 + "س" * 30, 1),  # no escapes in Unicode
        ("^" * 40 + "س" * 31, 2),
    ],
)
def test_unicode_is_counted_in_utf_16_units(text: str, parts: int) -> None:
    """An emoji takes two places."""
    assert count_parts(text) == parts


@pytest.mark.parametrize(
    "written",
    [
        "3000123",
        "+983000123",
        "00983000123",
        "0098 3000 123",
        "+98 3000-123",
        "+3000123",
        "03000123",
        "+9803000123",
        " 3000\u200c123\n",
        "\u202a+983000123\u202c",
        "۳۰۰۰۱۲۳",
        "+٩٨٣٠٠٠١٢٣",
    ],
)
def test_a_line_is_compared_whatever_its_spelling(written: str) -> None:
    """GetUserNumbers, GetMessages and users may each write it in another way."""
    assert comparable_line(written) == "3000123"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("983000123", "983000123"),  # a line that itself begins with 98
        ("+98983000123", "983000123"),
        ("+98110", "110"),
        ("+9811", "9811"),  # the shortest line has three digits
        ("0912 123 4567", "9121234567"),
        ("9121234567", "9121234567"),
        ("1" * 20, "1" * 20),
        ("0098" + "1" * 20, "1" * 20),
        ("1" * 21, "1" * 21),
        ("+98" + "1" * 21, "+98" + "1" * 21),
        ("+98", "+98"),
        ("98", "98"),
        ("++983000123", "++983000123"),
        ("Bank Melli", "BankMelli"),
        ("", ""),
    ],
)
def test_different_lines_stay_different(written: str, expected: str) -> None:
    """Only +98 and 0098 are the country's prefix, and words are never refused."""
    assert comparable_line(written) == expected
