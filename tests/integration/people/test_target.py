"""The target of the actions that send: entities, devices, areas, floors and labels instead of names."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.people.addressed import async_addressed_by
from simulator import Account, Gateway
from simulator.faults import Code
from tests.integration.conftest import MINA, OMID, SARA, sent_calls
from tests.integration.story.forms import call
from tests.integration.story.people import NEDA, add, change, received, send_sms

SARAS = "notify.payamak_sara"
OMIDS = "notify.payamak_omid"
FAMILYS = "notify.payamak_family"
EVERYBODYS = "notify.payamak_all_recipients"


def device_of(hass: HomeAssistant, entity_id: str) -> str:
    """Give the id of the device that an entity belongs to."""
    entity = er.async_get(hass).async_get(entity_id)
    assert entity is not None
    assert entity.device_id is not None
    return entity.device_id


def put(
    hass: HomeAssistant, area: str, *entities: str, floor: str | None = None
) -> str:
    """Put the devices of entities into an area, and give its id."""
    floor_id = fr.async_get(hass).async_create(floor).floor_id if floor else None
    area_id = ar.async_get(hass).async_get_or_create(area).id
    ar.async_get(hass).async_update(area_id, floor_id=floor_id)
    for entity_id in entities:
        dr.async_get(hass).async_update_device(
            device_of(hass, entity_id), area_id=area_id
        )
    return area_id


def label(hass: HomeAssistant, name: str, *entities: str) -> str:
    """Stick a label on entities, and give its id."""
    label_id = lr.async_get(hass).async_create(name).label_id
    for entity_id in entities:
        er.async_get(hass).async_update_entity(entity_id, labels={label_id})
    return label_id


async def reached(hass: HomeAssistant, **target: Any) -> list[tuple[str, str]]:
    """Send to a target, and give number and name of each row of the response."""
    rows = await send_sms(hass, [], **target)
    assert {row["status"] for row in rows} == {"accepted"}
    return [(row["recipient"], row["name"]) for row in rows]


@pytest.mark.usefixtures("family_home", "silence")
@pytest.mark.parametrize(
    ("entities", "people"),
    [
        (SARAS, [(SARA, "Sara")]),
        ([SARAS, OMIDS], [(SARA, "Sara"), (OMID, "امید")]),
        (f"{OMIDS}, {SARAS}", [(SARA, "Sara"), (OMID, "امید")]),
        (FAMILYS, [(SARA, "خانواده"), (OMID, "خانواده"), (MINA, "خانواده")]),
        ([FAMILYS, SARAS], [(SARA, "Sara"), (OMID, "خانواده"), (MINA, "خانواده")]),
        (EVERYBODYS, [(SARA, "Sara"), (OMID, "امید"), (MINA, "خانواده")]),
        ([SARAS, EVERYBODYS], [(SARA, "Sara"), (OMID, "امید"), (MINA, "خانواده")]),
    ],
)
async def test_entities_mean_their_people(
    hass: HomeAssistant, gateway: Gateway, entities: Any, people: list[tuple[str, str]]
) -> None:
    """Each number once, in one call, under the name of the person rather than of a group."""
    assert await reached(hass, entity_id=entities) == people
    assert received(gateway) == {number: 1 for number, _ in people}
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("family_home")
async def test_a_target_and_a_list_are_one_list(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Whoever is in both gets the message once."""
    rows = await send_sms(hass, ["امید", SARA, MINA], entity_id=SARAS)
    assert [(row["recipient"], row["name"]) for row in rows] == [
        (SARA, "Sara"),
        (OMID, "امید"),
        (MINA, None),
    ]
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("family_home")
async def test_devices_areas_floors_and_labels_mean_those_in_them(
    hass: HomeAssistant,
) -> None:
    """Where somebody lives, and groups of the user's own making."""
    sara, omid = (SARA, "Sara"), (OMID, "امید")
    assert await reached(hass, device_id=device_of(hass, OMIDS)) == [omid]
    upstairs = put(hass, "Upstairs", SARAS, floor="First")
    assert await reached(hass, area_id=upstairs) == [sara]
    assert await reached(hass, floor_id="first") == [sara]
    emergency = label(hass, "Emergency", SARAS, OMIDS)
    assert await reached(hass, label_id=[emergency]) == [sara, omid]
    assert await reached(
        hass, label_id=emergency, area_id=upstairs, device_id=device_of(hass, SARAS)
    ) == [sara, omid]


@pytest.mark.usefixtures("family_home")
async def test_the_accounts_device_means_everybody(hass: HomeAssistant) -> None:
    """It has the entity that reaches all."""
    account = device_of(hass, EVERYBODYS)
    assert [who for who, _ in await reached(hass, device_id=account)] == [
        SARA,
        OMID,
        MINA,
    ]


@pytest.mark.usefixtures("family_home")
async def test_the_account_in_an_area_does_not_bring_everybody_along(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Home Assistant asks for the area of each new device; who is elsewhere must not get what is for those in it."""
    hall = put(hass, "Hall", EVERYBODYS, SARAS, floor="Ground")
    label_id = lr.async_get(hass).async_create("Downstairs").label_id
    ar.async_get(hass).async_update(hall, labels={label_id})
    for target in (
        {"area_id": hall},
        {"floor_id": "ground"},
        {"label_id": label_id},
        {"area_id": hall, "device_id": device_of(hass, SARAS)},
    ):
        assert await reached(hass, **target) == [(SARA, "Sara")]
    cellar = put(hass, "Cellar", EVERYBODYS)
    with pytest.raises(ServiceValidationError) as raised:
        await reached(hass, area_id=cellar)
    assert raised.value.translation_key == "no_recipients"
    assert received(gateway) == {SARA: 4}


@pytest.mark.usefixtures("family_home")
async def test_everybody_is_meant_where_that_entity_or_its_device_is_chosen(
    hass: HomeAssistant,
) -> None:
    """By a label, by the device, or by an area that the entity itself was put into."""
    everybody = [(SARA, "Sara"), (OMID, "امید"), (MINA, "خانواده")]
    hall = put(hass, "Hall", EVERYBODYS)
    account = device_of(hass, EVERYBODYS)
    for target in ({"device_id": account}, {"entity_id": EVERYBODYS}):
        assert await reached(hass, area_id=hall, **target) == everybody
    of_entity = label(hass, "Entity", EVERYBODYS)
    assert await reached(hass, label_id=of_entity) == everybody
    of_device = lr.async_get(hass).async_create("Device").label_id
    dr.async_get(hass).async_update_device(account, labels={of_device})
    assert await reached(hass, label_id=of_device) == everybody
    er.async_get(hass).async_update_entity(EVERYBODYS, area_id=hall)
    assert await reached(hass, area_id=hall) == everybody


@pytest.mark.usefixtures("family_home")
async def test_what_else_is_in_an_area_is_left_out(hass: HomeAssistant) -> None:
    """Lamps get no SMS, nor do the recipients of others."""
    registry = er.async_get(hass)
    lamp = registry.async_get_or_create("light", "hue", "1").entity_id
    phone = registry.async_get_or_create("notify", "mobile_app", "1").entity_id
    home = label(hass, "Home", lamp, phone, SARAS, "sensor.payamak_omid_last_delivery")
    assert await reached(hass, label_id=home) == [(SARA, "Sara")]
    only_lamps = label(hass, "Lamps", lamp)
    with pytest.raises(ServiceValidationError) as raised:
        await reached(hass, label_id=only_lamps)
    assert raised.value.translation_key == "no_recipients"


@pytest.mark.usefixtures("family_home")
@pytest.mark.skipif(
    "exclude" not in {str(each) for each in cv.ENTITY_SERVICE_FIELDS},
    reason="this Home Assistant can't leave anybody out of a target",
)
async def test_who_is_left_out_of_a_target_gets_nothing(hass: HomeAssistant) -> None:
    """Also where they are named, which makes no stranger of them."""
    emergency = label(hass, "Emergency", SARAS, OMIDS)
    without = {"exclude": {"entity_id": [SARAS]}}
    assert await reached(hass, label_id=emergency, **without) == [(OMID, "امید")]
    assert await reached(hass, entity_id=[SARAS, OMIDS], **without) == [(OMID, "امید")]


@pytest.mark.usefixtures("family_home")
async def test_everybody_but_somebody_can_be_meant(hass: HomeAssistant) -> None:
    """An entity that stands for several stands for them without those who are left out, on each Home Assistant that can."""

    async def whom(*left_out: str, **target: Any) -> list[str]:
        exclude = {"exclude": {"entity_id": list(left_out)}} if left_out else {}
        data = {"recipients": [], **target, **exclude}
        [addressed] = await async_addressed_by(hass, data)
        return [who.number for who in addressed.recipients]

    account = {"device_id": device_of(hass, EVERYBODYS)}
    for everybody in ({"entity_id": EVERYBODYS}, account):
        assert await whom(**everybody) == [SARA, OMID, MINA]
        assert await whom(SARAS, **everybody) == [OMID, MINA]
        assert await whom(SARAS, OMIDS, **everybody) == [MINA]
        assert await whom(FAMILYS, **everybody) == [SARA, OMID]
    assert await whom(SARAS, entity_id=FAMILYS) == [OMID, MINA]
    assert await whom(FAMILYS, entity_id=SARAS) == [SARA]
    with pytest.raises(ServiceValidationError) as raised:
        await whom(SARAS, entity_id=SARAS)
    assert raised.value.translation_key == "no_recipients"


@pytest.mark.usefixtures("family_home")
async def test_the_members_of_a_group_are_meant_one_by_one(
    hass: HomeAssistant,
) -> None:
    """Those who are ours; the user did not name the others here."""
    members = {"entity_id": [SARAS, "notify.somebody_else"]}
    hass.states.async_set("group.guards", "on", members)
    assert await reached(hass, entity_id="group.guards") == [(SARA, "Sara")]


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    "stranger",
    [
        "notify.nobody",
        "notify.somebody_else",
        "light.hue_1",
        "sensor.payamak_sara_last_delivery",
        "group.of_nobody",
        "all",
    ],
)
async def test_a_named_entity_that_reaches_nobody_is_an_error(
    hass: HomeAssistant, gateway: Gateway, stranger: str
) -> None:
    """Whoever named it believes that it was told; the others are not told by half."""
    registry = er.async_get(hass)
    registry.async_get_or_create("light", "hue", "1")
    registry.async_get_or_create(
        "notify", "mobile_app", "1", suggested_object_id="somebody_else"
    )
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, "Sara", entity_id=stranger)
    assert raised.value.translation_key == "not_a_recipient"
    assert raised.value.translation_placeholders == {"entities": stranger}
    assert not received(gateway)


@pytest.mark.usefixtures("family_home")
async def test_all_strangers_are_named(hass: HomeAssistant) -> None:
    """So that they can be mended at once."""
    with pytest.raises(ServiceValidationError) as raised:
        await reached(hass, entity_id=["notify.b", SARAS, "notify.a"])
    assert raised.value.translation_placeholders == {"entities": "notify.a, notify.b"}


@pytest.mark.usefixtures("family_home")
async def test_a_hidden_entity_is_reached_by_its_name_alone(
    hass: HomeAssistant,
) -> None:
    """As with any entity of Home Assistant."""
    home = label(hass, "Home", SARAS, OMIDS)
    er.async_get(hass).async_update_entity(SARAS, hidden_by=er.RegistryEntryHider.USER)
    assert await reached(hass, label_id=home) == [(OMID, "امید")]
    assert await reached(hass, entity_id=SARAS) == [(SARA, "Sara")]


async def test_a_disabled_entity_is_not_there(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Named, it is an error; found, it is left out."""
    home = label(hass, "Home", SARAS, OMIDS)
    er.async_get(hass).async_update_entity(
        SARAS, disabled_by=er.RegistryEntryDisabler.USER
    )
    assert await reached(hass, label_id=home) == [(OMID, "امید")]
    with pytest.raises(ServiceValidationError) as raised:
        await reached(hass, entity_id=SARAS)
    assert raised.value.translation_placeholders == {"entities": SARAS}


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    "nobody",
    [{}, {"recipients": " , "}, {"entity_id": []}, {"entity_id": "none"}],
)
async def test_nobody_at_all_is_an_error(
    hass: HomeAssistant, gateway: Gateway, nobody: dict[str, Any]
) -> None:
    """Silence would look like success."""
    for action, content in (
        ("send_sms", {"message": "x"}),
        ("send_pattern", {"pattern_id": 1}),
    ):
        with pytest.raises(ServiceValidationError) as raised:
            await hass.services.async_call(
                "payamak", action, content | nobody, blocking=True
            )
        assert raised.value.translation_key == "no_recipients"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
async def test_a_pattern_takes_a_target_too(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """With a call and a row for each."""
    account.patterns = {1234: "سلام {0}"}
    response = await call(
        hass,
        "send_pattern",
        pattern_id=1234,
        variables=["x"],
        entity_id=[SARAS, EVERYBODYS],
    )
    assert [each["to"] for each in sent_calls(gateway)] == [SARA, OMID, MINA]
    assert [row["name"] for row in response["messages"]] == ["Sara", "امید", "خانواده"]


async def test_people_are_meant_as_they_are_now(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """A new number counts at once; who was removed is a stranger."""
    await change(hass, family_home, "subentry-sara", numbers=[NEDA])
    assert await reached(hass, entity_id=SARAS) == [(NEDA, "Sara")]
    await add(hass, family_home, "Mina", MINA, slug="mina")
    assert await reached(hass, entity_id="notify.payamak_mina") == [(MINA, "Mina")]
    hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    await hass.async_block_till_done()
    with pytest.raises(ServiceValidationError) as raised:
        await reached(hass, entity_id=SARAS)
    assert raised.value.translation_key == "not_a_recipient"


@pytest.mark.usefixtures("family_home")
async def test_what_is_gone_from_a_target_is_told_in_the_log(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """The others get the message all the same, and who removed somebody can find out where they still are."""
    gone = {
        "device_id": [device_of(hass, SARAS), "b2", "a1"],
        "area_id": "attic",
        "floor_id": "second",
        "label_id": "number_09120000001",
    }
    assert await reached(hass, **gone) == [(SARA, "Sara")]
    [told] = [each for each in caplog.messages if "not there any more" in each]
    assert told.endswith(
        "alone: device a1, device b2, area attic, floor second, label …0001"
    )
    caplog.clear()
    assert await reached(hass, device_id=gone["device_id"][0]) == [(SARA, "Sara")]
    assert "not there any more" not in caplog.text


@pytest.mark.usefixtures("family_home")
async def test_a_failure_names_the_people_of_the_target(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """As if they had been written."""
    gateway.fault("SendSMS", Code(14))
    with pytest.raises(HomeAssistantError, match="Sara, امید"):
        await hass.services.async_call(
            "payamak",
            "send_sms",
            {"message": "x", "entity_id": [SARAS, OMIDS]},
            blocking=True,
        )
