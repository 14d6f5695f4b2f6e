"""The record of a call: what was asked, when, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from .faults import Fault
from .replies import Payload, summary


@dataclass
class Call:
    """One call of a method, without its password."""

    method: str
    parameters: dict[str, str]
    at: datetime
    address: str = ""
    content_type: str = ""
    accept: str = ""
    fault: Fault | None = None
    # Whether the gateway came to do what was asked (or to refuse it), and what it then replied;
    # with a fault, neither may have happened, and the client may have seen something else.
    processed: bool = False
    outcome: str = "not processed"

    def came_to(self, payload: Payload) -> None:
        """Note that the gateway did what was asked (or refused it), and what it replied."""
        self.processed = True
        self.outcome = summary(payload)
