"""A stand-in for the SMS gateway rest.payamak-panel.com, quirks and faults included."""

from .account import Account
from .calls import Call
from .codes import Delivery, Result
from .faults import Fault
from .gateway import Gateway
from .messages import Phone, ReceivedMessage, SentMessage, Sms
from .server import create_app

__all__ = [
    "Account",
    "Call",
    "Delivery",
    "Fault",
    "Gateway",
    "Phone",
    "ReceivedMessage",
    "Result",
    "SentMessage",
    "Sms",
    "create_app",
]
