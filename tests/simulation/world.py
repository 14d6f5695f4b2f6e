"""A home, its disk, its clocks and the gateway: all that can be done to them, and what must hold of them."""

from collections.abc import Callable
import sqlite3
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry

from .doors import Doors
from .gateway import LINE, Key
from .life import MINA, NEDA, PEOPLE, saved_person

_LONGEST_BREAK: Final = 900.0


class World(Doors):
    """One history. Each method is one thing that happens, and leaves what is under way as it is."""

    # People and accounts.

    def remove_person(self, name: str) -> None:
        """Remove a saved recipient."""
        home = self.ready
        if home and home.entry and self._people.pop(name, None):
            entries, entry = home.core.config_entries, home.entry
            if name == "sara":
                self.oracle.person.lose_gate()
            self._in_loop(
                lambda: entries.async_remove_subentry(entry, f"person-{name}")
            )

    def add_person(self, name: str) -> None:
        """Save a recipient again."""
        home = self.ready
        if home and (entry := home.entry) and name not in self._people:
            self._people[name] = PEOPLE[name]
            subentry = ConfigSubentry(
                data=MappingProxyType(saved_person(name, PEOPLE[name])),
                subentry_id=f"person-{name}",
                subentry_type="recipient",
                title=name,
                unique_id=None,
            )
            entries = home.core.config_entries
            self._in_loop(lambda: entries.async_add_subentry(entry, subentry))

    def pause(self, *, paused: bool) -> None:
        """Pause the person with a gate, or not any more."""
        home = self.ready
        if home and home.data and "sara" in self._people:
            self._begin(self._async_pause(home.data.road, paused=paused))

    async def _async_pause(self, road: Any, *, paused: bool) -> None:
        person, times = self.oracle.person, self.times
        if not paused:
            person.paused, person.resumed_at = False, times.now
        await road.async_pause("person-sara", paused=paused)
        person.paused, person.paused_at = paused, times.now
        if not person.has_gate:
            person.paused = False

    def _in_loop(self, do: Callable[[], object]) -> None:
        assert self.home is not None
        with self.home.running():
            do()

    def remove_account(self) -> None:
        """Remove the account, with all that waits in it."""
        home = self.ready
        if home is None or home.entry is None:
            return
        entries, entry = home.core.config_entries, home.entry
        self.oracle.forget_asks()
        self.run_until(self._begin(entries.async_remove(entry.entry_id)))
        if self.home is home:
            home.entry = self._account = None
            self._forget_account()

    def add_account(self) -> None:
        """Add an account where there is none."""
        home = self.ready
        if home is None or home.entry is not None:
            return
        self._account = next(self._accounts)
        self.oracle.pace.begin_anew()
        self.inbox.has_baseline = False
        entry = home.entry = self._entry()
        assert entry is not None
        self.run_until(self._begin(home.core.config_entries.async_add(entry)))

    def _forget_account(self) -> None:
        self.oracle.forget_rows()
        self.oracle.person.paused = False
        self.oracle.person.resumed_at = self.times.now
        self.inbox.forget_told()

    # The disk.

    def back_up(self) -> None:
        """Make a backup of the files as they are."""
        self.disk.back_up()

    def restore(self) -> None:
        """Put the backup back while the home is off; without one nothing happens."""
        if self.home is None and self.disk.kept is not None:
            self.disk.restore()
            self.oracle.note_restored(f"payamak.account{self._account}.db")
            self.inbox.forget_told()

    def refuse_writes(self, code: int = sqlite3.SQLITE_FULL) -> None:
        """Let the disk be full or read-only."""
        self.disk.was_in_trouble = True
        self.disk.refuses = code

    def slow_down(self, seconds: float) -> None:
        """Let each job of the disk take some time."""
        self.disk.was_in_trouble |= seconds >= 3
        self.disk.takes = seconds

    def mend_disk(self) -> None:
        """Let the disk take all again."""
        self.disk.refuses = None
        self.disk.takes = 0.0

    # The gateway and the people around it.

    def receive(self, *, age: float = 0.0, own: bool = False) -> None:
        """Let an SMS come in, which may be dated back."""
        text = f"zr{next(self._texts)}r"
        self.oracle.log.add([text])
        sender = LINE if own else MINA
        row = self.gateway.boxes.put_received(
            self.times.now, text, sender, LINE, age=age
        )
        if own:
            self.inbox.excuse(row)
        self.inbox.arrived(row)

    def send_by_hand(self, key: Key, number: str) -> None:
        """Let a person send an equal text from the panel."""
        self.oracle.by_hand.add((key, number))
        self.gateway.boxes.put_sent(self.times.now, key, LINE, number, 1)

    def fill_sent_box(self) -> None:
        """Let others send more than a page of the sent box holds."""
        for _ in range(120):
            self.gateway.boxes.put_sent(self.times.now, "sale", LINE, NEDA, 1)

    def advance_deliveries(self, status: int) -> None:
        """Let all that is on its way get on."""
        for taken in list(self.gateway.taken.values()):
            self.gateway.advance(taken, status)

    # The end.

    def look(self) -> None:
        """Look at what holds at any time."""
        self.oracle.check_books()
        self.oracle.check_ids()

    def check(self) -> None:
        """Raise for what does not hold."""
        self.look()
        if self.oracle.violations:
            raise AssertionError("; ".join(self.oracle.violations))

    def heal(self) -> None:
        """Let all be well, and so much time go by that everything has to come to its end (I10)."""
        self.gateway.weather.clear()
        self.gateway.boxes.empty_lists = 0
        self.mend_disk()
        self.times.set_right()
        if self.home and not self.home.is_ready:
            self.crash()
        self.boot()
        self.add_account()
        home = self.home
        if home and home.data is None:
            self.let_pass(_LONGEST_BREAK)
        for _ in range(3):
            # A reload may be under way, and a call that is refused yet.
            self.let_pass(60)
            if home and home.data and home.data.account.credentials_error:
                # The user has put the login right.
                self.reload()
        self.remove_person("sara")
        self.let_pass(1)
        longest = max([ask.retry_for for ask in self.oracle.asks], default=0.0)
        self.let_pass(longest + 2 * _LONGEST_BREAK + 60)
        self.advance_deliveries(1)
        self.receive()
        self.let_pass(150)
        self._check_healed()

    def _check_healed(self) -> None:
        self.oracle.check_healed()
        self.inbox.check_told()
        self.look()
