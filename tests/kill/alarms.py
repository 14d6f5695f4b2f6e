"""Raises alerts, and collects what became of each: one person's phone is off, the next one answers by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
import time
from typing import Final

from demo.api import Json

from .alarm_judge import AlarmEvidence, Event, Raised, Text, is_over
from .house import House, answer_of

# Invented numbers.
FIRST: Final = "09120000011"
SECOND: Final = "09120000012"
THIRD: Final = "09120000013"
ALARMED: Final = (FIRST, SECOND, THIRD)
_MINUTES: Final = 0.5
_VALID_FOR: Final = 0.5
_ANSWERS_AFTER: Final = 0.5
_DELIVERED: Final = 1  # the gateway's own number
_POLL_EVERY: Final = 0.1
_MOST_ROWS: Final = 1000


class Alarms:
    """Raises alerts one after the other, and knows what is to become of them."""

    def __init__(self, house: House) -> None:
        """Begin without any."""
        self._house = house
        self._raised: list[Raised] = []
        self._task: asyncio.Task[None] | None = None

    async def set_up(self) -> None:
        """Switch the first one's phone off, and let the second one's answer."""
        phones = self._house.phones
        await phones.give_up_after(_VALID_FOR)
        await phones.switch_phone(FIRST, on=False)
        await phones.let_answer(SECOND, "ok", after=_ANSWERS_AFTER, contains="Alarm ")

    def raise_one(self) -> None:
        """Raise an alert without waiting for the answer."""
        number = len(self._raised)
        message = f"Alarm {number + 1}! Reply ok."
        self._raised.append(
            Raised(
                alert_id=f"alarm_{number + 1}",
                message=message,
                at=time.time(),
                is_known=False,
            )
        )
        self._task = asyncio.create_task(self._raise(number))

    def note_written(self) -> None:
        """Note that the last one is on the disk."""
        self._note_known(-1)

    async def until_answered(self) -> None:
        """Wait until the call is answered, or can't be any more."""
        if self._task:
            await self._task

    async def until_second_is_texted(self, seconds: float) -> None:
        """Wait until the second one's text has left."""
        message = self._raised[-1].message

        async def is_texted() -> bool:
            texts = await self._house.phones.arrived(SECOND)
            return any(each.text.startswith(message) for each in texts)

        await _until(is_texted, seconds)

    async def until_over(self, seconds: float) -> None:
        """Wait until the last alert is acknowledged, unanswered or gone; what is left when time is up is seen by the judge."""
        if self._raised:
            await _until(self._is_over, seconds)

    async def evidence(self) -> AlarmEvidence:
        """Return all that is known in the end."""
        record = await self._house.phones.record()
        answer = await self._house.home_assistant.ask(
            "payamak.get_history", {"recipients": list(ALARMED), "limit": _MOST_ROWS}
        )
        return AlarmEvidence(
            first=FIRST,
            second=SECOND,
            third=THIRD,
            raised=self._raised,
            texts=[
                Text(
                    number=sms["number"],
                    text=sms["text"],
                    at=datetime.fromisoformat(sms["at"]).timestamp(),
                    is_delivered=sms["status"] == _DELIVERED,
                )
                for sms in record
                if sms["number"] in ALARMED
            ],
            events=self._events(),
            unknown=frozenset(
                (row["recipient"], row["text"])
                for row in answer["messages"]
                if row["state"] == "unknown"
            ),
            kills=self._house.kills,
        )

    async def _raise(self, number: int) -> None:
        raised = self._raised[number]
        data: Json = {
            "alert_id": raised.alert_id,
            "message": raised.message,
            "steps": [
                {"recipients": [FIRST], "minutes": _MINUTES},
                {"recipients": [SECOND, THIRD], "minutes": _MINUTES},
            ],
        }
        home_assistant = self._house.home_assistant
        answer = await answer_of(
            lambda: home_assistant.ask("payamak.raise_alert", data)
        )
        if answer is not None:
            self._note_known(number)

    def _note_known(self, number: int) -> None:
        self._raised[number] = replace(self._raised[number], is_known=True)

    async def _is_over(self) -> bool:
        if is_over(self._events(), self._raised[-1].alert_id):
            return True
        if self._raised[-1].is_known:
            return False
        open_alerts = await answer_of(
            lambda: self._house.home_assistant.state("sensor.payamak_open_alerts")
        )
        return open_alerts == "0"

    def _events(self) -> Sequence[Event]:
        return [
            Event(
                alert_id=line["id"],
                kind=line["state"],
                name=line["name"] or "",
                at=line["at"],
            )
            for line in self._house.told()
            if line["kind"] == "alert"
        ]


async def _until(is_so: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Wait until something is so, or time is up."""
    for _ in range(int(seconds / _POLL_EVERY)):
        if await is_so():
            return
        await asyncio.sleep(_POLL_EVERY)
