"""Maxout: the largest of k affine functions, so the activation itself is learned and has no parameters of its own.

Source: Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013, "Maxout Networks".
"""

from torch import Tensor, nn


def maxout(pieces: Tensor) -> Tensor:
    """Return the largest of each group of k, the last axis: ``(..., m, k)`` to ``(..., m)``.

    A maximum of affine functions is convex and piecewise linear; two pieces z and 0 make a ReLU, z and -z abs(z).
    """
    return pieces.amax(-1)


class Maxout(nn.Module):
    """A linear layer with ``num_pieces`` affine functions for each of its outputs, of which the largest is taken.

    Shapes: ``(N, in_features)`` to ``(N, out_features)``. It has num_pieces times the weights of a linear layer with as
    many outputs.

    >>> import torch
    >>> layer = Maxout(1, 1, num_pieces=2, bias=False)
    >>> layer.linear.weight.data = torch.tensor([[1.0], [-1.0]])
    >>> layer(torch.tensor([[-3.0], [2.0]])).tolist()
    [[3.0], [2.0]]
    """

    def __init__(self, in_features: int, out_features: int, num_pieces: int, bias: bool = True) -> None:
        super().__init__()
        self.out_features, self.num_pieces = out_features, num_pieces
        self.linear = nn.Linear(in_features, out_features * num_pieces, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the largest piece of each output."""
        z: Tensor = self.linear(x)
        return maxout(z.reshape(*z.shape[:-1], self.out_features, self.num_pieces))
