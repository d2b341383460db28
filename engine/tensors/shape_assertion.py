"""Asserting how many axes a tensor has, as the book's batch normalisation does: ``assert len(X.shape) in (2, 4)``.

It is about the *number of axes*: 2 for a fully connected layer's (N, features), 4 for a convolution's (N, C, H, W). A
size of 2 or 4 is nothing that it sees. Python drops assertions when it runs with ``-O``.
"""

from collections.abc import Sequence

from torch import Tensor


def assert_rank(x: Tensor, ranks: Sequence[int] = (2, 4)) -> None:
    """Do nothing if ``x`` has one of these numbers of axes.

    Raises:
        AssertionError: it has another.

    >>> import torch
    >>> assert_rank(torch.zeros(3, 5))
    >>> assert_rank(torch.zeros(4))
    Traceback (most recent call last):
    AssertionError: 1 axis is none of 2, 4
    """
    count = len(x.shape)
    if count not in ranks:  # an assert statement, written out so that -O does not drop it here
        raise AssertionError(f"{count} {'axis is' if count == 1 else 'axes are'} none of {', '.join(map(str, ranks))}")
