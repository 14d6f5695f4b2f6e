"""Asks for SMS at every door of Home Assistant, and keeps a record of what was asked for and what was answered."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
import itertools
from random import Random
import re
from typing import Any, Final

from demo.api import Json
from demo.flows import add_account, add_recipient, until_loaded
from demo.gateway import Account

from .alarms import ALARMED
from .house import House, answer_of
from .judge import Asked, Kept, Key, Restored, Taken, Told

# Invented numbers.
PEOPLE: Final = tuple(f"0912000000{digit}" for digit in range(1, 7))
_MOTHER: Final = PEOPLE[0]
_PAUSED: Final = "switch.payamak_mother_paused"
_LINE: Final = re.compile(r"\d\d:\d\d (?=Message )")
_PATTERN_PEOPLE: Final = "0935{:07d}"
_PATTERN_ID: Final = 314159
_MOST_ROWS: Final = 1000
_NUMBERS_AT_ONCE: Final = 300
_HASTY: Final = 0.02  # minutes
_POLL_EVERY: Final = 0.2

type _Door = Callable[[Asked], tuple[str, Json]]


class Asking:
    """Asks at the doors, and collects the evidence."""

    def __init__(self, house: House, account: Account, chance: Random) -> None:
        """Begin with nothing asked for."""
        self._house = house
        self._account = account
        self._chance = chance
        self._moments = itertools.count(1)
        self._asked: dict[int, Asked] = {}
        self._received: list[str] = []
        self._restored: list[Restored] = []
        self._copied = 0
        self._paused_at: int | None = None
        self.got_in_pause: list[Key] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def set_up(self) -> None:
        """Set the account up through the forms, with one saved person."""
        home_assistant = self._house.home_assistant
        added = await add_account(
            home_assistant, self._account, self._house.phones.api_url
        )
        self._house.entry_id = added.entry_id
        await until_loaded(home_assistant, added.entry_id)
        await add_recipient(
            home_assistant,
            added.entry_id,
            {"name": "Mother", "numbers": [_MOTHER], "slug": "mother"},
            opened=added.recipient_flow,
        )
        await self._house.phones.approve_pattern(self._account, _PATTERN_ID, "Code {0}")

    def ask(self, *, hasty: bool = False, of_mother: bool = False) -> None:
        """Ask for something at one of the doors, or at those of the saved person, without waiting for the answer."""
        doors = self._mothers_doors if of_mother else self._doors
        door = self._by_sms if hasty else self._chance.choice(doors)
        task = asyncio.create_task(self._ask(door, hasty=hasty))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until_answered(self) -> None:
        """Wait until each call is answered, or can't be any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def ask_and_wait(
        self, times: int, *, hasty: bool = False, of_mother: bool = False
    ) -> None:
        """Ask for some things, each after the answer of the one before."""
        for _ in range(times):
            self.ask(hasty=hasty, of_mother=of_mother)
            await self.until_answered()

    async def receive(self, times: int) -> None:
        """Let SMS come in."""
        for _ in range(times):
            self._received.append(
                await self._house.phones.receive(
                    self._account.line, self._chance.choice(PEOPLE), "Is all well?"
                )
            )

    def note_backup(self) -> None:
        """Note that a backup was made, which knows all that was asked for so far."""
        self._copied = next(self._moments)

    def note_restore(self) -> None:
        """Note that it was restored."""
        self._restored.append(
            Restored(copied=self._copied, restored=next(self._moments))
        )

    @property
    def asked(self) -> Sequence[Asked]:
        """Return what was asked for."""
        return list(self._asked.values())

    @property
    def received(self) -> Sequence[str]:
        """Return the ids of the SMS that came in."""
        return self._received

    @property
    def restored(self) -> Sequence[Restored]:
        """Return when backups were restored."""
        return self._restored

    async def taken(self) -> list[Taken]:
        """Return what the gateway took, in its order."""
        return [
            Taken(key=_key(sms["number"], text), rec_id=sms["rec_id"])
            for sms in await self._house.phones.record()
            if sms["number"] not in ALARMED
            for text in _texts_in(sms["text"])
        ]

    async def pause(self) -> None:
        """Pause the saved person."""
        await self._house.home_assistant.act("switch.turn_on", {"entity_id": _PAUSED})
        self._paused_at = next(self._moments)

    async def resume(self) -> None:
        """Look whether the saved person got anything in a pause, and end that."""
        if self._paused_at is None:
            return
        held = {
            key
            for asked in self.asked
            for key in asked.keys
            if asked.begun > self._paused_at
            and asked.in_order
            and key.number == _MOTHER
        }
        self.got_in_pause += [
            each.key for each in await self.taken() if each.key in held
        ]
        self._paused_at = None
        await self._house.home_assistant.act("switch.turn_off", {"entity_id": _PAUSED})

    async def kept(self) -> list[Kept]:
        """Return the history of everybody who was written to."""
        numbers = dict.fromkeys(
            key.number for asked in self.asked for key in asked.keys
        )
        rows: list[Json] = []
        people = [[number] for number in PEOPLE if number in numbers]
        others = [number for number in numbers if number not in PEOPLE]
        for some in [*people, *map(list, itertools.batched(others, _NUMBERS_AT_ONCE))]:
            answer = await self._house.home_assistant.ask(
                "payamak.get_history", {"recipients": some, "limit": _MOST_ROWS}
            )
            rows += answer["messages"]
        return [
            Kept(
                sms_id=row["sms_id"],
                key=_key(row["recipient"], row["text"]),
                state=row["state"],
                message_id=row["message_id"],
                ended_at=_unix_time(row["ended_at"]),
            )
            for row in rows
        ]

    def told(self) -> list[Told]:
        """Return what automations were told."""
        told: list[Told] = []
        era = 0
        for line in self._house.told():
            if line["kind"] == "restored":
                era += 1
            elif line["kind"] in ("end", "received"):
                told.append(Told(kind=line["kind"], id=line["id"], era=era))
        return told

    def noted(self) -> Mapping[str, Sequence[float]]:
        """Return when received SMS were noted, by their ids; more than once after a kill or a restored backup."""
        noted: defaultdict[str, list[float]] = defaultdict(list)
        for line in self._house.told():
            if line["kind"] == "noted":
                noted[line["id"]].append(line["at"])
        return noted

    async def until_all_is_noted(self, seconds: float) -> None:
        """Wait until all received SMS were noted; what is left when time is up is seen by the judge."""
        for _ in range(int(seconds / _POLL_EVERY)):
            if self.noted().keys() >= set(self._received):
                return
            await asyncio.sleep(_POLL_EVERY)

    @property
    def _doors(self) -> Sequence[_Door]:
        return (
            self._by_sms,
            self._by_sms,
            self._by_urgent_sms,
            self._by_notify_action,
            self._by_persons_action,
            self._by_entity,
            self._by_pattern,
        )

    @property
    def _mothers_doors(self) -> Sequence[_Door]:
        return (self._by_persons_action, self._by_entity)

    async def _ask(self, door: _Door, *, hasty: bool) -> None:
        number = len(self._asked) + 1
        asked = self._drawn(door, number, in_order=not hasty)
        self._asked[number] = asked
        action, data = door(asked)
        if hasty:
            data = {**data, "retry_for": _HASTY}
        answer = await answer_of(lambda: self._call(action, data))
        if answer is None:
            return
        self._asked[number] = replace(
            asked,
            answered=next(self._moments),
            sms_ids={
                key: row["sms_id"]
                for key, row in zip(
                    asked.keys, answer.get("messages", ()), strict=False
                )
            },
        )

    async def _call(self, action: str, data: Json) -> Json:
        home_assistant = self._house.home_assistant
        if action.startswith("payamak."):
            return await home_assistant.ask(action, data)
        await home_assistant.act(action, data)
        return {}

    def _drawn(self, door: _Door, number: int, *, in_order: bool) -> Asked:
        """Draw who is written to through a door."""
        text: str | None = f"Message {number}"
        if door == self._by_pattern:
            numbers, text = [_PATTERN_PEOPLE.format(number)], None
        elif door in (self._by_persons_action, self._by_entity):
            numbers = [_MOTHER]
        else:
            numbers = self._chance.sample(PEOPLE, self._chance.randint(1, 4))
        return Asked(
            number=number,
            keys=[Key(each, text) for each in numbers],
            in_order=in_order and door != self._by_urgent_sms,
            begun=next(self._moments),
        )

    def _by_sms(self, asked: Asked) -> tuple[str, Json]:
        return "payamak.send_sms", _content(asked)

    def _by_urgent_sms(self, asked: Asked) -> tuple[str, Json]:
        return "payamak.send_sms", {**_content(asked), "urgent": True}

    def _by_notify_action(self, asked: Asked) -> tuple[str, Json]:
        numbers = [key.number for key in asked.keys]
        return "notify.payamak", {"message": asked.keys[0].text, "target": numbers}

    def _by_persons_action(self, asked: Asked) -> tuple[str, Json]:
        return "notify.payamak_mother", {"message": asked.keys[0].text}

    def _by_entity(self, asked: Asked) -> tuple[str, Json]:
        return "notify.send_message", {
            "entity_id": "notify.payamak_mother",
            "message": asked.keys[0].text,
        }

    def _by_pattern(self, asked: Asked) -> tuple[str, Json]:
        return "payamak.send_pattern", {
            "pattern_id": _PATTERN_ID,
            "variables": [str(asked.number)],
            "recipients": [asked.keys[0].number],
        }


def _content(asked: Asked) -> dict[str, Any]:
    return {
        "message": asked.keys[0].text,
        "recipients": [key.number for key in asked.keys],
    }


def _texts_in(text: str) -> list[str]:
    """Return the texts of an SMS: several where they went out as one, each in a line with its time."""
    lines = text.split("\n")
    if all(_LINE.match(line) for line in lines):
        return [_LINE.sub("", line) for line in lines]
    return [text]


def _key(number: str, text: str | None) -> Key:
    """Return what an SMS is known by: where the text is that of a pattern, its number is its own."""
    return Key(number, text if number in PEOPLE else None)


def _unix_time(written: str | None) -> float | None:
    return None if written is None else datetime.fromisoformat(written).timestamp()
