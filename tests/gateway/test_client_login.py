"""Refused logins: the first is a doubt, the second one is believed, and then nothing leaves any more."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import ClientSession, web
import pytest

from custom_components.payamak.gateway import (
    CredentialsError,
    PayamakClient,
    RecipientError,
)

from .conftest import USERNAME, Answer, Server, answering
from .test_client import ALI, CALLS, ID, LINE, SARA

REFUSED = answering({"Value": None, "RetStatus": 35})
CREDIT = answering({"Value": "5", "RetStatus": 1})


async def refuse(client: PayamakClient, server: Server, times: int = 1) -> None:
    """Refuse the login."""
    server.answer = REFUSED
    for _ in range(times):
        with pytest.raises(CredentialsError):
            await client.get_credit()


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("value", ["0", "110", "-110"])
async def test_after_two_refusals_no_further_request_leaves(
    client: PayamakClient, server: Server, method: str, value: str
) -> None:
    """Repeated failed logins get the address blocked."""
    # With 35 ("InvalidData") a 0 may mean the id of a message as well.
    server.answer = answering({"Value": value, "RetStatus": 0})
    for _ in range(2):
        with pytest.raises(CredentialsError) as refused:
            await CALLS[method](client)
    server.answer = answering({"Value": ID, "RetStatus": 1})
    for call in CALLS.values():
        with pytest.raises(CredentialsError) as again:
            await call(client)
        assert again.value is not refused.value
        assert type(again.value) is type(refused.value)
        assert again.value.reason == refused.value.reason
        assert again.value.code == refused.value.code == int(value)
    assert len(server.noted) == 2


async def test_a_refusal_for_a_whole_list_is_one_refusal(
    client: PayamakClient, server: Server
) -> None:
    """Of the login, not of each recipient."""
    server.answer = answering({"Value": "0,0", "RetStatus": 1})
    with pytest.raises(CredentialsError):
        await client.send_sms([SARA, ALI], "Fire!", LINE)
    server.answer = CREDIT
    assert await client.get_credit() == 5


async def test_an_accepted_call_in_between_means_that_there_was_one_refusal(
    client: PayamakClient, server: Server
) -> None:
    """However often that happens."""
    for _ in range(3):
        await refuse(client, server)
        server.answer = CREDIT
        assert await client.get_credit() == 5


async def test_what_is_refused_for_another_reason_settles_nothing(
    client: PayamakClient, server: Server
) -> None:
    """A word about the recipient says nothing of the login."""
    await refuse(client, server)
    server.answer = answering({"Value": "18", "RetStatus": 18})
    with pytest.raises(RecipientError):
        await client.send_sms([SARA], "Fire!", LINE)
    await refuse(client, server)
    server.answer = CREDIT
    with pytest.raises(CredentialsError):
        await client.get_credit()


async def test_new_credentials_need_a_new_client(
    client: PayamakClient, session: ClientSession, server: Server
) -> None:
    """The refusal is the client's own, not the session's."""
    await refuse(client, server, times=2)
    server.answer = CREDIT
    assert await PayamakClient(session, USERNAME, "new", server.url).get_credit() == 5


async def test_a_new_client_of_the_same_login_goes_on_counting(
    client: PayamakClient, session: ClientSession, server: Server
) -> None:
    """Where it is told of it; one more may be allowed, which the next refusal ends."""
    await refuse(client, server)
    again = PayamakClient(session, USERNAME, "same", server.url, login=client.login)
    await refuse(again, server, times=2)
    assert len(server.noted) == 2
    again.login.allow_one_more()
    await refuse(again, server, times=2)
    assert len(server.noted) == 3


@dataclass
class Held:
    """An answer that waits until it is released."""

    answer: Answer
    most: int = 1
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Say that all have arrived, and wait."""
        self.most -= 1
        if not self.most:
            self.arrived.set()
        await self.released.wait()
        return await self.answer(request)


@pytest.mark.parametrize("older", [True, False])
async def test_only_a_call_that_began_after_the_refusal_ends_the_doubt(
    client: PayamakClient, server: Server, *, older: bool
) -> None:
    """The password may have been changed while an older one was under way."""
    if not older:
        await refuse(client, server)
    held = server.answer = Held(CREDIT)
    slow = asyncio.create_task(client.get_credit())
    await held.arrived.wait()
    if older:
        await refuse(client, server)
    held.released.set()
    await slow
    await refuse(client, server)
    assert bool(client.login.refusal) is older


async def test_while_in_doubt_calls_go_out_one_at_a_time(
    client: PayamakClient, server: Server
) -> None:
    """Were they sent at once, each would be a failed login."""
    await refuse(client, server)
    held = server.answer = Held(REFUSED)
    calls = [asyncio.create_task(client.get_credit()) for _ in range(3)]
    await held.arrived.wait()
    held.released.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in results] == [CredentialsError] * 3
    assert len(server.noted) == 2


async def test_calls_that_were_under_way_already_are_refused_each_but_nothing_follows(
    client: PayamakClient, server: Server
) -> None:
    """They can't be called back."""
    held = server.answer = Held(REFUSED, most=3)
    calls = [asyncio.create_task(client.get_credit()) for _ in range(3)]
    await held.arrived.wait()
    held.released.set()
    await asyncio.gather(*calls, return_exceptions=True)
    assert client.login.doubt is None
    await refuse(client, server)
    assert len(server.noted) == 3
