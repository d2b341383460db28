"""A study session: which question comes next, from which seed, and what an answer is worth.

It holds no clock and no chance of its own: the time is an argument, and so is the generator of seeds. What it must
remember between sessions is behind the ``Memory`` protocol.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from dlquiz.core.questions import Instance, Question
from dlquiz.core.remembering import params_text
from dlquiz.core.scheduling import CardState, Rating
from dlquiz.core.verdicts import Result, Verdict

LEARN_AHEAD_MS = 5 * 60_000
"""A card that was just failed comes back this early when nothing else is left, instead of ending the session."""
NEW_PER_SESSION = 20
_REMEMBERED = 5
_TRIES = 50
_SEEDS = 1_000_000


class Memory(Protocol):
    """What a session asks of the store."""

    def cards(self) -> Mapping[str, CardState]:
        """Return every card that was ever reviewed, by key."""
        ...

    def recent_params(self, key: str, n: int = _REMEMBERED) -> Sequence[str]:
        """Return the parameters of the last reviews of a card, newest first."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Limits:
    """How long a session is: reviews in all (None: until nothing is left), new cards, and whether to study ahead."""

    count: int | None = None
    new: int = NEW_PER_SESSION
    ahead: bool = False


class Counts(NamedTuple):
    """What is left and what is done: shown in the header."""

    due: int
    new: int
    done: int


@dataclass(eq=False, repr=False)
class Attempt:
    """One instance before a learner, from its showing to its review.

    ``revealed``: what a card reveals has been shown, so that the learner can grade themselves.
    """

    instance: Instance
    shown_ms: int
    hints: int = 0
    practice: bool = False
    revealed: bool = False

    def rating(self, verdict: Verdict) -> Rating:
        """Return the grade of the first readable answer: right is Good, right after a hint Hard, wrong Again.

        A learner who graded themselves gets that grade.
        """
        if verdict.grade is not None:
            return Rating(verdict.grade)
        if verdict.result is not Result.RIGHT:
            return Rating.AGAIN
        return Rating.HARD if self.hints else Rating.GOOD


@dataclass(eq=False, repr=False)
class Session:
    """The questions of a session and how far it has come.

    Topics take turns, and in a topic its banks: so new cards are asked, and cards that are due at the same moment.
    """

    questions: Sequence[Question]
    memory: Memory
    rng: random.Random
    limits: Limits = field(default_factory=Limits)
    done: int = 0
    _known: frozenset[str] = field(init=False)
    _turns: list[Question] = field(init=False)
    _asked: Counter[str] = field(default_factory=Counter, init=False)
    _passed: set[str] = field(default_factory=set, init=False)
    _last: str | None = field(default=None, init=False)
    _upcoming: Instance | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._known = frozenset(self.memory.cards())
        known = [question for question in self.questions if question.key in self._known]
        new = [question for question in self.questions if question.key not in self._known]
        self._turns = in_turns(known) + in_turns(new)

    def counts(self, now_ms: int) -> Counts:
        """Return how many cards are due and new, and how many reviews are done."""
        cards = self.memory.cards()
        due = sum(1 for question in self._open() if _is_due(cards.get(question.key), now_ms))
        new = sum(1 for question in self._open() if question.key not in cards)
        return Counts(due, min(new, self._new_left), self.done)

    def next(self, now_ms: int) -> Instance | None:
        """Return the next instance, the same at every call until :meth:`answered` or :meth:`skip`; None at the end."""
        if self.limits.count is not None and self.done >= self.limits.count:
            return None
        if self._upcoming is None:
            question = self._choose(now_ms)
            self._upcoming = None if question is None else self.fresh(question)
        return self._upcoming

    def fresh(self, question: Question) -> Instance:
        """Return an instance whose parameters are not among those of the card's last reviews.

        A domain with fewer settings than are remembered repeats one of them.
        """
        recent = set(self.memory.recent_params(question.key, _REMEMBERED))
        for _ in range(_TRIES):
            seed = self.rng.randrange(_SEEDS)
            values = question.draw(seed)
            if params_text(values) not in recent:
                break
        return Instance(question, seed, values)

    def aimed(self, question: Question, misconceptions: Iterable[str]) -> Instance:
        """Return an instance on which these wrong ideas give wrong answers, so that they show if they persist."""
        ids = list(misconceptions)
        instance = self.fresh(question)
        for _ in range(_TRIES):
            if question.shows(ids, instance.values):
                break
            instance = self.fresh(question)
        return instance

    def answered(self, instance: Instance) -> None:
        """Note that a review of this instance was stored."""
        self.done += 1
        self._leave(instance.question.key)
        self._asked[instance.question.key] += 1

    def taken_back(self, instance: Instance) -> None:
        """Note that the review of this instance was undone: it is asked again."""
        self.done = max(0, self.done - 1)
        self._asked -= Counter([instance.question.key])
        self._last = None
        self._upcoming = instance

    def regraded(self) -> None:
        """Note that a card's schedule changed, so that the next question may be another."""
        self._upcoming = None

    def skip(self, instance: Instance) -> None:
        """Leave a question out for the rest of this session."""
        self._passed.add(instance.question.key)
        self._leave(instance.question.key)

    def _leave(self, key: str) -> None:
        self._last = key
        self._upcoming = None

    def _open(self) -> list[Question]:
        return [question for question in self._turns if question.key not in self._passed]

    @property
    def _new_left(self) -> int:
        return max(0, self.limits.new - len(self._asked.keys() - self._known))

    def _choose(self, now_ms: int) -> Question | None:
        """Due cards first, the longest due leading; then new ones; then what was just failed; then, if asked, ahead."""
        cards = self.memory.cards()
        known = sorted((q for q in self._open() if q.key in cards), key=lambda q: cards[q.key].due_ms)
        due = [question for question in known if _is_due(cards[question.key], now_ms)]
        new = [question for question in self._open() if question.key not in cards] if self._new_left else []
        soon = [q for q in known if _is_learning(cards[q.key]) and cards[q.key].due_ms <= now_ms + LEARN_AHEAD_MS]
        ahead = [q for q in known if self.limits.ahead and q.key not in self._asked]
        return self._first(due) or self._first(new) or self._first(soon, even_last=True) or self._first(ahead)

    def _first(self, questions: Sequence[Question], even_last: bool = False) -> Question | None:
        """Return the first that is not the one just asked."""
        other = next((question for question in questions if question.key != self._last), None)
        return questions[0] if other is None and even_last and questions else other


def in_turns(questions: Iterable[Question]) -> list[Question]:
    """Return questions so that topics take turns and, in each topic, its banks; a bank keeps its own order.

    Neighbours then ask different things, which is harder while learning and holds longer. Topics and banks come in
    the order in which they are met first; the shorter ones are through earlier.
    """
    topics: dict[str, dict[str, list[Question]]] = {}
    for question in questions:
        topics.setdefault(question.topic, {}).setdefault(question.bank, []).append(question)
    return interleaved([interleaved(list(banks.values())) for banks in topics.values()])


def interleaved(groups: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the items of several groups in turns.

    >>> interleaved(["abc", "x"])
    ['a', 'x', 'b', 'c']
    """
    longest = max((len(group) for group in groups), default=0)
    return [group[index] for index in range(longest) for group in groups if index < len(group)]


def _is_due(card: CardState | None, now_ms: int) -> bool:
    return card is not None and card.due_ms <= now_ms


def _is_learning(card: CardState) -> bool:
    return card.state in ("learning", "relearning")
