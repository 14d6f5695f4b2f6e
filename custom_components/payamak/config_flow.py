"""The config flow, where Home Assistant looks for it."""

from .flows.account_flow import PayamakConfigFlow

__all__ = ["PayamakConfigFlow"]
