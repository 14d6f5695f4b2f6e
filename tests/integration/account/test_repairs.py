"""Repairs over reloads: they stay, ignored where the user chose so, until they are mended or the account goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.repairs import Issue, Repairs
from simulator import Account, Gateway
from simulator.faults import Code, Envelope, Maintenance
from tests.integration.conftest import OTHER_LINE
from tests.integration.story.forms import let_pass, reload, reload_meanwhile, send
from tests.integration.story.login import POLL, SECOND_QUESTION
from tests.integration.story.people import Held, wait_for
from tests.integration.story.repairs import ignore, is_ignored, key, shown


async def be_refused(hass: HomeAssistant, gateway: Gateway, code: int) -> None:
    """Let the gateway refuse a message."""
    gateway.fault("SendSMS", Code(code))
    with pytest.raises(HomeAssistantError):
        await send(hass)


async def use_line(
    hass: HomeAssistant, entry: MockConfigEntry, line: str, **changes: Any
) -> None:
    """Change the account's line, which loads it anew."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "sender": line, **changes}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("code", "about", "word"),
    [
        (10, "account", "account_inactive"),
        (5, "sender_line", "sender_line_refused"),
    ],
)
async def test_what_a_message_found_stays_ignored_over_a_reload_until_a_message_goes_out(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    code: int,
    about: str,
    word: str,
) -> None:
    """The polls of the new set-up prove nothing, neither of them."""
    await be_refused(hass, gateway, code)
    ignore(hass, home, about)
    for _ in range(2):
        await reload(hass, home)
        await let_pass(hass, freezer, POLL)
    assert key(hass, home, about) == word
    assert is_ignored(hass, home, about)
    await send(hass)
    assert key(hass, home, about) is None


async def test_what_a_message_met_again_as_a_poll_is_still_for_a_message_to_end(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Whoever met it last."""
    await be_refused(hass, gateway, 10)
    gateway.fault("GetCredit", Code(12))
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "account") == "documents_incomplete"
    await reload(hass, home)
    assert key(hass, home, "account") == "documents_incomplete"


@pytest.mark.parametrize(("code", "about"), [(111, "address"), (10, "account")])
async def test_what_a_poll_found_stays_ignored_until_a_set_up_finds_it_mended(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    code: int,
    about: str,
) -> None:
    """A set-up that finds it again changes nothing about it."""
    gateway.fault("GetCredit", Code(code), times=None)
    await let_pass(hass, freezer, POLL)
    ignore(hass, home, about)
    await reload(hass, home)
    assert home.state is ConfigEntryState.LOADED
    assert is_ignored(hass, home, about)
    gateway.clear_faults()
    await reload(hass, home)
    assert key(hass, home, about) is None


async def test_a_line_that_is_gone_stays_ignored_until_it_is_back_or_another_one_is_used(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Also where the panel doesn't tell its lines any more."""
    account.lines = [OTHER_LINE]
    await let_pass(hass, freezer, POLL)
    ignore(hass, home, "sender_line")
    await reload(hass, home)
    gateway.fault("GetUserNumbers", Maintenance(), times=None)
    await reload(hass, home)
    assert key(hass, home, "sender_line") == "sender_line_gone"
    assert is_ignored(hass, home, "sender_line")
    await use_line(hass, home, OTHER_LINE)
    assert key(hass, home, "sender_line") is None


async def test_a_line_that_was_refused_is_no_repair_once_another_one_is_used(
    hass: HomeAssistant, gateway: Gateway, account: Account, home: MockConfigEntry
) -> None:
    """What is known of the other one begins anew, with what the panel lists."""
    await be_refused(hass, gateway, 5)
    account.lines = [OTHER_LINE]
    await use_line(hass, home, "30009998", sender_listed=True)
    assert key(hass, home, "sender_line") == "sender_line_gone"
    await use_line(hass, home, "30009999", sender_listed=False)
    assert key(hass, home, "sender_line") is None


async def test_once_a_message_has_gone_out_polls_show_and_end_repairs_again(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What messages met before that is over."""
    for code in (10, 5):
        await be_refused(hass, gateway, code)
    await send(hass)
    # The credit is asked for soon after sending.
    await let_pass(hass, freezer, SECOND_QUESTION)
    lines, account.lines = account.lines, [OTHER_LINE]
    gateway.fault("GetCredit", Code(10))
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "account") == "account_inactive"
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "account") is None
    assert key(hass, home, "sender_line") == "sender_line_gone"
    account.lines = lines
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "sender_line") is None


@pytest.mark.usefixtures("home")
async def test_a_message_that_goes_out_shows_that_the_address_is_allowed_again(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The repair doesn't wait for the next poll."""
    await be_refused(hass, gateway, 111)
    assert len(ir.async_get(hass).issues) == 1
    await send(hass)
    assert not ir.async_get(hass).issues


async def test_a_repair_shows_the_name_that_the_account_has_now(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """And says and remembers the same as before."""
    await be_refused(hass, gateway, 5)
    before = shown(hass, home, "sender_line")
    assert before
    assert before.translation_placeholders
    hass.config_entries.async_update_entry(home, title="Home")
    await hass.async_block_till_done(wait_background_tasks=True)
    after = shown(hass, home, "sender_line")
    assert after
    assert after.translation_placeholders == {
        **before.translation_placeholders,
        "account": "Home",
    }
    assert (after.translation_key, after.data) == (before.translation_key, before.data)


@pytest.mark.parametrize(
    ("about", "trouble"),
    [
        ("account", {"active": False}),
        ("address", {"allowed_addresses": []}),
        ("sender_line", {"lines": [OTHER_LINE]}),
    ],
)
async def test_a_message_that_ends_after_a_reload_shows_no_repair(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    about: str,
    trouble: dict[str, Any],
) -> None:
    """It is the new set-up that finds out how the account is now."""
    async with message_over_a_reload(hass, gateway, home):
        for name, value in trouble.items():
            setattr(account, name, value)
    assert key(hass, home, about) is None


@pytest.mark.parametrize(
    ("code", "about"), [(10, "account"), (111, "address"), (5, "sender_line")]
)
async def test_a_message_that_ends_after_a_reload_takes_no_repair_away(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    code: int,
    about: str,
) -> None:
    """What the new set-up has found since is newer."""
    async with message_over_a_reload(hass, gateway, home):
        await be_refused(hass, gateway, code)
    assert key(hass, home, about)


@asynccontextmanager
async def message_over_a_reload(
    hass: HomeAssistant, gateway: Gateway, entry: MockConfigEntry
) -> AsyncIterator[None]:
    """Load the account anew while a message is under way, which gets its answer at the end."""
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send(hass))
    await wait_for(held, sending)
    await reload_meanwhile(hass, entry)
    yield
    held.released.set()
    await asyncio.wait({sending})
    sending.exception()


@pytest.mark.parametrize("code", [10, 111])
async def test_a_disabled_account_has_no_repairs(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry, code: int
) -> None:
    """Nobody waits for it to work; it is unloaded as usual otherwise."""
    await be_refused(hass, gateway, code)
    assert len(ir.async_get(hass).issues) == 1
    await hass.config_entries.async_set_disabled_by(
        home.entry_id, ConfigEntryDisabler.USER
    )
    assert not ir.async_get(hass).issues


async def test_an_account_that_is_disabled_while_its_set_up_fails_has_none_either(
    hass: HomeAssistant, gateway: Gateway, entry: MockConfigEntry
) -> None:
    """Home Assistant doesn't unload what never was loaded."""
    gateway.fault("GetCredit", Code(111), times=None)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert key(hass, entry, "address") == "address_not_allowed"
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert key(hass, entry, "address") is None


async def test_unloading_alone_takes_no_repair_away(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """A reload is no more than that at first."""
    gateway.fault("SendSMS", Envelope(value="10", ret_status=10))
    with pytest.raises(HomeAssistantError):
        await send(hass)
    await hass.config_entries.async_unload(home.entry_id)
    assert key(hass, home, "account") == "account_inactive"


async def test_a_name_that_was_taken_stays_ignored_until_it_is_free(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It is found out anew in each set-up."""

    async def somebody_elses(_: object) -> None:
        """Stand for another integration's action."""

    hass.services.async_register("notify", "payamak", somebody_elses)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    ignore(hass, entry, "notify_action")
    await reload(hass, entry)
    assert is_ignored(hass, entry, "notify_action")
    hass.services.async_remove("notify", "payamak")
    await reload(hass, entry)
    assert key(hass, entry, "notify_action") is None


async def test_the_facts_of_a_repair_are_those_it_was_shown_with(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """What its form needs to know is none of them, and stays over a set-up as they do."""
    repairs = Repairs(hass, home.entry_id, home.title)
    assert repairs.facts(Issue.SENDER_LINE) == {}
    repairs.show(Issue.SENDER_LINE, "made_up", facts={"line": "gone"})
    repairs.take_over()
    assert repairs.facts(Issue.SENDER_LINE) == {"line": "gone"}
    found = shown(hass, home, "sender_line")
    assert found
    assert found.data == {"entry_id": home.entry_id, "line": "gone"}


@pytest.mark.parametrize(
    ("language", "page"), [("fa", "fa"), ("en", "en"), ("de", "en")]
)
async def test_a_repair_leads_to_a_page_in_home_assistants_language(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    language: str,
    page: str,
) -> None:
    """English where there is no page in it."""
    hass.config.language = language
    await be_refused(hass, gateway, 10)
    [(_, issue)] = ir.async_get(hass).issues.items()
    assert issue.learn_more_url
    assert issue.learn_more_url.endswith(f"/docs/{page}/troubleshooting.md#repairs")
