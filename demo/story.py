"""The story that the demo tells: an account is set up, SMS are sent, and they arrive."""

from decimal import Decimal
import itertools

from .alarm import ALARM_STORY
from .api import Json
from .dashboard import entities_of, show_dashboard
from .exchange import EXCHANGE
from .flows import add_account, until_loaded
from .household import MOTHER, NEIGHBOUR, add_household, arrival, reach_household
from .outage import OUTAGE
from .steps import Lines, Stage, StepFailed, eventually, step

__all__ = ["MOTHER", "NEIGHBOUR", "arrival"]

ALARM = "هشدار خانه: درِ ورودی ساعت ۰۲:۱۴ باز شد."
LEAK = "Leak in the cellar. The main valve is closed."
TEST_TEXT = "Is this thing on?"


@step("The account is set up through the config flow, as in a browser")
async def set_up_account(stage: Stage) -> Lines:
    """Fill in the forms of the flow, which goes on to the first recipient."""
    account = stage.account
    added = await add_account(stage.home_assistant, account, stage.gateway.api_url)
    stage.entry_id = added.entry_id
    stage.notify_action = added.notify_action
    stage.recipient_flow = added.recipient_flow
    await until_loaded(stage.home_assistant, stage.entry_id)
    return [
        f"{added.title}: user {account.username}, line {account.line}, action {stage.notify_action}"
    ]


@step("The dashboard shows what the account has")
async def build_dashboard(stage: Stage) -> Lines:
    """Find the entities and put them on a dashboard."""
    stage.entities = await entities_of(stage.home_assistant, stage.entry_id)
    await show_dashboard(
        stage.home_assistant,
        stage.entities,
        stage.language,
        action=stage.notify_action,
        number=MOTHER,
        phones=f"{stage.gateway.phones_url}?lang={stage.language}",
    )
    shown = []
    for entity in stage.entities:
        if not entity.diagnostic:
            state: Json = await stage.home_assistant.request(
                "GET", f"/api/states/{entity.entity_id}"
            )
            unit = state["attributes"].get("unit_of_measurement", "")
            shown.append(f"{entity.entity_id}: {state['state']} {unit}".rstrip())
    for key, expected in (
        ("credit", stage.account.credit),
        ("base_price", stage.account.base_price),
    ):
        value = await number_state(stage, key)
        if value != expected:
            raise StepFailed(
                f"The sensor `{key}` shows {value}, the gateway says {expected}."
            )
    return shown


@step("The notify action sends, and the SMS arrive")
async def notify(stage: Stage) -> Lines:
    """Send a Persian and an English text and look at the phones."""
    shown: list[str] = []
    for message, recipients in ((ALARM, [MOTHER]), (LEAK, [MOTHER, NEIGHBOUR])):
        await stage.home_assistant.act(
            stage.notify_action, {"message": message, "target": recipients}
        )
        shown.append(f"action: {stage.notify_action}  target: {', '.join(recipients)}")
        for number in recipients:
            sms = await arrival(stage, number, message)
            parts = "1 part" if sms.parts == 1 else f"{sms.parts} parts"
            shown.append(f"  phone {number} got from {sms.line} ({parts}): {sms.text}")
    return shown


@step("A message with an id is followed to its delivery", seconds=60)
async def follow_delivery(stage: Stage) -> Lines:
    """Send with a response, and ask what became of it until that is final."""
    response = await stage.home_assistant.ask(
        "payamak.send_sms", {"message": TEST_TEXT, "recipients": [NEIGHBOUR]}
    )
    if response["accepted"] != 1 or len(response["messages"]) != 1:
        raise StepFailed(f"The response is not that of one accepted SMS: {response}")
    sent = response["messages"][0]
    await arrival(stage, NEIGHBOUR, TEST_TEXT)
    seen: list[str] = []

    async def final_status() -> Json | None:
        answer = await stage.home_assistant.ask(
            "payamak.get_delivery_status", {"message_ids": [sent["message_id"]]}
        )
        status: Json = answer["messages"][0]
        seen.append(status["status"])
        return status if status["final"] else None

    status = await eventually(
        final_status,
        seconds=45,
        every=1,
        otherwise="The delivery status never became final.",
    )
    if status["status"] != "delivered":
        raise StepFailed(
            f"The SMS arrived, but its delivery status is {status['status']}."
        )
    history = " -> ".join(word for word, _ in itertools.groupby(seen))
    cost = f"{response['parts']} part(s), about {response['estimated_cost']} Rial"
    return [
        f"action: payamak.send_sms  recipients: {NEIGHBOUR}",
        f"  {sent['status']}, message_id {sent['message_id']}, {cost}",
        f"action: payamak.get_delivery_status  {history}",
    ]


@step("The account's lines can be asked for")
async def list_lines(stage: Stage) -> Lines:
    """Ask for the lines."""
    response = await stage.home_assistant.ask("payamak.get_numbers", {})
    if stage.account.line not in response["numbers"]:
        raise StepFailed(f"The account's line is not among {response['numbers']}.")
    return [f"action: payamak.get_numbers  {', '.join(response['numbers'])}"]


@step("The credit sensor follows", seconds=40)
async def see_credit_fall(stage: Stage) -> Lines:
    """Let the sensor update and compare with before."""
    credit = stage.entity_id("credit")
    before = Decimal(stage.account.credit)
    now = await stage.gateway.credit(stage.account)
    if now >= before:
        raise StepFailed(f"The stand-in charged nothing: {before} before, {now} now.")
    await stage.home_assistant.act("homeassistant.update_entity", {"entity_id": credit})

    async def has_fallen() -> Decimal | None:
        value = await number_state(stage, "credit")
        return value if value == now else None

    await eventually(
        has_fallen,
        seconds=30,
        otherwise=f"{credit} does not show the {now} SMS that are left.",
    )
    return [f"{credit}: {before} SMS before, {now} SMS after"]


STORY = (
    set_up_account,
    add_household,
    build_dashboard,
    notify,
    reach_household,
    follow_delivery,
    list_lines,
    see_credit_fall,
    *EXCHANGE,
    *OUTAGE,
    *ALARM_STORY,
)


async def number_state(stage: Stage, key: str) -> Decimal:
    """Return the state of a sensor that shows a number."""
    state = await stage.home_assistant.state(stage.entity_id(key))
    try:
        return Decimal(state)
    except ArithmeticError:
        raise StepFailed(f"The sensor `{key}` is {state}.") from None
