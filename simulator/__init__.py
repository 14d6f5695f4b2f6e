"""A stand-in for the SMS gateway rest.payamak-panel.com, quirks and faults included."""

from .account import Account
from .calls import Call
from .codes import Delivery, Result
from .faults import Fault
from .gateway import Gateway
from .listener import Listener
from .messages import ReceivedMessage, SentMessage, Sms
from .outages import Away, Outage
from .phones import Answer, Phone
from .server import create_app, create_apps

__all__ = [
    "Account",
    "Answer",
    "Away",
    "Call",
    "Delivery",
    "Fault",
    "Gateway",
    "Listener",
    "Outage",
    "Phone",
    "ReceivedMessage",
    "Result",
    "SentMessage",
    "Sms",
    "create_app",
    "create_apps",
]
