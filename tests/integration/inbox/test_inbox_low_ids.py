"""Messages with ids below those that the first poll listed: young ones are told, and old ones never."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Replaced
from tests.integration.story.accounts import set_up
from tests.integration.story.told import Told

from .lists import HOUR, arrive_as, numbered_from
from .received import arrive, family_with_inbox, on_disk, poll, power_cut

pytestmark = pytest.mark.usefixtures("silence")

MINUTE = timedelta(minutes=1)
LOW = 1000


@pytest.fixture(params=[20, 150], ids=["small box", "large box"])
def size(request: pytest.FixtureRequest) -> int:
    """Give how many messages are in the panel at first; of more than a hundred, some are out of sight."""
    size: int = request.param
    return size


@pytest.fixture(name="entry")
async def entry_with_a_full_box(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    size: int,
) -> MockConfigEntry:
    """Set the household up when there are old messages in the panel."""
    arrive(gateway, *(f"old {number}" for number in range(size)), ago=3 * HOUR)
    entry = family_with_inbox(gateway_url)
    return await set_up(hass, entry)


@pytest.mark.parametrize("polls_between", [0, 1, 15])
async def test_a_box_that_was_emptied_and_begins_with_low_ids_goes_on_working(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    polls_between: int,
) -> None:
    """Each young message is told once."""
    account.received.clear()
    for _ in range(polls_between):
        await poll(hass, freezer)
    texts = [f"{number}" for number in range(5)]
    for number, text in enumerate(texts, start=LOW):
        arrive_as(gateway, account, number, text)
        await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == texts


@pytest.mark.parametrize(
    ("ago", "is_told"),
    [
        (timedelta(), True),
        (8 * MINUTE, True),
        (-MINUTE, True),
        (12 * MINUTE, False),
        (HOUR, False),
        (-HOUR, False),
    ],
)
@pytest.mark.parametrize("size", [150], indirect=True)
async def test_the_date_of_a_low_id_decides(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    ago: timedelta,
    is_told: bool,
) -> None:
    """Also where the polls show that it was not listed before."""
    account.received.clear()
    arrive_as(gateway, account, LOW, "first")
    await poll(hass, freezer)
    for number in range(1, 4):
        arrive_as(gateway, account, LOW + number, f"{number}", ago=ago)
        await poll(hass, freezer)
    assert told.texts == ["first", *(["1", "2", "3"] if is_told else [])]


@pytest.mark.parametrize("size", [150], indirect=True)
async def test_a_low_id_without_a_date_is_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """Nobody knows how old it is; with its date, at a later poll, it is known already."""
    account.received.clear()
    arrive_as(gateway, account, LOW, "first")
    await poll(hass, freezer)
    arrive_as(gateway, account, LOW + 1, "undated")
    gateway.fault("GetMessages", Replaced("SendDate", None, in_rows=True))
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["first"]


async def test_many_young_messages_with_low_ids_are_all_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """Over several pages, in order, with old ones among them."""
    account.received.clear()
    texts = [f"{number}" for number in range(250)]
    arrive_as(gateway, account, LOW, *texts)
    arrive_as(gateway, account, LOW - 300, *["old"] * 300, ago=2 * HOUR)
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == texts


@pytest.mark.parametrize("first_id", [LOW, 10**15])
@pytest.mark.parametrize("off", [MINUTE, HOUR])
async def test_a_box_that_was_numbered_anew_while_home_assistant_was_off_is_not_replayed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
    first_id: int,
    off: timedelta,
) -> None:
    """What is young is told, and what comes in from then on."""
    await hass.config_entries.async_unload(entry.entry_id)
    arrive(gateway, "meanwhile")
    freezer.tick(off)
    account.received[:] = numbered_from(first_id, account.received)
    await power_cut(hass, entry, on_disk(hass, entry))
    meanwhile = ["meanwhile"] if off == MINUTE else []
    assert told.texts == meanwhile
    for number in range(3):
        arrive_as(gateway, account, first_id + 1000 + number, f"{number}")
        await poll(hass, freezer)
    assert told.texts == [*meanwhile, "0", "1", "2"]


@pytest.mark.parametrize("size", [150], indirect=True)
@pytest.mark.parametrize("left", [10, 50, 70])
async def test_old_messages_that_come_into_sight_are_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
    left: int,
) -> None:
    """Newer ones were deleted in the panel, all at once or in two steps, with Home Assistant running or not."""
    arrive(gateway, "fresh")
    await poll(hass, freezer)
    del account.received[left + 30 :]
    await poll(hass, freezer)
    await hass.config_entries.async_unload(entry.entry_id)
    del account.received[left:]
    await set_up(hass, entry)
    await poll(hass, freezer)
    arrive(gateway, "new")
    await poll(hass, freezer)
    assert told.texts == ["fresh", "new"]


@pytest.mark.parametrize("size", [20], indirect=True)
async def test_in_a_small_box_that_was_numbered_anew_the_polls_soon_tell_what_is_new(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """Whatever the dates say; it is the second list after which they do."""
    account.received.clear()
    for number in range(6):
        arrive_as(gateway, account, LOW + number, f"{number}", ago=HOUR)
        await poll(hass, freezer)
    assert told.texts == ["2", "3", "4", "5"]


class TestWhereThePanelsClockIsWrong:
    """By three and a half hours, which is known."""

    @pytest.fixture(params=[3.5 * HOUR, -3.5 * HOUR, -HOUR, 11 * MINUTE], ids=str)
    async def shift(
        self,
        request: pytest.FixtureRequest,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        told: Told,
        issue_registry: ir.IssueRegistry,
    ) -> timedelta:
        """Let the shift be found by three messages."""
        shift: timedelta = request.param
        for number in range(3):
            arrive(gateway, f"{number}", ago=shift)
            await poll(hass, freezer)
        assert told.texts == ["0", "1", "2"]
        assert len(issue_registry.issues) == 1
        told.events.clear()
        return shift

    async def test_a_box_that_was_emptied_and_begins_with_low_ids_goes_on_working(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        account: Account,
        told: Told,
        shift: timedelta,
    ) -> None:
        """As soon as the polls prove again what is new."""
        account.received.clear()
        for number in range(6):
            arrive_as(gateway, account, LOW + number, f"{number}", ago=shift)
            await poll(hass, freezer)
        assert told.texts == ["2", "3", "4", "5"]

    @pytest.mark.parametrize("size", [150], indirect=True)
    async def test_low_ids_that_are_old_by_the_wrong_clock_are_not_told(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        account: Account,
        told: Told,
        shift: timedelta,
    ) -> None:
        """The polls alone prove nothing of them."""
        account.received.clear()
        for number in range(4):
            arrive_as(
                gateway, account, LOW + number, f"{number}", ago=shift + 13 * MINUTE
            )
            await poll(hass, freezer)
        assert told.texts == []

    async def test_a_clock_that_is_put_right_is_noticed_in_a_box_with_low_ids(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        account: Account,
        told: Told,
        shift: timedelta,
        issue_registry: ir.IssueRegistry,
    ) -> None:
        """By the first message that the polls prove to be new, which is told."""
        account.received.clear()
        for number in range(4):
            arrive_as(gateway, account, LOW + number, f"{number}")
            await poll(hass, freezer)
        assert told.texts == ["2", "3"]
        assert len(issue_registry.issues) == 0

    @pytest.mark.parametrize("size", [150], indirect=True)
    async def test_old_messages_that_come_into_sight_are_not_told_whatever_their_dates_say(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        account: Account,
        told: Told,
        shift: timedelta,
    ) -> None:
        """Neither those that seem young, nor those that seem young when they are corrected."""
        for ago in (timedelta(), shift):
            arrive_as(gateway, account, LOW, *["OPEN"] * 60, ago=ago)
            del account.received[:-60]
            await poll(hass, freezer)
            await poll(hass, freezer)
        assert told.texts == []
