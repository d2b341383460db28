"""Where a field belongs that stands where it is not known: into a part beside it, or into a question."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from dlquiz.banks.nodes import ListNode, MapNode
from dlquiz.core.kinds.registry import KINDS

_MEANT: Mapping[str, tuple[tuple[str, ...], str]] = {
    "formula": (("value",), "or"),
    "value": (("formula", "is"), "or"),
    "says": (("say", "why"), "or"),
    "say": (("says",), "or"),
    "why": (("says",), "or"),
    "golden": (("is", "source"), "and"),
}
"""What parts of questions call what others call otherwise; where there are several, whether one is meant or all."""


def meant(key: str, known: Collection[str]) -> str:
    """Return which of the known fields does what ``key`` does elsewhere, as :func:`dlquiz.errors.nearest` tells it.

    >>> meant("says", ["say", "value", "why"]), meant("says", ["prompt"])
    ("; did you mean 'say' or 'why'?", '')
    """
    fields_, word = _MEANT.get(key, ((), ""))
    found = [f"'{one}'" for one in fields_ if one in known]
    whole = found if word == "or" or len(found) == len(fields_) else []
    return f"; did you mean {f' {word} '.join(whole)}?" if whole else ""


def home(key: str, kind: type, node: MapNode) -> tuple[str, str] | None:
    """Return what a field belongs to that ``kind`` does not have, and what to do, None where nothing has it.

    ``node`` is the mapping that it stands in: the parts that are written there are looked at first.
    """
    having = [part for part, its in _parts(kind).items() if key in its]
    having = [part for part in having if part in node.values] or having
    if having:
        return f"it belongs to '{having[0]}'", _into(having[0], node)
    if kind not in KINDS.values() and any(key in _written(one) for one in KINDS.values()):
        return "it belongs to a question", "indent it like the 'kind' of its question"
    return None


def _into(part: str, node: MapNode) -> str:
    inner = node.values.get(part)
    if isinstance(inner, ListNode):
        return f"write it inside an item of '{part}'"
    if isinstance(inner, MapNode) and inner.keys and inner.line > node.keys[part].line:
        name, at = next(iter(inner.keys.items()))
        return f"indent it by {at.column - 1}, like '{name[:40]}' in line {at.line}"
    return f"write it inside '{part}'"


@cache
def _parts(kind: type) -> Mapping[str, frozenset[str]]:
    """Return the fields of a dataclass that hold mappings with fields of their own, and which those are."""
    hints = get_type_hints(kind)
    found = {key: _dataclass(hints[name]) for key, name in _named(kind).items()}
    return {key: _written(part) for key, part in found.items() if part is not None}


def _dataclass(annotation: Any) -> type | None:
    """Return the described dataclass that an annotation is, or that it holds one or several of."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        return annotation if _named(annotation) else None
    return next((part for one in get_args(annotation) if (part := _dataclass(one)) is not None), None)


@cache
def _written(kind: type) -> frozenset[str]:
    """Return the keys of the described fields of a dataclass."""
    return frozenset(_named(kind)) | (frozenset(("kind", "params", "where")) if kind in KINDS.values() else frozenset())


def _named(kind: type) -> dict[str, str]:
    """Return the described fields of a dataclass: the keys that banks write, with their attributes."""
    described: list[Any] = [one for one in fields(kind) if "doc" in one.metadata]
    return {one.metadata.get("key", one.name): one.name for one in described}
