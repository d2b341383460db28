"""The losses of both players beside torch's binary cross-entropy, autograd, and plain arithmetic."""

import math

import pytest
import torch
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.generative.adversarial.objective import discriminator_loss, generator_loss, generator_slope, value

torch.set_num_threads(1)
FORMS = ("saturating", "non_saturating")


def logits(count, seed):
    return 3 * torch.randn(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("seed", range(3))
def test_both_losses_are_torchs_cross_entropies_of_probabilities(seed):
    real, fake = logits(7, seed), logits(5, seed + 10)
    ones, zeros = torch.ones_like(fake), torch.zeros_like(fake)
    on_real = functional.binary_cross_entropy(real.sigmoid(), torch.ones_like(real))
    on_fake = functional.binary_cross_entropy(fake.sigmoid(), zeros)
    assert_close(discriminator_loss(real, fake), on_real + on_fake, rtol=1e-9, atol=0)
    assert_close(value(real, fake), -(on_real + on_fake), rtol=1e-9, atol=0)
    assert_close(generator_loss(fake, "saturating"), -on_fake, rtol=1e-9, atol=0)
    fooled = functional.binary_cross_entropy(fake.sigmoid(), ones)
    assert_close(generator_loss(fake, "non_saturating"), fooled, rtol=1e-9, atol=0)


def test_a_discriminator_that_always_says_half_has_loss_two_log_two():
    undecided = torch.zeros(4, dtype=torch.float64)
    assert discriminator_loss(undecided, undecided).item() == pytest.approx(1.3862943611198906, rel=1e-12)
    assert value(undecided, undecided).item() == pytest.approx(-math.log(4), rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_slopes_are_the_derivatives_of_the_losses(form):
    fake = torch.linspace(-9, 9, 13, dtype=torch.float64, requires_grad=True)
    label = torch.zeros_like(fake) if form == "saturating" else torch.ones_like(fake)
    loss = functional.binary_cross_entropy_with_logits(fake, label, reduction="sum")
    (slope,) = torch.autograd.grad(-loss if form == "saturating" else loss, fake)
    assert_close(generator_slope(fake.detach(), form), slope, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(("answer", "flat", "steep"), [(0.001, 0.001, 0.999), (0.5, 0.5, 0.5), (0.99, 0.99, 0.01)])
def test_the_published_gradients_by_the_logit(answer, flat, steep):
    at = torch.tensor([answer], dtype=torch.float64).logit()
    assert generator_slope(at, "saturating").item() == pytest.approx(-flat, rel=1e-9)
    assert generator_slope(at, "non_saturating").item() == pytest.approx(-steep, rel=1e-9)
    for name in ("gan.generator_gradient", "gan.generator_gradient_formula"):
        assert run(name, answer=answer).value == pytest.approx(-flat, rel=1e-9)
        assert run(name, answer=answer, form="non_saturating").value == pytest.approx(-steep, rel=1e-9)
        assert run(name, answer=answer, by="probability").value == pytest.approx(-1 / (1 - answer), rel=1e-9)
        by_answer = run(name, answer=answer, by="probability", form="non_saturating").value
        assert by_answer == pytest.approx(-1 / answer, rel=1e-9)


def test_gradients_at_logits_of_either_side():
    at = torch.tensor([-8.0, 0.0, 3.0], dtype=torch.float64)
    assert generator_slope(at, "saturating").tolist() == pytest.approx([-0.000335, -0.5, -0.952574], abs=1e-6)
    assert generator_slope(at, "non_saturating").tolist() == pytest.approx([-0.999665, -0.5, -0.047426], abs=1e-6)


@pytest.mark.parametrize("suffix", ["", "_formula"])
def test_doors_by_plain_logarithms(suffix):
    real, fake = [0.9, 0.6, 0.7], [0.2, 0.4]
    on_real = sum(map(math.log, real)) / 3
    on_fake = sum(math.log(1 - answer) for answer in fake) / 2
    fooled = sum(map(math.log, fake)) / 2
    assert run(f"gan.discriminator_loss{suffix}", real=real, fake=fake).value == pytest.approx(-on_real - on_fake)
    assert run(f"gan.value{suffix}", real=real, fake=fake).value == pytest.approx(on_real + on_fake, rel=1e-9)
    assert run(f"gan.generator_loss{suffix}", fake=fake).value == pytest.approx(on_fake, rel=1e-9)
    non_saturating = run(f"gan.generator_loss{suffix}", fake=fake, form="non_saturating").value
    assert non_saturating == pytest.approx(-fooled, rel=1e-9)


def test_a_rejected_fake_still_has_a_finite_loss():
    rejected = torch.tensor([-900.0], dtype=torch.float64)
    assert generator_loss(rejected, "non_saturating").item() == pytest.approx(900.0, rel=1e-12)
    assert generator_loss(rejected, "saturating").item() == 0.0
