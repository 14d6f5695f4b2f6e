"""What the demo sees of two households, and the command line that has it look."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from demo.__main__ import parse_options
from demo.gateway import Sms
from demo.household import household, only_arrivals
from demo.places import look_at, places
from demo.steps import Stage, StepFailed

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


class _Phones:
    """A gateway whose phones have got these texts."""

    def __init__(self, **texts: list[str]) -> None:
        self._texts = texts

    async def arrived(self, number: str) -> list[Sms]:
        return [Sms(text, "5000", 1) for text in self._texts.get(number, [])]


async def test_exactly_those_phones_got_it_once() -> None:
    """What else arrived doesn't matter."""
    stage = _stage(gateway=_Phones(a=["hi", "else"], b=["else"]))
    await only_arrivals(stage, ["a"], "hi", among=["a", "b", "c"])


@pytest.mark.parametrize(
    "phones", [_Phones(a=["hi", "hi"]), _Phones(a=["hi"], b=["hi"])]
)
async def test_double_or_stray_sms_falls_short(phones: _Phones) -> None:
    """A message paid twice, or read by somebody else."""
    with pytest.raises(StepFailed, match=r"got the SMS \d times"):
        await only_arrivals(_stage(gateway=phones), ["a"], "hi", among=["a", "b"])


def test_group_shares_a_number_with_its_member() -> None:
    """So that a message to everybody would show a number that is not counted once."""
    mother, sara, family = household("fa", "1", "2", "3")
    assert (mother.numbers, sara.numbers, family.numbers) == (["1"], ["2"], ["1", "3"])
    assert mother.name == "مادر"


def test_runs_that_may_be_up_together_have_folders_of_their_own() -> None:
    """Newest and lowest, shown and checked."""
    lines: tuple[list[str], ...] = (
        [],
        ["--check"],
        ["--lowest"],
        ["--lowest", "--check"],
    )
    folders = [parse_options(line).folder.name for line in lines]
    assert folders == ["run", "check", "run-lowest", "check-lowest"]


def test_option_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    """The script chooses the environment by the whole word."""
    with pytest.raises(SystemExit):
        parse_options(["--low"])
    assert "unrecognized arguments: --low" in capsys.readouterr().err
