"""Perplexity and accuracy beside torch, exact arithmetic and plain loops."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.arguments import bind
from engine.errors import Refused
from engine.metrics.accuracy import accuracy, confusion_matrix, ranks
from engine.metrics.perplexity import cross_entropy, perplexity, perplexity_of_probabilities
from engine.registry import find

DRAWN = {"seed": st.integers(0, 2**31), "samples": st.integers(1, 20), "classes": st.integers(2, 9)}


def value(name, /, **given):
    function = find(name)
    return function.call(**bind(function, given)).value


def drawn(seed, samples, classes):
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(samples, classes, generator=generator, dtype=torch.float64)
    return logits, torch.randint(classes, (samples,), generator=generator)


@settings(max_examples=40)
@given(**DRAWN)
def test_perplexity_equals_torch_and_the_geometric_mean(seed, samples, classes):
    logits, targets = drawn(seed, samples, classes)
    expected = math.exp(float(functional.cross_entropy(logits, targets)))
    chosen = [row.softmax(0)[target].item() for row, target in zip(logits, targets.tolist(), strict=True)]
    assert float(perplexity(logits, targets)) == pytest.approx(expected, rel=1e-11)
    assert math.prod(chosen) ** (-1 / samples) == pytest.approx(expected, rel=1e-9)
    assert float(perplexity_of_probabilities(torch.tensor(chosen, dtype=torch.float64))) == pytest.approx(expected)
    given = {"logits": logits.tolist(), "targets": targets.tolist()}
    assert value("perplexity.of_logits", **given) == pytest.approx(expected, rel=1e-11)
    assert value("perplexity.of_probabilities", probabilities=chosen) == pytest.approx(expected, rel=1e-11)


@given(**DRAWN)
@settings(max_examples=20)
def test_bits_are_nats_over_log_2(seed, samples, classes):
    logits, targets = drawn(seed, samples, classes)
    nats = float(functional.cross_entropy(logits, targets))
    assert float(cross_entropy(logits, targets)) == pytest.approx(nats)
    assert 2 ** float(cross_entropy(logits, targets, "2")) == pytest.approx(math.exp(nats))


def test_the_three_points_of_reference():
    assert value("perplexity.of_logits", logits=[[0] * 8] * 3, targets=[0, 5, 7]) == pytest.approx(8, rel=1e-12)
    assert value("perplexity.of_logits", logits=[[0, 800]], targets=[1]) == 1.0
    assert value("perplexity.of_logits", logits=[[0, 800]], targets=[0]) == math.inf
    assert value("perplexity.of_probabilities", probabilities=[1, 1]) == 1.0
    assert value("perplexity.of_probabilities", probabilities=[1, 0]) == math.inf


def test_a_half_right_model_can_be_worse_than_a_uniform_guess():
    logits = [[10.0] + [0.0] * 7] * 2
    by_hand = math.sqrt((math.exp(10) + 7) / math.exp(10) * (math.exp(10) + 7))
    assert value("perplexity.of_logits", logits=logits, targets=[0, 1]) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(148, abs=1)
    assert value("accuracy.value", logits=logits, targets=[0, 1]) == 0.5


@settings(max_examples=40)
@given(k=st.integers(1, 9), **DRAWN)
def test_accuracy_equals_topk(k, seed, samples, classes):
    logits, targets = drawn(seed, samples, classes)
    k = min(k, classes)
    hits = (logits.topk(k).indices == targets[:, None]).any(1)
    assert accuracy(logits, targets, k) == pytest.approx(hits.double().mean().item())
    assert accuracy(logits, targets) == (logits.argmax(1) == targets).double().mean().item()


@settings(max_examples=40)
@given(
    rows=st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=6), target=st.integers(0, 3)
)
def test_equal_logits_are_ranked_by_index(rows, target):
    logits = torch.tensor(rows, dtype=torch.float64)
    found = ranks(logits, torch.full((len(rows),), target)).tolist()
    for row, place in zip(rows, found, strict=True):
        assert sorted(range(4), key=lambda index: (-row[index], index))[place] == target


@settings(max_examples=30)
@given(**DRAWN)
def test_confusion_matrix_equals_a_loop(seed, samples, classes):
    logits, targets = drawn(seed, samples, classes)
    counts = [[0] * classes for _ in range(classes)]
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        counts[target][row.index(max(row))] += 1
    assert confusion_matrix(logits, targets).tolist() == counts
    assert sum(counts[c][c] for c in range(classes)) / samples == pytest.approx(accuracy(logits, targets))


REFUSALS = [
    ("accuracy.value", {"logits": [[1, 2]], "targets": [2]}, "class 2, and 2 classes are numbered 0 to 1"),
    ("accuracy.value", {"logits": [[1, 2]], "targets": [0, 1]}, "each of the 1 rows"),
    ("accuracy.value", {"logits": [[1, 2]], "targets": [0], "k": 3}, "only 2 classes"),
    ("accuracy.confusion_matrix", {"logits": [[0] * 33], "targets": [0]}, "at most 32"),
    ("perplexity.of_logits", {"logits": [[1, 2]], "targets": [5]}, "class 5"),
    ("perplexity.of_probabilities", {"probabilities": [1.5]}, "from 0 to 1"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        value(name, **arguments)
    assert "\n" not in str(refusal.value)
