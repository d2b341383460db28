"""A shape as people write it."""

from collections.abc import Iterable


def sizes(shape: Iterable[int]) -> str:
    """Return the sizes with a times sign between them.

    >>> sizes((64, 3, 7, 7))
    '64×3×7×7'
    """
    return "×".join(map(str, shape))
