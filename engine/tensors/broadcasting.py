"""Broadcasting: how arrays of different shapes are stretched to one shape before an entry-by-entry operation.

Shapes are aligned at their *last* axes. Along each axis the sizes must be equal, or one of them 1 or missing; a 1 is
stretched. The result has the largest size along each axis. The rule is NumPy's, and torch's.
"""

from collections.abc import Sequence

from engine.errors import Refused

Shape = tuple[int, ...]


def broadcast_shape(*shapes: Sequence[int]) -> Shape:
    """Return the common shape.

    Raises:
        Refused: two sizes along an axis differ and neither is 1; the text names the axis.

    >>> broadcast_shape((2, 1, 8), (2, 10, 8))
    (2, 10, 8)
    >>> broadcast_shape((3, 1), (3,))  # two columns? no: a column and a row
    (3, 3)
    """
    rank = max((len(shape) for shape in shapes), default=0)
    common = []
    for axis in range(-rank, 0):
        present = {shape[axis] for shape in shapes if len(shape) >= -axis}
        stretched = present - {1}
        if len(stretched) > 1:
            sizes = " and ".join(str(size) for size in sorted(stretched))
            raise Refused(f"along axis {axis}, counted from the end, the sizes are {sizes}, and neither is 1")
        common.append(stretched.pop() if stretched else 1)
    return tuple(common)


def aligned(*shapes: Sequence[int]) -> list[tuple[int | None, ...]]:
    """Return the shapes written one below the other, right-aligned; None where an axis is missing.

    >>> aligned((8, 1, 6), (7, 1))
    [(8, 1, 6), (None, 7, 1)]
    """
    rank = max((len(shape) for shape in shapes), default=0)
    return [(*[None] * (rank - len(shape)), *shape) for shape in shapes]


def source_index(shape: Sequence[int], index: Sequence[int]) -> Shape:
    """Return which entry of an array of ``shape`` stands at ``index`` of the stretched one.

    Missing axes are dropped from the left; along an axis of size 1 there is only entry 0.

    >>> source_index((3, 1), (5, 2, 4))
    (2, 0)
    """
    last = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else place for size, place in zip(shape, last, strict=True))
