"""Arguments of an engine function as they are typed: ``name=value``."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from dlquiz.errors import DlquizError

_IN_SINGLE_QUOTES = re.compile(r"'((?:[^']|'')*)'")


def read_arguments(words: Iterable[str]) -> dict[str, Any]:
    """Return the arguments by name; raises DlquizError for a word that is none, and for a name given twice.

    >>> read_arguments(["size=224", "layers=[{kernel_size: 3}]", "name=resnet50"])
    {'size': 224, 'layers': [{'kernel_size': 3}], 'name': 'resnet50'}
    """
    given: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not (equals and name.strip()):
            raise DlquizError(f"'{word[:60]}' is no argument; write its name, = and its value, as in size=224")
        if name.strip() in given:
            raise DlquizError(f"the argument {name.strip()} is given twice; give it once")
        given[name.strip()] = read_value(name.strip(), text)
    return given


def read_value(name: str, text: str) -> Any:
    """Return a value: JSON, or the same with names not in quotes as banks write it, or else a text.

    As in a bank, quotes make a text of what would be a number without them. A shell takes its own quotes off, so they
    are written inside of those: ``'base="2"'``.

    >>> [read_value("x", text) for text in ("7", "0.5", "True", "[1, {a: 2}]", '"7"', "'7'", "imagenet", "1e400")]
    [7, 0.5, True, [1, {'a': 2}], '7', '7', 'imagenet', '1e400']
    """
    try:
        return json.loads(text, parse_constant=str.lower, parse_float=_finite)
    except (ValueError, RecursionError):
        return _flow(name, text) if text.lstrip()[:1] in ("[", "{") else _word(text)


def _finite(text: str) -> float | str:
    """Return a decimal, or its text where a float cannot hold it."""
    return float(text) if math.isfinite(float(text)) else text


def _flow(name: str, text: str) -> Any:
    """Read a list or a mapping as a bank would."""
    from dlquiz.banks.composing import compose
    from dlquiz.banks.leaves import data
    from dlquiz.banks.scope import Refused, Scope

    root, complaints = compose(text, name)
    if root is not None and not complaints:
        try:
            return _sendable(data(root, Scope(name, complaints)))
        except Refused:
            pass  # the complaint says why
    first = complaints[0]
    raise DlquizError(f"the value of {name} cannot be read: {first.message}, at character {first.column}; {first.fix}")


def _word(text: str) -> Any:
    from dlquiz.banks.scalars import OutOfBounds, resolve

    if quoted := _IN_SINGLE_QUOTES.fullmatch(text):
        return quoted[1].replace("''", "'")
    try:
        meant = resolve(text)
    except OutOfBounds:
        return text
    return text if meant is None else _sendable(meant)


def _sendable(value: Any) -> Any:
    from dlquiz.core.values import to_json

    return to_json(value)
