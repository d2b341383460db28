"""What an answer may write: layers, a number or a mask; how it is read, and what counts as its form."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlquiz.core.building.layers import LAYERS, LayerName
from dlquiz.core.building.mask import MOST_ROWS, read_mask, write_mask
from dlquiz.core.building.stack import read_stack
from dlquiz.core.calls import NOWHERE, Place
from dlquiz.core.expressions import Unreadable
from dlquiz.core.expressions.functions import number
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.number import read_number
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, described
from dlquiz.core.texts import Language
from dlquiz.core.values import show
from dlquiz.core.verdicts import Reading


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Range:
    """Between which numbers an answer may lie."""

    at_least: Fraction | None = described("The lowest number.", None)
    at_most: Fraction | None = described("The highest number.", None)
    above: Fraction | None = described("The number has to be larger than this.", None)
    below: Fraction | None = described("The number has to be smaller than this.", None)

    def check(self, reading: Reading, text: str) -> Reading:
        """Return the reading of a number in the range; raises Unreadable."""
        kept = {
            "at_least": self.at_least is None or reading.value >= self.at_least,
            "above": self.above is None or reading.value > self.above,
            "at_most": self.at_most is None or reading.value <= self.at_most,
            "below": self.below is None or reading.value < self.below,
        }
        for bound, keeps in kept.items():
            if not keeps:
                raise Unreadable(_OUT_OF_RANGE[bound], 0, max(1, len(text)), bound=show(getattr(self, bound)))
        return reading

    def told(self, language: Language) -> str:
        """Return the bounds in words; nothing where there are none."""
        bounds = ((name, getattr(self, name)) for name in _OUT_OF_RANGE)
        said = [say(language, f"bound_{name}", wanted=show(bound)) for name, bound in bounds if bound is not None]
        return say(language, "and").join(said)


_OUT_OF_RANGE = {
    "at_least": "the number has to be at least {bound}",
    "above": "the number has to be above {bound}",
    "at_most": "the number has to be at most {bound}",
    "below": "the number has to be below {bound}",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Allow:
    """What may be written: one of three things."""

    layers: tuple[LayerName, ...] = described(
        "The layers that a stack may have; k=3 s=2 writes the first with one.", ()
    )
    number: Range | None = described("A number, in a range.", None)
    mask: Formula | None = described("A mask: how many rows and columns, or [rows, columns].", None)
    at: Place = NOWHERE

    def faults(self) -> Iterable[Fault]:
        """Nothing that may be written, or several things; a mask of neither one size nor two."""
        if sum((bool(self.layers), self.number is not None, self.mask is not None)) != 1:
            fix = "write one of layers: [Conv2d], number: {above: 0} and mask: n"
            yield Fault(self.at, "an answer is either layers, a number or a mask", fix)
        if self.mask is not None and len(self.mask.parts) not in (1, 2):
            yield Fault(self.at, "a mask has rows and columns", "write mask: n, or mask: [rows, columns]")

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Return what a text writes, as it crosses the wire; raises Unreadable, and Undefined for a mask's size."""
        if self.number is not None:
            return self.number.check(read_number(text), text)
        if self.mask is not None:
            mask = read_mask(text, *self.size(values))
            return Reading(mask, write_mask(mask))
        stack = read_stack(text, self.layers)
        return Reading([layer.to_json() for layer in stack], ", ".join(map(str, stack)))

    def size(self, values: Mapping[str, Any]) -> tuple[int, int]:
        """Return the rows and columns of the mask, no more than can be written."""
        assert self.mask is not None, "an answer that is no mask has no size"
        rows, *columns = (min(MOST_ROWS, max(1, int(number(part.evaluate(values))))) for part in self.mask.parts)
        return rows, columns[0] if columns else rows

    def form(self, text: str, values: Mapping[str, Any]) -> Hashable:
        """Return what two answers share that are of one form: a number, a mask, or layers but for their sizes."""
        if self.layers:
            return tuple(layer.form() for layer in read_stack(text, self.layers))
        return self.read(text, values).text

    def note(self, language: Language, values: Mapping[str, Any] | None = None) -> str:
        """Return what a readable answer looks like."""
        if self.number is not None:
            bounds = self.number.told(language)
            return say(language, "a_number_within" if bounds else "a_number", bounds=bounds)
        if self.mask is not None:
            return say(language, "a_mask")
        names = ", ".join(self.layers)
        windowed = next((name for name in self.layers if LAYERS[name].parameter("kernel_size")), None)
        return say(language, "a_window_or_stack" if windowed else "a_stack", names=names, windowed=windowed)

    def unreadable(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return texts that are never read."""
        if self.number is not None:
            return ("", "x", "1 +", "ReLU()", "9**9**9")
        if self.mask is not None:
            rows, columns = self.size(values)
            return ("", "2", "x", "/".join(["1" * columns] * (rows + 1)), "1" * (columns + 1))
        first = self.layers[0]
        return ("", f"{first}(", f"{first}(unknown=3)", "Layer9d(3)", "k = 3 k = 3", f"{first}(3))", "3")
