"""Values put for some of the names of an expression; what has a value by then is worked out, numbers stand first.

True counts as 1, as everywhere.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import prod

from dlquiz.core.expressions import tree as trees
from dlquiz.core.expressions.errors import Undefined
from dlquiz.core.expressions.evaluation import compiled
from dlquiz.core.expressions.functions import Value
from dlquiz.core.expressions.tree import Tree


def substituted(tree: Tree, values: Mapping[str, Value]) -> Tree:
    """Return the tree in the names that ``values`` does not give; a part without a rational value keeps its form.

    >>> substituted(("+", ("*", ("name", "c"), ("^", ("name", "k"), 2)), 1), {"k": 3})
    ('+', ('*', 9, ('name', 'c')), 1)
    """
    if not isinstance(tree, tuple):
        return tree
    if trees.free_names(tree) <= values.keys():
        found = _worked_out(tree, values)
        if found is not None:
            return found
    if tree[0] in ("name", "text"):
        return tree
    if tree[0] == "*":
        return _product([substituted(part, values) for part in tree[1:]])
    return tuple(substituted(part, values) if isinstance(part, tuple) else part for part in tree)


def _worked_out(tree: Tree, values: Mapping[str, Value]) -> Tree | None:
    try:
        value = compiled(tree)(values)
    except Undefined:
        return None
    return trees.number(Fraction(value)) if isinstance(value, int | Fraction) else None


def _product(parts: list[Tree]) -> Tree:
    """Return a product with its numbers taken together, in front."""
    numbers = [Fraction(*part[1:]) if isinstance(part, tuple) else Fraction(part) for part in parts if _is_number(part)]
    rest = [part for part in parts if not _is_number(part)]
    factor = prod(numbers, start=Fraction(1))
    front = [] if factor == 1 else [trees.number(factor)]
    return ("*", *front, *rest) if len(front) + len(rest) > 1 else (front + rest)[0]


def _is_number(tree: Tree) -> bool:
    if isinstance(tree, tuple):
        return tree[0] == "/" and type(tree[1]) is int and type(tree[2]) is int and tree[2] != 0
    return not isinstance(tree, bool)
