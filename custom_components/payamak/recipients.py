"""Who gets a message: from what a user wrote to numbers, each once."""

from collections.abc import Iterator
from dataclasses import dataclass
import re

from .errors import validation_error
from .gateway import mask_number, normalise_number

_LIST_SEPARATORS = re.compile(r"[,;،؛\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A number, and the name it was called by where there was one."""

    number: str
    name: str | None = None

    @property
    def label(self) -> str:
        """Return what may stand in a log or an error: the name, or the number's last four digits."""
        return self.name or mask_number(self.number)


def resolve_recipients(written: object) -> tuple[Recipient, ...]:
    """Return the recipients that a list or a text means, each number once, in the order given.

    Raises ServiceValidationError that names what is no recipient; then nobody gets anything.
    """
    recipients: dict[str, Recipient] = {}
    for item in split_list(written):
        try:
            number = normalise_number(item)
        except ValueError as error:
            raise validation_error(
                "invalid_recipient", recipient=mask_number(item)
            ) from error
        recipients.setdefault(number, Recipient(number=number))
    if not recipients:
        raise validation_error("no_recipients")
    return tuple(recipients.values())


def split_list(written: object) -> Iterator[str]:
    """Take a list, a text with separators, or a list of such texts apart."""
    if isinstance(written, list | tuple | set):
        for item in written:
            yield from split_list(item)
    elif written is not None:
        yield from filter(None, map(str.strip, _LIST_SEPARATORS.split(str(written))))
