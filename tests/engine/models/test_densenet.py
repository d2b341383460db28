"""DenseNet: published integers, arithmetic from the paper's rule k0 + k(l - 1), and values beside plain code."""

import pytest
import torch
from model_runs import run, value
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.models.densenet import DenseBlock, DenseLayer, DenseNet, Transition

torch.set_num_threads(1)
# Parameters as torchvision publishes them, and the paper's table 1: layers, k, k0.
PUBLISHED = {
    "densenet121": (7_978_856, (6, 12, 24, 16), 32, 64),
    "densenet161": (28_681_000, (6, 12, 36, 24), 48, 96),
    "densenet169": (14_149_480, (6, 12, 32, 32), 32, 64),
    "densenet201": (20_013_928, (6, 12, 48, 32), 32, 64),
}


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(module):
    module = module.double().eval()
    for seed, (name, tensor) in enumerate(module.state_dict().items()):
        if tensor.is_floating_point():
            fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 4
            values = noise(*tensor.shape, seed=seed) / fan_in**0.5
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else values)
    return module


def layer_params(fed, k):
    return 2 * fed + fed * 4 * k + 2 * 4 * k + 9 * 4 * k * k


def by_arithmetic(config, k, k0):
    """Parameters of a whole network, and the channels after each block and transition."""
    total, channels, seen = 49 * 3 * k0 + 2 * k0, k0, []
    for number, layers in enumerate(config):
        total += sum(layer_params(channels + k * (layer - 1), k) for layer in range(1, layers + 1))
        channels += k * layers
        seen.append(channels)
        if number < 3:
            total += 2 * channels + channels * (channels // 2)
            channels //= 2
            seen.append(channels)
    return total + 2 * channels + 1000 * (channels + 1), seen


def macs_by_arithmetic(config, k, k0):
    total, channels = 112**2 * 49 * 3 * k0, k0
    for number, layers in enumerate(config):
        side = 56 // 2**number
        total += side**2 * sum((channels + k * layer) * 4 * k + 9 * 4 * k * k for layer in range(layers))
        channels += k * layers
        if number < 3:
            total += side**2 * channels * (channels // 2)
            channels //= 2
    return total + channels * 1000


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_of_the_published_networks(name):
    params, *table = PUBLISHED[name]
    expected, _ = by_arithmetic(*table)
    assert value("model.num_params", name=name) == expected == params


def test_macs_and_shapes_of_densenet121():
    macs = value("model.macs", name="densenet121")
    assert macs == macs_by_arithmetic(*PUBLISHED["densenet121"][1:])
    assert round(macs / 1e9, 3) == 2.834
    _, channels = by_arithmetic(*PUBLISHED["densenet121"][1:])
    shapes = dict(value("model.stages", name="densenet121"))
    stages = ["block1", "transition1", "block2", "transition2", "block3", "transition3", "block4"]
    sizes = [56, 28, 28, 14, 14, 7, 7]
    assert [shapes[stage] for stage in stages] == [[c, s, s] for c, s in zip(channels, sizes, strict=True)]


@pytest.mark.parametrize("layers", [1, 2, 5, 12, 24])
def test_links_of_a_block(layers):
    assert value("densenet.links", num_layers=layers) == layers * (layers + 1) // 2
    (matrix,) = run("densenet.links", num_layers=layers).evidence()
    assert matrix.values == [[1] * (row + 1) + [0] * (layers - row) for row in range(layers)]


@pytest.mark.parametrize(("layers", "k0", "k"), [(6, 64, 32), (1, 3, 7), (12, 128, 12)])
def test_channels_parameters_and_macs_of_a_block(layers, k0, k):
    given = {"num_layers": layers, "in_channels": k0, "growth_rate": k}
    assert value("densenet.block_output_shape", **given, size=5) == [k0 + layers * k, 5, 5]
    widths = [k0 + k * (layer - 1) for layer in range(1, layers + 1)]
    found = [value("densenet.layer_in_channels", layer=layer, in_channels=k0, growth_rate=k) for layer in (1, layers)]
    assert found == [widths[0], widths[-1]]
    assert value("densenet.block_num_params", **given) == sum(layer_params(width, k) for width in widths)
    assert value("densenet.block_macs", **given, size=5) == 25 * sum(width * 4 * k + 9 * 4 * k * k for width in widths)


def test_a_transition_halves_channels_and_size():
    assert value("densenet.transition_shape", in_channels=257, size=57) == [128, 28, 28]
    assert value("densenet.transition_shape", in_channels=10, size=8, compression=0.3) == [3, 4, 4]
    with pytest.raises(Refused, match="leaves none of 2 channels"):
        run("densenet.transition_shape", in_channels=2, size=8, compression=0.1)


def normalised(x, state, name):
    parts = [state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    return functional.relu(functional.batch_norm(x, *parts))


def plain_block(x, state, name, layers):
    features = [x]
    for layer in range(layers):
        y = normalised(torch.cat(features, 1), state, f"{name}layers.{layer}.norm1")
        y = functional.conv2d(y, state[f"{name}layers.{layer}.conv1.weight"])
        y = normalised(y, state, f"{name}layers.{layer}.norm2")
        features.append(functional.conv2d(y, state[f"{name}layers.{layer}.conv2.weight"], padding=1))
    return torch.cat(features, 1)


def test_a_layer_and_a_block_equal_plain_code():
    x = noise(2, 5, 6, 6)
    block = randomised(DenseBlock(3, 5, growth_rate=2))
    expected = plain_block(x, block.state_dict(), "", 3)
    assert_close(block(x), expected, rtol=1e-10, atol=1e-12)
    layer = randomised(DenseLayer(5, 3))
    state = {f"layers.0.{name}": tensor for name, tensor in layer.state_dict().items()}
    assert_close(layer(x), plain_block(x, state, "", 1)[:, 5:], rtol=1e-10, atol=1e-12)


def test_a_transition_equals_plain_code():
    transition = randomised(Transition(6))
    state = transition.state_dict()
    x = noise(2, 6, 7, 7)
    y = functional.conv2d(normalised(x, state, "0"), state["2.weight"])
    assert_close(transition(x), functional.avg_pool2d(y, 2), rtol=1e-10, atol=1e-12)


def test_a_narrow_network_equals_plain_code():
    network = randomised(DenseNet([2, 1, 2, 1], growth_rate=3, num_init_features=4, num_classes=5))
    s = network.state_dict()
    images = noise(2, 3, 64, 64)
    x = functional.conv2d(images, s["features.conv0.weight"], stride=2, padding=3)
    x = functional.max_pool2d(normalised(x, s, "features.norm0"), 3, 2, 1)
    for number, layers in enumerate([2, 1, 2, 1], start=1):
        x = plain_block(x, s, f"features.block{number}.", layers)
        if number < 4:
            name = f"features.transition{number}"
            x = functional.conv2d(normalised(x, s, f"{name}.0"), s[f"{name}.2.weight"])
            x = functional.avg_pool2d(x, 2)
    x = normalised(x, s, "features.norm5").mean((2, 3))
    expected = functional.linear(x, s["classifier.weight"], s["classifier.bias"])
    assert_close(network(images), expected, rtol=1e-9, atol=1e-10)
    assert expected.std() > 1e-3
