"""Claims about depth and shortcuts: each holds, fails in its controls, and shows both."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from model_runs import run

from engine.experiments.models import _fully_connected, residual_training

torch.set_num_threads(1)

CLAIMS = [
    ("residual.depth_hurts_training", {"skip": False}, [{"skip": True}, {"skip": False, "layers": 8}]),
    ("residual.deeper_responds_less", {"skip": True}, [{"skip": False}]),
    (
        "residual.first_gradient_explodes",
        {"skip": False},
        [{"skip": True}, {"skip": False, "batch_norm": False}, {"skip": False, "layers": 10}],
    ),
    ("residual.output_is_sum_of_branches", {"order": "pre_activation"}, [{"order": "original"}]),
    ("residual.zero_stack_returns_input", {"order": "pre_activation"}, [{"order": "original"}]),
    ("residual.zero_stack_returns_input", {"order": "original", "signed": False}, [{"order": "original"}]),
    ("residual.one_layer_is_linear", {"layers": 1}, [{"layers": 2}]),
    (
        "residual.insertion_keeps_loss",
        {"block": "zero_residual"},
        [{"block": "random_residual"}, {"block": "random_plain"}],
    ),
    ("densenet.features_pass_unchanged", {"through": "dense_block"}, [{"through": "residual_blocks"}]),
    ("densenet.features_pass_unchanged", {"through": "dense_block"}, [{"through": "transition"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_a_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", sorted({name for name, *_ in CLAIMS}))
def test_evidence_shows_both_outcomes(name):
    holding = next(holding for claim, holding, _ in CLAIMS if claim == name)
    assert_shows(name, holding)


def test_curves_and_bars_are_shown_beside_the_table():
    (responses,) = run("residual.deeper_responds_less").evidence()[2:]
    assert len(responses.rows) == 8
    (gradients,) = run("residual.first_gradient_explodes").evidence()[2:]
    assert [len(series.y) for series in gradients.series] == [50] * 3


class PlainAdam:
    """Adam in six lines: torch's own imports its compiler first, which takes longer than these tests."""

    def __init__(self, weights, lr):
        self.weights, self.lr, self.t = weights, lr, 0
        self.means = [(torch.zeros_like(weight), torch.zeros_like(weight)) for weight in weights]

    def step(self, loss):
        self.t += 1
        gradients = torch.autograd.grad(loss, self.weights)
        for weight, (mean, square), gradient in zip(self.weights, self.means, gradients, strict=True):
            mean.mul_(0.9).add_(0.1 * gradient)
            square.mul_(0.999).add_(0.001 * gradient**2)
            rate = self.lr * (1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t)
            weight.data -= rate * mean / (square.sqrt() + 1e-8 * (1 - 0.999**self.t) ** 0.5)


def plain_training(skip, layers, seed):
    """One seed of the deep net by itself, written with torch's layers."""
    drawn = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=drawn, dtype=torch.float64)

    x = draw(4, 48)
    target = torch.sin(2 * x[0]) + x[1] * x[2]
    target = (target - target.mean()) / (target.var(correction=0) + 1e-5) ** 0.5
    weights = [draw(12, 4) / 2, draw(1, 12) / 12**0.5, *(draw(12, 12) * (2 / 12) ** 0.5 for _ in range(layers))]
    weights = [weight.requires_grad_() for weight in weights]
    norm = torch.nn.BatchNorm1d(12, affine=False).double().train()
    optimizer = PlainAdam(weights, lr=1e-2)
    for _ in range(30):
        y = x.T @ weights[0].T
        for lower, upper in zip(weights[2::2], weights[3::2], strict=True):
            change = norm(norm(y @ lower.T).relu() @ upper.T)
            y = (y + change).relu() if skip else change.relu()
        loss = (y @ weights[1].T - target[:, None]).square().mean()
        optimizer.step(loss)
    return float(loss.detach())


@pytest.mark.parametrize("skip", [False, True])
def test_five_seeds_side_by_side_are_five_runs(skip):
    together = _fully_connected.losses(skip, 8)[-1]
    alone = [plain_training(skip, 8, seed) for seed in range(2)]
    assert together[:2].tolist() == pytest.approx(alone, rel=1e-4)


def plain_responses(skip, seed):
    """The two blocks' responses after one seed's training by itself."""
    drawn = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=drawn, dtype=torch.float64)

    x, turn = draw(8, 48), draw(8, 8)
    turn = turn - turn.T
    target = torch.linalg.matrix_exp(turn / torch.linalg.svdvals(turn)[0]) @ x
    scale = 0.1 if skip else 1.0
    lower = [(draw(8, 8) / 8**0.5).requires_grad_() for _ in range(2)]
    upper = [(draw(8, 8) * scale / 8**0.5).requires_grad_() for _ in range(2)]
    optimizer = PlainAdam([*lower, *upper], lr=1e-2)
    for step in range(41):
        y, found = x, []
        for first, second in zip(lower, upper, strict=True):
            change = second @ torch.tanh(first @ y)
            found.append(float((change.std() / y.std()).detach()))
            y = y + change if skip else change
        if step < 40:
            optimizer.step((y - target).square().mean())
    return found


@pytest.mark.parametrize("skip", [False, True])
def test_responses_are_those_of_a_run_by_itself(skip):
    together = residual_training._responses(skip, 2)
    assert together[:, 1].tolist() == pytest.approx(plain_responses(skip, 1), rel=1e-6)
