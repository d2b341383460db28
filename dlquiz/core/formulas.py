"""A formula as an author writes it: one expression, or a list of them for a shape."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from dlquiz.core.expressions import Expression, Unreadable, parse


@lru_cache(maxsize=4096)
def declared(text: str, names: tuple[str, ...]) -> Expression:
    """Return the expression that a text writes in these names and no others; raises Unreadable.

    >>> declared("2n", ("n",)).evaluate({"n": 4})
    8
    """
    if text in names:
        return Expression(text, ("name", text))
    found = parse(text, names)
    unknown = sorted(found.names - set(names))
    if unknown:
        reason = f"'{unknown[0]}' is not a name here; no parameter is declared before it"
        raise Unreadable(reason, max(text.find(unknown[0]), 0), len(unknown[0]))
    return found


class Formula(NamedTuple):
    """One expression, or several that make a list (``listed``)."""

    parts: tuple[Expression, ...]
    listed: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Every name that the formula uses."""
        return frozenset().union(*(part.names for part in self.parts))

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Return the number, or the list of numbers; raises Undefined."""
        if self.listed:
            return [part.evaluate(values) for part in self.parts]
        return self.parts[0].evaluate(values)

    def __str__(self) -> str:
        """Return the formula as it was written."""
        texts = ", ".join(part.text for part in self.parts)
        return f"[{texts}]" if self.listed else texts
