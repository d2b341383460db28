"""The places of a question at which errors are planted: its fields, as the classes of the kinds describe them.

What stands at a place is known from the annotation of its field, as for the reader: a new kind of answer has its
formulas, calls and texts mutated without a line here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from dlquiz.banks.formulas import CALL
from dlquiz.banks.mutation.spans import ListSpan, MapSpan, Node
from dlquiz.banks.records import Field, layout
from dlquiz.core.kinds.registry import KINDS


@dataclass(frozen=True)
class Site:
    """A value of a question.

    ``holds`` is the type that it is read as, ``path`` the keys that lead to it, ``question`` the mapping of the whole
    question, ``owner`` the nearest mapping around it; ``changes`` says that it gives arguments that differ from those
    of the call under that key.
    """

    holds: Any
    node: Node
    path: tuple[str, ...]
    question: MapSpan
    owner: MapSpan
    changes: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names that formulas of the question may use."""
        declared = (self.question.values.get(key) for key in ("params", "symbols"))
        return tuple(name for one in declared if isinstance(one, MapSpan) for name in one.values)

    @property
    def in_an_idea(self) -> bool:
        """Whether it belongs to a wrong idea, to an answer that is right elsewhere, or to an option that has a why."""
        if self.path[0] == "options":
            return "why" in self.owner.values
        return self.path[0] in ("misconceptions", "other_conventions")


def sites(question: MapSpan) -> Iterator[Site]:
    """Yield every value of a question that its kind describes, the outer ones before what is in them."""
    kind = question.values.get("kind")
    known = KINDS.get(getattr(kind, "text", ""))
    if known is not None:
        yield from _record(known, question, (), question)


def _record(kind: type, node: MapSpan, path: tuple[str, ...], question: MapSpan) -> Iterator[Site]:
    """Yield what a mapping holds that is read as a dataclass."""
    for key, field in layout(kind).items():
        found = _found(key, field, node)
        if found is not None:
            yield from _value(field.annotation, found, (*path, key), question, node, field.changes)


def _found(key: str, field: Field, node: MapSpan) -> Node | None:
    """Return the value of a field, which an inline call has among its neighbours, and a control inside its call."""
    if field.inline:
        own: Mapping[str, Node] = {one: node.values[one] for one in CALL if one in node.values}
        return MapSpan(node.start, node.stop, {one: node.keys[one] for one in own}, own) if own else None
    outer = node.values.get(field.changes) if field.changes else None
    if key not in node.values and isinstance(outer, MapSpan):
        return outer.values.get(key)
    return node.values.get(key)


def _value(
    annotation: Any, node: Node, path: tuple[str, ...], question: MapSpan, owner: MapSpan, changes: str | None
) -> Iterator[Site]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType) and NoneType in arguments:
        annotation = next(part for part in arguments if part is not NoneType)
        origin, arguments = get_origin(annotation), get_args(annotation)
    yield Site(annotation, node, path, question, owner, changes)
    if origin is tuple:
        items = node.items if isinstance(node, ListSpan) else [node]
        for number, item in enumerate(items):
            yield from _value(arguments[0], item, (*path, str(number)), question, owner, changes)
    elif isinstance(annotation, type) and is_dataclass(annotation) and isinstance(node, MapSpan) and layout(annotation):
        yield from _record(annotation, node, path, question)
