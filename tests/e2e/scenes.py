"""What a user does and sees, scene after scene; each begins where the one before it left the home."""

from collections.abc import Awaitable, Callable

from .account_scenes import log_in_again, read_settings, see_device, set_account_up
from .alert_scenes import raise_alert_in_automation, see_alert_on_device
from .more_scenes import choose_conditions, fill_in_blueprints, see_person, see_repair
from .outage_scenes import see_outage
from .receiving_scenes import see_activity, start_automation_by_sms, turn_push_on
from .recipient_scenes import (
    add_first_recipient,
    add_group,
    notify_in_automation,
    rename_recipient,
    send_sms_in_automation,
)
from .scene import Scene
from .sending_scenes import (
    put_on_dashboard,
    read_other_actions,
    see_dashboard,
    see_phones,
    send_by_hand,
    send_by_notify_action,
    send_from_dashboard,
    send_to_no_number,
)

SCENES: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    set_account_up,
    add_first_recipient,
    add_group,
    put_on_dashboard,
    send_by_notify_action,
    send_by_hand,
    see_dashboard,
    send_from_dashboard,
    see_device,
    see_phones,
    see_outage,
    send_to_no_number,
    read_other_actions,
    notify_in_automation,
    send_sms_in_automation,
    turn_push_on,
    start_automation_by_sms,
    raise_alert_in_automation,
    see_alert_on_device,
    see_person,
    choose_conditions,
    fill_in_blueprints,
    rename_recipient,
    read_settings,
    see_repair,
    see_activity,
    log_in_again,
)
