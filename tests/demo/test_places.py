"""What the system tests see of two households."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from demo.steps import Stage, StepFailed
from tests.system.places import look_at, places

_ACTIONS = {
    "notify.notify",
    "notify.payamak",
    "notify.payamak_sara",
    "notify.payamak_2",
    "notify.payamak_2_sara",
}


def _device(identifier: str, name: str, via: str | None) -> dict[str, Any]:
    return {
        "id": f"id of {identifier}",
        "identifiers": [["payamak", identifier]],
        "name": name,
        "via_device_id": via,
    }


class _Registries:
    """A Home Assistant with two accounts, each with one recipient."""

    def __init__(self, via: str | None) -> None:
        self._answers: dict[str, list[dict[str, Any]]] = {
            "config_entries/subentries/list": [{"subentry_id": "sub", "title": "Sara"}],
            "config/entity_registry/list": [
                {
                    "unique_id": f"{entry}_notify",
                    "entity_id": f"notify.{entry}",
                    "config_entry_id": entry,
                }
                for entry in ("one", "two")
            ],
            "config/device_registry/list": [
                _device("one", "Payamak", None),
                _device("one_sub", "Sara", via),
                _device("two", "Payamak 2", None),
            ],
        }

    async def command(self, command: str, **fields: Any) -> Any:
        return self._answers[command]

    async def actions(self, domain: str) -> set[str]:
        return _ACTIONS


def _stage(**known: Any) -> Stage:
    return cast(
        "Stage",
        SimpleNamespace(
            language="en",
            entry_id="one",
            notify_action="notify.payamak",
            cabin_entry_id="two",
            cabin_notify_action="notify.payamak_2",
            **known,
        ),
    )


async def test_each_account_has_its_own_actions_whatever_they_begin_with() -> None:
    """`payamak_2_sara` is not the first account's recipient `2_sara`."""
    stage = _stage(home_assistant=_Registries("id of one"))
    home, cabin = places(stage)
    found = await look_at(stage, home)
    assert found.actions == {"notify.payamak", "notify.payamak_sara"}
    assert found.device_names == {"one_sub": "Sara"}
    assert found.entity_ids == {"one_notify": "notify.one"}
    assert found.of_name("Sara") == "sub"
    found = await look_at(stage, cabin)
    assert found.actions == {"notify.payamak_2", "notify.payamak_2_sara"}


@pytest.mark.parametrize("via", [None, "id of two"])
async def test_device_that_is_not_below_its_account_falls_short(
    via: str | None,
) -> None:
    """Not anywhere, and not below the other account."""
    stage = _stage(home_assistant=_Registries(via))
    with pytest.raises(StepFailed, match=r"\['Sara'\] are not below"):
        await look_at(stage, places(stage)[0])
