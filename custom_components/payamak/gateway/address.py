"""The gateway's address."""

from typing import Final

from yarl import URL

DEFAULT_URL: Final = "https://rest.payamak-panel.com/api/SendSMS/"


def is_default_gateway(url: str) -> bool:
    """Tell whether an address is on the host that most accounts use."""
    return URL(url).host == URL(DEFAULT_URL).host


def complete_path(url: URL) -> URL:
    """Return an address with the gateway's usual path where it has none, and one slash at the end."""
    path = URL(DEFAULT_URL).path if url.raw_path == "/" else url.raw_path
    return url.with_path(f"{path.rstrip('/')}/", encoded=True)
