"""Checks of one account: bad input, a lost password, diagnostics and a reload; and of the logs, once everything has ended."""

import json
import re

from demo import logs
from demo.alarm import ALARM_TEXTS
from demo.exchange import EXCHANGED
from demo.flows import expect_result, fields_of, filled_in, until_loaded
from demo.home import REPOSITORY
from demo.household import MOTHER, NEIGHBOUR, TEXTS, arrival
from demo.outage import OUTAGE_TEXTS
from demo.steps import Lines, Stage, StepFailed, eventually, step
from demo.story import ALARM, LEAK, TEST_TEXT

from .blueprint_checks import BLUEPRINT_TEXTS
from .crash_checks import CRASH_TEXTS
from .household_checks import CABIN
from .leaks import leaks
from .outage_checks import OUTAGE_CHECK_TEXTS
from .places import CHECK_TEXT, EVERY_NUMBER

_IMPOSSIBLE = "12345"
_NOBODY_GETS_THIS = "Nobody may get this"
_AFTER_REAUTH = "Sent with the new password"
_AFTER_RELOAD = "Sent after the reload"
_NEW_PASSWORD = "another-gateway-password"

# Home Assistant's own report of the wrong password, once, and its details for debugging.
EXPECTED_COMPLAINTS = (
    re.compile(r"^Authentication failed while fetching "),
    # The watch's word, once for each account and start in an outage.
    *[re.compile(r"^The connection to the gateway is lost: ")] * 7,
    re.compile(r"^Full error:\n[\s\S]*ConfigEntryAuthFailed"),
    # A refused password is believed once it was refused again.
    re.compile(r"^Error fetching payamak data: The gateway has just refused "),
    re.compile(r"^Full error:\n[\s\S]*UpdateFailed: The gateway has just refused "),
)


@step("A recipient that is no number is refused, and nobody gets anything")
async def refuse_impossible_recipient(stage: Stage) -> Lines:
    """Send to a number and to something that is none, in one call."""
    refusal = await stage.home_assistant.refusal(
        stage.notify_action,
        {"message": _NOBODY_GETS_THIS, "target": [MOTHER, _IMPOSSIBLE]},
    )
    if _IMPOSSIBLE[-4:] not in refusal:
        raise StepFailed(f"The refusal does not tell which recipient: {refusal}")
    if any(
        sms.text == _NOBODY_GETS_THIS for sms in await stage.gateway.arrived(MOTHER)
    ):
        raise StepFailed("The action failed, yet an SMS went out.")
    return [refusal]


@step("A wrong password starts the reauthentication")
async def lose_password(stage: Stage) -> Lines:
    """Change the password in the panel and let the sensor update."""
    await stage.gateway.change_password(stage.account, _NEW_PASSWORD)
    await stage.home_assistant.act(
        "homeassistant.update_entity", {"entity_id": stage.entity_id("credit")}
    )

    async def asks_for_password() -> bool | None:
        return (
            bool(await stage.home_assistant.flows_in_progress("payamak", "reauth"))
            or None
        )

    await eventually(
        asks_for_password,
        seconds=20,
        otherwise="Nobody was asked for the new password.",
    )
    return []


@step("The new password is given, and sending works without a restart")
async def give_new_password(stage: Stage) -> Lines:
    """Fill in the form that Home Assistant opened, then send."""
    home_assistant = stage.home_assistant
    flow = (await home_assistant.flows_in_progress("payamak", "reauth"))[0]
    form = await home_assistant.open_flow(flow["flow_id"])
    answers = {"password": stage.account.password}
    if "username" in fields_of(form, "reauth_confirm"):
        answers["username"] = stage.account.username
    result = await home_assistant.answer_flow(
        flow["flow_id"], filled_in(form, "reauth_confirm", answers)
    )
    expect_result(result, "abort", "reauth_successful")
    await _until_it_sends(stage, _AFTER_REAUTH)
    if await home_assistant.flows_in_progress("payamak", "reauth"):
        raise StepFailed("The password is right, but Home Assistant still asks for it.")
    return []


@step("The diagnostics can be downloaded and hold nothing private")
async def read_diagnostics(stage: Stage) -> Lines:
    """Download them as the user interface does."""
    content = await stage.home_assistant.request(
        "GET", f"/api/diagnostics/config_entry/{stage.entry_id}"
    )
    if not content["data"]:
        raise StepFailed("They are empty.")
    if found := leaks(
        json.dumps(content, ensure_ascii=False),
        [*_private_words(stage), stage.account.line],
    ):
        raise StepFailed(f"They hold {found}.")
    return [
        f"{len(json.dumps(content['data']))} characters: {', '.join(content['data'])}"
    ]


@step("The system information tells about the gateway")
async def read_system_health(stage: Stage) -> Lines:
    """Ask for the values, slow ones included."""
    info = await stage.home_assistant.system_health("payamak")
    if not info:
        raise StepFailed("It has nothing about the integration.")
    return [f"{key}: {value}" for key, value in info.items()]


@step("The account can be reloaded, and its action is there again")
async def reload_account(stage: Stage) -> Lines:
    """Reload the entry, then send."""
    answer = await stage.home_assistant.request(
        "POST", f"/api/config/config_entries/entry/{stage.entry_id}/reload"
    )
    if answer["require_restart"]:
        raise StepFailed("Home Assistant would have to be restarted.")
    if not await stage.home_assistant.has_action(stage.notify_action):
        raise StepFailed(f"{stage.notify_action} is gone.")
    await _until_it_sends(stage, _AFTER_RELOAD)
    return []


@step("Home Assistant ends in order", seconds=45)
async def end_home_assistant(stage: Stage) -> Lines:
    """Stop it, so that the log is complete."""
    if not await stage.home_server.stop(seconds=30):
        raise StepFailed("It did not end within 30 s and was killed.")
    if stage.home_server.exit_code != 0:
        raise StepFailed(f"It ended with code {stage.home_server.exit_code}.")
    return []


@step("The log holds no error and no warning of ours")
async def find_no_complaint(stage: Stage) -> Lines:
    """Read the log record by record."""
    records = logs.read_records(stage.home_server.log, leave_out=REPOSITORY)
    if found := logs.complaints(records, expected=EXPECTED_COMPLAINTS):
        raise StepFailed("\n".join(record.text for record in found))
    if not logs.of_the_integration(records):
        raise StepFailed(
            "The integration logged nothing at all, not even for debugging."
        )
    return [f"passed over: {record}" for record in records if logs.is_complaint(record)]


@step("The stand-in had no trouble of its own")
async def find_no_trouble(stage: Stage) -> Lines:
    """Read what it printed: nothing but the two lines that say where it is."""
    printed = stage.gateway_server.log.read_text(encoding="utf-8").splitlines()
    if len(printed) != 2:
        raise StepFailed("\n".join(printed))
    return []


@step("The logs hold no credentials, no whole number and no message text")
async def find_nothing_private(stage: Stage) -> Lines:
    """Search the logs of Home Assistant and of the stand-in."""
    for path in (stage.home_server.log, stage.gateway_server.log):
        text = path.read_text(encoding="utf-8", errors="replace")
        if found := leaks(text, _private_words(stage)):
            raise StepFailed(f"{path} holds {found}.")
    return []


@step("Nothing was installed at the start")
async def find_no_installation(stage: Stage) -> Lines:
    """Look for Home Assistant's word about an installation."""
    records = logs.read_records(stage.home_server.log, leave_out=REPOSITORY)
    if found := logs.installations(records):
        raise StepFailed("\n".join(str(record) for record in found))
    return []


CHECKS = (
    refuse_impossible_recipient,
    lose_password,
    give_new_password,
    read_diagnostics,
    read_system_health,
    reload_account,
)
AFTERWARDS = (
    end_home_assistant,
    find_no_complaint,
    find_no_trouble,
    find_nothing_private,
    find_no_installation,
)


async def _until_it_sends(stage: Stage, text: str) -> None:
    """Send as soon as the account is set up again, and see it arrive."""
    await until_loaded(stage.home_assistant, stage.entry_id)
    await stage.home_assistant.act(
        stage.notify_action, {"message": text, "target": MOTHER}
    )
    await arrival(stage, MOTHER, text)


def _private_words(stage: Stage) -> list[str]:
    """Return what may stand in no log and no diagnostics; a number's last ten digits are in all its spellings."""
    return [
        stage.account.username,
        *stage.account.all_passwords,
        *(CABIN.username, *CABIN.all_passwords),
        *(number[-10:] for number in (*EVERY_NUMBER, NEIGHBOUR)),
        *(*TEXTS, *EXCHANGED, *CRASH_TEXTS, *BLUEPRINT_TEXTS, CHECK_TEXT),
        *(*OUTAGE_TEXTS, *OUTAGE_CHECK_TEXTS, *ALARM_TEXTS),
        *(ALARM, LEAK, TEST_TEXT, _NOBODY_GETS_THIS, _AFTER_REAUTH, _AFTER_RELOAD),
    ]
