"""Kinds of answer: what is read, how it is marked, and what a run makes of it."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from samples import HALF_PERCENT, assert_samples, claims, conv_size, golden, mean, ran, shape

from dlquiz.core.expressions import Unreadable
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.oracle import Call, Failed
from dlquiz.core.verdicts import Level, Result, Unsettled

VALUES = {"n": 61, "k": 9, "s": 2, "p": 3}  # (61 + 6 - 9)/2 + 1 = 30; padding once 28 (27.5 floored + 1)


def verdict(answer: str, question=None, value=30, values=VALUES):
    question = question or conv_size()
    truth = question.settle(values, [ran(value)])
    return question.mark(question.read(answer, values), truth, values)


def test_the_engine_and_the_formula_prove_a_number():
    truth = conv_size().settle(VALUES, [ran(30)])
    assert (truth.value, truth.level, truth.conflict) == (30, Level.PROVED, None)
    assert [leg.kind for leg in truth.legs] == ["module", "closed_form"]


def test_the_engine_wins_over_the_formula_and_the_review_does_not_count():
    got = verdict("31", value=31)
    assert got.result is Result.RIGHT
    assert not got.counts
    assert "31" in str(got.truth.conflict)
    assert "30" in str(got.truth.conflict)


def test_two_closed_forms_prove_nothing():
    truth = conv_size().settle(VALUES, [ran(30, kind="closed_form")])
    assert truth.level is Level.COMPUTED


def test_a_failed_run_settles_nothing_and_says_why():
    with pytest.raises(Unsettled, match="stopped after 10 s"):
        conv_size().settle(VALUES, [Failed(Call("conv.output_size", {}), "timeout", "stopped after 10 s")])


@pytest.mark.parametrize("text", ["30", " 30 ", "３０", "60/2", "(61 + 6 − 9)/2 + 1", "30.0", "= 30"])
def test_any_spelling_of_the_number_is_right(text):
    assert verdict(text).result is Result.RIGHT


@pytest.mark.parametrize(("text", "ids"), [("28", ["padding-once"]), ("29", ["no-plus-one"]), ("31", [])])
def test_a_wrong_number_is_diagnosed_by_name(text, ids):
    got = verdict(text)
    assert got.result is Result.WRONG
    assert [diagnosis.id for diagnosis in got.diagnoses] == ids


def test_a_number_that_is_off_by_less_than_is_shown_is_not_said_to_be_another():
    question, got = conv_size(), verdict("29.99999999999999999999")
    assert got.result is Result.WRONG
    assert question.reason(got, "en") == "Exactly 30; yours is off by less than is shown."


def test_a_number_right_elsewhere_is_not_called_wrong():
    got = verdict("1061")
    assert got.result is Result.ELSEWHERE
    assert got.diagnoses[0].says.fill("en", {}) == "in another book"


@pytest.mark.parametrize(("text", "at"), [("", 0), ("x", 0), ("3 + y", 4), ("30 +", 3), ("1,2", 1), ("1/0", 0)])
def test_what_is_no_number_is_refused_at_its_place(text, at):
    with pytest.raises(Unreadable) as error:
        conv_size().read(text, VALUES)
    assert error.value.position == at


def test_digits_in_groups_of_three_are_read():
    reading = conv_size().read("25,557,032", VALUES)
    assert (reading.value, reading.text) == (25557032, "25,557,032")
    with pytest.raises(Unreadable):
        conv_size().read("25,55", VALUES)


@pytest.mark.parametrize(("answer", "right"), [("100", True), ("100.4", True), ("99.6", True), ("100.6", False)])
def test_a_tolerance_is_a_share_of_the_truth(answer, right):
    question = mean(HALF_PERCENT)
    truth = question.settle({"n": 300}, [ran(100.0)])
    assert (question.mark(question.read(answer, {}), truth, {}).result is Result.RIGHT) is right


def test_a_float_without_a_tolerance_settles_nothing():
    with pytest.raises(Unsettled, match="tolerance"):
        mean(None).settle({"n": 1}, [ran(1 / 3)])


def test_legs_must_agree_ten_times_closer_than_answers():
    question = mean(Tolerance(abs=HALF_PERCENT.rel))  # 0.005: legs agree within 0.0005
    assert question.settle({"n": 3}, [ran(1.0004)]).conflict is None
    assert question.settle({"n": 3}, [ran(1.0006)]).conflict is not None


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_value_that_is_not_finite_is_in_conflict_with_a_finite_formula(value):
    truth = mean(HALF_PERCENT).settle({"n": 3}, [ran(value)])
    assert not math.isfinite(truth.value)
    assert truth.conflict is not None


def test_a_golden_figure_proves_the_instance_that_it_was_published_for():
    only_engine = replace(conv_size().answer, formula=None)
    question = conv_size(answer=only_engine, golden=(golden(**VALUES),))
    assert question.settle(VALUES, [ran(9)]).level is Level.PROVED
    assert question.settle({**VALUES, "n": 62}, [ran(9)]).level is Level.COMPUTED
    assert "a book" in str(question.settle(VALUES, [ran(10)]).conflict)


@pytest.mark.parametrize("text", ["4,5", "(4, 5)", "[4, 5]", "4x5", "4×5", "２*2，5", "4 5"])
def test_any_spelling_of_the_shape_is_right(text):
    assert verdict(text, shape(), [4, 5], {"n": 4}).result is Result.RIGHT


@pytest.mark.parametrize("text", ["5,4", "4", "4,5,1"])
def test_another_shape_is_wrong(text):
    assert verdict(text, shape(), [4, 5], {"n": 4}).result is Result.WRONG


@pytest.mark.parametrize("text", ["", "4,,5", "4,y", "3.5, 2", "(4, 5"])
def test_what_is_no_shape_is_refused(text):
    with pytest.raises(Unreadable):
        shape().read(text, {})


@pytest.mark.parametrize("question", [conv_size(), mean(HALF_PERCENT), shape()])
def test_questions_mark_their_own_samples_as_they_say(question):
    values = {**VALUES, "n": 9}
    settled = {"conv-output-size": 4, "mean": 3.0, "shape": [9, 10]}[question.id]
    truth = question.settle(values, [ran(settled)])
    assert_samples(question, values, truth)


# ----------------------------------------------------------------------------------------------------------------------


def settled(question, values, flip=(), dead_control=()):
    outcomes = []
    for index in values["asked"]:
        holds = (index % 2 == 0) != (index in flip)
        control = holds if index in dead_control else not holds
        outcomes += [ran(holds, f"claim-{index}", "measured"), ran(control, f"control-{index}", "measured")]
    return question.settle(values, outcomes)


def test_an_instance_asks_four_claims_both_true_and_false():
    question = claims(8)
    for seed in range(200):
        asked = question.draw(seed)["asked"]
        assert len(set(asked)) == 4
        assert {index % 2 for index in asked} == {0, 1}


def test_every_claim_is_asked_and_the_order_changes():
    question = claims(8)
    drawn = [tuple(question.draw(seed)["asked"]) for seed in range(200)]
    assert set().union(*drawn) == set(range(8))
    assert len(set(drawn)) > 100


def test_claims_are_right_when_all_are_judged_rightly():
    question, values = claims(), {"asked": [0, 1, 2, 3]}
    truth = settled(question, values)
    assert question.expected(truth, "en") == "1, 3"
    assert question.mark(question.read("3 1", values), truth, values).result is Result.RIGHT


def test_claims_misjudged_are_scored_and_named():
    question, values = claims(), {"asked": [0, 1, 2, 3]}
    got = question.mark(question.read("1 2", values), settled(question, values), values)
    assert (got.result, got.score) == (Result.WRONG, 0.5)
    assert [diagnosis.id for diagnosis in got.diagnoses] == ["c1", "c2"]
    assert question.reason(got, "en") == "2 of 4 judged rightly; true: 1, 3."


def test_an_experiment_that_contradicts_its_claim_is_a_conflict():
    question, values = claims(), {"asked": [0, 1, 2, 3]}
    assert settled(question, values).conflict is None
    assert "claim-1() gave true" in str(settled(question, values, flip=[1]).conflict)


def test_a_control_that_comes_out_the_same_way_is_a_conflict():
    question, values = claims(), {"asked": [0, 1, 2, 3]}
    assert "proves nothing" in str(settled(question, values, dead_control=[2]).conflict)


def test_a_claim_needs_true_or_false():
    question, values = claims(), {"asked": [0, 1, 2, 3]}
    with pytest.raises(Unsettled, match="true or false"):
        question.settle(values, [ran(1)] * 8)


@pytest.mark.parametrize("text", ["none", "NONE", "0", "无"])
def test_none_is_an_answer(text):
    assert claims().read(text, {"asked": [0, 1, 2, 3]}).value == [False] * 4


@pytest.mark.parametrize(("text", "at"), [("", 0), ("5", 0), ("1 x", 2), ("1, 9", 3), ("²", 0), ("13", 0)])
def test_what_names_no_claim_is_refused_at_its_place(text, at):
    with pytest.raises(Unreadable) as error:
        claims().read(text, {"asked": [0, 1, 2, 3]})
    assert error.value.position == at


def test_claims_mark_their_own_samples_as_they_say():
    question = claims()
    for asked in ([0, 1, 2, 3], [1, 3, 5, 0], [0, 2, 4, 1]):
        values = {"asked": asked}
        truth = settled(question, values)
        assert_samples(question, values, truth)


# ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["10^400", "10^400/3", "-10^400"])
def test_a_number_that_no_answer_reaches_is_refused(text):
    for question in (conv_size(), mean(HALF_PERCENT)):
        with pytest.raises(Unreadable, match="too large"):
            question.read(text, VALUES)


@pytest.mark.parametrize("text", ["25，557，032", "２５，５５７，０３２"])
def test_full_width_groups_are_read_as_well(text):
    assert conv_size().read(text, VALUES).value == 25557032


def test_legs_that_are_exact_must_be_equal_whatever_the_tolerance():
    question = mean(Tolerance(rel=HALF_PERCENT.rel * 10))
    assert question.settle({"n": 589_824 * 3}, [ran(590_080)]).conflict is not None
    assert question.settle({"n": 589_824 * 3}, [ran(590_080.0)]).conflict is None


def test_a_whole_figure_is_met_exactly_and_a_rounded_one_within_a_thousandth():
    question = mean(Tolerance(rel=HALF_PERCENT.rel * 10))
    assert not question.meets(73_856, 73_857)
    assert question.meets(73_856, 73_856)
    assert question.meets(714_188_480, Fraction(714_000_000))
    assert not question.meets(714_188_480, Fraction(710_000_000))


def test_a_closed_form_and_a_figure_prove_nothing():
    question = conv_size(answer=replace(conv_size().answer, formula=None), golden=(golden(**VALUES),))
    assert question.settle(VALUES, [ran(9, kind="closed_form")]).level is Level.COMPUTED


@pytest.mark.parametrize("text", ["64*56*56", "64-56-56", "64 -7 -7", "64 (7) (7)"])
def test_arithmetic_is_no_shape_of_one_size(text):
    with pytest.raises(Unreadable, match="stand apart"):
        shape().read(text, {})


def test_a_lone_size_is_a_shape():
    assert shape().read("64", {}).value == [64]


def test_aimed_practice_does_not_claim_to_know_a_truth_that_only_a_run_gives():
    question = conv_size(answer=replace(conv_size().answer, formula=None))
    assert not question.shows(["padding-once"], VALUES)
    assert conv_size().shows(["padding-once"], VALUES)


@pytest.mark.parametrize(
    ("text", "held"),
    [("全部", [True] * 4), ("没有", [False] * 4), ("(1, 3)", [True, False] * 2), ("1和3", [True, False] * 2)],
)
def test_claims_are_named_in_words_and_brackets(text, held):
    assert claims().read(text, {"asked": [0, 1, 2, 3]}).value == held


def test_a_control_is_the_same_experiment():
    question = claims()
    stray = replace(question.claims[0], control=replace(question.claims[0].control, function="lrn.inhibits"))
    (fault,) = replace(question, claims=(stray, *question.claims[1:])).faults()
    assert "lrn.inhibits" in fault.message


def test_two_claims_do_not_say_the_same():
    question = claims()
    twin = replace(question.claims[1], say=question.claims[0].say)
    (fault,) = replace(question, claims=(question.claims[0], twin, *question.claims[2:])).faults()
    assert "says the same" in fault.message
