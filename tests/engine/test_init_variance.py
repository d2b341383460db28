"""The variance that layers keep: measured factors against what theory says, for several seeds."""

import math

import pytest
import torch

from engine.arguments import bind
from engine.doors.init import init_depth
from engine.init import deep_stack
from engine.init.deep_stack import Stack
from engine.init.schemes import Spread, spread
from engine.registry import find

torch.set_num_threads(1)


def run(name, /, **arguments):
    function = find(f"init.{name}")
    return function.call(**bind(function, arguments))


def value(name, /, **arguments):
    return run(name, **arguments).value


KEPT = [
    # arguments, forward factor, backward factor: n·Var(w)·E[f(z)²] and n'·Var(w)·E[f'(z)²]
    ({"fan_in": 400, "fan_out": 200, "std": 0.05}, 400 * 0.0025, 200 * 0.0025),
    ({"fan_in": 400, "fan_out": 200, "std": math.sqrt(0.05)}, 20, 10),
    ({"fan_in": 512, "fan_out": 128, "scheme": "xavier_uniform"}, 1.6, 0.4),
    ({"fan_in": 128, "fan_out": 512, "scheme": "xavier_normal"}, 0.4, 1.6),
    ({"fan_in": 256, "fan_out": 256, "scheme": "xavier_normal"}, 1, 1),
    ({"fan_in": 512, "fan_out": 128, "scheme": "lecun_normal"}, 1, 0.25),
    ({"fan_in": 300, "fan_out": 200, "bound": 0.1, "activation": "relu"}, 0.5, 1 / 3),
    ({"fan_in": 300, "fan_out": 200, "bound": math.sqrt(6 / 300), "activation": "relu"}, 1, 2 / 3),
    ({"fan_in": 256, "fan_out": 256, "scheme": "kaiming_uniform", "activation": "relu", "depth": 4}, 1, 1),
    ({"fan_in": 256, "fan_out": 256, "scheme": "xavier_uniform", "activation": "relu", "depth": 4}, 0.5, 0.5),
    (
        {"fan_in": 256, "fan_out": 256, "std": 1 / 16, "activation": "leaky_relu", "negative_slope": 0.5},
        0.625,
        0.625,
    ),
    (
        {"fan_in": 256, "fan_out": 256, "scheme": "kaiming_normal", "activation": "leaky_relu", "negative_slope": 0.5},
        1,
        1,
    ),
    ({"fan_in": 256, "fan_out": 256, "std": 1 / 16, "activation": "tanh"}, 0.39429, 0.46441),
]


@pytest.mark.parametrize(("arguments", "forward", "backward"), KEPT)
def test_variance_kept_is_what_theory_says_for_every_seed(arguments, forward, backward, monkeypatch):
    for seed in range(4):
        monkeypatch.setattr(init_depth, "_SEED", seed)
        assert value("variance_kept", **arguments) == pytest.approx(forward, rel=0.06)
        assert value("variance_kept", direction="backward", **arguments) == pytest.approx(backward, rel=0.06)


def test_a_band_around_one_tells_good_bounds_from_near_misses(monkeypatch):
    """For a ReLU layer of 300 to 200 units: Kaiming's bound is in, Xavier's and one without the 3 of r²/3 are out."""
    layer = {"fan_in": 300, "fan_out": 200, "activation": "relu", "depth": 6}
    bounds = {"kaiming": math.sqrt(6 / 250), "xavier": math.sqrt(6 / 500), "std": math.sqrt(2 / 250)}
    for seed in range(4):
        monkeypatch.setattr(init_depth, "_SEED", seed)
        inside = {name: 0.9 < value("variance_kept", bound=bound, **layer) < 1.1 for name, bound in bounds.items()}
        assert inside == {"kaiming": True, "xavier": False, "std": False}


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_variance_through_depth_multiplies_what_a_layer_keeps(direction):
    given = {"width": 128, "depth": 10, "direction": direction}
    halved = value("variance_through_depth", scheme="xavier_normal", activation="relu", **given)
    assert halved == pytest.approx(2**-10, rel=0.6)
    linear = value("variance_through_depth", scheme="xavier_normal", activation="linear", gain=2, **given)
    assert linear == pytest.approx(4**10, rel=0.6)


def test_evidence_has_a_curve_per_scheme_forward_and_backward():
    outcome = run("variance_through_depth", scheme="kaiming_normal", activation="relu", width=64, depth=6)
    forward, backward = outcome.evidence()
    assert [series.name for series in forward.series] == [series.name for series in backward.series]
    assert len(forward.series) == 6
    for curve, anchor in ((forward, 0), (backward, -1)):
        assert all(len(series.y) == 7 and series.y[anchor] == 1 for series in curve.series)
    kept = {series.name: series.y[-1] for series in forward.series}
    assert kept["kaiming_normal"] > 10 * kept["xavier_normal"]


@pytest.mark.parametrize(("factor", "depth"), [(0.9, 50), (1.1, 50), (1, 200), (0.5, 1)])
def test_a_gradient_through_rotations_is_a_power(factor, depth):
    assert value("gradient_through_depth", factor=factor, depth=depth) == pytest.approx(factor**depth, rel=1e-9)


@pytest.mark.parametrize("scheme", ["lecun", "xavier", "kaiming"])
@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_written_out_schemes_draw_as_wide_as_torch(scheme, distribution):
    name = f"{scheme}_{distribution}"
    written_out = spread(name, 300, 200)
    assert written_out.std == pytest.approx(value("std", scheme=name, fan_in=300, fan_out=200), rel=1e-6)
    weight = written_out.draw(300, 200, torch.Generator().manual_seed(0))
    assert weight.shape == (200, 300)
    assert float(weight.std()) == pytest.approx(written_out.std, rel=0.01)
    assert abs(float(weight.mean())) < 4 * written_out.std / math.sqrt(60_000)
    if distribution == "uniform":
        assert 0.999 * written_out.bound < float(weight.abs().max()) <= written_out.bound


def test_kaiming_takes_the_slope_the_mode_and_a_factor():
    assert spread("kaiming_normal", 50, 200, gain=3, a=1, mode="fan_out").std == pytest.approx(3 / math.sqrt(200))
    assert Spread.uniform_with(0.3).bound == pytest.approx(0.3)


def test_a_stack_really_multiplies_by_its_weights():
    """Its traces equal those of a stack of nn.Linear that holds the same weights."""
    stack = Stack([5, 7, 3], torch.tanh, lambda fan_in, fan_out: Spread(0.5, uniform=False))
    cpu = torch.device("cpu")
    z, weights = deep_stack.send(stack, torch.Generator().manual_seed(3), cpu, input_std=2.0)
    layers = []
    for weight in weights:
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False).double()
        linear.load_state_dict({"weight": weight})
        layers += [torch.nn.Tanh(), linear]
    network = torch.nn.Sequential(*layers)
    x, y = z[0].detach(), network(z[0]).detach()
    torch.testing.assert_close(y, z[-1].detach())
    traces = deep_stack.run(stack, torch.Generator().manual_seed(3), cpu, input_std=2.0)
    assert float(traces.forward[-1]) == pytest.approx(float(y.square().mean()), rel=1e-12)
    assert len(traces.forward) == len(traces.backward) == 3
    # A gradient of variance 1 at the output has Σ over outputs of J² at the input.
    jacobians = torch.stack([torch.autograd.functional.jacobian(network, sample) for sample in x])
    assert float(traces.kept_backward[0]) == pytest.approx(float(jacobians.square().sum(1).mean()), rel=0.4)
