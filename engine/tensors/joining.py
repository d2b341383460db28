"""Joining tensors: along an axis that is there (cat), along a new one (stack), and the direct sum ⊕."""

from collections.abc import Sequence

from torch import Tensor

from engine.errors import Refused

Shape = tuple[int, ...]


def cat_shape(shapes: Sequence[Sequence[int]], dim: int = 0) -> Shape:
    """Return the shape of ``torch.cat``: sizes add up along ``dim``, and along all other axes they must be equal.

    >>> cat_shape([(1, 64, 28, 28), (1, 128, 28, 28), (1, 32, 28, 28)], dim=1)
    (1, 224, 28, 28)
    """
    first = tuple(shapes[0])
    axis = _axis(dim, len(first))
    for shape in shapes[1:]:
        if len(shape) != len(first) or _without(shape, axis) != _without(first, axis):
            raise Refused(f"cat along axis {axis} needs equal sizes along all others, not {first} and {tuple(shape)}")
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def stack_shape(shapes: Sequence[Sequence[int]], dim: int = 0) -> Shape:
    """Return the shape of ``torch.stack``: equal shapes, and a new axis at ``dim`` as long as the list.

    >>> stack_shape([(3, 4)] * 5), stack_shape([(3, 4)] * 5, dim=-1)
    ((5, 3, 4), (3, 4, 5))
    """
    first = tuple(shapes[0])
    for shape in shapes[1:]:
        if tuple(shape) != first:
            raise Refused(f"stack needs equal shapes, not {first} and {tuple(shape)}; cat joins along an axis")
    axis = _axis(dim, len(first) + 1)
    return (*first[:axis], len(shapes), *first[axis:])


def direct_sum(a: Tensor, b: Tensor) -> Tensor:
    """Return a ⊕ b: two vectors one after the other, or two matrices as blocks on a diagonal, zeros elsewhere.

    Widths add up, entries don't: h₁ ⊕ h₂ in a bidirectional network is twice as wide as h₁, and no sum.

    >>> import torch
    >>> direct_sum(torch.tensor([1.0, 2.0]), torch.tensor([3.0])).tolist()
    [1.0, 2.0, 3.0]
    >>> direct_sum(torch.ones(1, 2), 2 * torch.ones(1, 1)).tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]]
    """
    if a.dim() != b.dim() or a.dim() not in (1, 2):
        raise Refused(f"a direct sum takes two vectors or two matrices, not {a.dim()} and {b.dim()} axes")
    joined = a.new_zeros([x + y for x, y in zip(a.shape, b.shape, strict=True)])
    joined[tuple(slice(size) for size in a.shape)] = a
    joined[tuple(slice(size, None) for size in a.shape)] = b
    return joined


def _axis(dim: int, count: int) -> int:
    if not -count <= dim < count:
        raise Refused(f"dim {dim} is out of range: it runs from {-count} to {count - 1} here")
    return dim % count


def _without(shape: Sequence[int], axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])
