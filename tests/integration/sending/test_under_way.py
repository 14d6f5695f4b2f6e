"""What is under way is waited for when Home Assistant stops, but not for ever."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from custom_components.payamak.sending.under_way import UnderWay


async def turns() -> None:
    """Let everybody who can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_all_that_is_under_way_is_waited_for() -> None:
    """Nothing new may leave meanwhile; what has ended, or failed, is forgotten."""
    under_way = UnderWay()
    assert not under_way.is_stopping
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(3)]

    async def work(future: asyncio.Future[None]) -> None:
        await future

    tasks = [asyncio.create_task(work(each)) for each in futures]
    for task in tasks:
        under_way.add(task)
    futures[0].set_result(None)
    await turns()
    finishing = asyncio.create_task(under_way.async_finish())
    await turns()
    assert under_way.is_stopping
    futures[1].set_exception(RuntimeError("word"))
    await turns()
    assert not finishing.done()
    futures[2].set_result(None)
    await finishing
    with pytest.raises(RuntimeError):
        await tasks[1]


async def test_nothing_under_way_is_not_waited_for() -> None:
    """It only says that Home Assistant stops."""
    under_way = UnderWay()
    await under_way.async_finish()
    assert under_way.is_stopping


async def test_what_has_ended_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is it kept in memory."""

    async def wait(_tasks: Iterable[Any], **_how: float) -> None:
        raise AssertionError

    under_way = UnderWay()
    task = asyncio.create_task(asyncio.sleep(0))
    under_way.add(task)
    await task
    await turns()
    monkeypatch.setattr(asyncio, "wait", wait)
    await under_way.async_finish()


async def test_it_is_waited_for_less_long_than_home_assistant_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which goes on after 20 seconds."""
    waited: list[tuple[int, float]] = []

    async def wait(tasks: Iterable[Any], **how: float) -> None:
        waited.append((len(list(tasks)), how["timeout"]))

    monkeypatch.setattr(asyncio, "wait", wait)
    under_way = UnderWay()
    task = asyncio.create_task(asyncio.sleep(0))
    under_way.add(task)
    await under_way.async_finish()
    assert waited == [(1, 15)]
    await task
