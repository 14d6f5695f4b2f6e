"""The shapes of the gateway's replies, and how they are written."""

from collections.abc import Mapping
import json
from xml.sax.saxutils import escape

from .codes import coarse

type Payload = dict[str, object]


def simple(
    value: object, ret_status: object = 1, str_ret_status: str = "Ok"
) -> Payload:
    """Give the envelope of the simple methods."""
    return {"Value": value, "RetStatus": ret_status, "StrRetStatus": str_ret_status}


def listing(rows: list[Payload]) -> Payload:
    """Give the envelope of the list methods."""
    return {"MyBase": simple("Ok"), "Data": rows}


def base_of(payload: Payload) -> Payload:
    """Give the part of a reply that holds Value and RetStatus."""
    base = payload.get("MyBase")
    return base if isinstance(base, dict) else payload


def code_in_value(code: int) -> Payload:
    """Refuse the way the sending methods do: a coarse RetStatus, the code in Value."""
    return simple(str(code), *coarse(code))


def null_value(code: int) -> Payload:
    """Refuse the way the getters do: Value null, and a RetStatus other than 1."""
    if code == 0:
        return simple(None, *coarse(code))
    return simple(None, code, "InvalidData")


def null_listing(code: int) -> Payload:
    """Refuse the way the list methods do."""
    return {"MyBase": null_value(code), "Data": None}


def to_json(payload: object) -> bytes:
    """Write a reply as the gateway does: compact, and in plain UTF-8."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def to_xml(payload: object) -> bytes:
    """Write a reply as the gateway does for callers that ask for XML."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>' + _element("Response", payload)
    ).encode("utf-8", "replace")


def summary(payload: Payload) -> str:
    """Say in a line what a reply says, without the texts of messages."""
    base = base_of(payload)
    value = "null" if base.get("Value") is None else base["Value"]
    said = f"{base.get('RetStatus')} {base.get('StrRetStatus')}: {value}"
    if isinstance(rows := payload.get("Data"), list):
        said += f", {len(rows)} rows"
    return said if len(said) <= 120 else f"{said[:119]}…"


def _element(name: str, value: object) -> str:
    match value:
        case None:
            return f'<{name} i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/>'
        case Mapping():
            inner = "".join(_element(str(key), each) for key, each in value.items())
        case list() | tuple():
            inner = "".join(_element("Item", each) for each in value)
        case bool():
            inner = "true" if value else "false"
        case _:
            inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"
