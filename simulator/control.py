"""The control API: the gateway's world as JSON, for demonstrations and tests."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
import json
from typing import Any

from aiohttp import web

from .account_settings import apply_settings, read_settings, show_account
from .calls import Call
from .faults.spelling import read_fault
from .gateway import Gateway
from .messages import Outcome, Phone, Sms

type _Handler = Callable[[web.Request], Awaitable[object]]

_MOST_ADVANCE = timedelta(days=3650).total_seconds()


class ControlError(Exception):
    """A request to the control API that can't be carried out."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Keep the message and the HTTP status."""
        super().__init__(message)
        self.status = status


class Control:
    """The control API of a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Control a gateway."""
        self._gateway = gateway
        self._added: set[str] = set()
        self._first_delivery_time = gateway.delivery_time
        self._first_failures_allowed = gateway.blocks.failures_allowed
        self._first_xml_by_default = gateway.xml_by_default

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the control API under /control/."""
        for http_method, path, handler in (
            ("GET", "/control/state", self._state),
            ("POST", "/control/accounts", self._add_account),
            ("PATCH", "/control/accounts/{username}", self._change_account),
            ("PATCH", "/control/settings", self._change_settings),
            ("DELETE", "/control/blocks", self._clear_blocks),
            ("POST", "/control/faults", self._add_fault),
            ("DELETE", "/control/faults", self._clear_faults),
            ("POST", "/control/received", self._receive),
            ("GET", "/control/phones/{number}", self._phone),
            ("POST", "/control/outcomes", self._set_outcome),
            ("POST", "/control/clock", self._advance),
            ("GET", "/control/calls", self._calls),
            ("POST", "/control/reset", self._reset),
        ):
            router.add_route(http_method, path, _as_json(handler))
        router.add_route("*", "/control{rest:(/.*)?}", _as_json(_no_such_resource))

    async def _state(self, request: web.Request) -> object:
        gateway = self._gateway
        return {
            "now": gateway.now().isoformat(),
            "delivery_seconds": gateway.delivery_time.total_seconds(),
            "updating": gateway.updating,
            "xml_by_default": gateway.xml_by_default,
            "failed_logins_allowed": gateway.blocks.failures_allowed,
            "blocked_addresses": list(gateway.blocks),
            "accounts": [
                show_account(account) for account in gateway.accounts.values()
            ],
            "phones": [_show_phone(phone) for phone in gateway.phones.values()],
            "faults": [
                {
                    "method": each.method,
                    "fault": type(each.fault).__name__,
                    "times": each.times,
                }
                for each in gateway.faults
            ],
            "calls": len(gateway.calls),
        }

    async def _add_account(self, request: web.Request) -> object:
        given = await _object(request)
        username = _text(given, "username")
        settings = read_settings({k: v for k, v in given.items() if k != "username"})
        if "password" not in settings:
            raise ControlError("password: must be a text")
        account = self._gateway.add_account(username, **settings)
        self._added.add(username.lower())
        return show_account(account)

    async def _change_account(self, request: web.Request) -> object:
        account = self._gateway.accounts.get(request.match_info["username"].lower())
        if account is None:
            raise ControlError("There is no such account", 404)
        apply_settings(account, read_settings(await _object(request)))
        return show_account(account)

    async def _change_settings(self, request: web.Request) -> object:
        given = await _object(request)
        known = {
            "delivery_seconds",
            "failed_logins_allowed",
            "updating",
            "xml_by_default",
        }
        if unknown := given.keys() - known:
            raise ControlError(f"The gateway has no {', '.join(sorted(unknown))}")
        if "delivery_seconds" in given:
            seconds = _number(given, "delivery_seconds")
            self._gateway.delivery_time = timedelta(seconds=seconds)
        if "failed_logins_allowed" in given:
            self._gateway.blocks.failures_allowed = int(
                _number(given, "failed_logins_allowed")
            )
        if "updating" in given:
            self._gateway.updating = _flag(given, "updating")
        if "xml_by_default" in given:
            self._gateway.xml_by_default = _flag(given, "xml_by_default")
        return await self._state(request)

    async def _clear_blocks(self, request: web.Request) -> object:
        self._gateway.blocks.clear()
        return {}

    async def _add_fault(self, request: web.Request) -> object:
        given = await _object(request)
        method, times = given.pop("method", None), given.pop("times", 1)
        if method is not None and not isinstance(method, str):
            raise ControlError("method must be the name of a method, or null for all")
        if times is not None and (
            not isinstance(times, int) or isinstance(times, bool)
        ):
            raise ControlError("times must be a whole number, or null for ever")
        fault = read_fault(given.pop("fault", None), given)
        self._gateway.fault(method, fault, times=times)
        return {"method": method, "fault": type(fault).__name__, "times": times}

    async def _clear_faults(self, request: web.Request) -> object:
        self._gateway.clear_faults()
        return {}

    async def _receive(self, request: web.Request) -> object:
        given = await _object(request)
        message = self._gateway.receive(
            line=_text(given, "line"),
            sender=_text(given, "sender"),
            text=_text(given, "text"),
        )
        return {"msg_id": message.msg_id}

    async def _phone(self, request: web.Request) -> object:
        return _show_phone(self._gateway.phone(request.match_info["number"]))

    async def _set_outcome(self, request: web.Request) -> object:
        given = await _object(request)
        if "blacklisted" in given:
            phone = self._gateway.phone(_text(given, "number"))
            phone.blacklisted = _flag(given, "blacklisted")
        if "outcome" in given:
            target = _text(given, "rec_id" if "rec_id" in given else "number")
            if "rec_id" in given and self._gateway.sms(target) is None:
                raise ControlError("There is no SMS with this rec_id", 404)
            self._gateway.set_outcome(target, _outcome(given["outcome"]))
        elif "blacklisted" not in given:
            raise ControlError(
                "outcome: must be a delivery status (a number or a text)"
            )
        return {}

    async def _advance(self, request: web.Request) -> object:
        seconds = _number(await _object(request), "advance")
        self._gateway.advance(timedelta(seconds=seconds))
        return {"now": self._gateway.now().isoformat()}

    async def _calls(self, request: web.Request) -> object:
        return [_show_call(call) for call in self._gateway.calls]

    async def _reset(self, request: web.Request) -> object:
        for username in self._added & self._gateway.accounts.keys():
            self._gateway.remove_account(username)
        self._added.clear()
        self._gateway.reset()
        self._gateway.delivery_time = self._first_delivery_time
        self._gateway.blocks.failures_allowed = self._first_failures_allowed
        self._gateway.xml_by_default = self._first_xml_by_default
        return {}


def _as_json(
    handler: _Handler,
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Answer with what a handler returns, or with a clear message."""

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await handler(request), dumps=_dumps)
        except ControlError as failure:
            return _failed(str(failure), failure.status)
        except LookupError as failure:
            return _failed(str(failure.args[0]), 404)
        except ValueError as failure:
            return _failed(str(failure), 400)

    return answer


async def _no_such_resource(request: web.Request) -> object:
    raise ControlError(f"The control API has no {request.method} {request.path}", 404)


def _failed(message: str, status: int) -> web.Response:
    return web.json_response({"error": message}, status=status, dumps=_dumps)


def _dumps(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.read())
    except (ValueError, RecursionError) as failure:
        raise ControlError("The body must be JSON") from failure
    if not isinstance(document, dict):
        raise ControlError("The body must be a JSON object")
    return document


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name}: must be a text")
    return value


def _flag(given: dict[str, Any], name: str) -> bool:
    value = given[name]
    if not isinstance(value, bool):
        raise ControlError(f"{name}: must be true or false")
    return value


def _number(given: dict[str, Any], name: str) -> float:
    value = given.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ControlError(f"{name}: must be a number")
    if not 0 <= value <= _MOST_ADVANCE:
        raise ControlError(f"{name}: must be between 0 and {_MOST_ADVANCE:.0f}")
    return value


def _outcome(value: object) -> Outcome:
    if isinstance(value, str) or (
        isinstance(value, int) and not isinstance(value, bool)
    ):
        return value
    raise ControlError("outcome: must be a delivery status (a number or a text)")


def _show_phone(phone: Phone) -> dict[str, object]:
    return {
        "number": phone.number,
        "blacklisted": phone.blacklisted,
        "outcome": phone.outcome,
        "messages": [_show_sms(sms) for sms in phone.messages],
    }


def _show_sms(sms: Sms) -> dict[str, object]:
    return {
        "rec_id": sms.rec_id,
        "sender": sms.sender,
        "text": sms.text,
        "parts": sms.parts,
        "flash": sms.flash,
        "status": sms.status,
        "at": sms.at.isoformat(),
    }


def _show_call(call: Call) -> dict[str, object]:
    return {
        "method": call.method,
        "parameters": call.parameters,
        "at": call.at.isoformat(),
        "address": call.address,
        "content_type": call.content_type,
        "accept": call.accept,
        "fault": type(call.fault).__name__ if call.fault else None,
        "processed": call.processed,
        "outcome": call.outcome,
    }
