"""Weight decay and the L2 penalty beside torch's optimizers, which step the same weights."""

import math

import pytest
import torch
from door_runs import run

from engine.errors import Refused
from engine.optim.adam import Adam, AdamW
from engine.optim.sgd import SGD
from engine.regularization.weight_decay import decayed_step, penalised_step, weights_without_gradient

START, GRADIENT = [2.0, -1.0, 0.5], [3.0, -0.2, 0.0]


def numbers(values):
    return torch.tensor(values, dtype=torch.float64)


def torchs(build, steps, start=START, gradient=GRADIENT):
    weights = torch.nn.Parameter(numbers(start))
    optimizer = build([weights])
    for _ in range(steps):
        weights.grad = numbers(gradient)
        optimizer.step()
    return weights.detach()


def test_decay_and_half_l2_penalty_are_torchs_sgd():
    decayed = penalised = numbers(START)
    for _ in range(7):
        decayed = decayed_step(decayed, numbers(GRADIENT), lr=0.1, weight_decay=0.3)
        penalised = penalised_step(penalised, numbers(GRADIENT), lr=0.1, lam=0.3)
    expected = torchs(lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.3), 7)
    torch.testing.assert_close(decayed, expected, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(penalised, expected, rtol=1e-12, atol=1e-14)


def test_without_the_half_the_decay_is_twice_as_strong():
    found = penalised_step(numbers(START), numbers(GRADIENT), lr=0.1, lam=0.3, convention="l2")
    expected = torchs(lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.6), 1)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("ours", "twin"), [(SGD, torch.optim.SGD), (Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW)]
)
def test_weights_without_a_gradient_are_torchs(ours, twin):
    path = weights_without_gradient(numbers(START), lambda p: ours(p, lr=0.1, weight_decay=0.2), 5)
    expected = torchs(lambda p: twin(p, lr=0.1, weight_decay=0.2), 5, gradient=[0.0, 0.0, 0.0])
    torch.testing.assert_close(path[-1], expected, rtol=1e-9, atol=1e-12)
    assert path[0].tolist() == START


def test_adam_and_adamw_part_company():
    """Five steps from (1, 2) with gradients (3, 0.01), learning rate and decay 0.1."""
    for ours, twin, expected in ((Adam, torch.optim.Adam, [0.500, 1.503]), (AdamW, torch.optim.AdamW, [0.461, 1.412])):
        weights = numbers([1.0, 2.0])
        optimizer = ours([weights], lr=0.1, weight_decay=0.1)
        for _ in range(5):
            weights.grad = numbers([3.0, 0.01])
            optimizer.step()
        other = torchs(lambda p, twin=twin: twin(p, lr=0.1, weight_decay=0.1), 5, [1.0, 2.0], [3.0, 0.01])
        torch.testing.assert_close(weights, other, rtol=1e-9, atol=1e-12)
        assert weights.tolist() == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("method", "expected"), [("half_l2", 0.95), ("sgd", 0.95), ("adamw", 0.95), ("l2", 0.9), ("adam", 0.95)]
)
def test_factor_of_one_step(method, expected):
    weight = 2.0  # Adam's step is lr = 0.1 whatever λ is: 1 - 0.1/2 by accident the same, and not for another weight
    assert run("weight_decay.factor", lr=0.1, lam=0.5, method=method, weight=weight).value == pytest.approx(
        expected, rel=1e-7
    )
    if method != "adam":
        found = run("weight_decay.factor", lr=0.1, lam=0.25, method=method, weight=0.3).value
        assert found == pytest.approx((1 + expected) / 2, rel=1e-12)
    else:
        found = run("weight_decay.factor", lr=0.1, lam=0.25, method=method, weight=0.4).value
        assert found == pytest.approx(0.75, rel=1e-6)


@pytest.mark.parametrize(("lr", "decay", "share"), [(0.1, 0.01, 0.5), (0.5, 0.2, 0.1), (0.1, 1.0, 0.9), (0.2, 0.3, 1)])
def test_steps_until_a_share_is_left(lr, decay, share):
    expected = math.ceil(math.log(share) / math.log(1 - lr * decay)) if share < 1 else 0
    assert run("weight_decay.steps_to_shrink", lr=lr, weight_decay=decay, share=share).value == expected


def test_a_decay_that_never_gets_there_is_refused():
    with pytest.raises(Refused, match="after 20,000 steps"):
        run("weight_decay.steps_to_shrink", lr=1e-9, weight_decay=1e-3)
