"""Readers of JSON values made of others: unions, lists, records and tensors."""

# ruff: noqa: D102 - Reader says once what describe and read do

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from engine.argument_readers import Elements, Length, Mismatch, Reader, Real, shown
from engine.errors import nearest


@dataclass(frozen=True)
class Either(Reader):
    """``X | Y``: the first reader that accepts the value."""

    options: tuple[Reader, ...]

    def describe(self) -> str:
        return " or ".join(option.describe() for option in self.options)

    def read(self, value: Any, where: str) -> Any:
        complaints = []
        for option in self.options:
            try:
                return option.read(value, where)
            except Mismatch as mismatch:
                complaints.append(mismatch)
        inside = [complaint for complaint in complaints if complaint.where != where]
        if inside:
            raise inside[0]
        raise self.mismatch(value, where)


@dataclass(frozen=True)
class Items(Reader):
    """``list[X]`` or ``Sequence[X]`` (read as a tuple), of bounded length."""

    item: Reader
    length: Length
    make: type

    def describe(self) -> str:
        return f"a list of {self.length.low} to {self.length.high} items, each {self.item.describe()}"

    def read(self, value: Any, where: str) -> Any:
        if not isinstance(value, (list, tuple)) or not self.length.low <= len(value) <= self.length.high:
            raise self.mismatch(value, where)
        return self.make(self.item.read(item, f"{where}[{index}]") for index, item in enumerate(value))


@dataclass(frozen=True)
class Fixed(Reader):
    """``tuple[X, Y]``: a list with exactly these items."""

    items: tuple[Reader, ...]

    def describe(self) -> str:
        texts = [item.describe() for item in self.items]
        each = f", each {texts[0]}" if len(set(texts)) == 1 else f": {', '.join(texts)}"
        return f"a list of {len(texts)} items{each}"

    def read(self, value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)) or len(value) != len(self.items):
            raise self.mismatch(value, where)
        pairs = enumerate(zip(self.items, value, strict=True))
        return tuple(item.read(part, f"{where}[{index}]") for index, (item, part) in pairs)


@dataclass(frozen=True)
class Record(Reader):
    """A ``NamedTuple`` or a dataclass: a JSON object with its fields."""

    make: type
    fields: Mapping[str, Reader]
    required: tuple[str, ...]

    def describe(self) -> str:
        return "an object with " + ", ".join(f"'{name}'" for name in self.fields)

    def read(self, value: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            raise self.mismatch(value, where)
        for name in value:
            if name not in self.fields:
                raise Mismatch(where, f"has no field {shown(name)}{nearest(str(name), self.fields)}")
        for name in self.required:
            if name not in value:
                raise Mismatch(where, f"needs '{name}'")
        return self.make(**{name: self.fields[name].read(part, f"{where}.{name}") for name, part in value.items()})


@dataclass(frozen=True)
class Tensor(Reader):
    """``torch.Tensor``: nested lists of numbers, all rows equally long, as float64 on the CPU."""

    elements: Elements
    number: Real

    def describe(self) -> str:
        dims = "nested lists of numbers" if self.elements.dims is None else f"a {self.elements.dims}-dimensional list"
        return f"{dims} with rows of one length and 1 to {self.elements.most} numbers"

    def read(self, value: Any, where: str) -> torch.Tensor:
        shape = self._shape(value)
        if self.elements.dims not in (None, len(shape)) or not 1 <= math.prod(shape) <= self.elements.most:
            raise self.mismatch(value, where)
        numbers = list(self._flat(value, shape, where))
        return torch.tensor(numbers, dtype=torch.float64).reshape(shape)

    def _shape(self, value: Any) -> tuple[int, ...]:
        shape: list[int] = []
        while isinstance(value, (list, tuple)) and len(shape) < 8:
            shape.append(len(value))
            if not value:
                break
            value = value[0]
        return tuple(shape)

    def _flat(self, value: Any, shape: Sequence[int], where: str) -> Iterator[float]:
        if not shape:
            yield self.number.read(value, where)
            return
        if not isinstance(value, (list, tuple)) or len(value) != shape[0]:
            raise Mismatch(where, f"must be a list of {shape[0]} items like the others, not {shown(value)}")
        for index, part in enumerate(value):
            yield from self._flat(part, shape[1:], f"{where}[{index}]")
