"""A small table from end to end, beside arithmetic by hand."""

import pytest
import torch
from door_runs import run

from engine.training.tabular import Preparation, choose, cross_validated, fit_ridge

ROWS = [
    {"id": 1.0, "area": 1.0, "kind": "a"},
    {"id": 2.0, "area": 5.0, "kind": None},
    {"id": 3.0, "area": 3.0, "kind": "a"},
]


def test_features_come_from_training_rows_only():
    prepared = Preparation.of(ROWS, drop=("id",))
    std = (8 / 3) ** 0.5
    expected = [[-2 / std, 0.0, 1.0], [2 / std, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [97 / std, 1.0, 0.0]]
    asked = [*ROWS, {"id": 4.0, "area": None, "kind": "new"}, {"id": 5.0, "area": 100.0, "kind": None}]
    torch.testing.assert_close(prepared.matrix(asked), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("lam", [0.0, 0.5])
def test_ridge_is_the_solution_of_its_normal_equations(lam):
    generator = torch.Generator().manual_seed(1)
    x, y = (torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((20, 3), (20,)))
    weight, bias = fit_ridge(x, y, lam)
    weight, bias = weight.requires_grad_(), bias.requires_grad_()
    risk = (x @ weight + bias - y).square().mean() + lam * weight.square().sum()
    for part in torch.autograd.grad(risk, [weight, bias]):
        torch.testing.assert_close(part, torch.zeros_like(part), rtol=0, atol=1e-12)


def test_the_smallest_mean_error_is_chosen():
    rows = [{"x": float(i % 5)} for i in range(15)]
    target = [2 * (i % 5) + 1.0 for i in range(15)]
    errors = [cross_validated(rows, target, lam, 3, ()) for lam in (5.0, 0.0, 1.0)]
    assert errors[1] == pytest.approx(0, abs=1e-20)
    assert choose(rows, target, (5.0, 0.0, 1.0), 3, ()) == 0.0
    weight, bias = fit_ridge(
        torch.tensor([[(i - 2) / 2**0.5] for i in range(5)] * 2).double(), torch.tensor(target[:10]).double(), 1.0
    )
    held = torch.tensor([[(i - 2) / 2**0.5] for i in range(5)]).double()
    assert errors[2] == pytest.approx((held @ weight + bias - torch.tensor(target[:5]).double()).square().mean().item())


@pytest.mark.parametrize(
    ("area", "home", "price"), [(5, "house", 40), (2, "flat", 16), (-100, "flat", -290), (None, "house", 50.5)]
)
def test_a_price_is_what_the_rule_says(area, home, price):
    assert run("training.price_predicted", area=area, home=home).value == pytest.approx(price, abs=1e-5)


def test_a_tent_is_neither_flat_nor_house():
    tent, flat, house = (run("training.price_predicted", area=4, home=home).value for home in ("tent", "flat", "house"))
    assert flat == pytest.approx(22, abs=1e-5)
    assert flat < tent < house


def test_a_column_with_nothing_in_it_says_nothing():
    rows = [{"x": 1.0, "gone": None}, {"x": 3.0, "gone": None}]
    assert Preparation.of(rows).matrix(rows).tolist() == [[-1.0, 0.0], [1.0, 0.0]]
