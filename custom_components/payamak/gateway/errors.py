"""What can go wrong with the gateway, ordered by what the caller should do about it."""


class GatewayError(Exception):
    """The gateway did not do what it was asked.

    ``reason`` is a fixed word for the cause, and the key of its text in the translations;
    ``code`` is the gateway's result code if it gave one. Errors hold no credentials,
    numbers or texts.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        """Keep the reason and the code."""
        super().__init__(reason if code is None else f"{reason} (code {code})")
        self.reason = reason
        self.code = code


class AccountWideError(GatewayError):
    """Every further call of this account will fail the same way until the user acts."""


class CredentialsError(AccountWideError):
    """Ask once more, some seconds later; after a second refusal ask the user, and make no calls until then.

    The gateway also refuses good credentials now and then. It blocks the caller's address after repeated failed logins.
    """


class ApiKeyRequiredError(CredentialsError):
    """The panel's API key has to take the place of the password."""


class AddressError(AccountWideError):
    """The gateway doesn't serve this IP address; the user has to allow it in the panel."""


class AccountError(AccountWideError):
    """The account is not allowed to do this; the user has to contact the panel."""


class InactiveAccountError(AccountError):
    """The account can send nothing at all before the panel has let it."""


class CreditError(GatewayError):
    """The credit is not enough; the user has to buy more."""


class WaitError(GatewayError):
    """A limit of the account is reached; the same request works later."""


class RejectedError(GatewayError):
    """Refused for the request's content; the same request will be refused again."""


class SenderLineError(RejectedError):
    """The sender line can't be used; choose another one."""


class MessageError(RejectedError):
    """The text or the pattern was refused; change it."""


class OptOutMissingError(MessageError):
    """Several recipients need the opt-out words; one alone does not."""


class RecipientError(RejectedError):
    """The recipient can't be reached this way."""


class TemporaryError(GatewayError):
    """Certainly not carried out, and not because of the request: safe to try again."""


class UpdatingError(TemporaryError):
    """The gateway is being updated, and does nothing meanwhile."""


class UnreachableError(TemporaryError):
    """The request never left: the name, the connection or TLS failed."""


class LoginInDoubtError(TemporaryError):
    """The gateway refused the login once, and nothing else is asked until that is settled."""


class UncertainError(GatewayError):
    """It is unknown whether it was carried out: never just send it again."""


class BadReplyError(UncertainError):
    """The reply can't be understood."""
