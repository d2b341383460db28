"""Highway layers: values beside plain code, both limits, what the carry gate lets through, and the claims."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from model_runs import run, value
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.highway import Highway, highway_network

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(module):
    module = module.double()
    for seed, parameter in enumerate(module.parameters()):
        parameter.data = noise(*parameter.shape, seed=seed) / 2
    return module


def plain(x, s, name=""):
    hidden = (x @ s[f"{name}plain.weight"].T + s[f"{name}plain.bias"]).clamp(min=0)
    gate = 1 / (1 + (-x @ s[f"{name}gate.weight"].T - s[f"{name}gate.bias"]).exp())
    return gate * hidden + (1 - gate) * x


def test_a_layer_and_a_network_equal_plain_code():
    x = noise(3, 5)
    layer = randomised(Highway(5))
    assert_close(layer(x), plain(x, layer.state_dict()), rtol=1e-10, atol=1e-12)
    network = randomised(highway_network(5, 3))
    expected = x
    for index in range(3):
        expected = plain(expected, network.state_dict(), f"{index}.")
    assert_close(network(x), expected, rtol=1e-10, atol=1e-12)


def test_its_gradient_is_that_of_finite_differences():
    layer = randomised(Highway(4, activation=torch.tanh))
    assert torch.autograd.gradcheck(layer, (noise(2, 4).requires_grad_(),))


def test_both_limits_of_the_gate():
    x = noise(6, 4)
    for bias, expected in ((-60.0, lambda layer: x), (60.0, lambda layer: layer.plain(x).relu())):
        layer = randomised(Highway(4))
        layer.gate.bias.data.fill_(bias)
        assert_close(layer(x), expected(layer), rtol=0, atol=1e-12)


def test_a_door_gives_what_a_hand_calculates():
    x, weight, bias = [1.0, -2.0], [[1.0, 1.0], [0.5, -1.0]], [0.5, 0.0]
    gates, gate_bias = [[0.3, 0.0], [0.0, 0.2]], [0.1, -1.0]
    sigmoid = [1 / (1 + 2.718281828459045 ** -(0.3 * 1 + 0.1)), 1 / (1 + 2.718281828459045 ** -(0.2 * -2 - 1))]
    hidden = [max(0.0, 1 - 2 + 0.5), 0.5 + 2]
    expected = [t * h + (1 - t) * v for t, h, v in zip(sigmoid, hidden, x, strict=True)]
    given = {"x": x, "weight": weight, "bias": bias, "gate_weight": gates, "gate_bias": gate_bias}
    assert value("highway.forward", **given) == pytest.approx(expected, rel=1e-12)
    table, heatmap = run("highway.forward", **given).evidence()
    assert [row[3] for row in table.rows] == pytest.approx(sigmoid)
    assert heatmap.values[0] == pytest.approx(sigmoid)


def test_parameters_are_twice_a_plain_layers():
    assert value("highway.num_params", features=32) == 2 * (32 * 32 + 32) == 2112
    assert value("highway.num_params", features=7, depth=5) == 5 * 2 * 56


@pytest.mark.parametrize(("carry", "depth"), [(0.5, 50), (0.9, 10), (0.25, 1)])
def test_what_carry_gates_let_through(carry, depth):
    assert value("highway.carried_gradient", carry=carry, depth=depth) == pytest.approx(carry**depth, rel=1e-9)


def test_refusals_are_sentences():
    given = {"x": [1.0, 2.0], "bias": [0, 0], "gate_weight": [[0, 0], [0, 0]], "gate_bias": [0, 0]}
    with pytest.raises(Refused, match="weight must have 2 rows of 2 numbers"):
        run("highway.forward", weight=[[1, 2]], **given)
    with pytest.raises(Refused, match="gate_bias must have 2 numbers"):
        run("highway.forward", weight=[[1, 2], [3, 4]], **{**given, "gate_bias": [0]})
    with pytest.raises(Refused, match="2 wide, and its input 3"):
        run("highway.forward", weight=[[1, 2], [3, 4]], **{**given, "x": [1.0, 2.0, 3.0]})


@pytest.mark.parametrize("name", ["highway.fresh_stack_passes_gradient", "highway.shortcut_passes_everything"])
def test_a_stack_has_at_most_fifty_layers(name):
    with pytest.raises(Refused, match="'depth' must be a whole number from 1 to 50, not 51"):
        run(name, depth=51)


def test_the_limits_are_settled():
    controls = [{"gate": "open", "output": "x"}, {"gate": "half", "output": "x"}, {"gate": "closed", "output": "H"}]
    assert_settles("highway.limit_is", {"gate": "closed", "output": "x"}, controls)
    assert_settles("highway.limit_is", {"gate": "open", "output": "H"}, [{"gate": "half", "output": "H"}])
    assert_shows("highway.limit_is", {"gate": "closed", "output": "x"})


def test_a_negative_bias_lets_a_fresh_deep_stack_carry():
    assert_settles("highway.fresh_stack_passes_gradient", {"gate_bias": -4.0}, [{"gate_bias": 4.0}])
    assert_shows("highway.fresh_stack_passes_gradient", {"gate_bias": -4.0})


def test_an_identity_shortcut_passes_everything_and_a_half_open_gate_does_not():
    assert_settles("highway.shortcut_passes_everything", {"shortcut": "identity"}, [{"shortcut": "carry_gate"}])
    assert_shows("highway.shortcut_passes_everything", {"shortcut": "carry_gate", "depth": 5})
