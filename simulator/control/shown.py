"""What the control API shows of phones and calls."""

from simulator.calls import Call
from simulator.messages import Sms
from simulator.phone_settings import show_answer
from simulator.phones import Phone


def show_phone(phone: Phone) -> dict[str, object]:
    """Show a phone with the SMS on it."""
    return {
        "number": phone.number,
        "name": phone.name,
        "on": phone.is_on,
        "answer": show_answer(phone.answer) if phone.answer else None,
        "blacklisted": phone.blacklisted,
        "outcome": phone.outcome,
        "messages": [show_sms(sms) for sms in phone.messages],
    }


def show_sms(sms: Sms) -> dict[str, object]:
    """Show an SMS."""
    return {
        "rec_id": sms.rec_id,
        "sender": sms.sender,
        "text": sms.text,
        "parts": sms.parts,
        "flash": sms.flash,
        "status": sms.status,
        "at": sms.at.isoformat(),
    }


def show_call(call: Call) -> dict[str, object]:
    """Show a call, which has no password."""
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
