"""Whether sentences speak of what is run: an experiment about something else may well give the same truth.

Nothing is run here. What is found is told as a warning, for words are no proof.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.brief import clipped
from dlquiz.banks.proving.fitting import Lexicon, lexicon, words
from dlquiz.banks.proving.named_values import misnamed
from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import CallTemplate, Place
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.order import Order
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text

EXCHANGED = 2.0
"""By how much each of two sentences has to fit the other's experiment better; a word of every seventh function is 2."""
SWAPPED = 5.0
"""By how much a sentence has to fit another function better, where no second sentence bears it out."""
_SHOWN = 3
"""Words that a complaint names."""


def unspoken(question: Question, signatures: Signatures) -> Iterator[Complaint]:
    """Yield a complaint for each sentence that names another value, or fits another experiment."""
    yield from _misnamed(question, signatures)
    if isinstance(question, Claims):
        yield from _Fitting(question, signatures, lexicon(signatures)).complaints()


def _misnamed(question: Question, signatures: Signatures) -> Iterator[Complaint]:
    for text, call, at in _beside(question):
        arguments = signatures.arguments(call.function)
        for one in islice(misnamed(text, call, arguments, defaults=isinstance(question, Claims)), 1):
            message = f"the text names '{one.named}', and {call.function} is run with {one.argument}={one.passed}"
            fix = f"see whether the run is about what the text says; if it is, let the text name {one.passed}"
            yield complaint(at, "DQ445", message, fix)


def _beside(question: Question) -> Iterator[tuple[Text, CallTemplate, Place]]:
    """Yield sentences, each with a run that it is about; what wrong ideas run is about something else."""
    if isinstance(question, Claims):
        yield from ((claim.say, claim.proof, claim.at) for claim in question.claims)
    elif isinstance(question, Order):
        told = (_together([item.say, question.prompt, question.convention]) for item in question.items)
        yield from ((text, item.by, item.at) for text, item in zip(told, question.items, strict=True))
    elif isinstance(question, Computed | Construct):
        shared = _together([question.prompt, question.convention])
        calls = (
            question.answer.engine
            if isinstance(question, Computed)
            else [condition.call for condition in question.goal]
        )
        yield from ((shared, call, call.at) for call in calls)


def _together(texts: Sequence[Text | None]) -> Text:
    """Return texts as one."""
    given = [text for text in texts if text is not None]
    english, chinese = (
        Template(tuple(part for text in given for part in (*text.template(language).parts, "; ")))
        for language in ("en", "zh")
    )
    return Text(english, chinese)


class _Fitting:
    """The sentences of a question beside its experiments, and beside the functions that could take their place."""

    def __init__(self, question: Claims, signatures: Signatures, known: Lexicon) -> None:
        self._claims = [claim for claim in question.claims if claim.proof.function in signatures.functions]
        self._signatures = signatures
        self._known = known
        self._said = {id(claim): words(_english(claim.say)) for claim in self._claims}

    def complaints(self) -> Iterator[Complaint]:
        """Yield two claims whose sentences were exchanged, then claims that another function fits better."""
        told: set[int] = set()
        for one, other in combinations(self._claims, 2):
            if self._gain(one, self._of(other)) > EXCHANGED and self._gain(other, self._of(one)) > EXCHANGED:
                told |= {id(one), id(other)}
                yield self._exchanged(one, other)
        for claim in self._claims:
            if id(claim) not in told:
                yield from self._swapped(claim)

    def _of(self, claim: Claim, function: str | None = None) -> set[str]:
        return self._known.of(claim.proof, function)

    def _gain(self, claim: Claim, experiment: set[str]) -> float:
        """Return by how much the sentence of a claim fits another experiment better than its own."""
        said = self._said[id(claim)].keys()
        return self._known.weigh(said & experiment) - self._known.weigh(said & self._of(claim))

    def _exchanged(self, one: Claim, other: Claim) -> Complaint:
        name = other.id or clipped(_english(other.say), 60)
        better = f"the sentence fits the experiment of the claim '{name}' better"
        message = f"{better} ({self._missed(one, self._of(other))}), and that one's fits this experiment better"
        fix = "see whether the two sentences changed places; if not, use the words of their experiments"
        return complaint(one.at, "DQ446", message, fix)

    def _swapped(self, claim: Claim) -> Iterator[Complaint]:
        given = [*claim.proof.arguments, *claim.control.arguments]
        gains = {
            name: self._gain(claim, self._of(claim, name))
            for name in self._signatures.like(claim.proof.function, given)
        }
        best = max(gains, key=lambda name: gains[name], default=None)
        if best is not None and gains[best] > SWAPPED:
            missed = self._missed(claim, self._of(claim, best))
            message = f"the sentence fits {best} better than {claim.proof.function} ({missed})"
            fix = "see whether the sentence speaks of this experiment; if it does, use the experiment's words"
            yield complaint(claim.proof.at, "DQ446", message, fix)

    def _missed(self, claim: Claim, other: set[str]) -> str:
        """Return the words that speak for another experiment, those first that tell the most."""
        said = self._said[id(claim)]
        missed = sorted((said.keys() & other) - self._of(claim), key=lambda stem: (-self._known.weight(stem), stem))
        return ", ".join(f"'{said[stem]}'" for stem in missed[:_SHOWN])


def _english(text: Text) -> str:
    return "".join(part if isinstance(part, str) else " " for part in text.en.parts)
