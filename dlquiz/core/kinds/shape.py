"""Kind ``shape``: a list of whole numbers, all of them exact."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from dlquiz.core.expressions import Undefined, Unreadable, parse_list
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Samples
from dlquiz.core.texts import Language
from dlquiz.core.values import show
from dlquiz.core.verdicts import Reading, Truth


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class Shape(Computed):
    """A question that is answered by a shape: ``2,3``, ``(2, 3)``, ``2x3`` and ``[2,3]`` are the same answer."""

    kind: ClassVar[str] = "shape"

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read whole numbers, each of which may be arithmetic."""
        sizes = []
        parts = parse_list(text)
        if len(parts) == 1 and not parts[0].names and not isinstance(parts[0].tree, int):
            raise Unreadable("the sizes of a shape stand apart: write 64, 56, 56", 0, max(len(text), 1))
        for part in parts:
            if part.names:
                name = min(part.names, key=text.find)
                sentence = "a shape is made of numbers, and '{name}' is none"
                raise Unreadable(sentence, max(text.find(name), 0), len(name), name=name)
            try:
                sizes.append(part.evaluate({}))
            except Undefined as error:
                raise Unreadable("this has no value: {why}", 0, max(len(text), 1), why=error.sentence) from error
        broken = next((size for size in sizes if not _is_whole(size)), None)
        if broken is not None:
            raise Unreadable("a size is a whole number, and {size} is not", 0, max(len(text), 1), size=show(broken))
        return Reading(sizes, show(sizes))

    def same(self, one: Any, other: Any, tolerance: Tolerance | None) -> bool:
        """Equal, size by size."""
        return self.problem(one) is None and self.problem(other) is None and list(one) == list(other)

    def problem(self, value: Any) -> str | None:
        """A list of whole numbers."""
        if isinstance(value, Sequence) and not isinstance(value, str) and all(_is_whole(size) for size in value):
            return None
        return "a shape is a list of whole numbers"

    def faults(self) -> Iterable[Fault]:
        """A tolerance, which sizes do not have, beside what every computed answer may have."""
        yield from super().faults()
        if self.answer.tolerance is not None:
            yield Fault(self.answer.at, "the sizes of a shape are exact", "leave tolerance: out")

    def answer_note(self, language: Language) -> str:
        """Say what a shape looks like."""
        return say(language, "shape")

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The sizes in four spellings; one size off, one size short; and what is no shape."""
        sizes = [str(size) for size in truth.value]
        commas = ", ".join(sizes)
        off = ", ".join([str(truth.value[0] + 1), *sizes[1:]])
        return Samples(
            correct=(commas, f"({commas})", f"[{commas}]", "x".join(sizes)),
            wrong=(off, ", ".join([*sizes, "1"])),
            unreadable=("", f"({commas}", f"{commas}, y", "3.5, 2"),
        )
