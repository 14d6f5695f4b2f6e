"""Where the mutants come from, which tests are asked about them, and where the results are kept."""

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = REPOSITORY / "custom_components/payamak"
REACH: Final = REPOSITORY / ".mutation/reach.json"
RESULTS: Final = REPOSITORY / "benchmarks/mutation.json"
EQUIVALENT: Final = REPOSITORY / "benchmarks/mutation_equivalents.toml"
TABLE: Final = REPOSITORY / "benchmarks/mutation.md"

# The tests that know a folder best: a mutant has to be noticed by them.
_TESTS: Final = {
    "sending": (
        "tests/integration/sending",
        "tests/integration/queries",
        "tests/integration/flows/test_not_sent.py",
        "tests/integration/account/test_gateway_watch.py",
        "tests/integration/people/test_accounts_of_people.py",
        "tests/integration/people/test_target.py",
    ),
    "ledger": (
        "tests/ledger",
        "tests/integration/sending/test_today.py",
        "tests/integration/account/test_ledger_repairs.py",
    ),
    "delivery": (
        "tests/integration/delivery",
        "tests/integration/triggers/test_delivery.py",
        "tests/integration/conditions/test_last_delivery.py",
    ),
    "inbox": ("tests/integration/inbox", "tests/integration/triggers"),
    "people": (
        "tests/integration/people",
        "tests/integration/triggers",
        "tests/integration/sending/test_notify.py",
        "tests/integration/sending/test_notify_callers.py",
        "tests/integration/sending/test_send_sms.py",
    ),
    "gateway": ("tests/gateway",),
    "alerts": ("tests/alerts", "tests/integration/alerts"),
}

# What needs no Home Assistant has tests of its own, which must notice what is wrong with it.
_OWN_TESTS: Final = {
    "alerts/consent.py": ("tests/alerts/test_consent.py",),
    "alerts/decisions.py": ("tests/alerts/test_decisions.py",),
    "alerts/fields.py": (
        "tests/alerts/test_fields.py",
        "tests/alerts/test_action_fields.py",
    ),
    "alerts/hearing.py": ("tests/alerts/test_hearing.py",),
    "alerts/matter.py": (
        "tests/alerts/test_matter.py",
        "tests/alerts/test_matters.py",
        "tests/alerts/test_hearing.py",
    ),
    "alerts/matters.py": ("tests/alerts/test_matters.py",),
    "alerts/plan.py": ("tests/alerts/test_plan.py",),
    "alerts/sentences.py": ("tests/alerts/test_sentences.py",),
    "alerts/texts.py": ("tests/alerts/test_texts.py",),
    "alerts/words.py": (
        "tests/alerts/test_sentences.py",
        "tests/alerts/test_consent.py",
    ),
    "delivery/followed.py": ("tests/integration/delivery/test_followed.py",),
    "delivery/pace.py": ("tests/integration/delivery/test_pace.py",),
    "delivery/timing.py": ("tests/integration/delivery/test_followed.py",),
    "inbox/box_reader.py": ("tests/integration/inbox/test_box_reader.py",),
    "inbox/clock_shift.py": ("tests/integration/inbox/test_clock_shift.py",),
    "inbox/freshness.py": ("tests/integration/inbox/test_freshness.py",),
    "inbox/last_poll.py": ("tests/integration/inbox/test_last_poll.py",),
    "inbox/text_filter.py": ("tests/integration/inbox/test_text_filter.py",),
    "ledger/alerts.py": ("tests/ledger/test_alerts.py",),
    "ledger/clock.py": ("tests/ledger/test_clock.py",),
    "ledger/departures.py": ("tests/ledger/test_departures.py",),
    "ledger/facts.py": ("tests/ledger/test_facts.py",),
    "ledger/history.py": ("tests/ledger/test_history.py",),
    "ledger/outgoing.py": (
        "tests/ledger/test_bundles.py",
        "tests/ledger/test_last_sms.py",
        "tests/ledger/test_outgoing.py",
        "tests/ledger/test_restored.py",
        "tests/ledger/test_waiting.py",
    ),
    "ledger/pauses.py": ("tests/ledger/test_pauses.py",),
    "ledger/purposes.py": (
        "tests/ledger/test_purposes.py",
        "tests/ledger/test_alerts.py",
    ),
    "ledger/received.py": ("tests/ledger/test_received.py",),
    "ledger/rows.py": (
        "tests/ledger/test_bundles.py",
        "tests/ledger/test_history.py",
        "tests/ledger/test_outgoing.py",
        "tests/ledger/test_waiting.py",
    ),
    "ledger/texts.py": (
        "tests/ledger/test_texts.py",
        "tests/ledger/test_outgoing.py",
    ),
    "people/exposed.py": ("tests/integration/sending/test_llm_tool.py",),
}

# The test files that were written for a file: all of their tests are asked, before the others.
_WRITTEN_FOR: Final = {
    "alerts/actions.py": ("actions_alone", "action_fields"),
    "alerts/alert.py": ("alert_alone",),
    "alerts/alerts.py": ("alerts_alone",),
    "alerts/ask.py": ("ask_alone", "action_fields"),
    "alerts/case.py": ("case",),
    "alerts/hints.py": ("hints",),
    "alerts/question.py": ("question",),
    "alerts/triggers.py": ("alert_triggers", "alert"),
    "sending/actions.py": ("actions",),
    "sending/again.py": ("again",),
    "sending/cancel.py": ("cancel",),
    "sending/bundle.py": ("bundle_decisions",),
    "sending/bundler.py": ("bundler_alone",),
    "sending/caller.py": ("caller",),
    "sending/decisions.py": ("outbox_decisions", "outbox_order", "bundle_decisions"),
    "sending/fence.py": ("fence",),
    "sending/gates.py": ("gates_alone",),
    "sending/guards.py": ("daily_limit", "duplicate_window"),
    "sending/holds.py": ("outbox_holds",),
    "sending/llm_tool.py": ("llm_tool", "retold"),
    "sending/matching.py": ("outbox_matching",),
    "sending/message.py": ("messages",),
    "sending/messenger.py": ("messenger",),
    "sending/errand.py": ("errand_alone",),
    "sending/notify_action.py": ("notify_names",),
    "sending/outbox.py": ("outbox_alone", "bundles"),
    "sending/progress.py": ("progress", "errand_alone"),
    "sending/report.py": ("report",),
    "sending/retold.py": ("retold", "llm_tool"),
    "sending/road.py": ("road_alone",),
    "sending/sent_box.py": ("sent_box",),
    "sending/settler.py": ("settler",),
    "sending/slots.py": ("outbox_slots", "calls_at_a_time"),
    "sending/timer.py": ("timer",),
    "sending/under_way.py": ("under_way", "home_assistant_stops"),
    "gateway/reply.py": ("reply", "reply_shapes", "reply_numbers", "reply_lists"),
    "ledger/today.py": ("today",),
    "ledger/ledger.py": ("ledger", "backup", "restored"),
    "ledger/errors.py": ("ledger_repairs",),
    "ledger/schema.py": ("file", "history"),
    "ledger/file.py": ("file", "file_writing", "file_closing", "backup"),
    "delivery/condition.py": ("last_delivery",),
    "delivery/follower.py": ("follower_alone",),
    "delivery/triggers.py": ("delivery",),
    "inbox/doorbell.py": ("doorbell",),
    "inbox/pattern_search.py": ("received_text",),
    "inbox/poller.py": ("poller",),
    "inbox/reporter.py": ("reporter",),
    "inbox/trigger.py": ("received",),
    "people/account_trigger.py": ("received", "delivery", "target"),
    "people/address_book.py": ("address_book", "recipients"),
    "people/addressed.py": ("accounts_of_people",),
    "people/meant.py": ("meant",),
    "people/people_filter.py": ("received",),
    "people/suggestions.py": ("suggestions",),
    "people/target.py": ("target",),
}


def is_written_for(test: str, path: str) -> bool:
    """Tell whether a test stands in a file that was written for a file of the integration."""
    file = test.partition("::")[0]
    stem = Path(file).stem.removeprefix("test_")
    return file in _OWN_TESTS.get(path, ()) or stem in _WRITTEN_FOR.get(path, ())


def own_tests_for(path: str) -> tuple[str, ...]:
    """Return the test files that were written for a file of the integration."""
    found = [
        str(file.relative_to(REPOSITORY))
        for place in map(REPOSITORY.joinpath, tests_for(path))
        for file in ([place] if place.is_file() else sorted(place.rglob("test_*.py")))
    ]
    return tuple(file for file in found if is_written_for(file, path))


def tests_for(path: str) -> tuple[str, ...]:
    """Return the tests for a file of the integration."""
    if path in _OWN_TESTS:
        return _OWN_TESTS[path]
    folder = path.partition("/")[0]
    if folder not in _TESTS:
        raise SystemExit(f"{folder}: no tests are named for it in {__file__}")
    return _TESTS[folder]
