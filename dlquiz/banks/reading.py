"""A bank file read into questions, with every complaint about it; what is whole is kept."""

from dataclasses import dataclass
from typing import Literal

from dlquiz.banks.bank import Bank
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.composing import compose
from dlquiz.banks.leaves import name
from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode
from dlquiz.banks.questions import question
from dlquiz.banks.records import layout, record
from dlquiz.banks.scope import Refused, Scope
from dlquiz.core.questions import Question, described
from dlquiz.core.texts import Text

VERSION = 1

_Position = tuple[int, int]
_END: _Position = (2**31, 0)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What stands in a bank before its questions."""

    dlquiz: Literal[1] = described("Version of the format of banks.")
    bank: str = described("Name of the bank, different from that of every other bank.")
    topic: str = described("Topic that the bank belongs to: the name of its folder.")
    title: Text = described("Title of the bank.")


def read_bank(text: str, file: str) -> tuple[Bank | None, list[Complaint]]:
    """Return the bank that a text writes, None where its YAML or its header is broken, and all complaints."""
    root, complaints = compose(text, file)
    if root is None:
        return None, complaints
    damaged = [(item.line, item.column) for item in complaints if item.severity == "error"]
    scope = Scope(file, complaints)
    try:
        return _bank(root, damaged, scope), complaints
    except Refused:
        return None, complaints


def _bank(root: Node, damaged: list[_Position], scope: Scope) -> Bank:
    """Return the bank; ``damaged`` are the places of errors in its YAML."""
    if not isinstance(root, MapNode):
        raise scope.wrong_type(root, "a bank", "begin the file with 'dlquiz: 1', bank:, topic:, title: and questions:")
    _check_version(root, scope)
    items = _items(root, scope)
    try:
        header = _header(root, scope)
    except Refused:
        strays = [_position(at) for key, at in root.keys.items() if key not in ("questions", *layout(Header))]
        _questions(items, damaged + [at for at in strays if at > _position(items[0])], "bank", "topic", scope)
        raise
    questions = _questions(items, damaged, header.bank, header.topic, scope)
    if any(place < _position(items[0]) for place in damaged):
        raise Refused("the YAML of the header is broken")
    at, topic_at = (scope.place(root.values[key]) for key in ("bank", "topic"))
    left_out = len(items) - len(questions)
    broken = tuple(_ids(items) - {question.id for question in questions})
    return Bank(header.bank, header.topic, header.title, tuple(questions), scope.file, left_out, at, topic_at, broken)


def _check_version(root: MapNode, scope: Scope) -> None:
    found = root.values.get("dlquiz")
    if found is None:
        raise scope.refuse(root, "DQ201", "the version of the format is missing", f"begin with 'dlquiz: {VERSION}'")
    if getattr(found, "text", None) != str(VERSION):
        message = f"only version {VERSION} of the format of banks is read here"
        raise scope.refuse(found, "DQ201", message, f"write 'dlquiz: {VERSION}', or use a newer dlquiz")


def _items(root: MapNode, scope: Scope) -> list[Node]:
    node = root.values.get("questions")
    if node is None:
        raise scope.refuse(root, "DQ203", "'questions' is missing", "add questions: and a list under it")
    if isinstance(node, ListNode) and not node.items:
        raise scope.refuse(node, "DQ203", "the list of questions is empty", "write each question after a '- '")
    if not isinstance(node, ListNode):
        raise scope.wrong_type(node, "a list of questions", "write each question after a '- '")
    return node.items


def _header(root: MapNode, scope: Scope) -> Header:
    header: Header = record(Header, root, scope, also=("questions",))
    for key in ("bank", "topic"):
        name(root.values[key], scope)
    return header


def _questions(items: list[Node], damaged: list[_Position], bank: str, topic: str, scope: Scope) -> list[Question]:
    """Return the whole questions of different ids; one whose YAML is damaged is not looked at."""
    found: dict[str, Question] = {}
    ends = [*(_position(item) for item in items[1:]), _END]
    for item, end in zip(items, ends, strict=True):
        if any(_position(item) <= place < end for place in damaged):
            continue
        one = question(item, bank, topic, scope)
        if one is None:
            continue
        if (first := found.setdefault(one.id, one)) is not one:
            message = f"the id '{one.id}' is that of the question in line {first.at.line}"
            at = item.values["id"] if isinstance(item, MapNode) else item
            scope.refuse(at, "DQ206", message, "give this question another id")
    return list(found.values())


def _ids(items: list[Node]) -> set[str]:
    """Return the ids that are written, also of questions that are not whole."""
    written = (item.values.get("id") for item in items if isinstance(item, MapNode))
    return {node.text for node in written if isinstance(node, ScalarNode)}


def _position(node: Node) -> _Position:
    return node.line, node.column
