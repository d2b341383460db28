"""How wide torch draws first weights: against closed forms, against the weights themselves, and what is refused."""

import math

import mpmath
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.arguments import bind
from engine.errors import Refused
from engine.registry import Kind, find

torch.set_num_threads(1)
FANS = st.integers(1, 3000)


def run(name, /, **arguments):
    function = find(f"init.{name}")
    return function.call(**bind(function, arguments))


def value(name, /, **arguments):
    return run(name, **arguments).value


@given(fan_in=FANS, fan_out=FANS, gain=st.floats(0.1, 10))
@settings(max_examples=25)
def test_xavier_is_the_compromise_of_both_fans(fan_in, fan_out, gain):
    given_ = {"fan_in": fan_in, "fan_out": fan_out, "gain": gain}
    variance = gain * gain * 2 / (fan_in + fan_out)
    assert value("bound", scheme="xavier_uniform", **given_) == pytest.approx(math.sqrt(3 * variance), rel=1e-12)
    assert value("std", scheme="xavier_normal", **given_) == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert value("std", scheme="xavier_uniform", **given_) == pytest.approx(math.sqrt(variance), rel=1e-6)


@given(fan_in=FANS, fan_out=FANS, a=st.floats(0, 3), mode=st.sampled_from(["fan_in", "fan_out"]))
@settings(max_examples=25)
def test_kaiming_looks_at_one_fan_and_at_the_slope(fan_in, fan_out, a, mode):
    given_ = {"fan_in": fan_in, "fan_out": fan_out, "a": a, "mode": mode}
    variance = 2 / (1 + a * a) / {"fan_in": fan_in, "fan_out": fan_out}[mode]
    assert value("bound", scheme="kaiming_uniform", **given_) == pytest.approx(math.sqrt(3 * variance), rel=1e-12)
    assert value("std", scheme="kaiming_normal", **given_) == pytest.approx(math.sqrt(variance), rel=1e-12)


@given(fan_in=FANS, fan_out=FANS)
@settings(max_examples=25)
def test_lecun_and_nn_linear_look_at_fan_in_alone(fan_in, fan_out):
    fans = {"fan_in": fan_in, "fan_out": fan_out}
    assert value("bound", scheme="lecun_uniform", **fans) == pytest.approx(math.sqrt(3 / fan_in), rel=1e-12)
    assert value("std", scheme="lecun_normal", **fans) == pytest.approx(math.sqrt(1 / fan_in), rel=1e-12)
    assert value("bound", scheme="nn_linear", **fans) == pytest.approx(math.sqrt(1 / fan_in), rel=1e-12)


SAME_STREAM = [
    ("xavier_uniform", nn.init.xavier_uniform_, {"gain": 1.5}),
    ("xavier_normal", nn.init.xavier_normal_, {"gain": 1.5}),
    ("kaiming_uniform", nn.init.kaiming_uniform_, {"a": 0.2, "mode": "fan_out"}),
    ("kaiming_normal", nn.init.kaiming_normal_, {"mode": "fan_in", "nonlinearity": "tanh"}),
]


@pytest.mark.parametrize(("scheme", "initialise", "arguments"), SAME_STREAM)
def test_the_numbers_scale_the_very_weights_that_torch_draws(scheme, initialise, arguments):
    """Weights over standard numbers from the same random stream: no formula, no look inside."""
    weight = initialise(torch.empty(200, 300).double(), generator=torch.Generator().manual_seed(5), **arguments)
    plain = torch.empty(200, 300).double()
    generator = torch.Generator().manual_seed(5)
    uniform = scheme.endswith("uniform")
    plain = plain.uniform_(-1, 1, generator=generator) if uniform else plain.normal_(generator=generator)
    scale = float((weight / plain).median())
    found = value("bound" if uniform else "std", scheme=scheme, fan_in=300, fan_out=200, **arguments)
    assert found == pytest.approx(scale, rel=1e-9)
    torch.testing.assert_close(weight, found * plain)


def test_the_bound_of_nn_linear_is_that_of_the_layer_torch_builds():
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        largest = float(nn.Linear(300, 400).weight.abs().max().detach())
    found = value("bound", scheme="nn_linear", fan_in=300, fan_out=400)
    assert 0.999 * found < largest <= found * (1 + 1e-6)


@pytest.mark.parametrize("scheme", ["xavier_uniform", "xavier_normal", "nn_linear"])
def test_large_weights_give_the_same_on_the_meta_device(scheme):
    small, large = ({"fan_in": fan_in, "fan_out": 1000} for fan_in in (1000, 4000))
    expected = math.sqrt(2 / 5000) if scheme != "nn_linear" else math.sqrt(1 / 3 / 4000)
    assert run("std", scheme=scheme, **small).device == "cpu"
    assert run("std", scheme=scheme, **large).device == "meta"
    assert value("std", scheme=scheme, **large) == pytest.approx(expected, rel=1e-6)


def test_evidence_shows_weights_that_were_really_drawn():
    outcome = run("bound", scheme="xavier_uniform", fan_in=300, fan_out=200)
    _, table, histogram = outcome.evidence()
    measured = dict(table.rows)
    assert 0.9999 * outcome.value < measured["largest |w|"] < outcome.value
    assert measured["standard deviation"] == pytest.approx(outcome.value / math.sqrt(3), rel=0.01)
    assert sum(histogram.series[0].y) == 300 * 200


@pytest.mark.parametrize(
    ("nonlinearity", "expected"),
    [("linear", 1), ("sigmoid", 1), ("tanh", 5 / 3), ("relu", math.sqrt(2)), ("selu", 0.75)],
)
def test_gains_are_torchs(nonlinearity, expected):
    assert value("gain", nonlinearity=nonlinearity) == pytest.approx(expected, rel=1e-15)


@given(slope=st.floats(0, 5))
def test_the_gain_of_a_leaky_relu_makes_up_for_its_mean_square(slope):
    gain = value("gain", nonlinearity="leaky_relu", param=slope)
    left = value("mean_square", activation="leaky_relu", negative_slope=slope)
    assert gain**2 * left == pytest.approx(1, rel=1e-9)


def test_a_leaky_relu_without_a_slope_has_torchs_default():
    assert value("gain", nonlinearity="leaky_relu") == pytest.approx(math.sqrt(2 / 1.0001), rel=1e-15)


@given(shape=st.lists(st.integers(1, 7), min_size=2, max_size=5))
@settings(max_examples=40)
def test_fans_counted_in_a_layer_are_those_of_the_shape(shape):
    cells = math.prod(shape[2:])
    assert value("fans", shape=shape) == [shape[1] * cells, shape[0] * cells]
    assert value("fan", shape=shape) == shape[1] * cells
    assert value("fan", shape=shape, mode="fan_out") == shape[0] * cells


def test_fans_are_those_with_which_torch_initialises():
    fan_in, fan_out = value("fans", shape=[64, 32, 3, 3])
    assert (fan_in, fan_out) == (288, 576)
    generator = torch.Generator().manual_seed(0)
    weight = nn.init.xavier_uniform_(torch.empty(64, 32, 3, 3), generator=generator)
    largest = float(weight.abs().max())
    assert largest == pytest.approx(math.sqrt(6 / (fan_in + fan_out)), rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "squared"),
    [
        ({"activation": "tanh"}, lambda z: mpmath.tanh(z) ** 2),
        ({"activation": "tanh", "std": 0.5}, lambda z: mpmath.tanh(z / 2) ** 2),
        ({"activation": "sigmoid"}, lambda z: 1 / (1 + mpmath.exp(-z)) ** 2),
        ({"activation": "linear", "std": 3}, lambda z: 9 * z**2),
    ],
)
def test_mean_square_is_the_integral(arguments, squared):
    expected = mpmath.quad(lambda z: squared(z) * mpmath.npdf(z), [-mpmath.inf, 0, mpmath.inf])
    assert value("mean_square", **arguments) == pytest.approx(float(expected), rel=1e-9)


def test_mean_square_of_relu_is_half_of_the_variance():
    assert value("mean_square", activation="relu") == pytest.approx(0.5, rel=1e-12)
    assert value("mean_square", activation="relu", std=3) == pytest.approx(4.5, rel=1e-12)


@pytest.mark.parametrize(
    ("activation", "slope"), [("sigmoid", 0.25), ("tanh", 1), ("relu", 1), ("linear", 1), ("leaky_relu", 1)]
)
def test_largest_slopes(activation, slope):
    assert value("largest_slope", activation=activation) == pytest.approx(slope, rel=1e-12)
    assert value("largest_slope", activation="leaky_relu", negative_slope=2) == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize("name", ["bound", "std", "gain"])
def test_what_torch_decides_is_of_kind_module(name):
    assert find(f"init.{name}").kind is Kind.MODULE


LINEAR = {"fan_in": 3, "fan_out": 2}
REFUSALS = [
    ("bound", {"scheme": "xavier_normal", **LINEAR}, "xavier_normal draws from a normal distribution.*init.std"),
    ("std", {"scheme": "kaiming_normal", **LINEAR, "gain": 2}, "'gain' belongs to xavier; kaiming_normal has none"),
    ("std", {"scheme": "nn_linear", **LINEAR, "gain": 2}, "'gain' belongs to xavier; nn_linear has none"),
    ("std", {"scheme": "xavier_normal", **LINEAR, "a": 1}, "belong to kaiming; xavier_normal takes none"),
    ("std", {"scheme": "lecun_normal", **LINEAR, "mode": "fan_out"}, "belong to kaiming; lecun_normal takes none"),
    ("std", {"scheme": "kaiming_normal", **LINEAR, "a": 1, "nonlinearity": "relu"}, "'a' is the negative slope"),
    ("gain", {"nonlinearity": "relu", "param": 0.1}, "'param' is the negative slope of leaky_relu, and relu has none"),
    ("fans", {"shape": [65536, 65536]}, "4,294,967,296 elements, and at most 8,388,608 are run"),
    ("fan", {"shape": [512, 512, 15, 15]}, "elements"),
    ("fans", {"shape": [256, 256, 11, 11]}, "too long"),
    ("variance_kept", {"fan_in": 64, "fan_out": 64}, "give one of 'bound', 'std' and 'scheme'"),
    ("variance_kept", {"fan_in": 64, "fan_out": 64, "std": 1, "bound": 1}, "give one of 'bound', 'std' and 'scheme'"),
    ("variance_kept", {"fan_in": 1024, "fan_out": 1024, "std": 1, "depth": 3}, "3,145,728 weights, and at most 2,097"),
    (
        "variance_through_depth",
        {"scheme": "xavier_normal", "activation": "tanh", "width": 1024, "depth": 64},
        "67,108,864 weights, and at most 2,097,152",
    ),
    ("keeps_variance", {"scheme": "xavier_normal", "fan_in": 512, "fan_out": 512, "depth": 16}, "524,288 weights"),
    ("warm_start_copies", {"name": "vgg16", "layer": "features.11"}, "no convolution or linear layer 'features.11'"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        run(name, **arguments)
    assert "\n" not in str(refusal.value)
