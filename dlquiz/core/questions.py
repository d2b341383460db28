"""A question: what every kind of question has, and what each kind must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from dlquiz.core.calls import NOWHERE, Place
from dlquiz.core.domains import Domain
from dlquiz.core.oracle import Call, Outcome
from dlquiz.core.texts import Language, Text
from dlquiz.core.verdicts import Reading, Truth, Verdict

Form = Literal["line", "pick_one", "pick_many", "arrange", "reveal"]
"""How an answer is given.

``line``: typed; ``pick_one``, ``pick_many``: from numbered options; ``arrange``: all options in an order; ``reveal``:
thought of, compared with what is revealed, and graded by the learner.
"""


def described(doc: str, default: Any = MISSING, **written: Any) -> Any:
    """Return a dataclass field whose meaning is told to authors: in the schema and in error messages.

    ``written`` says how banks write it: ``key``, where that is not the attribute's name; ``names`` that its text may
    use beside the parameters; ``symbols``, whether
    it may use the symbols of the question; ``changes``, the field with the call whose arguments it changes.
    """
    return field(default=default, metadata={"doc": doc, **written})


class Shown(NamedTuple):
    """An option after the verdict: its number, its text, whether it was judged or placed rightly, and a remark.

    ``right`` is None where there is nothing to say of it.
    """

    number: int
    text: Text
    right: bool | None
    remark: str


class Part(NamedTuple):
    """An option, item, claim, condition or point of a question, and what it comes to on an instance.

    ``right``: whether it is the answer, or what the answer has to keep; None where there is nothing to say of it.
    """

    number: int
    id: str
    text: Text
    value: Any
    right: bool | None = None


class Fault(NamedTuple):
    """Something that makes a question contradict itself: where, what, and what to do."""

    at: Place
    message: str
    fix: str


class Samples(NamedTuple):
    """Typed answers that a question makes for its own tests: each must be marked as the name of its list says."""

    correct: tuple[str, ...]
    wrong: tuple[str, ...]
    unreadable: tuple[str, ...]


Waivable = Literal["DQ423", "DQ424", "DQ425", "DQ426", "DQ427", "DQ429", "DQ433", "DQ445", "DQ446", "DQ447", "DQ457"]
"""Complaints that weigh words and widths, and may be wrong; none of them says that an answer is."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Waiver:
    """A complaint that its author has looked at, and that does not hold."""

    code: Waivable = described("Code of the complaint.")
    because: str = described("Why it does not hold here; for whoever reads the bank.")
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Question(ABC):
    """A template of questions about one idea; drawing its parameters from a seed gives an instance."""

    kind: ClassVar[str]
    form: ClassVar[Form] = "line"

    bank: str = ""
    topic: str = ""
    at: Place = NOWHERE
    domain: Domain = field(default_factory=lambda: Domain({}, ()))
    id: str = described(
        "Name of the question inside its bank; it never changes, for the card that is scheduled bears it."
    )
    rev: int = described(
        "Raise it when the answer changes; old reviews keep the revision that they were asked under.", 1
    )
    prompt: Text = described("What is asked; {{expression}} puts in a value.")
    convention: Text | None = described("Which definition is meant, where books differ; it is shown.", None)
    hints: tuple[Text, ...] = described("Help in steps; an answer after a hint counts as Hard.", ())
    explain: Text | None = described("Why the answer is what it is; may use {{answer}}.", None, names=("answer",))
    covers: tuple[str, ...] = described("Rows of the coverage contract that this question settles.", ())
    cited: str | None = described("Exact source of a fact that no run can settle.", None)
    waives: tuple[Waiver, ...] = described("Complaints of the checker that do not hold here, with the reason.", ())

    @property
    def key(self) -> str:
        """``bank/id``, the name of the card."""
        return f"{self.bank}/{self.id}"

    def draw(self, seed: int) -> dict[str, Any]:
        """Return the values of the instance with that seed; the same on every machine."""
        return self.domain.draw(self.key, self.rev, seed)

    def sample(self, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Return the values of at most ``limit`` instances to check, and whether there are no others."""
        return self.domain.sample(self.key, self.rev, limit)

    def faults(self) -> Iterable[Fault]:
        """Yield what is wrong with the question as it is written, beyond what the types of its fields say."""
        return ()

    @property
    def names(self) -> Collection[str]:
        """The names that formulas and texts of this question may use."""
        return self.domain.parameters.keys()

    def options(self, values: Mapping[str, Any]) -> Sequence[Text]:
        """Return what there is to pick from, for forms other than a line."""
        return ()

    def shown(self, verdict: Verdict, values: Mapping[str, Any]) -> "Sequence[Shown]":
        """Return the options as they are shown beside a verdict, for kinds that have such."""
        return ()

    def revealed(self, truth: Truth, values: Mapping[str, Any]) -> "Sequence[Shown]":
        """Return what a card reveals before learners grade themselves, for kinds that do."""
        return ()

    def parts(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Part]:
        """Return what the question is made of with what each of it came to, for kinds that have more than an answer."""
        return ()

    def shows(self, ideas: Collection[str], values: Mapping[str, Any]) -> bool:
        """Whether each of these wrong ideas gives a wrong answer of its own on this instance."""
        return True

    @abstractmethod
    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return every engine call that settles this instance; raises Undefined."""

    @abstractmethod
    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return what the outcomes of :meth:`calls` establish; raises Unsettled when one of them failed."""

    @abstractmethod
    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Return a typed answer as it is understood; raises Unreadable with the position in ``text``."""

    def trial(self, reading: Reading, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the engine calls that run what the answer builds; none where an answer is only compared."""
        return ()

    def tried(self, reading: Reading, outcomes: Sequence[Outcome]) -> Reading:
        """Return the reading with what came of its trial; raises Unreadable where nothing could be built of it."""
        return reading

    @abstractmethod
    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """Return the verdict on a reading that was tried."""

    @abstractmethod
    def expected(self, truth: Truth, language: Language) -> str:
        """Return the right answer as text."""

    def told(self, truth: Truth, values: Mapping[str, Any], language: Language) -> str:
        """Return the right answer as text that needs no options beside it; raises Undefined."""
        return self.expected(truth, language)

    @abstractmethod
    def reason(self, verdict: Verdict, language: Language) -> str:
        """Return one sentence that says how the answer compares with the right one, without the diagnosis."""

    @abstractmethod
    def answer_note(self, language: Language) -> str:
        """Return what a readable answer looks like, and how exact it has to be."""

    @abstractmethod
    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """Return answers that this question marks right, wrong, and refuses to read."""


class Named(Protocol):
    """A part of a question that has an id, and a place in the bank."""

    @property
    def id(self) -> str:
        """Its name; empty where it has none."""
        ...

    @property
    def at(self) -> Place:
        """Where it is written."""
        ...


def repeated_ids(parts: Iterable[Named]) -> Iterable[Fault]:
    """Yield a fault for every part whose id an earlier one has."""
    seen: set[str] = set()
    for part in parts:
        if part.id and part.id in seen:
            yield Fault(part.at, f"the id '{part.id}' is used twice in this question", "give one of them another id")
        seen.add(part.id)


class Instance(NamedTuple):
    """A question with its parameters drawn from a seed; written ``bank/id@rev#seed``."""

    question: Question
    seed: int
    values: Mapping[str, Any]

    def __str__(self) -> str:
        """Return ``bank/id@rev#seed``."""
        return f"{self.question.key}@{self.question.rev}#{self.seed}"

    def prompt(self, language: Language) -> str:
        """Return the prompt with the values put in."""
        return self.question.prompt.fill(language, self.values)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every engine call that settles this instance."""
        return self.question.calls(self.values)


def draw(question: Question, seed: int) -> Instance:
    """Return the instance of a question with that seed."""
    return Instance(question, seed, question.draw(seed))
