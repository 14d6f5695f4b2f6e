"""Home Assistant's REST and WebSocket API, used as a browser uses them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import itertools
import json
from typing import Any

import aiohttp

type Json = Mapping[str, Any]

_FLOWS = "/api/config/config_entries/flow"
_OPTIONS_FLOWS = "/api/config/config_entries/options/flow"
_SUBENTRY_FLOWS = "/api/config/config_entries/subentries/flow"


class ApiError(Exception):
    """An answer that says no."""

    def __init__(self, asked: str, status: int | str, message: str) -> None:
        """Keep what was asked and the answer."""
        super().__init__(f"{asked} was answered with {status}: {message}")
        self.status = status
        self.message = message


class HomeAssistant:
    """One Home Assistant, spoken to with a long-lived token."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        """Remember where it is; nothing is sent yet."""
        self.url = url
        self._session = session
        self._token = token

    async def request(self, method: str, path: str, body: Json | None = None) -> Any:
        """Send one REST request and return the decoded answer."""
        async with self._session.request(
            method,
            f"{self.url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self._token}"},
        ) as response:
            text = await response.text()
            if response.status >= 400:
                raise ApiError(f"{method} {path}", response.status, _message_of(text))
            return (
                await response.json()
                if response.content_type == "application/json"
                else text
            )

    async def is_running(self) -> bool:
        """Whether it has started completely."""
        try:
            state: Json = await self.request("GET", "/api/core/state")
        except aiohttp.ClientError, ApiError:
            return False
        return bool(state["state"] == "RUNNING")

    async def act(self, action: str, data: Json) -> None:
        """Call an action."""
        await self.request("POST", f"/api/services/{action.replace('.', '/')}", data)

    async def refusal(self, action: str, data: Json) -> str:
        """Call an action that can't be done, and return what the user is told: over the WebSocket, as the frontend does.

        REST of 2026.8 answers a validation error with "500 Internal Server Error".
        """
        domain, _, service = action.partition(".")
        try:
            await self.command(
                "call_service", domain=domain, service=service, service_data=data
            )
        except ApiError as error:
            if error.status != "service_validation_error":
                raise
            return error.message
        raise ApiError(action, "success", "it should have been refused")

    async def ask(self, action: str, data: Json) -> Json:
        """Call an action for its response."""
        answer: Json = await self.request(
            "POST", f"/api/services/{action.replace('.', '/')}?return_response", data
        )
        response: Json = answer["service_response"]
        return response

    async def actions(self, domain: str) -> set[str]:
        """Return the actions of a domain, e.g. `notify.notify`."""
        domains: list[Json] = await self.request("GET", "/api/services")
        return {
            f"{domain}.{name}"
            for entry in domains
            if entry["domain"] == domain
            for name in entry["services"]
        }

    async def has_action(self, action: str) -> bool:
        """Whether an action is there."""
        return action in await self.actions(action.partition(".")[0])

    async def state(self, entity_id: str) -> str:
        """Return the state of an entity."""
        entity: Json = await self.request("GET", f"/api/states/{entity_id}")
        return str(entity["state"])

    async def entry_state(self, entry_id: str) -> str:
        """Return the state of a config entry, e.g. `loaded`."""
        entry: Json = (
            await self.command("config_entries/get_single", entry_id=entry_id)
        )["config_entry"]
        return str(entry["state"])

    async def start_flow(self, handler: str) -> Json:
        """Start adding an integration."""
        result: Json = await self.request("POST", _FLOWS, {"handler": handler})
        return result

    async def open_flow(self, flow_id: str) -> Json:
        """Open a flow that Home Assistant started by itself."""
        result: Json = await self.request("GET", f"{_FLOWS}/{flow_id}")
        return result

    async def answer_flow(self, flow_id: str, answers: Json) -> Json:
        """Send a filled-in form of a flow."""
        result: Json = await self.request("POST", f"{_FLOWS}/{flow_id}", answers)
        return result

    async def start_subentry_flow(
        self, entry_id: str, kind: str, subentry_id: str | None = None
    ) -> Json:
        """Start adding something below an entry, or changing what is there."""
        changed = {"subentry_id": subentry_id} if subentry_id else {}
        result: Json = await self.request(
            "POST", _SUBENTRY_FLOWS, {"handler": [entry_id, kind], **changed}
        )
        return result

    async def open_subentry_flow(self, flow_id: str) -> Json:
        """Open a flow that goes on where the one before it ended."""
        result: Json = await self.request("GET", f"{_SUBENTRY_FLOWS}/{flow_id}")
        return result

    async def answer_subentry_flow(self, flow_id: str, answers: Json) -> Json:
        """Send a filled-in form of a flow below an entry."""
        result: Json = await self.request(
            "POST", f"{_SUBENTRY_FLOWS}/{flow_id}", answers
        )
        return result

    async def close_subentry_flow(self, flow_id: str) -> None:
        """Close a flow below an entry without finishing it."""
        await self.request("DELETE", f"{_SUBENTRY_FLOWS}/{flow_id}")

    async def flows_in_progress(self, handler: str, source: str) -> list[Json]:
        """Return the flows that Home Assistant started by itself and waits for the user with."""
        flows: list[Json] = await self.command("config_entries/flow/progress")
        return [
            flow
            for flow in flows
            if flow["handler"] == handler and flow["context"]["source"] == source
        ]

    async def start_options_flow(self, entry_id: str) -> Json:
        """Open the options of an entry."""
        result: Json = await self.request("POST", _OPTIONS_FLOWS, {"handler": entry_id})
        return result

    async def answer_options_flow(self, flow_id: str, answers: Json) -> Json:
        """Send a filled-in form of the options."""
        result: Json = await self.request(
            "POST", f"{_OPTIONS_FLOWS}/{flow_id}", answers
        )
        return result

    async def command(self, command: str, **fields: Any) -> Any:
        """Send one WebSocket command and return its result."""
        async with self._websocket() as websocket:
            return await _ask_websocket(websocket, command, fields)

    async def system_health(self, domain: str) -> Json:
        """Return what a domain tells on the system information page, slow values included."""
        info: dict[str, Any] = {}
        async with self._websocket() as websocket:
            await _ask_websocket(websocket, "system_health/info", {})
            while (event := (await websocket.receive_json())["event"])[
                "type"
            ] != "finish":
                if event["type"] == "initial":
                    info.update(event["data"].get(domain, {}).get("info", {}))
                elif event["domain"] == domain:
                    info[event["key"]] = (
                        event["data"] if event["success"] else event["error"]
                    )
        return info

    @asynccontextmanager
    async def _websocket(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with self._session.ws_connect(f"{self.url}/api/websocket") as websocket:
            await websocket.receive_json()  # auth_required
            await websocket.send_json({"type": "auth", "access_token": self._token})
            answer: Json = await websocket.receive_json()
            if answer["type"] != "auth_ok":
                raise ApiError(
                    "the WebSocket's log-in", answer["type"], str(answer.get("message"))
                )
            yield websocket


_command_ids = itertools.count(1)


async def _ask_websocket(
    websocket: aiohttp.ClientWebSocketResponse, command: str, fields: Json
) -> Any:
    """Send a command and return its result."""
    await websocket.send_json({"id": next(_command_ids), "type": command, **fields})
    answer: Json = await websocket.receive_json()
    if not answer["success"]:
        raise ApiError(command, answer["error"]["code"], answer["error"]["message"])
    return answer["result"]


def _message_of(text: str) -> str:
    """Return the message inside a JSON error, or the text as it is."""
    try:
        message: str = json.loads(text)["message"]
    except ValueError, KeyError, TypeError:
        return text
    return message
