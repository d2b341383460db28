"""Tokens to trees, by recursive descent; each method reads one line of the grammar.

::

    condition  := conjunction ('or' conjunction)*
    conjunction := negation ('and' negation)*
    negation   := 'not' negation | comparison
    comparison := sum (('<' | '<=' | '>' | '>=' | '==' | '!=') sum)*
    sum        := product (('+' | '-') product)*
    product    := signed (('*' | '/' | '//' | '%') signed | power)*      a power without a sign: an implicit product
    signed     := ('-' | '+') signed | power
    power      := field ('^' signed)?
    field      := atom ('.' name)*
    atom       := number | text | truth | name | function '(' condition (',' condition)* ')' | '(' condition ')'
"""

import re
from collections.abc import Callable, Sequence

from dlquiz.core.expressions import limits, tree, words
from dlquiz.core.expressions.errors import Unreadable, brief
from dlquiz.core.expressions.sentences import Sentence
from dlquiz.core.expressions.tokens import Token
from dlquiz.core.expressions.tree import Tree

_STARTS_A_FACTOR = ("name", "function")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(?![0-9])")


def read(tokens: Sequence[Token]) -> Tree:
    """Return the tree of a whole expression; ``tokens`` ends with one of kind ``end``. Raises Unreadable."""
    if tokens[0].kind == "end":
        raise Unreadable("nothing is written here", 0)
    parser = _Parser(tokens)
    found = parser.condition()
    parser.expect_end()
    if tree.height(found) > limits.TREE_HEIGHT:
        raise Unreadable("more than {most} operations build on one another", tokens[0].start, most=limits.TREE_HEIGHT)
    return found


class _Parser:
    """A place in the tokens, and how deep in brackets it is."""

    def __init__(self, tokens: Sequence[Token]):
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self, *signs: str) -> Token | None:
        """Return the token at hand and step over it if it is one of these signs."""
        token = self.token
        if token.kind != "sign" or token.text not in signs:
            return None
        self.at += 1
        return token

    def deeper(self, rule: Callable[[], Tree]) -> Tree:
        """Return what a rule reads one level further in."""
        if self.depth == limits.NESTING:
            sentence = "more than {most} brackets, signs or powers stand inside one another"
            raise Unreadable(sentence, self.token.start, most=limits.NESTING)
        self.depth += 1
        found = rule()
        self.depth -= 1
        return found

    def condition(self) -> Tree:
        return self.chain(self.conjunction, "or")

    def conjunction(self) -> Tree:
        return self.chain(self.negation, "and")

    def negation(self) -> Tree:
        return ("not", self.deeper(self.negation)) if self.take("not") else self.comparison()

    def comparison(self) -> Tree:
        first, others = self.sum(), list[Tree | str]()
        while sign := self.take(*tree.COMPARISONS):
            others += [sign.text, self.sum()]
        if not others:
            return first
        return (others[0], first, others[1]) if len(others) == 2 else ("chain", first, *others)

    def sum(self) -> Tree:
        return self.chain(self.product, "+", "-")

    def chain(self, part: Callable[[], Tree], *signs: str) -> Tree:
        """Return parts joined from left to right by any of these signs."""
        found = part()
        while sign := self.take(*signs):
            found = tree.joined(sign.text, found, part())
        return found

    def product(self) -> Tree:
        found, division = self.signed(), None
        while True:
            if sign := self.take("*", "/", "//", "%"):
                division = None if sign.text == "*" else sign
                found = tree.joined(sign.text, found, self.signed())
            elif self.token.kind in _STARTS_A_FACTOR or self.opens("(", "√"):
                if division:
                    raise _two_ways(division, self.token)
                found = tree.joined("*", found, self.power())
            else:
                return found

    def opens(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in (signs or "(")

    def signed(self) -> Tree:
        if sign := self.take("-", "+"):
            inner = self.deeper(self.signed)
            return tree.negated(inner) if sign.text == "-" else inner
        return self.power()

    def power(self) -> Tree:
        base = self.field()
        return ("^", base, self.deeper(self.signed)) if self.take("^") else base

    def field(self) -> Tree:
        found = self.atom()
        while dot := self.take("."):
            if self.token.kind != "name":
                raise Unreadable("the name of a field belongs after the point", dot.start)
            found = ("field", found, self.token.text)
            self.at += 1
        return found

    def atom(self) -> Tree:
        token = self.token
        if self.opens():
            return self.deeper(self.bracket)
        if root := self.take("√"):
            return self.root(root)
        if token.kind in ("sign", "cross", "end"):
            raise self.surprise()
        self.at += 1
        if token.kind == "number":
            return _number(token)
        if token.kind == "function":
            return self.deeper(lambda: self.call(token))
        return token.text == "true" if token.kind == "truth" else (token.kind, token.text)

    def root(self, sign: Token) -> Tree:
        """Read what a root is taken of: a bracket, or one number or name that no factor follows without a sign."""
        if not (self.opens() or self.token.kind in ("number", "name")):
            raise Unreadable("'√' stands before a number or a bracket, as in √2 and √(1 + 1)", sign.start)
        bracketed, inner = self.opens(), self.deeper(self.atom)
        if not bracketed and (self.token.kind in _STARTS_A_FACTOR or self.opens("(", "^", ".")):
            raise _two_ways(sign, self.token)
        return ("call", "sqrt", inner)

    def bracket(self) -> Tree:
        opening = self.take("(")
        assert opening is not None
        found = self.condition()
        self.close(opening)
        return found

    def call(self, function: Token) -> Tree:
        opening = self.take("(")
        assert opening is not None
        arguments = [self.condition()]
        while self.take(","):
            arguments.append(self.condition())
        self.close(opening)
        takes = words.FUNCTIONS[function.text]
        if takes not in (None, len(arguments)):
            raise Unreadable(
                "{function} takes one value, not {count}",
                function.start,
                len(function.text),
                function=function.text,
                count=len(arguments),
            )
        return ("call", function.text, *arguments)

    def close(self, opening: Token) -> None:
        if self.take(")"):
            return
        if self.token.kind == "end":
            raise Unreadable("a closing '{sign}' is missing", opening.start, sign=")")
        raise self.surprise()

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.surprise()

    def surprise(self) -> Unreadable:
        """Return the complaint about the token at hand."""
        token, last = self.token, self.tokens[self.at - 1] if self.at else None
        length = token.stop - token.start
        if token.kind == "end":
            assert last is not None
            return Unreadable("something is missing after '{last}'", last.start, last.stop - last.start, last=last.text)
        if token.kind == "sign":
            return Unreadable(self.misplaced(token, last), token.start, length)
        return Unreadable("a sign is missing before '{word}'", token.start, length, word=brief(token.text))

    def misplaced(self, token: Token, last: Token | None) -> Sentence:
        if token.text == ",":
            return self.comma()
        if token.text == ")":
            return self.unopened(last)
        if token.text in ("[", "]"):
            return Sentence("square brackets only enclose a whole shape; round ones group")
        if last is None:
            return Sentence("'{sign}' cannot stand first", {"sign": token.text})
        return Sentence("'{sign}' cannot stand after '{last}'", {"sign": token.text, "last": brief(last.text)})

    def unopened(self, last: Token | None) -> Sentence:
        if last is None or last.kind != "sign" or last.text == ")":
            return Sentence("this ')' closes no bracket")
        return Sentence("the brackets are empty" if last.text == "(" else "something is missing before ')'")

    def comma(self) -> Sentence:
        """Return the complaint about a comma, which groups no digits."""
        around = self.tokens[max(0, self.at - 1) :]
        run = "".join(token.text for token in around[: 2 * limits.LITERAL_DIGITS])
        if grouped := _GROUPED.match(run):
            return Sentence("digits are not grouped; write {digits}", {"digits": grouped.group().replace(",", "")})
        return Sentence("a comma stands only between the values of a function or of a shape")


def _number(token: Token) -> Tree:
    whole = token.text.partition(".")[0]
    if len(whole) > 1 and whole[0] == "0":
        sentence = "'{digits}' begins with 0; write the number without it, and without grouping its digits"
        raise Unreadable(sentence, token.start, len(whole), digits=brief(whole))
    return tree.number(token.value)


def _two_ways(division: Token, factor: Token) -> Unreadable:
    sentence = "a product without a sign after '{sign}' can be read in two ways; write its '*' or its brackets"
    return Unreadable(sentence, factor.start, factor.stop - factor.start, sign=division.text)
