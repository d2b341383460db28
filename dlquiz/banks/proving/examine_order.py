"""What is asked of orders: the formulas are what the runs give, up to one unit, and not only in the same order.

A formula that is off and still orders its item rightly shows no error on any instance, and teaches a wrong rule. All
formulas of a question may count in another unit than the runs, so what is compared is the ratio between the two.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.proving.brief import brief, setting
from dlquiz.banks.proving.directions import descends
from dlquiz.banks.proving.examination import Examination
from dlquiz.banks.proving.rounding import WIDE, outliers
from dlquiz.core.kinds.order import Order
from dlquiz.core.oracle import Outcome
from dlquiz.core.texts import LANGUAGES, Template
from dlquiz.core.verdicts import Truth

_FEWEST = 3
"""Of two ratios nobody can say which is the wrong one; so few formulas count in the unit of the runs."""


class OrderExamination(Examination):
    """An order under examination."""

    question: Order

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and the formulas that are not what the runs give."""
        super().settle(values, outcomes, truth)
        asked = enumerate(zip(self.question.asked(values), truth.options, strict=True))
        believed = {place: item.formula.evaluate(values) for place, (item, _) in asked if item.formula is not None}
        ratios = {place: _ratio(truth.options[place], one) for place, one in believed.items() if one}
        if truth.conflict is not None:
            return
        found = list(ratios.values())
        of_one_unit = len(found) >= _FEWEST
        for number in outliers(found) if of_one_unit else (at for at, one in enumerate(found) if abs(one - 1) > WIDE):
            place = list(ratios)[number]
            item = self.question.items[place]
            message = f"the formula gives {brief(believed[place])} and the run {brief(truth.options[place])}"
            message += f", {found[number]:.6g} times as much{', as for no other item' if of_one_unit else ''}"
            message += setting(values)
            self.tally.note(item.at, "DQ406", message, "correct the formula or the call, whichever is wrong")

    def finish(self) -> None:
        """Take in what holds of its texts, and a prompt that asks for the other end first."""
        super().finish()
        prompt, descending = self.question.prompt, self.question.descending
        asked = (descends(_plain(prompt.template(language))) for language in LANGUAGES)
        if (not descending) in asked:
            ends = ("the largest", "the smallest")
            first, marked = ends if not descending else ends[::-1]
            message = f"the prompt asks for {first} first, and the order is marked with {marked} first"
            fix = f"write descending: {'false' if descending else 'true'}, or turn the prompt round"
            self.tally.note(self.question.at, "DQ429", message, fix)


def _plain(template: Template) -> str:
    return "".join(part if isinstance(part, str) else "…" for part in template.parts)


def _ratio(size: Any, believed: Any) -> float:
    """Return how many times as much a run gives; infinite where a number is too large for that."""
    try:
        return float(size) / float(believed)
    except (OverflowError, ZeroDivisionError):  # a believed value may be too small for a float, too
        return math.inf
