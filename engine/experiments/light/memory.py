"""What a layer moves and what it multiplies: ShuffleNet v2's guidelines 1 and 2, and operations per byte."""

from typing import Annotated, Literal

import torch

from engine.analysis.convolution_cost import convolution
from engine.analysis.macs import macs
from engine.analysis.memory_access import memory_access
from engine.analysis.output_shape import META
from engine.arguments import Between
from engine.doors.light.arithmetic_intensity import Layer, of_layer
from engine.evidence import Curve, Run, Series, Table
from engine.registry import Kind, function

_PIXELS = 56


@function("memory_access.is_least_at_equal_widths", Kind.MEASURED, example={"fixed": "macs"}, shows=(memory_access,))
def is_least_at_equal_widths(
    fixed: Literal["macs", "sum of widths"] = "macs", width: Annotated[int, Between(4, 64)] = 24
) -> Run:
    """Say whether a 1×1 convolution moves least with equal widths, among all pairs with the same MACs, or the same sum.

    With c1·c2 fixed (so the multiply-adds are) h·w·(c1 + c2) + c1·c2 is least at c1 = c2; with c1 + c2 fixed it is
    there at its most. This is the first guideline of ShuffleNet v2; it is about memory access, not computation.
    """
    if fixed == "macs":
        pairs = [(c, width**2 // c) for c in range(1, width**2 + 1) if width**2 % c == 0]
    else:
        pairs = [(c, 2 * width - c) for c in range(1, 2 * width)]
    rows = [(*pair, *_moved(*pair)) for pair in pairs]
    least = min(rows, key=lambda row: row[2])
    table = Table(
        f"Pairs with the same {'MACs' if fixed == 'macs' else fixed}", ["in", "out", "numbers moved", "MACs"], rows[:40]
    )
    curve = Curve("Numbers moved", [Series("moved", [r[0] for r in rows], [r[2] for r in rows])], "input channels")
    return Run(least[:2] == (width, width), lambda: [table, curve], str(META))


@function("memory_access.grows_with_groups", Kind.MEASURED, example={"fixed": "macs"}, shows=(memory_access,))
def grows_with_groups(fixed: Literal["macs", "widths"] = "macs") -> Run:
    """Say whether more groups make a 1×1 convolution move more numbers, with its MACs or its widths fixed.

    At fixed multiply-adds the widths grow with g; at fixed widths the weights shrink. Guideline 2 means the first.
    """
    rows = []
    for groups in (1, 2, 4, 8):
        out_channels = 128 * groups if fixed == "macs" else 128
        rows.append((groups, 128, out_channels, *_moved(128, out_channels, groups)))
    moved = [row[3] for row in rows]
    table = Table(f"Fixed {fixed}", ["groups", "in", "out", "numbers moved", "MACs"], rows)
    return Run(moved == sorted(moved) and moved[0] < moved[-1], lambda: [table], str(META))


@function("intensity.exceeds", Kind.MEASURED, example={"layer": "standard", "other": "depthwise"}, shows=(of_layer,))
def exceeds(
    layer: Layer = "standard", other: Layer = "depthwise", channels: Annotated[int, Between(16, 1024)] = 256
) -> Run:
    """Say whether ``layer`` does more operations per byte moved than ``other``, on 28×28 places."""
    rows = [(name, of_layer(name, channels).value) for name in (layer, other)]
    table = Table(f"{channels} channels, 28×28, float32", ["layer", "operations per byte"], rows)
    return Run(rows[0][1] > rows[1][1], lambda: [table], str(META))


def _moved(in_channels: int, out_channels: int, groups: int = 1) -> tuple[int, int]:
    """Return the numbers moved by a 1×1 convolution, and its multiply-adds."""
    with META:
        layer = convolution("grouped", in_channels, out_channels, 1, groups=groups)
    image = torch.zeros(1, in_channels, _PIXELS, _PIXELS, device=META)
    return memory_access(layer, image), macs(layer, image)
