"""The pages of ``docs/kinds`` as data: their banks, their tables, and the table of fields that a kind should have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from dlquiz.banks.records import Field, layout
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given
from dlquiz.core.domains import Domain
from dlquiz.core.formulas import Formula
from dlquiz.core.questions import Question
from dlquiz.core.texts import Text
from dlquiz.core.values import show

FOLDER = Path(__file__).parent.parent / "docs" / "kinds"
ANSWERS = ("You type", "Read as", "Verdict", "You are told")
FIELDS = ("Field", "Takes", "Default", "Meaning")
MISTAKES = ("Instead of", "Somebody writes", "And is told")
NOTHING = "nothing"

Row = tuple[str, ...]

_BANK = re.compile(r"^```yaml\n(dlquiz: .*?)^```$", re.DOTALL | re.MULTILINE)
_TABLE = re.compile(r"^\|.*\|\n\|[-| ]+\|\n(?:\|.*\|\n)*", re.MULTILINE)
_INSTANCE = re.compile(r"`([a-z0-9-]+/[a-z0-9-]+@\d+#\d+)`")

_NAMED = ("id", "bank", "topic")
_TAKES: dict[Any, str] = {
    str: "words",
    int: "whole number",
    bool: "true or false",
    Fraction: "number",
    Any: "data",
    Given: "data",
    Text: "text",
    Typed: "typed answer",
    Formula: "formula",
    CallTemplate: "engine call",
    Domain: "parameters",
}


@dataclass(frozen=True)
class Page:
    """A page of Markdown."""

    path: Path

    @property
    def name(self) -> str:
        """The kind that it tells of, or README."""
        return self.path.stem

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def banks(self) -> list[str]:
        """Every block of YAML that is a whole bank."""
        return _BANK.findall(self.text)

    def rows(self, header: Row) -> list[Row]:
        """Return the rows of all tables with this header."""
        return [row for _, rows in self._tables(header) for row in rows]

    def count(self, header: Row) -> int:
        """Return how many tables have this header."""
        return len(list(self._tables(header)))

    def answers(self) -> list[tuple[str, Row]]:
        """Return each row of answers with the instance that was last named before its table."""
        return [(instance, row) for instance, rows in self._tables(ANSWERS) for row in rows]

    def _tables(self, header: Row) -> Iterator[tuple[str, list[Row]]]:
        for found in _TABLE.finditer(self.text):
            first, _, *rows = map(_cells, found[0].splitlines())
            if first == header:
                named = _INSTANCE.findall(self.text, 0, found.start())
                yield (named[-1] if named else ""), rows


def _cells(line: str) -> Row:
    """Return the cells of a line, without the marks of code around a whole one."""
    cells = (cell.strip() for cell in line.strip("|").split("|"))
    return tuple(cell[1:-1] if re.fullmatch("`[^`]+`", cell) else cell for cell in cells)


def own_fields(kind: type[Question]) -> list[Row]:
    """Return the rows of the fields that a kind has beside those of every question, with what is inside of them."""
    common = layout(Question)
    return [row for key, item in layout(kind).items() if key not in common for row in field_rows(kind, key, item)]


def field_rows(kind: type, name: str, item: Field) -> Iterator[Row]:
    """Yield the row of a field, then those of the fields of what it holds."""
    default = next(one.default for one in fields(kind) if one.name == item.attribute)
    shown = "required" if item.required else "" if default in (None, (), "") else show(default)
    yield name, _taken(item), shown, item.doc
    inner = _inner(item.annotation)
    if isinstance(inner, type) and is_dataclass(inner) and inner not in _TAKES:
        for key, one in layout(inner).items():
            yield from field_rows(inner, f"{name}.{key}", one)


def _taken(item: Field) -> str:
    if item.attribute in _NAMED:
        return "name"
    return "arguments" if item.changes else takes(item.annotation)


def takes(annotation: Any) -> str:
    """Return what a field of this annotation takes, in the words of the pages."""
    inner = _inner(annotation)
    one = _TAKES.get(inner) or (", ".join(map(str, get_args(inner))) if get_origin(inner) is Literal else "mapping")
    if not any(get_origin(part) is tuple for part in (annotation, *get_args(annotation))):
        return one
    return f"list of {one if one.endswith('s') or get_origin(inner) is Literal else f'{one}s'}"


def _inner(annotation: Any) -> Any:
    """Return what an annotation is of: of ``X | None`` and of ``tuple[X, ...]`` it is X."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple or NoneType in arguments:
        return _inner(next(part for part in arguments if part not in (NoneType, ...)))
    return annotation


def written(rows: list[Row]) -> str:
    """Return rows as a page has them, to be pasted where a table is not what it should be."""
    return "\n".join(f"| {' | '.join([f'`{first}`', *rest])} |" for first, *rest in rows)
