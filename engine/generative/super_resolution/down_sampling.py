"""Why super-resolution is ill-posed: reducing an image is a linear map that forgets most of it.

Averaging r×r blocks takes s² numbers to (s/r)². Every change from the null space of that map, any that sums to 0 in
each block, leaves the small image as it is: s²·(1 - 1/r²) dimensions of high-resolution images share it.
"""

import torch
from torch import Tensor
from torch.nn import functional

from engine.errors import Refused


def reduce(images: Tensor, factor: int) -> Tensor:
    """Return the means of r×r blocks: ``(N, C, H, W)`` to ``(N, C, H/r, W/r)``, r = ``factor``.

    Raises:
        Refused: the factor does not divide height and width.
    """
    height, width = images.shape[-2:]
    if height % factor or width % factor:
        raise Refused(f"blocks of {factor}×{factor} do not tile an image of {height}×{width}")
    return functional.avg_pool2d(images, factor)


def reduction_matrix(size: int, factor: int) -> Tensor:
    """Return the matrix ``((s/r)², s²)`` that does the same to an image written as one row after the other."""
    pixels = torch.eye(size * size, dtype=torch.float64).reshape(-1, 1, size, size)
    return reduce(pixels, factor).flatten(1).mT


def null_space(size: int, factor: int) -> Tensor:
    """Return an orthonormal basis ``(dimensions, s, s)`` of the images that are reduced to nothing but zeros.

    >>> null_space(size=4, factor=2).shape
    torch.Size([12, 4, 4])
    """
    matrix = reduction_matrix(size, factor)
    rank = int(torch.linalg.matrix_rank(matrix))
    _, _, directions = torch.linalg.svd(matrix, full_matrices=True)
    basis: Tensor = directions[rank:]
    return basis.reshape(-1, size, size)


def invisible_change(image: Tensor, generator: torch.Generator, factor: int) -> Tensor:
    """Return another image ``(s, s)`` with the same small one: ``image`` plus noise, less the noise's block means."""
    noise = torch.randn(image.shape, generator=generator, dtype=image.dtype).to(image)[None, None]
    unseen = noise - functional.interpolate(reduce(noise, factor), scale_factor=factor, mode="nearest")
    return image + unseen[0, 0]
