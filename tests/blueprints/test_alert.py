"""The blueprint that alerts by SMS and does something else when that does not arrive."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Delivery, Gateway
from simulator.faults import Code, Maintenance, WithoutId
from tests.integration.conftest import MINA, OMID, SARA, sent_calls
from tests.integration.story.people import REZA, second_account

from .conftest import Automate, Done, let_pass, runs
from .sms import settle

BLUEPRINT = "alert_until_delivered"
INPUTS: dict[str, Any] = {
    "triggers": [{"trigger": "event", "event_type": "leak"}],
    "recipients": ["Sara"],
    "message": "نشت آب در {{ trigger.event.data.room }}",
    "fallback": [
        {
            "event": "done",
            "event_data": {
                "not_delivered": "{{ not_delivered }}",
                "numbers": "{{ not_delivered_numbers }}",
                "delivered_to": "{{ delivered_to }}",
            },
        }
    ],
}


class Alarm:
    """A leak, and the time after it."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        automate: Automate,
    ) -> None:
        """Keep where it happens."""
        self._hass = hass
        self._freezer = freezer
        self._gateway = gateway
        self._automate = automate

    async def go_off(self, **inputs: Any) -> None:
        """Set the automation up, and let the alarm go off."""
        await self._automate(BLUEPRINT, **(INPUTS | inputs))
        self.began = dt_util.utcnow()
        self._hass.bus.async_fire("leak", {"room": "آشپزخانه"})
        await settle(self._hass, self._gateway)

    async def after(self, seconds: int) -> None:
        """Go on to a time after the leak."""
        passed = (dt_util.utcnow() - self.began).total_seconds()
        await let_pass(
            self._hass, self._freezer, self._gateway, seconds - round(passed)
        )

    def elapsed(self, event: Event[dict[str, Any]]) -> float:
        """Tell how long after the leak something happened."""
        return (event.time_fired - self.began).total_seconds()

    @property
    def over(self) -> bool:
        """Tell whether the automation has come to its end."""
        return runs(self._hass) == 0


@pytest.fixture
def alarm(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    automate: Automate,
) -> Alarm:
    """Give an alarm in a home with a family."""
    return Alarm(hass, freezer, gateway, automate)


def stall(gateway: Gateway, *numbers: str) -> None:
    """Let messages to some numbers get no further than to the operator."""
    for number in numbers:
        gateway.set_outcome(number, Delivery.REACHED_OPERATOR)


async def test_a_message_that_arrives_in_time_ends_it(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """The text's template is filled in; the fallback does not run."""
    await alarm.go_off()
    await alarm.after(20)
    assert alarm.over
    await alarm.after(600)
    assert done == []
    [sms] = gateway.phone(SARA).messages
    assert sms.text == "نشت آب در آشپزخانه"


async def test_a_message_that_arrives_late_but_in_time_ends_it(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """It is asked for after the action has stopped waiting for it."""
    gateway.delivery_time = timedelta(seconds=200)
    await alarm.go_off(minutes=4)
    await alarm.after(195)
    assert not alarm.over
    await alarm.after(300)
    assert alarm.over
    assert done == []


@pytest.mark.parametrize(
    "outcome", [Delivery.UNDELIVERED, Delivery.BLACKLISTED, Delivery.FILTERED]
)
async def test_a_message_that_fails_leads_to_the_fallback_at_once(
    alarm: Alarm, gateway: Gateway, done: Done, outcome: Delivery
) -> None:
    """Whatever the operator's reason."""
    gateway.set_outcome(SARA, outcome)
    await alarm.go_off()
    await alarm.after(20)
    [event] = done
    assert event.data == {
        "not_delivered": ["Sara"],
        "numbers": [SARA],
        "delivered_to": [],
    }
    assert alarm.over


async def test_a_message_that_fails_late_leads_to_the_fallback_at_the_next_question(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """It does not wait for the end of the time."""
    gateway.delivery_time = timedelta(seconds=100)
    gateway.set_outcome(SARA, Delivery.UNDELIVERED)
    await alarm.go_off(minutes=10)
    await alarm.after(600)
    [event] = done
    assert alarm.elapsed(event) == 100


@pytest.mark.parametrize("minutes", [1, 5, 10, 60])
async def test_a_message_that_stalls_leads_to_the_fallback_when_the_time_is_over(
    alarm: Alarm, gateway: Gateway, done: Done, minutes: int
) -> None:
    """To the second, and not before."""
    stall(gateway, SARA)
    await alarm.go_off(minutes=minutes)
    await alarm.after(minutes * 60 - 5)
    assert done == []
    await alarm.after(minutes * 60 + 120)
    [event] = done
    assert alarm.elapsed(event) == minutes * 60
    assert event.data["not_delivered"] == ["Sara"]
    assert alarm.over


async def test_the_time_to_wait_is_five_minutes_if_nothing_else_is_said(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """The default of the form."""
    stall(gateway, SARA)
    await alarm.go_off()
    await alarm.after(400)
    assert [alarm.elapsed(event) for event in done] == [300]


async def test_after_three_minutes_it_is_asked_for_once_a_minute(
    alarm: Alarm, gateway: Gateway
) -> None:
    """An hour of waiting must not be an hour of questions; those of the integration itself come on top."""
    stall(gateway, SARA)
    await alarm.go_off(minutes=60)
    await alarm.after(240)
    gateway.calls.clear()
    await alarm.after(3600)
    asked = sum(call.method == "GetDeliveries2" for call in gateway.calls)
    assert 56 <= asked <= 62


async def test_a_refused_message_leads_to_the_fallback_at_once(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """The gateway took nothing, so the names are those that were written."""
    gateway.fault("SendSMS", Code(2))
    await alarm.go_off(recipients=["Sara", OMID])
    [event] = done
    assert alarm.elapsed(event) == 0
    assert event.data == {
        "not_delivered": ["Sara", OMID],
        "numbers": ["Sara", OMID],
        "delivered_to": [],
    }


async def test_a_gateway_that_is_away_leads_to_the_fallback_at_once(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """Nobody waits for what was not sent."""
    gateway.fault("SendSMS", Maintenance(), times=None)
    await alarm.go_off()
    assert [alarm.elapsed(event) for event in done] == [0]


async def test_a_message_that_waits_and_then_arrives_in_time_ends_it(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """The gateway is asked for it by the id that it gave later."""
    gateway.fault("SendSMS", Code(6), times=2)
    gateway.delivery_time = timedelta(seconds=45)
    await alarm.go_off(minutes=5)
    await alarm.after(25)
    assert gateway.phone(SARA).messages == []
    assert not alarm.over
    await alarm.after(295)
    assert len(gateway.phone(SARA).messages) == 1
    assert alarm.over
    assert done == []


async def test_a_message_that_waits_leads_to_the_fallback_when_the_time_is_over(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """Until then the gateway may come back; afterwards the message is still sent."""
    gateway.fault("SendSMS", Code(6), times=None)
    await alarm.go_off(recipients=["Sara", OMID], minutes=3)
    await alarm.after(200)
    [event] = done
    assert alarm.elapsed(event) == 180
    assert event.data["numbers"] == [SARA, OMID]
    gateway.clear_faults()
    await alarm.after(600)
    assert len(gateway.phone(SARA).messages) == 1


async def test_a_message_that_is_refused_after_it_has_waited_leads_to_the_fallback(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """It is certain by then, whatever time is left."""
    gateway.fault("SendSMS", Code(6))
    gateway.phone(SARA).blacklisted = True
    await alarm.go_off(minutes=10)
    await alarm.after(100)
    [event] = done
    assert 40 <= alarm.elapsed(event) <= 80


@pytest.mark.parametrize(
    "inputs",
    [
        {"message": "{{ 1 / 0 }}"},
        {"message": "{{ trigger.event.data.level | float }}"},
        {"message": "  "},
        {"message": "{{ none }}"},
        {"recipients": ["Nobody"]},
        {"recipients": []},
        {"account": "no-such-account"},
    ],
    ids=lambda inputs: next(iter(inputs)),
)
async def test_a_mistake_in_the_form_leads_to_the_fallback_at_once(
    alarm: Alarm, gateway: Gateway, done: Done, inputs: dict[str, Any]
) -> None:
    """An alert that can't be sent is one that does not arrive."""
    await alarm.go_off(**inputs)
    assert sent_calls(gateway) == []
    assert [alarm.elapsed(event) for event in done] == [0]


async def test_a_message_that_cannot_be_followed_counts_as_not_delivered_when_the_time_is_over(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """It may well have arrived, so the fallback does not run before."""
    gateway.fault("SendSMS", WithoutId())
    await alarm.go_off(minutes=2)
    await alarm.after(115)
    assert done == []
    await alarm.after(180)
    assert [alarm.elapsed(event) for event in done] == [120]


async def test_one_of_several_who_gets_nothing_is_enough(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """The fallback runs although another message is still on its way, and learns the name of whom has one."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    stall(gateway, MINA)
    await alarm.go_off(recipients=["Sara", "امید", MINA])
    await alarm.after(20)
    [event] = done
    assert event.data == {
        "not_delivered": ["امید", MINA],
        "numbers": [OMID, MINA],
        "delivered_to": ["Sara"],
    }


async def test_one_of_several_who_gets_it_can_be_enough(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """Then the fallback is for an alert that reached nobody."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    stall(gateway, MINA)
    await alarm.go_off(recipients=["خانواده"], fallback_when="nobody")
    await alarm.after(20)
    assert alarm.over
    await alarm.after(600)
    assert done == []


async def test_nobody_who_gets_it_leads_to_the_fallback_when_that_is_certain(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """One name for several numbers is told once."""
    gateway.set_outcome(SARA, Delivery.REJECTED)
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    stall(gateway, MINA)
    await alarm.go_off(recipients=["خانواده"], fallback_when="nobody")
    await alarm.after(60)
    assert done == []
    gateway.set_outcome(gateway.phone(MINA).messages[0].rec_id, Delivery.UNDELIVERED)
    await alarm.after(80)
    [event] = done
    assert event.data["not_delivered"] == ["خانواده"]
    assert event.data["numbers"] == [SARA, OMID, MINA]


async def test_a_status_that_nobody_knows_is_not_the_last_word(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """The message is asked for again."""
    stall(gateway, SARA)
    await alarm.go_off(minutes=5)
    await alarm.after(30)
    [sms] = gateway.phone(SARA).messages
    gateway.set_outcome(sms.rec_id, 77)
    await alarm.after(90)
    assert not alarm.over
    gateway.set_outcome(sms.rec_id, Delivery.DELIVERED)
    await alarm.after(120)
    assert alarm.over
    assert done == []


async def test_more_than_twenty_messages_are_asked_for_by_turns(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """A failure is found wherever it stands in the list."""
    numbers = [f"093500000{n:02}" for n in range(50)]
    stall(gateway, *numbers)
    await alarm.go_off(recipients=numbers, minutes=10)
    await alarm.after(40)
    last = gateway.phone(numbers[-1]).messages[0]
    gateway.set_outcome(last.rec_id, Delivery.UNDELIVERED)
    await alarm.after(120)
    [event] = done
    assert event.data["not_delivered"] == numbers


async def test_a_gateway_that_does_not_say_is_left_alone_until_the_time_is_over(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """After three rounds without an answer there is only one more, and what it says counts."""
    stall(gateway, SARA)
    await alarm.go_off(minutes=10)
    await alarm.after(100)
    gateway.fault("GetDeliveries2", Code(6), times=None)
    gateway.calls.clear()
    await alarm.after(590)
    asked = sum(call.method == "GetDeliveries2" for call in gateway.calls)
    assert asked <= 3 + 5
    gateway.clear_faults()
    gateway.set_outcome(gateway.phone(SARA).messages[0].rec_id, Delivery.DELIVERED)
    await alarm.after(700)
    assert alarm.over
    assert done == []


async def test_a_wrong_password_does_not_block_the_address(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """Not even one that becomes wrong while the message is followed."""
    stall(gateway, SARA)
    await alarm.go_off(minutes=30)
    await alarm.after(60)
    gateway.accounts["sara"].password = "changed"
    await alarm.after(1900)
    assert list(gateway.blocks) == []
    assert [alarm.elapsed(event) for event in done] == [1800]


async def test_every_alarm_is_followed_by_itself(
    hass: HomeAssistant,
    alarm: Alarm,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    done: Done,
) -> None:
    """A second leak does not end the waiting for the first."""
    stall(gateway, SARA)
    await alarm.go_off(minutes=5)
    await alarm.after(60)
    hass.bus.async_fire("leak", {"room": "زیرزمین"})
    await settle(hass, gateway)
    assert runs(hass) == 2
    await alarm.after(500)
    assert [alarm.elapsed(event) for event in done] == [300, 360]


async def test_the_conditions_of_the_form_count(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """Nothing is sent when they don't hold."""
    await alarm.go_off(
        conditions=[{"condition": "template", "value_template": "{{ false }}"}]
    )
    assert sent_calls(gateway) == []
    assert done == []


async def test_one_of_several_accounts_can_be_chosen(
    hass: HomeAssistant, alarm: Alarm, gateway: Gateway, gateway_url: str, done: Done
) -> None:
    """Its line sends, and its deliveries are asked for."""
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    gateway.delivery_time = timedelta(seconds=70)
    await alarm.go_off(account=other.entry_id, recipients=["Reza"])
    await alarm.after(400)
    [call] = sent_calls(gateway)
    assert call["username"] == "omid"
    assert alarm.over
    assert done == []


@pytest.mark.parametrize(("stalls", "fallbacks"), [(False, []), (True, [120])])
@pytest.mark.parametrize("who", ["Sara", "Reza"])
async def test_of_several_accounts_none_needs_to_be_chosen(
    hass: HomeAssistant,
    alarm: Alarm,
    gateway: Gateway,
    gateway_url: str,
    done: Done,
    who: str,
    stalls: bool,
    fallbacks: list[int],
) -> None:
    """The account follows from the names, and what takes long is followed over each."""
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    gateway.delivery_time = timedelta(seconds=70)
    if stalls:
        stall(gateway, SARA if who == "Sara" else REZA)
    await alarm.go_off(minutes=2, recipients=[who])
    await alarm.after(200)
    [call] = sent_calls(gateway)
    assert call["username"] == ("sara" if who == "Sara" else "omid")
    assert [alarm.elapsed(event) for event in done] == fallbacks


async def test_an_account_that_is_not_loaded_leads_to_the_fallback(
    hass: HomeAssistant, alarm: Alarm, family_home: MockConfigEntry, done: Done
) -> None:
    """It may be disabled, or wait for its password."""
    assert await hass.config_entries.async_unload(family_home.entry_id)
    await alarm.go_off()
    assert len(done) == 1


async def test_recipients_can_be_picked_and_added_to(
    alarm: Alarm, gateway: Gateway, done: Done
) -> None:
    """Those who are picked are followed like those who are written."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    stall(gateway, MINA)
    await alarm.go_off(people={"entity_id": ["notify.payamak_omid"]}, recipients=[MINA])
    await alarm.after(20)
    assert [event.data["not_delivered"] for event in done] == [["امید", MINA]]


@pytest.mark.parametrize("picked", ["notify.payamak_omid", ["notify.payamak_omid"]])
async def test_of_an_alert_that_cannot_be_sent_the_names_are_told_of_those_who_are_picked(
    alarm: Alarm, gateway: Gateway, done: Done, picked: str | list[str]
) -> None:
    """Nobody has told who they are then."""
    await alarm.go_off(people={"entity_id": picked}, recipients=[MINA], message=" ")
    assert sent_calls(gateway) == []
    [event] = done
    assert event.data["not_delivered"] == ["امید", MINA]
