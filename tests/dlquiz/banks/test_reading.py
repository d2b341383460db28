"""What a good bank is read as: kinds, parameters, arguments, controls, texts and places."""

from fractions import Fraction
from pathlib import Path

import pytest

from dlquiz.banks.bank import Bank
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.composing import compose
from dlquiz.banks.leaves import data
from dlquiz.banks.nodes import ListNode
from dlquiz.banks.reading import read_bank
from dlquiz.banks.scope import Scope
from dlquiz.core.domains import Choice, Derived, FloatRange, IntRange, Records
from dlquiz.core.expressions import Expression
from dlquiz.core.kinds.registry import Claims, Number, Shape
from dlquiz.core.oracle import Call
from dlquiz.core.questions import Question, draw

GOOD = Path(__file__).with_name("good.yaml")
HEAD = "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n"


def read(text: str) -> tuple[Bank, list[Complaint]]:
    bank, complaints = read_bank(text, "x.yaml")
    assert bank is not None, complaints
    return bank, complaints


@pytest.fixture(scope="module")
def questions() -> dict[str, Question]:
    bank, complaints = read(GOOD.read_text(encoding="utf-8"))
    assert complaints == []
    assert (bank.name, bank.topic, bank.title.fill("zh", {})) == ("small", "cnn", "小题库")
    return {question.id: question for question in bank.questions}


def test_a_number(questions: dict[str, Question]) -> None:
    question = questions["conv-output-size"]
    assert isinstance(question, Number)
    assert (question.key, question.rev, question.topic, question.covers) == (
        "small/conv-output-size",
        2,
        "cnn",
        ("S-096",),
    )
    assert (question.at.line, question.at.column) == (7, 5)
    assert str(question.answer.formula) == "floor((n + 2*p - k)/s) + 1"
    (golden,) = question.golden
    assert (golden.given, golden.value) == ({"n": 224, "k": 7, "s": 2, "p": 3}, 112)
    assert [idea.id for idea in question.misconceptions] == ["padding-once", "no-plus-one"]
    assert question.misconceptions[1].at.line == 21
    values = {"n": 61, "k": 9, "s": 2, "p": 4}
    assert question.calls(values) == (
        Call("conv.output_size", {"size": 61, "kernel_size": 9, "stride": 2, "padding": 4}),
    )
    assert question.explain is not None
    assert question.explain.fill("zh", {**values, "answer": 31}) == "(61 + 8 − 9)/2 + 1：31。"


def test_a_shape_with_a_derived_parameter(questions: dict[str, Question]) -> None:
    question = questions["linear-shape"]
    assert isinstance(question, Shape)
    parameters = question.domain.parameters
    assert parameters["b"] == IntRange(2, 8, 2)
    assert parameters["t"] == IntRange(3, 9, 3)
    assert parameters["d"] == Choice((16, 32))
    assert isinstance(parameters["wide"], Derived)
    (call,) = question.calls({"b": 2, "t": 3, "d": 16, "wide": 32})
    assert call.arguments == {"shape": [2, 3, 16], "out_features": 32}
    assert question.answer.formula is not None
    assert question.answer.formula.listed


def test_a_float_is_exact(questions: dict[str, Question]) -> None:
    question = questions["sigmoid"]
    assert isinstance(question, Number)
    assert question.domain.parameters["x"] == FloatRange(Fraction(1, 2), Fraction(3), Fraction(1, 4))
    assert question.answer.tolerance is not None
    assert question.answer.tolerance.abs == Fraction(1, 1000)
    assert question.golden[0].value == Fraction(7311, 10000)


def test_a_control_changes_its_proof_or_is_a_call_of_its_own(questions: dict[str, Question]) -> None:
    question = questions["batch-or-layer"]
    assert isinstance(question, Claims)
    controls = [claim.control for claim in question.claims]
    assert controls[0].arguments == {"layer": "layer"}
    assert controls[2].arguments == {"layer": "batch", "training": True}
    assert controls[3].arguments == {"layer": "batch"}
    assert {control.function for control in controls} == {"norm.depends_on_rest_of_batch"}
    assert question.claims[0].proof.arguments == {"layer": "batch"}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("n", 4),
        ("2*n", 8),
        ('"2n"', 8),
        ("n/8", 0.5),
        ("layers", "layers"),
        ("same", "same"),
        ("same-padding", "same-padding"),
        ("the cat", "the cat"),
        ('"n"', 4),
        ("\"'n'\"", "n"),
        ("0.1", 0.1),
        ("010", 10),
        ("true", True),
        ('"no"', "no"),
        ("[no, on]", ["no", "on"]),
        ("[n, 3, {k: n}]", [4, 3, {"k": 4}]),
        ("7*7", 49),
        ('"7*7"', 49),
        ('"1/2"', 0.5),
        ("2", 2),
        ('"2"', "2"),
        ("'-1e6'", "-1e6"),
        ('"0x1f"', "0x1f"),
        ('".inf"', ".inf"),
        ("\"'2'\"", "2"),
        ('[1, "1", {k: "1.50", l: "n + 1"}]', [1, "1", {"k": "1.50", "l": 5}]),
    ],
)
def test_an_argument_is_data_or_an_expression(written: str, value: object) -> None:
    params, answer = "{n: {int: [4, 4]}}", f"{{engine: {{call: f.g, with: {{x: {written}}}}}}}"
    bank, complaints = read(f"{HEAD}  - {{id: q, kind: number, prompt: P, params: {params}, answer: {answer}}}\n")
    assert complaints == []
    (call,) = draw(bank.questions[0], 0).calls
    assert call.arguments == {"x": value}
    assert type(call.arguments["x"]) is type(value)


@pytest.mark.parametrize(("written", "meant"), [("no", "false"), ("Off", "false"), ("yes", "true"), ("ON", "true")])
def test_an_argument_that_yaml_once_read_as_a_truth_is_refused(written: str, meant: str) -> None:
    answer = f"{{engine: {{call: f.g, with: {{x: [{{bias: {written}}}]}}}}}}"
    text = f"{HEAD}  - {{id: q, kind: number, prompt: P, params: {{n: {{int: [4, 4]}}}}, answer: {answer}}}\n"
    _, (found,) = read(text)
    assert (found.code, found.line, found.column) == ("DQ204", 6, text.splitlines()[5].index(written) + 1)
    assert found.fix == f"write bias: {meant}, or '{written}' in quotes if the text is meant"
    declared = text.replace("{n: {int: [4, 4]}}", f"{{{written}: {{int: [4, 4]}}}}")
    assert read(declared)[1] == []


def test_a_list_of_records() -> None:
    text = """  - id: stack
    kind: number
    prompt: "{{layers}}"
    params: {layers: {list: {kernel_size: {choice: [3, 5]}, half: {let: "(kernel_size - 1)/2"}}, length: 2}}
    answer: {formula: "1 + sum(layers.kernel_size - 1)", engine: {call: receptive_field.of, with: {layers: layers}}}
"""
    bank, complaints = read(HEAD + text)
    assert complaints == []
    parameter = bank.questions[0].domain.parameters["layers"]
    assert isinstance(parameter, Records)
    assert (parameter.min_length, parameter.max_length) == (2, 2)
    (call,) = draw(bank.questions[0], 1).calls
    assert {layer["kernel_size"] - 2 * layer["half"] for layer in call.arguments["layers"]} == {1}


def test_every_complaint_of_a_file_is_collected() -> None:
    text = HEAD.replace("topic: t", "topic: T") + "  - {id: A, kind: number, promt: P}\n  - {id: b, kind: nub}\n"
    bank, complaints = read_bank(text, "x.yaml")
    assert bank is None
    assert [(item.code, item.line) for item in complaints] == [
        ("DQ205", 3),
        ("DQ202", 6),
        ("DQ205", 6),
        ("DQ203", 6),
        ("DQ203", 6),
        ("DQ208", 7),
        ("DQ203", 7),
        ("DQ203", 7),
    ]
    assert "did you mean 'prompt'?" in complaints[1].message


def test_the_whole_questions_of_a_bank_are_kept() -> None:
    good = "  - {id: %s, kind: number, prompt: P, answer: {formula: 1}}\n"
    text = (
        HEAD + good % "a" + good % "B" + "  - {id: c, kind: number, prompt: P, answer: !x {formula: 1}}\n" + good % "d"
    )
    bank, complaints = read(text)
    assert [question.id for question in bank.questions] == ["a", "d"]
    assert bank.left_out == 2
    assert {item.code for item in complaints} == {"DQ205", "DQ106"}


def test_a_hole_may_hold_an_expression_beside_braces() -> None:
    bank, _ = read(HEAD + "  - {id: q, kind: number, prompt: 'x in {{{3 + 1}}, 2}', answer: {formula: 1}}\n")
    assert bank.questions[0].prompt.fill("en", {}) == "x in {4, 2}"


def test_names_are_not_split_in_a_bare_word() -> None:
    """'nk' is a product in a formula, and a text as an argument."""
    params, answer = "{n: {int: [2, 2]}, k: {int: [3, 3]}}", "{formula: nk, engine: {call: f.g, with: {x: nk}}}"
    bank, _ = read(f"{HEAD}  - {{id: q, kind: number, prompt: P, params: {params}, answer: {answer}}}\n")
    number = bank.questions[0]
    assert isinstance(number, Number)
    assert number.answer.formula is not None
    assert number.answer.formula.evaluate({"n": 2, "k": 3}) == 6
    assert isinstance(number.answer.formula.parts[0], Expression)
    assert number.answer.engine[0].arguments == {"x": "nk"}


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_bank_never_raises(seed: int) -> None:
    """One character of a good bank is replaced in 40 x 25 places: there is a bank or a complaint, and no traceback."""
    text = GOOD.read_text(encoding="utf-8")
    for step in range(25):
        at = (seed * 25 + step) * len(text) // 1000
        character = "{}[]:-'\"\t\n&*!|>%@`,#x0"[(seed + step) % 22]
        bank, complaints = read_bank(text[:at] + character + text[at + 1 :], "x.yaml")
        assert bank is not None or complaints
        for item in complaints:
            assert item.line >= 1
            assert item.column >= 1


def test_a_figure_with_an_exponent_stays_a_rounded_one() -> None:
    root, _ = compose("[714e6, {is: 714e6}]", "x")
    assert isinstance(root, ListNode)
    figure = data(root.items[0], Scope("x", []))
    assert (type(figure), figure) == (Fraction, 714_000_000)
    assert type(data(root, Scope("x", []))[0]) is int
