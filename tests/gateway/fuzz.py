"""Strategies for replies that no panel should give, and some that panels do give, as bytes."""

from collections.abc import Sequence
import json
import os
from typing import Final

from hypothesis import HealthCheck, settings, strategies as st

ID: Final = "5512345678901234567"
OTHER_ID: Final = "5512345678901234568"

ROW: Final = {
    "MsgID": 45163871234,
    "Body": "سلام 😀",
    "SendDate": "2017-06-05T15:42:58.68",
    "Sender": "9121234567",
    "Receiver": "500010604671",
    "FirstLocation": 1,
    "CurrentLocation": 1,
    "Parts": 1,
    "RecCount": 3,
    "RecFailed": 1,
    "RecSuccess": 2,
    "IsUnicode": True,
}
_BASE: Final = {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"}
_REAL: Final[Sequence[object]] = (
    {"Value": ID, "RetStatus": 1, "StrRetStatus": "Ok"},
    {"Value": f"{ID},{OTHER_ID},18", "RetStatus": 1, "StrRetStatus": "Ok"},
    {"Value": "1", "RetStatus": 1, "StrRetStatus": "Ok"},
    {"Value": "27989.784030396946", "RetStatus": 1, "StrRetStatus": "Ok"},
    {"Value": "5", "RetStatus": 9, "StrRetStatus": "InvalidNumber"},
    {"Value": "0", "RetStatus": 35, "StrRetStatus": "InvalidData"},
    {"Value": "11", "RetStatus": 35, "StrRetStatus": "InvalidData"},
    {"Value": None, "RetStatus": 35, "StrRetStatus": "InvalidData"},
    {"Value": "-110", "RetStatus": 1, "StrRetStatus": "Ok"},
    {"MyBase": _BASE, "Data": [{"Number": "500010604671"}, {"Number": "30001234"}]},
    {"MyBase": _BASE, "Data": [ROW, {**ROW, "MsgID": 45163871233}]},
    {"MyBase": _BASE, "Data": None},
    {**_BASE, "Data": [ROW]},
    {"Message": "An error has occurred.", "ExceptionMessage": "x", "StackTrace": "y"},
)
REAL_BODIES: Final = [json.dumps(each, ensure_ascii=False).encode() for each in _REAL]

_digits = st.text("0123456789", min_size=1, max_size=22)
_numbers = st.one_of(
    _digits.map(lambda text: text.lstrip("0") or "0"),
    st.sampled_from(["1e5", "1.0E3", "1e0", "12345678901e0", "1234567890123456.5e1"]),
    st.sampled_from(["-0", "1e999999999", "-1E-5", "7.0", "NaN", "-Infinity"]),
    st.integers(-600, 600).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.just("9" * 5000),
)
_odd_digits = st.text("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥²³", min_size=1, max_size=19)
_ids = st.one_of(
    st.sampled_from([ID, OTHER_ID, "1234567890", "12345678901", "1", "18", "0", "35"]),
    _digits,
    st.just("9" * 40),
)
_dates = st.one_of(
    st.datetimes().map(lambda time: time.isoformat()),
    st.sampled_from(["2024-W49-4", "20241205T101010", "2024-12-05T24:00:00"]),
    st.sampled_from(["0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999"]),
    st.sampled_from(["2024-12-05T15:42:58+23:59", "2024-12-05 15:42:58Z"]),
)
_words = st.one_of(
    _ids,
    st.lists(_ids, max_size=5).map(",".join),
    _numbers,
    _odd_digits,
    _dates,
    st.sampled_from(
        ["", " ", "NULL", "Ok", "1_000", " 7 ", "+7", "\ud83d", "09121234567"]
    ),
    st.text(max_size=20),
)
_scalars = st.one_of(
    _numbers,
    _words.map(lambda text: json.dumps(text, ensure_ascii=False)),
    _words.map(json.dumps),
    st.sampled_from(["null", "true", "false", "[]", "{}"]),
)
_deep = st.builds(
    lambda ends, depth: ends[0] * depth + "1" + ends[1] * depth,
    st.sampled_from([("[", "]"), ('{"Value":', "}"), ("[", ""), ('{"MyBase":', "}")]),
    st.sampled_from([2, 50, 900, 60_000]),
)


def _members(names: Sequence[str]) -> st.SearchStrategy[str]:
    """Write an object with some of the names, in any order, and some of them twice."""
    member = st.tuples(st.sampled_from(names), _anything).map(
        lambda pair: f'"{pair[0]}":{pair[1]}'
    )
    return st.lists(member, max_size=14).map(lambda some: "{" + ",".join(some) + "}")


_anything = st.recursive(
    st.one_of(_scalars, _scalars, _scalars, _deep),
    lambda inner: st.lists(inner, max_size=3).map(lambda some: f"[{','.join(some)}]"),
    max_leaves=4,
)
_row = st.one_of(_members(list(ROW)), _members(["Number"]), _anything)


@st.composite
def _good_row(draw: st.DrawFn) -> str:
    """Write a row as a panel does, of which one field is something else."""
    fields = {name: json.dumps(value) for name, value in ROW.items()}
    fields["Number"] = json.dumps(draw(_digits))
    fields["MsgID"] = draw(st.one_of(_digits.map(json.dumps), _anything))
    fields[draw(st.sampled_from(list(fields)))] = draw(_anything)
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


@st.composite
def _envelopes(draw: st.DrawFn) -> bytes:
    """Write an envelope whose parts are of any type."""
    base = draw(
        st.one_of(
            st.builds('{{"Value":{},"RetStatus":{}}}'.format, _scalars, _scalars),
            st.builds('{{"Value":{},"RetStatus":1}}'.format, _anything),
            _members(["Value", "RetStatus", "MyBase", "StrRetStatus", "Message"]),
        )
    )
    rows = st.lists(st.one_of(_good_row(), _row), max_size=6)
    data = draw(st.one_of(rows.map(lambda some: f"[{','.join(some)}]"), _anything))
    written = draw(
        st.sampled_from(
            [
                base,
                f'{{"MyBase":{base},"Data":{data}}}',
                f'{{"Data":{data},{base[1:]}',
                f'{{"MyBase":{base},"Data":{data},"Data":[]}}',
            ]
        )
    )
    return written.encode(errors="replace")


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """Damage a body, or write it in another way."""
    body = draw(st.one_of(st.sampled_from(REAL_BODIES), _envelopes()))
    place = draw(st.integers(0, len(body)))
    match draw(st.sampled_from(["cut", "insert", "replace", "bom", "encode", "twice"])):
        case "cut":
            return body[:place]
        case "insert":
            return body[:place] + draw(st.binary(max_size=4)) + body[place:]
        case "replace":
            other = draw(st.sampled_from(list(b'0123456789eE.+-,:"[]{} \xff\\')))
            return body[:place] + bytes([other]) + body[place + 1 :]
        case "bom":
            return b"\xef\xbb\xbf" + body
        case "encode":
            code = draw(st.sampled_from(["utf-16", "utf-8-sig", "cp1256", "utf-7"]))
            return body.decode(errors="replace").encode(code, "replace")
        case _:
            return body + draw(st.sampled_from([b"", b",", b"\r\n"])) + body


bodies: Final = st.one_of(
    _envelopes(),
    _mutated(),
    st.sampled_from(REAL_BODIES),
    st.binary(max_size=200),
    _deep.map(str.encode),
)
"""Any bytes at all, and far more often than chance would: nearly a reply."""


def examples(count: int) -> settings:
    """Try so many bodies, each time the same; FUZZ_FACTOR tries as many times more, by chance."""
    factor = os.environ.get("FUZZ_FACTOR")
    return settings(
        max_examples=max(int(count * float(factor or 1)), 1),
        derandomize=factor is None,
        database=None,
        # What a slow machine needs for one body says nothing; tests of their own measure the time.
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.function_scoped_fixture,
            HealthCheck.data_too_large,
        ],
    )
