"""The control API: the gateway's world as JSON, for demonstrations and tests."""

from datetime import timedelta

from aiohttp import web

from simulator.account_settings import apply_settings, read_settings, show_account
from simulator.faults.spelling import read_fault
from simulator.gateway import Gateway
from simulator.messages import Outcome
from simulator.phone_settings import read_phone

from .outages import OutageControl, show_outages
from .requests import (
    ControlError,
    as_json,
    read_flag,
    read_moment,
    read_number,
    read_object,
    read_text,
    read_texts,
)
from .shown import show_call, show_phone


class Control:
    """The control API of a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Control a gateway."""
        self._gateway = gateway
        self._added: set[str] = set()
        self._first_delivery_time = gateway.delivery_time
        self._first_validity = gateway.validity
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
            ("POST", "/control/sent", self._send_from_panel),
            ("GET", "/control/phones/{number}", self._phone),
            ("PATCH", "/control/phones/{number}", self._change_phone),
            ("POST", "/control/outcomes", self._set_outcome),
            ("POST", "/control/clock", self._advance),
            ("GET", "/control/calls", self._calls),
            ("POST", "/control/reset", self._reset),
        ):
            router.add_route(http_method, path, as_json(handler))
        OutageControl(self._gateway).add_routes(router)
        router.add_route("*", "/control{rest:(/.*)?}", as_json(_no_such_resource))

    async def _state(self, request: web.Request) -> object:
        gateway = self._gateway
        return {
            "now": gateway.now().isoformat(),
            "delivery_seconds": gateway.delivery_time.total_seconds(),
            "validity_seconds": gateway.validity.total_seconds(),
            "updating": gateway.updating,
            "xml_by_default": gateway.xml_by_default,
            "failed_logins_allowed": gateway.blocks.failures_allowed,
            "blocked_addresses": list(gateway.blocks),
            "accounts": [
                show_account(account) for account in gateway.accounts.values()
            ],
            "phones": [show_phone(phone) for phone in gateway.phones.values()],
            "faults": [
                {
                    "method": each.method,
                    "fault": type(each.fault).__name__,
                    "times": each.times,
                }
                for each in gateway.faults
            ],
            "calls": len(gateway.calls),
            **show_outages(gateway),
        }

    async def _add_account(self, request: web.Request) -> object:
        given = await read_object(request)
        username = read_text(given, "username")
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
        apply_settings(account, read_settings(await read_object(request)))
        return show_account(account)

    async def _change_settings(self, request: web.Request) -> object:
        given = await read_object(request)
        known = {
            "delivery_seconds",
            "failed_logins_allowed",
            "updating",
            "validity_seconds",
            "xml_by_default",
        }
        if unknown := given.keys() - known:
            raise ControlError(f"The gateway has no {', '.join(sorted(unknown))}")
        if "delivery_seconds" in given:
            seconds = read_number(given, "delivery_seconds")
            self._gateway.delivery_time = timedelta(seconds=seconds)
        if "validity_seconds" in given:
            seconds = read_number(given, "validity_seconds")
            self._gateway.validity = timedelta(seconds=seconds)
        if "failed_logins_allowed" in given:
            self._gateway.blocks.failures_allowed = int(
                read_number(given, "failed_logins_allowed")
            )
        if "updating" in given:
            self._gateway.updating = read_flag(given, "updating")
        if "xml_by_default" in given:
            self._gateway.xml_by_default = read_flag(given, "xml_by_default")
        return await self._state(request)

    async def _clear_blocks(self, request: web.Request) -> object:
        self._gateway.blocks.clear()
        return {}

    async def _add_fault(self, request: web.Request) -> object:
        given = await read_object(request)
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
        given = await read_object(request)
        message = self._gateway.receive(
            line=read_text(given, "line"),
            sender=read_text(given, "sender"),
            text=read_text(given, "text"),
        )
        return {"msg_id": message.msg_id}

    async def _send_from_panel(self, request: web.Request) -> object:
        given = await read_object(request)
        message = self._gateway.send_from_panel(
            read_text(given, "line"),
            read_text(given, "text"),
            read_texts(given, "recipients"),
            at=read_moment(given, "at"),
        )
        return {
            "msg_id": message.msg_id,
            "rec_ids": [sms.rec_id for sms in message.sms],
        }

    async def _phone(self, request: web.Request) -> object:
        return show_phone(self._gateway.phone(request.match_info["number"]))

    async def _change_phone(self, request: web.Request) -> object:
        settings = read_phone(await read_object(request))
        return show_phone(
            self._gateway.change_phone(request.match_info["number"], **settings)
        )

    async def _set_outcome(self, request: web.Request) -> object:
        given = await read_object(request)
        if "blacklisted" in given:
            phone = self._gateway.phone(read_text(given, "number"))
            phone.blacklisted = read_flag(given, "blacklisted")
        if "outcome" in given:
            target = read_text(given, "rec_id" if "rec_id" in given else "number")
            if "rec_id" in given and self._gateway.sms(target) is None:
                raise ControlError("There is no SMS with this rec_id", 404)
            self._gateway.set_outcome(target, _outcome(given["outcome"]))
        elif "blacklisted" not in given:
            raise ControlError(
                "outcome: must be a delivery status (a number or a text)"
            )
        return {}

    async def _advance(self, request: web.Request) -> object:
        seconds = read_number(await read_object(request), "advance")
        self._gateway.advance(timedelta(seconds=seconds))
        await self._gateway.settle()
        return {"now": self._gateway.now().isoformat()}

    async def _calls(self, request: web.Request) -> object:
        return [show_call(call) for call in self._gateway.calls]

    async def _reset(self, request: web.Request) -> object:
        for username in self._added & self._gateway.accounts.keys():
            self._gateway.remove_account(username)
        self._added.clear()
        self._gateway.reset()
        await self._gateway.settle()
        self._gateway.delivery_time = self._first_delivery_time
        self._gateway.validity = self._first_validity
        self._gateway.blocks.failures_allowed = self._first_failures_allowed
        self._gateway.xml_by_default = self._first_xml_by_default
        return {}


async def _no_such_resource(request: web.Request) -> object:
    raise ControlError(f"The control API has no {request.method} {request.path}", 404)


def _outcome(value: object) -> Outcome:
    if isinstance(value, str) or (
        isinstance(value, int) and not isinstance(value, bool)
    ):
        return value
    raise ControlError("outcome: must be a delivery status (a number or a text)")
