"""Readers of single JSON values: numbers, flags, texts, choices; and the marks that bound them.

A reader checks a value and converts it. It can say what it wants ("a whole number from 1 to 64"), so every refusal
names the right thing to write. Readers of lists, objects and tensors are in :mod:`engine.argument_containers`.
"""

# ruff: noqa: D102 - Reader says once what describe and read do

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.errors import nearest


@dataclass(frozen=True)
class Between:
    """The smallest and largest number allowed, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class Length:
    """The smallest and largest number of items in a list, or of characters in a text."""

    low: int
    high: int


@dataclass(frozen=True)
class Elements:
    """The largest number of elements of a tensor, and its number of dimensions (None: any)."""

    most: int
    dims: int | None = None


@dataclass(frozen=True)
class NonFinite:
    """Lets infinities and NaN pass where numbers are read; in JSON they are the texts "inf", "-inf" and "nan"."""


@dataclass(frozen=True)
class Conventional:
    """Says that books differ in what this argument chooses, so whoever asks for the value states which is meant."""


class Mismatch(Exception):  # noqa: N818 - it is a finding, not a bug
    """A value does not fit: ``where`` it stands, and the rest of the sentence about it."""

    def __init__(self, where: str, complaint: str) -> None:
        super().__init__(where, complaint)
        self.where = where
        self.complaint = complaint


def shown(value: Any) -> str:
    """Return a JSON value as a person would write it, never longer than a few words.

    >>> shown(True), shown("x"), shown([1] * 50)
    ('true', "'x'", 'a list of 50 items')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a whole number of {value.bit_length()} bits"
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:39] + "…")
    if isinstance(value, (list, tuple)):
        short = len(value) <= 4 and all(isinstance(item, (int, float, str)) for item in value)
        return f"[{', '.join(map(shown, value))}]" if short else f"a list of {len(value)} items"
    return "an object" if isinstance(value, Mapping) else repr(value)[:40]


class Reader(ABC):
    """Reads one kind of value."""

    @abstractmethod
    def describe(self) -> str:
        """Say what is wanted, as in "a whole number from 1 to 64"."""

    @abstractmethod
    def read(self, value: Any, where: str) -> Any:
        """Return the converted value, or raise :class:`Mismatch`."""

    def mismatch(self, value: Any, where: str) -> Mismatch:
        """Return the usual complaint."""
        return Mismatch(where, f"must be {self.describe()}, not {shown(value)}")


@dataclass(frozen=True)
class Whole(Reader):
    """``int``: true and 2.0 are not whole numbers."""

    between: Between | None

    def describe(self) -> str:
        return "a whole number" + (f" from {self.between.low} to {self.between.high}" if self.between else "")

    def read(self, value: Any, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.mismatch(value, where)
        if self.between and not self.between.low <= value <= self.between.high:
            raise self.mismatch(value, where)
        return value


@dataclass(frozen=True)
class Real(Reader):
    """``float``: whole numbers pass, infinities and NaN only under :class:`NonFinite`."""

    between: Between | None
    non_finite: bool = False

    def describe(self) -> str:
        if self.between:
            return f"a number from {self.between.low:g} to {self.between.high:g}"
        return "a number, 'inf', '-inf' or 'nan'" if self.non_finite else "a finite number"

    def read(self, value: Any, where: str) -> float:
        if self.non_finite and value in ("inf", "-inf", "nan"):
            return float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.mismatch(value, where)
        try:
            number = float(value)
        except OverflowError:
            raise self.mismatch(value, where) from None
        if not (math.isfinite(number) or self.non_finite):
            raise self.mismatch(value, where)
        if self.between and not self.between.low <= number <= self.between.high:
            raise self.mismatch(value, where)
        return number


@dataclass(frozen=True)
class Flag(Reader):
    """``bool``: only true and false, never 1 and 0."""

    def describe(self) -> str:
        return "true or false"

    def read(self, value: Any, where: str) -> bool:
        if not isinstance(value, bool):
            raise self.mismatch(value, where)
        return value


@dataclass(frozen=True)
class Nothing(Reader):
    """``None``, which JSON calls null."""

    def describe(self) -> str:
        return "null"

    def read(self, value: Any, where: str) -> None:
        if value is not None:
            raise self.mismatch(value, where)


@dataclass(frozen=True)
class Words(Reader):
    """``str``."""

    length: Length

    def describe(self) -> str:
        return f"a text of {self.length.low} to {self.length.high} characters"

    def read(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or not self.length.low <= len(value) <= self.length.high:
            raise self.mismatch(value, where)
        return value


@dataclass(frozen=True)
class Choice(Reader):
    """``Literal[...]`` or a ``StrEnum``: one of a few values."""

    choices: tuple[Any, ...]

    def describe(self) -> str:
        texts = [shown(str(choice) if isinstance(choice, StrEnum) else choice) for choice in self.choices]
        return texts[0] if len(texts) == 1 else f"one of {', '.join(texts)}"

    def read(self, value: Any, where: str) -> Any:
        for choice in self.choices:
            if choice == value and (type(choice) is type(value) or isinstance(choice, StrEnum)):
                return choice
        close = nearest(value, [str(choice) for choice in self.choices]) if isinstance(value, str) else ""
        raise Mismatch(where, f"must be {self.describe()}, not {shown(value)}{close}")
