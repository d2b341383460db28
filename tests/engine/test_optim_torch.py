"""Our update rules beside torch's: the same 200 steps on an ill-conditioned quadratic and on Rosenbrock's valley."""

import pytest
import torch
from torch.testing import assert_close

from engine import optim
from engine.errors import Refused

torch.set_num_threads(1)

ROWS = [
    (optim.SGD, torch.optim.SGD, {"lr": 1e-3}),
    (optim.SGD, torch.optim.SGD, {"lr": 1e-3, "weight_decay": 0.3}),
    (optim.Momentum, torch.optim.SGD, {"lr": 5e-4, "momentum": 0.8}),
    (optim.Momentum, torch.optim.SGD, {"lr": 5e-4, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.2}),
    (optim.Nesterov, torch.optim.SGD, {"lr": 5e-4, "momentum": 0.8, "weight_decay": 0.2, "nesterov": True}),
    (optim.RMSprop, torch.optim.RMSprop, {"lr": 1e-2}),
    (optim.RMSprop, torch.optim.RMSprop, {"lr": 1e-3, "alpha": 0.8, "eps": 0.1, "weight_decay": 0.2}),
    (optim.RMSprop, torch.optim.RMSprop, {"lr": 1e-3, "alpha": 0.9, "eps": 0.1, "momentum": 0.7}),
    (optim.Adam, torch.optim.Adam, {"lr": 1e-2}),
    (optim.Adam, torch.optim.Adam, {"lr": 1e-2, "betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.2}),
    (optim.AdamW, torch.optim.AdamW, {"lr": 1e-2}),
    (optim.AdamW, torch.optim.AdamW, {"lr": 1e-2, "betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.4}),
    (optim.Adagrad, torch.optim.Adagrad, {"lr": 0.1}),
    (optim.Adagrad, torch.optim.Adagrad, {"lr": 0.1, "eps": 1e-2, "weight_decay": 0.2}),
    (optim.Adadelta, torch.optim.Adadelta, {}),
    (optim.Adadelta, torch.optim.Adadelta, {"lr": 0.5, "rho": 0.7, "eps": 1e-3, "weight_decay": 0.2}),
    (optim.Adamax, torch.optim.Adamax, {"lr": 1e-2}),
    (optim.Adamax, torch.optim.Adamax, {"lr": 1e-2, "betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.2}),
    (optim.Nadam, torch.optim.NAdam, {"lr": 1e-2}),
    (
        optim.Nadam,
        torch.optim.NAdam,
        {"lr": 1e-2, "betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.2, "momentum_decay": 0.1},
    ),
    (optim.NadamDozat, torch.optim.NAdam, {"lr": 1e-2, "momentum_decay": 1e9}),
]


@pytest.fixture(autouse=True)
def _float64():
    """Torch's NAdam keeps its product of momenta in the default type: in float32 it errs by 1e-8."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def ravine(point):
    return 0.5 * (point[0] ** 2 + 100 * point[1] ** 2) + 3 * point[0]


def valley(point):
    return (1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2


def path(make, loss, steps=200):
    point = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([point])
    points = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss(point).backward()
        optimizer.step()
        points.append(point.detach().clone())
    return torch.stack(points)


@pytest.mark.parametrize("loss", [ravine, valley])
@pytest.mark.parametrize(("ours", "torchs", "settings"), ROWS)
def test_200_steps_equal_torchs(ours, torchs, settings, loss):
    mine = {name: value for name, value in settings.items() if name != "nesterov"}
    expected = path(lambda params: torchs(params, **settings), loss)
    assert expected.isfinite().all()
    assert (expected[-1] - expected[0]).norm() > 0.05
    assert_close(path(lambda params: ours(params, **mine), loss), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("ours", "torchs"), [(ours, torchs) for ours, torchs, _ in ROWS if torchs is not torch.optim.SGD]
)
def test_defaults_are_torchs(ours, torchs):
    expected = path(torchs, valley, 5)
    if ours is not optim.NadamDozat:
        assert_close(path(ours, valley, 5), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("ours", "torchs", "settings"),
    [(optim.Adam, torch.optim.Adam, {"lr": 0.1}), (optim.RMSprop, torch.optim.RMSprop, {})],
)
def test_the_state_has_torchs_names_and_values(ours, torchs, settings):
    states = []
    for make in (ours, torchs):
        point = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
        optimizer = make([point], **settings)
        for _ in range(3):
            optimizer.zero_grad()
            valley(point).backward()
            optimizer.step()
        states.append(optimizer.state[point])
    common = states[0].keys() & states[1].keys()
    assert "step" in common or "square_avg" in common
    for name in common:
        assert_close(states[0][name], states[1][name].to(torch.float64), rtol=1e-12, atol=1e-12)


def test_parameters_without_a_gradient_are_left_alone_and_several_are_stepped():
    first, second, third = (torch.ones(2, dtype=torch.float64, requires_grad=True) for _ in range(3))
    optimizer = optim.Adam([first, second, third], lr=0.1)
    (first.sum() - third.sum()).backward()
    optimizer.step()
    assert second.tolist() == [1.0, 1.0]
    assert_close(first.detach(), torch.full((2,), 0.9, dtype=torch.float64))
    assert_close(third.detach(), torch.full((2,), 1.1, dtype=torch.float64))
    optimizer.zero_grad()
    assert first.grad is None


def test_a_step_calls_its_closure_once_and_returns_the_loss():
    point = torch.tensor([3.0], requires_grad=True)
    optimizer = optim.SGD([point], lr=0.5)
    calls = []

    def closure():
        calls.append(1)
        optimizer.zero_grad()
        loss = point.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 9.0
    assert len(calls) == 1
    assert point.item() == 0.0


@pytest.mark.parametrize("look_ahead", [optim.NesterovBook, optim.RMSpropNesterov, optim.BFGS, optim.LBFGS])
def test_what_asks_for_other_gradients_needs_a_closure(look_ahead):
    point = torch.ones(1, requires_grad=True)
    point.grad = torch.ones(1)
    with pytest.raises(Refused, match=f"^{look_ahead.__name__} needs a closure"):
        look_ahead([point]).step()


def test_a_tensor_of_rates_makes_runs_side_by_side():
    rates = torch.tensor([[0.1], [0.2]], dtype=torch.float64)
    together = torch.ones(2, 1, dtype=torch.float64, requires_grad=True)
    optimizer = optim.Momentum([together], lr=rates)
    alone = [torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in rates]
    others = [optim.Momentum([point], lr=float(rate)) for point, rate in zip(alone, rates, strict=True)]
    for _ in range(5):
        for point, stepper in [(together, optimizer), *zip(alone, others, strict=True)]:
            stepper.zero_grad()
            point.square().sum().backward()
            stepper.step()
    assert_close(together.detach(), torch.stack(alone).detach(), rtol=0, atol=0)
