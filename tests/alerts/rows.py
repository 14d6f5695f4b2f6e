"""Alerts as they stand in the ledger, and what became of their texts."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.payamak.alerts.decisions import Reach, Reaches
from custom_components.payamak.ledger import AlertPerson, AlertRow, AlertStep

SARA: Final = AlertPerson(number="09120000001", name="Sara")
OMID: Final = AlertPerson(number="09120000002", name="Omid")
MOTHER: Final = AlertPerson(number="09120000003", name="Mother")
NOBODY_KNOWN: Final = AlertPerson(number="09120000004", name=None)
BEGAN: Final = 1000.0

type Told = Mapping[tuple[Any, AlertPerson], Reach]


def step(*people: AlertPerson, minutes: float = 5) -> AlertStep:
    """Give a step of an alert."""
    return AlertStep(people=people, minutes=minutes)


def alert(*steps: AlertStep, **values: Any) -> AlertRow:
    """Give an alert that has just been raised: Sara has three minutes, then Omid five; or as the values say."""
    given: dict[str, Any] = {
        "key": "01",
        "alert_id": "smoke",
        "code": 11,
        "message": "Smoke!",
        "resolved_message": "",
        "pin": None,
        "steps": steps or (step(SARA, minutes=3), step(OMID)),
        "rounds": 1,
        "raised_at": BEGAN,
        "turn_at": BEGAN,
    }
    return AlertRow(**given | values)


def told(those: Told | None = None) -> Reaches:
    """Give what tells whether a text reaches somebody, by the turn or the word of the text; no other was begun."""
    reached = {
        (str(word), person.number): reach
        for (word, person), reach in (those or {}).items()
    }
    return lambda word, number: reached.get((word, number), Reach.NOT_BEGUN)
