"""The action that asks by itself: how the question leaves, what ends the wait, and what is called back."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, ServiceCall
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.payamak.account.errors import Explainer
from custom_components.payamak.account.signals import signal_deliveries_changed
from custom_components.payamak.alerts import ask as module
from custom_components.payamak.alerts.matters import Matters
from custom_components.payamak.alerts.question import Question
from custom_components.payamak.alerts.sentences import Answers
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.people.addressed import Addressed
from custom_components.payamak.sending.message import Sms
from tests.integration.conftest import OMID, SARA
from tests.integration.story.turns import turns

from .around_alerts import ENTRY, NOON, OTHER_ENTRY, World, alert_row

LOADED, AWAY = ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY


class Home:
    """A home that can ask Sara over one account; Omid's account is not at work."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Register the action."""
        self.world = world
        self.polls = 0
        self.listeners: dict[object, Callable[[], None]] = {}
        self.action: Any = None
        self.people = [SARA]
        data = SimpleNamespace(
            ledger=world.ledger,
            inbox=SimpleNamespace(async_answer_is_awaited=self._poll),
            road=SimpleNamespace(outbox=world),
        )
        self.entries: list[Any] = [
            SimpleNamespace(entry_id=ENTRY, state=LOADED, runtime_data=data),
            SimpleNamespace(entry_id=OTHER_ENTRY, state=AWAY),
        ]
        world.services = SimpleNamespace(async_register=self._register)
        this: Any = world
        monkeypatch.setattr(module, "matters_of", self._matters_of)
        monkeypatch.setattr(module, "async_addressed", self._addressed)
        monkeypatch.setattr(module, "async_send", self._send)
        monkeypatch.setattr(module, "async_dispatcher_connect", self._connect)
        monkeypatch.setattr(Explainer, "async_load", self._explainer)
        module.async_setup_ask(this)

    async def ask(self, **changes: Any) -> asyncio.Future[dict[str, Any]]:
        """Ask whether to open."""
        fields: dict[str, Any] = {
            "message": "Open?",
            "answers": Answers.of([]),
            # By a real clock: what never ends must end soon.
            "timeout": 5.0,
            "urgent": False,
        }
        hass: Any = self.world
        call = ServiceCall(hass, "payamak", "ask", fields | changes, Context(), True)
        asking: asyncio.Future[dict[str, Any]] = asyncio.ensure_future(
            self.action(call)
        )
        await turns()
        return asking

    @property
    def question(self) -> Question:
        """Return the question that was asked last."""
        question = self.world.matters._matters[-1]
        assert isinstance(question, Question)
        return question

    async def hear(self, text: str = "yes", **changes: Any) -> None:
        """Let an answer come in."""
        sms = self.world.received(text, **changes)
        heard = self.world.matters.hear(sms)
        assert heard is not None
        assert heard.matter.take(sms, heard.answer) == []
        await turns()

    def _register(
        self, _domain: str, _name: str, action: object, **_how: object
    ) -> None:
        self.action = action

    def _poll(self) -> None:
        assert self.world.matters.is_answer_awaited(ENTRY)
        self.polls += 1

    def _matters_of(self, hass: object) -> Matters:
        assert hass is self.world
        return self.world.matters

    async def _addressed(self, call: ServiceCall) -> Sequence[Any]:
        assert call.data["message"] == "Open?"
        first = [Recipient(number=each, name="Sara") for each in self.people]
        other = [Recipient(number=OMID, name="Omid")]
        both = zip(self.entries, (first, other), strict=True)
        return [Addressed(entry=entry, recipients=who) for entry, who in both]

    async def _send(self, addressed: Sequence[Any], sms: Sms) -> Any:
        assert sms.recipients == ()
        theirs = Sms(
            recipients=addressed[0].recipients,
            text=sms.text,
            urgent=sms.urgent,
            retry_for=sms.retry_for,
            purpose=sms.purpose,
            is_wanted=sms.is_wanted,
        )
        report = await self.world.async_send(theirs)
        return SimpleNamespace(report=report, entry_ids=[ENTRY])

    def _connect(
        self, hass: object, signal: object, target: Callable[[], None]
    ) -> Callable[[], object]:
        assert hass is self.world
        self.listeners[signal] = target
        return lambda: self.listeners.pop(signal)

    async def _explainer(self, hass: object) -> Explainer:
        assert hass is self.world
        return Explainer({"component.payamak.exceptions.no_credit.message": "No."})


@pytest.fixture
async def home(world: World, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Give a home in which nothing is asked."""
    return Home(world, monkeypatch)


@pytest.mark.parametrize(("seconds", "minutes"), [(90.0, 1.5), (3600.0, 60.0)])
@pytest.mark.parametrize("urgent", [True, False])
async def test_a_question_leaves_as_long_as_it_is_waited_for(
    world: World, home: Home, seconds: float, minutes: float, urgent: bool
) -> None:
    """It is urgent where the call says so."""
    asking = await home.ask(timeout=seconds, urgent=urgent)
    [sms] = world.sent
    assert [each.number for each in sms.recipients] == [SARA]
    assert sms.text == "Open?"
    assert sms.retry_for == minutes
    assert sms.urgent is urgent
    assert sms.purpose == home.question.purpose
    assert sms.is_wanted() is True
    await home.hear()
    assert asking.done()
    assert sms.is_wanted() is False


async def test_the_answer_is_the_response(world: World, home: Home) -> None:
    """Its time is that of the panel, else that of the poll."""
    asking = await home.ask(
        answers=Answers.of([{"id": "at", "sentences": ["at {time}"]}])
    )
    came_in_at = datetime.fromtimestamp(NOON + 30, UTC)
    await home.hear("At 7", came_in_at=came_in_at)
    response = await asking
    [row] = response.pop("messages")
    assert (row["recipient"], row["status"]) == (SARA, "accepted")
    assert "delivery" not in row
    assert response == {
        "answered": True,
        "id": "at",
        "text": "At 7",
        "recipient": SARA,
        "name": "Sara",
        "message_id": "7",
        "answered_at": datetime.fromtimestamp(NOON, UTC).isoformat(),
        "slots": {"time": "7"},
    }
    asking = await home.ask()
    await home.hear(sent_at=None, came_in_at=came_in_at)
    assert (await asking)["answered_at"] == came_in_at.isoformat()


async def test_no_answer_in_time_is_no_error(world: World, home: Home) -> None:
    """All that an answer would have is there, too."""
    response = await (await home.ask(timeout=0.01))
    assert len(response.pop("messages")) == 1
    assert response == {
        "answered": False,
        "id": None,
        "text": None,
        "recipient": None,
        "name": None,
        "message_id": None,
        "answered_at": None,
        "slots": {},
    }


async def test_while_a_question_is_open_answers_are_polled_for(
    world: World, home: Home
) -> None:
    """Over the accounts that are at work; afterwards nothing of it is left."""
    asking = await home.ask(pin="1234")
    question = home.question
    assert (question.code, question.pin) == (11, "1234")
    assert question.is_for(SARA)
    # Somebody may be asked over an account that comes back later.
    assert question.is_for(OMID)
    assert list(home.listeners) == [signal_deliveries_changed(ENTRY)]
    await home.hear("yes 1234")
    assert (await asking)["text"] == "yes"
    assert not world.matters.is_answer_awaited(ENTRY)
    assert home.listeners == {}
    assert not question.is_open
    assert world.purposes.rows(question.purpose) == {}


async def test_the_wait_ends_when_nobody_can_be_reached(
    world: World, home: Home
) -> None:
    """Not when one of two can't be."""
    home.people = [SARA, "09120000009"]
    asking = await home.ask()
    rows = list(world.purposes.rows(home.question.purpose).values())
    for row in rows:
        assert not asking.done()
        row.state = SmsState.UNDELIVERED
        home.listeners[signal_deliveries_changed(ENTRY)]()
        await turns()
    assert asking.done()
    assert (await asking)["answered"] is False


@pytest.mark.parametrize("disk_takes", [True, False])
async def test_only_what_waits_is_called_back(
    world: World, home: Home, disk_takes: bool
) -> None:
    """Other texts of the account wait on, and a full disk is no error of the question."""
    home.people = [SARA, "09120000009"]
    world.becomes[SARA] = SmsState.WAITING
    asking = await home.ask()
    purpose = home.question.purpose
    world.text("A:0", SARA, state=SmsState.WAITING)
    world.disk_takes = disk_takes
    await home.hear(sender="09120000009")
    assert (await asking)["answered"] is True
    assert world.cancelled == [[f"{purpose} to {SARA}"]]


async def test_a_question_that_is_called_off_is_forgotten(
    world: World, home: Home
) -> None:
    """What waits of it is called back before."""
    world.becomes[SARA] = SmsState.WAITING
    asking = await home.ask()
    question = home.question
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert world.cancelled == [[f"{question.purpose} to {SARA}"]]
    assert not world.matters.is_answer_awaited(ENTRY)
    assert not question.is_open


async def test_a_question_that_nobody_got_is_an_error(world: World, home: Home) -> None:
    """One of two is enough."""
    home.people = [SARA, "09120000009"]
    world.becomes[SARA] = SmsState.FAILED
    asking = await home.ask()
    assert not asking.done()
    await home.hear(sender="09120000009")
    statuses = [row["status"] for row in (await asking)["messages"]]
    assert statuses == ["failed", "accepted"]
    world.becomes["09120000009"] = SmsState.FAILED
    asking = await home.ask()
    with pytest.raises(HomeAssistantError) as raised:
        await asking
    assert raised.value.translation_key == "not_accepted"
    assert not world.matters.is_answer_awaited(ENTRY)


@pytest.mark.parametrize(("number", "shows"), [(SARA, True), ("09120000009", False)])
async def test_a_code_is_shown_where_it_is_needed(
    world: World, home: Home, number: str, shows: bool
) -> None:
    """Where one of those who are asked may have something else to answer."""
    world.alert(alert_row(steps=alert_row().steps[:1]))
    home.people = [number]
    asking = await home.ask()
    assert home.question.shows_code is shows
    [sms] = world.sent
    code = "\nBegin your reply with 11." if shows else ""
    assert sms.text == f"Open?{code}"
    asking.cancel()


async def test_an_answer_counts_whatever_became_of_the_question(
    world: World, home: Home
) -> None:
    """It came while the gateway still thought about that."""

    def answer() -> None:
        sms = world.received("yes")
        heard = world.matters.hear(sms)
        assert heard is not None
        heard.matter.take(sms, heard.answer)

    world.on_send = answer
    world.becomes[SARA] = SmsState.FAILED
    assert (await (await home.ask()))["answered"] is True


async def test_a_question_in_doubt_may_have_arrived(world: World, home: Home) -> None:
    """Sara may answer, whom nobody knows to have got it; for the other one it failed."""
    home.people = [SARA, "09120000009"]
    world.becomes |= {SARA: SmsState.UNKNOWN, "09120000009": SmsState.FAILED}
    asking = await home.ask()
    assert not asking.done()
    await home.hear()
    statuses = [row["status"] for row in (await asking)["messages"]]
    assert statuses == ["unknown", "failed"]
