"""Dropout as it was first published: nothing is scaled in training, and everything is at test time.

Source: Hinton et al. 2012, "Improving neural networks by preventing co-adaptation of feature detectors"; Srivastava et
al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", section 4.
"""

import torch
from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.dropout import draw_mask


class ClassicDropout(nn.Module):
    """Keep each value with probability ``keep`` in training; multiply every value by ``keep`` in evaluation.

    Shapes: any, to the same shape. **The probability is that of keeping**, which the paper calls p; torch's p is
    1 - keep.

    For a value h the training output is h with probability ``keep``, else 0: its mean is keep·h, which is the
    evaluation output. Both outputs are ``keep`` times those of the inverted form,
    :class:`engine.layers.dropout.Dropout` with p = 1 - keep and the same mask, so that a linear layer behind it that
    has its weights divided by ``keep`` cannot tell the two apart.

    >>> layer = ClassicDropout(keep=0.5, generator=torch.Generator().manual_seed(0))
    >>> layer(torch.ones(6)).tolist()
    [1.0, 0.0, 1.0, 1.0, 1.0, 0.0]
    >>> layer.eval()(torch.ones(6)).tolist()
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    """

    def __init__(self, keep: float = 0.5, generator: torch.Generator | None = None) -> None:
        """Remember ``keep`` and the source of chance.

        Raises:
            Refused: ``keep`` is no probability.
        """
        super().__init__()
        if not 0 <= keep <= 1:
            raise Refused(f"keep is the probability of keeping a value, from 0 to 1, and not {keep}")
        self.keep, self.generator = keep, generator

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with values dropped, or in evaluation all of ``x`` times ``keep``."""
        if not self.training:
            return self.keep * x
        return torch.where(draw_mask(x, self.keep, self.generator), x, 0.0)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"keep={self.keep}"
