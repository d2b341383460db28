"""Kind expression: what is read, which forms are equal, how a wrong one is told, and what the engine settles."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sample_expressions import call, counted, formula, one_formula, said, settled, weights, with_parameter

from dlquiz.core.calls import CallTemplate
from dlquiz.core.domains import Choice, Derived, Domain, FloatRange, IntRange
from dlquiz.core.expressions import Unreadable, parse
from dlquiz.core.kinds.computed import Answer, Misconception, Tolerance
from dlquiz.core.kinds.registry import Symbolic
from dlquiz.core.oracle import Call, Failed, Ran
from dlquiz.core.values import show, to_json
from dlquiz.core.verdicts import Level, Result, Unsettled, Verdict


def marked(text: str, question: Symbolic | None = None, values: Any = None) -> Verdict:
    question, values = question or weights(), values or {}
    return question.mark(question.read(text, values), settled(question, values=values), values)


RIGHT = [
    "4hd²",
    "4*h*d^2",
    "h(2d)^2",
    "４ｈｄ²",
    "4 h d d",
    "d·h·d×4",
    "(2d)²h",
    "4h·d³/d",
    "hd²+3hd²",
    "h*d**2/0.25",
    "4HD²",
    "w = 4hd²",
]
RIGHT += ["(h+d²)² − (h−d²)²", "4hsqrt(d^4)", "8h d^2 − 2h*2d*d", "4h*exp(2*log(d))", "2^2*h*(d^0.5)^4", "max(4,3)hd²"]


@pytest.mark.parametrize("text", RIGHT)
def test_any_equal_form_is_right(text: str) -> None:
    assert marked(text).result is Result.RIGHT


WRONG = ["4hd", "4h²d", "4hd² + 1", "4hd² - 1", "8hd²", "5", "h", "4hd² + h/10^30", "4.0000000000000000001hd²"]
WRONG += ["4hd²*sqrt(2)^2/1.9999999999999999999", "4h*d^2.0000000000000000000000001", "4hd^2 + (h-2)(h-16)(d-4)(d-64)"]
WRONG += ["4hd²(h-2)/(h-2)", "4^h*d^2"]


@pytest.mark.parametrize("text", WRONG)
def test_no_other_is(text: str) -> None:
    assert marked(text).result is Result.WRONG


def test_what_agrees_at_every_point_of_a_small_domain_is_still_another_polynomial() -> None:
    question = one_formula("h", Domain({"h": Choice((2, 4))}))
    assert marked("h", question).result is Result.RIGHT
    assert marked("h + (h-2)(h-4)", question).result is Result.WRONG


@pytest.mark.parametrize(
    ("truth", "same", "other"),
    [
        ("sqrt(6/(h + d))", "(6/(h+d))^0.5", "sqrt(6/(h + d)) + 10^-35"),
        ("log(h*d)", "log(h) + log(d)", "log(h + d)"),
        ("log2(d)", "log(d)/log(2)", "log(d)"),
        ("floor((d - h)/2) + 1", "(d - h)//2 + 1", "ceil((d - h)/2) + 1"),
        ("floor(log2(8h)/1)", "3 + floor(log(h)/log(2))", "3 + ceil(log(h)/log(2))"),
        ("h*exp(-d)", "h/exp(d)", "h*exp(d)"),
        ("min(h, d)", "(h + d - abs(h - d))/2", "max(h, d)"),
        ("d % h", "d - h*floor(d/h)", "d/h"),
    ],
)
def test_roots_logarithms_and_rounding_are_compared_to_forty_digits(truth: str, same: str, other: str) -> None:
    question = one_formula(truth)
    assert marked(same, question).result is Result.RIGHT
    assert marked(other, question).result is Result.WRONG


def test_the_echo_tells_what_was_understood() -> None:
    assert weights().read("4hd²", {}).text == "4*h*d^2"
    assert weights().read("4h*d*2", {}).text == "4*h*d*2"
    with pytest.raises(Unreadable, match=r"write d\^2 for a power or 2\*d for a product"):
        weights().read("4hd2", {})


REFUSED = [
    ("", 0, "nothing is written here"),
    ("4hx²", 1, "'hx' is not a name here; the names are h and d"),
    ("4*n*d^2", 2, "'n' is not a name here; the names are h and d"),
    ("4hd² =", 5, "write == to compare"),
    ("h ＞ 3", 2, "a formula is asked for, and '＞' belongs to none"),
    ("h and d", 2, "'and' belongs to none"),
    ("h + true", 4, "'true' belongs to none"),
    ("'h'", 0, "belongs to none"),
    ("d.h", 1, "'.' belongs to none"),
    ("h/0", 0, "this has no value: something is divided by zero"),
    ("((h^50)^50)^50", 0, "this has no value: the value has more than 400 digits"),
    ("9^9^9", 0, "more than 400 digits"),
    ("log(h)+" * 8 + "log(d)", 0, "at most 8 exponentials, logarithms and powers that are not whole"),
    ("٤hd", 0, "is a digit of another script"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_read_is_refused_at_its_place(text: str, position: int, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        weights().read(text, {})
    assert caught.value.position == position
    assert reason in caught.value.reason


def test_an_answer_without_symbols_is_readable_and_wrong() -> None:
    assert marked("128").result is Result.WRONG


def test_a_wrong_answer_is_told_at_a_point() -> None:
    verdict = marked("4hd² - 32")
    told = weights().reason(verdict, "en")
    assert told == "4*h*d^2, not 4*h*d^2 - 32: at h=2, d=4 yours gives 96, the engine 128."
    assert "在 h=2, d=4 处，你的结果是 96，引擎给出 128" in weights().reason(verdict, "zh")


def test_the_point_is_one_where_the_answers_differ() -> None:
    told = weights().reason(marked("4hd² + (h - 2)"), "en")
    assert "at h=16, d=64 yours gives 262,158, the engine 262,144." in told
    poles = weights().reason(marked("4hd²(h - 2)/(h - 2)"), "en")
    assert "at h=2, d=4 yours gives no value, the engine 128." in poles


def test_where_no_engine_ran_the_formula_is_the_other_side() -> None:
    assert "the formula 8." in one_formula("h*d").reason(marked("h + d", one_formula("h*d")), "en")


def test_a_wrong_answer_that_differs_at_no_point_is_told_without_one() -> None:
    question = one_formula("h", Domain({"h": Choice((2, 4))}))
    assert question.reason(marked("h + (h-2)(h-4)", question), "en") == "h, not h + (h - 2)*(h - 4)."


@pytest.mark.parametrize(("text", "idea"), [("3hd^2", "no-output-matrix"), ("d²+d²+hd²/h*2", "one-head")])
def test_a_wrong_idea_is_named_in_any_form(text: str, idea: str) -> None:
    verdict = marked(text)
    assert (verdict.result, [one.id for one in verdict.diagnoses]) == (Result.WRONG, [idea])
    assert "yours gives" not in weights().reason(verdict, "en")


def test_a_form_right_elsewhere_is_not_called_wrong() -> None:
    assert marked("(2d)^2/h").result is Result.ELSEWHERE


def test_engine_and_formula_prove_it_at_corners_and_drawn_points() -> None:
    truth = settled(weights())
    assert (truth.level, truth.conflict) == (Level.PROVED, None)
    assert [leg.kind for leg in truth.legs] == ["module", "closed_form"]
    points = [tuple(point.values()) for point in weights().run_at]
    assert {(2, 4), (16, 64), (2, 64), (16, 4)} <= set(points)
    assert truth.legs[0].value == [4 * h * d**2 for h, d in points]
    assert len(points) == len(set(points)) == 6


def test_the_table_of_the_run_stands_in_the_evidence() -> None:
    (table, *rest) = settled(weights()).legs[0].evidence
    assert not rest
    assert table["columns"] == ["h", "d", "engine", "formula"]
    assert table["rows"][0] == [2, 4, 128, 128]
    assert json.loads(json.dumps(table)) == table


def test_the_evidence_of_a_run_is_kept_under_the_table() -> None:
    question = weights(misconceptions=(), other_conventions=())
    text = {"block": "text", "text": "built"}
    ran = [Ran(one, counted(**one.arguments), "module", "cpu", 0.1, (text,)) for one in question.calls({})]
    blocks = question.settle({}, ran).legs[0].evidence
    assert [block["block"] for block in blocks] == ["table", "text", "text"]
    assert blocks[-1] == text


def test_a_conflict_names_its_point_and_the_engine_wins() -> None:
    question = weights()
    truth = settled(question, lambda heads, width: 4 * heads * width**2 + (heads == 16))
    assert "at h=16, d=64 attention.num_params(heads=h, width=d) gives 262,145, 4*h*d^2 gives 262,144" in str(
        truth.conflict
    )
    verdict = question.mark(question.read("4hd²", {}), truth, {})
    assert (verdict.result, verdict.counts) == (Result.WRONG, False)


def test_an_engine_of_closed_form_proves_nothing() -> None:
    assert settled(weights(), kind="closed_form").level is Level.COMPUTED
    assert settled(one_formula("h*d")).level is Level.COMPUTED


def test_floats_of_a_run_may_round_and_no_more() -> None:
    answer = Answer(formula=formula("sqrt(6/(h + d))"), engine=(call(heads="h", width="d"),))
    question = weights(answer=answer, misconceptions=(), other_conventions=())
    assert settled(question, lambda heads, width: math.sqrt(6 / (heads + width))).conflict is None
    assert settled(question, lambda heads, width: math.sqrt(6 / (heads + width)) * (1 + 1e-8)).conflict is not None
    assert settled(question, lambda heads, width: math.inf).conflict is not None


@pytest.mark.parametrize("value", [True, "many", [1, 2]])
def test_what_is_no_number_settles_nothing(value: object) -> None:
    with pytest.raises(Unsettled, match="a number is asked for"):
        settled(weights(), lambda heads, width: value)


def test_a_failed_run_settles_nothing_and_says_why() -> None:
    question = weights()
    with pytest.raises(Unsettled, match="stopped after 10 s"):
        question.settle({}, [Failed(Call("f", {}), "timeout", "stopped after 10 s")] * len(question.calls({})))


def test_an_idea_whose_run_fails_is_not_diagnosed() -> None:
    question = weights()
    outcomes: list[Any] = [Ran(one, counted(**one.arguments), "module", "cpu", 0.1) for one in question.calls({})]
    outcomes[-1] = Failed(question.calls({})[-1], "refused", "no")
    truth = question.settle({}, outcomes)
    assert truth.wrong["one-head"] is None
    assert not question.mark(question.read("4d^2", {}), truth, {}).diagnoses


def test_an_idea_whose_run_gives_no_numbers_is_not_diagnosed() -> None:
    truth = settled(weights(), lambda heads, width: counted(heads, width) if heads > 1 else "one")
    assert truth.wrong["one-head"] is None
    assert marked("4d^2").diagnoses


def test_a_formula_of_high_degree_is_run_at_more_points() -> None:
    assert len(one_formula("h*d").run_at) == 6
    run_at = one_formula("h*d^7").run_at
    assert len(run_at) > 6
    assert len({point["d"] for point in run_at}) > 7


def test_points_are_the_same_each_time_and_differ_between_questions() -> None:
    assert weights().places == weights().places
    assert weights().places.points != weights(id="others").places.points


def test_a_parameter_is_put_into_formula_note_and_expected_answer() -> None:
    question = with_parameter()
    truth = settled(question, values={"k": 3})
    assert question.expected(truth, "en") == show(truth.value) == to_json(truth.value) == "9*h*d + d"
    assert marked("d(9h + 1)", question, {"k": 3}).result is Result.RIGHT
    assert marked("d(9h + 1)", question, {"k": 5}).result is Result.WRONG
    with pytest.raises(Unreadable, match="'k' is not a name here"):
        question.read("h*d*k^2 + d", {"k": 3})


@pytest.mark.parametrize(("value", "told"), [("same", "the text 'same'"), ([1, 2], "a list")])
def test_a_parameter_that_is_no_number_settles_nothing(value: Any, told: str) -> None:
    with pytest.raises((Unsettled, ValueError), match=told):
        settled(with_parameter("h*k"), values={"k": value})


@pytest.mark.parametrize(
    ("symbols", "truth", "note"),
    [
        (["h", "d"], "4*h*d^2", "in h and d, such as 2h + d"),
        (["h", "d"], "h + d + h", "in h and d, such as 3h + d"),
        (["d"], "2*d + 1", "in d, such as 3d + 1"),
        (["h", "d", "k"], "h*d*k", "in h, d and k, such as 2h + d"),
    ],
)
def test_the_note_never_leaks(symbols: list[str], truth: str, note: str) -> None:
    question = one_formula(truth, Domain({name: IntRange(2, 16) for name in symbols}))
    assert question.answer_note("en") == note
    assert "表示" in question.answer_note("zh")


def test_samples_are_marked_as_they_say() -> None:
    for question in (weights(), one_formula("sqrt(h)/d"), with_parameter()):
        values = question.draw(0)
        truth = settled(question, values=values)
        samples = question.samples(values, truth)
        assert all(marked(text, question, values).result is Result.RIGHT for text in samples.correct)
        assert all(marked(text, question, values).result is not Result.RIGHT for text in samples.wrong)
        assert len(samples.correct) == 5
        for text in samples.unreadable:
            with pytest.raises(Unreadable):
                question.read(text, values)


def test_shows_asks_whether_an_idea_is_one_of_its_own() -> None:
    assert weights().shows(["no-output-matrix"], {})
    assert not weights().shows(["one-head"], {}), "only a run knows it"
    twin = Misconception(id="twin", formula=formula("h*3*d*d"), says=said("?"))
    ideas = (*weights().misconceptions, twin)
    assert not weights(misconceptions=ideas).shows(["no-output-matrix"], {})
    right = Misconception(id="right", formula=formula("h(2d)^2"), says=said("?"))
    assert not weights(misconceptions=(right,)).shows(["right"], {})


def faulty() -> Iterator[tuple[str, Symbolic]]:
    answer = weights().answer
    yield "no symbol", weights(symbols=Domain({}))
    yield "a symbol and a parameter", weights(domain=Domain({"h": IntRange(2, 3)}))
    yield "one value only", weights(symbols=Domain({"h": IntRange(2, 3), "d": IntRange(4, 4)}))
    yield "numbers that are drawn", weights(symbols=Domain({"h": Choice(("a", "b")), "d": IntRange(4, 5)}))
    yield "numbers that are drawn", weights(symbols=Domain({"h": IntRange(2, 3), "d": Derived(parse("2*h"))}))
    yield "none of the symbols", weights(answer=replace(answer, formula=formula("4*k")))
    yield "there is none", weights(answer=replace(answer, formula=None))
    yield "the same or it is not", weights(answer=replace(answer, tolerance=Tolerance(abs=Fraction(1))))
    yield "not a list", weights(answer=replace(answer, formula=formula("h")._replace(listed=True)))
    yield "a condition", weights(answer=replace(answer, formula=formula("h*(d > 3)")))


@pytest.mark.parametrize(("message", "question"), faulty())
def test_faults(message: str, question: Symbolic) -> None:
    assert any(message in fault.message for fault in question.faults())


def test_a_sound_question_has_no_fault() -> None:
    assert list(weights().faults()) == []
    assert list(with_parameter("h*(k == 3) + d").faults()) == []
    assert list(one_formula("h", Domain({"h": FloatRange(0.1, 0.5, 0.1)})).faults()) == []


def test_symbols_of_decimals_are_exact() -> None:
    question = one_formula("h/3", Domain({"h": FloatRange(0.1, 0.5, 0.1)}))
    assert marked("h/3 + h - h", question).result is Result.RIGHT
    assert marked("0.3333333333333333h", question).result is Result.WRONG


HOSTILE = [
    "((h^50)^50)^50",
    "h^d^h^d",
    "(h+d)^300",
    "2^(10^40)*h",
    "sqrt(h)^(10^39)",
    "exp(exp(exp(h)))",
    "log(h)*" * 8 + "h",
]
HOSTILE += [
    "(h^0.1+d^0.7)^0.3*" * 4 + "h",
    "1/(h+d^3)+" * 40 + "1",
    "(h+1)/(d+3)*" * 40 + "1",
    "h^-300+" * 60 + "1",
    "hd" * 250,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_answer_takes_long(text: str) -> None:
    question = weights()
    truth = settled(question)
    begun = time.process_time()
    for _ in range(3):
        try:
            question.mark(question.read(text, {}), truth, {})
        except Unreadable:
            continue
    assert (time.process_time() - begun) / 3 < 0.1


def test_the_engine_is_called_with_symbols_and_parameters() -> None:
    template = CallTemplate("f", {"heads": parse("h"), "width": parse("2*k"), "bias": True})
    question = weights(answer=Answer(formula=formula("h"), engine=(template,)), misconceptions=(), other_conventions=())
    assert question.calls({"k": 3})[0] == Call("f", {"heads": 2, "width": 6, "bias": True})
