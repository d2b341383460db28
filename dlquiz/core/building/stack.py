"""A stack of layers as people write it: ``Conv2d(3, 8, 4, stride=4), ReLU`` or ``k=3 s=2 p=1``.

::

    stack    := layer (',' layer)*
    layer    := name ['(' [argument (',' argument)*] ')'] | letter '=' value ([','] letter '=' value)*
    argument := [name '='] value
    value    := number | true | false | '(' number (',' number)* ')' | number 'x' number

Names are torch's, in any case, with or without ``nn.``. Letters stand for a window's arguments and make one layer, the
first with a kernel that may be used; after a comma they go on with it as long as each names another argument.
Full-width characters are read. Raises Unreadable with the position, what is wrong and the nearest name.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dlquiz.core.building.layers import LAYERS, Layer, LayerName, Parameter
from dlquiz.core.building.written import Written
from dlquiz.core.expressions import Unreadable
from dlquiz.core.expressions.characters import as_read, refusal
from dlquiz.core.expressions.errors import brief
from dlquiz.core.expressions.sentences import Sentence

MOST_LAYERS = 12
LONGEST = 1000
"""Characters of an answer."""

_TOKEN = re.compile(
    r"(?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9.]*)"
    r"|(?P<sign>[(),=\[\]*])"
)
_CROSS = re.compile(r"[xX][0-9]*")
_TRUTHS = {"true": True, "false": False}
_CLOSING = {"(": ")", "[": "]"}


def read_stack(text: str, allowed: Sequence[LayerName]) -> tuple[Written, ...]:
    """Return the layers that a text writes, all of them ``allowed``; raises Unreadable.

    >>> [str(layer) for layer in read_stack("k=7 s=2 p=3, maxpool2d(3, 2, 1)", ["Conv2d", "MaxPool2d"])]
    ['Conv2d(kernel_size=7, stride=2, padding=3)', 'MaxPool2d(kernel_size=3, stride=2, padding=1)']
    """
    return _Reader(_tokens(text), allowed).stack()


class _Token(NamedTuple):
    kind: str
    text: str
    start: int

    def refused(self, sentence: str | Sentence, **values: Any) -> Unreadable:
        """Return the complaint about this token."""
        return Unreadable(sentence, self.start, max(1, len(self.text)), **values)


def _tokens(typed: str) -> list[_Token]:
    if len(typed) > LONGEST:
        raise Unreadable("the text is longer than {most} characters", LONGEST, most=LONGEST)
    text, found, at = as_read(typed), [], 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(refusal(typed[at]), at)
        found.append(_Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, _Token("end", "", max(0, len(typed) - 1))]


class _Reader:
    """A place in the tokens of a stack."""

    def __init__(self, tokens: Sequence[_Token], allowed: Sequence[LayerName]):
        self.tokens = tokens
        self.allowed = allowed
        self.at = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def after(self, steps: int = 1) -> _Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def take(self, *signs: str) -> _Token | None:
        """Return the token at hand and step over it if it is one of these signs."""
        token = self.token
        if token.kind != "sign" or token.text not in signs:
            return None
        self.at += 1
        return token

    def stack(self) -> tuple[Written, ...]:
        found = [self.layer()]
        while self.token.kind != "end":
            if not self.take(","):
                raise self.token.refused("a comma separates layers, and none stands here")
            if len(found) == MOST_LAYERS:
                raise self.token.refused("there are more than {most} layers", most=MOST_LAYERS)
            found.append(self.layer())
        return tuple(found)

    def layer(self) -> Written:
        named = self.token
        if named.kind != "word":
            raise named.refused("a layer is missing here; the layers are {names}", names=self.allowed)
        if self.after().text == "=":
            return self.lettered()
        layer = self.known(named)
        self.at += 1
        bracket = self.take("(")
        return _complete(layer, self.arguments(layer, bracket) if bracket else {}, named)

    def known(self, token: _Token) -> Layer:
        """Return the layer of a name."""
        word = token.text.rpartition(".")[2].lower()
        name = next((name for name in LAYERS if name.lower() == word), None)
        if name is not None and name in self.allowed:
            return LAYERS[name]
        if name is not None:
            sentence = "{layer} may not be used here; the layers are {names}"
            raise token.refused(sentence, layer=name, names=self.allowed)
        near = _nearest(word, self.allowed)
        sentence = "'{word}' is not a layer here; the layers are {names}{nearest}"
        raise token.refused(sentence, word=brief(token.text), names=self.allowed, nearest=near)

    def arguments(self, layer: Layer, bracket: _Token) -> dict[str, Any]:
        """Read what stands in brackets, up to the closing one."""
        found: dict[str, Any] = {}
        by_name = False
        while not self.take(")"):
            if self.token.kind == "end":
                raise bracket.refused("a closing '{sign}' is missing", sign=")")
            if found and not self.take(","):
                raise self.token.refused("a comma separates arguments, and none stands here")
            by_name = self.argument(layer, found, by_name)
        return found

    def argument(self, layer: Layer, found: dict[str, Any], by_name: bool) -> bool:
        """Read one argument; return whether it had a name."""
        if self.token.kind == "word" and self.after().text == "=":
            self.pair(layer, found)
            return True
        if by_name:
            raise self.token.refused("an argument without a name stands after one with a name")
        if not layer.parameters:
            raise self.token.refused("{layer} takes no arguments", layer=layer.name)
        if len(found) == len(layer.by_position):
            sentence = "{layer} takes at most {most} arguments without names"
            raise self.token.refused(sentence, layer=layer.name, most=len(layer.by_position))
        parameter = layer.by_position[len(found)]
        found[parameter.name] = self.value(parameter)
        return False

    def pair(self, layer: Layer, found: dict[str, Any]) -> None:
        """Read ``name=value``."""
        named = self.token
        parameter = layer.parameter(named.text)
        if parameter is None:
            names = [parameter.name for parameter in layer.parameters]
            if not names:
                raise named.refused("{layer} takes no arguments", layer=layer.name)
            sentence = "{layer} takes no argument '{word}'; its arguments are {names}{nearest}"
            told = {"word": brief(named.text), "names": names, "nearest": _nearest(named.text, names)}
            raise named.refused(sentence, layer=layer.name, **told)
        if parameter.name in found:
            raise named.refused("{name} is given twice", name=parameter.name)
        self.at += 2
        found[parameter.name] = self.value(parameter)

    def lettered(self) -> Written:
        """Read ``k=3 s=2 p=1``, one layer."""
        first = self.token
        named = next((LAYERS[name] for name in self.allowed if LAYERS[name].parameter("kernel_size")), None)
        if named is None:
            raise first.refused("a layer is missing here; the layers are {names}", names=self.allowed)
        found: dict[str, Any] = {}
        self.pair(named, found)
        while self.goes_on(named, found):
            self.take(",")
            self.pair(named, found)
        return _complete(named, found, first)

    def goes_on(self, layer: Layer, found: Mapping[str, Any]) -> bool:
        comma = self.token.text == ","
        word, equals = self.after(int(comma)), self.after(int(comma) + 1)
        if word.kind != "word" or equals.text != "=":
            return False
        parameter = layer.parameter(word.text)
        return not comma or parameter is None or parameter.name not in found

    def value(self, parameter: Parameter) -> Any:
        """Read a value that fits an argument."""
        start = self.token
        value = self.several() if start.text in _CLOSING else self.single()
        if not parameter.accepts(value):
            raise start.refused(parameter.wanted())
        return value

    def single(self) -> Any:
        """Read a number, a truth, or ``3x3``."""
        token = self.token
        self.at += 1
        if token.kind == "word" and token.text.lower() in _TRUTHS:
            return _TRUTHS[token.text.lower()]
        if token.kind != "number":
            raise token.refused("a value is missing here")
        crossed = self.token.text == "*" or (self.token.kind == "word" and _CROSS.fullmatch(self.token.text))
        if not crossed:
            return _number(token.text)
        rest = self.token.text.lstrip("xX*")
        self.at += 1
        if not rest:
            rest = self.number().text
        return [_number(token.text), _number(rest)]

    def several(self) -> list[Any]:
        """Read numbers in brackets."""
        bracket = self.token
        self.at += 1
        found = [_number(self.number().text)]
        while not self.take(_CLOSING[bracket.text]):
            if self.token.kind == "end":
                raise bracket.refused("a closing '{sign}' is missing", sign=_CLOSING[bracket.text])
            if not self.take(","):
                raise self.token.refused("a comma separates values")
            found.append(_number(self.number().text))
        return found

    def number(self) -> _Token:
        token = self.token
        if token.kind != "number":
            raise token.refused("a value is missing here")
        self.at += 1
        return token


def _complete(layer: Layer, found: dict[str, Any], named: _Token) -> Written:
    for parameter in layer.parameters:
        if parameter.needed and parameter.name not in found:
            raise named.refused("{name} is missing in {layer}", name=parameter.name, layer=layer.name)
    return Written(layer, found)


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("+-").isdigit() and len(text) <= 40 else float(text)


def _nearest(word: str, known: Sequence[str]) -> str | Sentence:
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), list(names), n=1)
    return Sentence("; did you mean '{name}'?", {"name": names[close[0]]}) if close else ""
