"""The household of the demo, and what arrives on its phones."""

from types import SimpleNamespace
from typing import cast

import pytest

from demo.gateway import Sms
from demo.household import household, only_arrivals
from demo.steps import Stage, StepFailed


class _Phones:
    """A gateway whose phones have got these texts."""

    def __init__(self, **texts: list[str]) -> None:
        self._texts = texts

    async def arrived(self, number: str) -> list[Sms]:
        return [Sms(text, "5000", 1, 1) for text in self._texts.get(number, [])]


def _stage(phones: _Phones) -> Stage:
    return cast("Stage", SimpleNamespace(gateway=phones))


async def test_exactly_those_phones_got_it_once() -> None:
    """What else arrived doesn't matter."""
    phones = _Phones(a=["hi", "else"], b=["else"])
    await only_arrivals(_stage(phones), ["a"], "hi", among=["a", "b", "c"])


@pytest.mark.parametrize(
    "phones", [_Phones(a=["hi", "hi"]), _Phones(a=["hi"], b=["hi"])]
)
async def test_double_or_stray_sms_falls_short(phones: _Phones) -> None:
    """A message paid twice, or read by somebody else."""
    with pytest.raises(StepFailed, match=r"got the SMS \d times"):
        await only_arrivals(_stage(phones), ["a"], "hi", among=["a", "b"])


def test_group_shares_a_number_with_its_member() -> None:
    """So that a message to everybody would show a number that is not counted once."""
    mother, sara, family = household("fa", "1", "2", "3")
    assert (mother.numbers, sara.numbers, family.numbers) == (["1"], ["2"], ["1", "3"])
    assert mother.name == "مادر"
