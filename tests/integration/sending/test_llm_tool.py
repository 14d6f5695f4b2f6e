"""An assistant sends an SMS: to whom the household lets it, within all limits, and told as it is."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, llm
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import Gateway
from tests.integration.conftest import LINE, MINA, OMID, SARA, recipient, sent_calls
from tests.integration.story.assistant import (
    ACCEPTED,
    FAILED,
    expose,
    offered,
    our_tool,
    prepare,
    text,
    told,
    tool,
    use,
)
from tests.integration.story.people import REZA, SECOND_LINE, received, second_account

SARAS = "notify.payamak_sara"
OMIDS = "notify.payamak_omid"
FAMILYS = "notify.payamak_family"
EVERYBODYS = "notify.payamak_all_recipients"
REZAS = "notify.payamak_2_reza"
OTHER_SARAS = "notify.payamak_2_sara_shop"


@pytest.fixture(name="second")
async def second_fixture(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> MockConfigEntry:
    """Set another account up beside the first, with people of the same names among others."""
    second = second_account(
        gateway,
        gateway_url,
        recipients=(
            recipient("Reza", "reza", REZA),
            recipient("sara", "sara_shop", MINA),
        ),
    )
    second.add_to_hass(hass)
    hass.config_entries.async_update_entry(second, title="Shop")
    assert await hass.config_entries.async_setup(second.entry_id)
    return second


def schema_of(ours: llm.Tool) -> dict[str, Any]:
    """Give the fields of a tool: for each what it takes, and its description."""
    return {
        marker.schema: (kind, marker.description)
        for marker, kind in ours.parameters.schema.items()
    }


async def names(hass: HomeAssistant) -> list[str]:
    """Give the names that are offered to the assistant, none where there is no tool."""
    ours = await our_tool(hass)
    if ours is None:
        return []
    kind, _ = schema_of(ours)["recipients"]
    [each] = kind.validators[1]
    return list(each.container)


@pytest.mark.usefixtures("family_home", "silence")
async def test_it_sends_to_whom_the_household_exposes_and_to_nobody_else(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A name that was not offered is refused, and a number, too, which a model can make up."""
    await expose(hass, SARAS)
    assert await text(hass, "Sara") == [told("Sara", "accepted", ACCEPTED)]
    [call] = sent_calls(gateway)
    assert (call["to"], call["text"], call["from"]) == (SARA, "من دیر می‌رسم", LINE)
    for made_up in ("امید", "خانواده", SARA, OMID, "", "sara"):
        with pytest.raises(vol.Invalid):
            await text(hass, made_up)
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("family_home", "silence")
async def test_there_is_no_tool_until_somebody_is_exposed(hass: HomeAssistant) -> None:
    """Nobody is by default; and only the tools of the assistant's own interface are added to."""
    await prepare(hass)
    assert await names(hass) == []
    await expose(hass, SARAS, assistant="cloud.alexa")
    assert await names(hass) == []
    await expose(hass, SARAS, "sensor.payamak_sara_last_delivery")
    assert await names(hass) == ["Sara"]
    others = (await offered(hass, "another")).tools
    assert not any(each.name.startswith("payamak") for each in others)


@pytest.mark.usefixtures("home", "silence")
async def test_everybody_at_once_is_offered_only_where_that_is_exposed(
    hass: HomeAssistant,
) -> None:
    """It is an entity as the others."""
    await expose(hass, EVERYBODYS)
    [everybody] = await names(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await text(hass, everybody)
    assert refused.value.translation_key == "no_recipients"


@pytest.mark.usefixtures("family_home", "silence")
async def test_it_describes_itself(hass: HomeAssistant) -> None:
    """It is named after its integration, and the model knows what an SMS costs and whom it can reach."""
    await expose(hass, SARAS, OMIDS)
    ours = await tool(hass)
    assert (ours.name, ours.integration) == ("payamak__send_sms", "payamak")
    assert getattr(ours, "title", None) == "Send SMS"
    assert ours.description == (
        "Sends an SMS (text message) to the phones of people of this household, when the user asks for that. "
        "It costs money: each part to each phone, so do not repeat it, and answer only what the result says."
    )
    _, of_the_recipients = schema_of(ours)["recipients"]
    assert of_the_recipients == "The people to send to."
    assert await names(hass) == ["Sara", "امید"]
    if hasattr(llm, "ToolAnnotations"):
        assert ours.annotations == llm.ToolAnnotations(
            read_only=False, destructive=False, idempotent=False, open_world=True
        )


@pytest.mark.usefixtures("family_home", "silence")
async def test_a_group_is_one_name_and_the_model_knows_how_many_phones_it_has(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Each phone costs; each gets it once, whoever else is named."""
    await expose(hass, SARAS, FAMILYS, EVERYBODYS)
    everybody, _, family = await names(hass)
    _, of_the_recipients = schema_of(await tool(hass))["recipients"]
    assert of_the_recipients.endswith(
        f" With several phones, and an SMS to each: {everybody} (3), {family} (3)."
    )
    assert await text(hass, "خانواده", "Sara") == [
        told("خانواده", "accepted", ACCEPTED, phones=3),
        told("Sara", "accepted", ACCEPTED),
    ]
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}


@pytest.mark.usefixtures("family_home", "silence")
async def test_the_older_home_assistant_asks_for_no_annotations(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tool is the same."""
    await expose(hass, SARAS)
    monkeypatch.delattr(llm, "ToolAnnotations", raising=False)
    assert await names(hass) == ["Sara"]
    assert "annotations" not in vars(await tool(hass))


@pytest.mark.usefixtures("family_home", "silence")
async def test_a_text_of_more_than_two_parts_is_refused_with_their_number(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """So that the model can shorten it; two parts are as much as the description promises."""
    await expose(hass, SARAS)
    _, of_the_message = schema_of(await tool(hass))["message"]
    assert of_the_message == (
        "The text as it arrives, short and without markup. It takes two parts at most: 134 characters, "
        "or 306 without a Persian letter or an emoji."
    )
    for letter, most in (("م", 134), ("a", 306)):
        await text(hass, "Sara", message=letter * most)
        with pytest.raises(ServiceValidationError) as refused:
            await text(hass, "Sara", message=letter * (most + 1))
        assert "would take 3 parts, and 2 are allowed" in str(refused.value)
    assert received(gateway) == {SARA: 2}


@pytest.mark.usefixtures("family_home", "silence")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"message": " \n"}, "empty_message"),
        ({"recipients": []}, "no_recipients"),
    ],
)
async def test_without_a_text_or_somebody_nothing_is_sent(
    hass: HomeAssistant, gateway: Gateway, given: dict[str, Any], error: str
) -> None:
    """The model is told so by an error, as for every tool."""
    await expose(hass, SARAS)
    ours = await tool(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await use(ours, hass, **{"recipients": ["Sara"], "message": "سلام"} | given)
    assert refused.value.translation_key == error
    for too_much in ({"urgent": True}, {"sender": "50001"}, {"max_parts": 10}):
        with pytest.raises(vol.Invalid):
            await use(ours, hass, recipients=["Sara"], message="سلام", **too_much)
    assert received(gateway) == {}


@pytest.mark.usefixtures("family_home", "silence")
async def test_one_name_alone_needs_no_list(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Models write it so."""
    await expose(hass, SARAS)
    await use(await tool(hass), hass, recipients="Sara", message="سلام")
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("family_home", "silence")
async def test_who_is_exposed_no_more_is_not_sent_to(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Even by a tool that was offered before."""
    await expose(hass, SARAS, OMIDS)
    before = await tool(hass)
    await expose(hass, SARAS, to=False)
    with pytest.raises(vol.Invalid):
        await use(before, hass, recipients=["Sara"], message="سلام")
    await use(before, hass, recipients=["امید"], message="سلام")
    await expose(hass, OMIDS, to=False)
    with pytest.raises(vol.Invalid):
        await use(before, hass, recipients=["امید"], message="سلام")
    assert received(gateway) == {OMID: 1}


@pytest.mark.usefixtures("family_home", "silence")
async def test_people_are_called_as_the_household_calls_them(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """By the names that Home Assistant's own voice commands use: the entity's, and its other names."""
    await expose(hass, SARAS, OMIDS)
    registry = er.async_get(hass)
    registry.async_update_entity(
        SARAS, name="Mother", aliases=[er.COMPUTED_NAME, "مامان"]
    )
    registry.async_update_entity(OMIDS, aliases=[])
    assert await names(hass) == ["Mother", "مامان"]
    assert await text(hass, "مامان", "Mother") == [
        told("مامان", "accepted", ACCEPTED),
        told("Mother", "accepted", ACCEPTED),
    ]
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("second", "silence")
async def test_people_of_several_accounts_get_it_at_once(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Each over their own line."""
    await expose(hass, SARAS, REZAS)
    assert await text(hass, "Sara", "Reza") == [
        told("Sara", "accepted", ACCEPTED),
        told("Reza", "accepted", ACCEPTED),
    ]
    assert {call["to"]: call["from"] for call in sent_calls(gateway)} == {
        SARA: LINE,
        REZA: SECOND_LINE,
    }


@pytest.mark.usefixtures("second", "silence")
async def test_two_phones_are_several(hass: HomeAssistant, gateway: Gateway) -> None:
    """Two cost twice as much as one."""
    await expose(hass, "notify.shop_all_recipients")
    [everybody] = await names(hass)
    _, of_the_recipients = schema_of(await tool(hass))["recipients"]
    assert of_the_recipients.endswith(f" {everybody} (2).")
    assert await text(hass, everybody) == [
        told(everybody, "accepted", ACCEPTED, phones=2)
    ]
    assert received(gateway) == {REZA: 1, MINA: 1}


@pytest.mark.usefixtures("second", "silence")
async def test_people_of_the_same_name_are_told_apart_by_their_accounts(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """As if they were written alike; where one of them alone is exposed, the name is enough."""
    await expose(hass, OTHER_SARAS, REZAS)
    assert await names(hass) == ["Reza", "sara"]
    await expose(hass, SARAS)
    assert await names(hass) == ["Reza", "Sara (Payamak)", "sara (Shop)"]
    with pytest.raises(vol.Invalid):
        await text(hass, "Sara")
    await text(hass, "sara (Shop)")
    assert received(gateway) == {MINA: 1}
    await text(hass, "Sara (Payamak)")
    assert received(gateway) == {MINA: 1, SARA: 1}


@pytest.mark.usefixtures("family_home", "silence")
async def test_people_whom_nothing_tells_apart_are_refused(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A message to the wrong one is not taken back."""
    await expose(hass, SARAS, OMIDS, FAMILYS)
    er.async_get(hass).async_update_entity(OMIDS, name="Sara")
    assert await names(hass) == ["Sara (Payamak)", "خانواده"]
    with pytest.raises(ServiceValidationError) as refused:
        await text(hass, "خانواده", "Sara (Payamak)")
    assert refused.value.translation_key == "same_name"
    assert refused.value.translation_placeholders == {"recipient": "Sara (Payamak)"}
    assert received(gateway) == {}


@pytest.mark.usefixtures("silence")
async def test_an_account_that_is_not_at_work_is_told(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Its people are offered: else the model would say that it does not know them. The others get theirs."""
    await expose(hass, SARAS, REZAS)
    await hass.config_entries.async_unload(second.entry_id)
    cause = (
        "The account of this recipient is not working at the moment. "
        "See Settings > Devices & services."
    )
    reza = told("Reza", "failed", FAILED, cause=cause)
    assert await text(hass, "Reza") == [reza]
    assert await text(hass, "Reza", "Sara") == [
        reza,
        told("Sara", "accepted", ACCEPTED),
    ]
    await hass.config_entries.async_unload(family_home.entry_id)
    assert [row["status"] for row in await text(hass, "Reza", "Sara")] == [
        "failed",
        "failed",
    ]
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("family_home", "silence")
async def test_whoever_is_switched_off_is_not_offered(
    hass: HomeAssistant, second: MockConfigEntry
) -> None:
    """An entity, or an account as a whole."""
    await expose(hass, SARAS, OMIDS, REZAS)
    er.async_get(hass).async_update_entity(
        OMIDS, disabled_by=er.RegistryEntryDisabler.USER
    )
    await hass.config_entries.async_set_disabled_by(
        second.entry_id, ConfigEntryDisabler.USER
    )
    await hass.async_block_till_done()
    assert await names(hass) == ["Sara"]
