"""Axes of size 1, put in and taken out: unsqueeze and squeeze. No number is moved, only the shape changes."""

from collections.abc import Sequence

from engine.errors import Refused

Shape = tuple[int, ...]


def unsqueeze_shape(shape: Sequence[int], dim: int) -> Shape:
    """Return the shape with an axis of size 1 put in at ``dim``.

    ``dim`` counts axes of the *result*, so it runs from -(n + 1) to n for n axes; -1 appends one at the end.

    >>> unsqueeze_shape((2, 10), 1), unsqueeze_shape((2, 10), -1)
    ((2, 1, 10), (2, 10, 1))
    """
    place = _axis(dim, len(shape) + 1)
    return (*shape[:place], 1, *shape[place:])


def squeeze_shape(shape: Sequence[int], dim: int | None = None) -> Shape:
    """Return the shape without its axes of size 1, or without axis ``dim`` if that one has size 1.

    Another size at ``dim`` is no error: the shape stays. Without ``dim`` a batch of one loses its batch axis.

    >>> squeeze_shape((1, 3, 1)), squeeze_shape((1, 3, 1), 0), squeeze_shape((2, 3), 0)
    ((3,), (3, 1), (2, 3))
    """
    if dim is None:
        return tuple(size for size in shape if size != 1)
    place = _axis(dim, max(len(shape), 1))
    return tuple(size for axis, size in enumerate(shape) if axis != place or size != 1)


def _axis(dim: int, count: int) -> int:
    """Return an axis counted from the start, where there are ``count`` of them."""
    if not -count <= dim < count:
        raise Refused(f"dim {dim} is out of range: it runs from {-count} to {count - 1} here")
    return dim % count
