"""Networks, slopes and gradients beside torch, sympy and finite differences."""

import math
from itertools import pairwise

import numpy as np
import pytest
import sympy
import torch
from door_runs import run
from scipy import interpolate
from torch import nn

from engine.classic.networks.backprop import activate, backward, forward, slope
from engine.classic.networks.directional import by_gradient, by_limit, gradient, steepest, unit
from engine.classic.networks.mlp import MLP, xor_network
from engine.classic.networks.relu_bumps import bump, error_bound, through
from engine.classic.networks.scalar_autograd import Value, topological_order
from engine.errors import Refused

torch.set_num_threads(1)


def test_d2ls_perceptron_has_203530_parameters():
    with torch.device("meta"):
        network = MLP([784, 256, 10])
    assert sum(p.numel() for p in network.parameters()) == 203_530
    for name in ("mlp.num_params", "mlp.num_params_formula"):
        assert run(name, sizes=[784, 256, 10]).value == 203_530
        assert run(name, sizes=[784, 256, 10], bias=False).value == 784 * 256 + 256 * 10
        assert run(name, sizes=[3, 5, 4, 2]).value == 20 + 24 + 10


@pytest.mark.parametrize("activation", [torch.relu, torch.tanh])
def test_a_perceptron_is_torchs_sequence_of_layers(activation):
    generator = torch.Generator().manual_seed(0)
    network = MLP([3, 5, 4, 2], activation).double()
    for parameter in network.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    between = {torch.relu: nn.ReLU, torch.tanh: nn.Tanh}[activation]
    twin = nn.Sequential(nn.Linear(3, 5), between(), nn.Linear(5, 4), between(), nn.Linear(4, 2)).double()
    twin.load_state_dict(dict(zip(twin.state_dict(), network.state_dict().values(), strict=True)))
    x = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    torch.testing.assert_close(network(x), twin(x), rtol=1e-9, atol=1e-12)


def test_two_relus_compute_xor():
    for a in (0, 1):
        for b in (0, 1):
            assert xor_network()(torch.tensor([[float(a), float(b)]])).item() == a ^ b
            assert run("mlp.xor", a=a, b=b).value == a ^ b


def test_the_relu_network_is_the_linear_spline():
    rng = np.random.default_rng(1)
    knots, values = np.sort(rng.uniform(-2, 3, 9)), rng.standard_normal(9)
    curve = through(torch.from_numpy(knots), torch.from_numpy(values))
    x = np.linspace(knots[0], knots[-1], 200)
    np.testing.assert_allclose(
        curve(torch.from_numpy(x)).numpy(), interpolate.make_interp_spline(knots, values, k=1)(x), atol=1e-12
    )
    assert len(curve.kinks) == len(curve.coefficients) == 8


def test_a_bump_is_a_hat_function():
    x = np.linspace(-3, 3, 61)
    expected = np.interp(x, [-0.4, 0.5, 1.4], [0, 1, 0])
    np.testing.assert_allclose(bump(torch.from_numpy(x), 0.5, 0.9).numpy(), expected, atol=1e-12)


def test_the_error_of_a_wide_layer_stays_below_the_spline_bound():
    for units, figure in ((20, 0.0975), (80, 0.00629)):
        knots = np.linspace(-3, 3, units + 1)
        at = np.concatenate([np.linspace(a, b, 11) for a, b in pairwise(knots)])
        expected = np.abs(np.interp(at, knots, np.sin(3 * knots)) - np.sin(3 * at)).max()
        found = run("universal.error", function="sin(3x)", units=units).value
        bound = run("universal.error_bound", function="sin(3x)", units=units).value
        assert found == pytest.approx(expected, rel=1e-9)
        assert found == pytest.approx(figure, rel=5e-3)
        assert 0.95 * bound < found <= bound
        assert bound == pytest.approx((6 / units) ** 2 / 8 * 9, rel=1e-12)


def test_the_spline_bound_is_met_by_a_parabola():
    for width in (0.5, 2.0):
        middle = sympy.Rational(width) / 2
        largest = float(middle * sympy.Rational(width) - middle**2)
        assert error_bound(2.0, width) == pytest.approx(largest, rel=1e-12)
    assert run("universal.error", function="x^2", units=6).value == pytest.approx(0.25, rel=1e-9)


X, Y = sympy.symbols("x y")
EXPRESSION = X**2 * Y + sympy.sin(X + 2 * Y)
POINT, DIRECTION = (0.7, -1.3), (3.0, -1.0)


def field(p):
    return p[0] ** 2 * p[1] + (p[0] + 2 * p[1]).sin()


def sympys():
    at = dict(zip((X, Y), POINT, strict=True))
    return np.array([float(sympy.diff(EXPRESSION, v).subs(at)) for v in (X, Y)])


def test_gradient_and_directional_derivative_are_sympys():
    point, direction = (torch.tensor(v, dtype=torch.float64) for v in (POINT, DIRECTION))
    u = np.array(DIRECTION) / math.hypot(*DIRECTION)
    np.testing.assert_allclose(unit(direction).numpy(), u, rtol=1e-12)
    np.testing.assert_allclose(gradient(field, point).numpy(), sympys(), rtol=1e-9)
    assert by_gradient(field, point, direction).item() == pytest.approx(sympys() @ u, rel=1e-9)
    assert by_limit(field, point, direction).item() == pytest.approx(sympys() @ u, rel=1e-8)


def test_the_steepest_direction_is_the_gradient():
    g = sympys()
    slope_, angle = steepest(field, torch.tensor(POINT, dtype=torch.float64), 720)
    assert slope_ == pytest.approx(np.linalg.norm(g), rel=2e-5)
    assert angle == pytest.approx(math.degrees(math.atan2(g[1], g[0])), abs=0.26)


def test_a_function_with_slopes_and_no_gradient():
    def f(p):
        return p[0] ** 2 * p[1] / (p[0] ** 2 + p[1] ** 2)

    zero = torch.zeros(2).double()
    assert by_limit(f, zero, torch.tensor([1.0, 0.0]).double()).item() == 0
    assert by_limit(f, zero, torch.tensor([1.0, 1.0]).double()).item() == pytest.approx(2**-1.5, rel=1e-9)
    with pytest.raises(Refused, match="points nowhere"):
        unit(zero)


def test_slopes_of_polynomials_by_name():
    terms = [{"times": 2, "powers": [3, 1]}, {"times": -1, "powers": [0, 2]}, {"times": 5, "powers": [0, 0]}]
    f = 2 * X**3 * Y - Y**2 + 5
    g = [float(sympy.diff(f, v).subs({X: 1.5, Y: -2})) for v in (X, Y)]
    given = {"terms": terms, "point": [1.5, -2]}
    for suffix in ("", "_formula"):
        for i in range(2):
            assert run("derivative.partial" + suffix, **given, variable=i).value == pytest.approx(g[i], rel=1e-9)
        along = (3 * g[0] + 4 * g[1]) / 5
        assert run("derivative.directional" + suffix, **given, direction=[3, 4]).value == pytest.approx(along, rel=1e-9)
    assert run("derivative.steepest_formula", **given).value == pytest.approx(math.hypot(*g), rel=1e-9)
    assert run("derivative.steepest", **given).value == pytest.approx(math.hypot(*g), rel=1e-4)
    found = run("derivative.steepest", **given, of="angle").value
    assert found == pytest.approx(math.degrees(math.atan2(g[1], g[0])), abs=0.51)


def network(layout, seed=2):
    rng = np.random.default_rng(seed)
    shapes = [(4, 3), (4, 4), (2, 4)]
    w = [torch.from_numpy(rng.standard_normal(shape)) for shape in shapes]
    b = [torch.from_numpy(rng.standard_normal(shape[0])) for shape in shapes]
    x, y = torch.from_numpy(rng.standard_normal((3, 5))), torch.from_numpy(rng.standard_normal((2, 5)))
    if layout == "rows":
        return [part.T.contiguous() for part in w], b, x.T.contiguous(), y.T.contiguous()
    return w, b, x, y


LOSSES = {
    "half_sum": lambda e: e.square().sum() / 2,
    "sum": lambda e: e.square().sum(),
    "mean": lambda e: e.square().mean(),
}
TORCHS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "identity": lambda z: z}


def by_autograd(w, b, x, y, hidden, layout, loss):
    w, b = ([p.clone().requires_grad_() for p in parts] for parts in (w, b))
    a, sums = x, []
    for i in range(len(w)):
        z = w[i] @ a + b[i][:, None] if layout == "columns" else a @ w[i] + b[i]
        sums.append(z)
        a = TORCHS[hidden](z) if i < len(w) - 1 else z
    found = torch.autograd.grad(LOSSES[loss](a - y), [*sums, *w, *b])
    return [found[i :: len(w)] for i in range(len(w))]


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize(
    ("hidden", "loss"), [("sigmoid", "half_sum"), ("tanh", "sum"), ("relu", "mean"), ("identity", "mean")]
)
def test_the_delta_recursion_is_autograd_in_both_layouts(layout, hidden, loss):
    w, b, x, y = network(layout)
    found = backward(w, forward(w, b, x, hidden, layout), y, hidden, layout, loss)
    for layer, expected in zip(found, by_autograd(w, b, x, y, hidden, layout, loss), strict=True):
        for one, other in zip(layer, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hidden", TORCHS)
def test_activations_and_their_slopes(hidden):
    z = torch.linspace(-2, 2, 8, dtype=torch.float64).requires_grad_()
    a = TORCHS[hidden](z)
    torch.testing.assert_close(activate(z, hidden), a, rtol=1e-12, atol=0)
    (expected,) = torch.autograd.grad(a.sum(), z)
    torch.testing.assert_close(slope(a.detach(), hidden), expected, rtol=1e-9, atol=0)


def test_gradients_by_name_are_finite_differences():
    w, b, x, y = network("columns")
    given = {"weights": [p.tolist() for p in w], "biases": [p.tolist() for p in b], "x": x.tolist(), "y": y.tolist()}

    def loss(weights):
        a = x
        for i, (p, q) in enumerate(zip(weights, b, strict=True)):
            a = p @ a + q[:, None]
            a = a.sigmoid() if i < 2 else a
        return float((a - y).square().sum() / 2)

    moved = [[p.clone() for p in w] for _ in range(2)]
    for parts, h in zip(moved, (1e-5, -1e-5), strict=True):
        parts[0][2, 1] += h
    expected = (loss(moved[0]) - loss(moved[1])) / 2e-5
    for name in ("backprop.gradient", "backprop.gradient_formula"):
        assert run(name, **given, layer=1, of="weight", at=[2, 1]).value == pytest.approx(expected, rel=1e-5)
        delta = run(name, **given, layer=3, of="delta", at=[1, 4]).value
        assert delta == pytest.approx(
            by_autograd(w, b, x, y, "sigmoid", "columns", "half_sum")[2][0][1, 4].item(), rel=1e-9
        )
        assert run(name, **given, layer=3, of="bias", at=[0], loss="mean").value == pytest.approx(
            by_autograd(w, b, x, y, "sigmoid", "columns", "mean")[2][2][0].item(), rel=1e-9
        )


def test_shapes_of_the_other_layout_are_refused():
    w, b, x, y = network("columns")
    given = {"weights": [p.tolist() for p in w], "biases": [p.tolist() for p in b], "x": x.tolist(), "y": y.tolist()}
    with pytest.raises(Refused, match="do not fit"):
        run("backprop.gradient_formula", **given, layer=1, of="bias", at=[0], layout="rows")


def test_scalar_reverse_mode_is_torchs():
    def graph(x, y):
        a = x * y + x
        b = (a / y - x).tanh()
        return (b.sigmoid() + (x * x).log() * y.exp()) * a.relu()

    numbers = [Value(1.3), Value(0.4)]
    tensors = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (1.3, 0.4)]
    result, expected = graph(*numbers), graph(*tensors)
    result.backward()
    expected.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-12)
    assert [v.grad for v in numbers] == pytest.approx([t.grad.item() for t in tensors], rel=1e-9)
    order = topological_order(result)
    place = {id(node): i for i, node in enumerate(order)}
    assert all(place[id(parent)] < place[id(node)] for node in order for parent in node.parents)
    assert len(place) == len(order) == 15


def test_a_second_backward_starts_afresh():
    x = Value(3.0)
    y = x * x
    y.backward()
    y.backward()
    assert x.grad == 6


@pytest.mark.parametrize("name", ["autograd.gradient", "autograd.torch_gradient"])
def test_a_graph_by_name(name):
    steps = [["*", [0, 1]], ["+", [2, 0]], ["exp", [3]], ["/", [4, 1]]]
    x, y = sympy.symbols("x y")
    f = sympy.exp(x * y + x) / y
    for wrt, variable in enumerate((x, y)):
        expected = float(sympy.diff(f, variable).subs({x: 0.5, y: -1.5}))
        assert run(name, inputs=[0.5, -1.5], steps=steps, wrt=wrt).value == pytest.approx(expected, rel=1e-9)
    with pytest.raises(Refused, match="not made yet"):
        run(name, inputs=[1], steps=[["+", [0, 1]]], wrt=0)
    with pytest.raises(Refused, match="divides by 0"):
        run(name, inputs=[0], steps=[["log", [0]]], wrt=0)
