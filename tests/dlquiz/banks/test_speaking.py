"""Sentences beside runs: which name another value, and which fit another experiment better than their own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from dlquiz.banks.library import Library
from dlquiz.banks.proving.fitting import lexicon, words
from dlquiz.banks.proving.speaking import unspoken
from dlquiz.banks.reading import read_bank
from dlquiz.banks.signatures import Argument, Signature, Signatures
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.questions import Question
from dlquiz.worker import Worker

ROOT = Path(__file__).parents[3]
ACTIVATIONS = Argument("one of 'relu', 'leaky_relu', 'sigmoid', 'hardtanh'", required=False, default="relu")
NAMES = Argument("one of 'adam', 'adamw', 'rmsprop', 'rmsprop_book', 'sgd'", required=True)
WEIGHTS = Argument("one of 'zeros', 'sqrt(var + eps)', 'var', 'N', 'layer', 'weights', 'whole prefix'", required=True)
KNOWN = Signatures(
    {
        "init.vanishes": Signature("Say whether the gradient vanishes.", {"activation": ACTIVATIONS}),
        "init.explodes": Signature("Say whether the gradient explodes.", {"activation": ACTIVATIONS}),
        "optim.settles": Signature("Say whether the steps settle.", {"name": NAMES}),
        "norm.undone_by": Signature(
            "Say whether it is undone.", {"weight": WEIGHTS, "bias": WEIGHTS, "layer": WEIGHTS}
        ),
        "stack.variance": Signature("Return the variance.", {"activation": ACTIVATIONS}),
    }
)
HEAD = "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n"


def claims(say: str, proof: str) -> Question:
    """Return a question whose first claim says this and rests on that."""
    stated = [(say, proof), *((f"Statement {number}.", "{call: no.function}") for number in range(5))]
    lines = [
        f"      - {{say: {said}, holds: {number % 2 == 0}, proof: {run}, control: {{x: 1}}}}".replace("True", "true")
        for number, (said, run) in enumerate(stated)
    ]
    text = HEAD + "  - id: q\n    kind: claims\n    prompt: Which hold?\n    claims:\n" + "\n".join(lines)
    return question(text.replace("False", "false"))


def question(text: str) -> Question:
    bank, complaints = read_bank(text, "b.yaml")
    assert bank is not None, complaints
    assert complaints == []
    return bank.questions[0]


def codes(asked: Question, known: Signatures = KNOWN) -> list[str]:
    return [one.code for one in unspoken(asked, known)]


@pytest.mark.parametrize(
    ("say", "proof"),
    [
        ("ReLU layers keep it.", "{call: init.vanishes, with: {activation: leaky_relu}}"),
        ("Leaky ReLU keeps it.", "{call: init.vanishes, with: {activation: sigmoid}}"),
        ("Leaky ReLU keeps it.", "{call: init.vanishes, with: {activation: relu}}"),
        ("Leaky-ReLU keeps it.", "{call: init.vanishes, with: {activation: hardtanh}}"),
        ("A sigmoid keeps it.", "{call: init.vanishes}"),
        ("Adam gets there.", "{call: optim.settles, with: {name: adamw}}"),
        ("RMSProp's steps shrink.", "{call: optim.settles, with: {name: sgd}}"),
        ("It sees the whole prefix.", "{call: norm.undone_by, with: {weight: zeros, bias: var}}"),
        ("{en: It keeps it., zh: Sigmoid 层保持它。}", "{call: init.vanishes}"),
    ],
)
def test_another_value_is_named(say: str, proof: str) -> None:
    assert codes(claims(say, proof)) == ["DQ445"]


@pytest.mark.parametrize(
    ("say", "proof"),
    [
        ("Nothing is named.", "{call: init.vanishes, with: {activation: leaky_relu}}"),
        ("Leaky ReLU keeps it.", "{call: init.vanishes, with: {activation: leaky_relu}}"),
        ("Leaky units keep more than ReLU.", "{call: init.vanishes, with: {activation: leaky_relu}}"),
        ("Sigmoid and ReLU keep it.", "{call: init.vanishes, with: {activation: relu}}"),
        ("Sigmoid and hardtanh keep it.", "{call: init.vanishes, with: {activation: relu}}"),
        ("A sigmoidal unit keeps it.", "{call: init.vanishes, with: {activation: relu}}"),
        ("RMSProp's steps shrink.", "{call: optim.settles, with: {name: rmsprop_book}}"),
        ("The var undoes it.", "{call: norm.undone_by, with: {weight: sqrt(var + eps), bias: N, layer: N}}"),
        ("The zeros undo it.", "{call: norm.undone_by, with: {weight: var, bias: zeros, layer: zeros}}"),
        ("A layer undoes it.", "{call: norm.undone_by, with: {weight: var, bias: var, layer: var}}"),
        ("Over N it is undone.", "{call: norm.undone_by, with: {weight: var, bias: var, layer: var}}"),
        ("{en: ReLU keeps it., zh: ReLU 层与 sigmoid 不同。}", "{call: init.vanishes}"),
        ("{en: Sigmoid and hardtanh keep it., zh: Sigmoid 等保持它。}", "{call: init.vanishes}"),
        ("Sigmoid keeps it.", "{call: unknown.function, with: {activation: relu}}"),
    ],
)
def test_no_other_value_is_named(say: str, proof: str) -> None:
    assert codes(claims(say, proof)) == []


NUMBER = """  - id: n
    kind: number
    prompt: "What is the variance behind a ReLU?"
    answer: {formula: "2", engine: {call: stack.variance, with: {activation: relu}}}
    misconceptions: [{id: a, engine: {call: stack.variance, with: {activation: sigmoid}}, says: "Look again."}]
"""
ORDER = """  - id: o
    kind: order
    prompt: "Sort by the variance."
    items:
      - {id: a, say: "behind a ReLU", by: {call: stack.variance, with: {activation: relu}}}
      - {id: b, say: "behind a sigmoid", by: {call: stack.variance, with: {activation: sigmoid}}}
      - {id: c, say: "behind hardtanh", by: {call: stack.variance, with: {activation: hardtanh}}}
"""


@pytest.mark.parametrize("text", [NUMBER, ORDER], ids=["number", "order"])
def test_prompts_and_items_are_read_beside_what_settles_the_answer(text: str) -> None:
    asked = question(HEAD + text)
    assert codes(asked) == []
    swapped = question(HEAD + text.replace("{activation: relu}", "{activation: leaky_relu}"))
    assert codes(swapped) == ["DQ445"]
    default = question(HEAD + text.replace("with: {activation: sigmoid}", "with: {}"))
    assert codes(default) == [], "a default that nobody wrote is told by no prompt"


def test_what_a_complaint_says() -> None:
    (told,) = unspoken(claims("Sigmoid keeps it.", "{call: init.vanishes}"), KNOWN)
    assert (told.severity, told.line) == ("warning", 10)
    assert told.message == "the text names 'sigmoid', and init.vanishes is run with activation=relu"
    (told,) = unspoken(claims("Leaky ReLU keeps it.", "{call: init.vanishes, with: {activation: sigmoid}}"), KNOWN)
    assert told.message.startswith("the text names 'leaky_relu', and ")


def test_words_have_stems_and_parts() -> None:
    assert words("ReLU-like leaky_relu, 1 of 0.25 x")["relu"] == "ReLU"
    assert words("a b 1 of 0.25").keys() == {"1", "of", "0.25"}
    assert words("normalises").keys() == words("normalisation").keys()


def test_a_rare_word_weighs_more() -> None:
    known = lexicon(KNOWN)
    assert known.weight("explo") > known.weight("gradi") > known.weight("say")
    assert known.weigh(["explo", "gradi"]) == pytest.approx(known.weight("explo") + known.weight("gradi"))


@pytest.fixture(scope="module")
def known() -> Iterator[Signatures]:
    with Worker("cpu") as worker:
        yield Signatures.of(worker.functions().result())


@pytest.fixture(scope="module")
def ours() -> list[Question]:
    return list(Library.load([ROOT / "questions"]).questions)


def test_none_of_ours_is_complained_of(ours: Sequence[Question], known: Signatures) -> None:
    assert [str(one) for asked in ours for one in unspoken(asked, known)] == []


def test_a_goal_is_run_on_what_the_prompt_names(ours: Sequence[Question], known: Signatures) -> None:
    (asked,) = (one for one in ours if one.id == "deep-relu-bound")
    assert isinstance(asked, Construct)
    leaky = tuple(replace(one, call=one.call.changed({"activation": "leaky_relu"})) for one in asked.goal)
    assert [one.line for one in unspoken(replace(asked, goal=leaky), known)] == [one.call.at.line for one in asked.goal]


def test_what_is_kept_of_functions_is_the_same_again(known: Signatures) -> None:
    again = Signatures.from_json(known.to_json())
    assert again.functions == known.functions
    assert again.choosing("gru.state").keys() == {"update"}


def exchanged(asked: Claims, one: Claim, other: Claim) -> Claims:
    """Return a question of claims in which two have each other's words."""
    words_of = {id(one): other, id(other): one}
    said = [(claim, words_of.get(id(claim), claim)) for claim in asked.claims]
    return replace(asked, claims=tuple(replace(claim, say=words.say, why=words.why) for claim, words in said))


def test_most_of_ours_are_complained_of_when_two_of_one_truth_change_places(
    ours: Sequence[Question], known: Signatures
) -> None:
    pairs = [
        (asked, one, other)
        for asked in ours
        if isinstance(asked, Claims)
        for one, other in combinations(asked.claims, 2)
        if one.holds is other.holds
        and (one.proof.function, one.proof.arguments) != (other.proof.function, other.proof.arguments)
    ][::4]
    found = [codes(exchanged(*pair), known) for pair in pairs]
    assert len(pairs) > 80
    assert sum(map(bool, found)) >= 0.9 * len(pairs)
    assert sum("DQ446" in each for each in found) >= 0.85 * len(pairs)


def test_most_of_ours_are_complained_of_when_another_function_is_called(
    ours: Sequence[Question], known: Signatures
) -> None:
    found: list[bool] = []
    for asked in [one for one in ours if isinstance(one, Claims)][::3]:
        for place, claim in enumerate(asked.claims):
            given = {*claim.proof.arguments, *claim.control.arguments}
            for name in known.like(claim.proof.function, given):
                swapped = [*asked.claims]
                swapped[place] = replace(claim, proof=replace(claim.proof, function=name))
                found.append(bool(codes(replace(asked, claims=tuple(swapped)), known)))
    assert len(found) > 80
    assert sum(found) >= 0.85 * len(found)
