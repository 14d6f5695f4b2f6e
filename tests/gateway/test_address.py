"""Which address the gateway has, and what belongs to it."""

import pytest
from yarl import URL

from custom_components.payamak.gateway import (
    DEFAULT_URL,
    complete_path,
    is_default_gateway,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (DEFAULT_URL, True),
        ("https://REST.payamak-panel.com/other/", True),
        ("https://rest.payamak-panel.com.example.com/api/SendSMS/", False),
        ("https://payamak-panel.com/api/SendSMS/", False),
        ("http://192.168.1.2:8080/api/SendSMS/", False),
    ],
)
def test_the_default_gateway_is_known_by_its_host(url: str, expected: bool) -> None:
    """Another path on it is still the gateway of most accounts."""
    assert is_default_gateway(url) is expected


@pytest.mark.parametrize(
    ("written", "complete"),
    [
        ("https://sms.example.com", "https://sms.example.com/api/SendSMS/"),
        ("https://sms.example.com/", "https://sms.example.com/api/SendSMS/"),
        ("https://sms.example.com/own", "https://sms.example.com/own/"),
        ("https://sms.example.com/own//", "https://sms.example.com/own/"),
        ("https://sms.example.com/a%2Fb/", "https://sms.example.com/a%2Fb/"),
    ],
)
def test_an_address_gets_the_usual_path_and_one_slash(
    written: str, complete: str
) -> None:
    """Users often know the host alone."""
    assert str(complete_path(URL(written))) == complete
