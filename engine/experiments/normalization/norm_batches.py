"""What batches do to batch normalisation: batches that are no fair sample give statistics that mislead."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.registry import Kind, function

Order = Literal["shuffled", "sorted"]
Layer = Literal["batch", "layer", "none"]
_BATCH_SIZE, _HIDDEN = 32, 16


@function("norm.batch_variances_recover_population", Kind.MEASURED, example={"order": "shuffled"})
def batch_variances_recover_population(
    order: Order = "shuffled", corrected: bool = True, batch_size: Annotated[int, Between(2, 4)] = 2
) -> Run:
    """Say whether the mean variance of the batches is the variance of all 4096 values, within a fifth.

    ``corrected`` multiplies each batch's biased variance by m/(m - 1), as the paper does for inference.
    """
    return settle(
        f"|mean variance of batches of {batch_size} / variance of all values - 1|",
        Holds.IF_EQUAL,
        _relative_error,
        {"order": order, "corrected": corrected, "batch_size": batch_size},
        [
            {"order": "shuffled", "corrected": False, "batch_size": 2},
            {"order": "sorted", "corrected": True, "batch_size": 2},
        ],
        Thresholds(none=0.2, some=0.22),
    )


def _relative_error(generator: torch.Generator, order: Order, corrected: bool, batch_size: int) -> Tensor:
    values = 2 * randn(generator, 4096)
    batches = (values.sort().values if order == "sorted" else values).reshape(-1, batch_size)
    return batches.var(1, correction=int(corrected)).mean() / values.var() - 1


@function(
    "norm.learns", Kind.MEASURED, example={"layer": "none", "batches": "single_class"}, shows=(BatchNorm, LayerNorm)
)
def learns(layer: Layer = "batch", batches: Literal["mixed", "single_class"] = "mixed") -> Run:
    """Say whether a small network with this normalisation learns two separate clouds from such batches.

    Training is 15 steps of SGD; the error is then measured in training mode on batches of the same kind. Under 15 %
    counts as learned, from 30 % on as not.
    """
    return settle(
        "Fraction of wrong answers after training",
        Holds.IF_EQUAL,
        _error_after_training,
        {"layer": layer, "batches": batches},
        [{"layer": "batch", "batches": "single_class"}, {"layer": "none", "batches": "single_class"}],
        Thresholds(none=0.15, some=0.3),
    )


def _error_after_training(generator: torch.Generator, layer: Layer, batches: str) -> Tensor:
    network = _network(layer, generator)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.2)
    for step in range(15):
        x, labels = _batch(generator, batches, step)
        loss = nn.functional.cross_entropy(network(x), labels)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    tests = [_batch(generator, batches, step) for step in range(4)]
    return torch.stack([(network(x).argmax(1) != labels).double().mean() for x, labels in tests]).mean()


def _network(layer: Layer, generator: torch.Generator) -> nn.Module:
    norms = {"batch": BatchNorm(_HIDDEN), "layer": LayerNorm(_HIDDEN), "none": nn.Identity()}
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        linears = nn.Linear(2, _HIDDEN), nn.Linear(_HIDDEN, 2)
    network = nn.Sequential(linears[0], norms[layer], nn.ReLU(), linears[1])
    network.to(current(), torch.float64)
    for linear in linears:
        linear.weight.data = randn(generator, *linear.weight.shape) / linear.in_features**0.5
        linear.bias.data.zero_()
    return network


def _batch(generator: torch.Generator, kind: str, step: int) -> tuple[Tensor, Tensor]:
    """Return a batch of two clouds around (-2, -2) and (2, 2): half of each, or one of them alone."""
    labels = torch.arange(_BATCH_SIZE, device=current()) % 2
    if kind == "single_class":
        labels = torch.full_like(labels, step % 2)
    return randn(generator, _BATCH_SIZE, 2) + (4 * labels - 2)[:, None], labels
