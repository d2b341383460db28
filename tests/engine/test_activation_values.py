"""Activations beside torch, sympy, SciPy, finite differences and brute force."""

import math

import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from torch import nn
from torch.nn import functional

from engine.activations import dead_units, normal_input
from engine.activations.maxout import Maxout
from engine.activations.named import NAMES, find, settings_of
from engine.activations.prelu import PReLU, prelu_backward
from engine.activations.softmax import log_softmax, softmax, softmax_jacobian
from engine.activations.step import straight_through
from engine.arguments import bind
from engine.errors import Refused
from engine.registry import find as find_door

torch.set_num_threads(1)
GRID = torch.cat([torch.linspace(-30, 30, 481, dtype=torch.float64), torch.tensor([1e-9, -1e-9, 700.0, -700.0])])
TORCH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "prelu": lambda z: functional.prelu(z, torch.tensor([0.25], dtype=z.dtype)),
    "abs": torch.abs,
    "elu": functional.elu,
    "selu": functional.selu,
    "relu6": functional.relu6,
    "step": lambda z: torch.heaviside(z.detach(), torch.ones_like(z)) + 0 * z,
    "identity": lambda z: z * 1,
    "sin": torch.sin,
    "cos": torch.cos,
    "softplus": lambda z: functional.softplus(z, threshold=50),
    "gelu": functional.gelu,
    "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh"),
    "silu": functional.silu,
    "mish": functional.mish,
    "softsign": functional.softsign,
    "hardtanh": functional.hardtanh,
    "hardsigmoid": functional.hardsigmoid,
    "hardswish": functional.hardswish,
}
X = sympy.Symbol("x", real=True)
SYMBOLIC = {
    "sigmoid": 1 / (1 + sympy.exp(-X)),
    "tanh": sympy.tanh(X),
    "softplus": sympy.log(1 + sympy.exp(X)),
    "gelu": X * (1 + sympy.erf(X / sympy.sqrt(2))) / 2,
    "silu": X / (1 + sympy.exp(-X)),
    "mish": X * sympy.tanh(sympy.log(1 + sympy.exp(X))),
}


def value(name, /, **given):
    door = find_door(name)
    return door.call(**bind(door, given)).value


def slope_of(function, z):
    z = z.clone().requires_grad_()
    return torch.autograd.grad(function(z).sum(), z)[0]


def close(found, expected, atol=1e-12):
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=atol)


@pytest.mark.parametrize("name", NAMES)
def test_value_slope_and_gradient_equal_torch(name):
    f, torchs = find(name), TORCH[name]
    # torch keeps the sixth of hardsigmoid's slope in float32
    atol = 1e-8 if name == "hardsigmoid" else 1e-12
    close(f.value(GRID), torchs(GRID))
    close(f.slope(GRID), slope_of(torchs, GRID), atol)
    smooth = GRID[~torch.isin(GRID, torch.tensor([-3.0, -1.0, 0.0, 1.0, 3.0, 6.0], dtype=torch.float64))]
    if name != "step":  # a comparison has no gradient, which is the point of the step
        close(slope_of(f.value, smooth), f.slope(smooth), atol)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "gelu", "gelu_tanh", "silu", "mish", "softsign"])
def test_autograd_through_a_smooth_activation_is_right_at_zero_too(name):
    zero = torch.zeros(1, dtype=torch.float64)
    close(slope_of(find(name).value, zero), slope_of(TORCH[name], zero))


@pytest.mark.parametrize("name", SYMBOLIC)
@pytest.mark.parametrize("at", [-20, -2, 0, 1, 3])
def test_values_and_slopes_to_thirty_digits(name, at):
    z = torch.tensor([float(at)], dtype=torch.float64)
    f, expression = find(name), SYMBOLIC[name]
    exact = [float(part.subs(X, at).evalf(30)) for part in (expression, sympy.diff(expression, X))]
    assert f.value(z).item() == pytest.approx(exact[0], rel=1e-12)
    assert f.slope(z).item() == pytest.approx(exact[1], rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("at", [-2.2, -0.7, 0.3, 2.9, 5.5])
def test_every_door_gives_the_same_number(name, at):
    assert value("activation.value", name=name, x=at) == pytest.approx(
        value("activation.value_formula", name=name, x=at), abs=1e-12
    )
    slopes = [value(f"activation.{door}", name=name, x=at) for door in ("slope", "slope_formula")]
    slopes += [value("activation.one_sided_slope", name=name, x=at, side=side) for side in ("left", "right")]
    h = 1e-6
    above, below = (TORCH[name](torch.tensor(x, dtype=torch.float64)).item() for x in (at + h, at - h))
    by_hand = (above - below) / (2 * h)
    assert slopes == [pytest.approx(by_hand, abs=1e-6)] * 4


@given(st.floats(-50, 50), st.floats(-3, 3), st.floats(0, 3))
@settings(max_examples=40)
def test_settings_reach_both_legs(x, negative_slope, alpha):
    z = torch.tensor(x, dtype=torch.float64)
    leaky = {"name": "leaky_relu", "x": x, "negative_slope": negative_slope}
    elu = {"name": "elu", "x": x, "alpha": alpha}
    for door in ("activation.value", "activation.value_formula"):
        assert value(door, **leaky) == pytest.approx(x if x > 0 else negative_slope * x, abs=1e-12)
        assert value(door, **elu) == pytest.approx(functional.elu(z, alpha).item(), abs=1e-12)


def test_the_three_named_rectifiers():
    assert value("activation.value_formula", name="leaky_relu", x=[-3, 3], negative_slope=0) == [0, 3]
    assert value("activation.value_formula", name="leaky_relu", x=[-3, 3], negative_slope=-1) == [3, 3]
    assert value("activation.value_formula", name="leaky_relu", x=[-3, 3], negative_slope=1) == [-3, 3]
    assert {name: dict(settings_of(name)) for name in NAMES if settings_of(name)} == {
        "leaky_relu": {"negative_slope": 0.01},
        "prelu": {"negative_slope": 0.25},
        "elu": {"alpha": 1.0},
    }


def test_gradients_that_torch_reports_at_a_kink():
    codes = {
        "relu(x)": 0,
        "clamp(x, min=0)": 1,
        "maximum(x, 0)": 0.5,
        "where(x > 0, x, 0)": 0,
        "relu(x) - relu(-x)": 0,
        "abs(x)": 0,
        "sign(x)": 0,
    }
    for code, slope in codes.items():
        assert value("activation.reported_slope", code=code, x=0) == slope
    assert math.isnan(value("activation.reported_slope", code="sqrt(x * x)", x=0))
    assert value("activation.reported_slope", code="relu(x) - relu(-x)", x=1e-9) == 1
    assert [value("activation.one_sided_slope", name="relu", x=0, side=side) for side in ("left", "right")] == [0, 1]


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "mish", "hardswish"])
def test_minima_by_another_search(name):
    found = optimize.minimize_scalar(
        lambda x: TORCH[name](torch.tensor(x, dtype=torch.float64)).item(), bounds=(-2.9, 0), options={"xatol": 1e-9}
    )
    assert value("activation.minimum", name=name) == pytest.approx(found.fun, abs=1e-10)
    assert value("activation.minimum", name=name, of="place") == pytest.approx(found.x, abs=1e-6)


def test_published_minima():
    published = {"gelu": (-0.1700, -0.7518), "silu": (-0.2785, -1.2785), "mish": (-0.3088, -1.1924)}
    for name, (bottom, place) in published.items():
        assert value("activation.minimum", name=name) == pytest.approx(bottom, abs=6e-5)
        assert value("activation.minimum", name=name, of="place") == pytest.approx(place, abs=6e-5)


def test_where_float32_rounds_the_sigmoid():
    rounded = {"sigmoid": (16, 17), "log(sigmoid)": (-88, -104)}
    assert value("activation.rounded_value", function="sigmoid", x=rounded["sigmoid"][0]) < 1
    assert value("activation.rounded_value", function="sigmoid", x=17) == 1
    assert value("activation.rounded_value", function="sigmoid", x=17, dtype="float64") < 1
    assert value("activation.rounded_value", function="log(sigmoid)", x=-110) == -math.inf
    assert value("activation.rounded_value", function="logsigmoid", x=-110) == -110


@pytest.mark.parametrize("name", ["relu", "sigmoid", "selu", "elu", "gelu", "softplus", "relu6", "silu"])
@pytest.mark.parametrize("std", [0.5, 1.0, 2.0])
def test_normal_moments_by_adaptive_quadrature(name, std):
    def moment(power):
        def integrand(z):
            return TORCH[name](torch.tensor(z, dtype=torch.float64)).item() ** power * stats.norm.pdf(z, scale=std)

        return sum(integrate.quad(integrand, low, high)[0] for low, high in ((-12 * std, 0), (0, 6), (6, 12 * std + 6)))

    mean, mean_square = moment(1), moment(2)
    assert value("activation.normal_mean", name=name, std=std) == pytest.approx(mean, abs=1e-7)
    assert value("activation.normal_variance", name=name, std=std) == pytest.approx(mean_square - mean**2, abs=1e-7)


def test_selu_constants_make_a_fixed_point_to_nine_digits():
    selu = find("selu").value
    assert normal_input.expectation(selu) == pytest.approx(0, abs=1e-9)
    assert normal_input.variance(selu) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("mean", [-1.0, 0.0, 2.0])
def test_share_of_zeros_is_a_normal_probability(mean):
    assert value("activation.zero_share", name="relu", mean=mean) == pytest.approx(stats.norm.cdf(-mean), abs=2e-5)


LOGITS = st.lists(st.floats(-30, 30), min_size=1, max_size=6)


@given(LOGITS, st.sampled_from([0.5, 1.0, 3.0]))
@settings(max_examples=40)
def test_softmax_and_its_jacobian_equal_torch(logits, temperature):
    z = torch.tensor(logits, dtype=torch.float64)
    close(softmax(z, temperature=temperature), torch.softmax(z / temperature, -1))
    close(log_softmax(z), torch.log_softmax(z, -1))
    jacobian = torch.autograd.functional.jacobian(lambda v: torch.softmax(v / temperature, -1), z)
    close(softmax_jacobian(z, temperature), jacobian)
    close(torch.autograd.functional.jacobian(lambda v: softmax(v, temperature=temperature), z), jacobian)
    last = len(logits) - 1
    given = {"logits": logits, "position": last, "temperature": temperature}
    for door in ("activation.softmax_slope", "activation.softmax_slope_formula"):
        assert value(door, **given, logit=0) == pytest.approx(jacobian[last, 0].item(), abs=1e-12)
    for door in ("activation.softmax_entry", "activation.softmax_entry_formula"):
        assert value(door, **given) == pytest.approx(torch.softmax(z / temperature, -1)[last].item(), abs=1e-12)


def test_softmax_by_plain_arithmetic():
    weights = [math.exp(k) for k in (1, 2, 3)]
    assert value("activation.softmax", logits=[1, 2, 3]) == pytest.approx([w / sum(weights) for w in weights])
    assert value("activation.softmax", logits=[1001, 1002, 1003]) == pytest.approx([w / sum(weights) for w in weights])


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 2, 2)])
@pytest.mark.parametrize("slopes", [1, 3])
def test_prelu_equals_torch_with_its_gradients(shape, slopes):
    generator = torch.Generator().manual_seed(0)
    x, upstream = (torch.randn(*shape, generator=generator, dtype=torch.float64) for _ in range(2))
    weight = torch.rand(slopes, generator=generator, dtype=torch.float64)
    ours, torchs = PReLU(slopes).double(), nn.PReLU(slopes).double()
    ours.weight.data, torchs.weight.data = weight, weight.clone()
    at = x.clone().requires_grad_()
    torchs(at).backward(upstream)
    found = prelu_backward(upstream, x, weight)
    close(ours(x), torchs(x))
    close(found.x, at.grad)
    close(found.weight, torchs.weight.grad)
    ours(x).backward(upstream)
    close(ours.weight.grad, torchs.weight.grad)


@given(st.lists(st.lists(st.floats(-5, 5), min_size=3, max_size=3), min_size=1, max_size=4), st.integers(0, 2))
@settings(max_examples=30)
def test_both_legs_of_the_prelu_gradient_equal_a_loop(x, channel):
    upstream = [[1.0 + row + column for column in range(3)] for row in range(len(x))]
    terms = [
        (column, upstream[row][column] * number)
        for row, numbers in enumerate(x)
        for column, number in enumerate(numbers)
        if number < 0
    ]
    for door in ("activation.prelu_gradient", "activation.prelu_gradient_formula"):
        shared = value(door, x=x, upstream=upstream)
        own = value(door, x=x, upstream=upstream, channel=channel, per_channel=True)
        assert shared == pytest.approx(sum(term for _, term in terms), abs=1e-9)
        assert own == pytest.approx(sum(term for column, term in terms if column == channel), abs=1e-9)


def test_maxout_is_the_largest_piece_and_relu_is_one_of_its_cases():
    layer = Maxout(3, 4, 2).double()
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pieces = [[layer.linear(row)[2 * unit : 2 * unit + 2].max().item() for unit in range(4)] for row in x]
    close(layer(x), torch.tensor(pieces, dtype=torch.float64))
    for z in (-2.5, 0.0, 3.0):
        assert value("activation.maxout", slopes=[1, 0], x=z) == functional.relu(torch.tensor(z)).item()
        assert value("activation.maxout", slopes=[1, -1], x=z) == abs(z)
        assert value("activation.maxout", slopes=[1, 2, -1], offsets=[0, -1, 3], x=z) == max(z, 2 * z - 1, 3 - z)


@given(st.integers(1, 50), st.integers(1, 20), st.integers(1, 6), st.integers(1, 9), st.booleans())
@settings(max_examples=30)
def test_maxout_counts(inputs, groups, pieces, after, bias):
    given = {
        "in_features": inputs,
        "width": groups * pieces,
        "num_pieces": pieces,
        "next_features": after,
        "bias": bias,
    }
    wide = groups * pieces
    counts = {
        ("outputs", "maxout"): (inputs + bias) * wide * pieces,
        ("outputs", "next"): (wide + bias) * after,
        ("linear_units", "maxout"): (inputs + bias) * wide,
        ("linear_units", "next"): (groups + bias) * after,
    }
    for (keep, layer), count in counts.items():
        assert value("activation.maxout_num_params", **given, keep=keep, layer=layer) == count


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5), st.floats(-5, 5), st.floats(-2, 2), st.floats(0, 3))
@settings(max_examples=40)
def test_a_unit_is_dead_where_no_point_of_the_box_lifts_it(weight, bias, low, width):
    high = low + width
    by_program = -optimize.linprog([-w for w in weight], bounds=[(low, high)] * len(weight)).fun + bias
    given = {"weight": weight, "bias": bias, "low": low, "high": high}
    assert value("activation.highest_preactivation", **given) == pytest.approx(by_program, abs=1e-7)
    formula = dead_units.highest_preactivation(torch.tensor(weight, dtype=torch.float64), bias, low, high)
    assert formula.item() == pytest.approx(by_program, abs=1e-7)
    if abs(by_program) > 1e-6:
        assert value("activation.unit_is_dead", **given) is (by_program < 0)


def test_dead_units_have_exactly_no_weight_gradient():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 3, generator=generator, dtype=torch.float64)
    layer = nn.Linear(3, 10).double()
    for parameter in layer.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    layer.bias.data[[1, 4, 7]] = -50
    functional.relu(layer(x)).square().sum().backward()
    expected = layer.weight.grad.abs().sum(1) == 0
    assert expected.sum() == 3
    assert dead_units.dead_units(layer.weight, layer.bias, x).tolist() == expected.tolist()


@pytest.mark.parametrize(("weight", "gradient"), [(4, 1), (8, 2**10), (2, 2**-10)])
def test_a_centred_sigmoid_chain_multiplies_by_a_quarter_of_its_weight(weight, gradient):
    given = {"name": "sigmoid", "weight": weight, "bias": -weight / 2, "x": 0.5}
    assert value("activation.chain_gradient", **given) == pytest.approx(gradient, rel=1e-12)


def test_chains_by_finite_differences():
    def run(x):
        for _ in range(4):
            x = math.tanh(1.3 * x - 0.2)
        return x

    found = value("activation.chain_gradient", name="tanh", weight=1.3, bias=-0.2, x=0.4, depth=4)
    assert found == pytest.approx((run(0.4 + 1e-6) - run(0.4 - 1e-6)) / 2e-6, rel=1e-7)
    assert value("activation.chain_gradient", name="step", depth=2) == 0


@pytest.mark.parametrize(
    ("widths", "name", "rank"),
    [([8, 3, 8], "identity", 3), ([2, 16, 8], "identity", 2), ([2, 16, 8], "relu", 8), ([5, 4, 6, 7], "identity", 4)],
)
def test_rank_of_a_stack(widths, name, rank):
    assert value("activation.stack_rank", widths=widths, name=name) == rank


def test_parameters():
    assert value("activation.num_params", name="prelu") == 1
    assert value("activation.num_params", name="prelu", num_parameters=16) == 16
    assert [value("activation.num_params", name=name) for name in NAMES if name != "prelu"] == [0] * 21


def test_the_straight_through_step():
    z = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)
    assert straight_through(z).tolist() == [0, 1, 1]
    assert slope_of(straight_through, z).tolist() == [1, 1, 1]


REFUSALS = [
    ("activation.value", {"name": "relu", "x": 1, "alpha": 1}, "has no setting 'alpha'; leave it out"),
    ("activation.value", {"name": "elu", "x": 1, "negative_slope": 1}, "it has 'alpha'"),
    ("activation.value", {"name": "relo", "x": 1}, "did you mean 'relu'"),
    ("activation.minimum", {"name": "sin"}, "has no dip below 0"),
    ("activation.minimum", {"name": "tanh"}, "has no dip below 0"),
    ("activation.softmax_entry", {"logits": [1, 2], "position": 2}, "numbered 0 to 1"),
    ("activation.maxout", {"slopes": [1, 2], "offsets": [1], "x": 0}, "each of the 2 slopes"),
    (
        "activation.maxout_num_params",
        {"in_features": 2, "width": 5, "num_pieces": 2, "keep": "linear_units"},
        "do not fall into groups",
    ),
    ("activation.prelu_gradient", {"x": [[1, 2]], "upstream": [[1]]}, "one shape"),
    (
        "activation.prelu_gradient",
        {"x": [[1, 2]], "upstream": [[1, 2]], "per_channel": True, "channel": 2},
        "there are 2 channels",
    ),
    ("activation.unit_is_dead", {"weight": [1], "bias": 0, "low": 1, "high": 0}, "is not below 0"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        value(name, **arguments)
    assert "\n" not in str(refusal.value)
