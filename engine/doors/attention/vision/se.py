"""``se.*``: squeeze and excitation: what it costs, and what the gates of given numbers are."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor, nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.params import num_params as count_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements, Length
from engine.attention.squeeze_excitation import SqueezeExcitation, squeeze
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function

Channels = Annotated[int, Between(1, 65_536)]
Reduction = Annotated[int, Between(1, 1024)]
Matrix = Annotated[Tensor, Elements(1024, 2), Between(-1e3, 1e3)]
Images = Annotated[Tensor, Elements(4096, 3), Between(-1e6, 1e6)]
"""(C, H, W), one image."""
_GATES = {"squeezed": [1, 2, 3, 4], "fc1": [[1, 0, 0, 0], [0, 0, 0, 1]], "fc2": [[1, 0], [0, 1], [1, 1], [0, 0]]}


@function("se.num_params", Kind.MODULE, example={"channels": 64}, shows=(SqueezeExcitation,))
def num_params(channels: Channels, reduction: Reduction = 16, bias: bool = True) -> Run:
    """Return the parameters of one squeeze-and-excitation block: two linear layers, C to C/reduction and back.

    >>> num_params(64, bias=False).value, num_params(64).value
    (512, 580)
    """
    block = _block(channels, reduction, bias)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in block.named_parameters()]
    return Run(count_params(block), lambda: [Table("SE block", ["parameter", "shape", "numbers"], rows)], "meta")


@function("se.macs", Kind.MEASURED, example={"channels": 256, "size": 56}, shows=(SqueezeExcitation,))
def macs(channels: Channels, size: Annotated[int, Between(1, 1024)], reduction: Reduction = 16) -> Run:
    """Return the multiply-adds of the block's two linear layers on a map of size×size: the size makes no difference.

    Convention: the mean and the multiplication by the gates count 0, as pooling and normalisation do.

    >>> macs(256, size=56).value, macs(256, size=7).value
    (8192, 8192)
    """
    block = _block(channels, reduction, bias=True)
    x = torch.empty(1, channels, size, size, device="meta")
    rows = [(row.name, sizes(row.output_shape), row.macs) for row in layer_table(block, x)]
    rows.insert(0, ("input", sizes(x.shape), 0))
    return Run(count_macs(block, x), lambda: [Table("SE block", ["layer", "shape", "MACs"], rows)], "meta")


@function("se.squeeze", Kind.MODULE, example={"image": [[[0, 16], [0, 0]], [[4, 4], [4, 4]]]}, shows=(squeeze,))
def squeezed_means(image: Images) -> Run:
    """Return what each channel of an image (C, H, W) is squeezed to, by ``nn.AdaptiveAvgPool2d(1)``: one number.

    >>> squeezed_means(torch.tensor([[[0.0, 16.0]], [[8.0, 8.0]]], dtype=torch.float64)).value
    [8.0, 8.0]
    """
    image = image.to(for_float64())
    found = nn.AdaptiveAvgPool2d(1)(image[None])[0, :, 0, 0]
    maps = [Heatmap(f"channel {index}", channel.tolist(), "x", "y") for index, channel in enumerate(image[:4])]
    table = Table("Squeezed", ["channel", "mean"], list(enumerate(found.tolist())))
    return Run(found.tolist(), lambda: [*maps, table], str(image.device))


@function("se.gates", Kind.MODULE, example=_GATES, shows=(SqueezeExcitation,))
def gates(
    squeezed: Annotated[Sequence[Annotated[float, Between(-1e3, 1e3)]], Length(1, 64)], fc1: Matrix, fc2: Matrix
) -> Run:
    """Return the gate of each channel, σ(fc2·ReLU(fc1·z)), from its squeezed means z and the weights, without biases.

    fc1 is (C/reduction, C), fc2 is (C, C/reduction). Run by ``nn.Linear``, ``nn.ReLU`` and ``nn.Sigmoid``.

    >>> zeros = torch.zeros(1, 2, dtype=torch.float64)
    >>> gates([5, 7], fc1=zeros, fc2=zeros.mT).value
    [0.5, 0.5]
    """
    wanted = {"fc1": (len(fc1), len(squeezed)), "fc2": (len(squeezed), len(fc1))}
    for name, given in {"fc1": fc1, "fc2": fc2}.items():
        if tuple(given.shape) != wanted[name]:
            raise Refused(f"'{name}' must be {sizes(wanted[name])} here, not {sizes(given.shape)}")
    z = torch.tensor([squeezed], dtype=torch.float64, device=for_float64())
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        layers = nn.Sequential(
            *(nn.Linear(len(squeezed), len(fc1), bias=False), nn.ReLU()),
            *(nn.Linear(len(fc1), len(squeezed), bias=False), nn.Sigmoid()),
        )
    layers.load_state_dict({"0.weight": fc1, "2.weight": fc2}, assign=True)
    found = layers.to(z)(z)[0].detach().tolist()
    table = Table(
        "Channels", ["channel", "squeezed", "gate"], list(zip(range(len(found)), squeezed, found, strict=True))
    )
    total = Table("The gates are no shares", ["sum of the gates"], [(sum(found),)])
    return Run(found, lambda: [Heatmap("gates", [found], "channel", ""), table, total], str(z.device))


def _block(channels: int, reduction: int, bias: bool) -> SqueezeExcitation:
    with torch.device("meta"):
        return SqueezeExcitation(channels, reduction, bias)
