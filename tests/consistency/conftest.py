"""The home of the integration's tests serves here too."""

from tests.integration.conftest import account, entry, gateway, gateway_url, home

__all__ = ["account", "entry", "gateway", "gateway_url", "home"]
