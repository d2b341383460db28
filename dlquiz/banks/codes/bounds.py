"""The bounds that pages tell: each is the constant that enforces it, so a page cannot tell another one."""

import re
from collections.abc import Mapping

from dlquiz.banks import composing, files, leaves, parameters, scalars
from dlquiz.core import domains
from dlquiz.core.expressions import limits
from dlquiz.core.parameters import LONGEST

BOUNDS: Mapping[str, int] = {
    "bytes": files.LARGEST,
    "aliases": composing.ALIASES,
    "nodes": composing.NODES,
    "depth": composing.DEPTH,
    "digits": scalars.DIGITS,
    "exponent": scalars.EXPONENT,
    "characters": composing.CHARACTERS,
    "entries": composing.ENTRIES,
    "few": leaves.FEW,
    "name-length": leaves.LONGEST_NAME,
    "formula-length": limits.TEXT_LENGTH,
    "parameters": parameters.MOST,
    "records": LONGEST,
    "values": parameters.MOST_VALUES,
    "steps": parameters.MOST_STEPS,
    "draws": domains.DRAWS,
}
"""Bounds by the names that pages use."""

_NAMED = re.compile(r"<([a-z]+(?:-[a-z]+)*)>")


def filled(text: str) -> str:
    """Return a text with every name in angle brackets as the bound that it names; raises KeyError for another one.

    >>> filled("at most <entries> entries")
    'at most 1,000 entries'
    """
    return _NAMED.sub(lambda found: f"{BOUNDS[found[1]]:,}", text)
