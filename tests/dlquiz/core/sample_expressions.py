"""Questions that are answered by an expression, with a fake engine, for the tests of the core."""

from collections.abc import Callable
from typing import Any

from dlquiz.core.calls import CallTemplate
from dlquiz.core.domains import Choice, Domain, IntRange
from dlquiz.core.expressions import parse
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.computed import Answer, Misconception, OtherConvention
from dlquiz.core.kinds.registry import Symbolic
from dlquiz.core.oracle import LegKind, Ran
from dlquiz.core.texts import Template, Text
from dlquiz.core.verdicts import Truth

NAMES = ("h", "d", "k")
Engine = Callable[..., Any]


def said(words: str) -> Text:
    return Text(Template((words,)))


def formula(text: str) -> Formula:
    return Formula((parse(text, NAMES),))


def call(**arguments: str) -> CallTemplate:
    return CallTemplate("attention.num_params", {name: parse(text, NAMES) for name, text in arguments.items()})


def weights(**changes: Any) -> Symbolic:
    """Four d×d matrices for each of h heads."""
    fields: dict[str, Any] = {
        "bank": "attention",
        "id": "weights",
        "prompt": said("How many weights, in h and d?"),
        "symbols": Domain({"h": IntRange(2, 16), "d": IntRange(4, 64)}),
        "answer": Answer(formula=formula("4*h*d^2"), engine=(call(heads="h", width="d"),)),
        "misconceptions": (
            Misconception(id="no-output-matrix", formula=formula("3*h*d^2"), says=said("the output matrix too")),
            Misconception(id="one-head", engine=call(heads="1", width="d"), says=said("h heads")),
        ),
        "other_conventions": (OtherConvention(formula=formula("4*d^2/h"), says=said("where heads share the width")),),
    }
    return Symbolic(**{**fields, **changes})


def one_formula(text: str, symbols: Domain | None = None, **changes: Any) -> Symbolic:
    """Return a question with this formula, no engine call and no wrong ideas."""
    answer = Answer(formula=formula(text))
    more: dict[str, Any] = {"symbols": symbols} if symbols is not None else {}
    return weights(answer=answer, misconceptions=(), other_conventions=(), **more, **changes)


def with_parameter(text: str = "h*d*k^2 + d") -> Symbolic:
    """A question whose formula also has a parameter, k."""
    return one_formula(text, domain=Domain({"k": Choice((3, 5))}))


def counted(heads: int, width: int) -> int:
    """Count the weights matrix by matrix."""
    return sum(width * width for _ in range(heads) for _ in ("query", "key", "value", "output"))


def settled(question: Symbolic, engine: Engine = counted, kind: LegKind = "module", values: Any = None) -> Truth:
    """Return what the fake engine establishes."""
    values = values or {}
    ran = [Ran(one, engine(**one.arguments), kind, "cpu", 0.1) for one in question.calls(values)]
    return question.settle(values, ran)
