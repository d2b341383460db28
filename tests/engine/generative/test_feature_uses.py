"""Sequence GANs, the extra class, and lifted features: enumeration, torch's softmax, and NumPy's least squares."""

import itertools
import math

import numpy as np
import pytest
import torch
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.applications.perceptual_gan import (
    ResidualFeatures,
    feature_distance,
    least_distance,
    perceptual_loss,
    train,
)
from engine.generative.applications.semi_supervised import real_logit, semi_supervised_loss
from engine.generative.applications.sequence_gan import (
    all_sequences,
    draw,
    expected_reward,
    recurrent_log_probability,
    reinforce_gradient,
    straight_through,
)

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def chance_of(scores, tokens):
    """The probability of one sequence, token by token; the last row of the scores is the start."""
    total, state = 1.0, len(scores) - 1
    for token in tokens:
        weights = [math.exp(score) for score in scores[state]]
        total *= weights[token] / sum(weights)
        state = token
    return total


def rewards(tokens):
    return (tokens[:, 0] * 2 - tokens[:, -1]).double()


def test_probabilities_by_plain_loops():
    scores = noise(4, 3)
    every = all_sequences(3, 2)
    assert every.tolist() == [list(pair) for pair in itertools.product(range(3), repeat=2)]
    expected = [math.log(chance_of(scores.tolist(), tokens)) for tokens in every.tolist()]
    assert recurrent_log_probability(scores, every).tolist() == pytest.approx(expected, rel=1e-9)


def test_the_expected_reward_and_its_gradient_by_enumeration():
    """The gradient is E[R·∇log p], and ∇log p by a score is 1 - p where it was drawn, -p elsewhere in its row."""
    scores = noise(4, 3).requires_grad_()
    found = expected_reward(scores, rewards, length=2)
    table, expected, gradient = scores.detach(), 0.0, torch.zeros(4, 3, dtype=torch.float64)
    estimate = torch.zeros(4, 3, dtype=torch.float64)
    for tokens in itertools.product(range(3), repeat=2):
        chance, reward = chance_of(table.tolist(), tokens), 2 * tokens[0] - tokens[1]
        expected += chance * reward
        for state, token in ((3, tokens[0]), (tokens[0], tokens[1])):
            slope = functional.one_hot(torch.tensor(token), 3) - table[state].softmax(-1)
            gradient[state] += chance * reward * slope
        estimate += chance * reinforce_gradient(table, torch.tensor([tokens]), rewards, baseline=0.7)
    assert found.item() == pytest.approx(expected, rel=1e-9)
    assert_close(torch.autograd.grad(found, scores)[0], gradient, rtol=1e-9, atol=1e-12)
    assert_close(estimate, gradient, rtol=1e-9, atol=1e-12)  # no baseline biases it


def test_drawn_sequences_follow_their_probabilities():
    scores = noise(3, 2)
    drawn = draw(scores, 4000, 2, torch.Generator().manual_seed(0))
    shares = [
        (drawn == torch.tensor(tokens)).all(1).double().mean().item() for tokens in itertools.product((0, 1), repeat=2)
    ]
    expected = [chance_of(scores.tolist(), tokens) for tokens in itertools.product((0, 1), repeat=2)]
    assert shares == pytest.approx(expected, abs=0.03)


def test_a_straight_through_draw_is_one_hot_with_the_softmaxs_gradient():
    scores = noise(5, 4).requires_grad_()
    gumbel, upstream = noise(5, 4, seed=1), noise(5, 4, seed=2)
    drawn = straight_through(scores, gumbel, temperature=0.5)
    choice = functional.one_hot((scores + gumbel).argmax(-1), 4).double()
    assert_close(drawn.detach(), choice, rtol=0, atol=1e-12)
    soft = ((scores + gumbel) / 0.5).softmax(-1)
    expected = torch.autograd.grad(soft, scores, upstream)[0]
    assert_close(torch.autograd.grad(drawn, scores, upstream)[0], expected, rtol=1e-9, atol=1e-12)


def test_reward_gradients_of_the_doors_by_plain_arithmetic():
    scores, earned = [0.0, 0.5, -1.0], [1.0, 0.0, 2.0]
    weights = [math.exp(score) for score in scores]
    chances = [weight / sum(weights) for weight in weights]
    mean = sum(chance * reward for chance, reward in zip(chances, earned, strict=True))
    for token in range(3):
        expected = chances[token] * (earned[token] - mean)
        for name in ("sequence_gan.reward_gradient", "sequence_gan.reward_gradient_formula"):
            assert run(name, scores=scores, rewards=earned, token=token).value == pytest.approx(expected, rel=1e-9)
    drawn = [0, 2, 2, 1]
    slopes = [(earned[token] - 0.5) * ((token == 2) - chances[2]) for token in drawn]
    found = run("sequence_gan.reinforce_gradient", scores=scores, rewards=earned, token=2, drawn=drawn, baseline=0.5)
    assert found.value == pytest.approx(sum(slopes) / 4, rel=1e-9)
    with pytest.raises(Refused, match="numbered from 0, so 3 cannot be drawn"):
        run("sequence_gan.reinforce_gradient", scores=scores, rewards=earned, token=2, drawn=[3])
    with pytest.raises(Refused, match="one length, not 3 and 2"):
        run("sequence_gan.reward_gradient", scores=scores, rewards=[1, 2], token=0)
    with pytest.raises(Refused, match="so none is 3"):
        run("sequence_gan.reward_gradient", scores=scores, rewards=earned, token=3)


def test_the_extra_class_by_torchs_softmax():
    logits = noise(6, 3)
    with_fake = torch.cat([logits, torch.zeros(6, 1)], dim=1)
    real = 1 - with_fake.softmax(-1)[:, -1]
    assert_close(real_logit(logits).sigmoid(), real, rtol=1e-9, atol=0)
    labels = torch.tensor([0, 2, 1, 1, 0, 2])
    supervised = functional.cross_entropy(logits, labels)
    generated = noise(4, 3, seed=1)
    with_fake = torch.cat([generated, torch.zeros(4, 1)], dim=1)
    as_fake = functional.cross_entropy(with_fake, torch.full((4,), 3))
    found = semi_supervised_loss(logits, labels, logits, generated)
    assert_close(found.supervised, supervised, rtol=1e-9, atol=0)
    assert_close(found.unsupervised, as_fake - real.log().mean(), rtol=1e-9, atol=0)
    assert_close(found.total, supervised + as_fake - real.log().mean(), rtol=1e-9, atol=0)


@pytest.mark.parametrize("suffix", ["", "_formula"])
def test_the_extra_class_of_the_doors_by_plain_arithmetic(suffix):
    z = math.exp(2) + math.exp(0) + math.exp(1)
    assert run(f"semi_supervised.real_probability{suffix}", logits=[2, 0, 1]).value == pytest.approx(
        z / (z + 1), rel=1e-9
    )
    unlabelled, generated = [0, 1, 1], [-1, -2, 0]
    u, g = (sum(map(math.exp, values)) for values in (unlabelled, generated))
    expected = -math.log(math.exp(1) / z) - math.log(u / (u + 1)) + math.log(g + 1)
    given = {"labelled": [2, 0, 1], "label": 2, "unlabelled": unlabelled, "generated": generated}
    assert run(f"semi_supervised.loss{suffix}", **given).value == pytest.approx(expected, rel=1e-9)
    with pytest.raises(Refused, match="3 classes, numbered from 0, so none is 3"):
        run(f"semi_supervised.loss{suffix}", **{**given, "label": 3})


def clusters():
    """Small objects of two kinds with weak features, a clue from an earlier layer, and the same objects seen large."""
    kind = torch.tensor([1.0, -1.0] * 10, dtype=torch.float64)[:, None]
    small = 0.3 * noise(20, 2)
    clue = kind + 0.2 * noise(20, 1, seed=1)
    large = small + kind * torch.tensor([2.0, -1.0], dtype=torch.float64) + 0.1 * noise(20, 2, seed=2)
    return small, clue, large


def least_by_numpy(small, clue, large):
    design = np.concatenate([clue.numpy(), np.ones((len(clue), 1))], axis=1)
    missing = (large - small).numpy()
    fitted = design @ np.linalg.lstsq(design, missing, rcond=None)[0]
    return ((missing - fitted) ** 2).sum(-1).mean()


def test_training_reaches_the_residual_of_a_regression():
    small, clue, large = clusters()
    expected = least_by_numpy(small, clue, large)
    assert least_distance(small, clue, large).item() == pytest.approx(expected, rel=1e-9)
    distances = train(ResidualFeatures(1, 2), small, clue, large, steps=300, lr=0.3)
    assert distances[-1].item() == pytest.approx(expected, rel=1e-9)
    assert distances[0].item() == pytest.approx(((small - large) ** 2).sum(-1).mean().item(), rel=1e-9)
    given = {"small": small.tolist(), "early": clue.tolist(), "large": large.tolist()}
    for name in ("perceptual_gan.least_distance", "perceptual_gan.least_distance_formula"):
        assert run(name, **given).value == pytest.approx(expected, rel=1e-9)


def test_lifting_adds_a_linear_map_of_the_early_features():
    layer = ResidualFeatures(3, 2)
    layer.weight.data, layer.bias.data = noise(2, 3), noise(2, seed=1)
    small, early = noise(4, 2, seed=2), noise(4, 3, seed=3)
    expected = small + functional.linear(early, layer.weight, layer.bias)
    assert_close(layer(small, early), expected, rtol=1e-9, atol=1e-12)
    distance = functional.mse_loss(layer(small, early), small, reduction="sum") / 4
    assert_close(feature_distance(layer(small, early), small), distance, rtol=1e-9, atol=0)


def test_perceptual_loss_adds_torchs_losses_of_both_branches():
    large, classes, labels = noise(5), noise(5, 3, seed=1), torch.tensor([0, 2, 1, 1, 0])
    adversarial = functional.binary_cross_entropy_with_logits(large, torch.ones_like(large))
    perception = functional.cross_entropy(classes, labels)
    found = perceptual_loss(large, classes, labels, weight=0.4)
    assert_close(found.total, adversarial + 0.4 * perception, rtol=1e-9, atol=0)
    assert_close(found.adversarial, adversarial, rtol=1e-9, atol=0)
    assert_close(found.perception, perception, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["perceptual_gan.loss", "perceptual_gan.loss_formula"])
def test_perceptual_loss_of_the_doors_by_plain_arithmetic(name):
    found = run(name, answers=[0.2, 0.6], logits=[[1, 0], [0, 2]], labels=[0, 1], weight=3).value
    perception = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(-2))) / 2
    assert found == pytest.approx(-(math.log(0.2) + math.log(0.6)) / 2 + 3 * perception, rel=1e-9)


def test_features_that_do_not_fit_are_refused():
    small, large = [[0, 0]] * 4, [[1, 1]] * 4
    with pytest.raises(Refused, match="need one shape, and early as many rows"):
        run("perceptual_gan.least_distance", small=small, early=[[1]], large=large)
    with pytest.raises(Refused, match="need at least 5 objects"):
        run("perceptual_gan.least_distance", small=small, early=[[1, 2, 3]] * 4, large=large)
    with pytest.raises(Refused, match="too alike"):
        run("perceptual_gan.least_distance", small=small, early=[[1]] * 4, large=large)
