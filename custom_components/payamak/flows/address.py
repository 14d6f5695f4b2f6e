"""Checks and completes the gateway's address; plain http is accepted in private networks only."""

from ipaddress import ip_address

from homeassistant.util.network import is_local
from yarl import URL

from ..gateway import complete_path, is_default_gateway


class UnusableAddressError(ValueError):
    """The address can't be used; ``word`` is the config flow's error for it."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


def complete_address(written: str) -> str:
    """Return the gateway's base address with its path and a slash at the end.

    Raises UnusableAddressError for what is no address, and for plain http outside of private networks: user name and
    password travel in every request.
    """
    url, host = _read(written)
    if url.scheme == "http" and not _is_in_private_network(host):
        raise UnusableAddressError("insecure_url")
    return str(complete_path(url))


def account_id(username: str, url: str) -> str:
    """Return the unique id of an account: the user name, with the host where it is another gateway's."""
    name = username.lower()
    return name if is_default_gateway(url) else f"{name}@{URL(url).host}"


def _read(written: str) -> tuple[URL, str]:
    """Return an address and its host, or raise UnusableAddressError for what is none."""
    try:
        # Read twice: "https://[1::2::3]/" is taken, but what it becomes can't be read again.
        url = URL(str(URL(written.strip())))
        host = url.host
    except ValueError as error:
        raise UnusableAddressError("invalid_url") from error
    if (
        url.scheme not in ("http", "https")
        or not host
        or url.user is not None
        or url.password is not None
    ):
        raise UnusableAddressError("invalid_url")
    return url, host


def _is_in_private_network(host: str) -> bool:
    """Tell whether a host is this machine or in a private network."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return is_local(address)
