"""Parameters that are locked stay, the others are drawn, and a value outside of its domain is said to be so."""

from fractions import Fraction
from pathlib import Path

import pytest
from watch_bench import BANK

from dlquiz.app.phrases import say_in
from dlquiz.app.watching.drawing import drawn
from dlquiz.app.watching.locks import NotTaken, holding, lockable, locked, read_value, ruled_out, values_of
from dlquiz.banks.reading import read_bank
from dlquiz.core.parameters import Choice, FloatRange, IntRange, Parameter, Records
from dlquiz.core.questions import Question

SAY = say_in("en")
INTS, STEPS = IntRange(16, 31), IntRange(2, 10, 4)
DECIMALS = FloatRange(Fraction(1, 10), Fraction(1, 2), Fraction(1, 5))
WORDS = Choice(("same", "valid", 7))
LISTS = Records({"k": IntRange(1, 3)}, 1, 2)


def questions(text: str = BANK) -> list[Question]:
    bank, complaints = read_bank(text, "mine.yaml")
    assert bank is not None
    assert not complaints
    return list(bank.questions)


SIZE, WEIGHTS, WHICH = questions()


def typed(text: str, parameter: Parameter) -> object:
    return read_value("n", parameter, text, "en", SAY)


def test_what_is_typed_is_read_as_in_a_bank() -> None:
    assert typed("20", INTS) == 20
    assert typed(" 2^4 ", INTS) == 16
    assert typed("0.3", DECIMALS) == Fraction(3, 10)
    assert typed("Same", WORDS) == "same"
    assert typed("7", WORDS) == 7


@pytest.mark.parametrize(
    ("text", "parameter", "sentence"),
    [
        ("300", INTS, "300 is outside of n, which takes whole numbers from 16 to 31"),
        ("20.5", INTS, "20.5 is outside of n, which takes whole numbers from 16 to 31"),
        ("4", STEPS, "4 is outside of n, which takes 2 to 10 in steps of 4"),
        ("0.2", DECIMALS, "0.2 is outside of n, which takes 0.1 to 0.5 in steps of 0.2"),
        ("8", WORDS, "8 is outside of n, which takes same, valid, 7"),
        ("[1]", LISTS, "n is a list of records: it can be kept as it is, but not typed"),
    ],
)
def test_a_value_outside_of_its_domain_is_said_to_be_so(text: str, parameter: object, sentence: str) -> None:
    with pytest.raises(NotTaken) as refused:
        typed(text, parameter)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("text", ["2+", "1/0", "9^9^9^9", "cat", "x" * 2000])
def test_what_is_no_value_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(NotTaken, match=r"is no value: .+"):
        typed(text, INTS)


def test_long_choices_are_told_in_part() -> None:
    assert values_of(Choice(tuple(range(40))), SAY) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"


def test_a_locked_parameter_stays_while_the_others_change() -> None:
    found = [one.values for first in range(0, 60, 3) for one in drawn(SIZE, {"n": 20}, first).instances]
    assert {values["n"] for values in found} == {20}
    assert {(values["k"], values["p"]) for values in found} == {(7, 2), (9, 2), (9, 3)}
    assert all(SIZE.domain.contains(values) for values in found)


def test_what_is_derived_follows_and_cannot_be_locked() -> None:
    assert list(lockable(SIZE)) == ["n", "k", "p"]
    found = drawn(SIZE, {"k": 9}, 0).instances
    assert {one.values["half"] for one in found} == {4}


def test_a_lock_under_which_no_setting_satisfies_the_conditions_is_said() -> None:
    found = drawn(SIZE, {"k": 7, "p": 3}, 0)
    assert found.instances == ()
    assert "satisfies the conditions of mine/output-size" in found.trouble
    assert "p < half" in found.trouble


def test_what_rules_a_lock_out_is_named_by_the_value_alone_where_it_suffices() -> None:
    even = questions(BANK.replace('where: "p < half"', 'where: ["p < half", "n % 2 == 0"]'))[0]
    assert ruled_out(even, {"k": 9, "n": 21}, "n", SAY) == "with n = 21, `n % 2 == 0` does not hold"
    assert ruled_out(even, {"k": 9, "n": 22}, "n", SAY) == ""
    assert ruled_out(SIZE, {"p": 3}, "p", SAY) == ""
    assert ruled_out(SIZE, {"n": 20, "k": 7, "p": 3}, "p", SAY) == "with n = 20, k = 7, p = 3, `p < half` does not hold"


def test_conditions_that_hold_one_by_one_and_never_together_rule_a_lock_out() -> None:
    narrow = questions(BANK.replace('where: "p < half"', 'where: ["n + k < 28", "n - k > 11"]'))[0]
    assert ruled_out(narrow, {"k": 7}, "k", SAY) == ""
    assert ruled_out(narrow, {"k": 9}, "k", SAY) == "with k = 9, no draw satisfies all conditions together"


def test_locks_that_the_question_does_not_take_any_more_are_let_go() -> None:
    assert holding(SIZE, {"n": 20, "k": 8, "gone": 1}) == {"n": 20}


def test_other_seeds_give_other_instances_and_the_same_seed_the_same() -> None:
    first = drawn(SIZE, {}, 0)
    assert [one.values for one in drawn(SIZE, {}, 0).instances] == [one.values for one in first.instances]
    following = drawn(SIZE, {}, first.following)
    assert min(one.seed for one in following.instances) > max(one.seed for one in first.instances)
    assert [one.values for one in first.instances] == [SIZE.draw(one.seed) for one in first.instances]


def test_instances_differ_and_there_are_no_more_than_there_are() -> None:
    assert len({str(one.values) for one in drawn(SIZE, {}, 0).instances}) == 3
    assert len(drawn(WEIGHTS, {"h": 2}, 0).instances) == 2
    assert len(drawn(WEIGHTS, {"h": 2, "d": 16}, 0).instances) == 1
    assert len({one.values["n"] for one in drawn(WHICH, {}, 0).instances}) == 3
    assert len(drawn(WHICH, {"n": 8}, 0).instances) == 3, "the options stand in other orders"


def test_every_kind_can_be_locked_and_drawn() -> None:
    for file in sorted((Path(__file__).parents[3] / "questions").glob("*/*.yaml")):
        bank, _ = read_bank(file.read_text(encoding="utf-8"), str(file))
        assert bank is not None
        for question in bank.questions:
            if question.kind == "recall":
                continue  # it has no parameters of its own, and is linked when its library is
            values = question.draw(0)
            locks = {name: values[name] for name in list(lockable(question))[:1]}
            kept = locked(question, locks).draw(5)
            assert {name: kept[name] for name in locks} == locks, question.key
