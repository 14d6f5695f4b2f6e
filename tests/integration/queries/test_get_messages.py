"""The action get_messages: what the panel's boxes hold, whole, once, and in order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
import logging
from typing import Any, override

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.exchange import Exchange
from simulator.faults import MISSING, Code, Envelope, Fault, Replaced, ServerError
from simulator.world import World
from tests.integration.conftest import LINE, MINA, OMID, OTHER_LINE, SARA, recipient
from tests.integration.story.forms import call, let_pass, reauth_flows, take_calls
from tests.integration.story.people import ALI, REZA, second_account

type Rows = list[dict[str, object]]

pytestmark = pytest.mark.usefixtures("home")


@dataclass(frozen=True)
class Rearranged(Fault):
    """The honest page with its rows in another arrangement."""

    rearrange: Callable[[Rows], Rows]

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        rows = payload["Data"]
        assert isinstance(rows, list)
        return exchange.reply(payload | {"Data": self.rearrange(rows)})


@dataclass(frozen=True)
class ReceivedMeanwhile(Fault):
    """The honest page, after which further messages come in."""

    texts: tuple[str, ...]

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        page = exchange.reply(exchange.process())
        receive(exchange.world, *self.texts)
        return page


@dataclass(frozen=True)
class SamePage(Fault):
    """The first page again and again, whatever the offset."""

    first: list[object] = field(default_factory=list)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        self.first.append(exchange.process())
        return exchange.reply(self.first[0])


def receive(world: World, *texts: str, line: str = LINE) -> None:
    """Let messages come in, the oldest first."""
    for text in texts:
        world.receive(line, SARA, text)


def numbered(count: int) -> list[str]:
    """Give as many texts, the first to come in being 1."""
    return [str(number) for number in range(1, count + 1)]


async def messages(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    """Call the action and give the rows of its response."""
    response = await call(hass, "get_messages", **data)
    assert response.keys() == {"messages"}
    rows: list[dict[str, Any]] = response["messages"]
    return rows


async def texts(hass: HomeAssistant, **data: Any) -> list[str]:
    """Call the action and give the texts alone."""
    return [row["text"] for row in await messages(hass, **data)]


def asked(gateway: Gateway) -> list[dict[str, str]]:
    """Give the parameters of the requests for messages."""
    return [c.parameters for c in gateway.calls if c.method == "GetMessages"]


def pages(gateway: Gateway) -> list[tuple[str, str]]:
    """Give the offset and size of each page that was asked for."""
    return [(each["index"], each["count"]) for each in asked(gateway)]


async def test_received_messages_are_told_whole_and_the_newest_first(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A long text is one message; its time has a zone, its sender the usual spelling."""
    long_text = "درِ پارکینگ را ببند. " * 10
    freezer.move_to("2026-10-05 12:00:00+00:00")
    receive(gateway, long_text)
    freezer.move_to("2026-10-05 12:10:00+00:00")
    receive(gateway, "STATUS", line=OTHER_LINE)
    ids = [str(each.msg_id) for each in account.received]
    assert await messages(hass) == [
        {
            "message_id": ids[1],
            "location": "received",
            "text": "STATUS",
            "sender": SARA,
            "receiver": OTHER_LINE,
            "sent_at": "2026-10-05T15:40:00+03:30",
            "parts": 1,
            "recipients": 1,
            "delivered": 0,
            "failed": 0,
        },
        {
            "message_id": ids[0],
            "location": "received",
            "text": long_text,
            "sender": SARA,
            "receiver": LINE,
            "sent_at": "2026-10-05T15:30:00+03:30",
            "parts": 4,
            "recipients": 1,
            "delivered": 0,
            "failed": 0,
        },
    ]


async def test_a_sent_message_tells_how_many_recipients_have_it(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """One row for all of them."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    await call(hass, "send_sms", message="نشت آب", recipients=[SARA, OMID])
    gateway.advance(timedelta(minutes=1))
    receive(gateway, "باشد")
    [row] = await messages(hass, location="sent")
    assert (row["location"], row["text"]) == ("sent", "نشت آب")
    assert (row["sender"], row["receiver"]) == (LINE, SARA)
    assert (row["recipients"], row["delivered"], row["failed"]) == (2, 1, 1)


async def test_both_boxes_can_be_read_as_one(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A conversation in its order; each row tells its box."""
    await call(hass, "send_sms", message="پنجره باز است", recipients=SARA)
    receive(gateway, "ببند")
    await call(hass, "send_sms", message="بسته شد", recipients=SARA)
    rows = await messages(hass, location="all")
    assert [(row["location"], row["text"]) for row in rows] == [
        ("sent", "بسته شد"),
        ("received", "ببند"),
        ("sent", "پنجره باز است"),
    ]


async def test_an_empty_box_is_an_empty_list(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Not an error; it takes one request."""
    assert await messages(hass) == []
    assert len(asked(gateway)) == 1


@pytest.mark.parametrize("line", [OTHER_LINE, "۵۰۰۰ ۱۰۶۰ ۴۶۷۱", int(OTHER_LINE)])
async def test_a_line_leaves_out_what_came_over_others(
    hass: HomeAssistant, gateway: Gateway, line: object
) -> None:
    """However it is written, as with sender lines."""
    receive(gateway, "a")
    receive(gateway, "b", line=OTHER_LINE)
    assert await texts(hass, line=line) == ["b"]
    assert asked(gateway)[0]["from"] == OTHER_LINE


async def test_only_what_certain_people_wrote_can_be_told(
    hass: HomeAssistant, household: MockConfigEntry, gateway: Gateway
) -> None:
    """By name, as a group, or by number in any spelling; the limit counts the others too."""
    for sender in (SARA, OMID, MINA, "09359999999", "BANK"):
        gateway.receive(LINE, sender, f"from {sender}")
    household.add_to_hass(hass)
    await hass.config_entries.async_setup(household.entry_id)

    async def told(people: object, **data: Any) -> list[str]:
        rows = await messages(
            hass, **{"from": people, "config_entry_id": household.entry_id} | data
        )
        return [row["sender"] for row in rows]

    assert await told("sara") == [SARA]
    assert await told(["خانواده"]) == [MINA, OMID, SARA]
    assert await told("+98 935 999 9999, BANK") == ["BANK", "09359999999"]
    assert await told("Sara", limit=4) == []
    assert await told("Sara", limit=5) == [SARA]
    assert await told("Nobody") == []


async def test_a_name_of_another_account_is_somebody_too(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """An empty list would look as if they had written nothing; of two of the same name it is the account's own."""
    for sender in (SARA, ALI, REZA):
        gateway.receive(LINE, sender, f"from {sender}")
    sara = recipient("Sara", "sara_2", ALI)
    reza = recipient("Reza", "reza", REZA)
    second = second_account(gateway, gateway_url, recipients=(sara, reza))
    for each in (household, second):
        each.add_to_hass(hass)
    await hass.config_entries.async_setup(household.entry_id)
    rows = await messages(
        hass, **{"from": ["Sara", "Reza"], "config_entry_id": household.entry_id}
    )
    assert [row["sender"] for row in rows] == [REZA, SARA]


@pytest.mark.parametrize("nothing", [{}, {"line": ""}, {"line": " "}])
async def test_without_a_line_all_of_them_are_read(
    hass: HomeAssistant, gateway: Gateway, nothing: dict[str, str]
) -> None:
    """An empty text is what a template makes of none."""
    receive(gateway, "a")
    receive(gateway, "b", line=OTHER_LINE)
    assert await texts(hass, **nothing) == ["b", "a"]
    assert asked(gateway)[0]["from"] == ""


async def test_offset_and_limit_choose_a_piece(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Counted from the newest; a small piece is a small request."""
    receive(gateway, *numbered(9))
    assert await texts(hass, offset=2, limit=3) == ["7", "6", "5"]
    assert pages(gateway) == [("2", "3")]


async def test_one_request_is_made_unless_more_is_wanted(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It brings a hundred messages."""
    receive(gateway, *numbered(130))
    assert await texts(hass) == numbered(130)[:-101:-1]
    assert pages(gateway) == [("0", "100")]


@pytest.mark.parametrize(
    ("limit", "calls"),
    [
        (150, [("20", "100"), ("120", "100")]),
        (1000, [("20", "100"), ("120", "100"), ("220", "100")]),
    ],
)
async def test_beyond_a_hundred_the_box_is_read_page_by_page(
    hass: HomeAssistant, gateway: Gateway, limit: int, calls: list[tuple[str, str]]
) -> None:
    """Up to the limit, or to the end of the box, which a short page shows."""
    receive(gateway, *numbered(270))
    wanted = numbered(250)[::-1][:limit]
    assert await texts(hass, offset=20, limit=limit) == wanted
    assert pages(gateway) == calls


async def test_a_message_that_comes_in_between_two_pages_doubles_and_hides_nothing(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It pushes the others on: the next page begins with what was there already."""
    receive(gateway, *numbered(220))
    gateway.fault("GetMessages", ReceivedMeanwhile(("new", "newer")))
    assert await texts(hass, limit=200) == numbered(220)[::-1][:200]
    assert pages(gateway) == [("0", "100"), ("100", "100"), ("200", "100")]


async def test_rows_that_a_page_repeats_do_not_use_up_the_limit(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The rest is asked for."""
    receive(gateway, *numbered(8))
    gateway.fault("GetMessages", Rearranged(lambda rows: [rows[0], *rows[:-1]]))
    assert await texts(hass, limit=4) == ["8", "7", "6", "4"]


async def test_of_a_repeated_row_the_later_reading_counts(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Receipts arrive while the box is read."""
    receive(gateway, "a")
    gateway.fault(
        "GetMessages",
        Rearranged(lambda rows: [rows[0] | {"RecSuccess": n} for n in (0, 1)]),
    )
    [row] = await messages(hass)
    assert row["delivered"] == 1


async def test_the_order_is_ours_whatever_the_gateways_is(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A page may even begin with its oldest row."""
    receive(gateway, *numbered(120))

    def oldest_first(rows: Rows) -> Rows:
        return rows[::-1]

    gateway.fault("GetMessages", Rearranged(oldest_first), times=None)
    assert await texts(hass, limit=110) == numbered(120)[::-1][:110]


async def test_ids_are_compared_as_numbers(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A longer one is a newer one."""
    receive(gateway, "a", "b")

    def renumbered(rows: Rows) -> Rows:
        return [row | {"MsgID": n} for row, n in zip(rows, (999, 1000), strict=True)]

    gateway.fault("GetMessages", Rearranged(renumbered))
    rows = await messages(hass)
    assert [row["message_id"] for row in rows] == ["1000", "999"]


async def test_a_gateway_that_does_not_heed_the_offset_is_not_asked_for_ever(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """What it told is told once."""
    receive(gateway, *numbered(150))
    gateway.fault("GetMessages", SamePage(), times=None)
    assert await texts(hass, limit=1000) == numbered(150)[:-101:-1]
    assert len(asked(gateway)) == 2


async def test_a_gateway_that_tells_more_than_asked_does_not_break_the_limit(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The newest are kept."""
    receive(gateway, *numbered(3))

    def longer(rows: Rows) -> Rows:
        return [rows[0] | {"MsgID": n} for n in range(1, 6)]

    gateway.fault("GetMessages", Rearranged(longer))
    rows = await messages(hass, limit=2)
    assert [row["message_id"] for row in rows] == ["5", "4"]


@pytest.mark.parametrize(
    ("missing", "box", "key", "value"),
    [
        ("SendDate", "received", "sent_at", None),
        ("FirstLocation", "received", "location", "received"),
        ("FirstLocation", "sent", "location", "sent"),
        ("FirstLocation", "all", "location", None),
        ("Body", "all", "text", ""),
    ],
)
async def test_what_a_row_lacks_is_not_made_up(
    hass: HomeAssistant,
    gateway: Gateway,
    missing: str,
    box: str,
    key: str,
    value: str | None,
) -> None:
    """The box it is from may follow from the question."""
    await call(hass, "send_sms", message="a", recipients=SARA)
    receive(gateway, "b")
    gateway.fault("GetMessages", Replaced(missing, MISSING, in_rows=True))
    rows = await messages(hass, location=box)
    assert rows
    assert [row[key] for row in rows] == [value for _ in rows]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (ServerError(), "server_fault"),
        (Replaced("MsgID", None, in_rows=True), "unreadable_reply"),
        (Replaced("Data", "NULL"), "unreadable_reply"),
        (Code(6), "gateway_updating"),
    ],
)
async def test_a_list_with_a_hole_is_an_error(
    hass: HomeAssistant, gateway: Gateway, fault: Fault, error: str
) -> None:
    """Half of it would look like the whole."""
    receive(gateway, *numbered(150))
    gateway.fault("GetMessages", Rearranged(lambda rows: rows))
    gateway.fault("GetMessages", fault)
    with pytest.raises(HomeAssistantError) as raised:
        await messages(hass, limit=150)
    assert raised.value.translation_key == error
    assert len(asked(gateway)) == 2


async def test_a_line_that_the_gateway_does_not_know_asks_for_no_new_password(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It answers null and 35, as it does to a wrong password where no line is named."""
    gateway.fault("GetMessages", Envelope(None, 35, "InvalidData"))
    with pytest.raises(HomeAssistantError) as raised:
        await messages(hass, line="30001234")
    assert raised.value.translation_key == "invalid_request"
    await hass.async_block_till_done()
    assert not reauth_flows(hass)


async def test_wrong_credentials_ask_for_new_ones_and_end_the_questions(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """The credit tells that it is the login; after that nothing is asked, however often the action is called."""
    account.password = "changed"
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as raised:
            await messages(hass)
        assert raised.value.translation_key == "wrong_credentials"
    await hass.async_block_till_done()
    assert reauth_flows(hass)
    assert len(asked(gateway)) == 1
    assert take_calls(gateway)[-1] == "GetCredit"


@pytest.mark.parametrize(
    ("own", "written"),
    [
        ("3000123", "+98 3000 123"),
        ("+983000123", "3000123"),
        ("0098 3000 123", "۳۰۰۰۱۲۳"),
    ],
)
async def test_an_own_line_is_asked_for_as_the_panel_writes_it(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
    *,
    own: str,
    written: str,
) -> None:
    """Whatever the prefix and the digits in the action."""
    account.lines = [LINE, own]
    await let_pass(hass, freezer, timedelta(minutes=16))
    gateway.calls.clear()
    await messages(hass, line=written)
    assert [parameters["from"] for parameters in asked(gateway)] == [own]


@pytest.mark.parametrize("line", ["12", "خط من", "1" * 21])
async def test_what_cannot_be_a_line_is_refused(
    hass: HomeAssistant, gateway: Gateway, line: str
) -> None:
    """The gateway isn't asked."""
    with pytest.raises(ServiceValidationError) as raised:
        await messages(hass, line=line)
    assert raised.value.translation_key == "invalid_line"
    assert not asked(gateway)


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": "outbox"},
        {"location": 1},
        {"offset": -1},
        {"limit": 0},
        {"limit": 1001},
        {"limit": "many"},
    ],
)
async def test_fields_out_of_their_range_are_refused(
    hass: HomeAssistant, gateway: Gateway, wrong: dict[str, Any]
) -> None:
    """The gateway isn't asked."""
    with pytest.raises(vol.Invalid):
        await messages(hass, **wrong)
    assert not asked(gateway)


async def test_what_is_read_is_in_no_log(
    hass: HomeAssistant, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """At debug level neither."""
    caplog.set_level(logging.DEBUG, "custom_components.payamak")
    receive(gateway, "متن محرمانه")
    assert await texts(hass) == ["متن محرمانه"]
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.payamak")
    )
    assert "GetMessages" in ours
    assert not any(each in ours for each in ("محرمانه", SARA, SARA[1:], LINE))


async def test_a_row_without_an_id_hides_no_other(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It counts for the offset of the next page alone."""
    receive(gateway, *numbered(130))

    def without_id(rows: Rows) -> Rows:
        return [rows[0] | {"MsgID": None}, *rows[1:]]

    gateway.fault("GetMessages", Rearranged(without_id))
    assert await texts(hass, limit=120) == numbered(129)[::-1][:120]
    assert pages(gateway) == [("0", "100"), ("100", "100")]


@pytest.mark.parametrize("people", [[], "", "{{ people }}", 12])
async def test_people_who_cannot_be_any_are_refused(
    hass: HomeAssistant, people: object
) -> None:
    """Nobody at all would look like everybody."""
    with pytest.raises(vol.Invalid):
        await messages(hass, **{"from": people})
