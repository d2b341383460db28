"""One question of a bank read: its kind, its parameters, and the fields that its kind declares."""

from dataclasses import replace

from dlquiz.banks.nodes import MapNode, Node, ScalarNode
from dlquiz.banks.parameters import domain
from dlquiz.banks.records import layout, record
from dlquiz.banks.scope import Refused, Scope
from dlquiz.core.domains import Derived, Domain, EmptyDomain
from dlquiz.core.kinds.registry import KINDS
from dlquiz.core.questions import Question
from dlquiz.errors import nearest, nearest_of

READ_HERE = ("kind", "params", "where")
"""Keys of a question that are no fields of its class."""
LAST_REV = 999_999_999
"""The largest revision: names of instances and the database hold no longer numbers."""


def question(node: Node, bank: str, topic: str, scope: Scope) -> Question | None:
    """Return a question, or None where an error was found in it."""
    noted = len(scope.complaints)
    try:
        found = _read(node, bank, topic, scope)
    except Refused:
        return None
    for fault in found.faults():
        scope.refuse(fault.at, "DQ210", fault.message, fault.fix)
    return None if any(item.severity == "error" for item in scope.complaints[noted:]) else found


def _read(node: Node, bank: str, topic: str, scope: Scope) -> Question:
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "a question", "write id:, kind:, prompt: and what else its kind asks for")
    kind = _kind(node, scope)
    settings = Domain({})
    refused: Refused | None = None
    try:
        settings = domain(node.values.get("params"), node.values.get("where"), scope)
    except Refused as error:
        refused = error
    given = {"bank": bank, "topic": topic, "domain": settings}
    found: Question = record(kind, node, _inside(node, scope), given, READ_HERE)
    if not 1 <= found.rev <= LAST_REV:
        raise scope.wrong_type(node.values["rev"], f"a whole number from 1 to {LAST_REV}", "write rev: 1")
    if refused is not None:
        raise refused
    _check_drawable(found, node, scope)
    return found


def _kind(node: MapNode, scope: Scope) -> type[Question]:
    """Return the kind that is written, or the nearest to it: what is wrong besides a slip is then told as well.

    Raises Refused where none is near, once the fields that no kind has are told.
    """
    found = node.values.get("kind")
    listed = ", ".join(KINDS)
    if found is None:
        refused = scope.refuse(node, "DQ203", "'kind' is missing", f"add kind: with one of {listed}")
        _tell_unknown(node, scope)
        raise refused
    text = found.text if isinstance(found, ScalarNode) else ""
    if text not in KINDS:
        message = f"'{text[:40]}' is not a kind of answer{nearest(text[:40], KINDS)}"
        refused = scope.refuse(found, "DQ208", message, f"the kinds are {listed}")
        if (close := nearest_of(text[:40], KINDS)) is not None:
            return KINDS[close]
        _tell_unknown(node, scope)
        raise refused
    return KINDS[text]


def _tell_unknown(node: MapNode, scope: Scope) -> None:
    """Complain of the fields that no kind of question has."""
    known = [*READ_HERE, *dict.fromkeys(key for kind in KINDS.values() for key in layout(kind))]
    for key, at in node.keys.items():
        if key not in known:
            message = f"'{key[:40]}' is not a field of any question{nearest(key[:40], known)}"
            scope.refuse(at, "DQ202", message, "correct its name, or leave it out")


def _inside(node: MapNode, scope: Scope) -> Scope:
    """Return the scope of a question, with the names that it declares, even where what they stand for is broken."""
    return replace(scope, names=_names(node, "params"), symbols=_names(node, "symbols"))


def _names(node: MapNode, key: str) -> tuple[str, ...]:
    declared = node.values.get(key)
    return tuple(declared.values) if isinstance(declared, MapNode) else ()


def _check_drawable(found: Question, node: MapNode, scope: Scope) -> None:
    """Complain where conditions or derived values leave no setting to draw."""
    derived = any(isinstance(parameter, Derived) for parameter in found.domain.parameters.values())
    if not (found.domain.where or derived):
        return
    try:
        found.domain.draw(found.key, found.rev, 0)
    except EmptyDomain as error:
        message, _, fix = str(error).rpartition("; ")
        at = node.values.get("where") or node.values["params"]
        raise scope.refuse(at, "DQ307", message, fix) from error
