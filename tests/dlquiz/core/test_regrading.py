"""Past answers marked again: verdicts that change, and answers that are not compared, each for its own reason."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.reading import read_bank
from dlquiz.core import regrading
from dlquiz.core.parameters import identity
from dlquiz.core.questions import Instance, Question, draw
from dlquiz.core.regrading import Marked, Unmarked, Why, mark_again
from dlquiz.core.remembering import Review, params_text, shown_text, text_hash
from dlquiz.core.restoring import Unfit, restored
from dlquiz.core.scheduling import Rating
from dlquiz.core.texts import Language

HEAD = "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n"
SIZE = """  - id: size
    rev: 1
    kind: number
    prompt: {en: "A kernel of 3 over {{n}}. Outputs?", zh: "大小 3 的核，{{n}} 个输入。输出？"}
    params: {n: {int: [16, 64]}}
    answer: {formula: n - 2, engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}}
"""
PADDED = (
    SIZE.replace("n - 2", "n").replace("kernel_size: 3}", "kernel_size: 3, padding: 1}").replace("rev: 1", "rev: 2")
)
PICK = """  - id: pick
    kind: choice
    prompt: "A kernel of 3 over {{n}}. Outputs?"
    params: {n: {int: [16, 64]}}
    answer: {formula: n - 2, engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}}
    options: [{value: n - 2}, {value: n}, {value: n - 1}]
"""
BUILD = """  - id: build
    kind: construct
    prompt: "64 to 16."
    allow: {layers: [Conv2d, MaxPool2d]}
    goal:
      - {id: size, call: stack.output_size, with: {layers: built, input_shape: [3, 64, 64]}, is: 16}
      - {id: small, call: stack.num_params, with: {layers: built, input_shape: [3, 64, 64]}, at_most: 100}
    accept: ["MaxPool2d(4)", "MaxPool2d(2), MaxPool2d(2)"]
    reject: ["MaxPool2d(2)", "MaxPool2d(3)", "MaxPool2d(8)"]
    trivial: k=4 s=4
"""


class Entry(NamedTuple):
    id: int
    review: Review
    rating: Rating
    undone: bool = False


def question(text: str) -> Question:
    bank, complaints = read_bank(HEAD + text, "b.yaml")
    assert bank is not None, complaints
    assert [str(item) for item in complaints] == []
    return bank.questions[0]


def entry(instance: Instance, answer: str, outcome: str, lang: Language = "en", **more: Any) -> Entry:
    asked = instance.question
    rating = more.pop("rating", Rating.GOOD if outcome == "right" else Rating.AGAIN)
    given = {"own": rating, "undone": False} | more
    review = Review(
        key=asked.key, rev=asked.rev, seed=instance.seed, params=params_text(instance.values),
        prompt_hash=text_hash(shown_text(instance, lang)), answer=answer, outcome=outcome, rating=rating,
        at_ms=1, offset_minutes=0, lang=lang, hints=given.pop("hints", 0),
    )  # fmt: skip
    return Entry(1, review, given["own"], given["undone"])


def again(past: Entry, *now: str, **more: Any) -> Marked | Unmarked:
    questions = {one.key: one for one in map(question, now)}
    (found,) = mark_again([past], questions, more.get("broken", ()), Runs(more.get("oracle") or FakeOracle()))
    return found


def why(past: Entry, *now: str, **more: Any) -> Why:
    found = again(past, *now, **more)
    assert isinstance(found, Unmarked), found
    return found.why


def marked(past: Entry, *now: str, **more: Any) -> Marked:
    found = again(past, *now, **more)
    assert isinstance(found, Marked), found
    return found


@pytest.fixture
def old() -> Instance:
    return draw(question(SIZE), 5)


def test_a_verdict_changes_both_ways_or_stays(old: Instance) -> None:
    n = old.values["n"]
    results = {}
    for answer, outcome in ((n - 2, "right"), (n, "wrong"), (7, "wrong")):
        one = marked(entry(old, str(answer), outcome), PADDED)
        results[answer] = (one.verdict.result.value, one.changed)
    assert results == {n - 2: ("wrong", True), n: ("right", True), 7: ("wrong", False)}
    assert not marked(entry(old, str(n - 2), "right"), SIZE).changed


def test_the_stored_parameters_are_marked_and_not_what_the_seed_draws_now(old: Instance) -> None:
    """Another revision draws another setting from the seed, and a wider range too."""
    wider = PADDED.replace("[16, 64]", "[16, 640]")
    assert draw(question(wider), 5).values != old.values
    one = marked(entry(old, str(old.values["n"]), "wrong"), wider)
    assert dict(one.instance.values) == dict(old.values)
    assert one.changed


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 256])
def test_every_call_runs_once(old: Instance, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(regrading, "_AT_ONCE", at_once)
    oracle = FakeOracle()
    past = [entry(old, str(answer), "wrong") for answer in range(5)]
    mark_again(past, {"b/size": question(PADDED)}, (), Runs(oracle))
    assert len(oracle.calls) == 1


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 8, 256])
def test_what_becomes_of_many_does_not_depend_on_how_many_are_started_together(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Each in its place, told after it is done: marked or not, by its own parameters."""
    monkeypatch.setattr(regrading, "_AT_ONCE", at_once)
    first, now = question(SIZE), question(PADDED)
    asked = [draw(first, seed) for seed in range(8)]
    past = [entry(one, str(one.values["n"]), "wrong", undone=place == 3) for place, one in enumerate(asked)]
    told: list[tuple[int, int]] = []
    found = mark_again(past, {now.key: now}, (), Runs(FakeOracle(), 3), lambda done, count: told.append((done, count)))
    assert [one.entry for one in found] == past
    assert [isinstance(one, Marked) and one.changed for one in found] == [place != 3 for place in range(8)]
    assert told == [(done, 8) for done in range(1, 9)]


def test_the_next_reviews_run_while_these_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrading, "_AT_ONCE", 2)
    oracle, one = FakeOracle(), question(SIZE)
    asked = list({draw(one, seed).values["n"]: draw(one, seed) for seed in range(40)}.values())[:7]
    past = [entry(instance, "7", "wrong") for instance in asked]
    started: list[int] = []
    mark_again(past, {one.key: one}, (), Runs(oracle), lambda done, _: started.append(len(oracle.calls)))
    assert started == [4, 4, 6, 6, 7, 7, 7]


def test_what_was_built_runs_together_with_what_settles_its_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrading, "_AT_ONCE", 1)
    oracle, one = FakeOracle(), question(BUILD)
    past = [entry(draw(one, 0), answer, "right") for answer in ("MaxPool2d(4)", "MaxPool2d(2)", "k=4 s=4")]
    started: list[int] = []
    mark_again(past, {one.key: one}, (), Runs(oracle), lambda done, _: started.append(len(oracle.calls)))
    assert started == [4, 6, 6]


def test_no_review_runs_nothing() -> None:
    oracle = FakeOracle()
    assert mark_again([], {}, (), Runs(oracle), lambda done, _: pytest.fail(f"{done} of none")) == []
    assert oracle.calls == []


def test_the_grade_that_it_would_be_and_the_learners_own(old: Instance) -> None:
    right = str(old.values["n"])
    assert marked(entry(old, right, "wrong"), PADDED).grade is Rating.GOOD
    hinted = marked(entry(old, right, "wrong", hints=1), PADDED)
    assert (hinted.grade, hinted.own_grade) == (Rating.HARD, None)
    assert marked(entry(old, "7", "wrong"), PADDED).grade is Rating.AGAIN
    assert marked(entry(old, right, "wrong", own=Rating.EASY), PADDED).own_grade is Rating.EASY


def test_what_is_not_marked_again(old: Instance) -> None:
    past = entry(old, "7", "wrong")
    assert why(entry(old, "7", "wrong", undone=True), PADDED) is Why.UNDONE
    assert why(past) is Why.GONE
    assert why(past, PADDED.replace("id: size", "id: other")) is Why.GONE
    assert why(past, broken={"b/size"}) is Why.BROKEN
    narrow = again(past, PADDED.replace("[16, 64]", "[100, 200]"))
    assert isinstance(narrow, Unmarked)
    assert (narrow.why, narrow.said) == (Why.PARAMETERS, f"n={old.values['n']} is no setting that the question asks")
    assert why(past, SIZE.replace("{n: {int: [16, 64]}}", "{m: {int: [1, 2]}, n: {int: [16, 64]}}")) is Why.PARAMETERS
    assert (
        why(past, SIZE.replace("    answer", '    where: "n > 64"\n    answer').replace("64]", "65]")) is Why.PARAMETERS
    )


def test_what_asks_something_else_is_told_apart(old: Instance) -> None:
    past = entry(old, "7", "wrong")
    assert why(past, SIZE.replace("kernel of 3 over", "kernel of 5 over")) is Why.REWORDED
    assert why(past, SIZE + "    convention: Without padding.\n") is Why.REWORDED
    chinese = SIZE.replace("大小 3", "大小 5")
    assert why(entry(old, "7", "wrong", lang="zh"), chinese) is Why.REWORDED
    assert isinstance(again(past, chinese), Marked), "it was asked in English"
    assert isinstance(again(entry(old, "7", "wrong", lang="zh"), SIZE), Marked), "it was asked in Chinese"


def test_an_answer_of_a_kind_that_is_gone_cannot_be_read(old: Instance) -> None:
    shape = (
        SIZE.replace("kind: number", "kind: shape")
        .replace("formula: n - 2", "formula: [n, 3]")
        .replace(
            "conv.output_size, with: {size: n, kernel_size: 3}",
            "linear.output_shape, with: {shape: [n, 2], out_features: 3}",
        )
    )
    found = again(entry(old, "1/3", "wrong"), shape)
    assert isinstance(found, Unmarked)
    assert found.why is Why.UNREADABLE
    assert found.said


def test_bank_and_engine_that_disagree_settle_nothing(old: Instance) -> None:
    found = again(entry(old, "7", "wrong"), SIZE.replace("n - 2", "n - 3"))
    assert isinstance(found, Unmarked)
    assert found.why is Why.CONFLICT
    assert f"gives {old.values['n'] - 2}" in found.said


def test_a_prompt_without_a_value_asks_nothing(old: Instance) -> None:
    assert why(entry(old, "7", "wrong"), SIZE.replace("{{n}}", "{{n/(n - n)}}")) is Why.UNSETTLED


def test_an_engine_without_a_value_settles_nothing(old: Instance) -> None:
    assert why(entry(old, "7", "wrong"), SIZE, oracle=FakeOracle({})) is Why.UNSETTLED


def test_options_keep_the_order_in_which_they_were_asked() -> None:
    """The order comes from the revision, too: what was option 2 then is another one in a fresh draw."""
    first, second = question(PICK), PICK.replace("id: pick", "id: pick\n    rev: 2")
    for seed in range(6):
        old = draw(first, seed)
        assert draw(question(second), seed).values["asked"] != old.values["asked"] or seed
        right = old.values["asked"].index(0) + 1
        assert not marked(entry(old, str(right), "right"), second).changed
        assert not marked(entry(old, str(right % 3 + 1), "wrong"), second).changed


def test_other_options_ask_something_else() -> None:
    past = entry(draw(question(PICK), 1), "1", "wrong")
    assert why(past, PICK.replace("{value: n - 1}", "{value: n - 1, say: less}")) is Why.REWORDED
    assert why(past, PICK.replace("[{value: n - 2}, {value: n}", "[{value: n}, {value: n - 2}")) is Why.REWORDED
    four = PICK.replace("options: [", "options: [{value: n - 4}, ")
    last = entry(draw(question(four), 1), "1", "wrong")
    assert 3 in draw(question(four), 1).values["asked"]
    assert why(last, PICK) is Why.PARAMETERS


def test_what_was_built_is_built_again() -> None:
    """A pooling of 4 has no parameters: a goal that asks for some refuses it, and takes what was refused."""
    old = draw(question(BUILD), 0)
    assert not marked(entry(old, "MaxPool2d(4)", "right"), BUILD).changed
    now = (
        BUILD.replace("at_most: 100", "above: 100")
        .replace('"MaxPool2d(4)"', "k=4 s=4")
        .replace('"MaxPool2d(2), MaxPool2d(2)"', "k=5 s=4 p=1")
    )
    refused, taken = marked(entry(old, "MaxPool2d(4)", "right"), now), marked(entry(old, "k=4 s=4", "wrong"), now)
    assert [(one.verdict.result.value, one.changed) for one in (refused, taken)] == [("wrong", True), ("right", True)]
    assert why(entry(old, "MaxPool2d(4)", "right"), BUILD.replace("Conv2d, MaxPool2d", "Conv2d")) is Why.UNREADABLE


def test_a_card_is_graded_by_the_learner(old: Instance) -> None:
    card = SIZE + '  - {id: card, kind: recall, prompt: "What?", reveals: [size]}\n'
    bank, _ = read_bank(HEAD + card, "b.yaml")
    assert bank is not None
    recall = bank.questions[1]
    (found,) = mark_again([entry(draw(recall, 0), "3", "right")], {recall.key: recall}, (), Runs(FakeOracle()))
    assert isinstance(found, Unmarked)
    assert found.why is Why.SELF_GRADED


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return identity(dict(one)) == identity(dict(other)) and [*map(type, one.values())] == [*map(type, other.values())]


@pytest.mark.parametrize(
    "params",
    [
        "{x: {float: [0.1, 0.9], step: 0.1}}",
        "{x: {choice: [0.1, 1e-7, 3, yes, true]}}",
        '{n: {int: [1, 9]}, x: {let: "n/7"}}',
        '{x: {list: {k: {choice: [3, 5]}, half: {let: "k/3"}, w: {float: [0, 1], step: 0.125}}, length: [1, 3]}}',
    ],
)
def test_parameters_come_back_exactly(params: str) -> None:
    one = question(f'  - {{id: q, kind: number, prompt: "{{{{x}}}}", params: {params}, answer: {{formula: 1}}}}\n')
    for seed in range(20):
        old = draw(one, seed)
        assert same(restored(one, seed, params_text(old.values)).values, old.values)


def test_a_derived_value_is_the_banks() -> None:
    text = """  - id: q
    kind: number
    prompt: "{{n}}"
    params: {n: {int: [1, 9]}, twice: {let: "2*n"}}
    answer: {formula: twice}
"""
    old = draw(question(text), 0)
    now = restored(question(text.replace('"2*n"', '"3*n"')), 0, params_text(old.values))
    assert now.values["twice"] == 3 * old.values["n"]


@pytest.mark.parametrize(
    "params", ["[1]", "{}", "{", "9" * 5000, '{"n": "x"}', '{"n": true}', '{"n": 16.5}', '{"n": null}']
)
def test_parameters_that_do_not_fit_are_a_sentence(params: str) -> None:
    with pytest.raises(Unfit, match=r"\w"):
        restored(question(SIZE), 0, params)


def test_another_convention_is_a_result_of_its_own(old: Instance) -> None:
    text = SIZE + "    convention: Without padding.\n"
    past = entry(draw(question(text), 5), str(old.values["n"]), "wrong")
    now = text + '    other_conventions: [{formula: n, says: "With padding."}]\n'
    assert marked(past, now).verdict.result.value == "elsewhere"
    assert "conv.output_size" in FUNCTIONS
