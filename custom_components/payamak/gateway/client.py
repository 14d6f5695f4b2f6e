"""The client of the SMS gateway: one method for each method of the gateway."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
import logging
from typing import Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
    ServerFingerprintMismatch,
)
from yarl import URL

from .address import DEFAULT_URL
from .answers import read_credit, read_delivery, read_lines, read_price
from .box import read_messages
from .errors import (
    BadReplyError,
    CredentialsError,
    GatewayError,
    UncertainError,
    UnreachableError,
)
from .login import Login
from .models import Delivery, Location, MessagePage, Receipt
from .receipts import read_receipts, read_shared_line_receipt
from .reply import Reply, parse
from .text import PATTERN_SEPARATOR, is_pattern_variable, well_formed

_LOGGER = logging.getLogger(__name__)

MAX_RECIPIENTS: Final = 100
MAX_MESSAGES: Final = 100

# `connect` limits everything before the request leaves (queue, name, connection, TLS), so
# nothing was sent when this time runs out.
_TIMEOUT: Final = ClientTimeout(total=40, connect=10)
_MAX_REPLY_BYTES: Final = 2 * 1024 * 1024
_HEADERS: Final = {
    "Accept": "application/json",
    # A request over a kept connection that is broken has an unknown outcome; a new
    # connection fails before the request leaves.
    "Connection": "close",
}


class PayamakClient:
    """Calls the gateway for one account.

    Every method raises a GatewayError whose class says what to do; see ``errors``. After
    two refusals of the credentials in a row the client makes no further requests, because
    the gateway blocks the caller's address after failed logins: make a new client for new
    credentials. After the first refusal, calls go out one at a time.
    """

    def __init__(
        self,
        session: ClientSession,
        username: str,
        password: str,
        url: str = DEFAULT_URL,
        *,
        timeout: ClientTimeout = _TIMEOUT,
        login: Login | None = None,
    ) -> None:
        """Keep the credentials; ``password`` may be the panel's API key.

        ``login`` is what an earlier client knew of the same credentials.
        """
        self._session = session
        self._credentials = {"username": username, "password": password}
        self._url = URL(url)
        self._timeout = timeout
        self.login = login or Login()
        """Whether the gateway accepts the credentials."""
        self._one_at_a_time = asyncio.Lock()
        self.gateway_time: datetime | None = None
        """The time of the last reply that could be read, by the gateway's clock (HTTP Date), aware; None if it had none."""

    async def get_credit(self) -> Decimal:
        """Return the credit left, in SMS of the base tariff, fractional (GetCredit)."""
        return await self._call("GetCredit", read_credit)

    async def get_base_price(self) -> Decimal:
        """Return the base price of one SMS in Rial (GetBasePrice)."""
        return await self._call("GetBasePrice", read_price)

    async def get_lines(self) -> tuple[str, ...]:
        """Return the account's own sender lines; there may be none (GetUserNumbers)."""
        return await self._call("GetUserNumbers", read_lines)

    async def send_sms(
        self, recipients: Sequence[str], text: str, sender: str, *, flash: bool = False
    ) -> list[Receipt]:
        """Send one text to up to 100 recipients, ``09xxxxxxxxx`` (SendSMS).

        Returns a receipt for each, in order. Raises if the whole call was refused, and
        UncertainError if the outcome is unknown; the request is never repeated.
        """
        if not 1 <= len(recipients) <= MAX_RECIPIENTS:
            raise ValueError(f"One call takes 1 to {MAX_RECIPIENTS} recipients")
        parameters = {
            "to": ",".join(recipients),
            "from": sender,
            "text": text,
            "isFlash": "true" if flash else "false",
        }
        return await self._call(
            "SendSMS", lambda reply: read_receipts(reply, len(recipients)), parameters
        )

    async def send_pattern(
        self, recipient: str, pattern_id: int, variables: Sequence[str]
    ) -> Receipt:
        """Send an approved pattern over the shared service line (BaseServiceNumber).

        Raises ValueError for a variable that ``is_pattern_variable`` doesn't take.
        """
        if not all(map(is_pattern_variable, variables)):
            raise ValueError('A pattern variable must not hold ";"')
        parameters = {
            "to": recipient,
            "text": PATTERN_SEPARATOR.join(variables),
            "bodyId": str(pattern_id),
        }
        return await self._call(
            "BaseServiceNumber",
            read_shared_line_receipt,
            parameters,
        )

    async def get_delivery(self, message_id: str) -> Delivery:
        """Return the delivery status of one SMS by its recId (GetDeliveries2)."""
        return await self._call(
            "GetDeliveries2",
            read_delivery,
            {"recId": message_id},
        )

    async def get_messages(
        self,
        location: Location,
        *,
        line: str = "",
        offset: int = 0,
        limit: int = MAX_MESSAGES,
    ) -> MessagePage:
        """Return up to 100 messages of a box, in the gateway's order (GetMessages).

        ``line`` is one of the account's own lines, "" means all of them; ``offset`` counts
        rows from the newest. Times are aware. Raises BadReplyError where no row can be read.
        """
        if not 1 <= limit <= MAX_MESSAGES:
            raise ValueError(f"One call takes 1 to {MAX_MESSAGES} messages")
        if offset < 0:
            raise ValueError("The offset counts from the newest message, which is 0")
        parameters = {
            "location": str(int(location)),
            "from": line,
            "index": str(offset),
            "count": str(limit),
        }
        return await self._call("GetMessages", read_messages, parameters)

    async def _call[T](
        self,
        method: str,
        read: Callable[[Reply], T],
        parameters: Mapping[str, str] | None = None,
    ) -> T:
        """Make one call and read its reply; nothing of their content is logged."""
        fields = {**self._credentials, **(parameters or {})}
        if self.login.doubt:
            async with self._one_at_a_time:
                # The call before this one may have settled it; then all that wait go on at once.
                if self.login.doubt:
                    return await self._attempt(method, read, fields)
        return await self._attempt(method, read, fields)

    async def _attempt[T](
        self, method: str, read: Callable[[Reply], T], fields: Mapping[str, str]
    ) -> T:
        """Make a call, and note what its reply says about the login."""
        self.login.raise_if_refused()
        doubt = self.login.doubt
        try:
            answer = read(await self._post(method, fields))
        except GatewayError as error:
            _LOGGER.debug("%s: %s", method, error)
            if isinstance(error, CredentialsError):
                self.login.note_refused(error)
            raise
        self.login.note_accepted(doubt=doubt)
        return answer

    async def _post(self, method: str, fields: Mapping[str, str]) -> Reply:
        try:
            async with self._session.post(
                self._url / method,
                data={name: well_formed(value) for name, value in fields.items()},
                headers=_HEADERS,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                _LOGGER.debug("%s: HTTP status %s", method, response.status)
                reply = await _read(response)
                # A page of somebody in between would tell the time of another clock.
                self.gateway_time = _date_of(response)
                return reply
        # The connector's errors come before anything was written.
        except (
            ClientConnectorError,
            ConnectionTimeoutError,
            ServerFingerprintMismatch,
            InvalidURL,
            NonHttpUrlClientError,
        ) as error:
            raise UnreachableError("unreachable") from error
        except TimeoutError as error:
            raise UncertainError("no_answer") from error
        except ClientError as error:
            raise UncertainError("connection_lost") from error


def _date_of(response: ClientResponse) -> datetime | None:
    try:
        time = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    # The zone "-0000" means that the zone is unknown.
    return time if time.tzinfo else None


async def _read(response: ClientResponse) -> Reply:
    """Read a reply of a bounded size.

    The body decides, not the HTTP status: business errors come with 200.
    """
    if 300 <= response.status < 400:
        raise BadReplyError("redirected")
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > _MAX_REPLY_BYTES:
            raise BadReplyError("reply_too_large")
    try:
        return parse(bytes(body))
    except BadReplyError as error:
        if response.status >= 500:
            raise UncertainError("server_fault") from error
        raise
