"""Readers of single values: texts, numbers, truths, names, and plain data."""

import re
import unicodedata
from fractions import Fraction
from functools import partial
from typing import Any

from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode
from dlquiz.banks.scope import Scope, every

NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
"""How a bank, a topic and an id are named."""
LONGEST_NAME = 64

FEW = 30
"""How many conditions, claims, options or wrong ideas a question may have: it compares each with each."""

_NAME = re.compile(NAME)


def string(node: Node, scope: Scope) -> str:
    """Read a text that is not empty."""
    value = scope.plain(node) if isinstance(node, ScalarNode) else None
    if isinstance(value, str) and value.strip():
        return value
    raise scope.wrong_type(node, "a text", "write a text, in quotes where it looks like something else")


def name(node: Node, scope: Scope) -> str:
    """Read a name: lower-case words with hyphens."""
    text = string(node, scope)
    if is_name(text):
        return text
    shown = text[:LONGEST_NAME]
    message = f"'{shown}' is not a name: lower-case words with hyphens, at most {LONGEST_NAME} characters"
    raise scope.refuse(node, "DQ205", message, f"write it like '{suggested(text, 'conv-output-size')}'")


def is_name(text: str) -> bool:
    """Whether a text can name a bank, a topic or a question."""
    return _NAME.fullmatch(text) is not None and len(text) <= LONGEST_NAME


def suggested(text: str, otherwise: str) -> str:
    """Return a name made of a text, its letters without accents; ``otherwise`` where it has no letter to go by.

    >>> suggested("Lecture 3: Über Größen", "mine")
    'lecture-3-uber-grossen'
    """
    parted = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST_NAME].strip("-") or otherwise


def whole(node: Node, scope: Scope) -> int:
    """Read a whole number."""
    value = scope.plain(node) if isinstance(node, ScalarNode) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise scope.wrong_type(node, "a whole number")


def truth(node: Node, scope: Scope) -> bool:
    """Read true or false."""
    value = scope.plain(node) if isinstance(node, ScalarNode) else None
    if isinstance(value, bool):
        return value
    raise scope.wrong_type(node, "true or false", "write true or false; yes, no, on and off are texts")


def exact(node: Node, scope: Scope) -> Fraction:
    """Read a number exactly as it is written."""
    value = scope.plain(node) if isinstance(node, ScalarNode) else None
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    raise scope.wrong_type(node, "a number")


def few(node: Node, scope: Scope) -> list[Node]:
    """Return the parts of a question in a list; a lone part counts as a list of one."""
    items: list[Node] = node.items if isinstance(node, ListNode) else [node]
    if len(items) > FEW:
        message = f"a question may have {FEW} of these, and here are {len(items):,}"
        raise scope.refuse(node, "DQ114", message, "leave some out, or ask several questions")
    return items


def data(node: Node, scope: Scope) -> Any:
    """Read plain data: numbers (exact), texts, truths, and lists and mappings of them.

    A number that stands alone and has a point or an exponent stays a Fraction: ``714e6`` is a rounded figure.
    """
    if isinstance(node, ListNode):
        return every(partial(_part, item, scope) for item in node.items)
    if isinstance(node, MapNode):
        values = every(partial(_part, item, scope) for item in node.values.values())
        return dict(zip(node.values, values, strict=True))
    value = scope.plain(node)
    if value is None:
        raise scope.wrong_type(node, "a value")
    return value


def _part(node: Node, scope: Scope) -> Any:
    value = data(node, scope)
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def mapping(node: Node, scope: Scope) -> dict[str, Any]:
    """Read a mapping of plain data."""
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "a mapping", "write {name: value, ...}")
    found: dict[str, Any] = data(node, scope)
    return found
