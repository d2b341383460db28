"""The kinds of answer: one file each, and a line here."""

from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.number import Number
from dlquiz.core.kinds.shape import Shape
from dlquiz.core.questions import Question

KINDS: dict[str, type[Question]] = {kind.kind: kind for kind in (Number, Shape, Claims)}

__all__ = ["KINDS", "Claims", "Number", "Shape"]
