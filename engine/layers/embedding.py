"""Word embedding: a row of a matrix for each token; looking a row up is multiplying by a one-hot vector."""

import torch
from torch import Tensor, nn

from engine.errors import Refused


def one_hot(ids: Tensor, num_classes: int) -> Tensor:
    """Return vectors of zeros with a one at each id: ``(*)`` to ``(*, num_classes)``, in float64.

    >>> one_hot(torch.tensor([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    check_ids(ids, num_classes)
    return (ids[..., None] == torch.arange(num_classes, device=ids.device)).double()


class Embedding(nn.Module):
    """Return row ``weight[id]`` of each id: ``(*)`` to ``(*, embedding_dim)``.

    It equals one_hot(id)·weight without the products with zeros: a matrix product would spend
    num_embeddings·embedding_dim multiply-adds on each token, looking up spends none. In the backward pass only the rows
    that were looked up get a gradient, each the sum over the places where it was used.

    Parameters: num_embeddings·embedding_dim, drawn from N(0, 1) as in ``torch.nn.Embedding``.

    Raises:
        Refused: an id is negative or not smaller than num_embeddings.

    >>> embedding = Embedding(num_embeddings=3, embedding_dim=2)
    >>> ids = torch.tensor([[1, 1, 0]])
    >>> torch.equal(embedding(ids), embedding.by_product(ids))
    True
    """

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.weight = nn.Parameter(torch.empty(num_embeddings, embedding_dim))
        if not self.weight.is_meta:
            nn.init.normal_(self.weight)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the rows."""
        check_ids(ids, self.num_embeddings)
        return self.weight[ids]

    def by_product(self, ids: Tensor) -> Tensor:
        """Return the same rows by a matrix product with one-hot vectors."""
        return one_hot(ids, self.num_embeddings).to(self.weight) @ self.weight

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{self.num_embeddings}, {self.embedding_dim}"


def check_ids(ids: Tensor, num_classes: int) -> None:
    """Refuse ids that number no row; ids on the meta device have no values and pass."""
    if not ids.is_meta and ids.numel() and (int(ids.min()) < 0 or int(ids.max()) >= num_classes):
        wrong = int(ids.min()) if int(ids.min()) < 0 else int(ids.max())
        raise Refused(f"there is no token {wrong}: {num_classes} tokens are numbered 0 to {num_classes - 1}")
