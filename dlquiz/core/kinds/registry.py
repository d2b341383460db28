"""The kinds of answer by their names: one file each, and a line here."""

from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.kinds.number import Number
from dlquiz.core.kinds.order import Order
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.kinds.shape import Shape
from dlquiz.core.questions import Question

KINDS: dict[str, type[Question]] = {
    kind.kind: kind for kind in (Number, Shape, Symbolic, Choice, Claims, Order, Construct, Recall)
}

__all__ = ["KINDS", "Choice", "Claims", "Construct", "Number", "Order", "Recall", "Shape", "Symbolic"]
