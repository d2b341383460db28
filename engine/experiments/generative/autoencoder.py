"""What a linear autoencoder finds: the principal subspace, and not the components in it."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.evidence import Heatmap, Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.variational import principal_subspace as subspace
from engine.registry import Kind, function

Rounds = Annotated[int, Between(0, 60)]
_WIDTH, _CODE, _SAMPLES = 6, 2, 40


@function(
    "autoencoder.spans_principal_subspace",
    Kind.MEASURED,
    example={"rounds": 40},
    shows=(subspace.train_linear_autoencoder, subspace.principal_projector),
)
def spans_principal_subspace(rounds: Rounds = 40, centred: bool = True) -> Run:
    """Say whether a linear autoencoder without biases spans the first two principal components of its data.

    Training is by ``rounds`` of exact steps. With ``centred: false`` the data's mean lies away from 0, and the
    principal components are still taken around the mean.
    """
    settled = settle(
        "Projector on what the decoder builds, less the one on the principal components",
        Holds.IF_EQUAL,
        _projectors_apart,
        {"rounds": rounds, "centred": centred},
        [{"rounds": 40, "centred": True}, {"rounds": 0, "centred": True}, {"rounds": 40, "centred": False}],
        Thresholds(none=1e-6, some=0.05),
    )
    return Run(settled.value, lambda: [*settled.evidence(), *_rebuilt(rounds)])


def _projectors_apart(generator: torch.Generator, rounds: int, centred: bool) -> Tensor:
    data = _data(generator)
    fed = data if centred else data + 3 * randn(generator, _WIDTH)
    _, decoder = subspace.train_linear_autoencoder(fed, randn(generator, _CODE, _WIDTH), rounds)
    return subspace.row_projector(decoder) - subspace.principal_projector(data, _CODE)


@function("autoencoder.finds", Kind.MEASURED, example={"what": "the subspace"}, shows=(subspace.row_projector,))
def finds(what: Literal["the subspace", "the components"] = "the subspace") -> Run:
    """Say whether two trainings of a linear autoencoder, from two starts, end at the same subspace, or components."""
    return settle(
        "What one training found less what the other did",
        Holds.IF_EQUAL,
        _trainings_apart,
        {"what": what},
        [{"what": "the subspace"}, {"what": "the components"}],
        Thresholds(none=1e-6, some=0.05),
    )


def _trainings_apart(generator: torch.Generator, what: str) -> Tensor:
    data = _data(generator)
    starts = randn(generator, 2, _CODE, _WIDTH)
    one, other = (subspace.train_linear_autoencoder(data, start, 40)[1] for start in starts)
    if what == "the subspace":
        return subspace.row_projector(one) - subspace.row_projector(other)
    return torch.sub(functional.normalize(one).abs(), functional.normalize(other).abs())


def _data(generator: torch.Generator) -> Tensor:
    """Return centred data whose singular values fall by half from one to the next, along random directions."""
    left, _ = torch.linalg.qr(_centred(randn(generator, _SAMPLES, _WIDTH)))
    right, _ = torch.linalg.qr(randn(generator, _WIDTH, _WIDTH))
    scales: Tensor = 0.5 ** torch.arange(_WIDTH, dtype=torch.float64)
    data: Tensor = left * scales.to(left) @ right
    return 10 * data


def _centred(data: Tensor) -> Tensor:
    return data - data.mean(0)


def _rebuilt(rounds: int) -> list[Heatmap]:
    generator = torch.Generator().manual_seed(0)
    data = _data(generator)
    encoder, decoder = subspace.train_linear_autoencoder(data, randn(generator, _CODE, _WIDTH), rounds)
    both = {"Ten samples": data[:10], "The same, rebuilt from two numbers": (data @ encoder @ decoder)[:10]}
    return [Heatmap(title, values.tolist(), "entry", "sample") for title, values in both.items()]
