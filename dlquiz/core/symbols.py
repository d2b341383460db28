"""The symbols of a question, in which its answer is written, and the points at which answers are run and compared.

Points come from the symbols' domains: their corners first, then what is drawn. They depend on the question alone, so
that everybody's answer is compared at the same ones.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, islice
from typing import Any

from dlquiz.core.chance import drawn
from dlquiz.core.domains import Choice, Domain, FloatRange, IntRange, Parameter
from dlquiz.core.expressions import residues
from dlquiz.core.expressions.tree import Tree
from dlquiz.core.parameters import identity
from dlquiz.core.values import show

RUN = 6
"""At how many points the engine is run at least."""
MOST_RUN = 12
"""At how many it is run where a formula's degree asks for more."""
COMPARED = 24
"""At how many points two expressions are compared at most."""
CORNERS = 4
RESIDUES = 3
"""At how many random places two rational expressions are compared modulo a prime."""
_UNKNOWN_DEGREE = 3
"""What is taken for the degree of a formula that is not rational."""


def points(symbols: Domain, key: str, rev: int) -> list[dict[str, Any]]:
    """Return the points at which answers are compared, none twice: the corners, then all others or drawn ones."""
    lowest_first = list(islice(symbols.corners(), 2**CORNERS))
    corners = [*lowest_first[:1], *reversed(lowest_first[1:])][:CORNERS]
    if symbols.raw_size() <= COMPARED:
        others: Iterable[dict[str, Any]] = symbols.enumerate()
    else:
        others = (symbols.draw(key, rev, seed) for seed in range(4 * COMPARED))
    found = {identity(point): point for point in chain(corners, others)}
    return list(found.values())[:COMPARED]


def run_points(tree: Tree, found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the first points, so many that each symbol takes more values than its degree, up to a bound."""
    names = list(found[0]) if found else []
    rational = residues.is_rational(tree)
    wanted = {name: residues.degree(tree, name) if rational else _UNKNOWN_DEGREE for name in names}
    for count in range(min(RUN, len(found)), min(MOST_RUN, len(found))):
        if all(len({point[name] for point in found[:count]}) > wanted[name] for name in names):
            return list(found[:count])
    return list(found[:MOST_RUN])


def residue_points(names: Collection[str], key: str, rev: int) -> list[dict[str, int]]:
    """Return random places modulo the prime."""
    return [
        {name: drawn(key, rev, attempt, f"residue of {name}") % residues.PRIME for name in names}
        for attempt in range(RESIDUES)
    ]


def unsuitable(symbols: Mapping[str, Parameter]) -> Iterator[tuple[str, str]]:
    """Yield each symbol that cannot be one, and why: a symbol stands for several numbers, each drawn by itself."""
    for name, parameter in symbols.items():
        if not isinstance(parameter, IntRange | FloatRange | Choice) or not _is_numeric(parameter):
            yield name, "it does not stand for numbers that are drawn"
        elif parameter.size < 2:
            yield name, "it has one value only"


def _is_numeric(parameter: IntRange | FloatRange | Choice) -> bool:
    values = parameter.values if isinstance(parameter, Choice) else ()
    return all(isinstance(value, int | Fraction) and not isinstance(value, bool) for value in values)


def told(point: Mapping[str, Any]) -> str:
    """Return a point as it is told.

    >>> told({"h": 2, "d": Fraction(1, 2)})
    'h=2, d=0.5'
    """
    return ", ".join(f"{name}={show(value)}" for name, value in point.items())
