"""Credentials, numbers and texts: in no log, no error, and nowhere else to be seen."""

from collections.abc import Callable, Iterator
import logging
import traceback

from aiohttp import ClientSession
from aiohttp.test_utils import unused_port
import pytest

from custom_components.payamak.gateway import (
    CredentialsError,
    GatewayError,
    PayamakClient,
    normalise_line,
    normalise_number,
)

from .conftest import PASSWORD, PATIENT, USERNAME, Answer, Server, answering
from .test_client import CALLS, ID, LINE, WHO
from .test_client_trouble import BROKEN

SECRETS = (USERNAME, PASSWORD, WHO, "9121234567", LINE, "Fire", "Object reference")
LEAKY = '"Fire! 9121234567 500010604671 sara.karimi p@ss&wörd=+ 1;2%"'
ANSWERS: dict[str, Answer] = {
    **BROKEN,
    "wrong credentials": answering({"Value": "0", "RetStatus": 35}),
    "new code": answering({"Value": "999", "RetStatus": 35}),
    "value": answering(f'{{"Value":{LEAKY},"RetStatus":1}}'),
    "word": answering(f'{{"Value":"1","RetStatus":35,"StrRetStatus":{LEAKY}}}'),
    "half": answering(f'{{"Value":{LEAKY},"RetSt'),
    "no JSON": answering(LEAKY[1:]),
    "not UTF-8": answering(LEAKY.encode("utf-16")),
    "fault": answering(f'{{"Message":"x","ExceptionMessage":{LEAKY}}}', 500),
    "page": answering(f"<html>{LEAKY}</html>", 502),
    "row": answering(f'{{"MyBase":{{"RetStatus":1}},"Data":[{{"Body":{LEAKY}}}]}}'),
    "rows": answering(f'{{"MyBase":{{"RetStatus":1}},"Data":[{LEAKY}]}}'),
    "redirect": answering(LEAKY, 307, Location="http://127.0.0.1/?sara.karimi"),
}


def assert_silent(said: str) -> None:
    """Find none of what has to stay here."""
    assert [secret for secret in SECRETS if secret in said] == []


def spoken(error: BaseException) -> Iterator[str]:
    """Give everything that an error and its causes say of themselves."""
    yield from traceback.format_exception(error)
    while error:
        yield f"{error} {error!r} {error.args!r}"
        cause = error.__cause__ or error.__context__
        if cause is None:
            return
        error = cause


@pytest.mark.parametrize("fault", ANSWERS)
@pytest.mark.parametrize("method", CALLS)
async def test_no_secret_is_logged_or_raised(
    client: PayamakClient,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    method: str,
    fault: str,
) -> None:
    """At debug level too, and whatever the gateway says back."""
    caplog.set_level(logging.DEBUG)
    server.answer = ANSWERS[fault]
    try:
        await CALLS[method](client)
    except GatewayError as error:
        assert_silent("\n".join(spoken(error)))
    assert method in caplog.text
    assert_silent(caplog.text.replace(server.base, ""))


async def test_no_secret_is_in_an_unreachable_gateway(
    session: ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """The address may be named, what was to be sent may not."""
    caplog.set_level(logging.DEBUG)
    url = f"http://127.0.0.1:{unused_port()}/"
    client = PayamakClient(session, USERNAME, PASSWORD, url, timeout=PATIENT)
    for call in CALLS.values():
        with pytest.raises(GatewayError) as unreachable:
            await call(client)
        assert_silent("\n".join(spoken(unreachable.value)))
    assert caplog.text.count("unreachable") == len(CALLS)
    assert_silent(caplog.text)


async def test_no_secret_is_in_the_repeated_refusal(
    client: PayamakClient, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """It says why, as the first one did."""
    caplog.set_level(logging.DEBUG)
    server.answer = ANSWERS["wrong credentials"]
    for _ in range(3):
        with pytest.raises(CredentialsError) as refused:
            await client.get_credit()
        assert str(refused.value) == "wrong_credentials (code 0)"
        assert_silent("\n".join(spoken(refused.value)))
    assert_silent(caplog.text)


async def test_the_debug_log_says_what_was_called_and_how_it_went(
    client: PayamakClient, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Enough to help a user from afar."""
    name = "custom_components.payamak.gateway.client"
    caplog.set_level(logging.DEBUG, logger=name)
    await client.get_credit()
    server.answer = answering("", 502)
    with pytest.raises(GatewayError):
        await client.get_delivery(ID)
    assert [text for logger, _, text in caplog.record_tuples if logger == name] == [
        "GetCredit: HTTP status 200",
        "GetDeliveries2: HTTP status 502",
        "GetDeliveries2: server_fault",
    ]


async def test_a_client_does_not_show_its_credentials(client: PayamakClient) -> None:
    """It ends up in the representation of whoever keeps it."""
    assert_silent(f"{client} {client!r}")


@pytest.mark.parametrize("normalise", [normalise_number, normalise_line])
@pytest.mark.parametrize("number", ["+98 912 123 456x", "9121234567,9121234567", 9.1e9])
def test_a_refused_number_is_not_repeated(
    normalise: Callable[[object], str], number: object
) -> None:
    """The caller names it, masked."""
    with pytest.raises(ValueError, match=r"^Not an? [A-Za-z ]+$") as refused:
        normalise(number)
    assert refused.value.args == (str(refused.value),)
