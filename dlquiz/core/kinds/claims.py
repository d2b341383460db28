"""Kind ``claims``: several statements, of which the learner says which hold. Each is settled by an experiment."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from dlquiz.core.calls import NOWHERE, CallTemplate, Place
from dlquiz.core.chance import drawn
from dlquiz.core.expressions import Unreadable
from dlquiz.core.expressions.characters import as_read, first_unread, refusal
from dlquiz.core.oracle import Call, Outcome, Ran
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Form, Part, Question, Samples, described, repeated_ids
from dlquiz.core.texts import Language, Text
from dlquiz.core.verdicts import Diagnosis, Leg, Level, Reading, Result, Truth, Unsettled, Verdict, values_of

ASKED = 4
"""How many claims an instance asks."""
AT_LEAST = 6
"""How many claims a question needs, so that a review is not the last one again."""

_ASKED = "asked"
_NONE = {"none", "0", "无", "没有", "都不成立"}
_ALL = {"all", "全部", "都成立"}
_BETWEEN = {"and"}
_BRACKETS = str.maketrans("()[]和与及", "       ")
_WORD = re.compile(r"[^\s,;]+")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Claim:
    """A statement that is true or false, and the experiment that settles it."""

    say: Text = described("The statement.")
    holds: bool = described("Whether it is true.")
    proof: CallTemplate = described("An experiment that gives true where the statement's property shows.")
    control: CallTemplate = described(
        "The same experiment, set up so that it must come out the other way.", changes="proof"
    )
    why: Text | None = described("What to tell somebody who misjudged it.", None)
    id: str = described("Name of the claim; it is counted when misjudged.", "")
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Claims(Question):
    """A question that asks four of its claims, at least one true and one false."""

    kind: ClassVar[str] = "claims"
    form: ClassVar[Form] = "pick_many"

    claims: tuple[Claim, ...] = described("At least six statements, true and false ones.")

    def draw(self, seed: int) -> dict[str, Any]:
        """Return the parameters, and in ``asked`` the indices of the claims in the order in which they are shown."""
        values = super().draw(seed)
        attempt = 0
        while True:
            asked = self._pick(seed, attempt)
            if len({self.claims[index].holds for index in asked}) == 2:
                return {**values, _ASKED: asked}
            attempt += 1

    def sample(self, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Return values with which every claim is asked at once."""
        found, complete = super().sample(limit)
        return [{**values, _ASKED: list(range(len(self.claims)))} for values in found], complete

    def faults(self) -> Iterable[Fault]:
        """Too few claims, claims of one side only, and two claims of one name."""
        if len(self.claims) < AT_LEAST:
            message = f"there are {len(self.claims)} claims, and a question needs at least {AT_LEAST}"
            yield Fault(self.at, message, "add claims, so that a review is not the last one again")
        for side in {True, False} - {claim.holds for claim in self.claims}:
            message = f"no claim is {str(side).lower()}"
            yield Fault(self.at, message, f"add a claim with holds: {str(side).lower()}")
        yield from repeated_ids(self.claims)
        yield from self._same_twice()
        for claim in self.claims:
            if claim.control.function != claim.proof.function:
                message = f"the control runs {claim.control.function}, and the experiment {claim.proof.function}"
                yield Fault(claim.control.at, message, "let the control change arguments of the experiment only")

    def _same_twice(self) -> Iterable[Fault]:
        said: set[Text] = set()
        for claim in self.claims:
            if claim.say in said:
                yield Fault(claim.at, "another claim says the same", "leave one of them out")
            said.add(claim.say)

    def _pick(self, seed: int, attempt: int) -> list[int]:
        left = list(range(len(self.claims)))
        number = drawn(self.key, self.rev, seed, _ASKED, attempt)
        asked = []
        for _ in range(min(ASKED, len(left))):
            number, at = divmod(number, len(left))
            asked.append(left.pop(at))
        return asked

    def asked(self, values: Mapping[str, Any]) -> tuple[Claim, ...]:
        """Return the claims that an instance asks, in its order."""
        return tuple(self.claims[index] for index in values[_ASKED])

    def options(self, values: Mapping[str, Any]) -> Sequence[Text]:
        """Return the statements to pick from."""
        return tuple(claim.say for claim in self.asked(values))

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return proof and control of every claim asked, in turns."""
        pairs = ((claim.proof, claim.control) for claim in self.asked(values))
        return tuple(call.fill(values) for pair in pairs for call in pair)

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return what the experiments found; in conflict where one contradicts its claim or its control agrees."""
        ran = values_of(outcomes)
        for outcome in ran:
            if not isinstance(outcome.value, bool):
                raise Unsettled(f"{outcome.call} gave {outcome.value}, and a claim needs true or false")
        proofs, controls = ran[::2], ran[1::2]
        found = [proof.value for proof in proofs]
        conflicts = [_conflict(*each) for each in zip(self.asked(values), proofs, controls, strict=True)]
        conflict = next((text for text in conflicts if text is not None), None)
        return Truth(found, tuple(_leg(outcome) for outcome in ran), Level.PROVED, conflict=conflict)

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read the numbers of the claims that hold: ``1 3``, ``1,3``, ``none`` or ``all``."""
        count = len(self.asked(values))
        plain = as_read(text).translate(_BRACKETS)
        word = plain.strip().lower()
        if not word:
            raise Unreadable("name the claims that hold, such as 1 3; at least one does", 0, 1)
        if word in _NONE:
            picked: set[int] = set()
        elif word in _ALL:
            picked = set(range(1, count + 1))
        else:
            picked = {_number(match, count) for match in _WORD.finditer(plain) if match[0].lower() not in _BETWEEN}
        held = [number in picked for number in range(1, count + 1)]
        return Reading(held, _listed(held, "en"))

    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """All right passes; the share judged rightly is the score."""
        hits = [given == found for given, found in zip(reading.value, truth.value, strict=True)]
        result = Result.RIGHT if all(hits) else Result.WRONG
        missed = [claim for claim, hit in zip(self.asked(values), hits, strict=True) if not hit]
        named = tuple(Diagnosis(claim.id, claim.why or claim.say) for claim in missed)
        return Verdict(result, sum(hits) / len(hits), reading, truth, named)

    def parts(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Part]:
        """Return every claim with whether its experiment says that it holds."""
        found = zip(self.asked(values), truth.value, strict=True)
        return [Part(number, claim.id, claim.say, holds) for number, (claim, holds) in enumerate(found, start=1)]

    def expected(self, truth: Truth, language: Language) -> str:
        """Return the numbers of the claims that hold."""
        return _listed(truth.value, language)

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Say how many were judged rightly, and which hold."""
        right = self.expected(verdict.truth, language)
        if verdict.result is Result.RIGHT:
            return say(language, "right", right=right)
        count = len(verdict.truth.value)
        return say(language, "claims_wrong", hits=round(verdict.score * count), count=count, right=right)

    def answer_note(self, language: Language) -> str:
        """Say how to name the claims."""
        return say(language, "claims")

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The numbers that hold in two spellings; the others; and what names no claim."""
        right = [str(number) for number, holds in enumerate(truth.value, start=1) if holds]
        other = [str(number) for number, holds in enumerate(truth.value, start=1) if not holds]
        count = len(truth.value)
        return Samples(
            correct=(" ".join(right), ",".join(reversed(right))),
            wrong=(" ".join(other), "none", "all"),
            unreadable=("", str(count + 1), "1 x", "-1", "1.5"),
        )


def _number(word: re.Match[str], count: int) -> int:
    if word[0].isascii() and word[0].isdigit() and 1 <= len(word[0]) <= 2 and 1 <= int(word[0]) <= count:
        return int(word[0])
    unread = first_unread(word[0])
    if unread is not None:
        raise Unreadable(refusal(word[0][unread]), word.start() + unread)
    sentence = "'{word}' names no claim; they are numbered 1 to {count}"
    raise Unreadable(sentence, word.start(), len(word[0]), word=word[0][:20], count=count)


def _listed(held: Sequence[bool], language: Language) -> str:
    return ", ".join(str(number) for number, holds in enumerate(held, start=1) if holds) or say(language, "none_hold")


def _leg(ran: Ran) -> Leg:
    return Leg(ran.kind, str(ran.call), ran.value, ran.call.function, ran.device, ran.ms, ran.evidence)


def _conflict(claim: Claim, proof: Ran, control: Ran) -> str | None:
    if proof.value is not claim.holds:
        return f"the bank says {str(claim.holds).lower()}, {proof.call} gave {str(proof.value).lower()}"
    if control.value is proof.value:
        return f"the control {control.call} came out as {proof.call} did, so the experiment proves nothing"
    return None
