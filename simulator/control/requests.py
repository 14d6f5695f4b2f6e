"""Requests to the control API as they are read, and its answers as they are written."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
import json
from typing import Any

from aiohttp import web

type Handler = Callable[[web.Request], Awaitable[object]]

MOST_SECONDS = timedelta(days=3650).total_seconds()


class ControlError(Exception):
    """A request to the control API that can't be carried out."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Keep the message and the HTTP status."""
        super().__init__(message)
        self.status = status


def as_json(
    handler: Handler,
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


def _failed(message: str, status: int) -> web.Response:
    return web.json_response({"error": message}, status=status, dumps=_dumps)


def _dumps(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


async def read_object(request: web.Request) -> dict[str, Any]:
    """Read the body, which must be a JSON object."""
    try:
        document = json.loads(await request.read())
    except (ValueError, RecursionError) as failure:
        raise ControlError("The body must be JSON") from failure
    if not isinstance(document, dict):
        raise ControlError("The body must be a JSON object")
    return document


def read_text(given: dict[str, Any], name: str) -> str:
    """Read a text that must be there."""
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name}: must be a text")
    return value


def read_texts(given: dict[str, Any], name: str) -> list[str]:
    """Read a list of texts that must be there."""
    value = given.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ControlError(f"{name}: must be a list of texts")
    return value


def read_moment(given: dict[str, Any], name: str) -> datetime | None:
    """Read a moment with its zone, which may be missing."""
    value = given.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ControlError(f"{name}: must be a time in ISO 8601 with its zone")
    return moment


def read_flag(given: dict[str, Any], name: str) -> bool:
    """Read true or false."""
    value = given[name]
    if not isinstance(value, bool):
        raise ControlError(f"{name}: must be true or false")
    return value


def read_number(given: dict[str, Any], name: str) -> float:
    """Read a number that must be there."""
    value = given.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ControlError(f"{name}: must be a number")
    if not 0 <= value <= MOST_SECONDS:
        raise ControlError(f"{name}: must be between 0 and {MOST_SECONDS:.0f}")
    return value
