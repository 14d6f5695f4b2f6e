"""Words that several rooms share."""

from typing import Final

DOMAIN: Final = "payamak"
DOCUMENTATION: Final = "https://github.com/payamak-ha/payamak"
PAGES: Final = f"{DOCUMENTATION}/blob/main/docs"

CONF_NOTIFY_ACTION: Final = "notify_action"
CONF_SENDER: Final = "sender"
CONF_SENDER_LISTED: Final = "sender_listed"
SECTION_CONNECTION: Final = "connection"

# A field of the set-up form alone; it is not stored.
CONF_ADD_RECIPIENT: Final = "add_recipient"
SUBENTRY_RECIPIENT: Final = "recipient"
CONF_NAME: Final = "name"
CONF_NUMBERS: Final = "numbers"
CONF_SLUG: Final = "slug"
CONF_QUIET_FROM: Final = "quiet_from"
CONF_QUIET_TO: Final = "quiet_to"
CONF_HOURLY_LIMIT: Final = "hourly_limit"
MOST_AN_HOUR: Final = 60
# The key of the entity that reaches everybody, so no single recipient's slug.
ALL_RECIPIENTS: Final = "all_recipients"

CONF_REFRESH_INTERVAL: Final = "refresh_interval"
DEFAULT_REFRESH_INTERVAL: Final = 15
CONF_LOW_CREDIT: Final = "low_credit"
DEFAULT_LOW_CREDIT: Final = 50
CONF_INBOX_INTERVAL: Final = "inbox_interval"
DEFAULT_INBOX_INTERVAL: Final = 60
CONF_INBOX_MAX_AGE: Final = "inbox_max_age"
DEFAULT_INBOX_MAX_AGE: Final = 10
CONF_RETRY_FOR: Final = "retry_for"
DEFAULT_RETRY_FOR: Final = 60
CONF_DAILY_LIMIT: Final = "daily_limit"
DEFAULT_DAILY_LIMIT: Final = 500
CONF_DUPLICATE_WINDOW: Final = "duplicate_window"
DEFAULT_DUPLICATE_WINDOW: Final = 0
CONF_BUNDLE: Final = "bundle"
DEFAULT_BUNDLE: Final = True
CONF_HISTORY_DAYS: Final = "history_days"
DEFAULT_HISTORY_DAYS: Final = 7
CONF_SHOW_TEXTS: Final = "show_texts"
CONF_PUSH: Final = "push"
CONF_WEBHOOK_ID: Final = "webhook_id"
