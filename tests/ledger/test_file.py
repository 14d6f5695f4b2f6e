"""The ledger's file is opened, whatever stands in its place."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
import os
from pathlib import Path
import sqlite3
from sqlite3 import Connection

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.ledger import FileTrouble
from custom_components.payamak.ledger.errors import LedgerError
from custom_components.payamak.ledger.schema import VERSION

from .conftest import OpenFile, OpenFiles, copy_of, execute, fact, look

_NONE_OF_OURS = b"This is no database. " * 100


def _nothing(_: Connection) -> None:
    """Read nothing."""


async def test_a_new_file_is_made_with_its_folder(path: Path) -> None:
    """The first account of a new home has neither, nor those above it where the disk has just been changed."""
    for new in (path, path.with_name("new") / "home" / path.name):
        file = OpenFile(new)
        assert await file.async_open(_nothing) == (None, None)
        assert look(new, "PRAGMA user_version") == [VERSION]
        await file.async_close()


async def test_only_the_owner_may_read_it(path: Path, file: OpenFile) -> None:
    """Numbers and texts stand in it, and in the log beside it."""
    await file.async_write(fact("a"))
    names = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert names == {
        "payamak.db": 0o600,
        "payamak.db-wal": 0o600,
        "payamak.db-shm": 0o600,
    }


async def test_each_commit_is_forced_to_the_disk(file: OpenFile) -> None:
    """A power cut must not take what was acknowledged; and a change must not rewrite the file."""
    assert await execute(file, "PRAGMA journal_mode") == [("wal",)]
    assert await execute(file, "PRAGMA synchronous") == [(2,)]
    assert await execute(file, "PRAGMA page_size") == [(1024,)]
    assert await execute(file, "PRAGMA secure_delete") == [(1,)]


async def test_another_program_may_look_into_it_for_five_seconds(
    file: OpenFile,
) -> None:
    """Longer than that it must not hold up what is sent."""
    assert await execute(file, "PRAGMA busy_timeout") == [(5000,)]


async def test_everything_is_there_after_the_next_start(
    path: Path, file: OpenFile, open_file: OpenFiles
) -> None:
    """The file is read again, and not begun anew."""
    await file.async_write(fact("a"))
    await file.async_close()
    again = await open_file()
    assert await execute(again, "SELECT key FROM fact") == [("a",)]
    assert [each.name for each in path.parent.glob("*corrupt*")] == []


async def test_everything_is_there_after_a_crash(
    path: Path, file: OpenFile, open_file: OpenFiles
) -> None:
    """What is in the log alone is read, too."""
    await file.async_write(fact("a"))
    again = await open_file(copy_of(path))
    assert await execute(again, "SELECT key FROM fact") == [("a",)]


def _overwrite(path: Path) -> None:
    path.write_bytes(_NONE_OF_OURS)


def _tear(path: Path) -> None:
    """Damage a page, but not the first one."""
    with path.open("r+b") as file:
        file.seek(2 * 1024)
        file.write(os.urandom(3 * 1024))


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1500])


def _drop_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE fact")


@pytest.mark.parametrize("damage", [_overwrite, _tear, _cut_off, _drop_a_table])
async def test_a_damaged_file_is_put_aside(
    path: Path,
    file: OpenFile,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Path], None],
) -> None:
    """A new one is begun; somebody may still look for what is in the old one."""
    await file.async_write(*(fact(f"{each:03}", "x" * 99) for each in range(99)))
    await file.async_close()
    damage(path)
    damaged = path.read_bytes()

    again = OpenFile(path)
    read = "SELECT key FROM fact"
    found, trouble = await again.async_open(
        lambda connection: connection.execute(read).fetchall()
    )

    assert (found, trouble) == ([], FileTrouble.DAMAGED)
    (aside,) = path.parent.glob("payamak.db.corrupt.*")
    assert aside.read_bytes() == damaged
    assert aside.name in caplog.text
    await again.async_write(fact("new"))
    assert look(path) == ["new"]
    assert path.stat().st_mode & 0o777 == 0o600
    await again.async_close()


async def test_another_database_in_its_place_is_put_aside(path: Path) -> None:
    """Its tables are none of ours."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE sms (whatever)")
    file = OpenFile(path)
    assert await file.async_open(_nothing) == (None, FileTrouble.DAMAGED)
    (aside,) = path.parent.glob("payamak.db.corrupt.*")
    assert look(aside, "SELECT sql FROM sqlite_schema") == [
        "CREATE TABLE sms (whatever)"
    ]
    await file.async_close()


async def test_a_file_whose_content_makes_no_sense_is_put_aside(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads it finds that out; their words may quote it, and are not logged."""
    await file.async_write(fact("a"))
    await file.async_close()

    def read(connection: Connection) -> str:
        for (key,) in connection.execute("SELECT key FROM fact"):
            raise ValueError(f"09120000001 {key}")
        return "empty"

    again = OpenFile(path)
    assert await again.async_open(read) == ("empty", FileTrouble.DAMAGED)
    assert "is damaged (ValueError)" in caplog.text
    assert "0912" not in caplog.text
    await again.async_close()


async def test_the_log_of_a_damaged_file_is_put_aside_with_it(
    path: Path, file: OpenFile, open_file: OpenFiles
) -> None:
    """A new file must not take up the old one's log, and the old one is nothing without it."""
    await execute(file, "PRAGMA wal_checkpoint(TRUNCATE)")
    await file.async_write(fact("a"))
    copy = copy_of(path)
    log = Path(f"{copy}-wal").read_bytes()
    with copy.open("r+b") as damaged:
        damaged.write(b"nothing of ours")
    again = await open_file(copy)
    assert await execute(again, "SELECT key FROM fact") == []
    (aside,) = path.parent.glob("copy-of-payamak.db-wal.corrupt.*")
    assert aside.read_bytes() == log
    assert [each.name for each in path.parent.glob("copy-of-payamak.db.corrupt.*")] == [
        aside.name.replace("-wal", "")
    ]


@pytest.mark.parametrize("beginning", [0, 1, 32, 100, 1000])
async def test_a_damaged_log_costs_no_more_than_what_is_in_it(
    path: Path, file: OpenFile, open_file: OpenFiles, beginning: int
) -> None:
    """The last that was synced may be torn by a power cut; the file is used all the same."""
    await file.async_write(fact("old"))
    await execute(file, "PRAGMA wal_checkpoint(TRUNCATE)")
    await file.async_write(fact("torn"))
    copy = copy_of(path)
    with Path(f"{copy}-wal").open("r+b") as log:
        log.seek(beginning)
        log.write(os.urandom(10_000))
    again = await open_file(copy)
    assert await execute(again, "SELECT key FROM fact") == [("old",)]
    await again.async_write(fact("new"))
    assert look(copy) == ["new", "old"]


async def test_two_files_that_are_damaged_in_the_same_second_are_both_kept(
    path: Path, open_file: OpenFiles, freezer: FrozenDateTimeFactory
) -> None:
    """A reload right after the start finds the disk no better."""
    freezer.move_to(datetime(2026, 3, 1, tzinfo=UTC))
    path.parent.mkdir()
    for content in ("first ", "second ", "third "):
        path.write_text(content * 100)
        await (await open_file()).async_close()
    asides = sorted(path.parent.glob("payamak.db.corrupt.2026????T??????.?"))
    assert [each.read_text().split()[0] for each in asides] == [
        "first",
        "second",
        "third",
    ]


async def test_a_damaged_file_that_cannot_be_put_aside_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk is read-only, say: messages go out, noted in memory alone."""
    path.parent.mkdir()
    path.write_bytes(_NONE_OF_OURS)

    def refuse(_: Path, __: Path) -> None:
        raise PermissionError("Read-only file system")

    monkeypatch.setattr(Path, "rename", refuse)
    file = OpenFile(path)
    assert await file.async_open(_nothing) == (None, FileTrouble.UNREADABLE)
    await file.async_write(fact("a"))
    assert await execute(file, "SELECT key FROM fact") == [("a",)]
    assert path.read_bytes() == _NONE_OF_OURS
    assert "can't be begun anew: Read-only file system" in caplog.text
    await file.async_close()


async def test_a_newer_file_is_left_byte_by_byte(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever goes back to the newer version finds all of it, even what only the log holds."""
    await execute(file, "PRAGMA wal_checkpoint(TRUNCATE)")
    await file.async_write(fact("a"))
    await execute(file, f"PRAGMA user_version={VERSION + 1}")
    copy = copy_of(path)
    before = [Path(f"{copy}{end}").read_bytes() for end in ("", "-wal")]

    older = OpenFile(copy)
    assert await older.async_open(_nothing) == (None, FileTrouble.NEWER)
    await older.async_write(fact("b"))
    assert await execute(older, "SELECT key FROM fact") == [("b",)]
    await older.async_close()

    assert [Path(f"{copy}{end}").read_bytes() for end in ("", "-wal")] == before
    assert "was written by a newer version, and is left as it is" in caplog.text
    assert older.troubles == []
    assert not list(path.parent.glob("*corrupt*"))


async def test_a_newer_file_may_be_of_another_kind(path: Path) -> None:
    """Not even the way it is written is changed."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE something (else_)")
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    before = path.read_bytes()
    older = OpenFile(path)
    assert await older.async_open(_nothing) == (None, FileTrouble.NEWER)
    await older.async_close()
    assert path.read_bytes() == before


def _folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)


def _file_in_its_folders_place(path: Path) -> None:
    path.parent.write_text("")


def _folder_that_cannot_be_made(path: Path) -> None:
    path.parent.symlink_to("/dev/null/nowhere")


@pytest.mark.parametrize(
    "prevent",
    [
        _folder_in_its_place,
        _file_in_its_folders_place,
        _folder_that_cannot_be_made,
    ],
)
async def test_a_file_that_cannot_be_opened_is_kept_in_memory(
    path: Path, prevent: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Messages go out, noted until Home Assistant ends."""
    prevent(path)
    file = OpenFile(path)
    assert await file.async_open(_nothing) == (None, FileTrouble.UNREADABLE)
    await file.async_write(fact("a"))
    assert await execute(file, "SELECT key FROM fact") == [("a",)]
    assert "payamak.db can't be opened: " in caplog.text
    assert file.troubles == []
    await file.async_close()


@pytest.mark.usefixtures("impatient")
async def test_a_locked_file_is_left_alone(path: Path, file: OpenFile) -> None:
    """Another process has it for itself."""
    await file.async_write(fact("a"))
    await file.async_close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        locked_out = OpenFile(path)
        found = await locked_out.async_open(_nothing)
        await locked_out.async_write(fact("b"))
        await locked_out.async_close()
    assert found == (None, FileTrouble.UNREADABLE)
    assert look(path) == ["a"]


async def test_a_full_disk_at_the_first_start_leaves_it_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no room for the tables themselves."""

    def prepare(connection: Connection) -> None:
        connection.execute("PRAGMA max_page_count=1")
        connection.execute("CREATE TABLE a (b)")

    with monkeypatch.context() as patch:
        patch.setattr(
            "custom_components.payamak.ledger.file.prepare",
            lambda connection: (
                prepare(connection)
                if connection.execute("PRAGMA database_list").fetchone()[2]
                else None
            ),
        )
        file = OpenFile(path)
        assert await file.async_open(_nothing) == (None, FileTrouble.UNREADABLE)
    assert not list(path.parent.glob("*corrupt*"))
    await file.async_close()


async def test_nothing_is_read_before_it_is_open(path: Path) -> None:
    """That would be a fault of ours."""
    file = OpenFile(path)
    with pytest.raises(LedgerError, match="^The ledger is not open$"):
        await execute(file, "SELECT 1")
    await file.async_close()
    assert not path.exists()


async def test_what_cannot_be_read_is_told(file: OpenFile) -> None:
    """As trouble of the ledger, since nobody above knows SQL."""
    with pytest.raises(LedgerError, match="no such table"):
        await execute(file, "SELECT key FROM nowhere")
