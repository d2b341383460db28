"""``one_hot.*`` and ``embedding.*``: tokens as vectors, by torch's functions."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.analysis.matmul_macs import MatmulMacs
from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.layers.embedding import Embedding, check_ids, one_hot
from engine.registry import Kind, function

Size = Annotated[int, Between(1, 65_536)]
Few = Annotated[int, Between(1, 64)]
Ids = Annotated[Sequence[Annotated[int, Between(0, 63)]], Length(1, 64)]
_MOST_NUMBERS = 10**6


@function("one_hot.vector", Kind.LIBRARY, example={"ids": [2, 0], "num_classes": 3}, shows=(one_hot,))
def vector(ids: Ids, num_classes: Few) -> Run:
    """Return a row of zeros with a one for each id, as ``torch.nn.functional.one_hot`` makes it.

    >>> vector([2, 0], 3).value
    [[0, 0, 1], [1, 0, 0]]
    """
    numbers = torch.tensor(ids)
    check_ids(numbers, num_classes)
    rows = F.one_hot(numbers, num_classes).tolist()
    return Run(rows, lambda: [Heatmap("One row for each id", rows, "class", "id")], device="cpu")


@function("one_hot.shape", Kind.LIBRARY, example={"batch_size": 2, "num_steps": 5, "vocab_size": 1027})
def shape(
    batch_size: Few, num_steps: Few, vocab_size: Annotated[int, Between(1, 100_000)], transpose: bool = True
) -> Run:
    """Return the shape of a mini-batch of ids as one-hot vectors; ``transpose`` puts the steps first, as RNNs read.

    >>> shape(2, 5, 1027).value, shape(2, 5, 1027, transpose=False).value
    ([5, 2, 1027], [2, 5, 1027])
    """
    if batch_size * num_steps * vocab_size > _MOST_NUMBERS:
        raise Refused(f"at most {_MOST_NUMBERS:,} numbers are made; use smaller sizes")
    ids = torch.zeros(batch_size, num_steps, dtype=torch.long)
    found = F.one_hot(ids.T if transpose else ids, vocab_size)
    rows = [("ids", sizes(ids.shape)), ("one-hot", sizes(found.shape))]
    return Run(list(found.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], device="cpu")


@function(
    "embedding.num_params",
    Kind.MODULE,
    example={"num_embeddings": 30522, "embedding_dim": 768},
    shows=(nn.Embedding, Embedding),
)
def num_params(num_embeddings: Size, embedding_dim: Size) -> Run:
    """Return the parameters of ``torch.nn.Embedding``: a row for each token.

    >>> num_params(30522, 768).value
    23440896
    """
    layer = nn.Embedding(num_embeddings, embedding_dim, device="meta")
    rows = [("weight", sizes(layer.weight.shape), layer.weight.numel())]
    table = Table("nn.Embedding", ["parameter", "shape", "numbers"], rows)
    return Run(count_params(layer), lambda: [table], device="meta")


@function(
    "embedding.macs",
    Kind.MEASURED,
    example={"num_embeddings": 1000, "embedding_dim": 64, "length": 10, "by": "product"},
    shows=(Embedding,),
)
def macs(num_embeddings: Size, embedding_dim: Size, length: Few, by: Literal["lookup", "product"] = "lookup") -> Run:
    """Return the multiply-adds of embedding ``length`` tokens: by looking rows up, or by products with one-hot vectors.

    >>> macs(1000, 64, 10).value, macs(1000, 64, 10, by="product").value
    (0, 640000)
    """
    counts = {way: _macs(num_embeddings, embedding_dim, length, way) for way in ("lookup", "product")}
    return Run(counts[by], lambda: [Table("Multiply-adds", ["way", "MACs"], list(counts.items()))], device="meta")


def _macs(num_embeddings: int, embedding_dim: int, length: int, by: str) -> int:
    with torch.device("meta"), torch.no_grad(), MatmulMacs() as counted:
        embedding, ids = Embedding(num_embeddings, embedding_dim), torch.zeros(length, dtype=torch.long)
        embedding.by_product(ids) if by == "product" else embedding(ids)
    products: int = counted.products
    return products


@function(
    "embedding.rows_with_gradient",
    Kind.MEASURED,
    example={"ids": [1, 3, 3], "num_embeddings": 5},
    shows=(nn.Embedding,),
)
def rows_with_gradient(ids: Ids, num_embeddings: Few) -> Run:
    """Return how many rows of an embedding get a gradient when these ids are looked up.

    >>> rows_with_gradient([1, 3, 3], 5).value
    2
    """
    numbers = torch.tensor(ids, device=for_float64())
    check_ids(numbers, num_embeddings)
    weight = torch.ones(num_embeddings, 4, dtype=torch.float64, device=numbers.device, requires_grad=True)
    (gradient,) = torch.autograd.grad(F.embedding(numbers, weight).sum(), weight)
    used: Tensor = gradient.ne(0).any(1)
    heatmap = Heatmap("Gradient of the rows, for a sum of all outputs", gradient.tolist(), "feature", "row")
    return Run(int(used.sum()), lambda: [heatmap], str(gradient.device))
