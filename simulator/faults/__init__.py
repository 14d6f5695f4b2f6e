"""Faults on demand: what can go wrong between a client and the gateway.

A fault takes the place of the honest answer to a call. Where it has `processed`, that says whether
the gateway has done what was asked before it goes wrong: the phone has the SMS, the credit fell, the
sent box shows it. Faults without it derive from the honest reply and always process the call.
"""

from .base import MISSING, BeforeOrAfter, Fault, Missing
from .bodies import (
    Body,
    InvalidUtf8,
    Maintenance,
    ProxyError,
    Redirect,
    ServerError,
    TruncatedJson,
    WrongContentType,
    Xml,
)
from .connection import BrokenOff, Delay, Disconnect, Hang, HugeBody, Reset, SlowDrip
from .lists import (
    FirstPageOnly,
    MixedBoxes,
    RepeatedRows,
    ReversedRows,
    RowsFault,
    ShuffledRows,
)
from .plan import FaultPlan, PlannedFault
from .replies import (
    Code,
    CodesInList,
    Document,
    Envelope,
    FlatEnvelope,
    LongList,
    PasswordChanged,
    Place,
    Replaced,
    ShortList,
    UnknownKeys,
    WithoutId,
)

__all__ = [
    "MISSING",
    "BeforeOrAfter",
    "Body",
    "BrokenOff",
    "Code",
    "CodesInList",
    "Delay",
    "Disconnect",
    "Document",
    "Envelope",
    "Fault",
    "FaultPlan",
    "FirstPageOnly",
    "FlatEnvelope",
    "Hang",
    "HugeBody",
    "InvalidUtf8",
    "LongList",
    "Maintenance",
    "Missing",
    "MixedBoxes",
    "PasswordChanged",
    "Place",
    "PlannedFault",
    "ProxyError",
    "Redirect",
    "RepeatedRows",
    "Replaced",
    "Reset",
    "ReversedRows",
    "RowsFault",
    "ServerError",
    "ShortList",
    "ShuffledRows",
    "SlowDrip",
    "TruncatedJson",
    "UnknownKeys",
    "WithoutId",
    "WrongContentType",
    "Xml",
]
