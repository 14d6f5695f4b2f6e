"""What can go wrong with the gateway, ordered by what the caller should do about it."""


class GatewayError(Exception):
    """The gateway did not do what it was asked.

    ``reason`` is a fixed word for the cause, ``code`` the gateway's result code where
    it gave one. Nothing in here holds credentials, numbers or texts.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        """Keep the reason and the code."""
        super().__init__(reason if code is None else f"{reason} (code {code})")
        self.reason = reason
        self.code = code


class AccountWideError(GatewayError):
    """Every further call of this account will fail the same way until the user acts."""


class CredentialsError(AccountWideError):
    """Ask the user for the credentials, and call no more until then.

    Repeated failed logins get the caller's address blocked.
    """


class ApiKeyRequiredError(CredentialsError):
    """The panel's API key has to take the place of the password."""


class AddressError(AccountWideError):
    """The gateway doesn't serve this address; the user has to allow it in the panel."""


class AccountError(AccountWideError):
    """The account itself may not do this; the user has to settle it with the panel."""


class CreditError(GatewayError):
    """The credit doesn't cover it; the user has to buy some."""


class WaitError(GatewayError):
    """A limit of the account is reached; the same request works later."""


class RejectedError(GatewayError):
    """Refused for what the request holds; the same request will be refused again."""


class SenderLineError(RejectedError):
    """The sender line can't be used; choose another one."""


class MessageError(RejectedError):
    """The text or the pattern was refused; change it."""


class OptOutMissingError(MessageError):
    """Several recipients need the opt-out words; one alone does not."""


class RecipientError(RejectedError):
    """The recipient can't be reached this way."""


class TemporaryError(GatewayError):
    """Surely not carried out, through no fault of the request: safe to try again."""


class UnreachableError(TemporaryError):
    """The request never left: no name, no connection, or no TLS."""


class UncertainError(GatewayError):
    """Nobody knows whether it was carried out: never send it again blindly."""


class BadReplyError(UncertainError):
    """The reply can't be understood."""
