"""The methods of the API: what each does with a caller's account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re

from . import replies, rules
from .account import Account, decimal_text
from .codes import INVALID_DATA, Delivery, Result, coarse
from .messages import ALL, RECEIVED, SENT, ReceivedMessage, SentMessage
from .parameters import Parameters
from .replies import Payload
from .rules import RefusedError
from .text import has_link, parse_recipient
from .world import World

MOST_ROWS = 100
PATTERN_PARAMETERS = ("username", "password", "text", "to", "bodyId")
_VARIABLE = re.compile(r"\{(\d{1,2})\}")


@dataclass(frozen=True)
class Method:
    """A method: what it does, and how it refuses."""

    name: str
    run: Callable[[World, Account, Parameters], Payload]
    refuse: Callable[[int], Payload]


def call(
    world: World,
    method: Method,
    given: Mapping[str, str],
    address: str,
    codes: Mapping[int, int] | None = None,
) -> Payload:
    """Run a method as the gateway would; codes refuse recipients by their position."""
    parameters = Parameters(given)
    try:
        if method.name == "BaseServiceNumber":
            _check_spelling(given)
        account = rules.log_in(
            world, parameters.text("username"), parameters.text("password"), address
        )
        if method.name == "SendSMS" and codes:
            return _send_sms(world, account, parameters, codes)
        return method.run(world, account, parameters)
    except RefusedError as refused:
        return method.refuse(_signed(method, refused.code))


def _send_sms(
    world: World,
    account: Account,
    parameters: Parameters,
    codes: Mapping[int, int] | None = None,
) -> Payload:
    line, text = parameters.text("from"), parameters.text("text")
    rules.check_sender(account, line)
    recipients = rules.split_recipients(account, parameters.text("to"))
    rules.check_text(account, text, len(recipients))
    refused = {
        position: code
        for position, recipient in enumerate(recipients)
        if (code := rules.check_recipient(world, account, line, recipient)) is not None
    } | dict(codes or {})
    taken = [
        each for position, each in enumerate(recipients) if position not in refused
    ]
    if not taken:
        return _all_refused([refused[position] for position in range(len(recipients))])
    rules.check_limits(account, text, len(taken), world.now())
    message = world.deliver(
        account, line, text, taken, flash=parameters.flag("isFlash")
    )
    rec_ids = iter(message.sms)
    return replies.simple(
        ",".join(
            str(int(refused[position])) if position in refused else next(rec_ids).rec_id
            for position in range(len(recipients))
        )
    )


def _all_refused(codes: list[int]) -> Payload:
    if len(set(codes)) > 1:
        return replies.simple(
            ",".join(str(int(code)) for code in codes), *coarse(codes[0])
        )
    if codes[0] == Result.BLACKLISTED:
        # Most likely what "Value 11 beside RetStatus 35" means.
        raise RefusedError(Result.NOT_SENT)
    raise RefusedError(codes[0])


def _base_service_number(
    world: World, account: Account, parameters: Parameters
) -> Payload:
    rules.check_standing(account)
    if not account.shared_service_access:
        raise RefusedError(Result.NO_ACCESS)
    if account.shared_line is None:
        raise RefusedError(Result.LINE_NOT_DEFINED)
    recipients = [
        each.strip() for each in parameters.text("to").split(",") if each.strip()
    ]
    if not recipients:
        raise RefusedError(Result.NO_RECIPIENT)
    if len(recipients) > 1:
        raise RefusedError(Result.ONE_RECIPIENT_ONLY)
    pattern = account.patterns.get(parameters.number("bodyId"))
    if pattern is None:
        raise RefusedError(Result.UNKNOWN_PATTERN)
    variables = parameters.text("text").split(";") if parameters.text("text") else []
    text = fill_pattern(pattern, variables)
    if any(has_link(variable) for variable in variables):
        raise RefusedError(Result.LINK_IN_VARIABLE)
    mobile = parse_recipient(recipients[0])
    if mobile is None:
        raise RefusedError(Result.INVALID_RECIPIENT)
    rules.check_limits(account, text, 1, world.now())
    message = world.deliver(account, account.shared_line, text, [mobile], flash=False)
    return replies.simple(message.sms[0].rec_id)


def fill_pattern(pattern: int | str, variables: list[str]) -> str:
    """Give the text of a pattern message, or refuse variables that don't fit."""
    demanded = pattern if isinstance(pattern, int) else count_variables(pattern)
    if len(variables) != demanded:
        raise RefusedError(Result.VARIABLES_DO_NOT_FIT)
    if isinstance(pattern, int):
        return "\n".join(variables)
    return _VARIABLE.sub(lambda match: variables[int(match[1])], pattern)


def count_variables(pattern: str) -> int:
    """Count the variables {0}, {1}... of a pattern's text."""
    return max((int(each) + 1 for each in _VARIABLE.findall(pattern)), default=0)


def _get_deliveries2(world: World, account: Account, parameters: Parameters) -> Payload:
    rec_id = parameters.text("recId").strip()
    sms = world.sms(rec_id)
    if sms is None or sms.account != account.username:
        return replies.simple(str(int(Delivery.UNKNOWN)))
    status = sms.status
    return replies.simple(status if isinstance(status, str) else str(int(status)))


def _get_messages(world: World, account: Account, parameters: Parameters) -> Payload:
    location, line = parameters.number("location"), parameters.text("from").strip()
    index, count = parameters.number("index"), parameters.number("count")
    if location not in {RECEIVED, SENT, ALL} or index < 0 or not 0 < count <= MOST_ROWS:
        raise RefusedError(INVALID_DATA)
    messages: list[SentMessage | ReceivedMessage] = []
    if location in {SENT, ALL}:
        messages += [each for each in account.sent if each.is_listed(world.now())]
    if location in {RECEIVED, ALL}:
        messages += account.received
    messages = [each for each in messages if not line or each.line == line]
    messages.sort(key=lambda message: message.msg_id, reverse=True)
    return replies.listing([each.row() for each in messages[index : index + count]])


def _get_credit(world: World, account: Account, parameters: Parameters) -> Payload:
    return replies.simple(decimal_text(account.credit))


def _get_base_price(world: World, account: Account, parameters: Parameters) -> Payload:
    return replies.simple(decimal_text(account.base_price))


def _get_user_numbers(
    world: World, account: Account, parameters: Parameters
) -> Payload:
    return replies.listing([{"Number": line} for line in account.lines])


def _check_spelling(given: Mapping[str, str]) -> None:
    """Refuse mis-cased names, which this method alone answers with -6."""
    right = {name.lower(): name for name in PATTERN_PARAMETERS}
    if any(right.get(name.lower(), name) != name for name in given):
        raise RefusedError(Result.INTERNAL_ERROR)


def _signed(method: Method, code: int) -> int:
    # 108-111 were reported with either sign.
    return -code if code >= 108 and method.name == "BaseServiceNumber" else code


METHODS = {
    method.name.lower(): method
    for method in (
        Method("SendSMS", _send_sms, replies.code_in_value),
        Method("GetDeliveries2", _get_deliveries2, replies.code_in_value),
        Method("GetMessages", _get_messages, replies.null_listing),
        Method("GetCredit", _get_credit, replies.null_value),
        Method("GetBasePrice", _get_base_price, replies.null_value),
        Method("GetUserNumbers", _get_user_numbers, replies.null_listing),
        Method("BaseServiceNumber", _base_service_number, replies.code_in_value),
    )
}
