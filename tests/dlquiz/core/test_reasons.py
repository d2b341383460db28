"""Every reason for which an answer is not read can be told in Chinese, with the same values in it."""

import ast
import math
import pickle
import re
import string
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sample_expressions import weights

from dlquiz.app import stumbling
from dlquiz.core import building, expressions, kinds
from dlquiz.core.building.layers import LAYERS
from dlquiz.core.expressions import Undefined, Unreadable, parse
from dlquiz.core.expressions.sentences import Sentence
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.construct_allow import Allow, Range
from dlquiz.core.kinds.number import Number
from dlquiz.core.kinds.order import Order
from dlquiz.core.kinds.picking import ASKED
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.kinds.shape import Shape
from dlquiz.core.reasons import CHINESE

Read = Callable[[str], Any]
VALUES: Mapping[str, Any] = {
    "h": 3,
    "d": [1, 2],
    "r": {"k": 1},
    "t": "same",
    "z": [],
    "n": [[1]],
    "formula": parse("h", ["h"]),
    "i": math.inf,
    "long": [0] * 1001,
}


def expression(text: str) -> Any:
    return parse(text, VALUES.keys()).evaluate(VALUES)


def one_name(text: str) -> Any:
    return parse(text, ["h"])


def no_names(text: str) -> Any:
    return parse(text).evaluate({})


def with_e(text: str) -> Any:
    return parse(text, ["e"])


def long(text: str) -> Any:
    return parse(text, limit=100_000)


def number(text: str) -> Any:
    return Number.read(Number.__new__(Number), text, {})


def shape(text: str) -> Any:
    return Shape.read(Shape.__new__(Shape), text, {})


def claims(text: str) -> Any:
    question = Claims.__new__(Claims)
    object.__setattr__(question, "claims", (None, None))
    return question.read(text, {"asked": [0, 1]})


def choice(text: str) -> Any:
    return Choice.read(Choice.__new__(Choice), text, {ASKED: [0, 1, 2]})


def order(text: str) -> Any:
    return Order.read(Order.__new__(Order), text, {ASKED: [0, 1, 2]})


def recall(text: str) -> Any:
    return Recall.read(Recall.__new__(Recall), text, {})


def stack(text: str) -> Any:
    return Allow(layers=tuple(name for name in LAYERS if name != "Tanh")).read(text, {})


def shallow(text: str) -> Any:
    return Allow(layers=("ReLU",)).read(text, {})


def mask(text: str) -> Any:
    return Allow(mask=Formula((parse("2"),))).read(text, {})


def closed(text: str) -> Any:
    return Allow(number=Range(at_least=Fraction(1), at_most=Fraction(3))).read(text, {})


def opened(text: str) -> Any:
    return Allow(number=Range(above=Fraction(1), below=Fraction(3))).read(text, {})


def formula(text: str) -> Any:
    return weights().read(text, {})


class Broken(Number):
    """A kind of answer with a mistake in it."""

    def read(self, text: str, values: Mapping[str, Any]) -> Any:
        return {}[text]


def mistaken(text: str) -> Any:
    return stumbling.read(Broken.__new__(Broken), text, {})


REFUSED: dict[Read, list[str]] = {
    stack: [
        *["", "Conv2(3)", "Tanh", "ReLU ReLU", "ReLU" + ", ReLU" * 12, "Conv2d(3 8)", "Conv2d(k=3, 8)", "ReLU(1)"],
        *[
            "Flatten(1, 2, 3)",
            "Conv2d(kernal_size=3)",
            "k=3 k=3",
            "Conv2d(3, 8)",
            "k=",
            "Linear(3, 0)",
            "k=0",
            "Conv2d(k",
        ],
        *["LayerNorm((1, 2, 3, 4))", "Dropout(2)", "Linear(3, 3, 1)", "Conv2d(k=(3 3))", "Conv2d(", "k=3;", "k" * 1001],
    ],
    shallow: ["k=3"],
    mask: ["", "10/1", "10/01/11", "12"],
    closed: ["0", "4"],
    opened: ["1", "3"],
    number: [
        *[
            "",
            "x",
            "9**9**9",
            "1 == 1",
            "1e299*1e299",
            "1/0",
            "1,2",
            "1,2,3",
            "√",
            "ln 2",
            "2x2",
            "007",
            "2 3",
            "29 +",
            "* 2",
        ],
        "2x2",
        *[
            "3 + / 3",
            "3)",
            "(3",
            "()",
            "(3+)",
            "3;4",
            "3=3",
            "3!",
            "3&4",
            "3|4",
            "√x",
            "[3]",
            "{3}",
            "3}",
            "∞",
            "½",
            "∑3",
        ],
        *["∏3", "٣", "\x07", "'a", "$", "9" * 41, "1e301", "1,", "2*1,000", "1/2x", "floor(1, 2)", "floor", "flor(2)"],
        *[
            "1" * 501,
            "-" * 30 + "1",
            "1-" * 70 + "1",
            "a.1",
            "a. + 1",
            "2 not 3",
            "0**(0-1)",
            "(0-1)**0.5",
            "sqrt(0-1)",
        ],
        *["log(0)", "exp(1000)", "'a' + 1", "'a' < 'b'", "1 and 2"],
    ],
    shape: ["", "2,,3", "2x", "2*3", "2, y", "2, 3.5", "2, 1/0", "(2, 3", "2 3 +", "((2,3),4)", "[[2]]"],
    claims: ["", "3", "x", "٣"],
    choice: ["", "1 2", "4"],
    order: ["", "1 1", "1 2"],
    recall: ["", "5"],
    formula: ["h == d", "exp(h)*" * 13 + "1"],
    mistaken: ["1"],
    expression: [
        *[
            "q",
            "√",
            "√2h",
            "n + 1",
            "i + 1",
            "formula + 1",
            "r2 + 1",
            "h2",
            "same(2)",
            "r + 1",
            "d + 1/0",
            "d + (h == d)",
            "d < h",
            "r.stride",
            "h.k",
            "t + 1",
        ],
        *["min(z)", "max(z)", "long + 1", "d + long", "d + sqrt(d) < d"],
    ],
    one_name: ["q"],
    no_names: ["a + 1"],
    with_e: ["2e-1"],
    long: ["1+" * 5000 + "1"],
}


def sentence_of(read: Read, text: str) -> Sentence:
    with pytest.raises((Unreadable, Undefined)) as caught:
        read(text)
    error = caught.value
    assert isinstance(error, Unreadable | Undefined)
    return error.sentence


def walk(sentence: Sentence) -> Iterator[Sentence]:
    yield sentence
    for value in sentence.values.values():
        if isinstance(value, Sentence):
            yield from walk(value)


@pytest.mark.parametrize(("read", "text"), [(read, text) for read, texts in REFUSED.items() for text in texts])
def test_refusal_is_told_in_chinese(read: Read, text: str) -> None:
    sentence = sentence_of(read, text)
    assert {part.english for part in walk(sentence)} <= CHINESE.keys()
    told = sentence.said("zh")
    assert re.search("[\u4e00-\u9fff]", told)
    assert not re.search(r"[A-Za-z]{3,} (is|are|not|a|the|than) ", told)


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("english", CHINESE)
def test_both_languages_put_in_the_same_values(english: str) -> None:
    assert holes(english) == holes(CHINESE[english])


def test_every_sentence_is_met_by_one_of_the_refusals() -> None:
    met = {part.english for read, texts in REFUSED.items() for text in texts for part in walk(sentence_of(read, text))}
    assert CHINESE.keys() - met == set()


def raised() -> Iterator[tuple[str, ast.expr]]:
    """Yield the first argument wherever expressions and kinds make a sentence."""
    for package in (expressions, kinds, building):
        assert package.__file__
        for file in sorted(Path(package.__file__).parent.glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
                if isinstance(node, ast.Call) and name in ("Unreadable", "Undefined", "Sentence"):
                    yield f"{file.name}:{node.lineno}", node.args[0]


def test_no_sentence_is_put_together_before_it_can_be_translated() -> None:
    found = list(raised())
    assert len(found) > 60
    assert [place for place, given in found if isinstance(given, ast.JoinedStr | ast.BinOp)] == []
    written = {given.value for _, given in found if isinstance(given, ast.Constant)}
    assert written <= CHINESE.keys()


def test_a_sentence_without_a_translation_stays_english_and_braces_stay_as_they_are() -> None:
    assert Unreadable("this '{{' has no partner", 0).said("zh") == "this '{{' has no partner"


@pytest.mark.parametrize(
    "error", [Unreadable("a closing '{sign}' is missing", 4, 2, sign=")"), Undefined("a {b}", b=1)]
)
def test_errors_travel_between_processes(error: Unreadable | Undefined) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
