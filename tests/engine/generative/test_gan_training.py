"""Alternating training beside the same written with torch.optim.Adam and torch's losses."""

import pytest
import torch
from door_runs import run
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.generative.adversarial.alternating import (
    Pair,
    alternate,
    discriminator_step,
    generator_step,
)
from engine.generative.adversarial.gaussian_players import AffineGenerator, ParabolaDiscriminator
from engine.optim.adam import Adam

torch.set_num_threads(1)
BETAS = (0.5, 0.999)


def noise_of(seed):
    generator = torch.Generator().manual_seed(seed)
    return lambda count: torch.randn(count, generator=generator, dtype=torch.float64)


class PlainGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.numbers = nn.Parameter(torch.tensor([0.3, 0.8], dtype=torch.float64))

    def forward(self, z):
        return self.numbers[0] + self.numbers[1] * z


class PlainDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.numbers = nn.Parameter(torch.tensor([0.1, -0.2, 0.3], dtype=torch.float64))

    def forward(self, x):
        return self.numbers[0] + self.numbers[1] * x + self.numbers[2] * x**2


def players():
    generator, discriminator = AffineGenerator(0.3, 0.8), ParabolaDiscriminator()
    discriminator.coefficients.data = torch.tensor([0.1, -0.2, 0.3], dtype=torch.float64)
    return Pair(generator, discriminator)


def plain_training(rounds, k, form, data, noise, batch=16, lr=0.05):
    """The algorithm once more: torch.optim.Adam, backward, and torch's cross-entropy; returns losses and parameters."""
    generator, discriminator = PlainGenerator(), PlainDiscriminator()
    of_generator = torch.optim.Adam(generator.parameters(), lr, BETAS)
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr, BETAS)
    losses = []
    for _ in range(rounds):
        for _ in range(k):
            real, fakes = data(batch), generator(noise(batch)).detach()
            probabilities = torch.cat([discriminator(real), discriminator(fakes)]).sigmoid()
            labels = torch.cat([torch.ones_like(real), torch.zeros_like(fakes)])
            loss = 2 * functional.binary_cross_entropy(probabilities, labels)
            of_discriminator.zero_grad()
            loss.backward()
            of_discriminator.step()
        accepted = discriminator(generator(noise(batch))).sigmoid()
        fooled = torch.log(1 - accepted).mean() if form == "saturating" else -torch.log(accepted).mean()
        of_generator.zero_grad()
        fooled.backward()
        of_generator.step()
        losses.append((loss.item(), fooled.item()))
    return losses, generator.numbers.detach(), discriminator.numbers.detach()


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("form", ["saturating", "non_saturating"])
def test_training_equals_the_same_with_torchs_adam(k, form):
    both = []
    for train in (plain_training, None):
        data, noise = noise_of(1), noise_of(2)
        if train:
            both.append(train(6, k, form, data, noise))
            continue
        pair = players()
        history = alternate(pair, data, noise, rounds=6, k=k, batch=16, lr=0.05, form=form)
        losses = [(turn.discriminator_loss, turn.generator_loss) for turn in history]
        learned = torch.stack([pair.generator.shift, pair.generator.scale]).detach()
        both.append((losses, learned, pair.discriminator.coefficients.detach()))
    (expected_losses, *expected), (losses, *learned) = both
    assert_close(torch.tensor(losses), torch.tensor(expected_losses), rtol=1e-6, atol=1e-9)
    assert_close(learned[0], expected[0], rtol=1e-6, atol=1e-9)
    assert_close(learned[1], expected[1], rtol=1e-6, atol=1e-9)


def test_a_discriminator_step_gives_its_loss_and_leaves_the_generator_alone():
    pair, real, noise = players(), noise_of(1)(8) + 1, noise_of(2)(8)
    fakes = 0.3 + 0.8 * noise
    logits = [0.1 - 0.2 * x + 0.3 * x**2 for x in (real, fakes)]
    expected = functional.softplus(-logits[0]).mean() + functional.softplus(logits[1]).mean()
    loss = discriminator_step(pair, Adam(pair.discriminator.parameters(), 0.1), real, noise)
    assert_close(loss, expected, rtol=1e-9, atol=0)
    assert all(parameter.grad is None for parameter in pair.generator.parameters())
    assert (pair.generator.shift.item(), pair.generator.scale.item()) == (0.3, 0.8)
    moved = pair.discriminator.coefficients.detach() - torch.tensor([0.1, -0.2, 0.3], dtype=torch.float64)
    assert moved.abs().tolist() == pytest.approx([0.1] * 3, rel=1e-4)  # Adam's first step is lr long


def test_a_generator_step_gives_loss_and_fakes_and_leaves_the_discriminator_alone():
    pair, noise = players(), noise_of(2)(8)
    fakes = 0.3 + 0.8 * noise
    logits = 0.1 - 0.2 * fakes + 0.3 * fakes**2
    loss, made = generator_step(pair, Adam(pair.generator.parameters(), 0.1), noise, "non_saturating")
    assert_close(loss, functional.softplus(-logits).mean(), rtol=1e-9, atol=0)
    assert_close(made, fakes, rtol=1e-12, atol=0)
    assert pair.discriminator.coefficients.grad is None
    assert pair.discriminator.coefficients.tolist() == [0.1, -0.2, 0.3]
    assert pair.generator.shift.item() != 0.3


def test_an_undecided_discriminator_that_is_never_stepped_teaches_nothing():
    pair = Pair(AffineGenerator(), ParabolaDiscriminator())
    history = alternate(pair, noise_of(1), noise_of(2), rounds=3, k=0)
    assert (pair.generator.shift.item(), pair.generator.scale.item()) == (0.0, 1.0)
    assert [turn.generator_loss for turn in history] == pytest.approx([0.6931471805599453] * 3, rel=1e-12)


def test_the_generator_finds_a_gaussian():
    result = run("gan.training", mean=1, std=0.5)
    assert result.value == pytest.approx([1, 0.5], abs=0.1)
    table, curve = result.evidence()
    assert [row[0] for row in table.rows] == [1, 67, 134, 200]
    assert table.rows[0][1:] == pytest.approx((0, 1), abs=0.3)
    assert table.rows[-1][1:] == pytest.approx((1, 0.5), abs=0.2)
    assert [series.name for series in curve.series] == ["generator", "discriminator"]
    assert all(len(series.y) == 200 for series in curve.series)


def test_a_discriminator_that_lags_behind_lets_the_generator_shrink_to_a_point():
    mean, std = run("gan.training", mean=2, std=0.5, discriminator_lr=0.02).value
    assert mean == pytest.approx(2, abs=0.2)
    assert std < 0.1


def test_evidence_without_a_discriminator_step_has_no_curve_of_it():
    _, curve = run("gan.training", mean=1, std=1, rounds=2, k=0).evidence()
    assert [series.name for series in curve.series] == ["generator"]
