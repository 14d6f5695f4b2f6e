"""Faults of the lists: rows in another order, repeated, of another box, of another page."""

from typing import Any

import pytest

from simulator import Account, Gateway
from simulator.faults import (
    Code,
    Fault,
    FirstPageOnly,
    MixedBoxes,
    Place,
    RepeatedRows,
    ReversedRows,
    ShuffledRows,
)

from .conftest import LINE, Caller, Web, control


async def rows(caller: Caller, index: int = 0, count: int = 100) -> list[str]:
    """Give the texts that GetMessages lists of the received box."""
    reply = await caller(
        "GetMessages",
        **{"location": "1", "from": "", "index": str(index), "count": str(count)},
    )
    return [row["Body"] for row in reply["Data"]]


@pytest.fixture(autouse=True)
def _five_sms(gateway: Gateway, account: Account) -> None:
    """Let five SMS come in."""
    for number in range(5):
        gateway.receive(LINE, "09121234567", str(number))


@pytest.mark.parametrize(
    ("fault", "listed"),
    [
        (ReversedRows(), "01234"),
        (RepeatedRows(), "4433221100"),
        (RepeatedRows(copies=3), "444333222111000"),
        (FirstPageOnly(), "43210"),
        (MixedBoxes(), "43210"),
    ],
)
async def test_rows_are_there_but_not_as_they_should_be(
    caller: Caller, gateway: Gateway, fault: Fault, listed: str
) -> None:
    """The next call is answered as usual."""
    gateway.fault("GetMessages", fault)
    assert "".join(await rows(caller)) == listed
    assert "".join(await rows(caller)) == "43210"


async def test_shuffled_rows_are_the_same_ones_in_an_order_that_can_be_repeated(
    caller: Caller, gateway: Gateway
) -> None:
    """A seed chooses the order."""
    gateway.fault("GetMessages", ShuffledRows(seed=1), times=2)
    gateway.fault("GetMessages", ShuffledRows(seed=2))
    once, again, other = [await rows(caller) for _ in range(3)]
    assert once == again
    assert len({tuple(once), tuple(other), tuple("43210")}) == 3
    assert sorted(once) == sorted(other) == list("01234")


async def test_boxes_are_mixed(caller: Caller, gateway: Gateway) -> None:
    """The row of a sent message says what it is."""
    await caller.send(text="out")
    gateway.fault("GetMessages", MixedBoxes())
    assert await rows(caller, count=2) == ["out", "4"]
    assert await rows(caller, count=2) == ["4", "3"]


async def test_offset_is_not_heeded(caller: Caller, gateway: Gateway) -> None:
    """Every page is the first one; the number of rows is heeded."""
    gateway.fault("GetMessages", FirstPageOnly(), times=None)
    assert await rows(caller, index=2, count=2) == ["4", "3"]
    assert await rows(caller, index=4, count=2) == ["4", "3"]


async def test_panel_without_the_method_says_null_and_35(
    caller: Caller, gateway: Gateway
) -> None:
    """In the same words as one that refuses the login."""
    gateway.fault("GetMessages", Code(35, Place.STATUS))
    without: Any = await caller("GetMessages", location="1", index="0", count="100")
    caller.credentials["password"] = "wrong"
    refused = await caller("GetMessages", location="1", index="0", count="100")
    assert without == refused
    assert refused["MyBase"]["Value"] is None
    assert refused["MyBase"]["RetStatus"] == 35


async def test_refusal_has_no_rows_to_rearrange(
    caller: Caller, gateway: Gateway
) -> None:
    """It stays a refusal."""
    gateway.fault("GetMessages", ReversedRows())
    reply = await caller("GetMessages", location="9", index="0", count="100")
    assert reply["Data"] is None
    assert reply["MyBase"]["RetStatus"] == 35


@pytest.mark.parametrize(
    ("name", "settings", "kind"),
    [
        ("shuffled_rows", {"seed": 3}, ShuffledRows),
        ("reversed_rows", {}, ReversedRows),
        ("repeated_rows", {"copies": 4}, RepeatedRows),
        ("mixed_boxes", {}, MixedBoxes),
        ("first_page_only", {}, FirstPageOnly),
    ],
)
async def test_fault_of_lists_can_be_planned_over_the_control_api(
    web: Web, gateway: Gateway, name: str, settings: dict[str, Any], kind: type[Fault]
) -> None:
    """By its name, with its settings."""
    await control(
        web, "POST", "faults", {"method": "GetMessages", "fault": name} | settings
    )
    [planned] = gateway.faults
    assert isinstance(planned.fault, kind)
    assert planned.fault == kind(**settings)


async def test_what_every_list_fault_has_in_common_is_no_fault(web: Web) -> None:
    """Its name can't be planned."""
    answer = await control(web, "POST", "faults", {"fault": "rows_fault"}, status=400)
    assert "rows_fault" not in answer["error"]
