"""Backups of Home Assistant: the ledgers are copied while they are written, and must be whole in the copy."""

from contextlib import suppress

from homeassistant.core import HomeAssistant

from .ledger import LedgerError, open_ledgers


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Leave the ledgers' files as they are; what is written meanwhile goes to the logs beside them."""
    for ledger in list(open_ledgers(hass).values()):
        # One that was closed meanwhile belongs to an account that is no more.
        with suppress(LedgerError):
            await ledger.async_prepare_backup()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Let the ledgers' files change again."""
    for ledger in list(open_ledgers(hass).values()):
        with suppress(LedgerError):
            await ledger.async_end_backup()
