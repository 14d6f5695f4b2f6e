"""What the actions for questions and alerts accept, as they are registered."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from homeassistant.core import SupportsResponse
from homeassistant.exceptions import ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.payamak.alerts.actions import async_setup_alerts
from custom_components.payamak.alerts.ask import async_setup_ask

ASK = {"message": "Open?"}
RAISE = {"alert_id": "smoke", "message": "Smoke!", "steps": ["Sara"]}


class Services:
    """The registry of actions, made by hand."""

    def __init__(self) -> None:
        """Register the actions."""
        self.schemas: dict[str, Callable[[Any], dict[str, Any]]] = {}
        self.responses: dict[str, SupportsResponse] = {}
        hass: Any = SimpleNamespace(services=self)
        async_setup_ask(hass)
        async_setup_alerts(hass)

    def async_register(
        self,
        domain: str,
        name: str,
        action: object,
        *,
        schema: Callable[[Any], dict[str, Any]],
        supports_response: SupportsResponse,
    ) -> None:
        """Register an action."""
        assert domain == "payamak"
        assert callable(action)
        self.schemas[name] = schema
        self.responses[name] = supports_response


@pytest.fixture(name="services")
def registered_services() -> Services:
    """Register the actions."""
    return Services()


def test_a_question_is_asked_for_its_answer(services: Services) -> None:
    """Alerts are raised also where nobody asks what became of them."""
    assert services.responses == {
        "ask": SupportsResponse.ONLY,
        "raise_alert": SupportsResponse.OPTIONAL,
        "acknowledge_alert": SupportsResponse.OPTIONAL,
        "resolve_alert": SupportsResponse.OPTIONAL,
    }


def test_a_question_needs_its_text_alone(services: Services) -> None:
    """Any text is an answer then, and it has five minutes."""
    asked = services.schemas["ask"](ASK)
    answers = asked.pop("answers")
    assert asked == {
        "message": "Open?",
        "recipients": [],
        "timeout": 300.0,
        "urgent": False,
    }
    assert answers.find("whatever").text == "whatever"


def test_a_question_takes_all_that_others_do(services: Services) -> None:
    """As templates write it, too."""
    asked = services.schemas["ask"](
        {
            "message": None,
            "recipients": "Sara",
            "entity_id": "notify.sara",
            "timeout": "90",
            "urgent": "yes",
            "pin": 1234,
            "config_entry_id": "01FIRST",
            "answers": {"id": 1, "sentences": "yes"},
        }
    )
    answer = asked.pop("answers").find("Yes!")
    assert answer.id == "1"
    assert asked == {
        "message": "",
        "recipients": ["Sara"],
        "entity_id": ["notify.sara"],
        "timeout": 90.0,
        "urgent": True,
        "pin": "1234",
        "config_entry_id": "01FIRST",
    }


@pytest.mark.parametrize(
    ("seconds", "is_fine"), [(0.9, 0), (1, 1), (3600, 1), (3601, 0)]
)
def test_a_question_has_up_to_an_hour(
    services: Services, seconds: float, is_fine: bool
) -> None:
    """At least a second."""
    call = ASK | {"timeout": seconds}
    if is_fine:
        assert services.schemas["ask"](call)["timeout"] == seconds
    else:
        with pytest.raises(vol.Invalid):
            services.schemas["ask"](call)


def test_an_answer_has_one_sentence_or_several(services: Services) -> None:
    """They are texts, also where they look like numbers."""
    answers = [{"id": "one", "sentences": [1, "first"]}, {"id": "two", "sentences": 2}]
    found = services.schemas["ask"](ASK | {"answers": answers})["answers"]
    assert [found.find(text).id for text in ("1", "first", "2")] == [
        "one",
        "one",
        "two",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "yes"},
        {"sentences": ["yes"]},
        {"id": "yes", "sentences": []},
        {"id": "yes", "sentences": [None]},
        {"id": None, "sentences": ["yes"]},
        {"id": "yes", "sentences": ["yes"], "more": 1},
    ],
)
def test_an_answer_has_an_id_and_sentences(
    services: Services, answer: Mapping[str, object]
) -> None:
    """And nothing else."""
    with pytest.raises(vol.Invalid):
        services.schemas["ask"](ASK | {"answers": [answer]})


def test_a_sentence_that_can_not_be_read_is_named(services: Services) -> None:
    """The rest of the list may be long."""
    answers = [{"id": "yes", "sentences": ["yes", "of (course"]}]
    with pytest.raises(vol.Invalid, match=r"of \(course"):
        services.schemas["ask"](ASK | {"answers": answers})


def test_an_alert_needs_a_word_a_text_and_a_step(services: Services) -> None:
    """It goes one round, tells nobody that it is over, and is meant."""
    raised = services.schemas["raise_alert"](RAISE)
    [step] = raised.pop("steps")
    assert step["recipients"] == ["Sara"]
    assert raised == {
        "alert_id": "smoke",
        "message": "Smoke!",
        "rounds": 1,
        "resolved_message": "",
        "dry_run": False,
    }
    for field in RAISE:
        with pytest.raises(vol.Invalid):
            services.schemas["raise_alert"](
                {name: value for name, value in RAISE.items() if name != field}
            )


def test_an_alert_takes_all_that_others_do(services: Services) -> None:
    """As templates write it, too."""
    raised = services.schemas["raise_alert"](
        RAISE
        | {
            "rounds": "2",
            "resolved_message": None,
            "dry_run": "yes",
            "pin": 1234,
            "config_entry_id": "01FIRST",
        }
    )
    del raised["steps"]
    assert raised == {
        "alert_id": "smoke",
        "message": "Smoke!",
        "rounds": 2,
        "resolved_message": "",
        "dry_run": True,
        "pin": "1234",
        "config_entry_id": "01FIRST",
    }


@pytest.mark.parametrize(("rounds", "is_fine"), [(0, 0), (1, 1), (5, 1), (6, 0)])
def test_an_alert_goes_up_to_five_rounds(
    services: Services, rounds: int, is_fine: bool
) -> None:
    """At least one."""
    call = RAISE | {"rounds": rounds}
    if is_fine:
        assert services.schemas["raise_alert"](call)["rounds"] == rounds
    else:
        with pytest.raises(vol.Invalid):
            services.schemas["raise_alert"](call)


@pytest.mark.parametrize("name", ["acknowledge_alert", "resolve_alert"])
def test_an_alert_is_meant_by_its_word(services: Services, name: str) -> None:
    """And by the account, if that is given."""
    schema = services.schemas[name]
    assert schema({"alert_id": "smoke"}) == {"alert_id": "smoke"}
    both = {"alert_id": "smoke", "config_entry_id": "01FIRST"}
    assert schema(both) == both
    with pytest.raises(vol.Invalid):
        schema({"config_entry_id": "01FIRST"})
    with pytest.raises(ServiceValidationError) as raised:
        schema({"alert_id": "Smoke!"})
    assert raised.value.translation_key == "invalid_alert_id"


@pytest.mark.parametrize("name", ["ask", "raise_alert"])
def test_a_pin_is_one_word(services: Services, name: str) -> None:
    """In the reply it stands among others."""
    call = ASK if name == "ask" else RAISE
    assert services.schemas[name](call | {"pin": " 1234\n"})["pin"] == "1234"
    assert services.schemas[name](call | {"pin": "*7*"})["pin"] == "*7*"
    for pin in ("", " ", "*", "two words", "one two three"):
        with pytest.raises(ServiceValidationError) as raised:
            services.schemas[name](call | {"pin": pin})
        assert raised.value.translation_key == "invalid_pin"


def test_a_text_is_needed_in_any_case(services: Services) -> None:
    """A list is none."""
    for call in ({"pin": "1234"}, {"message": [1]}):
        with pytest.raises(vol.Invalid):
            services.schemas["ask"](call)
