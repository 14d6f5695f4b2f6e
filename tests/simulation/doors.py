"""The doors through which messages are asked for, as automations and people use them."""

from collections.abc import Coroutine, Sequence
from typing import Any

from .asks import Ask
from .gateway import Key, pattern_key
from .life import PATTERN, Life


class Doors(Life):
    """A home whose actions are called; each call goes on with the next steps."""

    def new_text(self, *, parts: int = 1) -> Key:
        """Return a text that was never sent."""
        text = f"zq{next(self._texts)}q" + " x" * (100 * (parts - 1))
        self.keys.append(text)
        self.oracle.log.add([text.split(maxsplit=1)[0]])
        return text

    def send_sms(
        self,
        text: Key,
        numbers: Sequence[str],
        *,
        urgent: bool = False,
        retry_for: float | None = None,
        wait: int = 0,
    ) -> Ask | None:
        """Call the action that sends a text; ``retry_for`` is in minutes."""
        data = {
            "message": text,
            "recipients": list(numbers),
            "urgent": urgent,
            "wait_for_delivery": wait,
        }
        return self._ask("send_sms", data, text, numbers, urgent, retry_for)

    def send_pattern(
        self,
        variable: Key,
        numbers: Sequence[str],
        *,
        urgent: bool = False,
        retry_for: float | None = None,
    ) -> Ask | None:
        """Call the action that sends a pattern."""
        data = {
            "pattern_id": PATTERN,
            "variables": [variable],
            "recipients": list(numbers),
            "urgent": urgent,
        }
        key = pattern_key(PATTERN, variable)
        return self._ask("send_pattern", data, key, numbers, urgent, retry_for)

    def _ask(
        self,
        action: str,
        data: dict[str, Any],
        key: Key,
        numbers: Sequence[str],
        urgent: bool,
        retry_for: float | None,
    ) -> Ask | None:
        if (home := self.ready) is None:
            return None
        if retry_for is not None:
            data["retry_for"] = retry_for
        ask = self._note_ask(key, numbers, urgent=urgent, retry_for=retry_for)

        async def call() -> None:
            response: Any = await home.core.services.async_call(
                "payamak", action, data, blocking=True, return_response=True
            )
            for row in response["messages"]:
                ask.status[row["recipient"]] = row["status"]
                # What failed because no account is loaded stands in no ledger, whose ids are counted here.
                if row["sms_id"].startswith("sms"):
                    ask.sms_ids[row["recipient"]] = row["sms_id"]
            self.oracle.note_acknowledged(ask)

        self._call(call())
        return ask

    def notify(self, text: Key, person: str, *, entity: bool) -> Ask | None:
        """Call the notify action of a person, or notify.send_message with their entity."""
        if (home := self.ready) is None or person not in self._people:
            return None
        ask = self._note_ask(text, self._people[person], urgent=False, retry_for=None)
        action, data = f"payamak_{person}", {"message": text}
        if entity:
            action, data = (
                "send_message",
                data | {"entity_id": f"notify.payamak_{person}"},
            )
        services = home.core.services
        if services.has_service("notify", action):
            self._call(services.async_call("notify", action, data, blocking=True))
        return ask

    def _note_ask(
        self, key: Key, numbers: Sequence[str], *, urgent: bool, retry_for: float | None
    ) -> Ask:
        minutes = self.options["retry_for"] if retry_for is None else retry_for
        ask = Ask(
            key=key,
            numbers=tuple(numbers),
            at=self.times.now,
            urgent=urgent,
            retry_for=minutes * 60,
            commits=self.oracle.mirror.commits,
            run=self.run,
        )
        self.oracle.asks.append(ask)
        return ask

    def _call(self, what: Coroutine[Any, Any, Any]) -> None:
        """Call an action, as an automation that can be stopped."""
        self.calls.append(self._begin(what))

    def cancel_caller(self, which: int) -> None:
        """Stop an automation that has called an action."""
        waiting = [task for task in self.calls if not task.done()]
        if waiting and self.home:
            with self.home.running():
                waiting[which % len(waiting)].cancel()

    def call_back(self) -> None:
        """Call back what waits."""
        if home := self.ready:
            services = home.core.services
            self._begin(services.async_call("payamak", "cancel", {}, blocking=True))
