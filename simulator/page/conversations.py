"""What was written between each phone and the lines, both ways together, in order."""

from dataclasses import dataclass, field

from simulator.gateway import Gateway
from simulator.messages import ReceivedMessage, Sms
from simulator.phones import Phone
from simulator.text import parse_mobile


@dataclass
class Conversation:
    """A phone, or a sender that is none, with all that came to it and went from it."""

    number: str
    phone: Phone | None = None
    messages: list[Sms | ReceivedMessage] = field(default_factory=list)

    @property
    def name(self) -> str | None:
        """Whose phone it is, if that was told."""
        return self.phone.name if self.phone else None


def conversations(gateway: Gateway) -> list[Conversation]:
    """Give all conversations, the most recent first, each with the oldest message first.

    Behind them stand the phones without a message of which something was said.
    """
    found = {
        phone.number: Conversation(phone.number, phone, [*phone.messages])
        for phone in gateway.phones.values()
    }
    for account in gateway.accounts.values():
        for message in account.received:
            number = parse_mobile(message.sender) or message.sender
            found.setdefault(number, Conversation(number)).messages.append(message)
    for each in found.values():
        # Of the same moment, what was asked comes before its answer.
        each.messages.sort(key=lambda message: (message.at, isinstance(message, Sms)))
    begun = [each for each in found.values() if each.messages]
    begun.sort(key=lambda each: each.messages[-1].at, reverse=True)
    return begun + [
        each
        for each in found.values()
        if (phone := each.phone) is not None
        and not each.messages
        and (phone.name or phone.answer or not phone.is_on)
    ]
