"""Sentences beside runs: which name another value, and which fit another experiment better than their own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from dlquiz.banks.library import Library
from dlquiz.banks.proving.fitting import lexicon, words
from dlquiz.banks.proving.negating import denial
from dlquiz.banks.proving.speaking import unspoken
from dlquiz.banks.reading import read_bank
from dlquiz.banks.signatures import Argument, Signature, Signatures
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text
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
    quoted = say if say.startswith("{") else f'"{say}"'
    stated = [(quoted, proof), *((f"Statement {number}.", "{call: no.function}") for number in range(5))]
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
    assert "DQ445" in codes(claims(say, proof))


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
    assert "DQ445" not in codes(claims(say, proof))


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
    told, *_ = unspoken(claims("Sigmoid keeps it.", "{call: init.vanishes}"), KNOWN)
    assert (told.severity, told.line) == ("warning", 10)
    assert told.message == "the text names 'Sigmoid', and init.vanishes is run with activation=relu"
    told, *_ = unspoken(claims("Leaky ReLU keeps it.", "{call: init.vanishes, with: {activation: sigmoid}}"), KNOWN)
    assert told.message.startswith("the text names 'Leaky ReLU', and "), "as it is written"


def test_words_have_stems_and_parts() -> None:
    assert words("ReLU-like leaky_relu, 1 of 0.25 x")["relu"] == "ReLU"
    assert words("ReLU").keys() == {"relu"}, "one word once"
    assert words("GANs and an LSTM").keys() == words("a GAN, the LSTMs").keys() == {"gan", "lstm"}
    assert words("a b 1 of the 0.25").keys() == {"1", "0.25"}
    assert words("normalises").keys() == words("normalisation").keys()


def test_a_rare_word_weighs_more() -> None:
    known = lexicon(KNOWN)
    assert known.weight("explo") > known.weight("gradi")
    assert known.weigh(["explo", "gradi"]) == pytest.approx(known.weight("explo") + known.weight("gradi"))


AVERAGE = "{call: pool.is_linear, with: {kind: avg}}"
BATCH = "{call: norm.depends_on_rest_of_batch, with: {layer: batch}}"
LAYER = "{call: norm.depends_on_rest_of_batch, with: {layer: layer}}"


@pytest.mark.parametrize(
    ("say", "proof"),
    [
        ("Average pooling isn't linear.", AVERAGE),
        ("Average pooling isn’t linear.", AVERAGE),
        ("In general, average pooling fails to be linear.", AVERAGE),
        ("BatchNorm never lets a sample depend on the rest of its batch.", BATCH),
        ("BatchNorm's output for a sample, which looks at a batch, does not depend on it.", BATCH),
        ("LayerNorm does not look at the other samples.", LAYER),
        ("LayerNorm cannot see the other samples of a batch.", LAYER),
        ("LayerNorm ignores the other samples of its batch.", LAYER),
        ("LayerNorm is independent of the other samples of its batch.", LAYER),
        ("With weights and biases of 0, a net gets no gradient.", "{call: init.weights_get_gradient}"),
        ("A linear layer isn't affected by the mode.", "{call: training.mode_matters_to, with: {layer: linear}}"),
        ("Feed-forward layers do not mix positions.", "{call: feed_forward.mixes_positions}"),
        ("Softmax does not leave the order of the logits unchanged.", "{call: accuracy.unchanged_by}"),
        ("平均池化不是线性的。", AVERAGE),
        ("层归一化不依赖同批的其他样本。", LAYER),
        ("{en: Average pooling is linear., zh: 平均池化并非线性。}", AVERAGE),
    ],
)
def test_a_sentence_denies_what_its_experiment_asks(say: str, proof: str, known: Signatures) -> None:
    assert "DQ447" in codes(claims(say, proof), known)


@pytest.mark.parametrize(
    ("say", "proof"),
    [
        ("Max pooling does not notice a shift inside its windows.", "{call: pool.ignores_change}"),
        ("BatchNorm's outputs never exceed √(N − 1).", "{call: norm.output_bounded_by_batch_size}"),
        (
            "A PixelCNN's output at a pixel does not depend on later pixels.",
            "{call: autoregressive.ignores_later_pixels}",
        ),
        ("A ResNet's shortcuts do not shrink x.", "{call: highway.shortcut_passes_everything}"),
        ("With the largest score taken off, softmax does not overflow.", "{call: precision.softmax_is_finite}"),
        ("The hidden state never leaves the interval from −1 to 1.", "{call: lstm.stays_within_one}"),
        ("Inverted dropout doesn't change the mean.", "{call: dropout.keeps_mean, with: {form: inverted}}"),
        ("LayerNorm does not mix the sequences of a batch.", "{call: norm.rnn_sample_stands_alone}"),
        ("Padding never removes <eos>.", "{call: translation.keeps_end}"),
        ("Decoding with a cache does not change the logits.", "{call: transformer.incremental_equals_full}"),
        ("After model.eval(), dropout has no effect.", "{call: dropout.switched_off_by}"),
        ("The dead unit gets no gradient for any input.", "{call: activation.inactive_means_dead}"),
        ("A causal mask does not let a position see later tokens.", "{call: attention.is_causal}"),
        ("Average pooling never blocks the gradient.", "{call: pool.gradient_reaches_every_cell}"),
        ("Sigmoid layers do not pass a gradient back.", "{call: init.gradient_vanishes, with: {activation: sigmoid}}"),
        ("Scaling the logits does not change which class is first.", "{call: accuracy.unchanged_by}"),
        ("Not only BatchNorm looks at a batch that is not large.", BATCH),
        ("BatchNorm, which is not LayerNorm, looks at the rest of the batch.", BATCH),
        ("BatchNorm looks at the rest of the batch, as LayerNorm does not.", BATCH),
        ("BatchNorm is not only affine, it looks at the rest of the batch.", BATCH),
        ("{en: Average pooling is linear whatever the image., zh: 无论什么图像，平均池化不变地是线性的。}", AVERAGE),
        ("{en: Average pooling is linear., zh: 平均池化是与输入无关的线性运算。}", AVERAGE),
        ("平均池化是线性的，而不是非线性的。", AVERAGE),
        ("平均池化不会妨碍梯度到达每个输入。", "{call: pool.gradient_reaches_every_cell}"),
    ],
)
def test_a_negation_that_the_experiment_accounts_for(say: str, proof: str, known: Signatures) -> None:
    assert "DQ447" not in codes(claims(say, proof), known)


def test_the_complaint_about_a_negation_tells_what_is_asked(known: Signatures) -> None:
    (told,) = unspoken(claims("Average pooling isn't linear.", AVERAGE), known)
    assert (told.code, told.severity, told.line) == ("DQ447", "warning", 10)
    asks = known.functions["pool.is_linear"].asks
    assert told.message == f"the sentence has 'isn't', and pool.is_linear asks {asks}"


@pytest.mark.parametrize(
    ("say", "proof", "fits"),
    [
        ("GANs always converge.", "{call: pool.is_linear, with: {kind: max}}", ""),
        ("BERT was trained on 3.3 billion words.", "{call: pool.commutes_with_relu}", ""),
        ("The moon consists of green cheese.", "{call: pool.is_linear, with: {kind: max}}", "no word of the sentence"),
        ("BERT 用 BooksCorpus 训练。", "{call: pool.is_linear, with: {kind: max}}", "no word of the sentence"),
        (
            "LSTMs are immune to exploding gradients.",
            "{call: lstm.hidden_state_is, with: {formula: o*c}}",
            "fits lstm.gradient_explodes better",
        ),
    ],
)
def test_a_sentence_about_something_else(say: str, proof: str, fits: str, known: Signatures) -> None:
    (told,) = (one for one in unspoken(claims(say, proof), known) if one.code == "DQ446")
    assert fits in told.message
    assert not any(f"'{word}'" in told.message for word in ("the", "of", "is", "was", "are", "always"))


def test_what_a_sentence_fits_better_is_an_experiment(known: Signatures) -> None:
    asked = claims("The standard deviation of the output is 1.", "{call: norm.output_bounded_by_batch_size}")
    for one in unspoken(asked, known):
        fits = one.message.removeprefix("the sentence fits ").split()[0]
        assert fits not in known.functions or known.functions[fits].is_experiment


def test_a_word_of_the_summary_is_no_other_value(known: Signatures) -> None:
    say = "It doesn't matter in which order the keys are stored, as long as every value stays with its key."
    assert codes(claims(say, "{call: attention.ignores_order_of, with: {shuffled: pairs}}"), known) == []
    biased = "{call: norm.normalises_with, with: {variance: unbiased}}"
    assert "DQ445" in codes(claims("The batch is normalised with the biased variance.", biased), known)


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
            likely = known.like(claim.proof.function, given)
            for name in (one for one in likely if known.functions[one].is_experiment):
                swapped = [*asked.claims]
                swapped[place] = replace(claim, proof=replace(claim.proof, function=name))
                found.append(bool(codes(replace(asked, claims=tuple(swapped)), known)))
    assert len(found) > 80
    assert sum(found) >= 0.85 * len(found)


VERBS = {"is": "is not", "are": "are not", "can": "cannot", "gives": "does not give", "keeps": "does not keep"}
VERBS |= {"depends": "does not depend", "changes": "does not change", "gets": "does not get", "makes": "does not make"}
VERBS |= {"passes": "does not pass", "leaves": "does not leave", "shrinks": "does not shrink", "needs": "does not need"}
VERB = re.compile(rf"\b({'|'.join(VERBS)})\b(?! no\b| not\b)")
NEGATIVE = re.compile(r"\b(?:no|not|never|nothing|without|ignores)\b")


def test_most_of_ours_are_complained_of_when_they_are_negated(ours: Sequence[Question], known: Signatures) -> None:
    """The verb may be one of a subordinate clause, which says nothing of what the sentence denies."""
    found = []
    for claim in [claim for asked in ours if isinstance(asked, Claims) for claim in asked.claims]:
        (said,) = claim.say.en.parts
        assert isinstance(said, str)
        if VERB.search(said) and not NEGATIVE.search(said):
            negated = Text(Template((VERB.sub(lambda verb: VERBS[verb[1]], said, count=1),)), claim.say.zh)
            found.append(denial(negated, claim.proof, known.functions[claim.proof.function].summary) is not None)
    assert len(found) > 100
    assert sum(found) >= 0.7 * len(found)
