"""The gates by themselves: what closes them for whom, what counts as leaving, and since when they are open."""

from types import MappingProxyType, SimpleNamespace
from typing import Any, Final, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentry
import pytest

from custom_components.payamak.const import SUBENTRY_RECIPIENT
from custom_components.payamak.ledger import LedgerError, SmsRow
from custom_components.payamak.ledger.departures import Departures
from custom_components.payamak.people.address_book import AddressBook, SavedRecipient
from custom_components.payamak.people.gate import OPEN, ClosedBy, Gate
from custom_components.payamak.sending.gates import Gates
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.rows import content, waiting_row

STRANGER: Final = "09350000009"
NIGHT: Final = {"quiet_from": "23:00:00", "quiet_to": "07:00:00"}


def subentries(**rules: dict[str, Any]) -> dict[str, ConfigSubentry]:
    """Give three saved recipients; each may have rules."""
    saved = {"sara": [SARA], "omid": [OMID], "family": [SARA, OMID, MINA]}
    return {
        name: ConfigSubentry(
            data=MappingProxyType(
                {"name": name, "numbers": numbers, "slug": name} | rules.get(name, {})
            ),
            subentry_id=name,
            subentry_type=SUBENTRY_RECIPIENT,
            title=name,
            unique_id=None,
        )
        for name, numbers in saved.items()
    }


class Household:
    """Sara, Omid, and a family of both and Mina; the disk's part is made by hand."""

    def __init__(self, **rules: dict[str, Any]) -> None:
        """Begin at noon with nobody paused; each may have rules."""
        self.now = 43_200.0
        self.paused: set[str] = set()
        self.resumed: dict[str, float] = {}
        self.kept: list[str] = []
        self.disk_fails = False
        self.book = AddressBook.of(subentries(**rules))
        this: Any = self
        self.departures = Departures(cast("Any", SimpleNamespace(now=self._now)))
        ledger = SimpleNamespace(
            clock=SimpleNamespace(now=self._now),
            outgoing=SimpleNamespace(departures=self.departures),
            pauses=this,
        )
        self.gates = Gates(self.book, cast("Any", ledger))

    def _now(self) -> float:
        return self.now

    def saved(self, name: str) -> SavedRecipient:
        """Give a saved recipient."""
        return next(each for each in self.book.saved if each.name == name)

    def closed_by(self, row: SmsRow) -> ClosedBy | None:
        """Tell what holds a row up."""
        return self.gates.of(row).closed_by

    # The pauses.

    def is_paused(self, subentry_id: str) -> bool:
        """Tell whether somebody is paused."""
        return subentry_id in self.paused

    def resumed_ago(self, subentry_id: str) -> float | None:
        """Tell how long somebody is not paused any more."""
        return self.resumed.get(subentry_id)

    def keep_only(self, subentry_ids: list[str]) -> None:
        """Forget others."""
        self.kept = subentry_ids

    async def async_set(self, subentry_id: str, *, paused: bool) -> None:
        """Pause somebody, or not any more."""
        (self.paused.add if paused else self.paused.discard)(subentry_id)
        if self.disk_fails:
            raise LedgerError("disk full")


def row_to(number: str, place: int = 1, **how: Any) -> SmsRow:
    """Give a row that wants to leave."""
    return waiting_row(place, number, content=content(place, **how))


def ended(number: str) -> SmsRow:
    """Give a row whose text is not in memory any more."""
    row = row_to(number)
    row.content = None
    return row


def departed(household: Household, number: str, place: int = 90) -> None:
    """Let something have left to somebody just now."""
    household.departures.count(waiting_row(place, number, sent_at=1.0))


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon."""
    freezer.move_to("2026-11-24 12:00:00+00:00")


def test_who_was_removed_while_home_assistant_was_off_is_not_paused_any_more() -> None:
    """The pauses are told at the start who is left, and again when that changes."""
    household = Household()
    assert household.kept == ["sara", "omid", "family"]
    left = subentries()
    del left["omid"]
    household.book.refresh(left)
    household.gates.recipients_changed()
    assert household.kept == ["sara", "family"]


@pytest.mark.parametrize("number", [SARA, STRANGER])
def test_without_rules_nothing_is_held_up(number: str) -> None:
    """Neither for a saved recipient nor for anybody else."""
    household = Household()
    assert household.gates.of(row_to(number)) == OPEN


def test_what_has_ended_has_no_gate() -> None:
    """Its text is not in memory any more; whoever looks at it gets an answer all the same."""
    household = Household()
    household.paused.add("sara")
    assert household.closed_by(row_to(SARA)) is ClosedBy.PAUSED
    assert household.gates.of(ended(SARA)) == OPEN


def test_urgent_ones_have_no_gate() -> None:
    """Neither the pause nor the night holds them up."""
    household = Household()
    household.paused.add("sara")
    assert household.gates.of(row_to(SARA, urgent=True)) == OPEN


def test_a_number_passes_the_gates_of_all_who_have_it() -> None:
    """The family's pause holds up what Sara would get, and hers not what Mina would."""
    household = Household()
    household.paused.add("family")
    assert household.closed_by(row_to(SARA)) is ClosedBy.PAUSED
    assert household.closed_by(row_to(MINA)) is ClosedBy.PAUSED
    assert household.closed_by(row_to(STRANGER)) is None
    household.paused = {"sara"}
    assert household.closed_by(row_to(SARA)) is ClosedBy.PAUSED
    assert household.closed_by(row_to(MINA)) is None


def test_a_gate_tells_since_when_it_is_open() -> None:
    """A pause ended a minute ago, and the night five hours ago: the later one counts."""
    household = Household(sara=NIGHT)
    assert household.gates.of(row_to(SARA)) == Gate(open_for=5 * 3600)
    household.resumed["sara"] = 60.0
    assert household.gates.of(row_to(SARA)) == Gate(open_for=60)
    household.resumed["sara"] = 6 * 3600.0
    assert household.gates.of(row_to(SARA)) == Gate(open_for=5 * 3600)


def test_a_gate_remembers_when_it_was_seen_closed() -> None:
    """The pause may be gone with its recipient; what waited could not leave before."""
    household = Household()
    household.paused.add("sara")
    household.gates.of(row_to(SARA))
    household.now += 100
    household.gates.of(row_to(SARA))
    household.now += 20
    household.book.refresh({})
    assert household.gates.of(row_to(SARA)) == Gate(open_for=20)
    household.now += 5
    assert household.gates.of(row_to(SARA)) == Gate(open_for=25)
    assert household.gates.of(row_to(OMID)) == OPEN
    assert household.gates.of(ended(SARA)) == OPEN


def test_the_last_time_that_it_was_closed_counts_even_if_nobody_looked_then() -> None:
    """It was seen closed an hour ago, and the pause ended half an hour ago."""
    household = Household()
    household.paused.add("sara")
    household.gates.of(row_to(SARA))
    household.now += 3600
    household.paused.clear()
    household.resumed["sara"] = 1800.0
    assert household.gates.of(row_to(SARA)).open_for == 1800


def test_each_number_has_the_hourly_limit_for_itself() -> None:
    """What Sara got leaves Mina's place free."""
    household = Household(family={"hourly_limit": 2})
    departed(household, SARA)
    household.now += 600
    departed(household, SARA, 91)
    household.now += 600
    gate = household.gates.of(row_to(SARA))
    assert gate.closed_by is ClosedBy.HOURLY_LIMIT
    assert gate.opens_in == 2400
    assert household.gates.of(row_to(MINA)) == OPEN
    household.now += 2400
    assert household.closed_by(row_to(SARA)) is None


def test_what_is_about_to_leave_takes_a_place() -> None:
    """The last place is taken once, and is free again when it is given back."""
    household = Household(sara={"hourly_limit": 1})
    first, second = row_to(SARA, 1), row_to(SARA, 2)
    assert household.gates.take(first)
    assert not household.gates.take(second)
    assert household.gates.take(first)
    household.gates.give_back([first])
    assert household.gates.take(second)
    assert not household.gates.take(first)


def test_what_may_not_leave_takes_no_place() -> None:
    """When the pause ends, there is room for the one that waited."""
    household = Household(sara={"hourly_limit": 1})
    household.paused.add("sara")
    assert not household.gates.take(row_to(SARA, 1))
    household.paused.clear()
    assert household.gates.take(row_to(SARA, 2))


def test_urgent_ones_take_a_place_all_the_same() -> None:
    """They leave in any case, and the next one finds no room."""
    household = Household(sara={"hourly_limit": 1})
    assert household.gates.take(row_to(SARA, 1, urgent=True))
    assert household.gates.take(row_to(SARA, 2, urgent=True))
    assert not household.gates.take(row_to(SARA, 3))


def test_all_that_holds_a_recipient_up_is_named(
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each once, in a fixed order; nobody else's."""
    household = Household(sara=NIGHT, family={"hourly_limit": 1})
    sara, omid, family = map(household.saved, ("sara", "omid", "family"))
    assert household.gates.closed_by(sara) == []
    freezer.move_to("2026-11-24 23:30:00+00:00")
    household.paused.add("sara")
    assert household.gates.closed_by(sara) == [ClosedBy.PAUSED, ClosedBy.QUIET_HOURS]
    assert household.gates.closed_by(family) == []
    departed(household, SARA)
    departed(household, OMID)
    assert household.gates.closed_by(family) == [ClosedBy.HOURLY_LIMIT]
    assert household.gates.closed_by(omid) == []


def test_what_is_on_its_way_is_no_reason_to_say_that_somebody_gets_nothing() -> None:
    """It may come to nothing."""
    household = Household(sara={"hourly_limit": 1})
    assert household.gates.take(row_to(SARA))
    assert household.gates.closed_by(household.saved("sara")) == []


@pytest.mark.parametrize("disk_fails", [False, True])
async def test_a_pause_holds_even_if_the_disk_does_not_take_it(
    disk_fails: bool,
) -> None:
    """The ledger tells the user of the disk."""
    household = Household()
    household.disk_fails = disk_fails
    await household.gates.async_pause("sara", paused=True)
    assert household.gates.is_paused("sara")
    assert not household.gates.is_paused("omid")
    assert household.closed_by(row_to(SARA)) is ClosedBy.PAUSED
    await household.gates.async_pause("sara", paused=False)
    assert household.closed_by(row_to(SARA)) is None
