"""From an annotation to its reader: what ``Annotated[int, Between(1, 64)]``, ``list[X]`` or a record accepts."""

import inspect
import types
import typing
from collections.abc import Sequence
from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import torch

from engine.argument_containers import Either, Fixed, Items, Record, Tensor
from engine.argument_readers import (
    Between,
    Choice,
    Conventional,
    Elements,
    Flag,
    Length,
    NonFinite,
    Nothing,
    Reader,
    Real,
    Whole,
    Words,
)

_Marks = dict[type, Any]


@cache
def reader_for(annotation: Any) -> Reader:
    """Return the reader of an annotation; TypeError where the annotation is of no known kind."""
    marks: _Marks = {}
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, *found = typing.get_args(annotation)
        marks = {type(mark): mark for mark in found}
    plain = _plain(annotation, marks) or _compound(annotation, marks)
    if plain is None:
        raise TypeError(f"no reader for the annotation {annotation!r}")
    return plain


def is_convention(annotation: Any) -> bool:
    """Return whether an annotation is marked as one in which definitions differ."""
    marked = typing.get_origin(annotation) is typing.Annotated
    return marked and any(isinstance(mark, Conventional) for mark in typing.get_args(annotation)[1:])


def _plain(annotation: Any, marks: _Marks) -> Reader | None:
    match annotation:
        case builtin if builtin is int:
            return Whole(marks.get(Between))
        case builtin if builtin is float:
            return Real(marks.get(Between), NonFinite in marks)
        case builtin if builtin is bool:
            return Flag()
        case builtin if builtin is str:
            return Words(marks.get(Length, Length(0, 10_000)))
        case builtin if builtin in (None, type(None)):
            return Nothing()
        case builtin if builtin is torch.Tensor:
            return Tensor(marks.get(Elements, Elements(4096)), Real(marks.get(Between), NonFinite in marks))
    return None


def _compound(annotation: Any, marks: _Marks) -> Reader | None:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    length = marks.get(Length, Length(0, 1024))
    if origin is typing.Literal:
        return Choice(parts)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return Choice(tuple(annotation))
    if origin in (typing.Union, types.UnionType):
        return Either(tuple(reader_for(part) for part in parts))
    if origin is list:
        return Items(reader_for(parts[0]), length, list)
    if origin is Sequence or (origin is tuple and parts[-1] is Ellipsis):
        return Items(reader_for(parts[0]), length, tuple)
    if origin is tuple:
        return Fixed(tuple(reader_for(part) for part in parts))
    return _record(annotation) if isinstance(annotation, type) else None


def _record(make: type) -> Record | None:
    if not (is_dataclass(make) or (issubclass(make, tuple) and hasattr(make, "_fields"))):
        return None
    fields = inspect.signature(make).parameters
    hints = typing.get_type_hints(make, include_extras=True)
    required = tuple(name for name, field in fields.items() if field.default is field.empty)
    return Record(make, {name: reader_for(hints[name]) for name in fields}, required)
