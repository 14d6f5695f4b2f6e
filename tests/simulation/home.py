"""A real Home Assistant core with the integration in it, in a loop of virtual time; it can die at any step."""

import asyncio
from asyncio import events
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

from homeassistant import loader
from homeassistant.config_entries import (
    ConfigEntries,
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentryDataWithId,
)
from homeassistant.const import Platform
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import (
    area_registry,
    category_registry,
    device_registry,
    entity,
    entity_registry,
    floor_registry,
    frame,
    issue_registry,
    label_registry,
    restore_state,
    storage,
    translation,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

import custom_components.payamak
from custom_components.payamak.account import account, gateway_watch
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.ledger import clock, outgoing
from custom_components.payamak.ledger.file import LedgerFile

from .disk import Disk
from .gateway import LINE, PASSWORD, USERNAME
from .loop import VirtualLoop
from .times import Times
from .transport import Session

_FOLDER: Final = Path(custom_components.payamak.__file__).parent
# Nothing of ours needs what these do; the first one brings a web server.
_LEFT_OUT: Final = frozenset({"http", "repairs", "webhook"})


class Home:
    """One run of Home Assistant, from its start to its end or its death."""

    def __init__(
        self,
        times: Times,
        disk: Disk,
        session: Session,
        entry: ConfigEntry[Any] | None,
        listen: Callable[[HomeAssistant], None],
    ) -> None:
        """Begin to start, with an account or without; ``listen`` is called before anything is told."""
        self.loop = VirtualLoop(times.monotonic, lambda: disk.takes)
        self.session = session
        self.entry = entry
        self._listen = listen
        self.hass: HomeAssistant | None = None
        self.starting = self.begin(self._start())
        self.has_begun_to_stop = False

    @property
    def is_ready(self) -> bool:
        """Tell whether it has started, and has not begun to stop."""
        return self.starting.done() and not self.has_begun_to_stop

    @property
    def data(self) -> Any:
        """Return what the loaded account consists of, None where it is not loaded."""
        entry = self.entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data

    @property
    def core(self) -> HomeAssistant:
        """Return the core, which is there once the start has begun."""
        assert self.hass is not None
        return self.hass

    def begin[T](self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something; it goes on with the next steps."""
        with self.running():
            return self.loop.create_task(what)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the loop be the running one."""
        before = events._get_running_loop()
        events._set_running_loop(self.loop)
        try:
            yield
        finally:
            events._set_running_loop(before)

    async def _start(self) -> None:
        hass = self.hass = HomeAssistant("/nowhere")
        self.session.belong_to(hass)
        hass.config.skip_pip = True
        hass.config_entries = ConfigEntries(hass, {"": ""})
        hass.config_entries._initialized.set()
        entity.async_setup(hass)
        loader.async_setup(hass)
        frame.async_setup(hass)
        translation.async_setup(hass)
        device_registry.async_setup(hass)
        for registry in (
            area_registry,
            category_registry,
            device_registry,
            entity_registry,
            floor_registry,
            issue_registry,
            label_registry,
            restore_state,
        ):
            await registry.async_load(hass, load_empty=True)
        hass.data[loader.DATA_CUSTOM_COMPONENTS] = {
            DOMAIN: loader.Integration(
                hass, custom_components.payamak.__name__, _FOLDER, *_manifest()
            )
        }
        hass.config.components |= _LEFT_OUT
        self._listen(hass)
        if self.entry:
            hass.config_entries._entries[self.entry.entry_id] = self.entry
        assert await async_setup_component(hass, "notify", {})
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_start()

    async def stop(self) -> None:
        """Stop in good order."""
        self.has_begun_to_stop = True
        await self.core.async_stop()

    @property
    def has_stopped(self) -> bool:
        """Tell whether it has stopped in good order."""
        return self.hass is not None and self.hass.state is CoreState.stopped

    def die(self) -> None:
        """End here and now: nobody is told, and nothing more leaves or is written."""
        self.session.is_dead = True
        with self.running():
            for _ in range(3):
                for task in asyncio.all_tasks(self.loop):
                    task._log_destroy_pending = False  # type: ignore[attr-defined] # it is no mistake here
                    with suppress(Exception, asyncio.CancelledError):
                        task.get_coro().close()  # type: ignore[union-attr] # all of ours have one
        self.loop.die()


def make_entry(
    number: int,
    options: Mapping[str, Any],
    recipients: Sequence[ConfigSubentryDataWithId],
) -> ConfigEntry[Any]:
    """Make an account as the flow would; each that is added has a number of its own."""
    return ConfigEntry(
        data={
            "username": USERNAME,
            "password": PASSWORD,
            "url": "https://sms.invalid/api/SendSMS/",
            "sender": LINE,
            "sender_listed": True,
            "notify_action": "payamak",
        },
        discovery_keys=MappingProxyType({}),
        domain=DOMAIN,
        entry_id=f"account{number}",
        minor_version=1,
        options=dict(options),
        source="user",
        subentries_data=list(recipients),
        title="Payamak",
        unique_id=f"{USERNAME}@sms.invalid",
        version=1,
    )


@contextmanager
def without_sensors() -> Iterator[None]:
    """Leave out the platforms that only show what is known."""
    platforms = [Platform.EVENT, Platform.NOTIFY]
    with patch.object(custom_components.payamak, "PLATFORMS", platforms):
        yield


@contextmanager
def simulated(times: Times, disk: Disk) -> Iterator[None]:
    """Put virtual time, the simulated disk and the gateway's transport in place of the real ones."""
    carry_out = LedgerFile._carry_out
    ids = (f"sms{number:06}" for number in count(1))

    async def nothing(*_args: Any, **_options: Any) -> None:
        """Keep nothing of Home Assistant's own."""

    with (
        patch.object(dt_util, "utcnow", times.utcnow),
        patch.object(dt_util, "now", times.local_now),
        patch.object(clock, "time", times),
        patch.object(gateway_watch, "monotonic", times.monotonic),
        patch.object(outgoing, "ulid_now", ids.__next__),
        patch.object(account, "async_get_clientsession", Session.of),
        patch.object(LedgerFile, "_connect", _function(disk.connect)),
        patch.object(
            LedgerFile,
            "_carry_out",
            lambda file, changes: disk.carry_out(carry_out, file, changes),
        ),
        patch.object(LedgerFile, "_delete", _function(disk.delete)),
        patch.multiple(
            storage.Store,
            async_load=nothing,
            async_save=nothing,
            async_delay_save=lambda *_args, **_options: None,
        ),
        patch.object(translation, "load_json", _read_once),
    ):
        yield


def _function[**P, T](method: Callable[P, T]) -> Callable[P, T]:
    """Return a bound method as a function, which a class makes a method of its own objects of."""

    def function(*args: P.args, **options: P.kwargs) -> T:
        return method(*args, **options)

    return function


@cache
def _manifest() -> tuple[Any, set[str]]:
    manifest = json.loads((_FOLDER / "manifest.json").read_text())
    return manifest, {path.name for path in _FOLDER.iterdir()}


_read_once: Final = cache(translation.load_json)
