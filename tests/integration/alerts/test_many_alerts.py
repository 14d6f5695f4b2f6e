"""Many alerts: what they cost, and what they leave behind."""

from decimal import Decimal

import pytest

from simulator import Account
from tests.integration.conftest import SARA
from tests.integration.story.disk import disk_at_rest, text_on_disk

from .alarm import SMOKE, Alarm


# It may take longer than others where much else is going on.
@pytest.mark.timeout(600)
async def test_a_thousand_alerts_leave_nothing_behind(
    alarm: Alarm, account: Account
) -> None:
    """A day after they ended; each costs its texts and nothing else."""
    account.credit = Decimal(3_200)
    call = alarm.hass.services.async_call
    steps = [{"recipients": "Sara", "minutes": 30}]
    for number in range(1000):
        which = {"alert_id": f"alert_{number}"}
        raised = which | {"message": SMOKE, "steps": steps}
        await call("payamak", "raise_alert", raised, blocking=True)
        if number % 2:
            await call("payamak", "acknowledge_alert", which, blocking=True)
        await call("payamak", "resolve_alert", which, blocking=True)
    assert len(alarm.texts(SARA)) == 1500
    assert account.credit == 3_200 - 1500 * 2
    assert alarm.open == "0"
    await alarm.passes(minutes=24 * 60 + 1)
    await alarm.raise_smoke(alert_id="last")
    alerts = alarm.entry.runtime_data.alerts
    assert list(alerts._cases) == [alerts.find_open("last").key]
    await alarm.restart()
    await disk_at_rest(alarm.hass)
    written = text_on_disk(alarm.hass, alarm.entry.entry_id)
    assert written.count('INSERT INTO "alert"') == 1
