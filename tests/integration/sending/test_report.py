"""What a sender reads of a message: its response, its history, and the error that names who got nothing and why."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.payamak.account.errors import Explainer
from custom_components.payamak.gateway import (
    GatewayError,
    MessageError,
    RecipientError,
    SmsState,
    UncertainError,
)
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.sending.message import Size
from custom_components.payamak.sending.progress import SendReport, SentRow
from custom_components.payamak.sending.report import (
    async_raise_for_failures,
    async_response,
    history_row,
)
from tests.integration.story.deliveries import numbers
from tests.integration.story.rows import content, waiting_row

TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Words(dict[str, str]):
    """The texts of a language: each cause is explained with its key and the gateway's code."""

    @override
    def __getitem__(self, key: str) -> str:
        return f"{key.split('.')[-2]} {{code}}"


EXPLAIN = Explainer(Words())


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def load(hass: HomeAssistant) -> Explainer:
        assert hass is HASS
        return EXPLAIN

    monkeypatch.setattr(Explainer, "async_load", load)


# The words are made up, so nothing is asked of it.
HASS = cast("HomeAssistant", object())


def sent(
    number: int,
    state: SmsState = SmsState.ACCEPTED,
    error: GatewayError | None = None,
    name: str | None = None,
    **changes: Any,
) -> SentRow:
    """Give the result for one recipient."""
    to = numbers(1, number)[0]
    row = waiting_row(number, to, state=state, **changes)
    recipient = Recipient(number=to, name=name)
    return SentRow(recipient=recipient, sms=row, state=state, error=error)


def report_of(*rows: SentRow) -> SendReport:
    """Give the report of a message."""
    size = Size(parts=len(rows), tariff_units=2)
    return SendReport(rows=rows, size=size)


async def failure(
    rows: Sequence[SentRow], *, partial_is_fine: bool = False
) -> tuple[str, dict[str, str]]:
    """Give the error of a message: its key, and what is filled in."""
    report = report_of(*rows)
    with pytest.raises(HomeAssistantError) as raised:
        await async_raise_for_failures(HASS, report, partial_is_fine=partial_is_fine)
    error = raised.value
    assert error.translation_domain == "payamak"
    assert error.translation_key
    return error.translation_key, dict(error.translation_placeholders or {})


async def succeed(rows: Sequence[SentRow], *, partial_is_fine: bool = False) -> None:
    """Expect no error."""
    await async_raise_for_failures(
        HASS, report_of(*rows), partial_is_fine=partial_is_fine
    )


async def test_a_response_counts_the_states_and_has_a_row_for_each() -> None:
    """In the order of the recipients."""
    report = report_of(
        sent(1, message_id="11", name="Sara"),
        sent(2, SmsState.WAITING),
        sent(3, SmsState.FAILED, MessageError("no", 14)),
        sent(4, SmsState.UNKNOWN, UncertainError("lost")),
        sent(5, message_id="15"),
    )
    response = await async_response(HASS, report, Decimal("20.8"), with_delivery=False)
    messages = cast("list[dict[str, Any]]", response.pop("messages"))
    assert response == {
        "accepted": 2,
        "queued": 1,
        "failed": 1,
        "unknown": 1,
        "parts": 5,
        "estimated_cost": 21,
    }
    assert messages[0] == {
        "sms_id": "sms-1",
        "recipient": "09130000001",
        "name": "Sara",
        "status": "accepted",
        "message_id": "11",
        "code": None,
        "error": None,
    }
    assert [
        (row["status"], row["message_id"], row["code"], row["error"])
        for row in messages
    ][1:] == [
        ("queued", None, None, None),
        ("failed", None, 14, "no 14"),
        ("unknown", None, None, "lost - outcome_unknown {code}"),
        ("accepted", "15", None, None),
    ]


async def test_home_assistant_goes_on_while_thousands_are_told() -> None:
    """They are written in parts, and in their order."""
    report = report_of(*(sent(number) for number in range(2001)))
    telling = asyncio.ensure_future(
        async_response(HASS, report, None, with_delivery=False)
    )
    turns = 0
    while not telling.done():
        turns += 1
        await asyncio.sleep(0)
    # One for each thousand, and one for the rest.
    assert turns == 3
    messages = cast("list[dict[str, Any]]", telling.result()["messages"])
    assert [row["recipient"] for row in messages] == numbers(2001)


@pytest.mark.parametrize(("cost", "told"), [(None, None), (Decimal(0), 0)])
async def test_a_cost_that_nobody_knows_is_not_named(
    cost: Decimal | None, told: int | None
) -> None:
    """One of nothing is."""
    response = await async_response(HASS, report_of(sent(1)), cost, with_delivery=False)
    assert response["estimated_cost"] == told


@pytest.mark.parametrize(
    ("state", "message_id", "delivery"),
    [
        (SmsState.ACCEPTED, "1", "pending"),
        (SmsState.ACCEPTED, None, "unknown"),
        (SmsState.FAILED, None, "failed"),
        (SmsState.WAITING, None, "queued"),
    ],
)
async def test_the_delivery_is_told_to_those_who_waited_for_it(
    state: SmsState, message_id: str | None, delivery: str
) -> None:
    """What can't be followed is unknown."""
    report = report_of(sent(1, state, message_id=message_id))
    response = await async_response(HASS, report, None, with_delivery=True)
    [row] = cast("list[dict[str, Any]]", response["messages"])
    assert row["delivery"] == delivery


async def test_a_message_that_failed_for_nobody_is_no_error() -> None:
    """What waits has not failed."""
    await succeed([sent(1), sent(2, SmsState.WAITING)])
    await succeed([])


FAILED = sent(1, SmsState.FAILED, MessageError("no", 14))
LOST = sent(2, SmsState.UNKNOWN, UncertainError("lost"))


@pytest.mark.parametrize(
    ("rows", "key", "accepted"),
    [
        ([FAILED], "not_accepted", 0),
        ([FAILED, LOST], "not_confirmed", 0),
        ([LOST], "not_confirmed", 0),
        ([FAILED, sent(3)], "partly_sent", 1),
        ([FAILED, LOST, sent(3), sent(4)], "partly_sent", 2),
        ([FAILED, sent(3, SmsState.WAITING)], "partly_sent", 1),
    ],
)
async def test_the_error_says_how_many_got_it(
    rows: Sequence[SentRow], key: str, accepted: int
) -> None:
    """Whoever reads the response can do without it where some got it."""
    found = await failure(rows)
    said, words = found
    assert (said, words["accepted"], words["total"]) == (
        key,
        str(accepted),
        str(len(rows)),
    )
    if accepted:
        await succeed(rows, partial_is_fine=True)
    else:
        assert await failure(rows, partial_is_fine=True) == found


async def named(*rows: SentRow) -> str:
    """Give who got nothing and why, as the error says it."""
    return (await failure(rows))[1]["failures"]


async def test_those_who_got_nothing_are_named_by_the_cause() -> None:
    """In the order of the causes; strangers with the end of their number."""
    no, blocked = MessageError("no", 14), RecipientError("blocked", 35)
    assert (
        await named(
            sent(1, SmsState.FAILED, no),
            sent(2, SmsState.FAILED, blocked, "Omid"),
            sent(3, SmsState.FAILED, no, "Sara"),
            sent(4),
        )
        == "…0001, Sara: no 14 Omid: blocked 35"
    )


async def test_a_group_is_named_once_if_all_of_it_got_nothing() -> None:
    """Else those of its numbers are told that did not."""
    no = MessageError("no", 14)
    all_of_it = [sent(number, SmsState.FAILED, no, "Family") for number in (1, 2)]
    assert await named(*all_of_it) == "Family: no 14"
    assert await named(*all_of_it, sent(3, name="Family")) == (
        "Family (…0001), Family (…0002): no 14"
    )


@pytest.mark.parametrize(("count", "rest"), [(100, ""), (101, " (+1)"), (103, " (+3)")])
async def test_a_hundred_are_named(count: int, rest: str) -> None:
    """The rest is counted."""
    no = MessageError("no", 14)
    said = await named(*(sent(n, SmsState.FAILED, no) for n in range(count)))
    assert said.count("…") == 100
    assert said.endswith(f", …0099{rest}: no 14")


def test_the_history_tells_what_was_sent() -> None:
    """And when, in a form that everybody can read."""
    row = waiting_row(
        7,
        state=SmsState.DELIVERED,
        message_id="17",
        name="Sara",
        parts=3,
        content=content(1, "سلام"),
        sent_at=TIME.timestamp(),
        ended_at=TIME.timestamp() + 1.5,
    )
    assert history_row(row, EXPLAIN) == {
        "sms_id": "sms-7",
        "recipient": row.recipient,
        "name": "Sara",
        "status": "accepted",
        "message_id": "17",
        "code": None,
        "error": None,
        "state": "delivered",
        "text": "سلام",
        "parts": 3,
        "sent_at": "2026-03-01T12:00:00+00:00",
        "ended_at": "2026-03-01T12:00:01.500000+00:00",
    }


def test_the_history_of_what_has_neither_left_nor_ended_names_no_times() -> None:
    """Nor a text that stands in the panel, or is forgotten."""
    row = waiting_row(7, content=content(1, None))
    told = history_row(row, EXPLAIN)
    assert (told["sent_at"], told["ended_at"], told["text"]) == (None, None, None)
    row.content = None
    assert history_row(row, EXPLAIN)["text"] is None


@pytest.mark.parametrize(
    ("state", "message_id", "status"),
    [
        (SmsState.WAITING, None, "queued"),
        (SmsState.SENDING, None, "queued"),
        (SmsState.FAILED, None, "failed"),
        (SmsState.FAILED, "1", "accepted"),
        (SmsState.NOT_SENT, None, "failed"),
        (SmsState.CANCELLED, None, "failed"),
        (SmsState.UNKNOWN, None, "unknown"),
        (SmsState.ACCEPTED, None, "accepted"),
        (SmsState.DELIVERED, None, "accepted"),
        (SmsState.UNDELIVERED, None, "accepted"),
        (SmsState.EXPIRED, "1", "accepted"),
    ],
)
def test_the_history_tells_what_the_response_would_have_been(
    state: SmsState, message_id: str | None, status: str
) -> None:
    """What became of it later is its state."""
    row = waiting_row(7, state=state, message_id=message_id)
    told = history_row(row, EXPLAIN)
    assert (told["status"], told["state"]) == (status, state.value)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (SmsState.FAILED, "no 14"),
        (SmsState.UNKNOWN, "no 14 outcome_unknown {code}"),
    ],
)
def test_the_history_tells_the_cause(state: SmsState, error: str) -> None:
    """Of what is unknown it says that it may have been sent."""
    row = waiting_row(7, state=state, reason="no", code=14)
    told = history_row(row, EXPLAIN)
    assert (told["error"], told["code"]) == (error, 14)
