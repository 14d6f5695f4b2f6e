"""The push of received messages: a URL of the user's, called once for each of them."""

import asyncio
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import quote

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    ThreadedResolver,
)
from yarl import URL

from .account import Account
from .messages import ReceivedMessage

TIME_OUT = ClientTimeout(total=5)
_MOST_ANSWER_BYTES = 1024


class PushError(Exception):
    """The URL can't be called, or doesn't answer as it must."""


class Push:
    """Calls the push URLs of accounts, and switches off those that fail."""

    def __init__(self) -> None:
        """Prepare to call nobody yet."""
        self._session: ClientSession | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the session."""
        await self.stop()
        self._session = ClientSession(
            timeout=TIME_OUT, connector=TCPConnector(resolver=ThreadedResolver())
        )

    async def stop(self) -> None:
        """Give up what is under way and close the session."""
        for task in self._under_way:
            task.cancel()
        await self.settle()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def settle(self) -> None:
        """Wait for the calls that are under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def received(self, account: Account, message: ReceivedMessage) -> None:
        """Call the account's push URL, without waiting for it."""
        if self._session is None or account.push_url is None or account.push_failure:
            return
        task = asyncio.get_running_loop().create_task(
            self._call(self._session, account, account.push_url, message)
        )
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _call(
        self,
        session: ClientSession,
        account: Account,
        push_url: str,
        message: ReceivedMessage,
    ) -> None:
        try:
            check_loopback(push_url)
            url = URL(fill_in(push_url, message), encoded=True)
            async with session.get(url, allow_redirects=False) as response:
                answer = await response.content.read(_MOST_ANSWER_BYTES)
            account.push_failure = _complaint(response.status, answer)
        except TimeoutError:
            account.push_failure = "no answer in time"
        except PushError as failure:
            account.push_failure = str(failure)
        except (ClientError, OSError, ValueError) as failure:
            # Named by its kind alone: the message would hold the URL.
            account.push_failure = type(failure).__name__


def _complaint(status: int, answer: bytes) -> str | None:
    if status != 200:
        return f"HTTP status {status}"
    return None if b"ok" in answer.lower() else "the answer was not OK"


def check_loopback(push_url: str) -> None:
    """Refuse push URLs that would leave this machine."""
    try:
        url = URL(push_url.replace("$", "%24"))
    except ValueError as failure:
        raise PushError("not a URL") from failure
    if url.scheme in {"http", "https"} and url.host is not None:
        if url.host == "localhost":
            return
        with suppress(ValueError):
            if ip_address(url.host).is_loopback:
                return
    raise PushError("not a loopback address")


def fill_in(push_url: str, message: ReceivedMessage) -> str:
    """Put a message into the placeholders of a push URL."""
    values = {
        "$TO$": message.line,
        "$FROM$": message.sender,
        "$BODY$": message.text,
        "$TEXT$": message.text,
    }
    filled = ""
    rest = push_url
    while rest:
        for placeholder, value in values.items():
            if rest.startswith(placeholder):
                filled += quote(value, safe="", errors="replace")
                rest = rest.removeprefix(placeholder)
                break
        else:
            filled += rest[0]
            rest = rest[1:]
    return filled
