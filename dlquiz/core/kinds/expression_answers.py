"""What an answer in symbols may be, how a wrong one is told, and what a question makes up for its own tests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dlquiz.core.calls import Place
from dlquiz.core.domains import Domain
from dlquiz.core.expressions import Expression, Undefined, Unreadable, identity, limits, precise
from dlquiz.core.expressions.tokens import tokens
from dlquiz.core.expressions.tree import free_names, walk
from dlquiz.core.kinds.computed import Answer, Idea
from dlquiz.core.kinds.expression_legs import alike, at_points, figure
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Samples
from dlquiz.core.symbols import told, unsuitable
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Verdict

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_CONDITIONS = frozenset(["<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "."])


def check_form(text: str, expression: Expression, names: Collection[str]) -> None:
    """Refuse what is no formula, a condition or a text, and what would take too long to compare."""
    if not identity.is_arithmetic(expression.tree):
        for token in tokens(text, names):
            if token.kind in ("truth", "text") or (token.kind == "sign" and token.text in _CONDITIONS):
                sentence = "a formula is asked for, and '{sign}' belongs to none"
                raise Unreadable(sentence, token.start, token.stop - token.start, sign=text[token.start : token.stop])
    if precise.cost(expression.tree) > limits.COST:
        sentence = "a formula may have at most {most} exponentials, logarithms and powers that are not whole"
        raise Unreadable(sentence, 0, max(len(text), 1), most=limits.COST)


def check_value(expression: Expression, points: Sequence[Mapping[str, Any]]) -> None:
    """Raise Undefined where an expression has a value at none of the points."""
    trouble: Undefined | None = None
    for point in points:
        try:
            precise.value_at(expression.tree, point)
            return
        except Undefined as error:
            trouble = trouble or error
    if trouble is not None:
        raise trouble


def counter_example(
    verdict: Verdict, run_at: Sequence[Mapping[str, Any]], points: Sequence[Mapping[str, Any]], language: Language
) -> dict[str, str] | None:
    """Return a point at which a wrong answer differs, told: where the engine ran, or else by the formula."""
    right = verdict.truth.value
    run = verdict.truth.run
    sources = [("engine", run.value, run_at)] if run is not None else []
    if isinstance(right, Expression):
        sources.append(("formula", right, points))
    for source, value, where in sources:
        given, wanted = at_points(verdict.reading.value, where), at_points(value, where)
        for point, one, other in zip(where, given, wanted, strict=True):
            if not alike(one, other):
                mine = say(language, "no_value") if one is None else figure(one)
                return {"point": told(point), "given": mine, "source": say(language, source), "right": figure(other)}
    return None


def symbol_faults(at: Place, symbols: Domain, parameters: Domain) -> Iterable[Fault]:
    """Yield what is wrong with the symbols."""
    if not symbols.parameters:
        yield Fault(at, "there is no symbol to write the answer in", "write symbols: {h: {int: [2, 16]}}")
    for name in symbols.parameters.keys() & parameters.parameters.keys():
        yield Fault(at, f"'{name}' is a symbol and a parameter", "give one of them another name")
    for name, problem in unsuitable(symbols.parameters):
        yield Fault(at, f"'{name}' cannot be a symbol: {problem}", "write {int: [2, 16]}")


def formula_faults(answer: Answer, ideas: Iterable[Idea], names: Collection[str]) -> Iterable[Fault]:
    """Yield what a formula of this kind may not be, and a tolerance, which expressions do not have."""
    if answer.tolerance is not None:
        yield Fault(answer.at, "an expression is the same or it is not", "leave tolerance: out")
    if answer.formula is None:
        yield Fault(answer.at, "an expression is told by its formula, and there is none", "add formula:")
    elif not answer.formula.names & set(names):
        yield Fault(answer.at, "the formula uses none of the symbols", "write it in the symbols, or kind: number")
    for part in (answer, *ideas):
        if part.formula is not None and part.formula.listed:
            yield Fault(part.at, "an expression is not a list", "write one formula, or kind: shape")
        elif part.formula is not None and not _is_formula(part.formula.parts[0], names):
            message = f"the formula {part.formula} has a condition or a field of a symbol"
            yield Fault(part.at, message, "write it with numbers, names, + - * / ^ and functions")


def _is_formula(expression: Expression, names: Collection[str]) -> bool:
    """Whether conditions, texts and fields stand only where no symbol does, so that the parameters settle them."""
    parts = [node for node, _ in walk(expression.tree) if isinstance(node, tuple) and free_names(node) & set(names)]
    return all(identity.is_arithmetic_node(node) for node in parts)


def example(names: Sequence[str], factor: int) -> str:
    """Return an expression that shows what one looks like.

    >>> example(["h", "d"], 2), example(["h"], 2), example(["e"], 3)
    ('2h + d', '2h + 1', '3*e + 1')
    """
    first, second = names[0], names[1] if len(names) > 1 else "1"
    sign = "*" if first[0] in "eE" else ""
    return f"{factor}{sign}{first} + {second}"


def samples(right: Any, names: Collection[str]) -> Samples:
    """Return answers to be marked right, wrong and unreadable; none where bank and engine disagree."""
    if not isinstance(right, Expression):
        return Samples((), (), ())
    written = right.written()
    correct = [
        written,
        f" {written.replace('*', ' * ')} ",
        written.translate(_FULL_WIDTH),
        f"({written})*(1)",
        f"2({written}) - ({written})",
    ]
    wrong = [f"{written} + 1", f"{written} - 1", f"2({written})"]
    other = next(name for name in ("unheard_of", "unheard_of_") if name not in names)
    return Samples(
        correct=tuple(text for text in correct if len(text) <= limits.TEXT_LENGTH),
        wrong=tuple(text for text in wrong if len(text) <= limits.TEXT_LENGTH),
        unreadable=("", f"{written} +", f"({written}", f"{written} + {other}", "9^9^9", f"{min(names)} == 1"),
    )
