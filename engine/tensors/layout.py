"""Where the entries of a tensor lie: row-major order, strides, and what reshape, transpose and flatten do to them.

A tensor is a list of numbers and a rule for finding an entry in it: entry (i, j, …) lies at i·stride₀ + j·stride₁ + ….
Freshly made tensors are row-major (contiguous): the last index runs fastest. A transpose changes the rule, a reshape
of a contiguous tensor changes another part of it, and neither moves a number.
"""

import math
from collections.abc import Sequence

from engine.errors import Refused

Shape = tuple[int, ...]


def strides(shape: Sequence[int]) -> Shape:
    """Return how far apart neighbours along each axis lie in a row-major tensor.

    >>> strides((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def flat_index(shape: Sequence[int], index: Sequence[int]) -> int:
    """Return where an entry stands when the tensor is flattened: Σ index·stride.

    >>> flat_index((2, 3, 4), (1, 2, 3))
    23
    """
    if len(index) != len(shape) or any(not 0 <= place < size for place, size in zip(index, shape, strict=False)):
        raise Refused(f"a tensor of shape {tuple(shape)} has no entry {tuple(index)}")
    return sum(place * stride for place, stride in zip(index, strides(shape), strict=True))


def unflat_index(shape: Sequence[int], position: int) -> Shape:
    """Return the index of the entry that stands at ``position`` of the flattened tensor: repeated division.

    >>> unflat_index((2, 3, 4), 23)
    (1, 2, 3)
    """
    if not 0 <= position < math.prod(shape):
        raise Refused(f"a tensor of shape {tuple(shape)} has {math.prod(shape)} entries, and none at {position}")
    return tuple(position // stride % size for stride, size in zip(strides(shape), shape, strict=True))


def reshape_shape(shape: Sequence[int], new: Sequence[int]) -> Shape:
    """Return ``new`` with its one -1 filled in so that the number of entries stays.

    >>> reshape_shape((2, 3, 4), (4, -1))
    (4, 6)
    """
    count, known = math.prod(shape), math.prod(size for size in new if size != -1)
    unknown = list(new).count(-1)
    if unknown > 1:
        raise Refused("only one size can be -1: two of them could be filled in many ways")
    if (unknown and (known == 0 or count % known)) or (not unknown and known != count):
        raise Refused(f"{count} entries do not fit into the shape {tuple(new)}")
    return tuple(count // known if size == -1 else size for size in new)


def flatten_shape(shape: Sequence[int], start_dim: int = 0, end_dim: int = -1) -> Shape:
    """Return the shape with the axes ``start_dim`` to ``end_dim``, both included, made one.

    ``start_dim=1`` keeps the batch.

    >>> flatten_shape((8, 16, 5, 5), start_dim=1)
    (8, 400)
    """
    count = max(len(shape), 1)
    if not (-count <= start_dim < count and -count <= end_dim < count):
        raise Refused(f"start_dim {start_dim} and end_dim {end_dim} must run from {-count} to {count - 1} here")
    start, end = start_dim % count, end_dim % count
    if start > end:
        raise Refused(f"start_dim {start_dim} stands behind end_dim {end_dim}")
    return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


def permute_shape(shape: Sequence[int], dims: Sequence[int]) -> Shape:
    """Return the shape whose axis k is the old axis ``dims[k]``; strides are permuted alike.

    >>> permute_shape((2, 3, 4), (2, 0, 1))
    (4, 2, 3)
    """
    if sorted(dims) != list(range(len(shape))):
        raise Refused(f"'dims' must name each of the axes 0 to {len(shape) - 1} once, not {list(dims)}")
    return tuple(shape[axis] for axis in dims)


def is_contiguous(shape: Sequence[int], stride: Sequence[int]) -> bool:
    """Return whether the entries lie in row-major order without gaps; strides of axes of size 1 don't matter.

    >>> is_contiguous((2, 3), (3, 1)), is_contiguous((3, 2), (1, 3))
    (True, False)
    """
    return all(size == 1 or given == wanted for size, given, wanted in zip(shape, stride, strides(shape), strict=True))
