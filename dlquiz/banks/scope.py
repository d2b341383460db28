"""What a value is read in: its file, the names that expressions may use, and the complaints so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode
from dlquiz.banks.scalars import OutOfBounds, Plain
from dlquiz.banks.yaml_causes import glued
from dlquiz.core.calls import Place
from dlquiz.core.expressions import Unreadable

_T = TypeVar("_T")


class Refused(Exception):  # noqa: N818 - it says what became of a value
    """There is no value; why was noted as a complaint."""


@dataclass(frozen=True)
class Scope:
    """Where reading stands. ``complaints`` is shared by every scope of a file.

    ``symbols`` are the names in which the answer of a question is written: its formulas may use them, its texts not.
    """

    file: str
    complaints: list[Complaint] = field(default_factory=list)
    names: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()

    def naming(self, names: Iterable[str]) -> "Scope":
        """Return this scope with other names."""
        return Scope(self.file, self.complaints, tuple(names), self.symbols)

    def place(self, node: Node) -> Place:
        """Return where a node begins."""
        return Place(self.file, node.line, node.column)

    def refuse(self, at: Node | Place, code: str, message: str, fix: str) -> Refused:
        """Note a complaint; the result is to be raised where there is no value to go on with."""
        place = at if isinstance(at, Place) else self.place(at)
        self.complaints.append(complaint(place, code, message, fix))
        return Refused(message)

    def unreadable(self, node: ScalarNode, error: Unreadable, code: str, fix: str) -> Refused:
        """Note a complaint at the character of a scalar that could not be read."""
        at = Place(self.file, node.line, node.column_of(error.position))
        return self.refuse(at, code, error.reason, fix)

    def wrong_type(self, node: Node, wanted: str, fix: str = "") -> Refused:
        """Note that a value is of another type than its field takes."""
        if isinstance(node, ScalarNode) and node.plain and (said := glued(node.text)) is not None:
            return self.refuse(node, "DQ204", f"{wanted} is wanted here, and {said[0]}", said[1])
        return self.refuse(
            node, "DQ204", f"{wanted} is wanted here, and this is {described(node)}", fix or f"write {wanted}"
        )

    def plain(self, node: ScalarNode) -> Plain:
        """Return what a scalar means."""
        try:
            return node.value
        except OutOfBounds as error:
            raise self.refuse(node, "DQ111", str(error), "write a number within these bounds") from error


def described(node: Node) -> str:
    """Return what a node is, for a sentence."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    if not node.plain:
        return "a text" if node.text.strip() else "an empty text"
    try:
        value = node.value
    except OutOfBounds:
        return "a number out of bounds"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return "a text" if isinstance(value, str) else f"the number {node.text}"


def every(reads: Iterable[Callable[[], _T]]) -> list[_T]:
    """Return what every reader gives; all of them are tried before the first refusal is raised."""
    found, refused = [], None
    for read in reads:
        try:
            found.append(read())
        except Refused as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return found
