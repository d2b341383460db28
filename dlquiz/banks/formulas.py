"""Readers of what holds expressions: formulas, conditions, texts with holes, and engine calls."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from dlquiz.banks.leaves import string
from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode
from dlquiz.banks.scalars import is_number
from dlquiz.banks.scope import Refused, Scope, every
from dlquiz.core.building.goal import BUILT
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given, Place
from dlquiz.core.expressions import Expression, Unreadable, parse
from dlquiz.core.formulas import Formula, declared
from dlquiz.core.texts import LANGUAGES, Template, Text, parse_template
from dlquiz.core.values import to_json
from dlquiz.errors import nearest

CALL = ("call", "with")
"""The fields of an engine call."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What YAML 1.1 reads as truths, and YAML 1.2, as which banks are read, as texts."""
_WIDE_QUOTED = re.compile(r"“[^“”]*”|‘[^‘’]*’|＂[^＂]*＂")


def expression(node: Node, scope: Scope) -> Expression:
    """Read one expression in the names of the scope; a plain number is one too."""
    if not isinstance(node, ScalarNode) or isinstance(scope.plain(node), bool | None):
        raise scope.wrong_type(node, "a formula", 'write it in quotes, such as "2*n + 1"')
    try:
        return declared(node.text, scope.names)
    except Unreadable as error:
        raise scope.unreadable(node, error, "DQ301", "write the formula in numbers and declared names") from error


def formula(node: Node, scope: Scope) -> Formula:
    """Read an expression, or a list of them for a shape."""
    if isinstance(node, ListNode):
        parts = every(partial(expression, item, scope) for item in node.items)
        return Formula(tuple(parts), listed=True)
    return Formula((expression(node, scope),))


def text(node: Node, scope: Scope) -> Text:
    """Read a text in English, or in the languages that a mapping gives."""
    if isinstance(node, ScalarNode):
        return Text(template(node, scope))
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "a text", "write a text, or {en: ..., zh: ...}")
    for key, at in node.keys.items():
        if key not in LANGUAGES:
            fix = f"the languages are {' and '.join(LANGUAGES)}"
            scope.refuse(at, "DQ202", f"'{key[:40]}' is not a language that a text can have", fix)
    if "en" not in node.values:
        raise scope.refuse(node, "DQ203", "the English text is missing", "add en:")
    found = every(partial(template, item, scope) for item in _in_languages(node))
    _compare_holes(node, found, scope)
    return Text(*found)


def _in_languages(node: MapNode) -> list[Node]:
    return [node.values[language] for language in LANGUAGES if language in node.values]


def template(node: Node, scope: Scope) -> Template:
    """Read a text with ``{{expression}}`` holes; two spaces before a # show that a comment is meant as one.

    Full-width quotes around a text are a part of it, and most often were meant as quotes.
    """
    string(node, scope)
    assert isinstance(node, ScalarNode)
    if node.cut is not None:
        message = f"the text ends with '{node.text[-20:].lstrip()}': what follows is a comment"
        at = Place(scope.file, *node.cut)
        scope.refuse(at, "DQ115", message, "put the text into quotes, or two spaces before the # of a comment")
    if node.plain and _WIDE_QUOTED.fullmatch(node.text):
        message = f"YAML takes {node.text[0]} and {node.text[-1]} for letters, so learners would see them"
        scope.refuse(node, "DQ116", message, "write straight quotes in their place, or around them if they are meant")
    return _with_holes(node, scope)


def typed(node: Node, scope: Scope) -> Typed:
    """Read an answer as somebody would type it, which may look like a number."""
    if not isinstance(node, ScalarNode) or not node.text.strip():
        raise scope.wrong_type(node, "an answer", "write it as somebody would type it, in quotes")
    return Typed(_with_holes(node, scope), scope.place(node))


def _with_holes(node: ScalarNode, scope: Scope) -> Template:
    try:
        return parse_template(node.text, scope.names)
    except Unreadable as error:
        fix = "write numbers and declared names between {{ and }}"
        raise scope.unreadable(node, error, "DQ303", fix) from error


def _compare_holes(node: MapNode, templates: list[Template], scope: Scope) -> None:
    """Complain where one language puts in a value that another does not."""
    wanted, *others = [Counter(hole.tree for hole in one.holes) for one in templates]
    written = {hole.tree: hole.text.strip() for one in templates for hole in one.holes}
    for found, at in zip(others, _in_languages(node)[1:], strict=True):
        differing = wanted.keys() ^ found.keys()
        if wanted - found and found - wanted:  # as often is asked for only where another value stands instead
            differing |= (wanted - found).keys() | (found - wanted).keys()
        if differing:
            shown = ", ".join("{{" + hole + "}}" for hole in sorted(written[tree] for tree in differing))
            message = f"only one of the languages puts in {shown}"
            if differing <= wanted.keys() & found.keys():
                message = f"the languages do not put in {shown} equally often"
            raise scope.refuse(at, "DQ304", message, "put the same values into every language")


def call(node: Node, scope: Scope) -> CallTemplate:
    """Read ``{call: name, with: {argument: value}}``."""
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "an engine call", "write {call: conv.output_size, with: {size: n}}")
    for key, at in node.keys.items():
        if key not in CALL:
            scope.refuse(at, "DQ202", f"'{key[:40]}' is not a field of an engine call", "its fields are call and with")
    if "call" not in node.values:
        raise scope.refuse(node, "DQ203", "the name of the engine function is missing", "add call:")
    function = string(node.values["call"], scope)
    given = node.values.get("with")
    return CallTemplate(function, {} if given is None else arguments(given, scope), scope.place(node.values["call"]))


def arguments(node: Node, scope: Scope) -> dict[str, Any]:
    """Read the arguments of a call, by name."""
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "a mapping of arguments", "write with: {size: n, kernel_size: 3}")
    found: dict[str, Any] = argument(node, scope)
    return found


def given(node: Node, scope: Scope) -> Given:
    """Read data in which expressions may stand."""
    return Given(argument(node, scope))


def changed_call(node: Node, experiment: CallTemplate, scope: Scope) -> CallTemplate:
    """Read a control: a call of its own, or the arguments that it changes in the experiment.

    Names of engine functions have a dot. A ``call`` without one is an argument of this name.
    """
    named = node.values.get("call") if isinstance(node, MapNode) else None
    if isinstance(node, MapNode) and isinstance(named, ScalarNode) and ("with" in node.values or "." in named.text):
        return call(node, scope)
    return replace(experiment.changed(arguments(node, scope)), at=scope.place(node))


def argument(node: Node, scope: Scope) -> Any:
    """Read one argument: data, where a text that is written in declared names is an expression.

    Quotes make a text of what would be a number without them: ``base: 2`` is the number and ``base: "2"`` the text,
    while ``"2*n"``, ``"1/2"`` and ``"n"`` are expressions with quotes or without.
    """
    if isinstance(node, ListNode):
        return every(partial(argument, item, scope) for item in node.items)
    if isinstance(node, MapNode):
        values = every(partial(_named, name, item, scope) for name, item in node.values.items())
        return dict(zip(node.values, values, strict=True))
    value = scope.plain(node)
    if not isinstance(value, str):
        return to_json(value) if isinstance(value, Fraction) else value
    if value == BUILT and node.plain and value not in scope.names:
        message = f"'{BUILT}' is known in a construct only, where it is what the answer builds"
        raise scope.refuse(node, "DQ302", message, f"name a parameter, or write '{BUILT}' in quotes for the text")
    if _WORD.fullmatch(value):
        return declared(value, scope.names) if value in scope.names else value
    if not node.plain and is_number(value):
        return value
    return _written(node, value, scope)


def _named(name: str, node: Node, scope: Scope) -> Any:
    """Read an argument with a name; in a list ``no`` may be a word of a sentence, and here it is meant as a truth."""
    meant = _TRUTHS.get(node.text.lower()) if isinstance(node, ScalarNode) and node.plain else None
    if isinstance(node, ScalarNode) and meant is not None and node.text not in scope.names:
        message = f"'{node.text}' is a text here, as in YAML 1.2, and does not mean {meant}"
        fix = f"write {name[:40]}: {meant}, or '{node.text}' in quotes if the text is meant"
        raise scope.refuse(node, "DQ204", message, fix)
    return argument(node, scope)


def _written(node: ScalarNode, written: str, scope: Scope) -> Expression | str:
    """Return the expression that a text writes; the text itself where it uses no declared name."""
    try:
        return declared(written, scope.names)
    except Unreadable:
        pass
    try:
        free = parse(written).names
    except Unreadable:
        return written
    if free.isdisjoint(scope.names):
        return written
    raise _mixed(node, sorted(free - set(scope.names), key=written.find), scope)


def _mixed(node: ScalarNode, unknown: list[str], scope: Scope) -> Refused:
    if not unknown:
        return scope.refuse(node, "DQ302", f"'{node.text[:60]}' cannot be read", "write * between names")
    error = Unreadable(
        f"'{unknown[0][:40]}' is not a parameter of this question{nearest(unknown[0], scope.names)}",
        max(node.text.find(unknown[0]), 0),
    )
    return scope.unreadable(node, error, "DQ302", "declare it under params, or write a text as \"'...'\"")
