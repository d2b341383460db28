"""YAML text into a tree of nodes that know their places, on PyYAML's C parser.

Only events are taken from PyYAML: nothing is constructed, so no tag can run code. Tags, duplicate keys, merge keys,
further documents and alias floods are refused; nesting and size are bounded, so a hostile file costs no more than a
good one. A list or mapping that is too long ends at its bound, so what is complained of in it is bounded as well.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.nodes import ESCAPED, ListNode, MapNode, Node, ScalarNode
from dlquiz.banks.yaml_causes import glued
from dlquiz.banks.yaml_errors import advice
from dlquiz.core.calls import Place

_Events: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml: the same events, slower

DEPTH = 24
"""How many lists and mappings may stand inside one another."""
ALIASES = 20
NODES = 200_000
"""How many values a file may have, once its aliases are followed."""
CHARACTERS = 10_000
"""How long a text may be."""
ENTRIES = 1_000
"""How many entries a list or a mapping may have, other than the list of questions."""
_QUESTIONS_AT = 2
"""How deep the list of questions lies."""

_STANDARD_TAG = "tag:yaml.org,2002:"


class _Fatal(Exception):  # noqa: N818 - reading stops here
    """Nothing after this place can be read; the complaint was noted."""


def compose(text: str, file: str) -> tuple[Node | None, list[Complaint]]:
    """Return the tree of a YAML document, None where it has none, and every complaint about it."""
    composer = _Composer(text, file)
    try:
        return composer.document(), composer.complaints
    except _Fatal:
        return None, composer.complaints
    except yaml.YAMLError as error:
        line, column, message, fix = advice(error, text, composer.questions)
        composer.note(line, column, "DQ105", message, fix)
        return None, composer.complaints


@dataclass
class _Composer:
    """One pass over the events of a document."""

    text: str
    file: str
    complaints: list[Complaint] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    aliases: int = 0
    questions: list[int] = field(default_factory=list)
    """The lines of those that were begun, counted from 0."""

    def __post_init__(self) -> None:
        self.events = _Events(self.text)

    def note(self, line: int, column: int, code: str, message: str, fix: str) -> None:
        self.complaints.append(complaint(Place(self.file, line, column), code, message, fix))

    def fatal(self, event: Any, code: str, message: str, fix: str) -> _Fatal:
        self.note(*_start(event), code, message, fix)
        return _Fatal(message)

    def document(self) -> Node:
        self.events.get_event()  # the start of the stream
        first = self.events.get_event()
        if isinstance(first, yaml.StreamEndEvent):
            raise self.fatal(first, "DQ105", "the file is empty", "begin it with 'dlquiz: 1'")
        root = self.node(self.events.get_event(), 0)
        self.events.get_event()  # the end of the document
        further = self.events.get_event()
        if not isinstance(further, yaml.StreamEndEvent):
            raise self.fatal(further, "DQ105", "a second document begins here", "write one bank into one file")
        return root

    def node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag is not None:
            message = f"the tag '{event.tag.replace(_STANDARD_TAG, '!!')[:60]}' is not read"
            self.note(*_start(event), "DQ106", message, "leave it out; a bank holds plain data only")
        if isinstance(event, yaml.ScalarEvent):
            node: Node = self.scalar(event)
        elif depth == DEPTH:
            message = f"more than {DEPTH} lists and mappings stand inside one another"
            raise self.fatal(event, "DQ109", message, "write the bank with less nesting")
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, depth + 1)
        else:
            node = self.mapping(event, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def scalar(self, event: Any) -> ScalarNode:
        start, end, text, style = event.start_mark, event.end_mark, event.value, event.style
        plain = not style
        one_line = start.line == end.line and (plain or style in ESCAPED)
        written = end.column - start.column
        raw = self.text[start.index : end.index] if one_line and not plain and written != len(text) + 2 else ""
        if len(text) > CHARACTERS:
            message = f"a text may have {CHARACTERS:,} characters, and this one has {len(text):,}"
            self.note(*_start(event), "DQ114", message, "write less, or say it in several texts")
        cut = (end.line + 1, end.column + 2) if plain and text and self.text.startswith(" #", end.index) else None
        return ScalarNode(text, plain, start.line + 1, start.column + 1, one_line, raw, cut=cut)

    def sequence(self, event: Any, depth: int) -> ListNode:
        node, count = ListNode([], *_start(event)), 0
        lines: list[int] = []
        if depth == _QUESTIONS_AT:
            self.questions = lines
        while not isinstance(inner := self.events.get_event(), yaml.SequenceEndEvent):
            lines.append(inner.start_mark.line)
            item, count = self.node(inner, depth), count + 1
            if count <= ENTRIES or depth == _QUESTIONS_AT:
                node.items.append(item)
            self.grow(node, item, inner)
        self.bound(node, count - len(node.items))
        return node

    def mapping(self, event: Any, depth: int) -> MapNode:
        node, count = MapNode({}, {}, *_start(event)), 0
        while not isinstance(inner := self.events.get_event(), yaml.MappingEndEvent):
            key, count = self.key(inner), count + 1
            following = self.events.get_event()
            self.glued(key, following)
            value = self.node(following, depth)
            if key.text in node.keys and count <= ENTRIES:
                value = self.twice(node, key, value)
            if count <= ENTRIES:
                node.keys[key.text], node.values[key.text] = key, value
            self.grow(node, value, following)
        self.bound(node, max(0, count - ENTRIES))
        return node

    def twice(self, node: MapNode, key: ScalarNode, value: Node) -> Node:
        """Note that a key stands in a mapping twice; two lists are read as one, the last of other values counts."""
        first = node.values[key.text]
        both = isinstance(first, ListNode) and isinstance(value, ListNode)
        message = f"'{key.text[:60]}' is written twice; the first is in line {node.keys[key.text].line}"
        fix = "move the items into one list" if both else "leave one of them out"
        self.note(key.line, key.column, "DQ107", message, fix)
        if isinstance(first, ListNode) and isinstance(value, ListNode):
            return ListNode([*first.items, *value.items], first.line, first.column, first.size + value.size)
        return value

    def glued(self, key: ScalarNode, value: Any) -> None:
        """Note a key without a value that was meant to be both."""
        nothing = isinstance(value, yaml.ScalarEvent) and not value.style and not value.value
        if nothing and key.plain and (said := glued(key.text)) is not None:
            self.note(key.line, key.column, "DQ110", *said)

    def bound(self, node: ListNode | MapNode, beyond: int) -> None:
        """Note that a list or mapping has entries beyond its bound, which were left out."""
        if beyond:
            what = "list" if isinstance(node, ListNode) else "mapping"
            message = f"a {what} may have {ENTRIES:,} entries, and this one has {ENTRIES + beyond:,}"
            fix = "write fewer, a range such as {int: [1, 5000]} for whole numbers, or several questions"
            self.note(node.line, node.column, "DQ114", message, fix)

    def key(self, event: Any) -> ScalarNode:
        """Return a key, which is a scalar without tag or anchor."""
        plain = isinstance(event, yaml.ScalarEvent) and event.tag is None and event.anchor is None
        if plain and event.value != "<<":
            return self.scalar(event)
        if plain:
            raise self.fatal(event, "DQ110", "merge keys are not read", "write the fields out")
        fix = 'put a text that contains {{...}} into quotes: "... {{n}} ..."'
        raise self.fatal(event, "DQ110", "a key has to be a plain name", fix)

    def alias(self, event: Any) -> Node:
        self.aliases += 1
        if self.aliases > ALIASES:
            message = f"there are more than {ALIASES} aliases"
            raise self.fatal(event, "DQ108", message, "write the values out")
        if event.anchor not in self.anchors:
            message = f"no anchor '&{event.anchor[:60]}' ends before this alias"
            raise self.fatal(
                event, "DQ108", message, "write the value out, or put a text that begins with * into quotes"
            )
        return self.anchors[event.anchor]

    def grow(self, node: ListNode | MapNode, part: Node, event: Any) -> None:
        node.size += part.size
        if node.size <= NODES:
            return
        if self.aliases:
            message = f"with its aliases followed the file has more than {NODES:,} values"
            raise self.fatal(event, "DQ108", message, "write a smaller bank, without aliases")
        message = f"the file has more than {NODES:,} values"
        fix = "write several smaller banks, and a range such as {int: [1, 5000]} for a long list of whole numbers"
        raise self.fatal(event, "DQ114", message, fix)


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
