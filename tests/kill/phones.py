"""The stand-in gateway, whose record counts."""

from typing import Any

from demo.api import Json
from demo.gateway import Gateway


class Phones(Gateway):
    """The stand-in, with its whole record and its moods."""

    async def record(self) -> list[Json]:
        """Return all SMS that were taken, in the gateway's order."""
        state = await self._request("GET", "/control/state")
        messages = [
            {**sms, "number": phone["number"]}
            for phone in state["phones"]
            for sms in phone["messages"]
        ]
        return sorted(messages, key=lambda sms: int(sms["rec_id"]))

    async def calls_of(self, method: str) -> int:
        """Return how many of the last calls were of a method."""
        calls: list[Json] = await self._request("GET", "/control/calls")
        return sum(call["method"] == method for call in calls)

    async def misbehave(
        self, method: str | None, fault: str, *, times: int | None = 1, **settings: Any
    ) -> None:
        """Plan a fault."""
        await self._request(
            "POST",
            "/control/faults",
            {"method": method, "fault": fault, "times": times, **settings},
        )

    async def behave(self) -> None:
        """Be there, and do nothing wrong."""
        await self.come_back()
        await self._request("DELETE", "/control/faults")
        await self.update(on=False)

    async def update(self, *, on: bool) -> None:
        """Answer every call with code 6, or do so no more."""
        await self._request("PATCH", "/control/settings", {"updating": on})

    async def receive(self, line: str, sender: str, text: str) -> str:
        """Let an SMS come in, and return its id."""
        received = await self._request(
            "POST",
            "/control/received",
            {"line": line, "sender": sender, "text": text},
        )
        return str(received["msg_id"])
