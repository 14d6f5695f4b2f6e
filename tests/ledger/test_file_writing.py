"""What the ledger's file acknowledges is on the disk, and all that waits shares a transaction."""

import asyncio
from collections.abc import Callable
from contextlib import closing
import gc
from pathlib import Path
import sqlite3
import threading

import pytest

from custom_components.payamak.ledger import FileTrouble, LedgerError

from .conftest import (
    OpenFile,
    OpenFiles,
    begins,
    copy_of,
    execute,
    fact,
    keep_busy,
    look,
    settle,
    trace,
)

_SOON = 30
_AGAIN = 30


async def test_what_is_acknowledged_can_be_read_by_others(
    path: Path, file: OpenFile
) -> None:
    """It is on the disk, whole, when the call returns."""
    await file.async_write(fact("a"), fact("b"))
    assert look(path) == ["a", "b"]


async def test_a_single_write_takes_one_transaction(file: OpenFile) -> None:
    """However many changes it brings."""
    statements = await trace(file)
    await file.async_write(fact("a"), fact("b"))
    assert begins(statements) == 1
    await file.async_write(fact("c"))
    assert begins(statements) == 2


async def test_all_that_waits_shares_a_transaction(path: Path, file: OpenFile) -> None:
    """Of 300 writes the first is under way while the others come in."""
    statements = await trace(file)
    await asyncio.gather(*(file.async_write(fact(f"{each:03}")) for each in range(300)))
    assert look(path) == [f"{each:03}" for each in range(300)]
    assert begins(statements) == 2


async def test_what_is_asked_for_during_a_transaction_comes_with_the_next(
    path: Path, file: OpenFile
) -> None:
    """It is acknowledged by the second transaction, not by the first."""
    go_on = await keep_busy(file)
    first = asyncio.create_task(file.async_write(fact("first")))
    await asyncio.sleep(0)
    second = asyncio.create_task(file.async_write(fact("second")))
    await asyncio.sleep(0)
    assert look(path) == []
    await go_on()
    await first
    assert not second.done()
    await second
    assert look(path) == ["first", "second"]


async def test_changes_are_written_in_their_order(path: Path, file: OpenFile) -> None:
    """The last one counts, whichever way it was asked for."""
    file.write_soon(fact("a", "1"))
    write = file.async_write(fact("a", "2"))
    task = asyncio.create_task(write)
    await asyncio.sleep(0)
    file.write_soon(fact("a", "3"))
    await task
    await file.async_write(fact("a", "4"))
    assert look(path, "SELECT value FROM fact") == ["4"]


async def test_a_write_whose_caller_is_cancelled_is_written(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """An automation that is restarted changes nothing about what was sent."""
    go_on = await keep_busy(file)
    tasks = [asyncio.create_task(file.async_write(fact(each))) for each in "abc"]
    await asyncio.sleep(0)
    for task in tasks[:2]:
        task.cancel()
    done, _ = await asyncio.wait(tasks[:2])
    assert all(task.cancelled() for task in done)
    await go_on()
    await tasks[2]
    assert look(path) == ["a", "b", "c"]
    assert not caplog.records


async def test_nothing_to_write_takes_no_transaction(file: OpenFile) -> None:
    """Whoever has nothing to say need not wait."""
    statements = await trace(file)
    await file.async_write()
    file.write_soon()
    await settle(file)
    assert statements == []


async def test_what_is_to_be_written_soon_comes_with_the_next_write(
    path: Path, file: OpenFile
) -> None:
    """It takes no transaction of its own."""
    file.write_soon(fact("soon"))
    await settle(file)
    assert look(path) == []
    statements = await trace(file)
    await file.async_write(fact("now"))
    assert look(path) == ["now", "soon"]
    assert begins(statements) == 1


async def test_a_write_of_nothing_waits_for_all_that_waits(
    path: Path, file: OpenFile
) -> None:
    """Whoever reads next finds it."""
    file.write_soon(fact("soon"))
    await file.async_write()
    assert look(path) == ["soon"]


async def test_what_is_to_be_written_soon_is_written_within_half_a_minute(
    path: Path, file: OpenFile, advance: Callable[[float], None]
) -> None:
    """Counted from the first of it, and again for what comes after that."""
    for name in ("a", "b"):
        file.write_soon(fact(f"{name}1"))
        advance(_SOON - 1)
        await settle(file)
        file.write_soon(fact(f"{name}2"))
        await settle(file)
        assert f"{name}1" not in look(path)
        advance(1)
        await settle(file)
        assert look(path)[-2:] == [f"{name}1", f"{name}2"]


@pytest.mark.parametrize(
    "wrong",
    [
        fact("wrong", "\ud83d"),
        ("INSERT INTO fact VALUES (?, ?)", [("wrong", 2**63)]),
        fact("wrong", None),
        ("INSERT INTO nowhere VALUES (?)", [(1,)]),
        ("INSERT INTO fact VALUES (?)", [("wrong",)]),
        ("INSERT INTO fact VALUES (?, ?)", [("wrong",)]),
    ],
    ids=[
        "half an emoji",
        "a number that is too long",
        "a value that must not be missing",
        "an unknown table",
        "a statement that can't be",
        "a value that is missing",
    ],
)
async def test_a_change_that_is_wrong_harms_no_other(
    path: Path,
    file: OpenFile,
    wrong: tuple[str, list[tuple[str]]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its caller is told; what was asked for at the same time is written, and nothing is tried again."""
    file.write_soon(fact("before"))
    with pytest.raises(LedgerError):
        await file.async_write(fact("with it"), wrong)
    assert caplog.text.count("can't hold a change, which is lost") == 1
    results = await asyncio.gather(
        file.async_write(fact("first")),
        file.async_write(fact("second")),
        file.async_write(wrong),
        file.async_write(fact("third")),
        return_exceptions=True,
    )
    assert [type(each) for each in results] == [
        type(None),
        type(None),
        LedgerError,
        type(None),
    ]
    await file.async_write(fact("after"))
    assert look(path) == ["after", "before", "first", "second", "third"]
    assert file.troubles == []
    assert caplog.text.count("can't hold a change, which is lost") == 2


async def test_a_wrong_change_that_nobody_waits_for_is_logged(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Without what it holds."""
    file.write_soon(fact("wrong", "private\ud83d"))
    await file.async_write(fact("a"))
    assert look(path) == ["a"]
    assert (
        "payamak.db can't hold a change, which is lost (UnicodeEncodeError)"
        in caplog.text
    )
    assert "private" not in caplog.text


async def _fill(file: OpenFile) -> None:
    """Let the file grow no more."""
    ((pages,),) = await execute(file, "PRAGMA page_count")
    await execute(file, f"PRAGMA max_page_count={pages}")


async def _make_room(file: OpenFile) -> None:
    await execute(file, "PRAGMA max_page_count=1000000")


async def test_a_full_disk_is_told_once_and_costs_nothing_in_the_end(
    path: Path,
    file: OpenFile,
    advance: Callable[[float], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each caller hears of it; as soon as there is room, all is written in its order."""
    large = "x" * 4000
    await _fill(file)
    file.write_soon(fact("soon", large))
    for name in ("a", "b"):
        with pytest.raises(LedgerError, match="database or disk is full"):
            await file.async_write(fact(name, large))
    assert file.troubles == [FileTrouble.NOT_WRITTEN]
    assert (
        caplog.text.count("payamak.db can't be written: database or disk is full") == 1
    )
    assert look(path) == []

    advance(_AGAIN)
    await settle(file)
    assert look(path) == []
    assert file.troubles == [FileTrouble.NOT_WRITTEN]

    await _make_room(file)
    advance(_AGAIN - 1)
    await settle(file)
    assert look(path) == []
    advance(1)
    await settle(file)
    assert look(path) == ["a", "b", "soon"]
    assert file.troubles == [FileTrouble.NOT_WRITTEN, None]
    assert caplog.text.count("can't be written") == 1

    await _fill(file)
    with pytest.raises(LedgerError):
        await file.async_write(fact("c", large))
    assert file.troubles == [FileTrouble.NOT_WRITTEN, None, FileTrouble.NOT_WRITTEN]
    await _make_room(file)


async def test_the_next_write_brings_what_the_disk_refused(
    path: Path, file: OpenFile
) -> None:
    """It does not wait for the timer, and what came first stays first."""
    await _fill(file)
    with pytest.raises(LedgerError):
        await file.async_write(fact("a", "1" * 4000))
    await _make_room(file)
    await file.async_write(fact("a", "2"))
    assert look(path, "SELECT value FROM fact") == ["2"]
    assert file.troubles == [FileTrouble.NOT_WRITTEN, None]


async def test_nothing_of_a_transaction_that_was_refused_is_written(
    path: Path, file: OpenFile
) -> None:
    """Whoever reads meanwhile sees it whole or not at all."""
    await _fill(file)
    with pytest.raises(LedgerError):
        await file.async_write(fact("small"), fact("large", "x" * 4000))
    assert look(path) == []
    assert await execute(file, "SELECT key FROM fact") == []
    await _make_room(file)


async def test_those_who_come_during_a_refused_transaction_hear_of_it(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """They would wait half a minute otherwise; their changes are kept behind the others.

    Those who have gone away are not told, nor is anybody in their place.
    """
    await _fill(file)
    go_on = await keep_busy(file)
    tasks = [
        asyncio.create_task(file.async_write(fact("a", value * 4000)))
        for value in "123"
    ]
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.sleep(0)
    await go_on()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in results] == [
        LedgerError,
        LedgerError,
        asyncio.CancelledError,
    ]
    del results
    gc.collect()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    await _make_room(file)
    await file.async_write()
    assert look(path, "SELECT substr(value, 1, 1) FROM fact") == ["3"]


@pytest.mark.usefixtures("impatient")
async def test_a_file_that_another_process_writes_to_is_tried_again(
    path: Path, open_file: OpenFiles
) -> None:
    """Somebody looks into it with a tool, and forgets to close it."""
    file = await open_file()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked"):
            await file.async_write(fact("a"))
    await file.async_write(fact("b"))
    assert look(path) == ["a", "b"]
    assert file.troubles == [FileTrouble.NOT_WRITTEN, None]


async def test_a_wrong_change_on_a_full_disk_is_found_when_there_is_room(
    path: Path, file: OpenFile
) -> None:
    """The one trouble must not hide the other, nor cost what is right."""
    await _fill(file)
    file.write_soon(fact("large", "x" * 4000), fact("wrong", None))
    with pytest.raises(LedgerError, match="full"):
        await file.async_write(fact("right"))
    await _make_room(file)
    await file.async_write()
    assert look(path) == ["right"]


async def test_a_wrong_change_does_not_hide_that_the_disk_is_full(
    path: Path, file: OpenFile
) -> None:
    """What is written one by one may be refused by the disk, too; then all of it is kept."""
    await _fill(file)
    file.write_soon(fact("wrong", None))
    file.write_soon(fact("large", "x" * 4000))
    with pytest.raises(LedgerError, match="full"):
        await file.async_write(fact("right"))
    assert file.troubles == [FileTrouble.NOT_WRITTEN]
    await _make_room(file)
    await file.async_write()
    assert look(path) == ["large", "right"]


async def test_a_listener_that_fails_harms_nobody(
    path: Path, file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever waits for the disk gets an answer all the same."""

    def fail(_: FileTrouble | None) -> None:
        raise ValueError("A fault of the listener")

    file._on_trouble = fail
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: reported.append(str(context["exception"]))
    )
    await _fill(file)
    with pytest.raises(LedgerError):
        await file.async_write(fact("a", "x" * 4000))
    await _make_room(file)
    await file.async_write(fact("b"))
    assert look(path) == ["a", "b"]
    assert reported == ["A fault of the listener"] * 2


async def test_the_trouble_is_known_to_whoever_hears_of_it(file: OpenFile) -> None:
    """The repair is there before the sender goes on, and gone again likewise."""
    await _fill(file)
    with pytest.raises(LedgerError):
        await file.async_write(fact("a", "x" * 4000))
    assert file.troubles == [FileTrouble.NOT_WRITTEN]
    await _make_room(file)
    await file.async_write()
    assert file.troubles == [FileTrouble.NOT_WRITTEN, None]


async def test_a_failing_disk_is_no_reason_to_write_what_nobody_asked_for(
    path: Path, file: OpenFile, open_file: OpenFiles
) -> None:
    """A copy of the file during the trouble holds what was acknowledged, and is whole."""
    await file.async_write(fact("a"))
    await _fill(file)
    with pytest.raises(LedgerError):
        await file.async_write(fact("b", "x" * 4000))
    copy = await open_file(copy_of(path))
    assert await execute(copy, "PRAGMA integrity_check") == [("ok",)]
    assert await execute(copy, "SELECT key FROM fact") == [("a",)]
    await _make_room(file)


async def test_a_disk_that_hangs_holds_nobody_up_for_long(
    path: Path, file: OpenFile, advance: Callable[[float], None]
) -> None:
    """Whoever writes waits three seconds for it, and what it takes later is there then."""
    go = threading.Event()
    hanging = asyncio.ensure_future(file.async_read(lambda _: go.wait(10)))
    await asyncio.sleep(0)
    write = asyncio.create_task(file.async_write(fact("late")))
    await asyncio.sleep(0)
    for seconds, is_told in ((2.9, False), (0.1, True)):
        advance(seconds)
        for _ in range(5):
            await asyncio.sleep(0)
        assert write.done() == is_told
    with pytest.raises(LedgerError, match="^the disk takes too long$"):
        await write
    go.set()
    await hanging
    await settle(file)
    assert look(path) == ["late"]
    assert file.troubles == []
