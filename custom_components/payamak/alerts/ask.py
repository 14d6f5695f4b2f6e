"""The action that asks by SMS, and responds with the answer."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..account.service_call import ACCOUNT_SCHEMA, listed
from ..account.signals import signal_deliveries_changed
from ..const import DOMAIN
from ..coordinator import PayamakData
from ..ledger import LedgerError, SmsRow
from ..people.addressed import RECIPIENTS_SCHEMA, Addressed, async_addressed
from ..sending.actions import ATTR_MESSAGE
from ..sending.errand import Outcome, async_send
from ..sending.message import Sms
from ..sending.report import async_raise_for_failures, async_response
from .decisions import Reach, reach_of
from .fields import MESSAGE_SCHEMA, PIN_SCHEMA
from .matters import Matters, matters_of
from .question import Answered, Question
from .sentences import Answers
from .texts import Texts

ACTION_ASK: Final = "ask"
ATTR_ANSWERS: Final = "answers"
ATTR_TIMEOUT: Final = "timeout"

_USUAL_TIMEOUT: Final = 300  # seconds
_LONGEST_TIMEOUT: Final = 3600


def _answers(value: object) -> Answers:
    """Accept a list of answers with their sentences; the error names the sentence that can't be read."""
    written = vol.Schema(
        vol.All(
            listed,
            [
                {
                    vol.Required("id"): cv.string,
                    vol.Required("sentences"): vol.All(listed, [cv.string]),
                }
            ],
        )
    )(value)
    try:
        return Answers.of(written)
    except ValueError as error:
        raise vol.Invalid(str(error)) from error


_SCHEMA: Final = vol.Schema(
    {
        **MESSAGE_SCHEMA,
        **RECIPIENTS_SCHEMA,
        vol.Optional(ATTR_ANSWERS, default=list): _answers,
        vol.Optional(ATTR_TIMEOUT, default=_USUAL_TIMEOUT): vol.All(
            vol.Coerce(float), vol.Range(min=1, max=_LONGEST_TIMEOUT)
        ),
        vol.Optional("urgent", default=False): cv.boolean,
        **PIN_SCHEMA,
        **ACCOUNT_SCHEMA,
        **cv.ENTITY_SERVICE_FIELDS,
    }
)


@callback
def async_setup_ask(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        ACTION_ASK,
        _async_ask,
        schema=_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


async def _async_ask(call: ServiceCall) -> ServiceResponse:
    """Ask, and respond with the first answer; that there is none in time is no error."""
    deadline = asyncio.get_running_loop().time() + call.data[ATTR_TIMEOUT]
    addressed = await async_addressed(call)
    accounts = [
        (each.entry.entry_id, each.entry.runtime_data)
        for each in addressed
        if each.is_at_work
    ]
    matters = matters_of(call.hass)
    question = Question(
        matters.new_code(),
        call.data.get("pin"),
        call.data[ATTR_ANSWERS],
        {
            each.entry.entry_id: [who.number for who in each.recipients]
            for each in addressed
        },
        {entry_id: data.ledger.outgoing.purposes for entry_id, data in accounts},
    )
    sms = _sms(call, question, matters, addressed)
    with ExitStack() as asking:
        matters.add(question)
        asking.callback(question.end)
        for _, data in accounts:
            data.inbox.async_answer_is_awaited()
        try:
            outcome = await async_send(addressed, sms)
            if not question.answered.done() and _was_never_asked(outcome):
                await async_raise_for_failures(
                    call.hass, outcome.report, partial_is_fine=True
                )
            answered = await _async_wait(call.hass, question, outcome, deadline)
        finally:
            await _async_call_back(question, [data for _, data in accounts])
    response = await async_response(
        call.hass, outcome.report, None, with_delivery=False
    )
    return {**_told_of(answered), "messages": response["messages"]}


def _sms(
    call: ServiceCall,
    question: Question,
    matters: Matters,
    addressed: Sequence[Addressed],
) -> Sms:
    """Return the question as it is sent: with its code where somebody may have something else to answer."""
    text: str = call.data[ATTR_MESSAGE]
    numbers = [who.number for each in addressed for who in each.recipients]
    question.shows_code = matters.must_show_code(numbers, besides=None)
    if question.shows_code:
        text = Texts(call.hass).with_code(text, question.code, of="question")
    return Sms(
        recipients=(),
        text=text,
        urgent=call.data["urgent"],
        retry_for=call.data[ATTR_TIMEOUT] / 60,
        purpose=question.purpose,
        is_wanted=lambda: question.is_open,
    )


async def _async_wait(
    hass: HomeAssistant, question: Question, outcome: Outcome, deadline: float
) -> Answered | None:
    """Return the first answer, None where there is none in time, or none can come any more."""
    news = asyncio.Event()
    with ExitStack() as listening:
        for entry_id in outcome.entry_ids:
            listening.callback(
                async_dispatcher_connect(
                    hass, signal_deliveries_changed(entry_id), news.set
                )
            )
        question.answered.add_done_callback(lambda _: news.set())
        with suppress(TimeoutError):
            await _async_until_over(question, outcome.report.sms, news, deadline)
    return question.answered.result() if question.answered.done() else None


async def _async_until_over(
    question: Question, sms: Sequence[SmsRow], news: asyncio.Event, deadline: float
) -> None:
    async with asyncio.timeout_at(deadline):
        while not question.answered.done() and any(
            not reach_of(each).is_in_vain for each in sms
        ):
            await news.wait()
            news.clear()


async def _async_call_back(question: Question, accounts: Sequence[PayamakData]) -> None:
    """Let nothing leave any more that nobody waits for."""
    for data in accounts:
        rows = data.ledger.outgoing.purposes.rows(question.purpose)
        waiting = [row.sms_id for row in rows.values() if reach_of(row) is Reach.WAITS]
        # What the disk does not take is known in memory, and the ledger raises a repair.
        with suppress(LedgerError):
            await data.road.outbox.async_cancel(waiting)


def _was_never_asked(outcome: Outcome) -> bool:
    """Tell whether the question has left for nobody, and waits for nobody: that there is no answer would say nothing."""
    return all(reach_of(each) is Reach.MISSED for each in outcome.report.sms)


def _told_of(answered: Answered | None) -> dict[str, JsonValueType]:
    if answered is None:
        words = ("id", "text", "recipient", "name", "message_id", "answered_at")
        return {"answered": False, **dict.fromkeys(words), "slots": {}}
    sms, answer = answered.sms, answered.answer
    return {
        "answered": True,
        "id": answer.id,
        "text": answer.text,
        "recipient": sms.sender,
        "name": sms.name,
        "message_id": sms.message_id,
        "answered_at": (sms.sent_at or sms.came_in_at).isoformat(),
        "slots": dict(answer.slots),
    }
