"""What was not sent becomes new messages: as they were, and each text once."""

from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.sending.again import again
from custom_components.payamak.sending.message import PatternSms, Sms
from tests.integration.conftest import MINA, OMID, OTHER_LINE, SARA
from tests.integration.story.rows import content, waiting_row


def test_each_text_is_one_message_and_the_oldest_comes_first() -> None:
    """To all whom it has not reached, in their order, and by the names they had."""
    old, new = content(1, "old", retry_for=60), content(2, "new", retry_for=60)
    rows = [
        waiting_row(4, OMID, content=new, name="Omid"),
        waiting_row(1, SARA, content=old),
        waiting_row(5, MINA, content=new),
        waiting_row(2, OMID, content=old, name="Omid"),
    ]
    assert list(again(rows)) == [
        (
            {"sms-1", "sms-2"},
            Sms(
                recipients=[
                    Recipient(number=SARA),
                    Recipient(number=OMID, name="Omid"),
                ],
                text="old",
                max_parts=1,
                retry_for=1,
            ),
        ),
        (
            {"sms-4", "sms-5"},
            Sms(
                recipients=[
                    Recipient(number=OMID, name="Omid"),
                    Recipient(number=MINA),
                ],
                text="new",
                max_parts=1,
                retry_for=1,
            ),
        ),
    ]


def test_a_message_is_as_it_was() -> None:
    """With its line, its patience in minutes, and what it is filled in with."""
    text = content(1, urgent=True, retry_for=90, sender=OTHER_LINE, flash=True)
    pattern = content(2, None, retry_for=0, pattern_id=7, variables=("a",))
    [(_, first), (_, second)] = again(
        [waiting_row(1, content=text), waiting_row(2, content=pattern)]
    )
    to = [Recipient(number=SARA)]
    assert first == Sms(
        recipients=to,
        text="سلام",
        sender=OTHER_LINE,
        flash=True,
        urgent=True,
        max_parts=1,
        retry_for=1.5,
    )
    assert second == PatternSms(
        recipients=to, pattern_id=7, variables=("a",), urgent=False, retry_for=0
    )


def test_of_nothing_comes_nothing() -> None:
    """Not even an empty message."""
    assert list(again([])) == []
