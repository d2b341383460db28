"""The 1x1 convolution: one small fully connected layer that looks at the channels of one place, used at every place.

Source: Lin, Chen & Yan 2014, "Network In Network", section 3.1; Szegedy et al. 2015, "Going Deeper with Convolutions",
section 4, for narrowing the channels before a larger kernel.
"""

import torch
from torch import Tensor

from engine.errors import Refused


def pointwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return y[n, m, i, j] = b[m] + Σ_c w[m, c] · x[n, c, i, j].

    Shapes: x ``(N, C, H, W)``, weight ``(M, C)`` or ``(M, C, 1, 1)``, bias ``(M,)`` to ``(N, M, H, W)``. It mixes
    channels and never looks at a neighbour, so height, width and receptive field stay as they are. By itself it is
    linear: what is not linear is the activation behind it. MACs: H·W·C·M.

    Raises:
        Refused: the weight reads another number of channels.

    >>> x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])
    >>> pointwise(x, torch.tensor([[1.0, 1.0], [1.0, -1.0], [0.0, 3.0]])).squeeze().tolist()
    [[11.0, 22.0], [-9.0, -18.0], [30.0, 60.0]]
    """
    matrix = weight.flatten(1) if weight.dim() == 4 and tuple(weight.shape[2:]) == (1, 1) else weight
    if x.dim() != 4 or matrix.dim() != 2 or matrix.shape[1] != x.shape[1]:
        raise Refused(
            f"a 1x1 convolution needs x (N, C, H, W) and weight (M, C), not {tuple(x.shape)} and {tuple(weight.shape)}"
        )
    y = torch.einsum("mc,nchw->nmhw", matrix, x)
    return y if bias is None else y + bias[:, None, None]
