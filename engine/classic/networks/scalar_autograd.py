"""Automatic differentiation in reverse, for single numbers: a graph is recorded forward and read backward.

Source: Linnainmaa 1970 (reverse accumulation); Baydin, Pearlmutter, Radul & Siskind 2018, "Automatic Differentiation
in Machine Learning: a Survey".
"""

import math
from collections.abc import Sequence


class Value:
    """A number that remembers which numbers it came from, and its slope by each of them.

    >>> x = Value(3.0)
    >>> y = x * x + x
    >>> y.backward()
    >>> y.data, x.grad
    (12.0, 7.0)
    """

    def __init__(
        self, data: float, parents: Sequence["Value"] = (), slopes: Sequence[float] = (), op: str = ""
    ) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.slopes = tuple(slopes)
        """∂self/∂parent for each parent: the local derivatives, known as soon as the operation ran."""
        self.op = op

    def __add__(self, other: "Value") -> "Value":
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __sub__(self, other: "Value") -> "Value":
        return Value(self.data - other.data, (self, other), (1.0, -1.0), "-")

    def __mul__(self, other: "Value") -> "Value":
        return Value(self.data * other.data, (self, other), (other.data, self.data), "*")

    def __truediv__(self, other: "Value") -> "Value":
        slopes = (1 / other.data, -self.data / other.data**2)
        return Value(self.data / other.data, (self, other), slopes, "/")

    def exp(self) -> "Value":
        """Return e to this power."""
        power = math.exp(self.data)
        return Value(power, (self,), (power,), "exp")

    def log(self) -> "Value":
        """Return the natural logarithm."""
        return Value(math.log(self.data), (self,), (1 / self.data,), "log")

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent."""
        a = math.tanh(self.data)
        return Value(a, (self,), (1 - a * a,), "tanh")

    def sigmoid(self) -> "Value":
        """Return 1/(1 + e^-z), computed as ½(1 + tanh(z/2)), which never overflows."""
        a = (1 + math.tanh(self.data / 2)) / 2
        return Value(a, (self,), (a * (1 - a),), "sigmoid")

    def relu(self) -> "Value":
        """Return max(0, z); its slope at 0 is 0."""
        return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,), "relu")

    def backward(self) -> None:
        """Set ``grad`` of every number below to ∂self/∂it.

        Each number's gradient is complete before it is passed on, since all that uses it comes first in the order, and
        what comes back along several uses is *added*: the derivative of a sum over paths.
        """
        order = topological_order(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad


def topological_order(root: Value) -> list[Value]:
    """Return the graph below ``root`` so that every number comes after all that it was made from, each once.

    >>> x = Value(2.0)
    >>> [node.op for node in topological_order((x * x).exp())]
    ['', '*', 'exp']
    """
    order: list[Value] = []
    seen: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in reversed(node.parents))
    return order
