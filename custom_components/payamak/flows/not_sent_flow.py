"""The form of the repair about messages that were not sent: it lists them, sends them again, or forgets them."""

from collections import Counter
from collections.abc import Sequence
import re
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.util import dt as dt_util

from ..account.not_sent import NotSent
from ..gateway import SmsState, mask_number
from ..ledger import HistoryQuery, LedgerError, SmsRow
from ..sending.again import again
from .repair_flows import AccountRepairFlow

_MOST_LISTED: Final = 50
# The frontend takes a description for Markdown, in which a backslash before one of these says that it is meant as such.
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


class NotSentFlow(AccountRepairFlow):
    """Lets the user see the messages, send them again as new ones, or forget them."""

    # What the user has seen: what is given up meanwhile is not meant by their choice.
    _seen: Sequence[str] = ()

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let the user choose."""
        self._seen = self._not_sent().sms_ids
        return self.async_show_menu(
            step_id="init",
            menu_options=["show", "send_again", "forget"],
            description_placeholders=self._placeholders(),
        )

    async def async_step_show(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """List the messages, the newest first, and go back to the menu."""
        if user_input is not None:
            return await self.async_step_init()
        not_sent = self._not_sent()
        count = not_sent.count
        rows = await self._async_read(not_sent.sms_ids)
        lines = [_line(row) for row in rows[:_MOST_LISTED]]
        if more := len(rows) - len(lines):
            lines.append(f"- \\+{more}")
        return self.async_show_form(
            step_id="show",
            description_placeholders={
                "messages": "\n".join(lines),
                "forgotten": str(count - len(rows)),
            },
        )

    async def async_step_send_again(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Send each text again, and forget it right before: nothing goes out twice, whoever else chooses the same."""
        entry = self._entry()
        not_sent = self._not_sent()
        rows = await self._async_read(self._seen)
        if not_sent.sms_ids != self._seen:
            return await self.async_step_init()
        forgotten = not_sent.count - len(rows)
        not_sent.forget(set(self._seen) - {row.sms_id for row in rows})
        results: Counter[SmsState] = Counter()
        for sms_ids, message in again(rows):
            if entry.state is not ConfigEntryState.LOADED:
                break
            not_sent.forget(sms_ids)
            report = await entry.runtime_data.messenger.async_send(message)
            results.update(row.state for row in report.rows)
        return self.async_show_form(
            step_id="sent_again",
            description_placeholders={
                "accepted": str(results[SmsState.ACCEPTED]),
                "queued": str(results[SmsState.WAITING]),
                "failed": str(results[SmsState.FAILED]),
                "unknown": str(results[SmsState.UNKNOWN]),
                "forgotten": str(forgotten),
            },
        )

    async def async_step_sent_again(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """End, or go on with what was given up meanwhile: the end of a form takes its repair away."""
        return await self._async_end()

    async def async_step_forget(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Forget the messages that the user has seen."""
        self._not_sent().forget(set(self._seen))
        return await self._async_end()

    async def _async_end(self) -> RepairsFlowResult:
        if self._not_sent().count:
            return await self.async_step_init()
        return self.async_create_entry(data={})

    def _not_sent(self) -> NotSent:
        return self._entry().runtime_data.road.not_sent

    async def _async_read(self, sms_ids: Sequence[str]) -> list[SmsRow]:
        """Return those that the ledger still has, the newest first."""
        query = HistoryQuery(
            sms_ids=sms_ids, states=(SmsState.NOT_SENT,), limit=len(sms_ids)
        )
        try:
            return await self._entry().runtime_data.ledger.async_history(query)
        except LedgerError as error:
            raise AbortFlow("ledger_not_read") from error


def _line(row: SmsRow) -> str:
    who = _plain(row.name or mask_number(row.recipient))
    time = dt_util.as_local(dt_util.utc_from_timestamp(row.created_at))
    return f"- **{who}** {time:%Y-%m-%d %H:%M}  \n  {_plain(_text(row))}"


def _text(row: SmsRow) -> str:
    """Return the text, or the pattern and its variables where the text stands in the panel."""
    content = row.content
    if content is None or content.pattern_id is None:
        return (content and content.text) or ""
    return f"{content.pattern_id}: {'; '.join(content.variables)}"


def _plain(text: str) -> str:
    """Return a text in one line, so that Markdown shows it as it is."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
