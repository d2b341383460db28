"""Three ways to turn the output of a mask branch into a mask: mixed, channel and spatial attention.

Source: Wang et al. 2017, "Residual Attention Network for Image Classification", equations 3 to 5. x[i, c] is the value
at place i of channel c. The paper found f1, which constrains nothing, the best.

Where others retell f2 as global average pooling and f3 as a mean over the channels, they describe other methods: those
are :func:`pooled_channels` (the squeeze of SENet) and :func:`mean_of_channels`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from torch import Tensor


def f1(x: Tensor) -> Tensor:
    """Return σ(x) for each entry: mixed attention, over places and channels alike. ``(N, C, H, W)`` to the same.

    >>> import torch
    >>> f1(torch.zeros(1, 1, 1, 2)).tolist()
    [[[[0.5, 0.5]]]]
    """
    return x.sigmoid()


def f2(x: Tensor) -> Tensor:
    """Return x[i, c]/‖x[i]‖, each place divided by the Euclidean norm of its channels: channel attention.

    Entries keep their signs, so it is no mask in (0, 1); multiplying all channels of one place changes nothing.

    >>> import torch
    >>> f2(torch.tensor([3.0, -4.0]).reshape(1, 2, 1, 1)).flatten().tolist()
    [0.6000000238418579, -0.800000011920929]
    """
    return x / x.square().sum(1, keepdim=True).sqrt()


def f3(x: Tensor) -> Tensor:
    """Return σ((x[i, c] - mean_c)/std_c), each channel's map standardised over its own places: spatial attention.

    Mean and standard deviation are those of one channel's map, so a change of a map's scale or level changes nothing.
    Convention: the variance is divided by the number of places, not by one less.
    """
    mean = x.mean((2, 3), keepdim=True)
    std = (x - mean).square().mean((2, 3), keepdim=True).sqrt()
    return ((x - mean) / std).sigmoid()


def pooled_channels(x: Tensor) -> Tensor:
    """Return σ of each channel's mean over all places, ``(N, C, 1, 1)``: SENet's squeeze, called f2 in some notes."""
    return x.mean((2, 3), keepdim=True).sigmoid()


def mean_of_channels(x: Tensor) -> Tensor:
    """Return σ of the mean over the channels at each place, ``(N, 1, H, W)``: what some notes call f3."""
    return x.mean(1, keepdim=True).sigmoid()


MASK_ACTIVATIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "f1": f1,
    "f2": f2,
    "f3": f3,
    "pooled_channels": pooled_channels,
    "mean_of_channels": mean_of_channels,
}
"""By name; the last two are not the paper's."""
