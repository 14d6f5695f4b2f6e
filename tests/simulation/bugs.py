"""Seeded bugs: the test of the test. Each takes one rule away, and the simulation must notice it.

One defence masks the loss of another, so the others are off where they do.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
import logging
from typing import Any, Final

from . import seeds, stories
from .world import World

type Patches = Callable[[], Iterator[Any]]
_LOGGER: Final = logging.getLogger("custom_components.payamak.seeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A rule that is taken away, the history that shows it, and the invariant that notices."""

    name: str
    noticed_by: str
    patches: Callable[[], Sequence[Any]]
    story: Callable[[World], None]
    off: str = "-"
    options: dict[str, Any] = field(default_factory=dict)
    gate: dict[str, Any] = field(default_factory=dict)
    """The quiet hours and the hourly limit of one person."""

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """Let the production code have the bug."""
        with ExitStack() as stack:
            for each in self.patches():
                stack.enter_context(each)
            yield


BUGS: Final = (
    Bug(
        name="resend at start what was being sent",
        noticed_by="I1",
        patches=seeds.resend_at_start,
        story=stories.crash_before_the_answer,
        off="fence",
    ),
    Bug(
        name="retry what may have left",
        noticed_by="I1",
        patches=seeds.retry_unknown,
        story=stories.lost_answer,
    ),
    Bug(
        name="resend what the sent box misses",
        noticed_by="I2",
        patches=seeds.resend_when_missing,
        story=stories.missing_in_sent_box,
    ),
    Bug(
        name="no fence",
        noticed_by="I1",
        patches=seeds.without_fence,
        story=stories.restored_backup,
    ),
    Bug(
        name="no settling before the fence's look",
        noticed_by="I1",
        patches=seeds.no_settling,
        story=stories.restored_backup_and_late_sent_box,
    ),
    Bug(
        name="intent not written before the request",
        noticed_by="rule 2",
        patches=seeds.intent_after_request,
        story=stories.plain,
    ),
    Bug(
        name="no sync of the disk",
        noticed_by="I2",
        patches=seeds.no_sync,
        story=stories.power_cut_while_waiting,
    ),
    Bug(
        name="queued before it is written",
        noticed_by="I2",
        patches=seeds.queued_before_written,
        story=stories.outage,
    ),
    Bug(
        name="forget at start what waits",
        noticed_by="I10",
        patches=seeds.forget_at_start,
        story=stories.power_cut_while_waiting,
    ),
    Bug(
        name="no expiry",
        noticed_by="I4",
        patches=seeds.no_expiry,
        story=stories.long_outage,
    ),
    Bug(
        name="age looked at before the write only",
        noticed_by="I4",
        patches=seeds.age_before_write_only,
        story=stories.slow_write_at_the_last_moment,
    ),
    Bug(
        name="expiry by the wall clock",
        noticed_by="I4",
        patches=seeds.expiry_by_wall_clock,
        story=stories.wall_clock_jumps,
    ),
    Bug(
        name="clock's last reading not kept",
        noticed_by="I4",
        patches=seeds.last_reading_not_kept,
        story=stories.wall_clock_set_while_nothing_waits,
    ),
    Bug(
        name="told before it is written",
        noticed_by="I5",
        patches=seeds.told_before_written,
        story=stories.crash_between_told_and_written,
    ),
    Bug(
        name="limit forgotten at start",
        noticed_by="I7",
        patches=seeds.limit_forgotten,
        story=stories.limit_and_restart,
        options={"daily_limit": 6},
    ),
    Bug(
        name="a newer message overtakes",
        noticed_by="I8",
        patches=seeds.order_broken,
        story=stories.second_message_in_a_hold,
    ),
    Bug(
        name="no back-off in an outage",
        noticed_by="I9",
        patches=seeds.no_back_off,
        story=stories.long_silence,
    ),
    Bug(
        name="holds ignored",
        noticed_by="I9",
        patches=seeds.no_holds,
        story=stories.long_update,
    ),
    Bug(
        name="ids of one call shifted",
        noticed_by="I3",
        patches=seeds.shifted_ids,
        story=stories.plain,
    ),
    Bug(
        name="received messages forgotten at start",
        noticed_by="inbox",
        patches=seeds.received_forgotten,
        story=stories.received_and_restart,
    ),
    Bug(
        name="baseline of the inbox lost at start",
        noticed_by="inbox",
        patches=seeds.baseline_lost,
        story=stories.received_while_off,
    ),
    Bug(
        name="duplicate window lost at start",
        noticed_by="rule 11",
        patches=seeds.window_lost,
        story=stories.equal_text_after_restart,
        options={"duplicate_window": 600},
    ),
    Bug(
        name="calls go on while Home Assistant stops",
        noticed_by="rule 10",
        patches=seeds.sends_while_stopping,
        story=stories.stop_between_calls,
    ),
    Bug(
        name="failed logins go on",
        noticed_by="I6",
        patches=seeds.logins_go_on,
        story=stories.refused_login,
    ),
    Bug(
        name="a number in the log",
        noticed_by="I11",
        patches=seeds.log_tells,
        story=stories.plain,
    ),
    Bug(
        name="what was called back still leaves",
        noticed_by="I2",
        patches=seeds.cancelled_leaves,
        story=stories.called_back,
    ),
    Bug(
        name="gate looked at before the write only",
        noticed_by="I7",
        patches=seeds.gate_before_the_write,
        story=stories.quiet_hours_begin_during_a_write,
        gate={"hours": ("22:35", "23:00")},
    ),
    Bug(
        name="hourly limit forgotten at start",
        noticed_by="I7",
        patches=seeds.hour_forgotten,
        story=stories.hour_and_restart,
        gate={"hourly_limit": 1},
    ),
    Bug(
        name="pause forgotten at start",
        noticed_by="I7",
        patches=seeds.pause_forgotten,
        story=stories.pause_and_restart,
    ),
    Bug(
        name="what several go out as not written",
        noticed_by="I1",
        patches=seeds.bundle_not_written,
        story=stories.three_wait,
    ),
    Bug(
        name="retry what may have left as one",
        noticed_by="I1",
        patches=seeds.bundle_sent_again,
        story=stories.answer_of_three_lost,
    ),
    Bug(
        name="fence knows single texts alone",
        noticed_by="I1",
        patches=seeds.bundle_not_recognised,
        story=stories.restored_backup_of_three,
    ),
    Bug(
        name="rest of a bundle not counted",
        noticed_by="I2",
        patches=seeds.rest_not_counted,
        story=stories.three_wait_and_are_long,
    ),
)
