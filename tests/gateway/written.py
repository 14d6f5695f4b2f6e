"""What stands in a body, read without the client: against this its values are held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
import json
import re
from typing import Any, Final, cast

from custom_components.payamak.gateway import Delivery, MessagePage, Receipt, SmsState

_PLAIN: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)

_STATES: Final = {
    0: SmsState.ACCEPTED,
    1: SmsState.DELIVERED,
    2: SmsState.UNDELIVERED,
    3: SmsState.FAILED,
    5: SmsState.FAILED,
    8: SmsState.ACCEPTED,
    16: SmsState.UNDELIVERED,
    35: SmsState.BLACKLISTED,
    200: SmsState.ACCEPTED,
    300: SmsState.FILTERED,
    400: SmsState.ACCEPTED,
    500: SmsState.REJECTED,
    -1: SmsState.ACCEPTED,
}


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, as it is written."""

    text: str


@dataclass(slots=True)
class Written:
    """A body that is JSON: its content, and all of its texts and numbers, as they are written."""

    content: Any
    scalars: set[str] = field(default_factory=set)

    @property
    def base(self) -> dict[str, Any]:
        """Return the envelope."""
        base = self.content.get("MyBase")
        # Nothing of any type stands for a flat envelope.
        return cast(
            "dict[str, Any]", base if base and isinstance(base, dict) else self.content
        )

    @property
    def data(self) -> list[Any]:
        """Return the rows, none where there is no list."""
        data = self.content.get("Data")
        return data if isinstance(data, list) else []

    def text_of(self, value: object) -> str:
        """Return a scalar as it is written, without the spaces around it."""
        written = value.text if isinstance(value, Literal) else value
        return written.strip() if isinstance(written, str) else ""

    @property
    def whole_numbers(self) -> set[int]:
        """Return the numbers that are written without a point and an exponent."""
        some = (text for text in self.scalars if len(text) < 30)
        return {int(text) for text in some if _WHOLE.fullmatch(text)}

    @property
    def digits(self) -> str:
        """Return all digits of all scripts, scalar by scalar."""
        some = (
            "".join(char for char in text.translate(_DIGITS) if char in "0123456789")
            for text in self.scalars
        )
        return " ".join(some)


def read(body: bytes) -> Written | None:
    """Read a body, None where it is no JSON object that Python can hold."""
    try:
        content = json.loads(
            body.decode("utf-8-sig", "replace"), parse_float=Literal, parse_int=Literal
        )
    except ValueError, RecursionError:
        return None
    if not isinstance(content, dict):
        return None
    written = Written(content)
    left: list[object] = [content]
    while left:
        match left.pop():
            case dict() as some:
                left += some.values()
            case list() as some:
                left += some
            case Literal() | str() as scalar:
                written.scalars.add(written.text_of(scalar))
    return written


def check_amount(written: Written, amount: Decimal) -> None:
    """Hold an amount against Value: digit for digit, and a plain number."""
    value = written.text_of(written.base.get("Value"))
    assert _PLAIN.fullmatch(value)
    assert Decimal(value) == amount


def check_lines(written: Written, lines: Sequence[str]) -> None:
    """Hold lines against the rows: each in a row of its own, in order."""
    rows = (written.text_of(row.get("Number")) for row in written.data)
    listed = [number for number in rows if number.upper() not in ("", "NULL")]
    assert [_well_formed(number) for number in listed] == list(lines)


def check_delivery(written: Written, delivery: Delivery) -> None:
    """Hold a status against Value; an end is one that the manual names."""
    value = written.text_of(written.base.get("Value"))
    if delivery.code is None:
        assert value.upper() in ("", "NULL")
        assert delivery.state is SmsState.UNKNOWN
        return
    assert _WHOLE.fullmatch(value)
    assert int(value) == delivery.code
    assert delivery.state is _STATES.get(delivery.code, SmsState.UNKNOWN)


def check_receipts(
    written: Written, receipts: Sequence[Receipt], recipients: int
) -> None:
    """Hold receipts against Value: one for each, an id at its place, and nothing accepted beside a failure."""
    assert len(receipts) == recipients
    value = written.text_of(written.base.get("Value"))
    tokens = [token.strip() for token in value.removesuffix(",").split(",")]
    for place, receipt in enumerate(receipts):
        if receipt.message_id is not None:
            assert len(tokens) == recipients
            assert tokens[place] == receipt.message_id
            assert re.fullmatch(r"[0-9]{10,}", receipt.message_id)
            assert receipt.error is None
    if any(receipt.error is None for receipt in receipts):
        status = written.text_of(written.base.get("RetStatus"))
        assert not _WHOLE.fullmatch(status) or int(status[:12]) in (1, *_long(status))


def _long(status: str) -> tuple[int, ...]:
    """Return a status that is no code, as it has more digits than any."""
    return (int(status[:12]),) if len(status.lstrip("+-")) > 9 else ()


def check_page(written: Written, page: MessagePage) -> None:
    """Hold a page against the rows: all count, and those that are read have what is written in theirs, in order."""
    assert page.rows == len(written.data)
    rows = iter(written.data)
    for message in page.messages:
        # Each row is found behind the one before it.
        row = next(row for row in rows if _id_of(written, row) == message.message_id)
        assert re.fullmatch(r"[0-9]{1,20}", message.message_id)
        counts = {
            "Parts": message.parts,
            "RecCount": message.recipients,
            "RecSuccess": message.delivered,
            "RecFailed": message.failed,
        }
        for name, count in counts.items():
            text = written.text_of(row.get(name))
            assert count == 0 or (_WHOLE.fullmatch(text) and int(text) == count)
            assert count >= 0
        if message.location != -1:
            assert int(written.text_of(row["FirstLocation"])) == message.location
        if message.sent_at is not None:
            assert message.sent_at.tzinfo
            wall = message.sent_at.isoformat()[:19]
            assert written.text_of(row["SendDate"]).replace(" ", "T").startswith(wall)
        for name, number in (
            ("Sender", message.sender),
            ("Receiver", message.receiver),
        ):
            value = _well_formed(written.text_of(row.get(name)))
            assert number == value or number[-10:] in written.digits or not number
        body = row.get("Body")
        as_it_is = body if isinstance(body, str) else written.text_of(body)
        assert message.text in (_well_formed(as_it_is), "")


def _id_of(written: Written, row: object) -> str | None:
    return written.text_of(row.get("MsgID")) if isinstance(row, dict) else None


def _well_formed(text: str) -> str:
    return "".join("?" if "\ud800" <= char <= "\udfff" else char for char in text)
