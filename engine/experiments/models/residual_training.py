"""What depth does to training, and what a shortcut changes: training loss, first gradients, sizes of the responses.

Each claim has its control in ``skip``: the same network, from the same weights, without its shortcuts.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evidence import Curve, Run, Series, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.models._fully_connected import STEPS, losses
from engine.experiments.models._together import generators, one_run, randn_each, with_block
from engine.optim.adam import Adam
from engine.registry import Kind, function


@function("residual.depth_hurts_training", Kind.MEASURED, example={"skip": False}, shows=(losses,))
def depth_hurts_training(skip: bool = False, layers: Literal[8, 34] = 34) -> Run:
    """Say whether after equal training a deep net's training loss is over twice that of 2 layers, or under 1.5 times.

    Both nets are normalised after every layer, start alike and take 30 steps of Adam. It is the *training* loss, so
    what shows is not overfitting.
    """
    run = settle(
        f"Training loss after {STEPS} steps, over that of a network of 2 layers",
        Holds.IF_DIFFERENT,
        one_run(_loss_ratio),
        {"skip": skip, "layers": layers},
        [{"skip": not skip, "layers": layers}, {"skip": skip, "layers": 8}],
        Thresholds(none=1.5, some=2.0),
    )
    return with_block(run, _training_curves)


def _loss_ratio(skip: bool, layers: int) -> Tensor:
    return losses(skip, layers)[-1] / losses(skip, 2)[-1]


def _training_curves() -> Curve:
    kinds = [
        ("plain, 2 layers", False, 2),
        ("plain, 34", False, 34),
        ("residual, 2", True, 2),
        ("residual, 34", True, 34),
    ]
    steps = list(range(STEPS))
    series = [Series(name, steps, losses(skip, layers).mean(1).tolist()) for name, skip, layers in kinds]
    return Curve("Training loss, mean over the seeds", series, "step", "loss", log_y=True)


@function("residual.first_gradient_explodes", Kind.MEASURED, example={"skip": False})
def first_gradient_explodes(skip: bool = False, batch_norm: bool = True, layers: Literal[10, 50] = 50) -> Run:
    """Say whether a fresh deep net's first layer gets over 1000 times the last one's gradient, or under 100.

    The nets are fully connected with ReLU and N(0, 2/n) weights; a shortcut spans two layers.
    """
    run = settle(
        "Norm of the first layer's gradient over the last layer's",
        Holds.IF_DIFFERENT,
        _gradient_ratio,
        {"skip": skip, "batch_norm": batch_norm, "layers": layers},
        [
            {"skip": not skip, "batch_norm": batch_norm, "layers": layers},
            {"skip": skip, "batch_norm": not batch_norm, "layers": layers},
        ],
        Thresholds(none=100, some=1000),
    )
    return with_block(run, _gradient_bars)


def _gradient_ratio(generator: torch.Generator, skip: bool, batch_norm: bool, layers: int) -> Tensor:
    norms = _gradient_norms(generator, skip, batch_norm, layers)
    return torch.div(norms[0], norms[-1])


def _gradient_norms(generator: torch.Generator, skip: bool, batch_norm: bool, layers: int) -> list[Tensor]:
    """Return the norm of each layer's weight gradient in one backward pass of a fresh network."""
    width = 24
    x = randn(generator, 32, width)
    weights = [(randn(generator, width, width) * (2 / width) ** 0.5).requires_grad_() for _ in range(layers)]
    for lower, upper in zip(weights[::2], weights[1::2], strict=True):
        inner = _maybe_normalised(x @ lower, batch_norm).relu()
        y = _maybe_normalised(inner @ upper, batch_norm)
        x = (y + x).relu() if skip else y.relu()
    loss = (x * randn(generator, 32, width)).sum()
    return [gradient.norm() for gradient in torch.autograd.grad(loss, weights)]


def _maybe_normalised(x: Tensor, batch_norm: bool) -> Tensor:
    return F.batch_norm(x, None, None, training=True) if batch_norm else x


def _gradient_bars() -> Curve:
    series = []
    for name, skip, batch_norm in (("plain", False, False), ("plain, BN", False, True), ("residual, BN", True, True)):
        norms = _gradient_norms(torch.Generator().manual_seed(0), skip, batch_norm, 50)
        series.append(Series(name, list(range(1, 51)), [float(norm) for norm in norms]))
    return Curve("Gradient of each layer's weights, seed 0", series, "layer", "norm", log_y=True)


@function("residual.deeper_responds_less", Kind.MEASURED, example={"skip": True})
def deeper_responds_less(skip: bool = True) -> Run:
    """Say whether in trained nets 8 blocks change the signal less than 2 blocks do, each: half as much, or as much.

    A block's response is the standard deviation of F(x) over that of x; the nets learn the same rotation, from the
    same data, in 40 steps of Adam.
    """
    run = settle(
        "Mean response of a block in a network of 2 blocks, over that in one of 8",
        Holds.IF_DIFFERENT,
        one_run(_response_ratio),
        {"skip": skip},
        [{"skip": not skip}],
        Thresholds(none=1.4, some=2.0),
    )
    return with_block(run, lambda: _response_table(skip))


def _response_ratio(skip: bool) -> Tensor:
    return _responses(skip, 2).mean(0) / _responses(skip, 8).mean(0)


def _responses(skip: bool, blocks: int) -> Tensor:
    """Return the response of each block after training, ``(blocks, seeds)``."""
    width, samples = 8, 48
    drawn_from = generators()
    x = randn_each(drawn_from, width, samples)
    turn = randn_each(drawn_from, width, width)
    turn = turn - turn.mT
    target = torch.linalg.matrix_exp(turn / torch.linalg.matrix_norm(turn, 2)[:, None, None]) @ x
    scale = (0.1 if skip else 1.0) / width**0.5
    lower = torch.stack([randn_each(drawn_from, width, width) / width**0.5 for _ in range(blocks)]).requires_grad_()
    upper = torch.stack([randn_each(drawn_from, width, width) * scale for _ in range(blocks)]).requires_grad_()
    optimizer = Adam([lower, upper], lr=1e-2)
    for _ in range(40):
        loss = (_run(x, lower, upper, skip)[0] - target).square().mean((1, 2)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return torch.stack(_run(x, lower, upper, skip)[1])


def _run(x: Tensor, lower: Tensor, upper: Tensor, skip: bool) -> tuple[Tensor, list[Tensor]]:
    """Return the output, and each block's response for each seed."""
    found = []
    for first, second in zip(lower.unbind(), upper.unbind(), strict=True):
        change = second @ (first @ x).tanh()
        found.append(change.std((1, 2)) / x.std((1, 2)))
        x = x + change if skip else change
    return x, found


def _response_table(skip: bool) -> Table:
    rows = [(block, *(round(float(value), 3) for value in row)) for block, row in enumerate(_responses(skip, 8), 1)]
    columns = ("block", *(f"seed {seed}" for seed in range(len(rows[0]) - 1)))
    return Table("Responses of the 8 blocks after training", columns, rows)
