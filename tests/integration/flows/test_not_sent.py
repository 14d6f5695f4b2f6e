"""Messages that waited too long for the gateway: each is told once, and one repair lists them, sends them again or forgets them."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import Credentials, User
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Code, Fault, Reset
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.accounts import restart, set_up
from tests.integration.story.disk import power_cut, what_is_on_disk
from tests.integration.story.forms import call, let_pass, reload
from tests.integration.story.outages import without_chance
from tests.integration.story.people import begin_and_hold, received
from tests.integration.story.repairs import Browser, ignore, is_ignored
from tests.integration.story.told import Told
from tests.integration.story.waiting import (
    come_back,
    lose_gateway,
    said,
    send_in_vain,
    wait_too_long,
)

pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture
async def hass_access_token(
    hass: HomeAssistant, hass_admin_user: User, hass_admin_credential: Credentials
) -> str:
    """Let the user stay logged in for longer than the half hour of the usual fixture."""
    await hass.auth.async_link_user(hass_admin_user, hass_admin_credential)
    token = await hass.auth.async_create_refresh_token(
        hass_admin_user,
        "https://home",
        credential=hass_admin_credential,
        access_token_expiration=timedelta(days=365),
    )
    return hass.auth.async_create_access_token(token)


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each gap be as long as it is without jitter."""
    without_chance(monkeypatch)


async def give_up(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    *messages: tuple[list[str], str],
    **data: Any,
) -> list[str]:
    """Let messages wait in vain, and give their ids; the gateway is back then."""
    await lose_gateway(hass, gateway)
    ids = [
        sms_id
        for people, text in messages
        for sms_id in await send_in_vain(hass, people, text, **data)
    ]
    await wait_too_long(hass, freezer)
    await come_back(hass, gateway, freezer)
    return ids


async def history(hass: HomeAssistant, **asked: Any) -> dict[str, dict[str, Any]]:
    """Give what became of the SMS, by their ids."""
    rows = (await call(hass, "get_history", **asked))["messages"]
    return {row["sms_id"]: row for row in rows}


async def test_each_is_told_once_and_one_repair_names_all(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Over several outages and restarts."""
    told = Told(hass, "event.payamak_delivery")
    first = await give_up(hass, gateway, freezer, ([SARA, MINA], "نشت آب"))
    assert said(hass, family_home) == ("2", "Sara, خانواده")
    second = await give_up(hass, gateway, freezer, ([SARA, "09120000009"], "پمپ"))
    assert said(hass, family_home) == ("4", "Sara, خانواده, …0009")
    assert received(gateway) == {}
    assert [each["event_type"] for each in told.events] == ["not_sent"] * 4
    assert {each["sms_id"] for each in told.events} == {*first, *second}
    await restart(hass, family_home)
    assert said(hass, family_home) == ("4", "Sara, خانواده, …0009")
    await let_pass(hass, freezer, timedelta(hours=2))
    assert len(told.events) == 4
    assert received(gateway) == {}


async def test_they_are_listed_as_they_were_written(
    hass: HomeAssistant,
    browser: Browser,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The newest first, and what means something in Markdown doesn't; then the menu again."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to("2026-12-24 10:00:00+00:00")
    await lose_gateway(hass, gateway)
    await send_in_vain(hass, [SARA], "پمپ *یک*\nhttp://x.ir/<b>")
    freezer.tick(61)
    await call(
        hass,
        "send_pattern",
        pattern_id=4321,
        variables=["علی", "12"],
        recipients=["09120000009"],
    )
    await wait_too_long(hass, freezer)
    menu = await browser.open(family_home, "not_sent")
    assert menu["type"] == "menu"
    assert menu["description_placeholders"] == {
        "account": "Payamak",
        "count": "2",
        "names": "Sara, …0009",
    }
    form = await browser.choose(menu, "show")
    assert (form["type"], form["step_id"]) == ("form", "show")
    assert form["description_placeholders"] == {
        "messages": (
            "- **…0009** 2026-12-24 13:31  \n  4321\\: علی\\; 12\n"
            "- **Sara** 2026-12-24 13:30  \n"
            r"  پمپ \*یک\* http\:\/\/x\.ir\/\<b\>"
        ),
        "forgotten": "0",
    }
    menu = await browser.submit(form)
    assert menu["menu_options"] == ["show", "send_again", "forget"]


async def test_no_more_than_fifty_are_listed_and_twenty_named(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The others are counted."""
    numbers = [f"0912000{number:04}" for number in range(50)]
    await give_up(hass, gateway, freezer, (numbers[:20], "a"))
    names = ", ".join(f"…{number:04}" for number in range(20))
    assert said(hass, home) == ("20", names)
    await give_up(hass, gateway, freezer, (numbers[20:], "b"))
    assert said(hass, home) == ("50", f"{names} ...")
    menu = await browser.open(home, "not_sent")
    form = await browser.choose(menu, "show")
    lines = form["description_placeholders"]["messages"].split("\n- ")
    assert len(lines) == 50
    await give_up(hass, gateway, freezer, ([SARA, OMID], "c"))
    form = await browser.choose(await browser.submit(form), "show")
    lines = form["description_placeholders"]["messages"].split("\n- ")
    assert (len(lines), lines[-1]) == (51, "\\+2")


async def test_of_very_many_the_newest_thousand_are_known_and_all_are_counted(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is only counted goes with the last of the others."""
    numbers = [f"0912{number:07}" for number in range(1002)]
    # The daily limit is in the way of so many, unless they are urgent.
    await give_up(hass, gateway, freezer, (numbers, "a"), urgent=True)
    words = said(hass, home)
    assert words
    assert words[0] == "1002"
    assert words[1].endswith(" ...")
    menu = await browser.open(home, "not_sent")
    form = await browser.choose(menu, "show")
    assert form["description_placeholders"]["messages"].endswith("\n- \\+950")
    assert form["description_placeholders"]["forgotten"] == "2"
    result = await browser.choose(await browser.submit(form), "forget")
    assert result["type"] == "create_entry"
    assert said(hass, home) is None
    await reload(hass, home)
    assert said(hass, home) is None


async def test_they_are_sent_again_as_new_messages(
    hass: HomeAssistant,
    browser: Browser,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each text with one call, in its own way, however long it is; those before stay what they are."""
    long = "آ" * 700
    await lose_gateway(hass, gateway)
    old = [
        *await send_in_vain(hass, [SARA, OMID], long, max_parts=20, retry_for=30),
        *await send_in_vain(hass, [MINA], "b", sender="500010604671", urgent=True),
    ]
    await wait_too_long(hass, freezer)
    await come_back(hass, gateway, freezer)
    menu = await browser.open(family_home, "not_sent")
    gateway.calls.clear()
    form = await browser.choose(menu, "send_again")
    assert (form["type"], form["step_id"]) == ("form", "sent_again")
    assert form["description_placeholders"] == {
        "accepted": "3",
        "queued": "0",
        "failed": "0",
        "unknown": "0",
        "forgotten": "0",
    }
    calls = [each.parameters for each in gateway.calls if each.method == "SendSMS"]
    assert [(each["text"], each["from"]) for each in calls] == [
        (long, "50004001234567"),
        ("b", "500010604671"),
    ]
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}
    assert said(hass, family_home) is None
    assert (await browser.submit(form))["type"] == "create_entry"
    rows = await history(hass)
    assert {rows[each]["state"] for each in old} == {"not_sent"}
    new = [row for sms_id, row in rows.items() if sms_id not in old]
    assert sorted(row["name"] for row in new) == ["Sara", "امید", "خانواده"]


async def test_while_the_gateway_is_away_they_wait_again(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """As long as the first time, and then they are not sent again."""
    await lose_gateway(hass, gateway)
    await send_in_vain(hass, [SARA], "a", retry_for=20, urgent=True)
    await wait_too_long(hass, freezer)
    menu = await browser.open(home, "not_sent")
    form = await browser.choose(menu, "send_again")
    assert form["description_placeholders"]["queued"] == "1"
    [row] = home.runtime_data.ledger.outgoing.waiting.values()
    assert (row.content.retry_for, row.content.urgent) == (1200, True)
    assert said(hass, home) is None
    await wait_too_long(hass, freezer)
    assert said(hass, home) == ("1", "…0001")
    # The end of the first form does not hide what came later.
    menu = await browser.submit(form)
    assert menu["type"] == "menu"
    assert said(hass, home) == ("1", "…0001")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Code(7), {"accepted": "1", "queued": "0", "failed": "2", "unknown": "0"}),
        # The gateway is away after that.
        (Reset(), {"accepted": "0", "queued": "1", "failed": "0", "unknown": "2"}),
    ],
)
async def test_what_the_gateway_says_of_them_is_counted(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    fault: Fault,
    words: dict[str, str],
) -> None:
    """One text may be refused, and another one taken."""
    await give_up(hass, gateway, freezer, ([SARA, OMID], "a"), ([MINA], "b"))
    gateway.fault("SendSMS", fault)
    menu = await browser.open(home, "not_sent")
    form = await browser.choose(menu, "send_again")
    assert form["description_placeholders"] == words | {"forgotten": "0"}
    assert said(hass, home) is None


async def test_what_was_forgotten_meanwhile_is_not_sent_again(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The list and the end say how many they are."""
    await give_up(hass, gateway, freezer, ([SARA, OMID], "a"))
    for _ in range(9):
        await let_pass(hass, freezer, timedelta(days=1))
    await give_up(hass, gateway, freezer, ([MINA], "b"))
    assert said(hass, home) == ("3", "…0001, …0002, …0003")
    menu = await browser.open(home, "not_sent")
    form = await browser.choose(menu, "show")
    assert "…0001" not in form["description_placeholders"]["messages"]
    assert form["description_placeholders"]["forgotten"] == "2"
    form = await browser.choose(await browser.submit(form), "send_again")
    assert form["description_placeholders"] == {
        "accepted": "1",
        "queued": "0",
        "failed": "0",
        "unknown": "0",
        "forgotten": "2",
    }
    assert received(gateway) == {MINA: 1}
    assert said(hass, home) is None


async def test_where_all_were_forgotten_the_form_still_ends(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """And the repair is gone."""
    await give_up(hass, gateway, freezer, ([SARA], "a"))
    for _ in range(9):
        await let_pass(hass, freezer, timedelta(days=1))
    menu = await browser.open(home, "not_sent")
    form = await browser.choose(menu, "send_again")
    assert form["description_placeholders"]["forgotten"] == "1"
    assert said(hass, home) is None
    assert (await browser.submit(form))["type"] == "create_entry"
    assert received(gateway) == {}


@pytest.mark.parametrize("choice", ["send_again", "forget"])
async def test_what_was_given_up_after_the_menu_is_not_meant(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    choice: str,
) -> None:
    """The menu is shown anew, with what is there now."""
    await give_up(hass, gateway, freezer, ([SARA], "a"))
    old = await browser.open(home, "not_sent")
    await give_up(hass, gateway, freezer, ([OMID], "b"))
    menu = await browser.choose(old, choice)
    left = ("2", "…0001, …0002") if choice == "send_again" else ("1", "…0002")
    assert menu["type"] == "menu"
    assert menu["description_placeholders"]["count"] == left[0]
    assert said(hass, home) == left
    assert received(gateway) == {}


async def test_two_who_choose_the_same_send_once(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The second one's form has nothing to send any more."""
    await give_up(hass, gateway, freezer, ([SARA], "a"))
    first = await browser.open(home, "not_sent")
    second = await browser.open(home, "not_sent")
    await browser.choose(first, "send_again")
    menu = await browser.choose(second, "send_again")
    assert menu["type"] == "menu"
    form = await browser.choose(menu, "send_again")
    assert form["description_placeholders"]["accepted"] == "0"
    assert received(gateway) == {SARA: 1}


async def test_an_ignored_repair_is_shown_again_for_what_comes_later(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A reload is no reason."""
    await give_up(hass, gateway, freezer, ([SARA], "a"))
    ignore(hass, home, "not_sent")
    await reload(hass, home)
    assert is_ignored(hass, home, "not_sent")
    await give_up(hass, gateway, freezer, ([OMID], "b"))
    assert said(hass, home) == ("2", "…0001, …0002")
    assert not is_ignored(hass, home, "not_sent")


@pytest.mark.parametrize("choice", ["show", "send_again"])
async def test_a_file_that_cannot_be_read_ends_the_form(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    choice: str,
) -> None:
    """Nothing is sent, and the repair stays."""
    await give_up(hass, gateway, freezer, ([SARA], "a"))
    menu = await browser.open(home, "not_sent")
    await home.runtime_data.ledger.async_close()
    result = await browser.choose(menu, choice)
    assert (result["type"], result["reason"]) == ("abort", "ledger_not_read")
    assert said(hass, home) == ("1", "…0001")
    assert received(gateway) == {}


@pytest.mark.parametrize("choice", ["show", "send_again", "forget"])
async def test_without_the_account_the_form_ends(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    choice: str,
) -> None:
    """Nothing is forgotten."""
    await give_up(hass, gateway, freezer, ([SARA], "a"))
    menu = await browser.open(home, "not_sent")
    await hass.config_entries.async_unload(home.entry_id)
    result = await browser.choose(menu, choice)
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    result = await browser.open(home, "not_sent")
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    await hass.config_entries.async_setup(home.entry_id)
    assert said(hass, home) == ("1", "…0001")


@pytest.mark.parametrize("removed", [True, False])
async def test_an_account_that_goes_in_the_middle_sends_no_further_text(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    removed: bool,
) -> None:
    """What was not sent again is still listed, unless the account was removed."""
    await give_up(hass, gateway, freezer, ([SARA], "a"), ([OMID], "b"))
    menu = await browser.open(home, "not_sent")
    sending, held = await begin_and_hold(gateway, browser.choose(menu, "send_again"))
    if removed:
        await hass.config_entries.async_remove(home.entry_id)
    else:
        await hass.config_entries.async_unload(home.entry_id)
    held.released.set()
    form = await sending
    assert form["description_placeholders"]["accepted"] == "1"
    result = await browser.submit(form)
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    assert received(gateway) == {SARA: 1}
    assert said(hass, home) == (None if removed else ("1", "…0002"))
    if not removed:
        await hass.config_entries.async_setup(home.entry_id)
        assert said(hass, home) == ("1", "…0002")


async def test_after_a_crash_what_was_sent_again_is_not_listed(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each new message is on the disk together with the repair that lists the old one no more."""
    await give_up(hass, gateway, freezer, ([SARA], "a"), ([OMID], "b"))
    menu = await browser.open(home, "not_sent")
    sending, held = await begin_and_hold(gateway, browser.choose(menu, "send_again"))
    left = what_is_on_disk(hass, home.entry_id)
    held.released.set()
    await sending
    await power_cut(hass, home.entry_id, left)
    await set_up(hass, home)
    assert said(hass, home) == ("1", "…0002")
    new, *old = (await history(hass)).values()
    assert (new["state"], new["text"]) == ("unknown", "a")
    assert {row["state"] for row in old} == {"not_sent"}


@pytest.mark.usefixtures("home")
async def test_no_text_and_no_number_is_in_the_log(
    hass: HomeAssistant,
    browser: Browser,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever is chosen."""
    await give_up(hass, gateway, freezer, ([SARA], "رمز گاوصندوق"))
    form = await browser.choose(await browser.open(home, "not_sent"), "show")
    await browser.choose(await browser.submit(form), "send_again")
    said_by_us = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.payamak")
    )
    assert "1 SMS waited too long" in said_by_us
    assert "گاوصندوق" not in said_by_us
    assert SARA[1:] not in said_by_us
