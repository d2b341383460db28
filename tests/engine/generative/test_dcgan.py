"""Both networks of DCGAN: counts by arithmetic, the chain of shapes, and the same weights in plain functional code."""

from itertools import pairwise

import pytest
import torch
from claim_runs import run as run_with
from torch.nn import functional
from torch.testing import assert_close

from engine.models.dcgan import DCGANDiscriminator, DCGANGenerator

torch.set_num_threads(1)
G_CHAIN, D_CHAIN = (100, 512, 256, 128, 64, 3), (3, 64, 128, 256, 512, 1)


def arithmetic(chain, kernel_size, normalised):
    """Weights of five convolutions without biases, and γ and β of those that are normalised."""
    weights = sum(a * b for a, b in pairwise(chain)) * kernel_size**2
    return weights + 2 * sum(normalised)


def drawn(network):
    for seed, tensor in enumerate(network.state_dict().values()):
        if tensor.is_floating_point():
            tensor.copy_(
                torch.rand(tensor.shape, generator=torch.Generator().manual_seed(seed)) + 0.1 - 0.5 * (tensor.dim() > 1)
            )
    return network.double().eval()


def test_counts_are_those_of_the_published_example():
    assert arithmetic(G_CHAIN, 4, (512, 256, 128, 64)) == 3_576_704
    assert arithmetic(D_CHAIN, 4, (128, 256, 512)) == 2_765_568
    assert run_with("model.num_params", {"name": "dcgan_generator"}).value == 3_576_704
    assert run_with("model.num_params", {"name": "dcgan_discriminator"}).value == 2_765_568
    for network, count in ((DCGANGenerator, 3_576_704), (DCGANDiscriminator, 2_765_568)):
        with torch.device("meta"):
            assert sum(parameter.numel() for parameter in network().parameters()) == count


def test_sizes_run_1_4_8_16_32_64_and_back():
    stages = [f"conv{number}" for number in range(1, 6)]
    shapes = [run_with("model.output_shape", {"name": "dcgan_generator", "layer": stage}).value for stage in stages]
    assert shapes == [[512, 4, 4], [256, 8, 8], [128, 16, 16], [64, 32, 32], [3, 64, 64]]
    shapes = [run_with("model.output_shape", {"name": "dcgan_discriminator", "layer": stage}).value for stage in stages]
    assert shapes == [[64, 32, 32], [128, 16, 16], [256, 8, 8], [512, 4, 4], [1, 1, 1]]


def normalise(x, state, name):
    parts = ("running_mean", "running_var", "weight", "bias")
    return functional.batch_norm(x, *(state[f"{name}.{part}"] for part in parts))


@pytest.mark.parametrize(("kernel_size", "padding"), [(4, 1), (5, 2)])
def test_a_narrow_generator_equals_plain_code(kernel_size, padding):
    network = drawn(DCGANGenerator(3, width=2, channels=1, kernel_size=kernel_size))
    state = network.state_dict()
    z = torch.randn(2, 3, 1, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = z
    for index in range(5):
        settings = (1, 0, 0) if index == 0 else (2, padding, kernel_size % 2)
        x = functional.conv_transpose2d(x, state[f"layers.{3 * index}.weight"], None, *settings)
        x = functional.relu(normalise(x, state, f"layers.{3 * index + 1}")) if index < 4 else torch.tanh(x)
    assert x.shape == (2, 1, 64, 64)
    assert_close(network(z), x, rtol=1e-9, atol=1e-12)


def test_a_narrow_discriminator_equals_plain_code():
    network = drawn(DCGANDiscriminator(width=2, channels=1))
    state = network.state_dict()
    image = torch.randn(2, 1, 64, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = functional.leaky_relu(functional.conv2d(image, state["layers.0.weight"], stride=2, padding=1), 0.2)
    for index in (2, 5, 8):
        x = functional.conv2d(x, state[f"layers.{index}.weight"], stride=2, padding=1)
        x = functional.leaky_relu(normalise(x, state, f"layers.{index + 1}"), 0.2)
    x = functional.conv2d(x, state["layers.11.weight"])
    assert_close(network(image), x, rtol=1e-9, atol=1e-12)
    assert x.shape == (2, 1, 1, 1)


def test_weights_start_as_the_paper_draws_them():
    weight = DCGANDiscriminator(width=16).layers[5].weight.detach()
    assert float(weight.std()) == pytest.approx(0.02, rel=0.05)
