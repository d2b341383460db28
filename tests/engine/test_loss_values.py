"""Losses beside torch's functions, SciPy, sympy's derivatives and plain arithmetic."""

import math
from statistics import mean, median

import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, special
from torch.nn import functional

from engine.activations.named import find as activation
from engine.arguments import bind
from engine.errors import Refused
from engine.losses import named
from engine.losses.cross_entropy import cross_entropy, cross_entropy_slope
from engine.losses.masked_sequence import masked_cross_entropy
from engine.losses.named import NAMES
from engine.losses.output_delta import cross_entropy_delta, squared_error_delta
from engine.losses.structural_risk import ridge_slope
from engine.registry import find

torch.set_num_threads(1)
VALUES, GRADIENTS = ("loss.value", "loss.value_formula"), ("loss.gradient", "loss.gradient_formula")
R = sympy.Symbol("r", real=True)
UNUSUAL = {
    "huber": {"delta": 0.7},
    "smooth_l1": {"beta": 0.7},
    "quantile": {"q": 0.2},
    "focal": {"gamma": 1.5},
    "gaussian_nll": {"var": 0.3},
}
SHAPES = {  # by plain arithmetic, from one residual and the default setting
    "mse": lambda r: r**2,
    "mae": abs,
    "mbe": lambda r: r,
    "huber": lambda r: r**2 / 2 if abs(r) <= 1 else abs(r) - 0.5,
    "smooth_l1": lambda r: r**2 / 2 if abs(r) <= 1 else abs(r) - 0.5,
    "log_cosh": lambda r: math.log(math.cosh(r)),
    "quantile": lambda r: abs(r) / 2,
    "gaussian_nll": lambda r: r**2 / 2,
}
SLOPES = {"mse": R**2, "log_cosh": sympy.log(sympy.cosh(R)), "gaussian_nll": R**2 / 2}
TORCH = {
    "mse": functional.mse_loss,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "smooth_l1": functional.smooth_l1_loss,
    "bce": functional.binary_cross_entropy,
    "bce_with_logits": functional.binary_cross_entropy_with_logits,
    "rmse": lambda p, y: functional.mse_loss(p, y).sqrt(),
    "log_rmse": lambda p, y: functional.mse_loss(p.clamp(1).log(), y.log()).sqrt(),
    "gaussian_nll": lambda p, y: functional.gaussian_nll_loss(p, y, torch.ones_like(p)),
    "hinge": lambda p, y: functional.relu(1 - y * p).mean(),
}


def value(name, /, **given):
    door = find(name)
    return door.call(**bind(door, given)).value


def close(found, expected, atol=1e-12):
    torch.testing.assert_close(found, expected, rtol=1e-11, atol=atol)


def drawn(name, seed, count=6):
    generator = torch.Generator().manual_seed(seed)
    z, w = torch.randn(2, count, generator=generator, dtype=torch.float64)
    if name == "bce":
        return torch.sigmoid(2 * z), torch.sigmoid(w)
    if name == "bce_with_logits":
        return 5 * z, torch.sigmoid(w)
    if name == "focal":
        return 3 * z, (w > 0).double()
    if name == "hinge":
        return 2 * z, w.sign()
    if name == "log_rmse":
        return 2 + 3 * z, 0.5 + w.abs()
    return 2 * z, w


@given(seed=st.integers(0, 2**31))
@settings(max_examples=20)
@pytest.mark.parametrize("name", TORCH)
def test_value_and_gradient_equal_torch(name, seed):
    p, y = drawn(name, seed)
    at = p.clone().requires_grad_()
    loss = TORCH[name](at, y)
    (slope,) = torch.autograd.grad(loss, at)
    close(named.value(name, p, y), loss.detach())
    close(named.gradient(name, p, y), slope)
    again = p.clone().requires_grad_()
    close(torch.autograd.grad(named.value(name, again, y), again)[0], slope)
    given = {"name": name, "prediction": p.tolist(), "target": y.tolist()}
    assert [value(door, **given) for door in VALUES] == [pytest.approx(loss.item(), rel=1e-11, abs=1e-12)] * 2
    assert [value(door, **given, position=3) for door in GRADIENTS] == [
        pytest.approx(slope[3].item(), rel=1e-11, abs=1e-12)
    ] * 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_gradients_by_finite_differences_and_every_leg(name, seed):
    p, y = drawn(name, seed)
    given = {"name": name, "target": y.tolist(), "reduction": "half_sum", "settings": UNUSUAL.get(name, {})}
    h = 1e-6
    up, down = ([*p[:2].tolist(), p[2].item() + e, *p[3:].tolist()] for e in (h, -h))
    by_hand = (value("loss.value", **given, prediction=up) - value("loss.value", **given, prediction=down)) / (2 * h)
    for door in GRADIENTS:
        assert value(door, **given, prediction=p.tolist(), position=2) == pytest.approx(by_hand, abs=1e-7, rel=1e-6)
    values = [value(door, **given, prediction=p.tolist()) for door in VALUES]
    assert values[0] == pytest.approx(values[1], rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("name", SHAPES)
@given(r=st.floats(-20, 20))
@settings(max_examples=20)
def test_one_residual_by_plain_arithmetic(name, r):
    for door in VALUES:
        assert value(door, name=name, prediction=[3 + r], target=[3]) == pytest.approx(SHAPES[name](r), abs=1e-8)


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("r", [-3, -1, 0, 2])
def test_slopes_by_sympy(name, r):
    exact = float(sympy.diff(SLOPES[name], R).subs(R, r).evalf(30))
    for door in GRADIENTS:
        assert value(door, name=name, prediction=[r], target=[0]) == pytest.approx(exact, abs=1e-12)


@given(
    seed=st.integers(0, 999),
    delta=st.floats(0.1, 5),
    q=st.floats(0.05, 0.95),
    gamma=st.floats(0, 4),
    var=st.floats(0.01, 9),
)
@settings(max_examples=25)
def test_settings_reach_both_legs(seed, delta, q, gamma, var):
    p, y = drawn("mse", seed)
    logits, classes = drawn("focal", seed)
    probability = 1 / (1 + torch.exp(torch.where(classes > 0, -logits, logits)))
    expected = {
        "huber": ({"delta": delta}, torch.from_numpy(special.huber(delta, (p - y).numpy())).mean()),
        "smooth_l1": ({"beta": delta}, functional.smooth_l1_loss(p, y, beta=delta)),
        "quantile": ({"q": q}, torch.stack([q * (y - p), (q - 1) * (y - p)]).amax(0).mean()),
        "focal": ({"gamma": gamma}, -((1 - probability) ** gamma * probability.log()).mean()),
        "gaussian_nll": ({"var": var}, functional.gaussian_nll_loss(p, y, torch.full_like(p, var))),
    }
    for name, (setting, exact) in expected.items():
        a, b = (logits, classes) if name == "focal" else (p, y)
        for door in VALUES:
            found = value(door, name=name, prediction=a.tolist(), target=b.tolist(), settings=setting)
            assert found == pytest.approx(exact.item(), rel=1e-10)


def test_reductions_and_the_notes_own_example():
    given = {"prediction": [2.5, 0.0, 2.0, 9.0], "target": [1, 1, 2, 6]}
    errors = [1.5, -1, 0, 3]
    for door in VALUES:
        assert value(door, name="mse", **given) == pytest.approx(sum(e * e for e in errors) / 4)
        assert value(door, name="mse", **given, reduction="sum") == pytest.approx(sum(e * e for e in errors))
        assert value(door, name="mse", **given, reduction="half_mean") == pytest.approx(sum(e * e for e in errors) / 8)
        assert value(door, name="mse", **given, reduction="half_sum") == pytest.approx(sum(e * e for e in errors) / 2)
        assert value(door, name="mae", **given) == pytest.approx(5.5 / 4)
        assert value(door, name="mbe", **given) == pytest.approx(3.5 / 4)
        assert value(door, name="rmse", **given) == pytest.approx(math.sqrt(12.25 / 4))


def test_log_rmse_of_twice_the_price_is_log_two_at_any_price():
    for price in (1, 30, 5e6):
        for door in VALUES:
            assert value(door, name="log_rmse", prediction=[2 * price], target=[price]) == pytest.approx(math.log(2))
            assert value(door, name="log_rmse", prediction=[-3], target=[math.e]) == pytest.approx(1)


def test_a_large_wrong_logit_costs_its_size():
    for door in VALUES:
        assert value(door, name="bce_with_logits", prediction=[-800], target=[1]) == 800
        assert value(door, name="gaussian_nll", prediction=[0], target=[0], settings={"var": 0.01}) == pytest.approx(
            math.log(0.01) / 2
        )


TARGETS = st.lists(st.floats(-50, 50).map(lambda x: round(x, 3)), min_size=1, max_size=9)


@given(targets=TARGETS, delta=st.sampled_from([0.5, 1.0, 4.0]), q=st.sampled_from([0.1, 0.25, 0.5, 0.9]))
@settings(max_examples=25, deadline=None)
def test_best_constants(targets, delta, q):
    ordered = sorted(targets)
    place = q * len(ordered)
    whole = abs(place - round(place)) < 1e-9
    quantile = (ordered[round(place) - 1] + ordered[round(place)]) / 2 if whole else ordered[math.floor(place)]
    expected = {"mse": ({}, mean(targets)), "mae": ({}, median(targets)), "quantile": ({"q": q}, quantile)}
    for name, (setting, exact) in expected.items():
        for door in ("loss.best_constant", "loss.best_constant_formula"):
            assert value(door, name=name, targets=targets, settings=setting) == pytest.approx(exact, abs=1e-7)
    searched, exact = (
        value(f"loss.{door}", name="huber", targets=targets, settings={"delta": delta})
        for door in ("best_constant", "best_constant_formula")
    )
    assert searched == pytest.approx(exact, abs=1e-7)
    y = torch.tensor(targets, dtype=torch.float64).numpy()
    least = optimize.minimize_scalar(
        lambda c: special.huber(delta, y - c).sum(), bounds=(min(targets) - 1, max(targets) + 1), method="bounded"
    )
    assert special.huber(delta, y - exact).sum() <= least.fun + 1e-9


def test_the_outlier_of_the_notes():
    targets = [1, 2, 3, 100]
    found = {name: value("loss.best_constant", name=name, targets=targets) for name in ("mse", "mae", "huber")}
    assert found == {"mse": 26.5, "mae": 2.5, "huber": pytest.approx(2.5)}


@given(
    seed=st.integers(0, 2**31),
    classes=st.integers(2, 6),
    smoothing=st.sampled_from([0.0, 0.1, 0.5]),
    reduction=st.sampled_from(["mean", "sum"]),
)
@settings(max_examples=30)
def test_cross_entropy_equals_torch(seed, classes, smoothing, reduction):
    generator = torch.Generator().manual_seed(seed)
    z = 3 * torch.randn(4, classes, generator=generator, dtype=torch.float64)
    y = torch.randint(classes, (4,), generator=generator)
    at = z.clone().requires_grad_()
    loss = functional.cross_entropy(at, y, label_smoothing=smoothing, reduction=reduction)
    (slope,) = torch.autograd.grad(loss, at)
    scale = 4 if reduction == "mean" else 1
    close(cross_entropy(z, y, smoothing).sum() / scale, loss.detach())
    close(cross_entropy_slope(z, y, smoothing) / scale, slope)
    again = z.clone().requires_grad_()
    close(torch.autograd.grad(cross_entropy(again, y, smoothing).sum() / scale, again)[0], slope)
    given = {"logits": z.tolist(), "targets": y.tolist(), "label_smoothing": smoothing, "reduction": reduction}
    for door in ("loss.cross_entropy", "loss.cross_entropy_formula"):
        assert value(door, **given) == pytest.approx(loss.item(), rel=1e-11)
        assert value(door, **given, base="2") == pytest.approx(loss.item() / math.log(2), rel=1e-11)
    for door in ("loss.cross_entropy_gradient", "loss.cross_entropy_gradient_formula"):
        assert value(door, **given, sample=2, logit=1) == pytest.approx(slope[2, 1].item(), abs=1e-12)


def test_smoothed_targets_and_a_certain_guess():
    assert value("loss.smoothed_target", classes=10, label_smoothing=0.1) == pytest.approx(0.91)
    assert value("loss.smoothed_target", classes=10, label_smoothing=0.1, true_class=False) == pytest.approx(0.01)
    assert value("loss.cross_entropy_formula", logits=[[0, 0, 0, 0]], targets=[2], base="2") == pytest.approx(2)


MASSES = st.lists(st.floats(0.01, 1), min_size=4, max_size=4)


@given(p=MASSES, q=MASSES)
@settings(max_examples=30)
def test_divergences_equal_scipy(p, q):
    p, q = [x / sum(p) for x in p], [x / sum(q) for x in q]
    expected = {
        "entropy": sum(special.entr(x) for x in p),
        "kl_divergence": sum(special.rel_entr(x, y) for x, y in zip(p, q, strict=True)),
    }
    expected["cross_entropy_of"] = expected["entropy"] + expected["kl_divergence"]
    for name, nats in expected.items():
        given = {"p": p} if name == "entropy" else {"p": p, "q": q}
        for door in (f"loss.{name}", f"loss.{name}_formula"):
            assert value(door, **given) == pytest.approx(nats, rel=1e-9, abs=1e-12)
            assert value(door, **given, base="2") == pytest.approx(nats / math.log(2), rel=1e-9, abs=1e-12)


def test_divergences_where_a_mass_is_zero():
    for door in ("loss.cross_entropy_of", "loss.cross_entropy_of_formula"):
        assert value(door, p=[1, 0], q=[0.25, 0.75], base="2") == pytest.approx(2)
        assert value(door, p=[0.5, 0.5], q=[1, 0]) == math.inf
        assert value(door, p=[1, 0], q=[1, 0]) == 0
    for door in ("loss.kl_divergence", "loss.kl_divergence_formula"):
        assert value(door, p=[1, 0], q=[0.5, 0.5], base="2") == pytest.approx(1)
        assert value(door, p=[0.5, 0.5], q=[1, 0]) == math.inf
    assert value("loss.entropy", p=[1, 0]) == pytest.approx(0, abs=1e-12)


@given(
    rows=st.lists(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), min_size=1, max_size=3),
    lens=st.lists(st.integers(0, 5), min_size=3, max_size=3),
)
@settings(max_examples=30)
def test_masked_sequences_equal_a_loop(rows, lens):
    lens = lens[: len(rows)]
    assume(sum(lens))
    total = sum(-math.log(row[t]) for row, length in zip(rows, lens, strict=True) for t in range(length))
    given = {"probabilities": rows, "valid_lens": lens}
    for door in ("loss.masked_sequence", "loss.masked_sequence_formula"):
        assert value(door, **given) == pytest.approx(total / sum(lens), abs=1e-10)
        assert value(door, **given, denominator="all") == pytest.approx(total / (5 * len(rows)), abs=1e-10)


def test_masked_cross_entropy_equals_ignore_index_with_gradients():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 5, 7, generator=generator, dtype=torch.float64).requires_grad_()
    targets = torch.randint(7, (3, 5), generator=generator)
    lens = torch.tensor([5, 2, 3])
    ignored = targets.clone()
    for row, length in enumerate(lens.tolist()):
        ignored[row, length:] = -100
    torchs = functional.cross_entropy(logits.flatten(0, 1), ignored.flatten(), ignore_index=-100)
    ours = masked_cross_entropy(logits, targets, lens)
    close(ours, torchs)
    close(masked_cross_entropy(logits, targets, lens, "all"), torchs * 10 / 15)
    found, expected = (torch.autograd.grad(loss, logits)[0] for loss in (ours, torchs))
    close(found, expected)
    assert found[1, 2:].abs().max() == 0


@given(z=st.floats(-9, 9), y=st.floats(0, 1), name=st.sampled_from(["sigmoid", "tanh", "identity", "softplus"]))
@settings(max_examples=40)
def test_output_deltas_equal_autograd(z, y, name):
    at, true = torch.tensor(z, dtype=torch.float64, requires_grad=True), torch.tensor(y, dtype=torch.float64)
    torchs = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "identity": torch.clone, "softplus": functional.softplus}
    (squared,) = torch.autograd.grad((torchs[name](at) - true) ** 2 / 2, at)
    (bce,) = torch.autograd.grad(functional.binary_cross_entropy_with_logits(at, true), at)
    close(squared_error_delta(at.detach(), true, activation(name)), squared)
    close(cross_entropy_delta(at.detach(), true), bce)
    for door in ("loss.output_delta", "loss.output_delta_formula"):
        given = {"loss": "half_squared_error", "z": z, "y": y, "activation": name}
        assert value(door, **given) == pytest.approx(squared.item(), abs=1e-12)
        assert value(door, loss="bce", z=z, y=y) == pytest.approx(bce.item(), abs=1e-12)


def test_published_deltas_of_a_saturated_output():
    assert value("loss.output_delta", loss="half_squared_error", z=-8, y=1) == pytest.approx(-3.35e-4, rel=2e-3)
    assert value("loss.output_delta", loss="bce", z=-8, y=1) == pytest.approx(-0.99966, abs=1e-5)
    assert value("loss.output_delta", loss="half_squared_error", z=3, y=1, activation="step") == 0


@given(weights=st.lists(st.floats(-5, 5), min_size=1, max_size=4), lam=st.floats(0, 3))
@settings(max_examples=30)
def test_structural_risk_by_plain_arithmetic(weights, lam):
    data = (1 + 9) / 2
    sizes = {"l2": sum(w * w for w in weights), "l1": sum(map(abs, weights))}
    sizes["half_l2"] = sizes["l2"] / 2
    for penalty, size in sizes.items():
        given = {"prediction": [1, 4], "target": [0, 1], "weights": weights, "lam": lam, "penalty": penalty}
        for door in ("loss.structural_risk", "loss.structural_risk_formula"):
            assert value(door, **given) == pytest.approx(data + lam * size, abs=1e-9)


def test_ridge_slope_is_where_the_risk_is_least():
    x, y = torch.randn(2, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    w = ridge_slope(x, y, 0.7).requires_grad_()
    (slope,) = torch.autograd.grad((w * x - y).square().mean() + 0.7 * w**2, w)
    assert abs(slope.item()) < 1e-12


REFUSALS = [
    ("loss.value", {"name": "mse", "prediction": [1, 2], "target": [1]}, "each of the 2 predictions"),
    ("loss.value", {"name": "mse", "prediction": [1], "target": [1], "settings": {"delta": 1}}, "no setting 'delta'"),
    ("loss.value", {"name": "huber", "prediction": [1], "target": [1], "settings": {"q": 0.5}}, "it has 'delta'"),
    ("loss.value", {"name": "bce", "prediction": [1], "target": [1]}, "both excluded"),
    ("loss.value", {"name": "hinge", "prediction": [1], "target": [0]}, "-1 or 1"),
    ("loss.value", {"name": "focal", "prediction": [1], "target": [0.5]}, "0 or 1"),
    ("loss.value", {"name": "log_rmse", "prediction": [1], "target": [0]}, "above 0"),
    ("loss.gradient", {"name": "mse", "prediction": [1], "target": [1], "position": 1}, "numbered 0 to 0"),
    ("loss.gradient", {"name": "rmse", "prediction": [1], "target": [1]}, "not a number"),
    ("loss.best_constant", {"name": "hinge", "targets": [1]}, "not hinge"),
    ("loss.best_constant_formula", {"name": "log_cosh", "targets": [1]}, "ask loss.best_constant"),
    ("loss.entropy", {"p": [0.5, 0.4]}, "sums to 0.9"),
    ("loss.kl_divergence", {"p": [1], "q": [0.5, 0.5]}, "the same outcomes"),
    ("loss.cross_entropy_gradient", {"logits": [[1, 2]], "targets": [0], "logit": 2}, "2 logits"),
    ("loss.masked_sequence", {"probabilities": [[0.5]], "valid_lens": [2]}, "at most 1"),
    ("loss.masked_sequence", {"probabilities": [[0.5]], "valid_lens": [0]}, "not all of them 0"),
    ("loss.output_delta", {"loss": "bce", "z": 0, "y": 1, "activation": "tanh"}, "activation is the sigmoid"),
    ("loss.output_delta", {"loss": "bce", "z": 0, "y": 2}, "from 0 to 1"),
    ("loss.structural_risk", {"prediction": [1], "target": [], "weights": [1], "lam": 1}, "1 to 256 items"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        value(name, **arguments)
    assert "\n" not in str(refusal.value)
