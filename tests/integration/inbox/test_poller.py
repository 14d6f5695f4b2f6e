"""The poller by itself: when it asks, what it does with an error, and when it stays silent."""

from collections.abc import Callable, Iterable
from datetime import timedelta
import logging
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.payamak.account.signals import ReceivedSms
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import (
    CredentialsError,
    GatewayError,
    RejectedError,
    UncertainError,
    UnreachableError,
)
from custom_components.payamak.inbox import poller as module
from custom_components.payamak.inbox.poller import Inbox
from custom_components.payamak.ledger import Change

MINUTE, HOUR = 60.0, 3600.0


class House:
    """An account's poller; what it reads, and what it does with that, is made by hand."""

    def __init__(
        self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, **options: Any
    ) -> None:
        """Begin with a gateway that is there, and lists nothing."""
        self.hass = hass
        self.is_away = False
        self.is_lost = False
        self.error: GatewayError | None = None
        self.trouble: Exception | None = None
        self.needs_baseline = False
        self.skipped_rows = 3
        self.ignored = 4
        self.opened_for: list[str | None] = []
        self.max_ages: list[timedelta] = []
        self.found_out: list[GatewayError] = []
        self.polls = 0
        self.log: list[tuple[str, object]] = []
        self.listeners: list[Callable[[], None]] = []
        monkeypatch.setattr(module, "BoxReader", self._reader)
        monkeypatch.setattr(module, "Freshness", self._freshness)
        monkeypatch.setattr(module, "Reporter", self._reporter)
        self.entry = MockConfigEntry(
            domain=DOMAIN, unique_id="sara", options=options, title="Payamak"
        )
        self.entry.add_to_hass(hass)
        self.entry.mock_state(hass, ConfigEntryState.LOADED)
        this: Any = self
        account: Any = SimpleNamespace(watch=this)
        self.account = account
        self.book: Any = this
        self.is_awaited = False
        self.inbox = Inbox(
            hass,
            self.entry,
            account,
            this,
            this,
            this,
            lambda: ["50004001"],
            nothing,
            lambda: self.is_awaited,
        )

    def _reader(self, account: Any, book: Any, freshness: Any) -> Any:
        assert account is self.account
        assert book is freshness is self
        return self

    def _freshness(self, account: Any, repairs: Any, book: Any, max_age: Any) -> Any:
        assert account is self.account
        assert repairs is book is self
        self.max_ages.append(max_age)
        return self

    def _reporter(self, hass: Any, entry_id: str, account: Any, *others: Any) -> Any:
        *parts, own_lines, hear = others
        assert hear is nothing
        assert (hass, entry_id) == (self.hass, self.entry.entry_id)
        assert account is self.account
        assert parts == [self, self, self]
        assert own_lines() == ["50004001"]
        return self

    # What it meets.

    def open_for(self, panel: str | None) -> None:
        """Begin for a panel."""
        self.opened_for.append(panel)

    def async_listen(self, target: Callable[[], None]) -> Callable[[], None]:
        """Listen to the gateway's going and coming."""
        self.listeners.append(target)
        return lambda: self.listeners.remove(target)

    async def async_find_out(self, error: GatewayError) -> None:
        """Find out whether the gateway is away."""
        self.found_out.append(error)
        if self.is_lost:
            self.is_away, self.error = True, error

    async def async_find_new(self) -> str:
        """Read the list."""
        self.polls += 1
        if self.trouble:
            raise self.trouble
        return "found"

    def update_repair(self) -> None:
        """Raise the repair about the clock, or take it back."""
        self.log.append(("repair", None))

    def observe_clock(self, found: object) -> None:
        """Watch the panel's clock."""
        self.log.append(("clock", found))

    async def async_report(self, found: object) -> None:
        """Report what was found."""
        self.log.append(("report", found))

    async def async_stop(self) -> None:
        """Report no more."""
        self.log.append(("stop", None))

    # What a test does.

    async def let_pass(self, seconds: float, freezer: FrozenDateTimeFactory) -> int:
        """Let time go by, and give how many polls it brought."""
        before = self.polls
        freezer.tick(seconds)
        async_fire_time_changed(self.hass)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return self.polls - before

    async def gateway(self, *, is_away: bool) -> None:
        """Let the watch tell that the gateway is away, or back."""
        self.is_away = is_away
        self.error = UnreachableError("connect") if is_away else None
        for listener in list(self.listeners):
            listener()
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def end(self) -> None:
        """Unload the account."""
        await self.inbox.async_stop()
        await self.inbox.async_shutdown()


def nothing(_sms: ReceivedSms) -> Iterable[Change]:
    """Answer nothing."""
    return ()


async def started(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> House:
    """Give a poller that has begun."""
    house = House(hass, monkeypatch, **options)
    await house.inbox.async_start()
    return house


async def test_it_polls_at_once_and_then_every_minute(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is watched, and what was found is reported."""
    house = await started(hass, monkeypatch)
    assert house.polls == 1
    assert house.log == [("repair", None), ("clock", "found"), ("report", "found")]
    assert house.opened_for == ["sara"]
    assert house.max_ages == [timedelta(minutes=10)]
    assert (house.inbox.ignored, house.inbox.skipped_rows) == (4, 3)
    assert await house.let_pass(58, freezer) == 0
    assert await house.let_pass(4, freezer) == 1
    await house.end()
    assert house.log[-1] == ("stop", None)


async def test_options_say_how_often_and_how_old(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds and minutes."""
    options = {"inbox_interval": 20, "inbox_max_age": 3}
    house = await started(hass, monkeypatch, **options)
    assert house.max_ages == [timedelta(minutes=3)]
    assert await house.let_pass(22, freezer) == 1
    await house.end()


async def test_with_an_interval_of_0_only_calls_poll(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what failed is repeated after a minute."""
    house = await started(hass, monkeypatch, inbox_interval=0)
    assert await house.let_pass(HOUR, freezer) == 0
    house.trouble = UncertainError("timeout")
    await house.inbox.async_refresh()
    house.trouble = None
    assert await house.let_pass(58, freezer) == 0
    assert await house.let_pass(4, freezer) == 1
    assert await house.let_pass(HOUR, freezer) == 0
    await house.end()


async def test_before_the_start_and_after_the_end_nothing_is_asked(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for a poll."""
    house = House(hass, monkeypatch)
    await house.inbox.async_refresh()
    assert house.polls == 0
    await house.inbox.async_start()
    await house.inbox.async_stop()
    await house.inbox.async_refresh()
    assert house.polls == 1
    await house.end()


# A gateway that is away.


async def test_nothing_is_asked_while_the_gateway_is_away(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The watch tells of it; as soon as it is back, it is polled."""
    house = await started(hass, monkeypatch)
    caplog.clear()
    await house.gateway(is_away=True)
    assert await house.let_pass(10 * MINUTE, freezer) == 0
    assert not house.inbox.last_update_success
    before = house.polls
    await house.gateway(is_away=False)
    assert house.polls == before + 1
    assert house.inbox.last_update_success
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    await house.gateway(is_away=False)
    assert house.polls == before + 1
    await house.end()


async def test_an_outage_that_a_poll_shows_is_told_by_the_watch_alone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the failure nor the end of it is in the log a second time."""
    house = await started(hass, monkeypatch)
    caplog.set_level(logging.INFO)
    caplog.clear()
    house.is_lost = True
    house.trouble = UncertainError("timeout")
    assert await house.let_pass(62, freezer) == 1
    assert house.is_away
    assert not house.inbox.last_update_success
    house.trouble = None
    await house.gateway(is_away=False)
    assert house.inbox.last_update_success
    assert [each for each in caplog.records if each.name == module.__name__] == []
    await house.end()


async def test_a_call_while_the_gateway_is_away_is_made_up_for_when_it_is_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push address was called; nothing else would poll."""
    house = await started(hass, monkeypatch, inbox_interval=0, push=True)
    await house.gateway(is_away=True)
    await house.inbox.async_refresh()
    assert house.polls == 1
    await house.gateway(is_away=False)
    assert house.polls == 2
    assert await house.let_pass(HOUR, freezer) == 0
    await house.end()


@pytest.mark.parametrize(
    ("interval", "seconds"), [(0, 20), (600, 20), (7, 7)], ids=["off", "slow", "fast"]
)
async def test_an_answer_that_is_awaited_is_polled_for_more_often(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    interval: int,
    seconds: int,
) -> None:
    """At once, and until nobody waits for any; an account that is never polled is not either before or after."""
    house = await started(hass, monkeypatch, inbox_interval=interval)
    assert house.polls == (1 if interval else 0)
    house.is_awaited = True
    house.inbox.async_answer_is_awaited()
    await hass.async_block_till_done(wait_background_tasks=True)
    begun = house.polls
    assert begun >= (2 if interval else 1)
    assert house.inbox.update_interval == timedelta(seconds=seconds)
    assert await house.let_pass(seconds + 1, freezer) == 1
    assert await house.let_pass(seconds + 1, freezer) == 1
    house.is_awaited = False
    await house.let_pass(seconds + 1, freezer)
    assert house.inbox.update_interval == (
        timedelta(seconds=interval) if interval else None
    )
    await house.end()


async def test_an_answer_that_was_awaited_before_is_polled_for(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks does not hear of a reload of the account."""
    house = House(hass, monkeypatch, inbox_interval=0)
    house.is_awaited = True
    await house.inbox.async_start()
    assert house.polls == 1
    assert await house.let_pass(21, freezer) == 1
    await house.end()


async def test_the_end_listens_to_the_watch_no_more(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes with the entry."""
    house = await started(hass, monkeypatch)
    assert len(house.listeners) == 1
    await house.entry._async_process_on_unload(hass)
    assert house.listeners == []
    await house.end()


# Errors.


async def test_the_first_error_of_several_asks_the_watch(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is it this method alone, or the gateway? It is polled on as usual."""
    house = await started(hass, monkeypatch)
    house.trouble = UncertainError("timeout")
    for _ in range(3):
        assert await house.let_pass(62, freezer) == 1
    assert house.found_out == [house.trouble]
    assert not house.inbox.last_update_success
    house.trouble = None
    assert await house.let_pass(62, freezer) == 1
    house.trouble = UncertainError("timeout")
    assert await house.let_pass(62, freezer) == 1
    assert len(house.found_out) == 2
    await house.end()


async def test_trouble_of_the_inbox_alone_is_logged_once_and_its_end_too(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """By the name of the inbox."""
    house = await started(hass, monkeypatch)
    caplog.set_level(logging.INFO)
    caplog.clear()
    house.trouble = UncertainError("timeout")
    for _ in range(3):
        await house.let_pass(62, freezer)
    [record] = [each for each in caplog.records if each.name == module.__name__]
    assert record.levelno == logging.ERROR
    assert "payamak inbox" in record.getMessage()
    caplog.clear()
    house.trouble = None
    await house.let_pass(62, freezer)
    [record] = [each for each in caplog.records if each.name == module.__name__]
    assert record.levelno == logging.INFO
    await house.end()


async def test_a_refused_login_asks_the_user(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And polls no more."""
    house = await started(hass, monkeypatch)
    house.trouble = CredentialsError("credentials")
    with patch.object(MockConfigEntry, "async_start_reauth") as reauth:
        assert await house.let_pass(62, freezer) == 1
    assert reauth.call_count == 1
    assert await house.let_pass(HOUR, freezer) == 0
    await house.end()


async def breaks(house: House, freezer: FrozenDateTimeFactory, count: int) -> list[int]:
    """Give the minutes between the next polls."""
    found = []
    for _ in range(count):
        minutes = 1
        while not await house.let_pass(MINUTE, freezer):
            minutes += 1
            assert minutes < 200
        found.append(minutes)
    return found


async def test_refusals_make_the_polls_rarer_and_an_answer_ends_that(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the third in a row, up to five minutes; the watch has nothing to find out."""
    house = await started(hass, monkeypatch, inbox_interval=59)
    house.trouble = RejectedError("rejected")
    assert await breaks(house, freezer, 6) == [1, 1, 1, 2, 4, 5]
    assert house.found_out == []
    house.trouble = None
    assert await breaks(house, freezer, 2) == [5, 1]
    house.trouble = RejectedError("rejected")
    assert await breaks(house, freezer, 3) == [1, 1, 1]
    await house.end()


async def test_the_first_poll_may_be_the_first_refusal(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was refused before the start."""
    house = House(hass, monkeypatch, inbox_interval=59)
    house.trouble = RejectedError("rejected")
    await house.inbox.async_start()
    assert await breaks(house, freezer, 4) == [1, 1, 2, 4]
    await house.end()


@pytest.mark.parametrize(("interval", "minutes"), [(59, 60), (0, 60), (7199, 120)])
async def test_a_panel_that_never_listed_anything_is_asked_hourly(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    interval: int,
    minutes: int,
) -> None:
    """It most likely offers no list; and never more often than the option says."""
    house = House(hass, monkeypatch, inbox_interval=interval, push=True)
    house.needs_baseline = True
    house.trouble = RejectedError("rejected")
    await house.inbox.async_start()
    for _ in range(2):
        await house.inbox.async_refresh()
    assert await breaks(house, freezer, 2) == [minutes, minutes]
    await house.end()


async def test_a_long_interval_is_not_made_shorter_by_refusals(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes stay ten minutes."""
    house = await started(hass, monkeypatch, inbox_interval=599)
    house.trouble = RejectedError("rejected")
    assert await breaks(house, freezer, 5) == [10] * 5
    await house.end()


async def test_refusals_that_go_on_for_ever_stay_at_the_longest_break(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short the interval is."""
    house = await started(hass, monkeypatch, inbox_interval=5)
    house.trouble = RejectedError("rejected")
    for _ in range(60):
        await house.inbox.async_refresh()
    assert house.inbox.update_interval == timedelta(seconds=5 * 32)
    await house.end()
