"""The outages in the control API."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from simulator.gateway import Gateway
from simulator.outages import Away, Outage

from .requests import ControlError, as_json, read_flag, read_number, read_object

_KNOWN = frozenset(
    {"kind", "start_in", "lasts", "every", "times", "processed", "status"}
)


class OutageControl:
    """Plans, shows and ends the outages of a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Control a gateway."""
        self._gateway = gateway

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the outages under /control/outages."""
        router.add_get("/control/outages", as_json(self._show))
        router.add_post("/control/outages", as_json(self._plan))
        router.add_delete("/control/outages", as_json(self._end))

    async def _show(self, request: web.Request) -> object:
        return show_outages(self._gateway)

    async def _plan(self, request: web.Request) -> object:
        given = await read_object(request)
        if unknown := given.keys() - _KNOWN:
            raise ControlError(f"An outage has no {', '.join(sorted(unknown))}")
        kind = given.get("kind")
        if kind not in list(Away):
            raise ControlError(f"kind must be one of {', '.join(Away)}")
        status = _count(given, "status")
        await self._gateway.go_away(
            Away(kind),
            start_in=_seconds(given, "start_in") or timedelta(),
            lasts=_seconds(given, "lasts"),
            every=_seconds(given, "every"),
            times=_count(given, "times"),
            processed="processed" in given and read_flag(given, "processed"),
            status=503 if status is None else status,
        )
        return show_outages(self._gateway)

    async def _end(self, request: web.Request) -> object:
        await self._gateway.come_back()
        return show_outages(self._gateway)


def show_outages(gateway: Gateway) -> dict[str, object]:
    """Show whether the gateway is away, until when, and what is planned."""
    present, until = gateway.outages.present, gateway.outages.until
    return {
        "away": present.kind if present else None,
        "until": until.isoformat() if until else None,
        "panel_port": gateway.panel_port,
        "outages": [_show(outage) for outage in gateway.outages],
    }


def _show(outage: Outage) -> dict[str, object]:
    return {
        "kind": outage.kind,
        "begins": outage.begins.isoformat(),
        "lasts": outage.lasts and outage.lasts.total_seconds(),
        "every": outage.every and outage.every.total_seconds(),
        "times": outage.times,
        "processed": outage.processed,
        "status": outage.status if outage.kind is Away.ERRORS else None,
    }


def _seconds(given: dict[str, Any], name: str) -> timedelta | None:
    if given.get(name) is None:
        return None
    return timedelta(seconds=read_number(given, name))


def _count(given: dict[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ControlError(f"{name}: must be a whole number")
    return value
