"""Kind ``order``: items put in the order of what their runs give. Ties are refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, ClassVar

from dlquiz.core.calls import NOWHERE, CallTemplate, Place
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.figures import is_rounded_to
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.number import is_number
from dlquiz.core.kinds.picking import ASKED, in_order, picked, shuffled
from dlquiz.core.oracle import Call, Outcome
from dlquiz.core.phrases import say, text_of
from dlquiz.core.questions import Fault, Form, Part, Question, Samples, Shown, described, repeated_ids
from dlquiz.core.texts import Language, Text
from dlquiz.core.values import from_json, show
from dlquiz.core.verdicts import Diagnosis, Leg, Level, Reading, Result, Truth, Unsettled, Verdict, values_of

AT_LEAST = 3
"""Two items are ordered rightly by every second guess."""
_ROUNDED = 10_000
"""Whole figures that this divides count in thousands or more."""
_BEGINNING = 40
"""Characters by which an item without an id is told."""
ASKED_AT_MOST = 5
"""How many of its items an instance asks: an order of more is a chore."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Item:
    """Something to put in its place: what is said of it, and the run that gives its size."""

    say: Text = described("What stands in the list.")
    by: CallTemplate = described("The engine call whose value it is ordered by.")
    formula: Formula | None = described(
        "What the author believes that value to be: a whole number exactly, any other in the order of the runs.", None
    )
    value: Fraction | None = described("The published figure for it.", None, key="is")
    source: str | None = described("Where that figure was published, exactly.", None)
    id: str = described("Name of the item; wrong orders refer to it.", "")
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WrongOrder:
    """A wrong idea that puts the items in another order."""

    id: str = described("Name of the wrong idea; it is shown and counted.")
    by: Mapping[str, Any] = described("The size that somebody with this idea gives to each item, by the item's id.")
    says: Text = described("What to tell somebody who has this idea.")
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Order(Question):
    """A question that is answered by the numbers of its items in order, from the smallest or from the largest."""

    kind: ClassVar[str] = "order"
    form: ClassVar[Form] = "arrange"

    items: tuple[Item, ...] = described("At least three things to put in order; an instance asks five of them at most.")
    descending: bool = described("Whether the largest comes first.", False)
    misconceptions: tuple[WrongOrder, ...] = described("Wrong orders that are diagnosed by name.", ())

    def draw(self, seed: int) -> dict[str, Any]:
        """Return the parameters, and in ``asked`` the indices of the items in the order in which they are shown."""
        return {**super().draw(seed), ASKED: shuffled(self.key, self.rev, seed, len(self.items), ASKED_AT_MOST)}

    def sample(self, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Return values with which every item is asked at once."""
        found, complete = super().sample(limit)
        return [{**values, ASKED: list(range(len(self.items)))} for values in found], complete

    def faults(self) -> Iterable[Fault]:
        """Too few items, a figure without its source, two items of one name, and wrong orders that leave items out."""
        if len(self.items) < AT_LEAST:
            yield Fault(
                self.at, f"there are {len(self.items)} items, and an order has at least {AT_LEAST}", "add items"
            )
        for item in self.items:
            if (item.value is None) != (item.source is None):
                yield Fault(item.at, "a figure and its source belong together", "write is: and source:, or neither")
        yield from repeated_ids(self.items)
        yield from repeated_ids(self.misconceptions)
        named = {item.id for item in self.items}
        for wrong in self.misconceptions:
            if named ^ set(wrong.by):
                lost = min(named ^ set(wrong.by))
                message = (
                    f"{self._called(lost)} has no size in this order"
                    if lost in named
                    else f"no item has the id '{lost}'"
                )
                yield Fault(wrong.at, message, "give each item an id:, and a size to each of them")
            elif not all(is_number(size) for size in wrong.by.values()):
                yield Fault(wrong.at, "the sizes of a wrong order are numbers", "write {item-id: 3, ...}")

    def _called(self, name: str) -> str:
        """Return the id of an item; of one without an id, which it is and how its text begins."""
        if name:
            return f"'{name}'"
        number, item = next((number, item) for number, item in enumerate(self.items, start=1) if not item.id)
        begins = next((part for part in item.say.en.parts if isinstance(part, str)), "")
        return f"item {number}, which has no id ('{begins[:_BEGINNING]}'),"

    def asked(self, values: Mapping[str, Any]) -> tuple[Item, ...]:
        """Return the items that an instance asks, in the order in which they are shown."""
        return tuple(self.items[index] for index in values[ASKED])

    def options(self, values: Mapping[str, Any]) -> Sequence[Text]:
        """Return what there is to put in order."""
        return tuple(item.say for item in self.asked(values))

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the call of every item asked."""
        return tuple(item.by.fill(values) for item in self.asked(values))

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return the numbers of the items in the order of what their runs gave; a tie is a conflict."""
        items, ran = self.asked(values), values_of(outcomes)
        sizes = [from_json(outcome.value) for outcome in ran]
        for outcome, size in zip(ran, sizes, strict=True):
            if not is_number(size) or size != size:
                raise Unsettled(f"{outcome.call} gave {show(size)}, and items are ordered by numbers")
        legs = [
            Leg(one.kind, str(one.call), size, one.call.function, one.device, one.ms, one.evidence)
            for one, size in zip(ran, sizes, strict=True)
        ]
        believed = _believed(items, values)
        conflict = self._conflict(items, sizes, believed)
        level = (
            Level.PROVED if all(_backed(item, leg) for item, leg in zip(items, legs, strict=True)) else Level.COMPUTED
        )
        legs += [Leg("closed_form", str(items[at].formula), size) for at, size in believed.items()]
        return Truth(self._sorted(sizes), tuple(legs), level, conflict=conflict, options=tuple(sizes))

    def _sorted(self, sizes: Sequence[Any]) -> list[int]:
        """Return the numbers of the items, counted from 1, in the order asked for."""
        return sorted(range(1, len(sizes) + 1), key=lambda number: sizes[number - 1], reverse=self.descending)

    def _conflict(self, items: Sequence[Item], sizes: Sequence[Any], believed: Mapping[int, Any]) -> str | None:
        """Return why the order is none: two items tie, formulas order them otherwise, or a size is not as written."""
        for one, other in combinations(range(len(items)), 2):
            ran = f"{show(sizes[one])} and {show(sizes[other])}"
            if sizes[one] == sizes[other]:
                return f"the runs give {ran} for the items {one + 1} and {other + 1}, which have no order"
            known = one in believed and other in believed
            if known and _compared(believed[one], believed[other]) != _compared(sizes[one], sizes[other]):
                written = f"{show(believed[one])} and {show(believed[other])}"
                return f"the formulas give {written} for the items {one + 1} and {other + 1}, and the runs {ran}"
        for at, (item, size) in enumerate(zip(items, sizes, strict=True)):
            if at in believed and _are_whole(believed[at], size) and believed[at] != size:
                written = f"the formula {item.formula} gives {show(believed[at])} for the item {at + 1}"
                return f"{written}, and {item.by.function} gives {show(size)}"
            if item.value is not None and not _meets(size, item.value):
                return f"{item.by.function} gives {show(size)}, and {item.source} says {show(item.value)}"
        return None

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read the numbers of all items in their order: ``2 1 3``, ``2,1,3``, ``2 → 1 → 3`` or ``213``."""
        count = len(values[ASKED])
        found = picked(text, count)
        seen: set[int] = set()
        for number, start, length in found:
            if number in seen:
                raise Unreadable("{number} stands there twice", start, length, number=number)
            seen.add(number)
        left = [number for number in range(1, count + 1) if number not in seen]
        if left:
            raise Unreadable("still to be put in their places: {numbers}", max(len(text) - 1, 0), 1, numbers=left)
        order = [number for number, _, _ in found]
        return Reading(order, in_order(order))

    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """The whole order is right or wrong; the score is the share of pairs that stand in the right order."""
        if reading.value == truth.value:
            return Verdict(Result.RIGHT, 1.0, reading, truth)
        place = {number: at for at, number in enumerate(reading.value)}
        pairs = list(combinations(truth.value, 2))
        score = sum(place[first] < place[second] for first, second in pairs) / len(pairs)
        return Verdict(Result.WRONG, score, reading, truth, tuple(self._diagnosed(reading, truth, values)))

    def _diagnosed(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Iterable[Diagnosis]:
        for wrong in self.misconceptions:
            sizes = [wrong.by[item.id] for item in self.asked(values)]
            if len(set(sizes)) == len(sizes) and reading.value == self._sorted(sizes):
                yield Diagnosis(wrong.id, wrong.says)
        if reading.value == truth.value[::-1]:
            yield Diagnosis("reversed", text_of("reversed"))

    def shown(self, verdict: Verdict, values: Mapping[str, Any]) -> Sequence[Shown]:
        """Return the items in the right order with what their runs gave; a mark says whether each was in its place."""
        items, truth = self.asked(values), verdict.truth
        placed = zip(truth.value, verdict.reading.value, strict=True)
        return [
            Shown(number, items[number - 1].say, number == given, show(truth.options[number - 1]))
            for number, given in placed
        ]

    def parts(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Part]:
        """Return every item, as it is numbered, with what its run gave."""
        sized = zip(self.asked(values), truth.options, strict=True)
        return [Part(number, item.id, item.say, size) for number, (item, size) in enumerate(sized, start=1)]

    def expected(self, truth: Truth, language: Language) -> str:
        """Return the numbers of the items in the right order."""
        return in_order(truth.value)

    def told(self, truth: Truth, values: Mapping[str, Any], language: Language) -> str:
        """Return the texts of the items in the right order."""
        options = self.options(values)
        return " → ".join(options[number - 1].fill(language, values) for number in truth.value)

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Say which order is right, and which was given."""
        right = self.expected(verdict.truth, language)
        return say(language, verdict.result.value, right=right, given=verdict.reading.text)

    def answer_note(self, language: Language) -> str:
        """Say from which end, and how to write the order."""
        return say(language, "largest_first" if self.descending else "smallest_first")

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The order in three spellings; two neighbours exchanged, and the reverse; and what is no whole order."""
        right = [str(number) for number in truth.value]
        exchanged = [right[1], right[0], *right[2:]]
        return Samples(
            correct=(" ".join(right), ",".join(right), " → ".join(right)),
            wrong=(" ".join(exchanged), " ".join(right[::-1])),
            unreadable=("", " ".join(right[1:]), " ".join([*right, right[0]]), f"{len(right) + 1} 1", "?"),
        )


def _believed(items: Sequence[Item], values: Mapping[str, Any]) -> dict[int, Any]:
    """Return what the formulas give, by the place of their items."""
    found = {}
    for at, item in enumerate(items):
        if item.formula is not None:
            try:
                found[at] = item.formula.evaluate(values)
            except Undefined as error:
                raise Unsettled(f"the formula {item.formula} has no value here: {error}") from error
    return found


def _compared(one: Any, other: Any) -> int:
    """Return -1, 0 or 1 as the first is smaller, equal or larger."""
    return int(one > other) - int(one < other)


def _are_whole(*sizes: Any) -> bool:
    return all(isinstance(size, int) and not isinstance(size, bool) for size in sizes)


def _backed(item: Item, leg: Leg) -> bool:
    """Whether something else than a formula gave the size, and a formula or a figure stands beside it."""
    return leg.kind != "closed_form" and (item.formula is not None or item.value is not None)


def _meets(size: Any, figure: Fraction) -> bool:
    """Whether a run gives a figure: a whole one exactly, unless it ends with so many zeros that it was rounded."""
    if figure.denominator == 1 and isinstance(size, int) and figure % _ROUNDED:
        return size == figure
    return is_rounded_to(size, figure)
