"""What the actions that send take, how they write it into a message, and what they wait for."""

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.sending import actions as module
from custom_components.payamak.sending.actions import SMS_FIELDS, async_setup_sending
from custom_components.payamak.sending.message import Message, PatternSms, Size, Sms
from custom_components.payamak.sending.progress import SendReport, SentRow
from tests.integration.conftest import LINE, SARA
from tests.integration.story.rows import waiting_row

MINIMAL: dict[str, Any] = {"message": "سلام", "recipients": SARA}
PATTERN: dict[str, Any] = {"pattern_id": 1234, "recipients": SARA}


class World:
    """Home Assistant as the actions see it, and what is sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Register the actions, and let everything be accepted."""
        self.actions: dict[str, Any] = {}
        self.sent: list[Message] = []
        self.previewed: list[Message] = []
        self.waited: list[float] = []
        self.told: list[dict[str, Any]] = []
        self.failures: list[bool] = []
        this: Any = self
        self.services = this
        async_setup_sending(this)

        async def addressed(call: Any) -> Sequence[str]:
            return [*call.data["recipients"]]

        async def send(whom: Sequence[str], message: Message) -> Any:
            assert whom == [SARA]
            self.sent.append(message)
            return self._outcome()

        def preview(whom: Sequence[str], message: Message) -> Any:
            assert whom == [SARA]
            self.previewed.append(message)
            return self._outcome()

        async def raise_for_failures(
            hass: HomeAssistant, report: SendReport, *, partial_is_fine: bool
        ) -> None:
            assert hass is this
            assert len(report.rows) == 1
            self.failures.append(partial_is_fine)

        async def respond(
            hass: HomeAssistant, report: SendReport, cost: Any, **how: Any
        ) -> dict[str, Any]:
            assert hass is this
            self.told.append({"rows": len(report.rows), "cost": cost} | how)
            return {"told": True}

        monkeypatch.setattr(module, "async_addressed", addressed)
        monkeypatch.setattr(module, "async_send", send)
        monkeypatch.setattr(module, "preview", preview)
        monkeypatch.setattr(module, "async_raise_for_failures", raise_for_failures)
        monkeypatch.setattr(module, "async_response", respond)

    def _outcome(self) -> Any:
        row = SentRow(
            recipient=Recipient(number=SARA),
            sms=waiting_row(1),
            state=SmsState.ACCEPTED,
            error=None,
        )
        report = SendReport(rows=[row], size=Size(parts=1, tariff_units=1))

        async def wait(seconds: float) -> None:
            self.waited.append(seconds)

        return SimpleNamespace(
            report=report, cost=Decimal(5), async_wait_for_delivery=wait
        )

    def async_register(self, domain: str, name: str, handler: Any, **how: Any) -> None:
        """Register an action."""
        assert domain == "payamak"
        assert how["supports_response"] is SupportsResponse.OPTIONAL
        self.actions[name] = (handler, how["schema"])

    def take(self, name: str, **data: Any) -> dict[str, Any]:
        """Give what an action takes out of what is written."""
        return cast("dict[str, Any]", self.actions[name][1](data))

    async def call(
        self, name: str, *, return_response: bool = False, **data: Any
    ) -> Any:
        """Call an action."""
        handler, schema = self.actions[name]
        called = SimpleNamespace(
            hass=self, data=schema(data), return_response=return_response
        )
        return await handler(called)


@pytest.fixture(name="world")
def world_fixture(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give the world of the actions."""
    return World(monkeypatch)


def test_there_are_two_actions(world: World) -> None:
    """Each may respond."""
    assert set(world.actions) == {"send_sms", "send_pattern"}


def test_a_text_needs_a_message_alone(world: World) -> None:
    """All else is as usual: ten parts, not as a trial, and nothing is waited for."""
    assert world.take("send_sms", message="سلام") == {
        "message": "سلام",
        "recipients": [],
        "max_parts": 10,
        "wait_for_delivery": 0,
        "dry_run": False,
    }
    with pytest.raises(vol.Invalid):
        world.take("send_sms", recipients=SARA)


def test_a_pattern_needs_its_number_alone(world: World) -> None:
    """It may have no variables."""
    assert world.take("send_pattern", pattern_id=1234) == {
        "pattern_id": 1234,
        "variables": [],
        "recipients": [],
        "wait_for_delivery": 0,
    }
    with pytest.raises(vol.Invalid):
        world.take("send_pattern", recipients=SARA)


@pytest.mark.parametrize(
    ("written", "taken"), [(1, 1), (1234.0, 1234), ("1234", 1234), ("1234.0", 1234)]
)
def test_a_pattern_is_a_whole_number(world: World, written: Any, taken: int) -> None:
    """The frontend writes 1234.0, and a template a text."""
    found = world.take("send_pattern", pattern_id=written)["pattern_id"]
    assert found == taken
    assert type(found) is int


@pytest.mark.parametrize("written", [0, 0.0, -1, 1.5, "a", None, True, [1]])
def test_no_other_pattern_is_taken(world: World, written: Any) -> None:
    """It would be refused by the gateway at best."""
    with pytest.raises(vol.Invalid):
        world.take("send_pattern", pattern_id=written)


@pytest.mark.parametrize(("written", "taken"), [(None, ""), (12, "12"), ("a", "a")])
def test_a_template_may_give_a_number_or_nothing(
    world: World, written: Any, taken: str
) -> None:
    """Nothing is refused later, with a better error."""
    assert world.take("send_sms", message=written)["message"] == taken


@pytest.mark.parametrize(
    "written", ["50004001234567", "۵۰۰۰۴۰۰۱۲۳۴۵۶۷", 50004001234567]
)
def test_a_line_may_be_written_in_many_ways(world: World, written: object) -> None:
    """It is taken as the gateway writes it."""
    assert world.take("send_sms", **MINIMAL, sender=written)["sender"] == LINE


def test_what_is_no_line_is_refused_in_the_users_language(world: World) -> None:
    """Before anything is looked up."""
    with pytest.raises(ServiceValidationError) as raised:
        world.take("send_sms", **MINIMAL, sender="my line")
    assert raised.value.translation_key == "invalid_sender"


@pytest.mark.parametrize("action", ["send_sms", "send_pattern"])
@pytest.mark.parametrize(
    ("field", "fine", "refused"),
    [
        ("wait_for_delivery", (0, 1, 300, "30"), (-1, 301, "long")),
        ("retry_for", (0, 0.5, 10080, "5"), (-0.1, 10080.1, "long")),
        ("urgent", (True, False, "on"), ("perhaps",)),
    ],
)
def test_times_and_choices_have_their_limits(
    world: World,
    action: str,
    field: str,
    fine: Sequence[Any],
    refused: Sequence[Any],
) -> None:
    """A wait is five minutes at most, and patience a week."""
    usual = MINIMAL if action == "send_sms" else PATTERN
    for value in fine:
        taken = world.take(action, **usual, **{field: value})[field]
        assert taken == (value == "on" or float(value))
    for value in refused:
        with pytest.raises(vol.Invalid):
            world.take(action, **usual, **{field: value})


def test_a_text_has_choices_of_its_own(world: World) -> None:
    """How many parts it may take, whether it flashes, and whether it is a trial."""
    taken = world.take(
        "send_sms", **MINIMAL, max_parts="1", flash="yes", dry_run="true"
    )
    assert (taken["max_parts"], taken["flash"], taken["dry_run"]) == (1, True, True)
    for wrong in ({"max_parts": 0}, {"max_parts": "many"}, {"flash": "perhaps"}):
        with pytest.raises(vol.Invalid):
            world.take("send_sms", **MINIMAL, **wrong)
    for field in ("max_parts", "flash", "dry_run", "sender"):
        with pytest.raises(vol.Invalid):
            world.take("send_pattern", **PATTERN, **{field: True})


def test_variables_may_be_one_or_several(world: World) -> None:
    """And numbers, as templates make them."""
    for written, taken in (("a", ["a"]), (["a", 5], ["a", "5"]), (("a",), ["a"])):
        found = world.take("send_pattern", **PATTERN, variables=written)
        assert found["variables"] == taken


@pytest.mark.parametrize("action", ["send_sms", "send_pattern"])
def test_the_account_and_the_target_can_be_chosen(world: World, action: str) -> None:
    """As in each of our actions."""
    usual = MINIMAL if action == "send_sms" else PATTERN
    taken = world.take(
        action, **usual, config_entry_id="01FIRST", entity_id="notify.payamak_sara"
    )
    assert taken["config_entry_id"] == "01FIRST"
    assert taken["entity_id"] == ["notify.payamak_sara"]
    with pytest.raises(vol.Invalid):
        world.take(action, **usual, something="else")


def test_the_fields_of_a_text_are_those_of_notify_actions() -> None:
    """They name them where one is wrong."""
    assert [str(field) for field in SMS_FIELDS] == [
        "sender",
        "flash",
        "urgent",
        "retry_for",
    ]


async def test_a_text_is_sent_as_it_is_chosen(world: World) -> None:
    """To those whom the call is for."""
    await world.call("send_sms", **MINIMAL)
    await world.call(
        "send_sms",
        **MINIMAL,
        sender=LINE,
        flash=True,
        urgent=True,
        retry_for=5,
        max_parts=3,
    )
    assert world.sent == [
        Sms(recipients=(), text="سلام"),
        Sms(
            recipients=(),
            text="سلام",
            sender=LINE,
            flash=True,
            urgent=True,
            retry_for=5.0,
            max_parts=3,
        ),
    ]
    assert world.previewed == []


async def test_a_trial_is_not_sent(world: World) -> None:
    """It responds all the same."""
    assert await world.call("send_sms", **MINIMAL, dry_run=True) == {"told": True}
    assert world.previewed == [Sms(recipients=(), text="سلام")]
    assert world.sent == []


async def test_a_pattern_is_sent_as_it_is_chosen(world: World) -> None:
    """It is not urgent, and has the account's patience, unless that is said."""
    await world.call("send_pattern", **PATTERN)
    await world.call(
        "send_pattern", **PATTERN, variables=["a"], urgent=True, retry_for=5
    )
    assert world.sent == [
        PatternSms(
            recipients=(), pattern_id=1234, variables=[], urgent=False, retry_for=None
        ),
        PatternSms(
            recipients=(), pattern_id=1234, variables=["a"], urgent=True, retry_for=5.0
        ),
    ]
    assert isinstance(world.sent[0].urgent, bool)


@pytest.mark.parametrize("action", ["send_sms", "send_pattern"])
async def test_a_delivery_is_waited_for_where_that_is_wanted(
    world: World, action: str
) -> None:
    """Then it is in the response."""
    usual = MINIMAL if action == "send_sms" else PATTERN
    for seconds in (0, 30):
        response = await world.call(action, **usual, wait_for_delivery=seconds)
        assert response == {"told": True}
    assert world.waited == [30]
    assert world.told == [
        {"rows": 1, "cost": Decimal(5), "with_delivery": waits}
        for waits in (False, True)
    ]


async def test_whoever_reads_the_response_can_do_without_an_error(
    world: World,
) -> None:
    """For a part of those whom it was for."""
    for reads in (False, True):
        await world.call("send_sms", **MINIMAL, return_response=reads)
    assert world.failures == [False, True]
