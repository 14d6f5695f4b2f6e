"""The forms of repairs, as a browser opens them and fills them in."""

from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.repairs import Issue, Repairs
from custom_components.payamak.repairs import FLOWS
from simulator import Account, Gateway
from simulator.faults import Code, Maintenance, ServerError
from tests.integration.conftest import LINE, OTHER_LINE, SARA
from tests.integration.story.forms import FETCH, let_pass, send, take_calls
from tests.integration.story.login import POLL
from tests.integration.story.people import notify_actions
from tests.integration.story.repairs import Browser, ignore, is_ignored, key

NOT_LOADED = {"type": "abort", "reason": "not_loaded"}


async def lose_line(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, account: Account, *left: str
) -> None:
    """Take the account's line away in the panel, and let a poll find that out."""
    account.lines = list(left)
    await let_pass(hass, freezer, POLL)


async def be_refused(hass: HomeAssistant, gateway: Gateway, code: int) -> None:
    """Let the gateway refuse a message."""
    gateway.fault("SendSMS", Code(code))
    with pytest.raises(HomeAssistantError):
        await send(hass)


async def set_up_with_taken(
    hass: HomeAssistant, entry: MockConfigEntry, *actions: str
) -> None:
    """Set an account up where somebody else has notify actions of these names."""

    async def somebody_elses(_: object) -> None:
        """Stand for another integration's action."""

    for action in actions:
        hass.services.async_register("notify", action, somebody_elses)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert key(hass, entry, "notify_action") == "notify_action_taken"


def proposed(form: dict[str, Any]) -> object:
    """Give what the form's only field is filled in with."""
    [field] = form["data_schema"]
    return field.get("default")


def part(result: dict[str, Any], *names: str) -> dict[str, Any]:
    """Give some parts of a result."""
    return {name: result[name] for name in names}


async def end(hass: HomeAssistant, home: MockConfigEntry, how: str) -> None:
    """Unload an account, or remove it."""
    if how == "removed":
        await hass.config_entries.async_remove(home.entry_id)
    else:
        await hass.config_entries.async_unload(home.entry_id)


async def test_only_repairs_with_a_form_are_offered_for_mending(
    hass: HomeAssistant, home: MockConfigEntry, browser: Browser
) -> None:
    """And each that is offered has one."""
    repairs = Repairs(hass, home.entry_id, home.title)
    for issue in Issue:
        repairs.show(issue, "made_up")
    found = await browser.repairs()
    assert len(found) == len(Issue)
    assert {
        issue for issue in Issue if found[f"{home.entry_id}_{issue}"]["is_fixable"]
    } == FLOWS.keys()


async def test_a_line_that_is_gone_is_exchanged_for_one_of_the_accounts(
    hass: HomeAssistant,
    browser: Browser,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With one reload; the next message goes out over it."""
    await lose_line(hass, freezer, account, OTHER_LINE, "30001234")
    form = await browser.open(home, "sender_line")
    assert part(form, "type", "step_id", "errors") == {
        "type": "form",
        "step_id": "sender",
        "errors": {},
    }
    assert form["description_placeholders"] == {"account": "Payamak", "sender": "…4567"}
    [field] = form["data_schema"]
    assert field["selector"]["select"]["options"] == [OTHER_LINE, "30001234"]
    assert field["selector"]["select"]["custom_value"]
    assert proposed(form) == OTHER_LINE
    take_calls(gateway)
    result = await browser.submit(form, sender="30001234")
    assert result["type"] == "create_entry"
    assert take_calls(gateway) == FETCH
    assert (home.data["sender"], home.data["sender_listed"]) == ("30001234", True)
    assert home.state is ConfigEntryState.LOADED
    assert key(hass, home, "sender_line") is None
    await send(hass)
    [message] = gateway.phone(SARA).messages
    assert message.sender == "30001234"


async def test_a_refused_line_is_exchanged_for_one_that_the_panel_does_not_list(
    hass: HomeAssistant, browser: Browser, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Written in any way; one that can't be a line is an error that keeps what was typed."""
    await be_refused(hass, gateway, 5)
    form = await browser.open(home, "sender_line")
    # Not the one that is refused, which is listed as well.
    assert proposed(form) == OTHER_LINE
    form = await browser.submit(form, sender="my line")
    assert form["errors"] == {"sender": "invalid_sender"}
    [field] = form["data_schema"]
    assert field["description"] == {"suggested_value": "my line"}
    assert key(hass, home, "sender_line") == "sender_line_refused"
    result = await browser.submit(form, sender="۳۰۰۰ ۹۹۹۸")
    assert result["type"] == "create_entry"
    assert (home.data["sender"], home.data["sender_listed"]) == ("30009998", False)
    assert key(hass, home, "sender_line") is None


async def test_the_same_line_is_tried_anew(
    hass: HomeAssistant, browser: Browser, gateway: Gateway, home: MockConfigEntry
) -> None:
    """The panel's support may have mended it: the account is loaded once, and what messages met is over."""
    await be_refused(hass, gateway, 5)
    form = await browser.open(home, "sender_line")
    take_calls(gateway)
    result = await browser.submit(form, sender=LINE)
    assert result["type"] == "create_entry"
    assert take_calls(gateway) == FETCH
    assert key(hass, home, "sender_line") is None


async def test_a_line_that_is_still_gone_is_shown_again(
    hass: HomeAssistant,
    browser: Browser,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The panel may have lost the chosen one by the time the form is sent."""
    await lose_line(hass, freezer, account, OTHER_LINE)
    form = await browser.open(home, "sender_line")
    account.lines = ["30001234"]
    await browser.submit(form, sender=OTHER_LINE)
    assert home.data["sender"] == OTHER_LINE
    assert key(hass, home, "sender_line") == "sender_line_gone"


async def test_without_a_list_of_lines_one_is_typed_in(
    hass: HomeAssistant, browser: Browser, gateway: Gateway, entry: MockConfigEntry
) -> None:
    """Nothing is proposed; the line that was listed before still counts as such."""
    gateway.fault("GetUserNumbers", Maintenance(), times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await be_refused(hass, gateway, 5)
    form = await browser.open(entry, "sender_line")
    [field] = form["data_schema"]
    assert "text" in field["selector"]
    assert proposed(form) is None
    await browser.submit(form, sender=LINE)
    assert (entry.data["sender"], entry.data["sender_listed"]) == (LINE, True)


async def test_an_action_whose_name_is_taken_gets_another_one(
    hass: HomeAssistant, browser: Browser, gateway: Gateway, entry: MockConfigEntry
) -> None:
    """With one reload; a free name is proposed."""
    await set_up_with_taken(hass, entry, "payamak", "payamak_2", "others")
    form = await browser.open(entry, "notify_action")
    assert part(form, "type", "step_id") == {
        "type": "form",
        "step_id": "notify_action",
    }
    assert form["description_placeholders"] == {
        "account": "Payamak",
        "action": "payamak",
    }
    assert proposed(form) == "payamak_3"
    for typed, error in (
        ("My action", "invalid_notify_action"),
        ("others", "notify_action_taken"),
        (" payamak ", "same_notify_action"),
    ):
        form = await browser.submit(form, notify_action=typed)
        assert form["errors"] == {"notify_action": error}
    take_calls(gateway)
    result = await browser.submit(form, notify_action="house ")
    assert result["type"] == "create_entry"
    assert take_calls(gateway) == FETCH
    assert entry.data["notify_action"] == "house"
    assert key(hass, entry, "notify_action") is None
    await send(hass, "house")
    assert len(gateway.phone(SARA).messages) == 1


async def test_an_action_of_a_recipient_is_free_with_another_name_before_it(
    hass: HomeAssistant, browser: Browser, household: MockConfigEntry
) -> None:
    """One that leaves a recipient's name taken is none."""
    await set_up_with_taken(hass, household, "payamak_sara", "house_omid")
    form = await browser.open(household, "notify_action")
    form = await browser.submit(form, notify_action="house")
    assert form["errors"] == {"notify_action": "notify_action_taken"}
    form = await browser.submit(form, notify_action="payamak")
    assert form["errors"] == {"notify_action": "same_notify_action"}
    await browser.submit(form, notify_action="payamak_home")
    assert key(hass, household, "notify_action") is None
    assert notify_actions(hass) == {
        "payamak_sara",  # somebody else's
        "payamak_home",
        "payamak_home_sara",
        "payamak_home_omid",
        "payamak_home_family",
    }


@pytest.fixture
async def poor_home(
    hass: HomeAssistant,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Give a home whose credit is low."""
    account.credit = Decimal(20)
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "low_credit") == "credit_low"
    return home


async def test_the_form_of_low_credit_says_it_and_asks_what_to_do(
    browser: Browser, poor_home: MockConfigEntry
) -> None:
    """As a menu."""
    menu = await browser.open(poor_home, "low_credit")
    assert part(menu, "type", "step_id", "menu_options") == {
        "type": "menu",
        "step_id": "init",
        "menu_options": ["check", "ignore"],
    }
    assert menu["description_placeholders"] == {
        "account": "Payamak",
        "credit": "20",
        "limit": "50",
    }


async def test_credit_that_was_bought_is_found_at_once(
    hass: HomeAssistant,
    browser: Browser,
    gateway: Gateway,
    account: Account,
    poor_home: MockConfigEntry,
) -> None:
    """The gateway is asked as in a poll."""
    menu = await browser.open(poor_home, "low_credit")
    account.credit = Decimal(500)
    take_calls(gateway)
    result = await browser.choose(menu, "check")
    assert result["type"] == "create_entry"
    assert take_calls(gateway) == FETCH
    assert key(hass, poor_home, "low_credit") is None
    state = hass.states.get("sensor.payamak_credit")
    assert state
    assert state.state == "500"


async def test_credit_that_is_not_enough_yet_leaves_the_repair(
    hass: HomeAssistant,
    browser: Browser,
    account: Account,
    poor_home: MockConfigEntry,
) -> None:
    """And the answer says how much there is."""
    menu = await browser.open(poor_home, "low_credit")
    account.credit = Decimal(49)
    result = await browser.choose(menu, "check")
    assert part(result, "type", "reason") == {"type": "abort", "reason": "still_low"}
    assert result["description_placeholders"]["credit"] == "49"
    assert key(hass, poor_home, "low_credit") == "credit_low"


async def test_credit_that_is_not_told_leaves_the_repair(
    hass: HomeAssistant,
    browser: Browser,
    gateway: Gateway,
    poor_home: MockConfigEntry,
) -> None:
    """It is neither low nor enough."""
    menu = await browser.open(poor_home, "low_credit")
    gateway.fault("GetCredit", ServerError())
    result = await browser.choose(menu, "check")
    assert part(result, "type", "reason") == {"type": "abort", "reason": "not_checked"}
    assert key(hass, poor_home, "low_credit") == "credit_low"


async def test_low_credit_can_be_ignored(
    hass: HomeAssistant,
    browser: Browser,
    account: Account,
    poor_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Until there was enough, and it is low another time."""
    menu = await browser.open(poor_home, "low_credit")
    result = await browser.choose(menu, "ignore")
    assert part(result, "type", "reason") == {"type": "abort", "reason": "ignored"}
    assert is_ignored(hass, poor_home, "low_credit")
    listed = (await browser.repairs())[f"{poor_home.entry_id}_low_credit"]
    assert listed["ignored"]
    for credit in (500, 20):
        account.credit = Decimal(credit)
        await let_pass(hass, freezer, POLL)
    assert key(hass, poor_home, "low_credit") == "credit_low"
    assert not is_ignored(hass, poor_home, "low_credit")


@pytest.mark.parametrize("choice", ["check", "ignore"])
async def test_low_credit_that_was_mended_meanwhile_is_mended(
    hass: HomeAssistant,
    browser: Browser,
    account: Account,
    poor_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    choice: str,
) -> None:
    """Whatever the user chooses."""
    menu = await browser.open(poor_home, "low_credit")
    account.credit = Decimal(500)
    await let_pass(hass, freezer, POLL)
    result = await browser.choose(menu, choice)
    assert result["type"] == "create_entry"
    assert key(hass, poor_home, "low_credit") is None


async def test_a_line_that_came_back_meanwhile_can_be_changed_nevertheless(
    hass: HomeAssistant,
    browser: Browser,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The form is open already; a mistake in it is still told."""
    await lose_line(hass, freezer, account, OTHER_LINE)
    form = await browser.open(home, "sender_line")
    await lose_line(hass, freezer, account, LINE, OTHER_LINE)
    assert key(hass, home, "sender_line") is None
    form = await browser.submit(form, sender="?")
    assert form["errors"] == {"sender": "invalid_sender"}
    await browser.submit(form, sender=OTHER_LINE)
    assert home.data["sender"] == OTHER_LINE


@pytest.mark.parametrize("how", ["unloaded", "removed"])
@pytest.mark.parametrize(
    ("about", "typed"),
    [
        ("sender_line", {"sender": OTHER_LINE}),
        ("notify_action", {"notify_action": "house"}),
        ("low_credit", {"next_step_id": "check"}),
        ("low_credit", {"next_step_id": "ignore"}),
    ],
)
async def test_an_account_that_is_gone_or_not_loaded_when_the_form_is_sent_ends_it(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    about: str,
    typed: dict[str, str],
    how: str,
) -> None:
    """Saying so, and without a change."""
    before = dict(home.data)
    Repairs(hass, home.entry_id, home.title).show(Issue(about), "made_up")
    form = await browser.open(home, about)
    await end(hass, home, how)
    result = await browser.submit(form, **typed)
    assert part(result, "type", "reason") == NOT_LOADED
    assert dict(home.data) == before
    assert not is_ignored(hass, home, about)


@pytest.mark.parametrize("about", list(FLOWS))
async def test_a_form_does_not_open_for_an_account_that_is_not_loaded(
    hass: HomeAssistant, browser: Browser, home: MockConfigEntry, about: Issue
) -> None:
    """The repair stays, ignored where it was, for the time when it is."""
    Repairs(hass, home.entry_id, home.title).show(about, "made_up")
    ignore(hass, home, about)
    await hass.config_entries.async_unload(home.entry_id)
    result = await browser.open(home, about)
    assert part(result, "type", "reason") == NOT_LOADED
    assert is_ignored(hass, home, about)
