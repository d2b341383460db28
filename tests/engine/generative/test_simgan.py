"""SimGAN's losses beside torch's and a loop over patches; its networks in plain code; the history's bookkeeping."""

import math

import pytest
import torch
from claim_runs import run as run_with
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.generative.refinement.image_history import ImageHistory
from engine.generative.refinement.local_adversarial import (
    discriminator_loss,
    local_adversarial_loss,
    measured_patch,
    refined_probabilities,
)
from engine.generative.refinement.self_regularization import refiner_loss, self_regularization
from engine.models.simgan import PatchJudge, Refiner

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn(network):
    for seed, parameter in enumerate(network.parameters()):
        parameter.data = 0.5 * noise(*parameter.shape, seed=seed)
    return network


def test_self_regularization_is_torchs_l1_sum():
    refined, synthetic = noise(2, 3, 5, 5), noise(2, 3, 5, 5, seed=1)
    expected = functional.l1_loss(refined, synthetic, reduction="sum")
    assert_close(self_regularization(refined, synthetic), expected, rtol=1e-9, atol=0)
    grey = self_regularization(refined, synthetic, psi=lambda image: image.mean(1))
    expected = functional.l1_loss(refined.mean(1), synthetic.mean(1), reduction="sum")
    assert_close(grey, expected, rtol=1e-9, atol=0)


def test_refiner_loss_is_the_weighed_sum_of_torchs_losses():
    logits, refined, synthetic = noise(2, 2, 3, 4), noise(2, 1, 6, 8), noise(2, 1, 6, 8, seed=1)
    labels = torch.zeros(2, 3, 4, dtype=torch.long)  # a refiner wants "real"
    realism = functional.cross_entropy(logits, labels, reduction="sum")
    distance = functional.l1_loss(refined, synthetic, reduction="sum")
    found = refiner_loss(logits, refined, synthetic, weight=0.3)
    assert_close(found.realism, realism, rtol=1e-9, atol=0)
    assert_close(found.self_regularization, distance, rtol=1e-9, atol=0)
    assert_close(found.total, realism + 0.3 * distance, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["simgan.refiner_loss", "simgan.refiner_loss_formula"])
def test_refiner_loss_of_the_doors_by_plain_arithmetic(name):
    found = run(name, answers=[0.8, 0.3], refined=[1, 2, -1], synthetic=[0, 2, 1], weight=0.5).value
    assert found == pytest.approx(-math.log(0.2) - math.log(0.7) + 0.5 * 3, rel=1e-9)


@pytest.mark.parametrize("is_refined", [True, False])
def test_local_loss_is_a_loop_over_patches(is_refined):
    logits = noise(2, 2, 3, 4)
    total = 0.0
    for sample in range(2):
        for row in range(3):
            for column in range(4):
                real, refined = logits[sample, :, row, column].exp().tolist()
                total -= math.log((refined if is_refined else real) / (real + refined))
    assert local_adversarial_loss(logits, is_refined).item() == pytest.approx(total, rel=1e-9)
    labels = torch.full((2, 3, 4), int(is_refined))
    assert total == pytest.approx(functional.cross_entropy(logits, labels, reduction="sum").item(), rel=1e-9)


def test_discriminator_loss_takes_both_kinds():
    refined, real = noise(1, 2, 2, 2), noise(1, 2, 2, 2, seed=1)
    ones = torch.ones(1, 2, 2, dtype=torch.long)
    expected = functional.cross_entropy(refined, ones, reduction="sum")
    expected = expected + functional.cross_entropy(real, 1 - ones, reduction="sum")
    assert_close(discriminator_loss(refined, real), expected, rtol=1e-9, atol=0)
    probabilities = refined_probabilities(refined)
    assert_close(probabilities, torch.sigmoid(refined[:, 1] - refined[:, 0]), rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["simgan.local_loss", "simgan.local_loss_formula"])
def test_local_loss_of_the_doors_by_plain_arithmetic(name):
    verdicts = [[0.9, 0.2, 0.4], [0.5, 0.7, 0.6]]
    flat = [verdict for row in verdicts for verdict in row]
    assert run(name, verdicts=verdicts).value == pytest.approx(-sum(map(math.log, flat)), rel=1e-9)
    real = -sum(math.log(1 - verdict) for verdict in flat)
    assert run(name, verdicts=verdicts, is_refined=False).value == pytest.approx(real, rel=1e-9)


def test_a_patch_is_23_wide_by_receptive_field_calculus():
    width, jump = 1, 1
    for kernel_size, stride in ((3, 2), (3, 2), (3, 1), (3, 1), (1, 1), (1, 1)):
        width, jump = width + (kernel_size - 1) * jump, jump * stride
    assert width == 23
    assert measured_patch(PatchJudge(width=3), channels=1, size=64) == (23, 23)
    assert run("simgan.patch_size", size=55).value == 23


@pytest.mark.parametrize(("size", "expected"), [((35, 55), [9, 14]), ((16, 8), [4, 2]), ((17, 5), [5, 2])])
def test_the_map_halves_twice_rounded_up(size, expected):
    assert run("simgan.map_shape", height=size[0], width=size[1]).value == expected
    verdicts = drawn(PatchJudge(width=3))(noise(2, 1, *size))
    assert list(verdicts.shape) == [2, 2, *expected]


def test_a_narrow_refiner_equals_plain_code():
    network = drawn(Refiner(num_blocks=2, channels=3))
    state = network.state_dict()

    def conv(x, name):
        weight = state[f"{name}.weight"]
        return functional.conv2d(x, weight, state[f"{name}.bias"], padding=weight.shape[-1] // 2)

    image = noise(2, 1, 7, 5)
    x = functional.relu(conv(image, "conv1"))
    for index in range(2):
        out = conv(functional.relu(conv(x, f"blocks.{index}.conv1")), f"blocks.{index}.conv2")
        x = functional.relu(x + out)
    assert_close(network(image), conv(x, "conv2"), rtol=1e-9, atol=1e-12)


def test_a_narrow_judge_equals_plain_code():
    network = drawn(PatchJudge(width=6))
    state = network.state_dict()
    image = noise(2, 1, 16, 16)
    x = image
    for name, stride in (("conv1", 2), ("conv2", 2), ("conv3", 1), ("conv4", 1), ("conv5", 1)):
        weight = state[f"{name}.weight"]
        x = functional.conv2d(x, weight, state[f"{name}.bias"], stride=stride, padding=weight.shape[-1] // 2)
        x = functional.relu(x) if name != "conv5" else x
        x = functional.max_pool2d(x, 3, stride=1, padding=1) if name == "conv2" else x
    assert_close(network(image), x, rtol=1e-9, atol=1e-12)


def test_counts_by_arithmetic():
    refiner = 64 * 10 + 8 * 64 * (64 * 9 + 1) + 65
    judge = 96 * 10 + 64 * (96 * 9 + 1) + 32 * (64 * 9 + 1) + 32 * 33 + 2 * 33
    assert (refiner, judge) == (296_129, 75_906)
    assert run_with("model.num_params", {"name": "simgan_refiner"}).value == refiner
    assert run_with("model.num_params", {"name": "simgan_discriminator"}).value == judge
    assert sum(parameter.numel() for parameter in Refiner().parameters()) == refiner
    assert sum(parameter.numel() for parameter in PatchJudge().parameters()) == judge


def test_a_batch_is_half_new_and_half_from_the_history():
    history = ImageHistory(capacity=6, generator=torch.Generator().manual_seed(0))
    batches = [history.mix(torch.full((4, 1), float(age))).flatten().tolist() for age in range(6)]
    assert batches[0] == [0.0] * 4  # the buffer was empty
    for age, batch in enumerate(batches[1:], start=1):
        assert batch[:2] == [age, age]
        assert max(batch[2:]) < age
        assert len(batch) == 4
    assert len(history.images) == 6


def test_the_history_keeps_no_gradient():
    history = ImageHistory(capacity=2, generator=torch.Generator().manual_seed(0))
    history.mix(torch.ones(2, 1, requires_grad=True))
    assert not any(image.requires_grad for image in history.images)
