"""Makes new messages of those that were not sent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from ..ledger import SmsRow
from ..people.address_book import Recipient
from .decisions import content_of
from .message import Message, message_of


def again(rows: Sequence[SmsRow]) -> Iterator[tuple[set[str], Message]]:
    """Yield a message for each text, the oldest first, with the ids of the rows that it stands for."""
    in_order = sorted(rows, key=attrgetter("text"))
    for _, group in groupby(in_order, key=attrgetter("text")):
        some = list(group)
        content = content_of(some[0])
        message = replace(
            message_of(content),
            recipients=[Recipient(number=row.recipient, name=row.name) for row in some],
            urgent=content.urgent,
            retry_for=content.retry_for / 60,
        )
        yield {row.sms_id for row in some}, message
