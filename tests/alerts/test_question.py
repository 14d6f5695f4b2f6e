"""A question by itself: whose text answers it, and what is known of it afterwards."""

from collections.abc import Mapping

from custom_components.payamak.alerts.question import Question
from custom_components.payamak.alerts.sentences import Answers
from custom_components.payamak.ledger import Purposes
from tests.integration.conftest import MINA, OMID, SARA

from .around_alerts import ENTRY, OTHER_ENTRY, World

YES = Answers.of([{"id": "yes", "sentences": ["yes"]}])


def ask(world: World, other: Purposes | None = None) -> Question:
    """Ask Sara over one account, and Omid over another, which is at work or not."""
    purposes: Mapping[str, Purposes] = {ENTRY: world.purposes}
    if other is not None:
        purposes = {**purposes, OTHER_ENTRY: other}
    return Question(28, "1234", YES, {ENTRY: [SARA], OTHER_ENTRY: [OMID]}, purposes)


async def test_a_question_is_open_until_it_is_answered(world: World) -> None:
    """The first answer counts."""
    question = ask(world)
    assert (question.code, question.pin) == (28, "1234")
    assert question.is_open
    assert question.is_waited_for
    assert question.answer("no", by_code=True) is None
    answer = question.answer("yes", by_code=False)
    assert answer is not None
    assert answer.id == "yes"
    sms = world.received("yes")
    assert question.take(sms, answer) == []
    assert not question.is_open
    assert not question.is_waited_for
    answered = question.answered.result()
    assert answered.sms is sms
    assert answered.answer is answer


async def test_a_question_that_has_ended_is_open_no_more(world: World) -> None:
    """Nobody waits for its answer."""
    question = ask(world)
    question.end()
    assert not question.is_open
    assert not question.answered.done()


async def test_questions_are_told_apart_by_their_purposes(world: World) -> None:
    """The word is that of no alert's text."""
    first, second = ask(world), ask(world)
    assert first.purpose == f"{first.key}:question"
    assert first.purpose != second.purpose


async def test_a_question_is_for_the_numbers_of_all_accounts(world: World) -> None:
    """Also of one that is not at work."""
    question = ask(world)
    assert [question.is_for(each) for each in (SARA, OMID, MINA)] == [True, True, False]


async def test_a_question_is_asked_over_the_accounts_that_are_at_work(
    world: World,
) -> None:
    """No other account hears its answers."""
    for question, over_other in ((ask(world), False), (ask(world, Purposes()), True)):
        assert question.is_asked_over(ENTRY)
        assert question.is_asked_over(OTHER_ENTRY) is over_other


async def test_the_code_is_known_to_those_who_were_shown_it(world: World) -> None:
    """Everybody gets the same text."""
    question = ask(world)
    assert question.told_its_code(SARA) is False
    question.shows_code = True
    assert question.told_its_code(SARA) is True


async def test_the_texts_of_each_account_are_its_own(world: World) -> None:
    """They are known when the question has ended, too, and forgotten by the ledger."""
    other = Purposes()
    question = ask(world, other)
    assert list(question.texts_to(ENTRY, SARA)) == []
    text = world.text(question.purpose, SARA)
    stays = world.text("A:0", SARA)
    other.note(question.purpose, text)
    for _ in range(2):
        assert list(question.texts_to(ENTRY, SARA)) == [text]
        assert list(question.texts_to(OTHER_ENTRY, SARA)) == [text]
        assert list(question.texts_to(ENTRY, OMID)) == []
        if question.is_open:
            question.end()
    assert world.purposes.rows(question.purpose) == {}
    assert other.rows(question.purpose) == {}
    assert world.purposes.rows("A:0") == {SARA: stays}


async def test_an_account_that_is_not_at_work_has_sent_nothing(world: World) -> None:
    """Neither before the end nor after it."""
    question = ask(world)
    world.text(question.purpose, SARA)
    assert list(question.texts_to(OTHER_ENTRY, SARA)) == []
    question.end()
    assert list(question.texts_to(OTHER_ENTRY, SARA)) == []
