"""Claims whose sentences belong to other experiments: to another claim's, to another function, or to none at hand.

An experiment about something else may well give the same truth, so nothing that is run can tell; words can. What stands
beside a sentence, its prompt, convention and ``why:``, counts for its own experiment: it may say what that is about.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.brief import clipped
from dlquiz.banks.proving.fitting import Lexicon, lexicon, words
from dlquiz.banks.signatures import Signatures
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.texts import Text

EXCHANGED = 2.0
"""By how much each of two sentences has to fit the other's experiment better; a word of every seventh function is 2."""
SWAPPED = 4.0
"""By how much a sentence has to fit another function better that takes the same arguments."""
ELSEWHERE = 5.0
"""By how much a sentence has to fit any other experiment better than all that is said beside it fits its own."""
_SHOWN = 3
"""Words that a complaint names."""
_TELLING = 2
"""Words that a sentence needs for it to have none in common with its experiment."""
_LETTERS = 3


def misplaced(question: Claims, signatures: Signatures) -> Iterator[Complaint]:
    """Yield a complaint for two claims whose sentences changed places, and for each that fits another experiment."""
    return _Fitting(question, signatures, lexicon(signatures)).complaints()


class _Fitting:
    """The sentences of a question beside its experiments, and beside the functions that could take their place."""

    def __init__(self, question: Claims, signatures: Signatures, known: Lexicon) -> None:
        self._question = question
        self._claims = [claim for claim in question.claims if claim.proof.function in signatures.functions]
        self._signatures = signatures
        self._known = known
        self._said = {id(claim): words(english(claim.say)) for claim in self._claims}
        self._own = {id(claim): known.of(claim.proof) for claim in self._claims}

    def complaints(self) -> Iterator[Complaint]:
        """Yield two claims whose sentences were exchanged, then claims that another function fits better."""
        told: set[int] = set()
        for one, other in combinations(self._claims, 2):
            if self._gain(one, self._of(other)) > EXCHANGED and self._gain(other, self._of(one)) > EXCHANGED:
                told |= {id(one), id(other)}
                yield self._exchanged(one, other)
        for claim in self._claims:
            if id(claim) not in told:
                yield from self._elsewhere(claim)

    def _of(self, claim: Claim, function: str | None = None) -> set[str]:
        return self._own[id(claim)] if function is None else self._known.of(claim.proof, function)

    def _gain(self, claim: Claim, experiment: Iterable[str]) -> float:
        """Return by how much the sentence of a claim fits another experiment better than its own."""
        said = self._said[id(claim)].keys()
        return self._known.weigh(said & experiment) - self._known.weigh(said & self._of(claim))

    def _exchanged(self, one: Claim, other: Claim) -> Complaint:
        name = other.id or clipped(english(other.say), 60)
        better = f"the sentence fits the experiment of the claim '{name}' better"
        message = f"{better} ({self._missed(one, self._of(other))}), and that one's fits this experiment better"
        fix = "see whether the two sentences changed places; if not, use the words of their experiments"
        return complaint(one.at, "DQ446", message, fix)

    def _elsewhere(self, claim: Claim) -> Iterator[Complaint]:
        own = claim.proof.function
        better = self._swapped(claim) or self._other(claim)
        if better is not None:
            missed = self._missed(claim, self._of(claim, better))
            message = f"the sentence fits {better} better than {own} ({missed})"
            fix = "see whether the sentence speaks of this experiment; if it does, use the experiment's words"
            yield complaint(claim.proof.at, "DQ446", message, fix)
        elif not self._beside(claim) & self._around(claim) and len(told := self._telling(claim)) >= _TELLING:
            shown = ", ".join(f"'{word}'" for word in told[:_SHOWN])
            message = f"no word of the sentence ({shown}) is one of the experiment {own}, nor is any beside it"
            summary = clipped(self._signatures.functions[own].summary.rstrip("."), 120)
            fix = f"see whether the sentence speaks of what {own} asks, '{summary}'; if it does, use its words"
            yield complaint(claim.proof.at, "DQ446", message, fix)

    def _swapped(self, claim: Claim) -> str | None:
        """Return the function with the same arguments that the sentence fits, if one by far."""
        given = [*claim.proof.arguments, *claim.control.arguments]
        functions = self._signatures.functions
        likely = (name for name in self._signatures.like(claim.proof.function, given) if functions[name].is_experiment)
        gains = {name: self._gain(claim, self._of(claim, name)) for name in likely}
        best = max(gains, key=lambda name: gains[name], default=None)
        return best if best is not None and gains[best] > SWAPPED else None

    def _other(self, claim: Claim) -> str | None:
        """Return the experiment that the sentence fits, of all, if one by far; of a Chinese one few words are known."""
        said = self._said[id(claim)].keys()
        if _is_chinese(english(claim.say)):
            return None
        summaries = self._known.summaries
        own = self._known.weigh(self._beside(claim) & self._around(claim))
        others = (name for name in self._signatures.experiments() if name != claim.proof.function)
        fits = {name: self._known.weigh(said & summaries[name]) for name in others if len(said & summaries[name]) > 1}
        best = max(fits, key=lambda name: fits[name], default=None)
        return best if best is not None and fits[best] - own > ELSEWHERE else None

    def _beside(self, claim: Claim) -> set[str]:
        """Return the words of a sentence, and of what a learner is told with it."""
        texts = (claim.say, claim.why, self._question.prompt, self._question.convention)
        return {stem for text in texts if text is not None for stem in words(english(text))}

    def _around(self, claim: Claim) -> set[str]:
        """Return the words of an experiment and of its control."""
        return self._of(claim) | self._known.of(claim.control)

    def _telling(self, claim: Claim) -> list[str]:
        """Return the words of a sentence that are no numbers and no symbols, the rarest first."""
        said = {stem: word for stem, word in self._said[id(claim)].items() if len(stem) >= _LETTERS and stem.isalpha()}
        return list(dict.fromkeys(said[stem] for stem in sorted(said, key=lambda stem: -self._known.weight(stem))))

    def _missed(self, claim: Claim, other: set[str]) -> str:
        """Return the words that speak for another experiment, those first that tell the most."""
        said = self._said[id(claim)]
        missed = sorted((said.keys() & other) - self._of(claim), key=lambda stem: (-self._known.weight(stem), stem))
        return ", ".join(f"'{word}'" for word in list(dict.fromkeys(said[stem] for stem in missed))[:_SHOWN])


def english(text: Text) -> str:
    """Return the English text without its holes."""
    return "".join(part if isinstance(part, str) else " " for part in text.en.parts)


def _is_chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)
