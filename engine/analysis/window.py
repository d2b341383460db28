"""A window that slides along one axis: where it stands, and which settings torch refuses.

Convolutions and poolings share this arithmetic. Sizes are in cells along one axis. The checks say in numbers what a
real CPU run of torch refuses; they come first because the meta device accepts some of it (an ``output_padding`` that
is too large) and fails on other things in ways that explain nothing.
"""

from math import gcd
from typing import NamedTuple

from engine.errors import Refused


class Window(NamedTuple):
    """A kernel along one axis, with torch's argument names."""

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def extent(self) -> int:
        """The cells from the first to the last one touched, d(k - 1) + 1.

        >>> Window(kernel_size=3, dilation=2).extent
        5
        """
        return self.dilation * (self.kernel_size - 1) + 1

    def start(self, position: int) -> int:
        """Return the cell where the window starts at a position; the input begins at 0, its left padding at -p."""
        return position * self.stride - self.padding

    def positions(self, size: int, ceil_mode: bool = False) -> int:
        """Return in how many places the window can stand over ``size`` cells; below 1 where it does not fit.

        floor((n + 2p - extent)/s) + 1. With ``ceil_mode`` the quotient is rounded up, and a last window that would
        start beyond the input, in the right padding, is dropped.

        >>> Window(3, stride=2).positions(6), Window(3, stride=2).positions(6, ceil_mode=True)
        (2, 3)
        """
        rest = size + 2 * self.padding - self.extent
        if not ceil_mode:
            return rest // self.stride + 1
        count = -(-rest // self.stride) + 1
        return count - 1 if self.start(count - 1) >= size else count


Both = int | tuple[int, int]
"""One number for both axes, or height and width."""


def windows(kernel_size: Both, stride: Both, padding: Both, dilation: Both) -> tuple[Window, Window]:
    """Return the window along the height and the window along the width.

    >>> windows((1, 7), 1, (0, 3), 1)[1]
    Window(kernel_size=7, stride=1, padding=3, dilation=1)
    """
    height, width = zip(pair(kernel_size), pair(stride), pair(padding), pair(dilation), strict=True)
    return Window(*height), Window(*width)


def pair(both: Both) -> tuple[int, int]:
    """Return height and width."""
    return both if isinstance(both, tuple) else (both, both)


def transposed_size(size: int, window: Window, output_padding: int) -> int:
    """Return the output size of a transposed convolution, (n - 1)s - 2p + extent + output_padding.

    >>> transposed_size(4, Window(kernel_size=4, stride=2, padding=1), output_padding=0)
    8
    """
    return (size - 1) * window.stride - 2 * window.padding + window.extent + output_padding


def check_conv(size: int, window: Window, axis: str = "") -> None:
    """Refuse a convolution whose kernel does not fit into the padded input."""
    padded = size + 2 * window.padding
    if window.extent > padded:
        raise Refused(f"{axis}{_too_wide(window, padded)}; padding must be at least {(window.extent - size + 1) // 2}")


def check_pool(size: int, window: Window, ceil_mode: bool, axis: str = "") -> None:
    """Refuse a pooling with more padding than half a kernel, or with no place for its window."""
    if window.padding > window.kernel_size // 2:
        most = window.kernel_size // 2
        raise Refused(
            f"{axis}padding {window.padding} is more than half of kernel_size {window.kernel_size}, so a window could "
            f"stand in the padding alone; padding must be at most {most}"
        )
    if window.positions(size, ceil_mode) < 1:
        raise Refused(f"{axis}{_too_wide(window, size + 2 * window.padding)}; use a smaller kernel_size or dilation")


def check_conv_transpose(size: int, window: Window, output_padding: int, axis: str = "") -> None:
    """Refuse an ``output_padding`` that torch refuses, and a padding that cuts the whole output away.

    An output of 0 cells is refused always; torch's CPU run returns an empty tensor for some of these settings.
    """
    most = max(window.stride, window.dilation) - 1
    if output_padding > most:
        raise Refused(
            f"{axis}output_padding {output_padding} must be smaller than stride {window.stride} or "
            f"dilation {window.dilation}, so at most {most}"
        )
    if transposed_size(size, window, output_padding) < 1:
        uncut = transposed_size(size, window._replace(padding=0), output_padding)
        raise Refused(
            f"{axis}padding {window.padding} cuts {2 * window.padding} cells off an output of {uncut}, "
            f"and none is left; padding must be at most {(uncut - 1) // 2}"
        )


def check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    """Refuse groups that do not divide both numbers of channels."""
    if in_channels % groups or out_channels % groups:
        common = gcd(in_channels, out_channels)
        fits = max(divisor for divisor in range(1, min(common, groups) + 1) if common % divisor == 0)
        raise Refused(
            f"groups {groups} must divide both in_channels {in_channels} and out_channels {out_channels}; "
            f"the nearest smaller number that does is {fits}"
        )


def _too_wide(window: Window, padded: int) -> str:
    return (
        f"the kernel spans {window.extent} cells (dilation·(kernel_size − 1) + 1), "
        f"but the input with its padding has only {padded}"
    )
