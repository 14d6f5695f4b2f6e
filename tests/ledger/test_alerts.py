"""Alerts in the ledger: written, read again, and forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import json
from pathlib import Path
import sqlite3
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import (
    AlertPerson,
    AlertRow,
    AlertState,
    AlertStep,
    Ledger,
    LedgerError,
    purpose_of,
)
from custom_components.payamak.ledger.file import LedgerFile
from tests.integration.story.disk import writing_fails

from .conftest import OpenLedger, copy_of, look
from .messages import NOON, OMID, SARA, begin, send

TWO_HOURS = 7200.0


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


def alert(key: str = "01", **values: Any) -> AlertRow:
    """Give an alert that was raised at noon: Sara has three minutes, then Omid and Sara five and a half."""
    sara = AlertPerson(number=SARA, name="سارا")
    omid = AlertPerson(number=OMID, name=None)
    given: dict[str, Any] = {
        "key": key,
        "alert_id": "smoke",
        "code": 11,
        "message": "دود!",
        "resolved_message": "",
        "pin": None,
        "steps": (
            AlertStep(people=(sara,), minutes=3),
            AlertStep(people=(omid, sara), minutes=5.5),
        ),
        "rounds": 2,
        "raised_at": NOON.timestamp(),
        "turn_at": NOON.timestamp(),
    }
    return AlertRow(**given | values)


TAKEN = alert(
    state=AlertState.ACKNOWLEDGED,
    turn=3,
    turn_at=NOON.timestamp() + 700.5,
    ended_at=NOON.timestamp() + 800.25,
    took_it=AlertPerson(number=OMID, name=None),
    carried=(OMID,),
    coded=(SARA, OMID),
    told="acknowledged",
    pin="۴۷۱۱",
    resolved_message="All is well.",
)


@pytest.mark.parametrize(
    "row",
    [
        alert(),
        TAKEN,
        replace(TAKEN, took_it=None, state=AlertState.RESOLVED),
        replace(TAKEN, took_it=AlertPerson(number="", name="Admin")),
        alert(state=AlertState.UNANSWERED, ended_at=0.0),
    ],
)
async def test_an_alert_is_on_the_disk_at_once(
    path: Path, ledger: Ledger, open_ledger: OpenLedger, row: AlertRow
) -> None:
    """A crash a moment later forgets nothing of it."""
    await ledger.alerts.async_keep(row)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert [*each.alerts] == [row]
        assert each.alerts["01"] == row
        assert isinstance(each.alerts["01"].state, AlertState)
    assert again.trouble is None


async def test_what_is_written_later_is_known_at_once(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """It goes with what must be written next."""
    ledger.alerts.keep(alert())
    assert [*ledger.alerts] == [alert()]
    await ledger.alerts.async_write(ledger.alerts.change(alert("02")))
    again = await open_ledger(copy_of(path))
    assert [row.key for row in again.alerts] == ["01", "02"]


async def test_a_change_is_known_before_it_is_written(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """It can be written together with something else: with the id of the SMS that has brought an answer."""
    await ledger.alerts.async_keep(alert())
    await ledger.received.async_set_baseline([], more_exist=False)
    change = ledger.alerts.change(TAKEN)
    assert ledger.alerts["01"] == TAKEN
    again = await open_ledger(copy_of(path))
    assert again.alerts["01"] == alert()
    await again.async_close()
    await ledger.received.async_note([7], change)
    again = await open_ledger(copy_of(path))
    assert again.alerts["01"] == TAKEN
    assert not again.received.is_new(7)


async def test_the_clock_is_kept_with_an_alert(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a restart its time goes on, also where the clock of the computer has stood still."""
    await ledger.alerts.async_keep(alert())
    freezer.tick(50)
    # Within the minute in which it would not be kept of itself.
    await ledger.alerts.async_keep(alert(turn=1))
    freezer.move_to(NOON)
    again = await open_ledger(copy_of(path))
    assert again.clock.now() == NOON.timestamp() + 50


async def test_where_the_disk_does_not_take_it_it_is_known_in_memory(
    ledger: Ledger,
) -> None:
    """An alarm must go on."""
    with writing_fails(), pytest.raises(LedgerError):
        await ledger.alerts.async_keep(alert())
    assert [*ledger.alerts] == [alert()]


async def test_alerts_are_in_the_order_in_which_they_were_raised(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Whatever has changed since, and whatever the wall clock said: our keys are made from that."""
    first = alert("02")
    second = alert("01", raised_at=NOON.timestamp() + 60)
    third = alert("03", raised_at=NOON.timestamp() + 70, alert_id="water")
    for row in (first, second, third):
        await ledger.alerts.async_keep(row)
    await ledger.alerts.async_keep(replace(first, turn=1))
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert [row.key for row in each.alerts] == ["02", "01", "03"]
        assert each.alerts.newest("smoke") == second
        assert each.alerts.newest("water") == third
        assert each.alerts.newest("burglar") is None


@pytest.mark.parametrize(
    ("states", "any_is_open"),
    [
        ([], False),
        (["acknowledged", "resolved", "unanswered"], False),
        (["acknowledged", "open"], True),
        (["open", "resolved"], True),
    ],
)
async def test_one_that_is_open_is_enough(
    ledger: Ledger, states: list[str], any_is_open: bool
) -> None:
    """Then time matters."""
    for number, state in enumerate(states):
        ledger.alerts.keep(alert(str(number), state=AlertState(state)))
    assert ledger.alerts.any_is_open is any_is_open
    assert [row.is_open for row in ledger.alerts] == [each == "open" for each in states]


async def test_some_are_forgotten_with_all_that_was_known_of_them(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The others stay; to forget nothing writes nothing."""
    for key in ("01", "02", "03"):
        await ledger.alerts.async_keep(alert(key))
    ledger.alerts.forget([])
    ledger.alerts.forget(["01", "03"])
    await ledger.alerts.async_keep(alert("04"))
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert [row.key for row in each.alerts] == ["02", "04"]
        assert each.alerts.newest("smoke") == alert("04")
    # Only the newest of the same can be the one that is meant.
    ledger.alerts.forget(["04"])
    assert ledger.alerts.newest("smoke") is None
    ledger.alerts.forget(["02"])
    await ledger.alerts.async_keep(alert("05"))
    assert look(path, "SELECT key FROM alert") == ["05"]


async def test_where_nothing_changes_nothing_is_asked_of_the_disk(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alerts are looked at often."""
    await ledger.alerts.async_keep(alert())
    written: list[object] = []
    monkeypatch.setattr(LedgerFile, "write_soon", lambda _, *each: written.extend(each))
    ledger.alerts.forget([])
    ledger.alerts.make_older(0)
    assert written == []
    ledger.alerts.make_older(1)
    ledger.alerts.forget(["01"])
    assert len(written) == 2


def test_a_new_alert_begins_with_its_first_step() -> None:
    """Open, and nobody has heard of it yet."""
    row = alert()
    assert row.is_open
    assert (row.turn, row.ended_at, row.took_it) == (0, None, None)
    assert (row.carried, row.coded, row.told) == ((), (), "")
    first, second = row.steps
    assert [replace(row, turn=turn).step for turn in range(4)] == [first, second] * 2


def test_the_states_have_the_names_that_are_on_the_disk() -> None:
    """And in automations."""
    assert [*AlertState] == ["open", "acknowledged", "unanswered", "resolved"]


def _break(written: dict[str, Any]) -> str:
    return json.dumps(written)[:-5]


@pytest.mark.parametrize(
    "damage",
    [
        _break,
        lambda written: json.dumps(written | {"state": "asleep"}),
        lambda written: json.dumps(written | {"unheard_of": 1}),
        lambda written: json.dumps(written | {"steps": [{"minutes": 5}]}),
        lambda written: json.dumps(written | {"steps": 7}),
        lambda written: json.dumps({"key": "01"}),
        lambda written: json.dumps(written | {"key": "03"}),
        lambda written: "null",
        lambda written: json.dumps(written | {"steps": []}),
        lambda written: json.dumps(
            written | {"steps": [{"people": [], "minutes": None}]}
        ),
        lambda written: json.dumps(written | {"rounds": "2"}),
        lambda written: json.dumps(written | {"turn": "first"}),
        lambda written: json.dumps(written | {"code": None}),
        lambda written: json.dumps(written | {"raised_at": None}),
        lambda written: json.dumps(written | {"turn_at": "noon"}),
        lambda written: json.dumps(written | {"ended_at": "noon"}),
        lambda written: json.dumps(written).encode().replace(b"smoke", b"sm\xffke"),
        lambda written: json.dumps(
            {key: value for key, value in written.items() if key != "raised_at"}
        ),
    ],
)
async def test_an_alert_that_makes_no_sense_is_lost_alone(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    damage: Callable[[dict[str, Any]], str | bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """That is logged once, without anything of it; all else of the ledger stays."""
    for key in ("01", "02"):
        await ledger.alerts.async_keep(alert(key))
    await ledger.received.async_note([5])
    await ledger.async_close()
    connection = sqlite3.connect(path)
    ((written,),) = connection.execute("SELECT alert FROM alert WHERE key = '01'")
    connection.execute(
        "UPDATE alert SET alert = CAST(? AS TEXT) WHERE key = '01'",
        [damage(json.loads(written))],
    )
    connection.commit()
    connection.close()
    for is_logged in (True, False):
        caplog.clear()
        again = await open_ledger()
        assert again.trouble is None
        assert [*again.alerts] == [alert("02")]
        assert not again.received.is_new(5)
        told = [each.getMessage() for each in caplog.records]
        assert told == ["Damaged alerts, which are lost: 1"] * is_logged
        await again.async_close()


async def test_texts_numbers_and_pin_stay_out_of_logs() -> None:
    """An alert can be in a message of an error."""
    shown = repr(TAKEN)
    for private in ("دود", "All is well", SARA, OMID, "سارا", "۴۷۱۱"):
        assert private not in shown
    assert "smoke" in shown


async def test_what_happened_before_the_start_gets_older(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant was off for two hours longer than the clock of the computer says. What happened since is as old as it is."""
    noon = NOON.timestamp()
    ended = alert("02", state=AlertState.UNANSWERED, ended_at=noon)
    for row in (alert("01"), ended, alert("03"), alert("04")):
        await ledger.alerts.async_keep(row)
    copy = copy_of(path)
    again = await open_ledger(copy)
    freezer.tick(10)
    raised = alert("05", raised_at=noon + 10, turn_at=noon + 10)
    again.alerts.keep(raised)
    again.alerts.keep(alert("03", turn=1, turn_at=noon + 10))
    resolved = alert("04", state=AlertState.RESOLVED, ended_at=noon + 10)
    again.alerts.keep(resolved)
    again.alerts.make_older(TWO_HOURS)
    before = noon - TWO_HOURS
    older = [
        alert("01", raised_at=before, turn_at=before),
        replace(ended, raised_at=before, turn_at=before, ended_at=before),
        alert("03", raised_at=before, turn=1, turn_at=noon + 10),
        replace(resolved, raised_at=before, turn_at=before),
        raised,
    ]
    assert [*again.alerts] == older
    # It is written, too.
    await again.alerts.async_write(again.alerts.change(raised))
    last = await open_ledger(copy_of(copy))
    assert [*last.alerts] == older


async def test_the_gateway_tells_how_long_home_assistant_was_off(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """As a computer without a battery does not know."""
    ledger.note_gateway_time(NOON)
    await ledger.alerts.async_keep(alert())
    again = await open_ledger(copy_of(path))
    again.note_gateway_time(NOON + timedelta(seconds=TWO_HOURS))
    assert again.alerts["01"].turn_at == NOON.timestamp() - TWO_HOURS
    again.note_gateway_time(NOON + timedelta(seconds=2 * TWO_HOURS))
    assert again.alerts["01"].turn_at == NOON.timestamp() - TWO_HOURS


@pytest.mark.parametrize(
    ("state", "is_kept"), [(AlertState.OPEN, True), (AlertState.RESOLVED, False)]
)
async def test_while_an_alert_is_open_the_clock_is_kept(
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    state: AlertState,
    is_kept: bool,
) -> None:
    """Each time that the gateway tells the time."""
    ledger.alerts.keep(alert(state=state))
    freezer.tick(90)
    now: datetime = NOON + timedelta(seconds=90)
    ledger.note_gateway_time(now)
    kept = ledger.facts.get("clock")
    assert (kept is not None) is is_kept


async def test_the_sms_of_an_alert_are_known_over_a_restart(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """With what became of them; those of an alert that is forgotten, and all others, are not read."""
    await ledger.alerts.async_keep(alert("01"))
    book = ledger.outgoing
    (first,) = begin(book, SARA, text="a", purpose=purpose_of("01", "0"))
    begin(book, OMID, text="b", purpose=purpose_of("02", "0"))
    await send(book, SARA)
    second, third = begin(book, SARA, OMID, text="c", purpose=purpose_of("01", "1"))
    await book.async_note_sending([first])
    first.state = SmsState.DELIVERED
    await book.async_note_outcome([first])
    await book.async_note_waiting([second, third])
    assert book.purposes.rows("01:0") == {SARA: first}
    again = await open_ledger(copy_of(path))
    purposes = again.outgoing.purposes
    assert [*purposes.rows("01:0")] == [SARA]
    assert purposes.rows("01:0")[SARA].state is SmsState.DELIVERED
    assert purposes.rows("01:0")[SARA].sent_at == NOON.timestamp()
    assert {number: row.sms_id for number, row in purposes.rows("01:1").items()} == {
        SARA: second.sms_id,
        OMID: third.sms_id,
    }
    assert purposes.rows("02:0") == {}
    # What waits is the same as what the outbox knows, which will change it.
    assert purposes.rows("01:1")[SARA] is again.outgoing.waiting[second.sms_id]
