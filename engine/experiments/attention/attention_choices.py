"""Soft against hard attention, weights against gates, tasks against stimuli."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.attention.hard_attention import expected, hard, soft
from engine.attention.saliency import focus, saliency
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.attention import masked_softmax
from engine.layers.lstm import LSTMCell
from engine.registry import Kind, function

After = Literal["identity", "linear", "square", "relu"]
_PLACES, _WIDTH = 6, 4


@function("attention.soft_equals_expected_hard", Kind.MEASURED, example={"after": "linear"}, shows=(soft, expected))
def soft_equals_expected_hard(after: After = "identity") -> Run:
    """Say whether f(soft attention's mean) is the mean of f(hard attention's draw) over all draws, for this f."""
    return settle(
        "f of the mean, less the mean of f",
        Holds.IF_EQUAL,
        _soft_less_hard,
        {"after": after},
        [{"after": "square"}, {"after": "relu"}, {"after": "linear"}],
    )


def _soft_less_hard(generator: torch.Generator, after: After) -> Tensor:
    scores, value, matrix = randn(generator, _PLACES), randn(generator, _PLACES, _WIDTH), randn(generator, _WIDTH, 3)
    made = {"identity": lambda v: v, "linear": lambda v: v @ matrix, "square": torch.square, "relu": torch.relu}[after]
    return torch.sub(made(soft(scores, value)), expected(scores, value, made))


@function("attention.draws_repeat", Kind.MEASURED, example={"selection": "soft"}, shows=(soft, hard))
def draws_repeat(selection: Literal["soft", "hard", "argmax"] = "soft") -> Run:
    """Say whether attention gives the same again for the same scores: a mean, a draw, or the likeliest place.

    Compared are 20 runs with the first of them.
    """
    return settle(
        "Outputs of 20 runs less the first",
        Holds.IF_EQUAL,
        _repetitions,
        {"selection": selection},
        [{"selection": "hard"}, {"selection": "argmax"}, {"selection": "soft"}],
    )


def _repetitions(generator: torch.Generator, selection: str) -> Tensor:
    scores, value = 0.1 * randn(generator, _PLACES), randn(generator, _PLACES, _WIDTH)
    runs = []
    for _ in range(20):
        if selection == "hard":
            runs.append(hard(scores, value, generator))
        else:
            runs.append(soft(scores, value) if selection == "soft" else value[scores.argmax()])
    return torch.stack(runs) - runs[0]


@function("attention.weights_compete", Kind.MEASURED, example={"layer": "attention"}, shows=(masked_softmax, LSTMCell))
def weights_compete(layer: Literal["attention", "lstm_gates"] = "attention") -> Run:
    """Say whether raising one score by 1 lowers other weights: attention's over places, or an LSTM's forget gates.

    For the gates it is the forget gate of one unit whose bias is raised.
    """
    return settle(
        "How far the other weights fall",
        Holds.IF_DIFFERENT,
        _fall_of_others,
        {"layer": layer},
        [{"layer": "lstm_gates"}, {"layer": "attention"}],
    )


def _fall_of_others(generator: torch.Generator, layer: str) -> Tensor:
    raised = torch.zeros(_PLACES, dtype=torch.float64, device=current())
    raised[0] = 1
    if layer == "attention":
        scores = randn(generator, _PLACES)
        before, after = masked_softmax(scores), masked_softmax(scores + raised)
    else:
        cell, x, h = _random_lstm(generator), randn(generator, 1, 3), randn(generator, 1, _PLACES)
        before = cell.gates(x, h).forget_gate[0]
        assert cell.bias_ih is not None
        cell.bias_ih.data[cell.rows("forget_gate")] += raised
        after = cell.gates(x, h).forget_gate[0]
    return (before - after)[1:].clamp(min=0)


def _random_lstm(generator: torch.Generator) -> LSTMCell:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        cell = LSTMCell(3, _PLACES)
    for parameter in cell.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return cell


@function("attention.selection_follows", Kind.MEASURED, example={"what": "task"}, shows=(focus, saliency))
def selection_follows(
    what: Literal["task", "loudness"] = "task", attention: Literal["focus", "saliency"] = "focus"
) -> Run:
    """Say whether what is selected changes with the task (the query), or when the strongest place is made weak.

    Focus is top-down: softmax of q·f. Saliency is bottom-up: the strongest feature, as max pooling takes it. The place
    made weak is one that the task does not look for.
    """
    return settle(
        "Weights after the change less weights before",
        Holds.IF_DIFFERENT,
        _change_of_selection,
        {"what": what, "attention": attention},
        [
            {"what": "task", "attention": "saliency"},
            {"what": "loudness", "attention": "focus"},
            {"what": "loudness", "attention": "saliency"},
            {"what": "task", "attention": "focus"},
        ],
    )


def _change_of_selection(generator: torch.Generator, what: str, attention: str) -> Tensor:
    order = torch.randperm(_PLACES, generator=generator)
    features = torch.eye(_PLACES, dtype=torch.float64)[order].to(current())  # each place shows one thing
    task, other, loud = (torch.eye(_PLACES, dtype=torch.float64, device=current())[thing] for thing in range(3))
    strength = 1 + 9 * (features @ loud)
    quiet = torch.where(strength > 1, 0.5, strength)
    before = features * strength[:, None]
    after = features * quiet[:, None] if what == "loudness" else before
    if attention == "saliency":
        return saliency(after) - saliency(before)
    return focus(other if what == "task" else task, after) - focus(task, before)


@function("attention.max_pooling_selects_salient", Kind.MEASURED, example={"pooling": "max"}, shows=(saliency,))
def max_pooling_selects_salient(pooling: Literal["max", "average"] = "max") -> Run:
    """Say whether pooling a map lets through the value of the place that stands out, and of no other."""
    return settle(
        "Gradient of the pooled value at each place, beside the saliency",
        Holds.IF_EQUAL,
        _pooling_less_saliency,
        {"pooling": pooling},
        [{"pooling": "average"}, {"pooling": "max"}],
        Thresholds(none=1e-9, some=1e-2),
    )


def _pooling_less_saliency(generator: torch.Generator, pooling: str) -> Tensor:
    feature_map = randn(generator, 1, 1, 4, 4).abs().requires_grad_()
    pool = F.max_pool2d if pooling == "max" else F.avg_pool2d
    (passed,) = torch.autograd.grad(pool(feature_map, 4).sum(), feature_map)
    return torch.sub(passed.flatten(), saliency(feature_map.detach().reshape(-1, 1)))
