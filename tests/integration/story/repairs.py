"""What the tests of the repairs' forms share: a browser that opens one, fills it in, and reads what it says."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.payamak.const import DOMAIN

_FLOWS = "/api/repairs/issues/fix"


class Browser:
    """The frontend of one user, over Home Assistant's own HTTP."""

    def __init__(
        self, hass: HomeAssistant, http: ClientSessionGenerator, ws: WebSocketGenerator
    ) -> None:
        """Take what makes the connections."""
        self._hass = hass
        self._http = http
        self._ws = ws

    async def repairs(self) -> dict[str, dict[str, Any]]:
        """Give the repairs that are listed, by their ids."""
        connection = await self._ws(self._hass)
        await connection.send_json_auto_id({"type": "repairs/list_issues"})
        answer = await connection.receive_json()
        return {
            each["issue_id"]: each
            for each in answer["result"]["issues"]
            if each["domain"] == DOMAIN
        }

    async def open(self, entry: MockConfigEntry, about: str) -> dict[str, Any]:
        """Open the form of a repair."""
        return await self._post(
            _FLOWS, handler=DOMAIN, issue_id=f"{entry.entry_id}_{about}"
        )

    async def submit(self, form: dict[str, Any], **typed: Any) -> dict[str, Any]:
        """Send a form off, and let its consequences happen."""
        result = await self._post(f"{_FLOWS}/{form['flow_id']}", **typed)
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return result

    async def choose(self, menu: dict[str, Any], step: str) -> dict[str, Any]:
        """Choose from a menu."""
        assert step in menu["menu_options"]
        return await self.submit(menu, next_step_id=step)

    async def _post(self, url: str, **sent: Any) -> dict[str, Any]:
        response = await (await self._http()).post(url, json=sent)
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


def shown(
    hass: HomeAssistant, entry: MockConfigEntry, about: str
) -> ir.IssueEntry | None:
    """Give a repair, None where there is none."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{entry.entry_id}_{about}")


def key(hass: HomeAssistant, entry: MockConfigEntry, about: str) -> str | None:
    """Give what a repair says, None where there is none."""
    found = shown(hass, entry, about)
    return found.translation_key if found else None


def ignore(hass: HomeAssistant, entry: MockConfigEntry, about: str) -> None:
    """Ignore a repair, as the user does in the frontend."""
    ir.async_ignore_issue(hass, DOMAIN, f"{entry.entry_id}_{about}", ignore=True)


def is_ignored(hass: HomeAssistant, entry: MockConfigEntry, about: str) -> bool:
    """Tell whether a repair is there, and ignored."""
    found = shown(hass, entry, about)
    return found is not None and found.dismissed_version is not None
