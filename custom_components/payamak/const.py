"""Words that several rooms share."""

from typing import Final

DOMAIN: Final = "payamak"
DOCUMENTATION: Final = "https://github.com/payamak-ha/payamak"

CONF_NOTIFY_ACTION: Final = "notify_action"
CONF_SENDER: Final = "sender"
CONF_SENDER_LISTED: Final = "sender_listed"
SECTION_CONNECTION: Final = "connection"

SUBENTRY_RECIPIENT: Final = "recipient"
CONF_NAME: Final = "name"
CONF_NUMBERS: Final = "numbers"
CONF_SLUG: Final = "slug"
# The key of the entity that reaches everybody, so no single recipient's slug.
ALL_RECIPIENTS: Final = "all_recipients"

CONF_REFRESH_INTERVAL: Final = "refresh_interval"
DEFAULT_REFRESH_INTERVAL: Final = 15
