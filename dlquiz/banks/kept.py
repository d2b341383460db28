"""Trees of YAML documents kept between starts: a bank that has not changed is read without a YAML parser.

Importing PyYAML and parsing four banks took a tenth of the time to the first question. A tree is kept as JSON, which
can run nothing, under the hash of the very text it came from, so it cannot be out of date.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from dlquiz.banks.complaints import Complaint
from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode

FORMAT = 1
"""Raise it when the same text gives another tree."""
LARGEST = 20_000
"""Nodes that a tree may have to be kept."""
MOST = 200
"""Trees that are kept; the oldest make room."""

_SCALAR, _LIST, _MAP = range(3)


def tree(text: str, file: str, folder: Path | None) -> tuple[Node | None, list[Complaint]]:
    """Return what :func:`dlquiz.banks.composing.compose` returns, from ``folder`` where it is kept there."""
    path = None if folder is None else folder / f"{_digest(text)}.json"
    if path is not None and (node := _read(path)) is not None:
        return node, []
    from dlquiz.banks.composing import compose

    root, complaints = compose(text, file)
    if path is not None and root is not None and not complaints and root.size <= LARGEST:
        with suppress(OSError):  # nothing is lost but the time that it saves
            _write(path, root)
    return root, complaints


def _digest(text: str) -> str:
    return hashlib.sha256(f"{FORMAT}\n{text}".encode()).hexdigest()[:32]


def _read(path: Path) -> Node | None:
    """Return the tree of a file; None where there is none, or the file is not what was written."""
    try:
        return _node(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _write(path: Path, root: Node) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in sorted(path.parent.glob("*.json"), key=os.path.getmtime)[: -MOST + 1]:
        old.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(_json(root), ensure_ascii=False), encoding="utf-8")
    os.replace(partial, path)


def _json(node: Node) -> list[Any]:
    if isinstance(node, ScalarNode):
        return [_SCALAR, node.text, node.plain, node.line, node.column, node.one_line, node.raw]
    if isinstance(node, ListNode):
        return [_LIST, node.line, node.column, [_json(item) for item in node.items]]
    pairs = [[_json(node.keys[key]), _json(node.values[key])] for key in node.keys]
    return [_MAP, node.line, node.column, pairs]


def _node(data: Any) -> Node:
    """Return the node of what :func:`_json` made; TypeError or ValueError for anything else."""
    kind, *rest = data
    if kind == _SCALAR:
        return _scalar(rest)
    line, column, inner = rest
    parts: list[Node]
    if kind == _LIST:
        parts = [_node(item) for item in inner]
        return ListNode(parts, _int(line), _int(column), 1 + sum(part.size for part in parts))
    if kind != _MAP:
        raise ValueError(f"there is no node of kind {kind}")
    keys = [_scalar(key[1:]) for key, _ in inner]
    parts = [_node(value) for _, value in inner]
    names = [key.text for key in keys]
    size = 1 + sum(part.size for part in parts)
    return MapNode(
        dict(zip(names, keys, strict=True)), dict(zip(names, parts, strict=True)), _int(line), _int(column), size
    )


def _scalar(data: list[Any]) -> ScalarNode:
    text, plain, line, column, one_line, raw = data
    if not (isinstance(text, str) and isinstance(raw, str) and isinstance(plain, bool) and isinstance(one_line, bool)):
        raise TypeError("a scalar has a text")
    return ScalarNode(text, plain, _int(line), _int(column), one_line, raw)


def _int(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("a place is a number")
    return value
