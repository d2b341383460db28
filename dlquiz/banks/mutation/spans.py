"""Where each value of a bank begins and ends in its text, so that one of them can be changed and nothing else.

The reader's own nodes know where values begin, which is all that a complaint needs. The text here has been read
without complaint before, so what PyYAML composes of it is harmless: scalars, lists and mappings, nothing constructed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Span:
    """A piece of the text, by the indices of its first character and of the one after its last."""

    start: int
    stop: int


@dataclass(frozen=True)
class ScalarSpan(Span):
    """A scalar; ``begin`` and ``end`` leave out its quotes, ``text`` is what it means without them."""

    text: str
    begin: int
    end: int
    plain: bool


@dataclass(frozen=True)
class ListSpan(Span):
    """A list."""

    items: Sequence["Node"]


@dataclass(frozen=True)
class MapSpan(Span):
    """A mapping; ``keys`` are where its keys stand, ``values`` what stands behind them."""

    keys: Mapping[str, ScalarSpan]
    values: Mapping[str, "Node"]


Node: TypeAlias = ScalarSpan | ListSpan | MapSpan


def spans(text: str) -> Node:
    """Return the tree of a text that is valid YAML.

    >>> found = spans('{n: "2*k"}').values["n"]
    >>> found.start, found.begin, found.end, found.stop
    (4, 5, 8, 9)
    """
    return _span(yaml.compose(text, Loader=_Loader))


def _span(node: Any) -> Node:
    start: int = node.start_mark.index
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        items = [_span(item) for item in node.value]
        return ListSpan(start, _stop(node, items), items)
    keys = {key.value: _scalar(key) for key, _ in node.value}
    values = {key.value: _span(value) for key, value in node.value}
    return MapSpan(start, _stop(node, list(values.values())), keys, values)


def _scalar(node: Any) -> ScalarSpan:
    start, stop = node.start_mark.index, node.end_mark.index
    quoted = int(node.style in ("'", '"'))
    return ScalarSpan(start, stop, node.value, start + quoted, stop - quoted, node.style is None)


def _stop(node: Any, parts: Sequence[Node]) -> int:
    """Return where a list or mapping ends; one without brackets ends with its last part, not with the next token."""
    end: int = node.end_mark.index
    return end if node.flow_style or not parts else max(part.stop for part in parts)
