"""The rows of GetMessages."""

from datetime import MAXYEAR, MINYEAR, datetime
import re
from typing import Final
from zoneinfo import ZoneInfo

from .errors import BadReplyError
from .models import Location, Message, MessagePage
from .reply import Reply, as_integer, as_text, raise_refusal, read_list, unreadable
from .text import normalise_number, well_formed

# Loaded while the module is imported, which Home Assistant does outside the event loop.
_TEHRAN: Final = ZoneInfo("Asia/Tehran")
_LOCATIONS: Final[dict[int | None, Location]] = {int(each): each for each in Location}
_ROW_ID: Final = re.compile(r"\d{1,20}", re.ASCII)
# Python also takes weeks, days alone, and the hour 24 for one of the next day.
_WRITTEN_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?!24)\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?", re.ASCII
)


def read_messages(reply: Reply) -> MessagePage:
    """Read GetMessages' rows, in the order they came in; not every panel offers them.

    A row that can't be read is skipped, so that it doesn't hide the others. Raises
    BadReplyError where there are rows and none can be read.
    """
    raise_refusal(reply, beyond_credentials=True)
    rows = read_list(reply)
    messages: list[Message] = []
    for row in rows:
        try:
            messages.append(_message(row))
        except BadReplyError:
            continue
    if rows and not messages:
        raise unreadable()
    return MessagePage(messages=tuple(messages), skipped=len(rows) - len(messages))


def _message(row: object) -> Message:
    """Read one row, or raise BadReplyError."""
    if not isinstance(row, dict):
        raise unreadable()
    location = as_integer(as_text(row.get("FirstLocation")))
    return Message(
        message_id=_row_id(row.get("MsgID")),
        location=_LOCATIONS.get(location, Location.ALL),
        text=_body(row.get("Body")),
        sender=_number(row.get("Sender")),
        receiver=_number(row.get("Receiver")),
        sent_at=_time(row.get("SendDate")),
        parts=_count(row, "Parts"),
        recipients=_count(row, "RecCount"),
        delivered=_count(row, "RecSuccess"),
        failed=_count(row, "RecFailed"),
    )


def _row_id(value: object) -> str:
    """Read a MsgID: whole digits, as a float would have lost some."""
    text = as_text(value)
    if text is None or not _ROW_ID.fullmatch(text):
        raise unreadable()
    return text


def _body(value: object) -> str:
    """Read a message's text, which may be "NULL" or end in spaces."""
    return well_formed(value) if isinstance(value, str) else as_text(value) or ""


def _number(value: object) -> str:
    """Write a mobile number as 09xxxxxxxxx; lines and words stay as they are."""
    text = as_text(value) or ""
    try:
        return normalise_number(text)
    except ValueError:
        return text


def _time(value: object) -> datetime | None:
    """Read "2017-06-05T15:42:58.68", Tehran time, with 0-7 digits of a second."""
    if not isinstance(value, str):
        return None
    # The manual's example ends in another T.
    written = value.removesuffix("T")
    if not _WRITTEN_TIME.fullmatch(written):
        return None
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        return None
    # "0001-01-01T00:00:00" is how .NET writes that there is no time.
    if not MINYEAR < time.year < MAXYEAR:
        return None
    return time if time.tzinfo else time.replace(tzinfo=_TEHRAN)


def _count(row: dict[str, object], key: str) -> int:
    """Read a count, which is 0 where it is no number, or less than nothing."""
    return max(as_integer(as_text(row.get(key))) or 0, 0)
