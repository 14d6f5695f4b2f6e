"""A Home Assistant that is killed and started again, with its backups and its witness."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import contextlib
import json
from pathlib import Path
import signal
import tarfile
import time

import aiohttp

from demo.api import ApiError, HomeAssistant, Json
from demo.home import Home
from demo.processes import StartFailed

from .nursery import Nursery
from .phones import Phones

_POLL_EVERY = 0.03
_START_LIMIT = 120.0


class House:
    """A home with both servers, and what was done to it."""

    def __init__(
        self,
        home: Home,
        session: aiohttp.ClientSession,
        phones: Phones,
        hooks: Json,
    ) -> None:
        """Remember where everything is; nothing is started yet."""
        self.home = home
        self.phones = phones
        self.home_assistant = HomeAssistant(session, home.url, home.token)
        self.entry_id = ""
        self.kills: list[float] = []
        """When it was seen dead, in Unix time."""
        self._folder = home.folder
        self._nursery: Nursery | None = None
        self._backup: Path | None = None
        (self._folder / "hooks.json").write_text(json.dumps(hooks), encoding="utf-8")

    async def start(self) -> float:
        """Start Home Assistant, and return after how many seconds it was up."""
        began = time.monotonic()
        await self.begin_to_start()
        while not await self.home_assistant.is_running():
            if self.has_ended:
                raise StartFailed("Home Assistant ended while it was starting")
            if time.monotonic() - began > _START_LIMIT:
                raise StartFailed("Home Assistant did not come up")
            await asyncio.sleep(_POLL_EVERY)
        return time.monotonic() - began

    async def begin_to_start(self) -> None:
        """Start Home Assistant; it is not up yet."""
        if self._nursery is None:
            self._nursery = await Nursery.open(self._folder)
        await self._nursery.start()

    @property
    def has_ended(self) -> bool:
        """Tell whether Home Assistant does not run."""
        return self._nursery is None or self._nursery.has_ended

    def arm(self, function: str, place: str, passings: int = 1) -> None:
        """Let it die at a moment."""
        self._file("sprung").unlink(missing_ok=True)
        armed = {"function": function, "place": place, "passings": passings}
        # In one step, as it is looked for all the time.
        written = self._file("to_be_armed")
        written.write_text(json.dumps(armed), encoding="utf-8")
        written.rename(self._file("armed"))

    async def until_dead(self, seconds: float) -> bool:
        """Wait until it died at the armed moment, and tell whether it did; else kill it now."""
        assert self._nursery is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nursery.wait()
        sprung = self._file("sprung").exists()
        await self.kill()
        return sprung

    async def kill(self) -> None:
        """Kill it wherever it is."""
        assert self._nursery is not None
        await self._nursery.signal(signal.SIGKILL)
        await self._nursery.wait()
        self.kills.append(time.time())
        self._file("armed").unlink(missing_ok=True)
        self._file("sprung").unlink(missing_ok=True)

    async def begin_to_stop(self) -> None:
        """Ask it to stop in good order."""
        assert self._nursery is not None
        await self._nursery.signal(signal.SIGTERM)

    async def close(self) -> None:
        """End Home Assistant for good."""
        if self._nursery:
            await self._nursery.close()

    async def until_nothing_waits(self, seconds: float) -> None:
        """Wait until nothing waits to leave."""
        await self._until_none_is({"states": ["waiting", "sending"]}, seconds)

    async def until_healed(self, seconds: float) -> None:
        """Wait until the end of each message is known."""
        await self._until_none_is(
            {"states": ["waiting", "sending", "accepted", "unknown"]}, seconds
        )

    async def _until_none_is(self, query: Json, seconds: float) -> None:
        """Wait until no row that a query finds is without its end; what is left when time is up is seen by the judge."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            answer = await self.home_assistant.ask(
                "payamak.get_history", {**query, "limit": 1000}
            )
            if all(row["ended_at"] for row in answer["messages"]):
                return
            await asyncio.sleep(0.2)

    async def back_up(self) -> None:
        """Make a backup and keep it for a restore."""
        before = set(self._backups())
        await self.home_assistant.act("backup.create", {})
        [self._backup] = set(self._backups()) - before

    def restore(self) -> None:
        """Put the ledger of the backup in place of the present one; Home Assistant is down."""
        assert self.has_ended
        assert self._backup is not None
        storage = self.home.config / ".storage"
        name = f"payamak.{self.entry_id}.db"
        for present in storage.glob(f"{name}*"):
            present.unlink()
        for path, content in _files_of(self._backup).items():
            if path.name.startswith(name):
                (storage / path.name).write_bytes(content)
        with (self._folder / "told.jsonl").open("a", encoding="utf-8") as told:
            told.write(json.dumps({"kind": "restored"}) + "\n")

    def told(self) -> list[Json]:
        """Return what the witness wrote."""
        lines = (self._folder / "told.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def log(self) -> str:
        """Return all that Home Assistant printed."""
        path = self._folder / "home-assistant.log"
        return path.read_text(encoding="utf-8", errors="replace")

    async def entry_is_kept(self, option: str, value: object) -> bool:
        """Tell whether an option is on the disk: Home Assistant writes it a second after it was set."""
        path = self.home.config / ".storage/core.config_entries"
        entries = json.loads(path.read_text(encoding="utf-8"))["data"]["entries"]
        return any(each["options"].get(option) == value for each in entries)

    def _backups(self) -> list[Path]:
        return list((self.home.config / "backups").glob("*.tar"))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _files_of(backup: Path) -> Mapping[Path, bytes]:
    """Return the files of the storage folder in a backup."""
    found: dict[Path, bytes] = {}
    with tarfile.open(backup) as outer:
        [inner] = [each for each in outer.getnames() if "homeassistant.tar" in each]
        content = outer.extractfile(inner)
        assert content is not None
        with tarfile.open(fileobj=content) as files:
            for member in files.getmembers():
                path = Path(member.name)
                if path.parent.name == ".storage" and member.isfile():
                    file = files.extractfile(member)
                    assert file is not None
                    found[path] = file.read()
    return found


async def answer_of[T](asking: Callable[[], Awaitable[T]]) -> T | None:
    """Return an answer, None where Home Assistant refused, or died before it could answer."""
    try:
        return await asking()
    except aiohttp.ClientError, ApiError, TimeoutError:
        return None
