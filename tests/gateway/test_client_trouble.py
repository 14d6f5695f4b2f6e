"""Bad days: no link, no answer, half an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
import ssl
from typing import override

from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer, unused_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import pytest

from custom_components.payamak.gateway import (
    PayamakClient,
    UncertainError,
    UnreachableError,
)

from .conftest import IMPATIENT, PASSWORD, USERNAME, Answer, Server
from .test_client import LINE, SARA

GOOD = b'{"Value":"5512345678901234567","RetStatus":1,"StrRetStatus":"Ok"}'
MIB = 1024 * 1024


async def send(client: PayamakClient) -> None:
    """Make the call whose outcome matters most, which ends in good time by itself."""
    async with asyncio.timeout(15):
        await client.send_sms([SARA], "Fire!", LINE)


def client_of(session: ClientSession, url: str) -> PayamakClient:
    """Give a client of another address, and little patience."""
    return PayamakClient(session, USERNAME, PASSWORD, url, timeout=IMPATIENT)


class NoNames(AbstractResolver):
    """A resolver on a day without a link."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: object = 0
    ) -> list[ResolveResult]:
        raise OSError(-3, "Temporary failure in name resolution")

    @override
    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_cannot_be_resolved_is_unreachable() -> None:
    """Nothing left."""
    async with ClientSession(connector=TCPConnector(resolver=NoNames())) as session:
        with pytest.raises(UnreachableError) as unreachable:
            await send(client_of(session, "https://rest.payamak-panel.com/api/"))
    assert unreachable.value.reason == "unreachable"


async def test_a_refused_connection_is_unreachable(session: ClientSession) -> None:
    """Nothing left."""
    with pytest.raises(UnreachableError):
        await send(client_of(session, f"http://127.0.0.1:{unused_port()}/api/"))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "/api/SendSMS/", "http:///api/"])
async def test_an_address_that_is_none_is_unreachable(
    session: ClientSession, url: str
) -> None:
    """Nothing left, and nothing crashes."""
    with pytest.raises(UnreachableError):
        await send(client_of(session, url))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a certificate for 127.0.0.1 that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "gateway.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_a_certificate_that_nobody_vouches_for_is_unreachable(
    session: ClientSession, server: Server, certificate: Path
) -> None:
    """Checks stay on: no credentials to whoever sits in between."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", server.handle)
    impostor = TestServer(app, host="127.0.0.1", scheme="https")
    await impostor.start_server(ssl=context)
    with pytest.raises(UnreachableError):
        await send(client_of(session, str(impostor.make_url("/api/"))))
    await impostor.close()
    assert not server.noted


async def test_a_server_without_tls_is_unreachable(
    session: ClientSession, server: Server
) -> None:
    """No falling back to what can be read on the way."""
    with pytest.raises(UnreachableError):
        await send(client_of(session, server.url.replace("http:", "https:")))
    assert not server.noted


@pytest.fixture
async def silence() -> AsyncIterator[tuple[int, list[bytes]]]:
    """Accept connections and say nothing; note what comes in."""
    heard: list[bytes] = []

    async def listen(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while received := await reader.read(MIB):
            heard.append(received)
        writer.close()

    listening = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], heard


async def test_a_handshake_that_never_ends_is_unreachable(
    session: ClientSession, silence: tuple[int, list[bytes]]
) -> None:
    """The request did not leave, and the time-out says so."""
    port, heard = silence
    with pytest.raises(UnreachableError):
        await send(client_of(session, f"https://127.0.0.1:{port}/api/"))
    assert b"password" not in b"".join(heard)


async def test_no_answer_leaves_the_outcome_open(
    session: ClientSession, silence: tuple[int, list[bytes]]
) -> None:
    """The request left, once."""
    port, heard = silence
    with pytest.raises(UncertainError) as uncertain:
        await send(client_of(session, f"http://127.0.0.1:{port}/api/"))
    assert uncertain.value.reason == "no_answer"
    assert b"".join(heard).count(b"POST ") == 1


async def test_an_answer_that_drips_runs_out_of_time(
    session: ClientSession, server: Server
) -> None:
    """The time-out is on the whole call, not on each byte."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionResetError):
            while not server.closing.is_set():
                await response.write(b" ")
                await asyncio.sleep(0.02)
        return response

    server.answer = drip
    with pytest.raises(UncertainError) as uncertain:
        await send(client_of(session, server.url))
    assert uncertain.value.reason == "no_answer"
    assert len(server.noted) == 1


async def _reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _cut(header: bytes, body: bytes = b"") -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(header + body)
        request.transport.close()
        return web.Response()

    return answer


OK = b"HTTP/1.1 200 OK\r\n"
BROKEN: dict[str, Answer] = {
    "reset": _reset,
    "closed": _cut(b""),
    "half a header": _cut(b"HTTP/1.1 200 O"),
    "no body": _cut(OK + b"Content-Length: 60\r\n\r\n"),
    "half a body": _cut(OK + b"Content-Length: 99\r\n\r\n", GOOD),
    "half a chunk": _cut(OK + b"Transfer-Encoding: chunked\r\n\r\n40\r\n", GOOD[:9]),
    "no HTTP": _cut(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "no gzip": _cut(OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
    "long header": _cut(OK + b"X-Y: " + b"z" * 100_000 + b"\r\n\r\n"),
}


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("kept_alive", [False, True])
async def test_a_connection_that_breaks_never_makes_a_second_request(
    client: PayamakClient,
    session: ClientSession,
    server: Server,
    *,
    fault: str,
    kept_alive: bool,
) -> None:
    """The first may have been carried out; so also over a connection kept by others."""
    if kept_alive:
        async with session.get(server.url) as response:
            await response.read()
        assert server.noted.pop().method == "GET"
    server.answer = BROKEN[fault]
    with pytest.raises(UncertainError) as uncertain:
        await send(client)
    assert uncertain.value.reason == "connection_lost"
    assert len(server.noted) == 1
