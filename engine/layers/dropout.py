"""Dropout, inverted: kept values are scaled up in training, so that evaluation has nothing to do.

Source: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: A Simple Way to Prevent Neural
Networks from Overfitting", section 10 (the inverted form, which torch, TensorFlow and D2L use). The paper's main form
scales at test time instead: :mod:`engine.layers.dropout_classic`.
"""

import torch
from torch import Tensor, nn

from engine.errors import Refused


class Dropout(nn.Module):
    """Set each value to 0 with probability ``p`` and divide the others by 1 - p; in evaluation change nothing.

    Shapes: any, to the same shape. **p is the probability of dropping**, as in torch; other texts mean that of keeping.

    For a value h the output is 0 with probability p and h/(1 - p) otherwise, independently for each value and each
    call. Its mean is h, and its variance p/(1 - p)·h². ``p`` = 1 drops everything. The mask is drawn from
    ``generator`` (torch's global one if none is given), on the CPU, so that every device drops the same values.

    >>> layer = Dropout(0.5, torch.Generator().manual_seed(0))
    >>> layer(torch.ones(6)).tolist()
    [2.0, 0.0, 2.0, 2.0, 2.0, 0.0]
    >>> layer.eval()(torch.ones(6)).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, generator: torch.Generator | None = None) -> None:
        """Remember ``p`` and the source of chance.

        Raises:
            Refused: ``p`` is no probability.
        """
        super().__init__()
        if not 0 <= p <= 1:
            raise Refused(f"p is the probability of dropping a value, from 0 to 1, and not {p}")
        self.p, self.generator = p, generator

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with values dropped and the others scaled, or in evaluation ``x`` itself."""
        if not self.training:
            return x
        return drop(x, draw_mask(x, 1 - self.p, self.generator), self.p)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"p={self.p}"


def drop(x: Tensor, mask: Tensor, p: float) -> Tensor:
    """Return x·mask/(1 - p), ``mask`` being True where a value is kept; all zeros if p is 1.

    >>> drop(torch.tensor([3.0, 4.0]), torch.tensor([True, False]), p=0.25).tolist()
    [4.0, 0.0]
    """
    return torch.zeros_like(x) if p == 1 else torch.where(mask, x / (1 - p), 0.0)


def draw_mask(x: Tensor, keep: float, generator: torch.Generator | None = None) -> Tensor:
    """Return a mask shaped as ``x``, each entry True with probability ``keep``."""
    return (torch.rand(x.shape, generator=generator) < keep).to(x.device)
