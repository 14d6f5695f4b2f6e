"""What waits is written when the ledger's file is closed; then nobody is kept waiting."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
import threading
from typing import override

import pytest

from custom_components.payamak.ledger import LedgerError

from .conftest import OpenFile, OpenFiles, execute, fact, keep_busy, look


async def test_closing_writes_what_was_to_be_written_soon(
    path: Path, file: OpenFile
) -> None:
    """And leaves one file, which others can copy."""
    file.write_soon(fact("soon"))
    await file.async_close()
    assert [each.name for each in path.parent.iterdir()] == ["payamak.db"]
    assert look(path) == ["soon"]


async def test_closing_writes_what_is_asked_for_during_a_transaction(
    path: Path, file: OpenFile
) -> None:
    """Those who wait get their answer."""
    go_on = await keep_busy(file)
    first = asyncio.create_task(file.async_write(fact("first")))
    await asyncio.sleep(0)
    second = asyncio.create_task(file.async_write(fact("second")))
    file.write_soon(fact("soon"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(file.async_close())
    await asyncio.sleep(0)
    assert not closing.done()
    await go_on()
    await asyncio.gather(first, second, closing)
    assert look(path) == ["first", "second", "soon"]


async def test_nothing_can_be_done_once_it_is_closing(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever comes too late hears of it at once, and no timer is left."""
    go_on = await keep_busy(file)
    closing = asyncio.create_task(file.async_close())
    await asyncio.sleep(0)
    for _ in range(2):
        for late in (
            file.async_write(fact("late")),
            file.async_write(),
            file.async_hold_checkpoints(),
            file.async_release_checkpoints(),
            execute(file, "SELECT 1"),
        ):
            with pytest.raises(LedgerError, match="^closed$"):
                await late
        file.write_soon(fact("late"))
        await go_on()
        await closing
    assert look(path) == []
    assert file.troubles == []
    assert file._waiting == []
    assert caplog.text == ""


async def test_its_thread_ends_with_it(file: OpenFile) -> None:
    """None is left behind by an account that is removed."""
    names = [each.name for each in threading.enumerate()]
    assert any(name.startswith("payamak ledger") for name in names)
    await file.async_close()
    names = [each.name for each in threading.enumerate()]
    assert not any(name.startswith("payamak ledger") for name in names)


async def test_closing_it_twice_waits_for_the_first_time(
    path: Path, file: OpenFile
) -> None:
    """Home Assistant stops while the account is removed."""
    file.write_soon(fact("soon"))
    first = asyncio.create_task(file.async_close())
    await asyncio.sleep(0)
    await file.async_close()
    assert not Path(f"{path}-wal").exists()
    await first
    assert look(path) == ["soon"]


async def test_a_closing_whose_caller_is_cancelled_writes_what_waits(
    path: Path, file: OpenFile
) -> None:
    """The transaction is not cancelled with it."""
    go_on = await keep_busy(file)
    write = asyncio.create_task(file.async_write(fact("a")))
    await asyncio.sleep(0)
    closing = asyncio.create_task(file.async_close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    await go_on()
    await write
    assert look(path) == ["a"]
    # What the closing would have done in the end.
    await asyncio.get_running_loop().run_in_executor(file._thread, file._close)
    file._thread.shutdown()


async def test_what_the_disk_does_not_take_in_the_end_is_told(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """It is lost, and nobody is left waiting."""
    ((pages,),) = await execute(file, "PRAGMA page_count")
    await execute(file, f"PRAGMA max_page_count={pages}")
    with pytest.raises(LedgerError):
        await file.async_write(fact("a", "x" * 4000))
    file.write_soon(fact("b"))
    await file.async_close()
    assert (
        "payamak.db is closed. Changes that could not be written are lost: 2"
        in caplog.text
    )
    assert look(path) == []


async def test_a_disk_that_fails_while_it_is_closed_keeps_nobody(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """What was written before is; for the rest no timer is left that would try again."""
    ((pages,),) = await execute(file, "PRAGMA page_count")
    await execute(file, f"PRAGMA max_page_count={pages}")
    may_go_on = threading.Event()

    class SlowRows(list[tuple[str, str]]):
        """Rows that are not at hand before the test says so."""

        @override
        def __iter__(self) -> Iterator[tuple[str, str]]:
            may_go_on.wait()
            return super().__iter__()

    may_begin = threading.Event()
    waiting = asyncio.create_task(file.async_read(lambda _: may_begin.wait()))
    await asyncio.sleep(0)
    statement, _ = fact("large")
    small = asyncio.create_task(file.async_write(fact("small")))
    await asyncio.sleep(0)
    large = asyncio.create_task(
        file.async_write((statement, SlowRows([("large", "x" * 4000)])))
    )
    await asyncio.sleep(0)
    closing = asyncio.create_task(file.async_close())
    await asyncio.sleep(0)
    may_begin.set()
    await asyncio.gather(waiting, small)
    for _ in range(5):
        await asyncio.sleep(0)
    may_go_on.set()
    await closing
    with pytest.raises(LedgerError, match="full"):
        await large
    assert "could not be written are lost: 1" in caplog.text
    assert look(path) == ["small"]


async def test_closing_a_healthy_file_is_no_news(
    file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost."""
    await file.async_write(fact("a"))
    await file.async_close()
    assert caplog.text == ""


async def test_removing_it_leaves_nothing(
    path: Path, file: OpenFile, open_file: OpenFiles
) -> None:
    """Numbers and texts of an account that is no more are nobody's; those of others stay."""
    other = await open_file(path.with_name("payamak.db2"))
    foreign = path.with_name("payamak.db2.corrupt.1")
    foreign.write_text("of another account")
    await file.async_write(fact("a"))
    for end in ("-journal", ".corrupt.20260301T120000.0", "-wal.corrupt.1"):
        Path(f"{path}{end}").write_text("private")
    await file.async_remove()
    assert {each.name for each in path.parent.iterdir()} == {
        "payamak.db2",
        "payamak.db2-wal",
        "payamak.db2-shm",
        "payamak.db2.corrupt.1",
    }
    await other.async_write(fact("b"))


async def test_removing_it_answers_those_who_wait(path: Path, file: OpenFile) -> None:
    """What was asked for before is written; what comes later belongs to nobody."""
    go_on = await keep_busy(file)
    tasks = [asyncio.create_task(file.async_write(fact(each))) for each in "ab"]
    await asyncio.sleep(0)
    removal = asyncio.create_task(file.async_remove())
    await asyncio.sleep(0)
    await go_on()
    await asyncio.gather(removal, *tasks)
    with pytest.raises(LedgerError):
        await file.async_write(fact("late"))
    assert list(path.parent.iterdir()) == []


async def test_a_file_that_was_never_opened_can_be_removed(path: Path) -> None:
    """The account was switched off when it was removed, maybe since a crash."""
    path.parent.mkdir()
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").write_text("old")
    await OpenFile(path).async_remove()
    assert list(path.parent.iterdir()) == []
    await OpenFile(path).async_remove()
