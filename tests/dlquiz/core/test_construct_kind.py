"""Kind ``construct``: how an answer is read, what is run of it, and what a verdict makes of what came out."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from samples import text

from dlquiz.core.building.goal import Condition
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given
from dlquiz.core.domains import Choice, Domain
from dlquiz.core.expressions import Undefined, Unreadable, parse
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.construct_allow import Allow, Range
from dlquiz.core.kinds.registry import KINDS, Construct
from dlquiz.core.oracle import Call, Failed, Outcome, Ran
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text, parse_template
from dlquiz.core.verdicts import Level, Result, Unsettled, Verdict

LAYERS = ("Conv2d", "MaxPool2d", "ReLU", "Dropout", "Flatten", "Linear")


def formula(written: str) -> Formula:
    return Formula((parse(written),))


def call(function: str) -> CallTemplate:
    return CallTemplate(function, {"layers": parse("built"), "input_shape": [3, parse("n"), parse("n")]})


def typed(written: str) -> Typed:
    return Typed(parse_template(written, ["n"]))


def halve(**changes: Any) -> Construct:
    fields: dict[str, Any] = {
        "bank": "built",
        "id": "halve",
        "prompt": text("?"),
        "domain": Domain({"n": Choice((32, 64))}, ()),
        "allow": Allow(layers=LAYERS),
        "goal": (
            Condition(
                id="size", call=call("stack.output_size"), equals=Given(parse("n/2")), says=text("strides divide")
            ),
            Condition(call=call("stack.num_params"), above=formula("0"), at_most=formula("100")),
        ),
        "accept": (typed("k=3 s=2 p=1"), typed("k={{n/16}} s=2")),
        "reject": (typed("k=3 s=2"), typed("k=5 s=2 p=2"), typed("k=1")),
        "trivial": typed("MaxPool2d(2)"),
    }
    return Construct(**{**fields, **changes})


VALUES = {"n": 32}


def ran(value: Any, kind: str = "module", ms: float = 1.0) -> Ran:
    return Ran(Call("stack.output_size", {}), value, kind, "cpu", ms)  # type: ignore[arg-type]


def failed(code: str, message: str = "layer 1, Conv2d: it is too wide") -> Failed:
    return Failed(Call("stack.output_size", {}), code, message)  # type: ignore[arg-type]


def verdict(outcomes: Sequence[Outcome], question: Construct | None = None, answer: str = "k=4 s=2 p=1") -> Verdict:
    question = question or halve()
    truth = question.settle(VALUES, [ran(16), ran(84)])
    return question.mark(question.tried(question.read(answer, VALUES), outcomes), truth, VALUES)


def test_a_stack_crosses_the_wire_as_records() -> None:
    assert halve().read("k=(3, 5), ReLU", VALUES).value == [
        {"layer": "Conv2d", "kernel_size": [3, 5]},
        {"layer": "ReLU"},
    ]


# --- what is run


def test_the_calls_of_an_instance_run_the_first_accepted_answer() -> None:
    size, params = halve().calls({"n": 64})
    assert size == Call(
        "stack.output_size",
        {"layers": [{"layer": "Conv2d", "kernel_size": 3, "stride": 2, "padding": 1}], "input_shape": [3, 64, 64]},
    )
    assert params.function == "stack.num_params"


def test_an_answer_is_filled_from_the_parameters_with_all_digits() -> None:
    assert halve().samples({"n": 64}, halve().settle({"n": 64}, [ran(32), ran(84)])).correct[1] == "k=4 s=2"
    assert Typed(Template((parse("n"),))).fill({"n": 65536}) == "65536"


def test_an_accepted_answer_that_cannot_be_read_leaves_nothing_to_run() -> None:
    with pytest.raises(Undefined, match="kernel_size is missing"):
        halve(accept=(typed("s=2"), typed("k=2 s=2"))).calls(VALUES)


def test_the_trial_asks_each_condition_of_what_was_built() -> None:
    reading = halve().read("MaxPool2d(2)", VALUES)
    built = [{"layer": "MaxPool2d", "kernel_size": 2}]
    assert [one.arguments["layers"] for one in halve().trial(reading, VALUES)] == [built, built]


# --- truth


def test_the_truth_is_an_accepted_answer_that_a_run_has_shown_to_be_right() -> None:
    truth = halve().settle(VALUES, [ran(16), ran(84)])
    assert (truth.value, truth.level, truth.conflict) == ("k=3 s=2 p=1", Level.PROVED, None)
    assert [leg.value for leg in truth.legs] == [16, 84]
    assert halve().expected(truth, "en") == "for instance k=3 s=2 p=1"


def test_an_accepted_answer_that_misses_the_goal_does_not_count() -> None:
    got = verdict([ran(16), ran(50)])
    broken = halve().settle(VALUES, [ran(15), ran(84)])
    assert broken.conflict == "the bank accepts k=3 s=2 p=1; output size: 15, not 16"
    assert got.counts
    assert not replace(got, truth=broken).counts


def test_a_formula_alone_proves_nothing_and_a_source_is_cited() -> None:
    assert halve().settle(VALUES, [ran(16, "closed_form"), ran(84)]).level is Level.COMPUTED
    assert halve(cited="a book").settle(VALUES, [ran(16), ran(84)]).level is Level.CITED


@pytest.mark.parametrize("code", ["refused", "error", "timeout", "died"])
def test_a_bank_whose_example_does_not_run_settles_nothing(code: str) -> None:
    with pytest.raises(Unsettled, match="too wide"):
        halve().settle(VALUES, [failed(code), ran(84)])


def test_a_bound_without_a_value_settles_nothing() -> None:
    question = halve(goal=(Condition(call=call("stack.macs"), above=formula("1/(n - 32)")), *halve().goal[:1]))
    with pytest.raises(Unsettled, match="divided by zero"):
        question.settle(VALUES, [ran(1), ran(16)])


# --- verdicts


def test_every_condition_that_holds_makes_it_right() -> None:
    got = verdict([ran(16), ran(100)])
    assert (got.result, got.score, got.diagnoses) == (Result.RIGHT, 1.0, ())
    assert halve().reason(got, "en") == "output size: 16; parameters: 100 (above 0, at most 100)"
    assert halve().reason(got, "zh") == "输出尺寸：16；参数量：100（大于 0、至多 100）"


def test_a_miss_says_what_it_really_gives_and_what_it_reaches() -> None:
    got = verdict([ran(15), ran(12_345)])
    assert (got.result, got.score) == (Result.WRONG, 0.0)
    assert [one.id for one in got.diagnoses] == ["size"]
    told = "output size: 15, not 16; parameters: 12,345, more than 100. For instance k=3 s=2 p=1."
    assert halve().reason(got, "en") == told
    half = verdict([ran(15), ran(84)])
    assert half.score == 0.5
    told = "输出尺寸：15，应为 16。已达到：参数量：84（大于 0、至多 100）。 例如 k=3 s=2 p=1。"
    assert halve().reason(half, "zh") == told


def test_what_the_engine_refuses_to_build_is_wrong_and_its_sentence_is_told_once() -> None:
    got = verdict([failed("refused"), failed("refused")])
    assert (got.result, got.score) == (Result.WRONG, 0.0)
    told = "output size: none, for layer 1, Conv2d: it is too wide. For instance k=3 s=2 p=1."
    assert halve().reason(got, "en") == told


def test_what_cannot_be_built_earns_nothing_by_what_could_be_run() -> None:
    got = verdict([failed("refused"), ran(84)])
    assert (got.result, got.score) == (Result.WRONG, 0.0)
    assert verdict([ran(15), ran(84)]).score == 0.5


@pytest.mark.parametrize("code", ["error", "timeout", "died"])
def test_an_engine_that_fails_has_said_nothing_about_the_answer(code: str) -> None:
    with pytest.raises(Unsettled, match="stopped"):
        verdict([ran(16), failed(code, "stopped after 10 s")])


def test_an_answer_that_was_not_run_is_not_marked() -> None:
    truth = halve().settle(VALUES, [ran(16), ran(84)])
    with pytest.raises(Unsettled, match="was not run"):
        halve().mark(halve().read("k=3", VALUES), truth, VALUES)
    with pytest.raises(Unsettled, match="was not run"):
        verdict([ran(16)])


def test_the_verdict_rests_on_the_run_of_what_was_built() -> None:
    got = verdict([ran(16, ms=7.0), ran(50, "closed_form")])
    assert [(leg.value, leg.ms) for leg in got.truth.legs] == [(16, 7.0), (50, 1.0)]
    shown = "stack.output_size(layers=Conv2d(kernel_size=4, stride=2, padding=1), input_shape=[3, 32, 32])"
    assert got.truth.legs[0].what == shown
    assert got.truth.level is Level.COMPUTED
    assert got.truth.run is not None
    assert got.truth.value == "k=3 s=2 p=1"


def test_where_nothing_of_it_ran_the_verdict_shows_the_run_of_the_example() -> None:
    got = verdict([failed("refused"), failed("refused")])
    assert [leg.value for leg in got.truth.legs] == [16, 84]
    assert "stride=2, padding=1" in got.truth.legs[0].what


def condition(**bounds: Any) -> Condition:
    return Condition(call=call("stack.depth"), **bounds)


@pytest.mark.parametrize(
    ("bound", "value", "told"),
    [
        (condition(equals=Given([64, 56])), [64, 55], "layers with weights: (64, 55), not (64, 56)"),
        (condition(differs=Given(1)), 1, "layers with weights: 1, which is ruled out"),
        (condition(at_least=formula("3")), 2, "layers with weights: 2, less than 3"),
        (condition(at_most=formula("3")), 4, "layers with weights: 4, more than 3"),
        (condition(above=formula("3")), 3, "layers with weights: 3, not above 3"),
        (condition(below=formula("3")), 3, "layers with weights: 3, not below 3"),
        (condition(at_most=formula("3")), "inf", "layers with weights: inf, more than 3"),
        (condition(at_most=formula("3")), "nan", "layers with weights: nan, not at most 3"),
        (condition(at_most=formula("3")), [1], "layers with weights: (1), not at most 3"),
        (condition(equals=Given(True)), False, "layers with weights: no"),
        (condition(equals=Given(True)), 1, "layers with weights: 1, not yes"),
        (condition(equals=Given(0), name=text("depth")), 1, "depth: 1, not 0"),
    ],
)
def test_each_bound_refuses_what_breaks_it(bound: Condition, value: Any, told: str) -> None:
    question = halve(goal=(*halve().goal[:1], bound))
    truth = halve().settle(VALUES, [ran(16), ran(84)])
    got = question.mark(question.tried(question.read("k=3", VALUES), [ran(16), ran(value)]), truth, VALUES)
    assert got.result is Result.WRONG
    assert question.reason(got, "en").startswith(f"{told}. As asked: output size: 16.")


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        (condition(equals=Given([64, 56])), [64, 56]),
        (condition(differs=Given(1)), 2),
        (condition(at_least=formula("3"), at_most=formula("3")), 3),
        (condition(above=formula("3"), below=formula("4")), 3.5),
        (condition(equals=Given(False)), False),
    ],
)
def test_each_bound_lets_through_what_keeps_it(bound: Condition, value: Any) -> None:
    question = halve(goal=(*halve().goal[:1], bound))
    truth = halve().settle(VALUES, [ran(16), ran(84)])
    got = question.mark(question.tried(question.read("k=3", VALUES), [ran(16), ran(value)]), truth, VALUES)
    assert got.result is Result.RIGHT


# --- the question as a whole


def test_it_is_a_kind_and_is_answered_by_a_line() -> None:
    assert KINDS["construct"] is Construct
    assert Construct.form == "line"
    assert issubclass(Construct, Question)


@pytest.mark.parametrize(
    ("allow", "en", "zh"),
    [
        (Allow(layers=("ReLU",)), "layers in torch's words, which are built: ReLU", "会真正搭建：ReLU"),
        (Allow(layers=("ReLU", "MaxPool2d")), "k= s= p= d= is short for one MaxPool2d", "一个 MaxPool2d 的简写"),
        (
            Allow(number=Range(above=Fraction(0), at_most=Fraction(1, 2))),
            "a number, above 0, at most 0.5",
            "大于 0、至多 0.5",
        ),
        (Allow(number=Range()), "a number", "一个数"),
        (Allow(mask=formula("3")), "rows of 0 and 1", "0 和 1"),
    ],
)
def test_the_note_says_what_may_be_written(allow: Allow, en: str, zh: str) -> None:
    assert en in halve(allow=allow).answer_note("en")
    assert zh in halve(allow=allow).answer_note("zh")


@pytest.mark.parametrize(
    "allow",
    [
        Allow(layers=LAYERS),
        Allow(layers=("ReLU",)),
        Allow(number=Range()),
        Allow(mask=formula("3")),
        Allow(mask=formula("1")),
    ],
)
def test_what_it_calls_unreadable_is(allow: Allow) -> None:
    for written in allow.unreadable(VALUES):
        with pytest.raises(Unreadable):
            allow.read(written, VALUES)


def test_two_answers_differ_in_form_by_their_layers_or_arguments_not_by_their_sizes() -> None:
    allow = Allow(layers=LAYERS)
    same = ["k=3 s=2 p=1", "Conv2d(kernel_size=5, padding=2, stride=4)", "k=3 s=2 p=1 d=1"]
    assert len({allow.form(written, VALUES) for written in same}) == 1
    others = [*same, "k=3 s=2", "k=3, ReLU", "MaxPool2d(3, 2, 1)"]
    assert len({allow.form(written, VALUES) for written in others}) == 4
    number = Allow(number=Range())
    assert number.form("1/2", {}) == number.form("0.5", {}) != number.form("0.25", {})


def test_faults_of_a_question_are_told() -> None:
    assert list(halve().faults()) == []
    blind = Condition(call=CallTemplate("stack.depth", {"layers": []}), equals=Given(1))
    named = condition(equals=Given(1), name=Text(parse_template("size of {{n}}", ["n"])))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"goal": (*halve().goal, named)}, "puts in no values"),
        ({"allow": Allow()}, "either layers, a number or a mask"),
        ({"allow": Allow(layers=LAYERS, number=Range())}, "either layers, a number or a mask"),
        ({"allow": Allow(mask=Formula((parse("1"),) * 3, listed=True))}, "rows and columns"),
        ({"goal": halve().goal[:1]}, "at least 2 conditions"),
        ({"goal": (*halve().goal, condition())}, "bounds nothing"),
        ({"goal": (*halve().goal, blind)}, "does not look at what was built"),
        ({"accept": halve().accept[:1]}, "at least 2 answers"),
        ({"reject": halve().reject[:2]}, "at least 3 near misses"),
        ({"domain": Domain({"built": Choice((1,))}, ())}, "names what was built"),
    ]
    for changes, message in cases:
        assert any(message in fault.message for fault in halve(**changes).faults()), message


def test_a_question_can_be_kept_between_starts() -> None:
    copy = pickle.loads(pickle.dumps(halve()))
    assert copy.calls(VALUES) == halve().calls(VALUES)
