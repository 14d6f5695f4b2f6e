"""What the demo says on the terminal."""

from collections.abc import Iterable
import os
import sys

_GREEN, _RED, _BOLD, _RESET = "32", "31", "1", "0"


def _coloured(text: str, colour: str) -> str:
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\033[{colour}m{text}\033[{_RESET}m"


def say(text: str = "") -> None:
    """Print one line, at once also into a pipe."""
    print(text, flush=True)


def progress(text: str) -> None:
    """Say what is going on."""
    say(f"[demo] {text}")


def passed(title: str, lines: Iterable[str] = ()) -> None:
    """Report a step that went well, with what it has to show."""
    say(f"{_coloured('ok', _GREEN)}      {title}")
    for line in lines:
        say(f"          {line}")


def failed(title: str, reason: str) -> None:
    """Report a step that fell short, and why."""
    say(f"{_coloured('FAILED', _RED)}  {title}")
    for line in reason.splitlines():
        say(f"          {line}")


def heading(text: str) -> None:
    """Print a line that stands out."""
    say()
    say(_coloured(text, _BOLD))
