"""Whether the gateway accepts the login: the first refusal is a doubt, the second one in a row is believed."""

from .errors import CredentialsError


class Login:
    """What the gateway's answers say about a user name and its password.

    The gateway also refuses a good login now and then, and believing that would stop everything until a person acts.
    Repeated failed logins get the caller's address blocked, so a second refusal is believed.
    """

    def __init__(self) -> None:
        """Begin without a doubt."""
        self.doubt: CredentialsError | None = None
        """The first refusal, as long as no call after it was accepted or refused."""
        self.refusal: CredentialsError | None = None
        """The refusal that is believed: no call goes out any more."""

    def raise_if_refused(self) -> None:
        """Raise the refusal that is believed."""
        if self.refusal:
            raise type(self.refusal)(self.refusal.reason, self.refusal.code)

    def note_accepted(self, *, doubt: CredentialsError | None) -> None:
        """End the doubt that there was when the accepted call began: an older call proves nothing."""
        if self.doubt is doubt:
            self.doubt = None

    def note_refused(self, error: CredentialsError) -> None:
        """Doubt the login, or believe the refusal where it was in doubt before."""
        if self.doubt or self.refusal:
            self.believe(error)
        else:
            self.doubt = error

    def believe(self, error: CredentialsError) -> None:
        """Take the login for a wrong one."""
        self.doubt = None
        self.refusal = error

    def allow_one_more(self) -> None:
        """Let calls go out again, until the next refusal."""
        if self.refusal:
            self.doubt = self.refusal
            self.refusal = None
