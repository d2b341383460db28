"""Asymmetric convolution: an n×1 and then a 1×n kernel in place of an n×n one.

Source: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", section 3.2.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.convolution.cross_correlation import cross_correlation_by_matmul
from engine.errors import Refused


class ThinKernels(NamedTuple):
    """A column of n weights and a row of n: 2n in place of n²."""

    column: Tensor
    row: Tensor


def asymmetric(x: Tensor, kernels: ThinKernels) -> Tensor:
    """Return the cross-correlation with the column and then with the row, on one channel.

    Shapes: x ``(H, W)``, column ``(n,)``, row ``(m,)`` to ``(H - n + 1, W - m + 1)``. With nothing between the two it
    is the cross-correlation with the outer product column·rowᵀ, a kernel of rank 1; no other kernel can be split so.

    >>> asymmetric(torch.ones(3, 3), ThinKernels(torch.ones(3), torch.tensor([1.0, 2.0, 1.0]))).tolist()
    [[12.0]]
    """
    down = cross_correlation_by_matmul(x, kernels.column[:, None])
    return cross_correlation_by_matmul(down, kernels.row[None])


def outer_product(kernels: ThinKernels) -> Tensor:
    """Return the n×m kernel that the pair stands for.

    >>> outer_product(ThinKernels(torch.tensor([1.0, 2.0, 1.0]), torch.tensor([1.0, 0.0, -1.0]))).tolist()
    [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]
    """
    return kernels.column[:, None] * kernels.row[None]


def nearest_thin_kernels(kernel: Tensor) -> ThinKernels:
    """Return the pair whose outer product is nearest to a kernel: the first term of its singular value decomposition.

    Raises:
        Refused: ``kernel`` is no matrix.
    """
    if kernel.dim() != 2:
        raise Refused(f"a kernel to be split is a matrix (n, m), not {tuple(kernel.shape)}")
    left, sizes, right = torch.linalg.svd(kernel, full_matrices=False)
    return ThinKernels(left[:, 0] * sizes[0], right[0])
