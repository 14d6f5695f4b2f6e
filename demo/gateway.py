"""The stand-in gateway: started beside Home Assistant, looked at and set through its control API."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
import sys
from typing import Any

import aiohttp

from .api import ApiError, Json
from .home import REPOSITORY
from .processes import LOOPBACK, Server, clean_environment


@dataclass
class Account:
    """An account of the demo with the gateway."""

    username: str
    password: str
    line: str
    credit: int
    base_price: int
    former_passwords: list[str] = field(default_factory=list)

    @property
    def all_passwords(self) -> list[str]:
        """Every password it has had, so that none of them shows up where it may not."""
        return [self.password, *self.former_passwords]


@dataclass(frozen=True)
class Sms:
    """An SMS to a phone, with what the operator says of it."""

    text: str
    line: str
    parts: int
    status: int


async def start_gateway(
    folder: Path,
    port: int,
    control_port: int,
    account: Account,
    *,
    delivery_seconds: int,
) -> Server:
    """Start the stand-in; it isn't ready yet. In an outage, its page and control API stay on the control port."""
    options = {
        "host": LOOPBACK,
        "port": port,
        "control-port": control_port,
        "username": account.username,
        "password": account.password,
        "credit": account.credit,
        "base-price": account.base_price,
        "line": account.line,
        "delivery-seconds": delivery_seconds,
    }
    return await Server.start(
        "the stand-in gateway",
        [
            sys.executable,
            "-m",
            "simulator",
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        folder=REPOSITORY,
        log=folder / "gateway.log",
        environment=clean_environment(),
    )


class Gateway:
    """The control API of the stand-in."""

    def __init__(
        self, session: aiohttp.ClientSession, port: int, control_port: int
    ) -> None:
        """Remember where it is; nothing is sent yet."""
        self._url = f"http://{LOOPBACK}:{port}"
        self._control_url = f"http://{LOOPBACK}:{control_port}"
        self._session = session

    @property
    def api_url(self) -> str:
        """The address that an account is set up with."""
        return f"{self._url}/api/SendSMS/"

    @property
    def phones_url(self) -> str:
        """The page of the phones."""
        return f"{self._control_url}/"

    async def is_running(self) -> bool:
        """Whether it answers."""
        try:
            await self._request("GET", "/control/state")
        except aiohttp.ClientError:
            return False
        return True

    async def arrived(self, number: str) -> list[Sms]:
        """Return what was sent to a phone, in order."""
        phone = await self._request("GET", f"/control/phones/{number}")
        return [
            Sms(sms["text"], sms["sender"], sms["parts"], sms["status"])
            for sms in phone["messages"]
        ]

    async def credit(self, account: Account) -> Decimal:
        """Return how many SMS an account has left."""
        state = await self._request("GET", "/control/state")
        (shown,) = (
            each for each in state["accounts"] if each["username"] == account.username
        )
        return Decimal(shown["credit"])

    async def add_account(self, account: Account) -> None:
        """Open a further account."""
        await self._request(
            "POST",
            "/control/accounts",
            {
                "username": account.username,
                "password": account.password,
                "lines": [account.line],
                "credit": account.credit,
                "base_price": account.base_price,
            },
        )

    async def calls_with(self, text: str) -> int:
        """Return how many calls it took to send a text."""
        calls: list[Json] = await self._request("GET", "/control/calls")
        return sum(text in call["parameters"].values() for call in calls)

    async def go_away(self) -> None:
        """Refuse all connections of the API, until it comes back."""
        await self._request("POST", "/control/outages", {"kind": "refuse"})

    async def come_back(self) -> None:
        """Take connections again."""
        await self._request("DELETE", "/control/outages")

    async def approve_pattern(
        self, account: Account, pattern_id: int, text: str
    ) -> None:
        """Have the panel approve a text with places {0}, {1}, ... for variables."""
        await self._request(
            "PATCH",
            f"/control/accounts/{account.username}",
            {"patterns": {str(pattern_id): text}},
        )

    async def set_push_address(self, account: Account, address: str) -> None:
        """Have the panel call an address for each received SMS, as its owner would."""
        await self._request(
            "PATCH", f"/control/accounts/{account.username}", {"push_url": address}
        )

    async def name_phone(self, number: str, name: str) -> None:
        """Tell whose phone it is, for those who look at the page."""
        await self._request("PATCH", f"/control/phones/{number}", {"name": name})

    async def switch_phone(self, number: str, *, on: bool) -> None:
        """Switch a phone off, or on: then what waits for it is delivered."""
        await self._request("PATCH", f"/control/phones/{number}", {"on": on})

    async def let_answer(
        self,
        number: str,
        text: str,
        *,
        after: float,
        contains: str | None = None,
        times: int | None = None,
    ) -> None:
        """Have a phone answer by itself some seconds after each SMS, or after those that contain something."""
        answer = {"text": text, "after": after, "contains": contains, "times": times}
        await self._request("PATCH", f"/control/phones/{number}", {"answer": answer})

    async def let_not_answer(self, number: str) -> None:
        """Have a phone answer no more by itself."""
        await self._request("PATCH", f"/control/phones/{number}", {"answer": None})

    async def give_up_after(self, seconds: float) -> None:
        """Choose how long the operator tries to reach a phone that is off."""
        await self._request("PATCH", "/control/settings", {"validity_seconds": seconds})

    async def set_outcome(self, number: str, status: int) -> None:
        """Have what is sent to a phone end with a delivery status."""
        await self._request(
            "POST", "/control/outcomes", {"number": number, "outcome": status}
        )

    async def write(self, number: str, line: str, text: str) -> None:
        """Send an SMS in from a phone, by the form on the page of the phones."""
        form = {"line": line, "sender": number, "text": text}
        async with self._session.post(
            f"{self._control_url}/received", data=form
        ) as response:
            if response.status >= 400:
                raise ApiError("The form", response.status, "the SMS was refused")

    async def change_password(self, account: Account, password: str) -> None:
        """Give the account another password, as its owner would in the panel."""
        await self._request(
            "PATCH", f"/control/accounts/{account.username}", {"password": password}
        )
        account.former_passwords.append(account.password)
        account.password = password

    async def _request(self, method: str, path: str, body: Json | None = None) -> Any:
        async with self._session.request(
            method, f"{self._control_url}{path}", json=body
        ) as response:
            if response.status >= 400:
                raise ApiError(
                    f"{method} {path} of the stand-in",
                    response.status,
                    await response.text(),
                )
            return await response.json()
