"""What the tests of the blueprints with commands share: SMS that come in, and the answers."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from simulator import Gateway
from tests.integration.conftest import LINE, SARA
from tests.integration.story.disk import disk_at_rest

PIN = "271828"
STRANGER = "09359999999"
_QUIET_TURNS = 100
_TURNS_BETWEEN_LOOKS_AT_THE_DISK = 20

# The same command and the same PIN word, in many hands.
WELL_TYPED = [
    "CLOSE 271828",
    "271828 CLOSE",
    "close ۲۷۱۸۲۸",
    "٢٧١٨٢٨ Close",
    "  Close \n 271828 ",
    "\u200fclose\u200c 271828",
]
BADLY_TYPED = [
    "CLOSE",
    "271828",
    "",
    "CLOSE 271829",
    "CLOSE 27182",
    "CLOSE 2718281",
    "CLOSE271828",
    "CLOSE 271828 271828",
    "CLOSE 271828 now",
    "27 CLOSE 1828",
    "OPEN 271828",
    "271828 CLOSE 271828",
    "{{ keyword }} {{ pin }}",
]


async def settle(hass: HomeAssistant, gateway: Gateway) -> None:
    """Let everything happen that can happen at this moment.

    An automation that waits never lets Home Assistant come to rest, so the calls of the gateway are watched instead, and
    the accounts' files, which are written in threads of their own.
    """
    calls, turns = len(gateway.calls), 0
    while turns < _QUIET_TURNS:
        if turns % _TURNS_BETWEEN_LOOKS_AT_THE_DISK == 0:
            await disk_at_rest(hass)
        await asyncio.sleep(0)
        turns = turns + 1 if calls == len(gateway.calls) else 0
        calls = len(gateway.calls)


class Sender:
    """Sends SMS to the house."""

    def __init__(
        self, hass: HomeAssistant, gateway: Gateway, entry: MockConfigEntry
    ) -> None:
        """Keep where they go."""
        self._hass = hass
        self._gateway = gateway
        self._entry = entry
        self._sent = 0

    def dispatch(
        self,
        text: str,
        sender: str = SARA,
        line: str = LINE,
        entry: MockConfigEntry | None = None,
    ) -> None:
        """Let an SMS come in."""
        self._sent += 1
        async_dispatcher_send(
            self._hass,
            SIGNAL_SMS_RECEIVED,
            ReceivedSms(
                entry_id=(entry or self._entry).entry_id,
                message_id=str(self._sent),
                sender=sender,
                name="Sara" if sender == SARA else None,
                line=line,
                text=text,
                parts=1,
                sent_at=dt_util.utcnow(),
                came_in_at=dt_util.utcnow(),
            ),
        )

    async def send(
        self,
        text: str,
        sender: str = SARA,
        line: str = LINE,
        entry: MockConfigEntry | None = None,
    ) -> None:
        """Let an SMS come in, and what follows of it happen."""
        self.dispatch(text, sender, line, entry)
        await settle(self._hass, self._gateway)


def answers(gateway: Gateway) -> list[tuple[str, str, str]]:
    """Give number, line and text of all SMS that the house has sent."""
    return [
        (number, sms.sender, sms.text)
        for number, phone in gateway.phones.items()
        for sms in phone.messages
    ]
