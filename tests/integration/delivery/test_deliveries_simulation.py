"""The benchmark's three days in small: within the bound, every message ended once, and nothing left over."""

from homeassistant.core import HomeAssistant

from benchmarks.deliveries import simulate


async def test_three_days_of_messages_stay_within_the_bound_and_all_end_once(
    hass: HomeAssistant,
) -> None:
    """With bulks, single alarms, late ends, none at all, lost answers and a gateway that is away."""
    run = await simulate(hass, 500)
    assert run.told.keys() == run.fates.keys()
    assert run.told_twice == 0
    assert run.most_in_a_minute <= 61
    never = {each for each, (ends_at, _) in run.fates.items() if ends_at is None}
    assert {each for each, word in run.told.items() if word == "expired"} == never
    assert {run.told[each] for each in run.fates.keys() - never} == {
        "delivered",
        "undelivered",
        "failed",
        "blacklisted",
    }
    assert run.left == 0
