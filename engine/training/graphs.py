"""One computation twice: as a graph that is built first and run later, and as plain code that runs at once.

A static graph is data: it can be looked at, simplified and run again, but what the Python that builds it decides is
decided once, while it is built. Eager code decides anew in every run. (TensorFlow 1 built static graphs; TensorFlow 2
and PyTorch run eagerly unless they are told to compile.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import Refused

Operation = Literal["input", "constant", "add", "multiply", "where_positive"]


@dataclass(frozen=True, eq=False)
class Node:
    """An operation of a static graph and what it reads; nothing is computed until :meth:`run`."""

    operation: Operation
    reads: tuple["Node", ...] = ()
    name: str = ""
    value: float = 0.0

    def __add__(self, other: "Node | float") -> "Node":
        return Node("add", (self, constant(other)))

    def __mul__(self, other: "Node | float") -> "Node":
        return Node("multiply", (self, constant(other)))

    def __gt__(self, other: float) -> bool:
        raise Refused("a graph has no values while it is built, so Python cannot branch on one; use where_positive")

    def order(self) -> "list[Node]":
        """Return all nodes, each after those that it reads."""
        found: dict[Node, None] = {}

        def visit(node: "Node") -> None:
            if node not in found:
                for read in node.reads:
                    visit(read)
                found[node] = None

        visit(self)
        return list(found)

    def run(self, feed: Mapping[str, float]) -> float:
        """Return the value of the node for inputs by name; what two others read is computed once."""
        values: dict[Node, float] = {}
        for node in self.order():
            values[node] = node.compute([values[read] for read in node.reads], feed)
        return values[self]

    def compute(self, read: list[float], feed: Mapping[str, float]) -> float:
        """Return the value of this operation alone, for the values of what it reads."""
        match self.operation:
            case "input":
                return feed[self.name]
            case "constant":
                return self.value
            case "add":
                return read[0] + read[1]
            case "multiply":
                return read[0] * read[1]
            case "where_positive":
                return read[1] if read[0] > 0 else read[2]


def constant(value: Node | float) -> Node:
    """Return a node with a fixed value; a node is handed back as it is."""
    return value if isinstance(value, Node) else Node("constant", value=float(value))


def where_positive(test: Node, then: Node | float, otherwise: Node | float) -> Node:
    """Return a node that chooses in each run, as a static graph must.

    >>> x = Node("input", name="x")
    >>> graph = where_positive(x, x * 2, x * -1)
    >>> graph.run({"x": 3.0}), graph.run({"x": -3.0})
    (6.0, 3.0)
    """
    return Node("where_positive", (test, constant(then), constant(otherwise)))


def polynomial_graph(coefficients: Sequence[float]) -> Node:
    """Return the graph of Σ cᵢ·xⁱ by Horner's rule, of one input called x; the lowest coefficient comes first.

    >>> polynomial_graph([1.0, 0.0, 2.0]).run({"x": 3.0})
    19.0
    """
    x = Node("input", name="x")
    total = constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = x * total + coefficient
    return total


def polynomial_eager(coefficients: Sequence[float], x: float) -> float:
    """Return the same at once, by the same rule."""
    total = float(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = x * total + coefficient
    return total


def traced(branches: Callable[[float], bool], then: Node, otherwise: Node, example: float) -> Node:
    """Return what a tracer keeps of ``if branches(x)``: the branch that one example takes, for every later input.

    >>> x = Node("input", name="x")
    >>> traced(lambda value: value > 0, x * 2, x * -1, example=3.0).run({"x": -3.0})  # eager code gives 3
    -6.0
    """
    return then if branches(example) else otherwise
