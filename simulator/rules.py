"""The gateway's rules: who may call, and what may be sent."""

from datetime import datetime, timedelta
import hmac

from .account import Account
from .codes import Result
from .messages import TEHRAN
from .text import count_parts, has_link, has_opt_out, parse_recipient
from .world import World

MOST_RECIPIENTS = 100


class RefusedError(Exception):
    """The gateway refuses a call, with a code."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(f"Refused with code {int(code)}")
        self.code = int(code)


def log_in(world: World, username: str, password: str, address: str) -> Account:
    """Find the caller's account, or refuse the call."""
    now = world.now()
    if world.updating:
        raise RefusedError(Result.UPDATING)
    if world.blocks.blocks(address, now):
        raise RefusedError(Result.ADDRESS_BLOCKED)
    account = world.accounts.get(username.lower())
    if account is None or not _password_fits(account, password):
        world.blocks.failed(address, now)
        raise RefusedError(Result.WRONG_CREDENTIALS)
    world.blocks.succeeded(address)
    if account.api_key is not None and not _same(password, account.api_key):
        raise RefusedError(Result.API_KEY_DEMANDED)
    if (
        account.allowed_addresses is not None
        and address not in account.allowed_addresses
    ):
        raise RefusedError(
            Result.ADDRESS_NOT_ALLOWED
            if account.allowed_addresses
            else Result.ADDRESS_NOT_SET
        )
    return account


def check_sender(account: Account, line: str) -> None:
    """Refuse accounts that may not send, and lines they may not send from."""
    check_standing(account)
    if line not in account.lines:
        raise RefusedError(Result.INVALID_SENDER)
    if line in account.public_lines:
        raise RefusedError(Result.PUBLIC_LINE)


def check_standing(account: Account) -> None:
    """Refuse accounts that may not send at all."""
    if not account.active:
        raise RefusedError(Result.INACTIVE_USER)
    if not account.documents_complete:
        raise RefusedError(Result.DOCUMENTS_INCOMPLETE)


def check_text(account: Account, text: str, recipient_count: int) -> None:
    """Refuse texts that may not be sent to so many recipients."""
    if not text.strip():
        raise RefusedError(Result.EMPTY_TEXT)
    if any(word.casefold() in text.casefold() for word in account.filtered_words):
        raise RefusedError(Result.FILTERED_WORD)
    if has_link(text) and not account.links_allowed:
        raise RefusedError(Result.LINK_IN_TEXT)
    if account.opt_out_required and recipient_count > 1 and not has_opt_out(text):
        raise RefusedError(Result.OPT_OUT_MISSING)


def split_recipients(account: Account, to: str) -> list[str]:
    """Give the recipients of a call, as they were written."""
    recipients = [each.strip() for each in to.split(",") if each.strip()]
    if not recipients:
        raise RefusedError(Result.NO_RECIPIENT)
    if len(recipients) > MOST_RECIPIENTS:
        raise RefusedError(Result.VOLUME_LIMIT)
    if len(recipients) < account.minimum_count:
        raise RefusedError(Result.BELOW_MINIMUM)
    return recipients


def check_recipient(
    world: World, account: Account, line: str, recipient: str
) -> int | None:
    """Give the code that refuses one recipient, or None."""
    mobile = parse_recipient(recipient)
    if mobile is None:
        return Result.INVALID_RECIPIENT
    if world.phone(mobile).blacklisted and line not in account.service_lines:
        return Result.BLACKLISTED
    return None


def check_limits(account: Account, text: str, count: int, now: datetime) -> None:
    """Refuse what is beyond the account's limits or its credit."""
    local_day = now.astimezone(TEHRAN).date()
    if (
        account.volume_limit is not None
        and count * count_parts(text) > account.volume_limit
    ):
        raise RefusedError(Result.VOLUME_LIMIT)
    if account.daily_limit is not None:
        sent_today = sum(
            len(each.sms)
            for each in account.sent
            if each.at.astimezone(TEHRAN).date() == local_day
        )
        if sent_today + count > account.daily_limit:
            raise RefusedError(Result.DAILY_LIMIT)
    if account.hourly_limit is not None:
        sent_lately = sum(
            len(each.sms) for each in account.sent if each.at > now - timedelta(hours=1)
        )
        if sent_lately + count > account.hourly_limit:
            raise RefusedError(Result.HOURLY_LIMIT)
    if account.cost(text) * count > account.credit:
        raise RefusedError(Result.NOT_ENOUGH_CREDIT)


def _password_fits(account: Account, password: str) -> bool:
    if _same(password, account.password):
        return True
    return account.api_key is not None and _same(password, account.api_key)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(
        one.encode("utf-8", "replace"), other.encode("utf-8", "replace")
    )
