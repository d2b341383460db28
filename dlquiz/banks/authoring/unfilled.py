"""Banks without a question: a file that says nothing yet, or a header whose list of questions is empty."""

import re
from typing import NamedTuple

from dlquiz.banks.composing import compose
from dlquiz.banks.files import decode
from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode

_LISTED = re.compile(
    rb"((?:questions|\"questions\"|'questions')[ \t]*:)(?:[ \t]*(?:\[[ \t]*\]|null|~))?([ \t]*(?:#.*)?\r?)"
)


class Unfilled(NamedTuple):
    """The bytes of a bank up to where its first question belongs, those behind it, and its topic."""

    before: bytes
    after: bytes
    topic: str


def is_blank(data: bytes) -> bool:
    """Whether a file holds nothing but empty lines and comments.

    >>> is_blank(b"# my course\\n\\n"), is_blank(b"dlquiz: 1\\n")
    (True, False)
    """
    text, _ = decode(data, "")
    return text is not None and all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n"))


def unfilled(data: bytes, file: str) -> Unfilled | None:
    """Return where the first question of a bank belongs; None where it has one, or where this cannot be seen."""
    text, _ = decode(data, file)
    root = None if text is None else compose(text, file)[0]
    if not isinstance(root, MapNode) or not _is_nothing(root.values.get("questions")):
        return None
    line = root.keys["questions"].line
    lines = data.split(b"\n")
    found = _LISTED.fullmatch(lines[line - 1])
    if found is None:
        return None
    topic = root.values.get("topic")
    before = b"".join(each + b"\n" for each in [*lines[: line - 1], found[1] + found[2]])
    return Unfilled(before, b"\n".join(lines[line:]), topic.text if isinstance(topic, ScalarNode) else "")


def _is_nothing(node: Node | None) -> bool:
    """Whether ``questions:`` is there, and holds none."""
    if isinstance(node, ListNode):
        return not node.items
    return isinstance(node, ScalarNode) and node.plain and node.text in ("", "null", "~")
