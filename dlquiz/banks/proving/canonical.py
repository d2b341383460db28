"""What a question says, as plain data: equal for questions that are equal, on every machine and in every process."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from dlquiz.core.calls import Place
from dlquiz.core.expressions import Expression
from dlquiz.core.questions import Question


def canonical(value: Any, origin: Place | None = None, names: Mapping[str, str] | None = None) -> Any:
    """Return a value as JSON data; ``names`` are put for the names in expressions.

    Places are told by their distance in lines from ``origin``, and not at all without it. A question inside another
    one, as a card has them, is told from its own place.

    >>> canonical((Fraction(1, 2), {"a": Place("x", 9, 3)}), Place("x", 7, 1))
    [['/', '1/2'], {'a': [2, 3]}]
    """
    if isinstance(value, Place):
        return None if origin is None else [value.line - origin.line, value.column]
    if isinstance(value, Expression):
        return ["expression", _renamed(value.tree, names or {})]
    if isinstance(value, Fraction):
        return ["/", str(value)]
    if isinstance(value, Mapping):
        return {str(key): canonical(item, origin, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item, origin, names) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        at = value.at if isinstance(value, Question) and origin is not None else origin
        held = {item.name: canonical(getattr(value, item.name), at, names) for item in fields(value)}
        return {"": type(value).__name__, **held}
    return value


def digest(value: Any) -> str:
    """Return the SHA-256 of JSON data, 32 digits of it."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _renamed(tree: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(tree, tuple):
        return tree
    if tree[0] == "name":
        return ["name", names.get(tree[1], tree[1])]
    return [_renamed(part, names) for part in tree]
