"""The small expression language: what authors write in banks and what learners type, read by one parser.

Numbers are exact (``1.5`` is 3/2); names, fields of records (``layers.kernel_size``; of a list of records the list
of the field); ``+ - * / // % ^ **``; products without a sign, split by the declared names (``4hd²``); floor, ceil,
sqrt, exp, log (natural), log2, log10, abs, min, max, sum, prod; comparisons, also chained; ``and or not``;
``true false``; quoted texts. Full-width characters, superscripts and the usual signs for minus, times and division
are read; ``√`` stands before a bracket, or before one number or name.

Conventions: a power is taken before a minus and from the right, ``-2^2`` is -4 and ``2^3^2`` is 2^9. ``1/2d`` is
refused, for it can be read in two ways, and so is ``1,000``. Digits are ASCII, full-width or superscript. Lists are
combined entry by entry. True counts as 1 where a number is needed.

:mod:`.tree` gives the grammar of the tree, :mod:`.parsing` that of the text. Nothing here runs text as code, and every
bound of :mod:`.limits` is checked before the work is done.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dlquiz.core.expressions import limits, printing, tree
from dlquiz.core.expressions.errors import Undefined, Unreadable
from dlquiz.core.expressions.evaluation import Compiled, compiled
from dlquiz.core.expressions.functions import FUNCTIONS, Value
from dlquiz.core.expressions.lists import entries
from dlquiz.core.expressions.parsing import read
from dlquiz.core.expressions.substitution import substituted
from dlquiz.core.expressions.tokens import Token, tokens
from dlquiz.core.expressions.tree import Json, Tree
from dlquiz.core.expressions.words import RESERVED

__all__ = [
    "FUNCTIONS",
    "RESERVED",
    "Expression",
    "Tree",
    "Undefined",
    "Unreadable",
    "Value",
    "parse",
    "parse_list",
    "substituted",
]


@dataclass(frozen=True, repr=False)
class Expression:
    """An expression: its text as it was given and the tree that it was read as."""

    text: str
    tree: Tree

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that a value is needed for."""
        return tree.free_names(self.tree)

    def evaluate(self, values: Mapping[str, Value]) -> Value:
        """Return the value: an int or Fraction where it is rational, else a float, a truth, a text or a list.

        Raises Undefined where there is none, or one too large to compute.

        >>> parse("(n + 2*p - k)/s + 1").evaluate({"n": 61, "k": 9, "s": 2, "p": 4})
        31
        """
        return self._run(values)

    def compile(self) -> Callable[[Mapping[str, Value]], Value]:
        """Return :meth:`evaluate` as a plain function, for many evaluations."""
        return self._run

    def to_json(self) -> Json:
        """Return the tree as it crosses the wire."""
        return tree.to_json(self.tree)

    def written(self) -> str:
        """Return what was understood, in plain signs.

        >>> parse("４hd² − 1", ["h", "d"]).written()
        '4*h*d^2 - 1'
        """
        return printing.written(self.tree)

    @cached_property
    def _run(self) -> Compiled:
        return compiled(self.tree)

    def __reduce__(self) -> tuple[object, ...]:
        return Expression, (self.text, self.tree)


def parse(text: str, names: Collection[str] = (), *, limit: int = limits.TEXT_LENGTH) -> Expression:
    """Read one expression of at most ``limit`` characters.

    ``names`` are the declared names: they split products without a sign, and any other name is refused. Without them
    every word is a name. Raises Unreadable with the position in ``text``.

    >>> parse("4hd²", ["h", "d"]).to_json()
    ['*', 4, ['name', 'h'], ['^', ['name', 'd'], 2]]
    """
    return Expression(text, read(tokens(text, names, limit=limit)))


def parse_list(text: str, names: Collection[str] = (), *, limit: int = limits.TEXT_LENGTH) -> tuple[Expression, ...]:
    """Read a list of expressions, such as a shape: ``2,3`` ``(2, 3)`` ``[2,3]`` ``2x3`` ``2×3`` ``2 3``.

    Spaces separate plain numbers only; one expression is a list of one, and ``()`` an empty list. Raises Unreadable.

    >>> [entry.evaluate({"n": 3}) for entry in parse_list("(1, 2n, 4)", ["n"])]
    [1, 6, 4]
    """
    found = tokens(text, names, limit=limit, crosses=True)
    return tuple(_entry(text, entry) for entry in entries(text, found))


def _entry(text: str, part: Sequence[Token]) -> Expression:
    start, stop = part[0].start, part[-1].stop
    return Expression(text[start:stop], read([*part, Token("end", "", stop, stop)]))
