"""Readers of a question's parameters and conditions."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from dlquiz.banks.formulas import expression
from dlquiz.banks.leaves import data, exact, few, whole
from dlquiz.banks.nodes import ListNode, MapNode, Node, ScalarNode
from dlquiz.banks.scope import Refused, Scope, every
from dlquiz.core.domains import BadDomain, Choice, Derived, Domain, FloatRange, IntRange, Parameter, Records
from dlquiz.core.expressions import FUNCTIONS, RESERVED, Expression
from dlquiz.core.parameters import most_steps, most_values, steps
from dlquiz.errors import nearest

NAME = r"[A-Za-z][A-Za-z0-9_]*"
TAKEN = frozenset({"answer", "asked"})
"""Names that texts and claims use for themselves."""

MOST = 50
"""How many parameters a question may have."""
MOST_VALUES = 500
"""How many single values a setting may have, those in lists of records included."""
MOST_STEPS = 1_000
"""How many numbers, names and operations derived values and conditions may have: thousands of settings are drawn."""

_NAME = re.compile(NAME)


def domain(params: Node | None, where: Node | None, scope: Scope) -> Domain:
    """Read ``params:`` and ``where:``, either of which may be missing."""
    parameters = {} if params is None else _parameters(params, scope.naming(()))
    conditions = () if where is None else _conditions(where, scope.naming(parameters))
    count = most_steps(parameters) + sum(map(steps, conditions))
    at = where if where is not None else params
    if count > MOST_STEPS and at is not None:
        message = f"the derived values and conditions of a setting take {count:,} steps, and may take {MOST_STEPS:,}"
        raise scope.refuse(at, "DQ306", message, "write shorter ones, or fewer")
    return Domain(parameters, conditions)


def domain_of(node: Node, scope: Scope) -> Domain:
    """Read a mapping of names as a domain of its own, without conditions."""
    return Domain(_parameters(node, scope.naming(())))


def _conditions(node: Node, scope: Scope) -> tuple[Expression, ...]:
    return tuple(every(partial(expression, item, scope) for item in few(node, scope)))


def _parameters(node: Node, scope: Scope) -> dict[str, Parameter]:
    """Read parameters in their order; each may use the names before it."""
    if not isinstance(node, MapNode):
        raise scope.wrong_type(node, "a mapping of parameters", "write params: {n: {int: [16, 64]}}")
    if len(node.values) > MOST:
        message = f"there are {len(node.values):,} parameters, and a question may have {MOST}"
        raise scope.refuse(node, "DQ306", message, "declare fewer of them")
    known = list(scope.names)
    found: dict[str, Parameter] = {}
    refused: Refused | None = None
    for name, spec in node.values.items():
        try:
            _check_name(node.keys[name], scope)
            found[name] = _parameter(spec, scope.naming(known))
        except Refused as error:
            refused = refused or error
        known.append(name)
    if refused is not None:
        raise refused
    if (count := most_values(found)) > MOST_VALUES:
        message = f"a setting of these parameters has up to {count:,} values, and it may have {MOST_VALUES:,}"
        raise scope.refuse(node, "DQ306", message, "shorten the lists")
    return found


def _check_name(key: ScalarNode, scope: Scope) -> None:
    name = key.text
    if not _NAME.fullmatch(name):
        message = f"'{name[:40]}' cannot name a parameter"
        raise scope.refuse(key, "DQ305", message, "use letters, digits and _, with a letter first")
    if name in FUNCTIONS or name in RESERVED or name in TAKEN:
        what = "a function" if name in FUNCTIONS else "a word with a meaning of its own"
        message = f"'{name}' is {what} in formulas and texts"
        raise scope.refuse(key, "DQ305", message, "give the parameter another name")


def _parameter(node: Node, scope: Scope) -> Parameter:
    kinds = [key for key in node.values if key in _KINDS] if isinstance(node, MapNode) else []
    if not isinstance(node, MapNode) or len(kinds) != 1:
        message = f"a parameter is of one kind: {', '.join(_KINDS)}"
        raise scope.refuse(node, "DQ204", message, f"write one of {', '.join(_EXAMPLES)}")
    kind = kinds[0]
    read, options = _KINDS[kind]
    for key, at in node.keys.items():
        if key != kind and key not in options:
            message = f"'{key[:40]}' does not go with {kind}:{nearest(key, [*_KINDS, *options])}"
            raise scope.refuse(at, "DQ202", message, f"leave it out, or write one of {', '.join(_EXAMPLES)}")
    try:
        return read(node.values, kind, scope)
    except BadDomain as error:
        raise scope.refuse(node.values[kind], "DQ306", str(error), "correct the values of this parameter") from error


def _range(values: Mapping[str, Node], kind: str, read: Callable[[Node, Scope], Any], scope: Scope) -> list[Any]:
    """Return low, high and perhaps step, which is the third of the list or stands beside it."""
    node = values[kind]
    if not isinstance(node, ListNode) or len(node.items) not in (2, 3):
        message = "a range is a list of its lowest value, its highest and perhaps the step"
        raise scope.refuse(node, "DQ204", message, f"write {kind}: [16, 64] or [16, 64, 8]")
    steps = [values["step"]] if "step" in values else []
    if len(node.items) + len(steps) > 3:
        raise scope.refuse(values["step"], "DQ306", "the step is given twice", "leave one of them out")
    return every(partial(read, item, scope) for item in [*node.items, *steps])


def _int(values: Mapping[str, Node], kind: str, scope: Scope) -> Parameter:
    return IntRange(*_range(values, kind, whole, scope))


def _float(values: Mapping[str, Node], kind: str, scope: Scope) -> Parameter:
    bounds: list[Fraction] = _range(values, kind, exact, scope)
    if len(bounds) < 3:
        raise scope.refuse(values[kind], "DQ203", "the step is missing", "add it, as in {float: [0.1, 0.9], step: 0.1}")
    return FloatRange(*bounds)


def _choice(values: Mapping[str, Node], kind: str, scope: Scope) -> Parameter:
    node = values[kind]
    if not isinstance(node, ListNode):
        raise scope.wrong_type(node, "a list of values", "write choice: [3, 5, 7]")
    return Choice(tuple(data(node, scope)))


def _let(values: Mapping[str, Node], kind: str, scope: Scope) -> Parameter:
    return Derived(expression(values[kind], scope))


def _list(values: Mapping[str, Node], kind: str, scope: Scope) -> Parameter:
    fields = _parameters(values[kind], scope)
    length = values.get("length")
    if length is None:
        raise scope.refuse(values[kind], "DQ203", "the length of the list is missing", "add it, as in length: [2, 4]")
    if isinstance(length, ListNode) and len(length.items) == 2:
        low, high = every(partial(whole, item, scope) for item in length.items)
    else:
        low = high = whole(length, scope)
    return Records(fields, low, high)


_KINDS: dict[str, tuple[Callable[[Mapping[str, Node], str, Scope], Parameter], tuple[str, ...]]] = {
    "int": (_int, ("step",)),
    "choice": (_choice, ()),
    "float": (_float, ("step",)),
    "let": (_let, ()),
    "list": (_list, ("length",)),
}
_EXAMPLES = (
    "{int: [16, 64]}",
    "{choice: [3, 5]}",
    "{float: [0, 1], step: 0.1}",
    '{let: "2*n"}',
    "{list: {k: {choice: [3, 5]}}, length: [2, 4]}",
)
