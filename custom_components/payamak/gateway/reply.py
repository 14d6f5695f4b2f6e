"""The envelope of every reply: what it holds, whether it says success, and why not.

Shapes and types vary from panel to panel.
"""

from dataclasses import dataclass
import json
import re
from typing import Any, Final, NoReturn

from .codes import error_of
from .errors import (
    BadReplyError,
    CredentialsError,
    GatewayError,
    RejectedError,
    UncertainError,
)
from .text import well_formed

INVALID_DATA: Final = 35

_SUCCESS: Final = 1
# RetStatus values that stand beside many causes: 9 ("InvalidNumber") and 35 ("InvalidData").
# Where a request holds nothing but the credentials, only these can be meant. This set does
# not follow from the result codes: a code that is added there says nothing about credentials.
_COARSE_STATUSES: Final = frozenset({9, INVALID_DATA})
_INTEGER: Final = re.compile(r"[+-]?\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reply:
    """An envelope: Value as text or None, RetStatus as int or None, Data as it came."""

    value: str | None
    ret_status: int | None
    data: object = None

    @property
    def succeeded(self) -> bool:
        """Tell whether RetStatus says success; without a RetStatus, Value decides."""
        return self.ret_status in (_SUCCESS, None)

    @property
    def value_code(self) -> int | None:
        """Return the code in Value, if there is one."""
        return as_integer(self.value)

    @property
    def code(self) -> int | None:
        """Return the documented code, which stands in Value, or else in RetStatus."""
        code = self.value_code
        return self.ret_status if code is None else code


def unreadable() -> BadReplyError:
    """Return the error for a reply that makes no sense."""
    return BadReplyError("unreadable_reply")


def parse(body: bytes) -> Reply:
    """Read a body as an envelope.

    Raises UncertainError for a server fault, BadReplyError for anything else.
    """
    try:
        content = json.loads(
            # A damaged character in a text must not hide what the reply says.
            body.decode("utf-8-sig", "replace"),
            # As it is written: 5.5e10 is no id, and a float would change the last decimals of a credit.
            parse_float=str,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(content, dict):
        raise unreadable()
    # List methods wrap the envelope in "MyBase"; some panels answer them flat.
    base = content.get("MyBase") or content
    if not isinstance(base, dict):
        raise unreadable()
    if "Value" not in base and "RetStatus" not in base:
        # {"Message":"An error has occurred.","ExceptionMessage":"...", ...}
        if "Message" in content:
            raise UncertainError("server_fault")
        raise unreadable()
    return Reply(
        as_text(base.get("Value")),
        as_integer(as_text(base.get("RetStatus"))),
        content.get("Data"),
    )


def raise_refusal(reply: Reply, *, beyond_credentials: bool = False) -> None:
    """Raise the error of a method that reads the account, if the reply holds one.

    The manual says of these: "if the information is right you get the credit, otherwise
    Null". Beside Null, a coarse RetStatus means the credentials, unless the request holds
    more or the panel may lack the method, which it says in the same way. Any other
    RetStatus is a code, and no reason to send the user to the log-in form.
    """
    if reply.value is None and reply.ret_status is None:
        raise unreadable()
    if reply.succeeded:
        return
    coarse = reply.value_code is None and reply.ret_status in _COARSE_STATUSES
    if coarse and not beyond_credentials:
        raise CredentialsError("wrong_credentials", reply.ret_status)
    raise refusal(reply)


def refusal(reply: Reply) -> GatewayError:
    """Return the error that a failed reply stands for."""
    if reply.value_code is None and reply.ret_status == INVALID_DATA:
        return RejectedError("invalid_request", INVALID_DATA)
    code = reply.code
    # "Success" without a code or an id says nothing that can be relied on.
    return unreadable() if code in (None, _SUCCESS) else error_of(code)


def read_rows(reply: Reply) -> list[dict[str, object]]:
    """Return the rows of a list method, all of which must be objects."""
    rows = read_list(reply)
    if not all(isinstance(row, dict) for row in rows):
        raise unreadable()
    return rows


def read_list(reply: Reply) -> list[Any]:
    """Return what a list method lists; without any, a code in Value is a refusal."""
    rows = reply.data
    if not rows and reply.code not in (None, _SUCCESS):
        raise error_of(reply.code)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise unreadable()
    return rows


def as_text(value: object) -> str | None:
    """Read a scalar as text; "", "NULL" and null all mean that there is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise unreadable()
    text = well_formed(str(value)).strip()
    return None if text.upper() in ("", "NULL") else text


def as_integer(text: str | None) -> int | None:
    """Read a text as a number of up to nine digits; longer ones are ids."""
    return int(text) if text is not None and _INTEGER.fullmatch(text) else None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not allowed in JSON")
