"""A tolerance beside the answers that it is for: wide enough for people who round, too narrow for anything wrong."""

from collections.abc import Mapping
from typing import Any

from dlquiz.banks.proving.brief import setting
from dlquiz.banks.proving.rounding import CLOSE, NARROW, WIDE, Rounding
from dlquiz.banks.proving.slipped import Slipped
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.values import show
from dlquiz.core.verdicts import Truth

Problem = tuple[str, str, str]
"""A code, a message, and a fix."""


class Suiting:
    """What the instances of a question show of its tolerance."""

    def __init__(self, question: Computed, tolerance: Tolerance) -> None:
        self._rounding = Rounding(tolerance)
        self._slipped = Slipped(question, tolerance)
        self._rough = ""

    @property
    def slipped_instances(self) -> int:
        """On how many instances wrong values should be tried."""
        return self._slipped.instances

    def see(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Take in how far the ways to the answer are apart on an instance."""
        apart = self._rounding.see([leg.value for leg in truth.legs], values)
        if apart <= CLOSE or self._rough:
            return
        first, other = truth.legs[0], truth.legs[-1]
        told = f"{first.what} gives {show(first.value)}, {other.what} gives {show(other.value)}"
        self._rough = f"{told}, which are further apart than rounding{setting(values)}"

    def try_slips(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Take in which wrong values pass on an instance."""
        self._slipped.see(truth, values)

    @property
    def of_slips(self) -> Problem | None:
        """What is wrong with what passes."""
        problem = self._slipped.problem
        return None if problem is None else ("DQ433", *problem)

    @property
    def of_width(self) -> Problem | None:
        """What is wrong with how wide it is, beside the answers and beside how closely the ways to them agree."""
        if not self._rounding.width:
            return None
        rounding = self._rounding
        if self._rough and not rounding.is_for_a_sample:
            fix = (
                "correct the formula or the call, whichever is wrong; where the run is a sample, write a tolerance of "
            )
            return "DQ406", self._rough, f"{fix}more than {100 * WIDE:.0f} %, such as {{rel: 0.05}}"
        if rounding.is_for_a_sample and not self._rough:
            message = f"{rounding.typical} is {100 * rounding.width:.0f} % of it, though every way gives it exactly"
            fix = f"write tolerance: {{rel: 0.01}}, or at most {100 * WIDE:.0f} % of the answer: enough for rounding"
            return "DQ432", message, fix
        if rounding.width < NARROW:
            message = f"{rounding.typical} is {rounding.width:.0e} of it, and nobody types so many digits"
            return "DQ432", message, "write tolerance: {rel: 0.01}, or no tolerance: where the answer is whole"
        return None
