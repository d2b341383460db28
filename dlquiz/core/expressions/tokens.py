"""Text to tokens: numbers, names, texts and signs, each with its place in the text as typed."""

import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from dlquiz.core.expressions import limits, words
from dlquiz.core.expressions.characters import RAISED, as_read, refusal
from dlquiz.core.expressions.errors import Unreadable

Kind = Literal["number", "name", "function", "text", "truth", "sign", "cross", "end"]


class Token(NamedTuple):
    """One token; ``text`` as the language writes it, ``start`` and ``stop`` in the text as typed."""

    kind: Kind
    text: str
    start: int
    stop: int
    value: Fraction = Fraction(0)


_SIGNS = {"**": "^", "≤": "<=", "≥": ">=", "≠": "!="}
_PATTERN = re.compile(
    r"(?P<space>[ ]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    rf"|(?P<raised>[{''.join(RAISED)}]+)"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%^<>(),.\[\]≤≥≠√])"
)
_CROSS = re.compile(r"[xX](?=[ ]*[0-9(])|[xX](?![A-Za-z_0-9])")


def tokens(
    text: str, names: Collection[str] = (), *, limit: int = limits.TEXT_LENGTH, crosses: bool = False
) -> list[Token]:
    """Return the tokens of ``text`` and a last one of kind ``end``.

    With ``crosses``, a letter x between two sizes is a token of its own (``3x224``), unless x is a declared name.
    Raises Unreadable for a text too long, a character that is not read, and a word that means nothing.
    """
    if len(text) > limit:
        raise Unreadable("the text is longer than {most} characters", limit, most=limit)
    scanner = _Scanner(text, names, crosses and not {"x", "X"} & set(names))
    found = []
    for token in scanner.run():
        found.append(token)
        if len(found) > limits.TOKENS:
            raise Unreadable("there are more than {most} numbers, names and signs", token.start, most=limits.TOKENS)
    return [*found, Token("end", "", len(text), len(text))]


class _Scanner:
    """One pass over a text, left to right."""

    def __init__(self, text: str, names: Collection[str], crosses: bool):
        self.typed = text
        self.text = as_read(text)
        self.names = names
        self.crosses = crosses
        self.last = ""

    def run(self) -> Iterator[Token]:
        at = 0
        while at < len(self.text):
            for token in self.next_tokens(at):
                yield token
                self.last = token.text
                at = token.stop
            while self.text[at : at + 1] == " ":
                at += 1

    def next_tokens(self, at: int) -> Iterator[Token]:
        if self.crosses and self.last and (cross := _CROSS.match(self.text, at)):
            yield Token("cross", "x", at, cross.start() + 1)
            return
        match = _PATTERN.match(self.text, at)
        if match is None:
            raise Unreadable(refusal(self.typed[at]), at)
        kind, piece = match.lastgroup, match.group()
        if kind == "number":
            yield self.number(piece, at)
        elif kind == "word":
            yield from self.word(piece, at)
        elif kind == "raised":
            yield from self.raised(piece, at)
        elif kind == "text":
            yield self.quoted(at, match.end())
        elif kind == "sign":
            yield Token("sign", _SIGNS.get(piece, piece), at, match.end())

    def quoted(self, at: int, stop: int) -> Token:
        inside = self.typed[at + 1 : stop - 1]
        for offset, character in enumerate(inside, start=1):
            if not character.isprintable():
                raise Unreadable(refusal(character), at + offset)
        return Token("text", inside, at, stop)

    def number(self, piece: str, at: int) -> Token:
        letter = piece.lower().find("e")
        if letter >= 0 and piece[letter] in self.names:
            name = piece[letter]
            sentence = "'{text}' could be a number or a product with {name}; write a sign: {factor}*{name}"
            raise Unreadable(sentence, at, len(piece), text=piece, name=name, factor=piece[:letter])
        return Token("number", piece, at, at + len(piece), _exact(piece, at))

    def word(self, word: str, at: int) -> Iterator[Token]:
        stop = at + len(word)
        if self.last == ".":
            yield Token("name", word, at, stop)
        elif word in ("true", "false"):
            yield Token("truth", word, at, stop)
        elif word in words.RESERVED:
            yield Token("sign", word, at, stop)
        else:
            before_bracket = self.text[stop:].lstrip(" ").startswith("(")
            pieces = words.read(word, self.names, before_bracket=before_bracket, position=at)
            for piece in pieces:
                ends = at + len(piece)
                called = before_bracket and ends == stop and piece in words.FUNCTIONS
                yield Token("function" if called else "name", piece, at, ends)
                at = ends

    def raised(self, piece: str, at: int) -> Iterator[Token]:
        """Yield the tokens of a run of superscripts: ``²⁺ⁿ`` reads as ``^(2+n)``."""
        last = at + len(piece) - 1
        yield Token("sign", "^", at, at + 1)
        yield Token("sign", "(", at, at + 1)
        for run in re.finditer(r"[0-9]+|.", "".join(map(RAISED.__getitem__, piece))):
            start, text = at + run.start(), run.group()
            if text.isdigit():
                yield self.number(text, start)
            elif text == "n":
                yield from self.word(text, start)
            else:
                yield Token("sign", text, start, start + 1)
        yield Token("sign", ")", last, last + 1)


def _exact(piece: str, at: int) -> Fraction:
    """Return the exact value of a number as written; its size is checked first."""
    mantissa, _, exponent = piece.lower().partition("e")
    if len(mantissa.replace(".", "")) > limits.LITERAL_DIGITS:
        raise Unreadable("a number may have at most {most} digits", at, len(piece), most=limits.LITERAL_DIGITS)
    power = exponent.lstrip("+-")
    if len(power) > limits.LITERAL_DIGITS or int(power or 0) > limits.LITERAL_EXPONENT:
        sentence = "a power of ten lies between -{most} and {most}"
        raise Unreadable(sentence, at, len(piece), most=limits.LITERAL_EXPONENT)
    return Fraction(mantissa.rstrip(".") + (f"e{exponent}" if exponent else ""))
