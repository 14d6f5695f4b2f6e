"""How an alert is described, and what it costs at most."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
import voluptuous as vol

from custom_components.payamak.alerts import plan
from custom_components.payamak.alerts.plan import STEPS, async_steps, most_of_all
from custom_components.payamak.ledger import AlertPerson
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.people.addressed import Addressed
from custom_components.payamak.sending.message import Sms

from .rows import MOTHER, OMID, SARA, step


def steps(*written: Any) -> Any:
    """Give steps as an action reads them."""
    return STEPS(list(written))


@pytest.mark.parametrize(
    ("written", "recipients"),
    [
        ("Sara", ["Sara"]),
        (["Sara", "Omid"], ["Sara", "Omid"]),
        ({"recipients": "Sara"}, ["Sara"]),
        ({"recipients": ["Sara", 9120000002]}, ["Sara", "9120000002"]),
        ({}, []),
    ],
)
def test_a_step_may_be_names_and_numbers_alone(
    written: Any, recipients: list[str]
) -> None:
    """It has five minutes then."""
    assert steps(written) == [{"recipients": recipients, "minutes": 5}]


def test_a_step_may_have_a_target() -> None:
    """As a selector gives it, or at the step itself: both are the same."""
    of_selector = steps({"target": {"entity_id": ["notify.sara"]}, "minutes": 2})
    assert of_selector == steps({"entity_id": "notify.sara", "minutes": 2})
    assert of_selector[0]["entity_id"] == ["notify.sara"]
    assert "target" not in of_selector[0]
    for kind in ("device_id", "area_id", "floor_id", "label_id"):
        assert steps({"target": {kind: ["one"]}})[0][kind] == ["one"]


@pytest.mark.parametrize(
    ("minutes", "read"), [(0.5, 0.5), (1440, 1440), ("7", 7), ("1.5", 1.5)]
)
def test_a_step_has_half_a_minute_to_a_day(minutes: Any, read: float) -> None:
    """A form may write the number as a text."""
    assert steps({"recipients": "Sara", "minutes": minutes})[0]["minutes"] == read


@pytest.mark.parametrize(
    "written",
    [
        {"minutes": 0.49},
        {"minutes": 1440.1},
        {"minutes": "soon"},
        {"minute": 5},
        {"target": {"person": "Sara"}},
        {"recipients": [{}]},
    ],
)
def test_any_other_step_is_refused(written: Any) -> None:
    """Before anybody is texted."""
    with pytest.raises(vol.Invalid):
        steps({"recipients": "Sara"} | written)


def test_an_alert_has_a_step_at_least() -> None:
    """One that is no list is the only one."""
    with pytest.raises(vol.Invalid):
        STEPS([])
    assert STEPS("Sara") == steps("Sara")
    assert STEPS({"recipients": "Sara"}) == steps("Sara")


def test_what_was_written_is_not_changed() -> None:
    """A script may use it again."""
    written = {"target": {"entity_id": "notify.sara"}}
    steps(written)
    assert written == {"target": {"entity_id": "notify.sara"}}


class People:
    """Stands for the address books: finds for each step whom the test has put there, and notes what was asked."""

    def __init__(self, *found: list[Addressed]) -> None:
        """Find these, one after the other."""
        self._found = list(found)
        self.asked: list[dict[str, Any]] = []

    async def find(self, hass: HomeAssistant, data: dict[str, Any]) -> list[Addressed]:
        """Find whom the next step means."""
        assert isinstance(hass, HomeAssistant)
        self.asked.append(data)
        return self._found.pop(0)


def entry(state: ConfigEntryState = ConfigEntryState.LOADED) -> Any:
    """Give an account."""
    return SimpleNamespace(state=state)


def reached_over(account: Any, *people: AlertPerson) -> Addressed:
    """Give those whom an account reaches."""
    return Addressed(
        entry=account,
        recipients=[Recipient(number=each.number, name=each.name) for each in people],
    )


async def test_the_account_is_that_of_the_first_who_are_told(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first that is at work; whom others reach is told over it, too."""
    asleep, first, second = entry(ConfigEntryState.SETUP_RETRY), entry(), entry()
    people = People(
        [
            reached_over(asleep, SARA),
            reached_over(first, OMID),
            reached_over(second, MOTHER),
        ],
        [reached_over(second, MOTHER)],
    )
    monkeypatch.setattr(plan, "async_addressed_by", people.find)
    written = steps({"recipients": ["a"], "minutes": 3}, "b")
    found = await async_steps(hass, written, None)
    assert found.entry is first
    assert found.steps == (step(SARA, OMID, MOTHER, minutes=3), step(MOTHER))
    assert people.asked == written


async def test_somebody_whom_two_accounts_reach_is_told_once(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each step."""
    account = entry()
    people = People([reached_over(account, SARA, OMID), reached_over(entry(), SARA)])
    monkeypatch.setattr(plan, "async_addressed_by", people.find)
    found = await async_steps(hass, steps("a"), None)
    assert found.entry is account
    assert found.steps == (step(SARA, OMID),)


async def test_an_account_that_is_named_is_the_one_for_all_steps(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is looked up in it."""
    account = entry()
    people = People([reached_over(account, SARA)], [reached_over(account, OMID)])
    monkeypatch.setattr(plan, "async_addressed_by", people.find)
    await async_steps(hass, steps("a", "b"), "1234")
    assert [each["config_entry_id"] for each in people.asked] == ["1234", "1234"]
    assert [each["recipients"] for each in people.asked] == [["a"], ["b"]]


def text(parts: int = 1) -> Sms:
    """Give a text of so many parts; a Latin part costs 2.2 times as much as the base price."""
    return Sms(recipients=(), text="a" * (160 if parts == 1 else 153 * parts))


PRICE = Decimal(100)


@pytest.mark.parametrize(
    ("of", "rounds", "others", "texts", "people"),
    [
        ([step(SARA)], 1, 0, 1, 1),
        ([step(SARA)], 1, 1, 2, 1),
        ([step(SARA)], 3, 1, 4, 1),
        ([step(SARA, OMID)], 1, 2, 6, 2),
        ([step(SARA), step(OMID, MOTHER)], 2, 2, 12, 3),
        # Sara is in both steps, and hears of the end once.
        ([step(SARA), step(OMID, SARA)], 2, 2, 10, 2),
    ],
)
def test_an_alert_takes_at_most(
    of: list[Any], rounds: int, others: int, texts: int, people: int
) -> None:
    """Its own text in each turn, and each other one once to everybody."""
    most = most_of_all(of, rounds, text(), [text()] * others, None)
    assert most == {
        "texts": texts,
        "parts": texts,
        "estimated_cost": None,
        "people": people,
    }


def test_what_it_costs_depends_on_the_parts() -> None:
    """Of each text; without a price nobody can say it."""
    one = text().measure().cost(PRICE)
    three = text(3).measure().cost(PRICE)
    assert one
    assert three
    found = most_of_all([step(SARA), step(OMID)], 2, text(3), [text()], PRICE)
    assert found["texts"] == 6
    assert found["parts"] == 4 * 3 + 2
    assert found["estimated_cost"] == round(4 * three + 2 * one)
    assert isinstance(found["estimated_cost"], int)
    free = most_of_all([step(SARA)], 1, text(), [], Decimal(0))
    assert free["estimated_cost"] == 0
