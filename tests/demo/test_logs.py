"""What the demo and the system tests read out of a log."""

from pathlib import Path
import re

import pytest

from demo import logs

_WRONG_PASSWORD = re.compile(r"^Authentication failed while fetching ")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Give a place for a log."""
    return tmp_path / "home-assistant.log"


def _line(
    text: str, *, level: str = "WARNING", logger: str = "homeassistant.core"
) -> str:
    return f"2026-11-22 14:14:18.091 {level} (MainThread) [{logger}] {text}\n"


def _complaints(log: Path, content: str, **options: list[re.Pattern[str]]) -> list[str]:
    log.write_text(content, encoding="utf-8")
    found = logs.complaints(logs.read_records(log, leave_out=log.parent), **options)
    return [record.text for record in found]


@pytest.mark.parametrize(
    ("level", "logger", "text"),
    [
        ("WARNING", "custom_components.payamak.sending.messenger", "Something odd"),
        ("ERROR", "custom_components.payamak", "Something broke"),
        ("ERROR", "homeassistant.setup", "Setup failed for custom integration payamak"),
        (
            "WARNING",
            "homeassistant.helpers.frame",
            "Detected that custom integration x calls",
        ),
        ("DEBUG", "homeassistant.util.loop", "Detected blocking call to open"),
    ],
)
def test_complaint_of_ours_is_found(
    log: Path, level: str, logger: str, text: str
) -> None:
    """A warning from us or about us counts, and so does reported misuse of Home Assistant."""
    assert _complaints(log, _line(text, level=level, logger=logger)) == [text]


@pytest.mark.parametrize(
    ("level", "logger", "text"),
    [
        ("DEBUG", "custom_components.payamak", "Fetched the credit"),
        ("INFO", "custom_components.payamak.coordinator", "Fetching data recovered"),
        ("ERROR", "homeassistant.components.ffmpeg", "No ffmpeg here"),
        (
            "WARNING",
            "homeassistant.loader",
            "We found a custom integration payamak which has not been tested by Home Assistant.",
        ),
    ],
)
def test_what_is_not_ours_or_no_complaint_is_passed_over(
    log: Path, level: str, logger: str, text: str
) -> None:
    """Debug output of ours and troubles of others are no complaint."""
    assert _complaints(log, _line(text, level=level, logger=logger)) == []


def test_traceback_through_our_files_counts_at_any_level(log: Path) -> None:
    """The lines of a traceback belong to the record before them."""
    text = 'Oops\nTraceback (most recent call last):\n  File "payamak/sensor.py"'
    assert _complaints(log, _line(text, level="DEBUG")) == [text]


def test_folder_named_like_the_integration_is_no_complaint(log: Path) -> None:
    """The checkout's own path says nothing about us."""
    text = f'Oops\nTraceback (most recent call last):\n  File "{log.parent}/.venv/other.py"'
    renamed = log.parent / "payamak"
    log.write_text(_line(text.replace(str(log.parent), str(renamed)), level="ERROR"))
    assert logs.complaints(logs.read_records(log, leave_out=renamed)) == []


def test_offset_in_the_time_is_understood(log: Path) -> None:
    """The newest Home Assistant writes the offset of its time zone too."""
    log.write_text(
        "2026-11-22 14:14:18.091+03:30 ERROR (SyncWorker_0) [custom_components.payamak] Broke\n"
    )
    assert logs.read_records(log, leave_out=log.parent) == [
        logs.Record("ERROR", "custom_components.payamak", "Broke")
    ]


def test_expected_complaint_is_excused_only_once(log: Path) -> None:
    """One wrong password may be reported once, not again and again."""
    content = _line(
        "Authentication failed while fetching Payamak data",
        level="ERROR",
        logger="custom_components.payamak",
    )
    assert _complaints(log, content, expected=[_WRONG_PASSWORD]) == []
    assert len(_complaints(log, content * 2, expected=[_WRONG_PASSWORD])) == 1


def test_installation_is_found(log: Path) -> None:
    """What Home Assistant installs at its start stands in its log."""
    log.write_text(
        _line(
            "Attempting install of numpy==2.3.2",
            level="INFO",
            logger="homeassistant.util.package",
        )
    )
    found = logs.installations(logs.read_records(log, leave_out=log.parent))
    assert [record.logger for record in found] == ["homeassistant.util.package"]
