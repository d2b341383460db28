"""Kind ``choice``: one of several options, whose values are computed; exactly one of them equals the answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dlquiz.core.calls import NOWHERE, CallTemplate, Place
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.kinds.number import is_number, same_numbers
from dlquiz.core.kinds.picking import ASKED, picked, shuffled
from dlquiz.core.oracle import Call, Outcome
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Form, Part, Samples, Shown, described, repeated_ids
from dlquiz.core.texts import Language, Template, Text
from dlquiz.core.values import from_json, show
from dlquiz.core.verdicts import Diagnosis, Reading, Result, Truth, Unsettled, Verdict, values_of

AT_LEAST, AT_MOST = 3, 9
"""How many options a question has: fewer are guessed, and more have no key."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Option:
    """Something to pick, and the value that it stands for."""

    say: Text | None = described("What the option says; its value is shown where nothing is said.", None)
    value: Formula | None = described("The value that it stands for.", None)
    engine: CallTemplate | None = described("The same as an engine call, where a formula cannot say it.", None)
    why: Text | None = described("What to tell somebody who picks it wrongly.", None, names=("answer",))
    id: str = described("Name of the wrong idea behind it; it is counted when picked.", "")
    at: Place = NOWHERE

    @property
    def text(self) -> Text:
        """What is shown to pick from."""
        if self.say is not None:
            return self.say
        assert self.value is not None, "an option without words is one with a formula"
        parts = self.value.parts
        between = [piece for part in parts for piece in (", ", part)][1:]
        return Text(Template(("(", *between, ")") if self.value.listed else parts))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Choice(Computed):
    """A question that is answered by the number of an option."""

    kind: ClassVar[str] = "choice"
    form: ClassVar[Form] = "pick_one"

    choices: tuple[Option, ...] = described("What there is to pick from; exactly one equals the answer.", key="options")

    def draw(self, seed: int) -> dict[str, Any]:
        """Return the parameters, and in ``asked`` the indices of the options in the order in which they are shown."""
        count = len(self.choices)
        return {**super().draw(seed), ASKED: shuffled(self.key, self.rev, seed, count, count)}

    def sample(self, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Return values with the options in the order in which they are written: the order changes no answer."""
        found, complete = super().sample(limit)
        return [{**values, ASKED: list(range(len(self.choices)))} for values in found], complete

    def faults(self) -> Iterable[Fault]:
        """Too few options or too many, one without words or value, and wrong ideas beside the options."""
        yield from super().faults()
        if not AT_LEAST <= len(self.choices) <= AT_MOST:
            message = f"there are {len(self.choices)} options, and a choice has {AT_LEAST} to {AT_MOST}"
            yield Fault(self.at, message, "add options, or take some out")
        for option in self.choices:
            if (option.value is None) == (option.engine is None):
                yield Fault(option.at, "an option has either a value or an engine call", "write one of them")
            elif option.say is None and option.value is None:
                yield Fault(option.at, "an option that is an engine call needs words", "add say:")
        for idea in self.misconceptions:
            yield Fault(idea.at, "the options of a choice are its wrong ideas", "give the option an id: and a why:")
        yield from repeated_ids(self.choices)

    def asked(self, values: Mapping[str, Any]) -> tuple[Option, ...]:
        """Return the options in the order of the instance."""
        return tuple(self.choices[index] for index in values[ASKED])

    def options(self, values: Mapping[str, Any]) -> Sequence[Text]:
        """Return the texts to pick from."""
        return tuple(option.text for option in self.asked(values))

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the calls of the answer, then those of the options."""
        asked = (option.engine for option in self.asked(values) if option.engine is not None)
        return (*super().calls(values), *(call.fill(values) for call in asked))

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return the answer with what every option stands for; in conflict unless exactly one equals it."""
        own = len(super().calls(values))
        truth = super().settle(values, outcomes[:own])
        ran = iter(values_of(outcomes[own:]))
        asked = self.asked(values)
        found = (_value(one.value, values) if one.value is not None else from_json(next(ran).value) for one in asked)
        truth = replace(truth, options=tuple(found))
        return replace(truth, conflict=truth.conflict or self._ambiguous(truth))

    def _ambiguous(self, truth: Truth) -> str | None:
        right = self._right(truth)
        if len(right) == 1:
            return None
        if not right:
            return f"no option equals the answer {show(truth.value)}"
        numbers = f"{', '.join(map(str, right[:-1]))} and {right[-1]}"
        return f"the options {numbers} {'both' if len(right) == 2 else 'all'} equal the answer {show(truth.value)}"

    def _right(self, truth: Truth) -> list[int]:
        """Return the numbers of the options that equal the answer."""
        within = self.answer.tolerance
        options = enumerate(truth.options, start=1)
        return [number for number, value in options if self.same(value, truth.value, within)]

    def same(self, one: Any, other: Any, tolerance: Tolerance | None) -> bool:
        """Equal, numbers within the tolerance."""
        if is_number(one) and is_number(other):
            return same_numbers(one, other, tolerance)
        return type(one) is type(other) and bool(one == other)

    def problem(self, value: Any) -> str | None:
        """Any value may be chosen from options; a number that is not whole needs a tolerance."""
        whole = not is_number(value) or isinstance(value, int) or value == int(value)
        return None if whole or self.answer.tolerance is not None else "a number that is not whole needs a tolerance"

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read the number or the letter of one option."""
        found = picked(text, len(values[ASKED]))
        if not found:
            raise Unreadable("name one option by its number, such as 2", 0, max(len(text), 1))
        if len(found) > 1:
            raise Unreadable("only one option is asked for", found[1][1], found[1][2])
        return Reading(found[0][0], str(found[0][0]))

    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """Compare what the option stands for with the truth."""
        option, value = self.asked(values)[reading.value - 1], truth.options[reading.value - 1]
        within = self.answer.tolerance
        if self.same(value, truth.value, within):
            return Verdict(Result.RIGHT, 1.0, reading, truth)
        for convention, elsewhere in zip(self.other_conventions, truth.elsewhere, strict=True):
            if elsewhere is not None and self.same(value, elsewhere, within):
                return Verdict(Result.ELSEWHERE, 0.0, reading, truth, (Diagnosis("other-convention", convention.says),))
        named = () if option.why is None else (Diagnosis(option.id, option.why),)
        return Verdict(Result.WRONG, 0.0, reading, truth, named)

    def shown(self, verdict: Verdict, values: Mapping[str, Any]) -> Sequence[Shown]:
        """Return every option with its value; the right one and a wrong pick are marked."""
        right, given = self._right(verdict.truth), verdict.reading.value
        valued = zip(self.asked(values), verdict.truth.options, strict=True)
        return [
            Shown(number, option.text, number in right if number in (*right, given) else None, _remark(option, value))
            for number, (option, value) in enumerate(valued, start=1)
        ]

    def parts(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Part]:
        """Return every option with the value that it stands for."""
        right, valued = self._right(truth), zip(self.asked(values), truth.options, strict=True)
        return [
            Part(number, option.id, option.text, value, number in right)
            for number, (option, value) in enumerate(valued, start=1)
        ]

    def expected(self, truth: Truth, language: Language) -> str:
        """Return the number of the right option."""
        return ", ".join(map(str, self._right(truth)))

    def told(self, truth: Truth, values: Mapping[str, Any], language: Language) -> str:
        """Return the text of the right option."""
        options = self.options(values)
        return ", ".join(options[number - 1].fill(language, values) for number in self._right(truth))

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Return "Option 2, not 1."; an option of 1 is not option 1."""
        right = self.expected(verdict.truth, language)
        return say(language, f"choice_{verdict.result.value}", right=right, given=verdict.reading.text)

    def answer_note(self, language: Language) -> str:
        """Say how to name an option."""
        return say(language, "choice")

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The number and the letter of the right option; the other numbers; and what names no option, or two."""
        count, (right, *_) = len(truth.options), self._right(truth)
        others = [str(number) for number in range(1, count + 1) if number != right]
        return Samples(
            correct=(str(right), f" {right}. ", "abcdefghi"[right - 1], "ABCDEFGHI"[right - 1]),
            wrong=tuple(others),
            unreadable=("", str(count + 1), "1 2", "0", "none"),
        )


def _value(formula: Formula, values: Mapping[str, Any]) -> Any:
    try:
        return formula.evaluate(values)
    except Undefined as error:
        raise Unsettled(f"the option {formula} has no value here: {error}") from error


def _remark(option: Option, value: Any) -> str:
    """Return the value of an option, unless that is what it says anyway."""
    return "" if option.say is None else show(value)
