"""The topics on the home screen: how many questions each has, and how far the learner is with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from dlquiz.banks.library import Library
from dlquiz.core.scheduling import CardState


@dataclass(frozen=True)
class Topic:
    """A topic and its figures; ``seen`` counts the questions that were answered, ``learned`` the cards among them that
    have left the learning steps.
    """

    name: str
    questions: int
    due: int
    seen: int
    learned: int

    @property
    def new(self) -> int:
        """How many questions were never answered."""
        return self.questions - self.seen


def topics_of(library: Library, cards: Mapping[str, CardState], now_ms: int) -> list[Topic]:
    """Return the topics by name."""
    return [_topic(name, library, cards, now_ms) for name in library.topics()]


def _topic(name: str, library: Library, cards: Mapping[str, CardState], now_ms: int) -> Topic:
    questions = [question for question in library.questions if question.topic == name]
    known = [cards[question.key] for question in questions if question.key in cards]
    return Topic(
        name=name,
        questions=len(questions),
        due=sum(1 for card in known if card.due_ms <= now_ms),
        seen=len(known),
        learned=sum(1 for card in known if card.state == "review"),
    )
