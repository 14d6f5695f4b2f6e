"""The actions for alerts by themselves: which account they go to, what they refuse, and what they respond."""

from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.payamak.account.errors import Explainer
from custom_components.payamak.alerts import actions as module
from custom_components.payamak.alerts.plan import Steps
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import AlertPerson, AlertState, AlertStep
from tests.integration.conftest import OMID, SARA

from .around_alerts import (
    OMID_IS_TOLD,
    OVER,
    SARA_IS_TOLD,
    SMOKE,
    World,
    alert_row,
    step,
)

type Action = Callable[[ServiceCall], Coroutine[Any, Any, dict[str, Any]]]


class OtherAlerts:
    """The alerts of another account: all that it is asked for goes well."""

    def __init__(self) -> None:
        """Begin with one alert that is open."""
        self.asked: list[tuple[str, ...]] = []

    def find_open(self, alert_id: str) -> Any:
        """Find the alert that is open."""
        return alert_row("Z", alert_id="flood") if alert_id == "flood" else None

    async def async_acknowledge(self, alert_id: str, who: Any) -> Sequence[object]:
        """Note who has two alerts."""
        self.asked.append(("acknowledge", alert_id, who.name))
        return [object(), object()]

    async def async_resolve(self, alert_id: str) -> object:
        """Note what is over."""
        self.asked.append(("resolve", alert_id))
        return object()


class Home:
    """A home with three accounts; the last one is not at work."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Register the actions."""
        self.world = world
        self.other = OtherAlerts()
        self.alerts = world.alerts()
        self.steps_asked: list[tuple[object, object]] = []
        self.steps: tuple[AlertStep, ...] = (
            step(SARA_IS_TOLD, OMID_IS_TOLD),
            step(OMID_IS_TOLD),
        )
        self.actions: dict[str, Action] = {}
        self.entry = entry_of(self.alerts, Decimal(100))
        self.second = entry_of(self.other, None)
        third = SimpleNamespace(state=ConfigEntryState.SETUP_RETRY)
        self.entries = {"01FIRST": self.entry, "01SECOND": self.second, "03": third}
        world.services = SimpleNamespace(async_register=self._register)
        world.auth = SimpleNamespace(async_get_user=self._user)
        this: Any = world
        monkeypatch.setattr(module, "async_steps", self._find_steps)
        monkeypatch.setattr(module, "async_accounts", self._accounts)
        monkeypatch.setattr(module, "loaded_account", self._account)
        monkeypatch.setattr(Explainer, "async_load", self._explainer)
        module.async_setup_alerts(this)

    async def call(
        self,
        action: str,
        user: str | None = None,
        *,
        return_response: bool = True,
        **fields: Any,
    ) -> dict[str, Any]:
        """Call an action."""
        hass: Any = self.world
        call = ServiceCall(
            hass,
            "payamak",
            action,
            fields,
            Context(user_id=user),
            return_response,
        )
        return await self.actions[action](call)

    async def raise_smoke(self, *, asks: bool = True, **changes: Any) -> dict[str, Any]:
        """Raise an alert about smoke."""
        fields: dict[str, Any] = {
            "alert_id": "smoke",
            "message": SMOKE,
            "steps": ["as written"],
            "rounds": 1,
            "resolved_message": "",
            "dry_run": False,
        }
        return await self.call("raise_alert", return_response=asks, **fields | changes)

    def _register(
        self, _domain: str, name: str, action: Action, **_how: object
    ) -> None:
        self.actions[name] = action

    async def _user(self, user_id: str) -> Any:
        assert user_id
        return SimpleNamespace(name="Mina") if user_id == "mina" else None

    async def _find_steps(self, hass: object, written: object, entry: Any) -> Steps:
        assert hass is self.world
        self.steps_asked.append((written, entry))
        return Steps(entry=self.entry, steps=self.steps)

    def _accounts(self, hass: object) -> list[Any]:
        assert hass is self.world
        return list(self.entries.values())

    def _account(self, hass: object, entry_id: str) -> Any:
        assert hass is self.world
        return self.entries[entry_id]

    async def _explainer(self, hass: object) -> Explainer:
        assert hass is self.world
        names = ("no_credit",)
        prefix = "component.payamak.exceptions."
        return Explainer({f"{prefix}{name}.message": "No credit." for name in names})


def entry_of(alerts: Any, price: Decimal | None) -> Any:
    """Give an account that is at work."""
    return SimpleNamespace(
        state=ConfigEntryState.LOADED,
        runtime_data=SimpleNamespace(
            alerts=alerts,
            coordinator=SimpleNamespace(data=SimpleNamespace(base_price=price)),
        ),
    )


@pytest.fixture
async def home(world: World, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Give a home without open alerts, but for one of the second account."""
    return Home(world, monkeypatch)


async def test_an_alert_is_raised_as_it_is_written(world: World, home: Home) -> None:
    """The response tells of its first texts."""
    response = await home.raise_smoke(
        config_entry_id="01FIRST", rounds=3, pin="1234", resolved_message=f" {OVER}\n"
    )
    assert home.steps_asked == [(["as written"], "01FIRST")]
    [row] = world.book
    assert (row.alert_id, row.message, row.resolved_message) == ("smoke", SMOKE, OVER)
    assert (row.pin, row.rounds, row.steps) == ("1234", 3, home.steps)
    messages = response.pop("messages")
    assert [each["recipient"] for each in messages] == [SARA, OMID]
    assert not any("delivery" in each for each in messages)
    units = world.sent[0].measure().tariff_units
    assert units is not None
    assert response == {
        "alert_id": "smoke",
        "state": "open",
        "raised": True,
        "acknowledged_by": None,
        "accepted": 2,
        "queued": 0,
        "failed": 0,
        "unknown": 0,
        "parts": 2,
        "estimated_cost": 2 * units * 100,
    }


async def test_an_alert_may_be_for_any_account(world: World, home: Home) -> None:
    """And have no PIN."""
    await home.raise_smoke()
    assert home.steps_asked == [(["as written"], None)]
    [row] = world.book
    assert row.pin is None


async def test_what_is_open_over_another_account_stays_as_it_is(
    world: World, home: Home
) -> None:
    """Whoever is told first now."""
    response = await home.raise_smoke(alert_id="flood")
    assert (response["alert_id"], response["raised"]) == ("flood", False)
    assert (response["accepted"], response["messages"]) == (0, [])
    # That account doesn't know its price.
    assert response["estimated_cost"] is None
    assert list(world.book) == []
    response = await home.raise_smoke(alert_id="flood", config_entry_id="01FIRST")
    assert response["raised"] is True


async def test_a_first_step_in_vain_is_told_with_the_second(
    world: World, home: Home
) -> None:
    """All rows and all parts are in the response."""
    home.steps = (step(SARA_IS_TOLD), step(OMID_IS_TOLD))
    world.becomes[SARA] = SmsState.FAILED
    response = await home.raise_smoke(asks=False)
    assert (response["failed"], response["accepted"]) == (1, 1)
    assert response["state"] == "open"
    assert response["parts"] == 2
    assert [each["recipient"] for each in response["messages"]] == [SARA, OMID]


async def test_an_alert_in_vain_raises_where_nobody_asks(
    world: World, home: Home
) -> None:
    """Who asks gets the response."""
    world.becomes |= dict.fromkeys((SARA, OMID), SmsState.FAILED)
    with pytest.raises(HomeAssistantError) as raised:
        await home.raise_smoke(asks=False)
    assert raised.value.translation_key == "not_accepted"
    response = await home.raise_smoke()
    assert (response["state"], response["raised"]) == ("unanswered", True)
    assert response["failed"] == 3


async def test_an_alert_that_reaches_one_of_two_raises_nothing(
    world: World, home: Home
) -> None:
    """The other one may have it."""
    world.becomes[SARA] = SmsState.FAILED
    response = await home.raise_smoke(asks=False)
    assert (response["failed"], response["accepted"]) == (1, 1)


@pytest.mark.parametrize("name", ["Mina", None])
async def test_the_response_tells_who_has_it_already(
    world: World, home: Home, name: str | None
) -> None:
    """Somebody pressed the button while the texts left; they have a name, or none."""

    def acknowledge() -> None:
        [row] = world.book
        who = AlertPerson(number="", name=name)
        world.change(row.key, state=AlertState.ACKNOWLEDGED, took_it=who)

    world.on_send = acknowledge
    response = await home.raise_smoke()
    assert response["state"] == "acknowledged"
    assert response["acknowledged_by"] == name


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"message": " "}, "empty_message"),
        ({"message": "a" * 2000}, "too_many_parts"),
        ({"resolved_message": "a" * 2000}, "too_many_parts"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
async def test_what_can_not_be_sent_is_refused(
    world: World, home: Home, changes: dict[str, Any], error: str, dry_run: bool
) -> None:
    """Also in a dry run."""
    with pytest.raises(ServiceValidationError) as raised:
        await home.raise_smoke(dry_run=dry_run, **changes)
    assert raised.value.translation_key == error
    assert list(world.book) == []


async def test_a_text_for_the_end_may_be_missing(world: World, home: Home) -> None:
    """White space is none."""
    await home.raise_smoke(resolved_message=" \n ")
    [row] = world.book
    assert row.resolved_message == ""


async def test_a_dry_run_counts_the_longest_texts(world: World, home: Home) -> None:
    """With a code, with the name of the first one, and with the text for the end."""
    # With the code it has two parts, without it one.
    message = "a" * 150
    response = await home.raise_smoke(
        dry_run=True, rounds=2, message=message, resolved_message="b" * 161
    )
    # Three in each round; then two get that somebody has it, and that it is over.
    assert response["texts"] == 3 * 2 + 2 + 2
    assert response["people"] == 2
    assert response["parts"] == 3 * 2 * 2 + 2 * 1 + 2 * 2
    assert response["estimated_cost"] > 0
    assert world.sent == []
    assert list(world.book) == []
    without = await home.raise_smoke(dry_run=True, rounds=2, message=message)
    assert (without["texts"], without["parts"]) == (3 * 2 + 2, 3 * 2 * 2 + 2 * 1)


@pytest.mark.parametrize(("length", "parts"), [(145, 1), (146, 2)])
async def test_a_dry_run_counts_two_digits(home: Home, length: int, parts: int) -> None:
    """The code is not known yet; there is no shorter one."""
    home.steps = (step(SARA_IS_TOLD),)
    response = await home.raise_smoke(dry_run=True, message="a" * length)
    assert response["parts"] == parts + 1


async def test_a_dry_run_counts_the_name_of_the_first(world: World, home: Home) -> None:
    """In Persian letters the notice costs more parts."""
    long_name = AlertPerson(number=SARA, name="سارا " * 14)
    home.steps = (step(long_name, OMID_IS_TOLD),)
    response = await home.raise_smoke(dry_run=True)
    assert response["parts"] == 2 + 2 * 2


async def test_a_dry_run_leaves_what_is_open_alone(world: World, home: Home) -> None:
    """It tells what another one would cost."""
    await home.raise_smoke()
    assert (await home.raise_smoke(dry_run=True))["people"] == 2
    assert len(list(world.book)) == 1


@pytest.mark.parametrize(
    ("user", "name"), [(None, None), ("mina", "Mina"), ("gone", None)]
)
async def test_who_is_logged_in_has_it(
    world: World, home: Home, user: str | None, name: str | None
) -> None:
    """An automation has no name, nor has a user who was removed."""
    await home.raise_smoke()
    response = await home.call("acknowledge_alert", user, alert_id="smoke")
    assert response == {"acknowledged": 3}
    [row] = world.book
    assert row.took_it == AlertPerson(number="", name=name)
    assert home.other.asked == [("acknowledge", "smoke", name)]


async def test_the_account_can_be_chosen(world: World, home: Home) -> None:
    """What another one has of the same word stays as it is."""
    await home.raise_smoke()
    chosen: dict[str, Any] = {"alert_id": "smoke", "config_entry_id": "01SECOND"}
    assert await home.call("acknowledge_alert", **chosen) == {"acknowledged": 2}
    assert await home.call("resolve_alert", **chosen) == {"resolved": 1}
    [row] = world.book
    assert row.is_open
    assert home.other.asked == [
        ("acknowledge", "smoke", None),
        ("resolve", "smoke"),
    ]


async def test_an_alert_is_over_in_all_accounts(world: World, home: Home) -> None:
    """An account without it isn't counted."""
    await home.raise_smoke()
    assert await home.call("resolve_alert", alert_id="smoke") == {"resolved": 2}
    [row] = world.book
    assert row.state is AlertState.RESOLVED
    assert await home.call("resolve_alert", alert_id="smoke") == {"resolved": 1}
