"""One-hot vectors and embeddings: what a lookup is, which rows learn, and what the factor √d does to their size."""

from typing import Literal

import torch
from torch import Tensor

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.embedding import Embedding, one_hot
from engine.registry import Kind, function

_TOKENS, _WIDTH = 6, 6


@function("embedding.lookup_is", Kind.MEASURED, example={"what": "row"}, shows=(Embedding, one_hot))
def lookup_is(what: Literal["row", "column"] = "row") -> Run:
    """Say whether a one-hot vector times a square matrix is the matrix's row, or column, of that number."""
    return settle(
        "Product of one-hot vectors with the matrix, less its rows or columns",
        Holds.IF_EQUAL,
        _lookup_error,
        {"what": what},
        [{"what": "row"}, {"what": "column"}],
    )


def _lookup_error(generator: torch.Generator, what: str) -> Tensor:
    matrix = randn(generator, _TOKENS, _WIDTH)
    ids = torch.randperm(_TOKENS, generator=generator).to(matrix.device)
    return one_hot(ids, _TOKENS) @ matrix - (matrix if what == "row" else matrix.mT)[ids]


@function("embedding.unused_rows_learn", Kind.MEASURED, example={"tied": False}, shows=(Embedding,))
def unused_rows_learn(tied: bool = False) -> Run:
    """Say whether rows of tokens that did not occur get a gradient.

    ``tied``, the matrix is the output layer's as well, whose softmax reaches every row.
    """
    return settle(
        "Gradient of the rows that were not looked up",
        Holds.IF_DIFFERENT,
        _unused_gradient,
        {"tied": tied},
        [{"tied": False}, {"tied": True}],
    )


def _unused_gradient(generator: torch.Generator, tied: bool) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        embedding = Embedding(_TOKENS, _WIDTH)
    embedding.weight.data = randn(generator, _TOKENS, _WIDTH)
    output = embedding.weight if tied else randn(generator, _TOKENS, _WIDTH)
    ids = torch.tensor([1, 3, 3], device=current())
    loss = torch.nn.functional.cross_entropy(embedding(ids) @ output.mT, ids)
    (gradient,) = torch.autograd.grad(loss, embedding.weight)
    return gradient[[0, 2, 4, 5]]


@function("embedding.std_is", Kind.MEASURED, example={"std": "sqrt(d)", "init": "normal"}, shows=(Embedding,))
def std_is(
    std: Literal["1", "sqrt(d)", "1/sqrt(d)"] = "1",
    init: Literal["normal", "1/sqrt(d)"] = "1/sqrt(d)",
    scale: Literal["sqrt(d)", "1", "1/sqrt(d)"] = "sqrt(d)",
) -> Run:
    """Say whether embeddings times ``scale`` have this standard deviation, at a width of 256, within a tenth.

    ``normal`` is torch's start, N(0, 1); ``1/sqrt(d)`` that of the Transformer.
    """
    return settle(
        "Standard deviation of the scaled embeddings over the one claimed, less 1",
        Holds.IF_EQUAL,
        _std_error,
        {"std": std, "init": init, "scale": scale},
        [
            {"std": "1", "init": start, "scale": factor}
            for start in ("1/sqrt(d)", "normal")
            for factor in ("sqrt(d)", "1", "1/sqrt(d)")
        ],
        Thresholds(none=0.1, some=0.5),
    )


def _std_error(generator: torch.Generator, std: str, init: str, scale: str) -> Tensor:
    width = 256
    size = {"1": 1.0, "normal": 1.0, "sqrt(d)": width**0.5, "1/sqrt(d)": width**-0.5}
    found = size[scale] * size[init] * randn(generator, 50, width)
    error: Tensor = found.std() / size[std] - 1
    return error
