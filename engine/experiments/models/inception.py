"""How the lanes of an Inception block are joined, and what breaks it."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import nn

from engine.device import current
from engine.evidence import Run, Table
from engine.layers.inception_lanes import Lanes
from engine.registry import Kind, function

Join = Literal["concatenation", "addition"]
_CHANNELS, _SIZE = 6, 9
_WIDTHS = (4, 8, 2)
_ALSO: Sequence[tuple[Join, int, int]] = (("concatenation", 2, 1), ("addition", 2, 1), ("concatenation", 0, 1))


@function("inception.lanes_can_join", Kind.MEASURED, example={"join": "concatenation"}, shows=(Lanes,))
def lanes_can_join(join: Join = "concatenation", padding5: Literal[0, 1, 2] = 2, pool_stride: Literal[1, 2] = 1) -> Run:
    """Say whether the outputs of a 1×1, a 3×3, a 5×5 and a pooling lane can be joined so; the 5×5 has ``padding5``."""
    tried = dict.fromkeys(((join, padding5, pool_stride), *_ALSO))
    rows = [(*arguments, *_tried(*arguments)) for arguments in tried]
    columns = ["join", "padding of 5×5", "stride of the pooling", "shapes of the lanes", "can be joined"]
    title = f"Four lanes on {_CHANNELS}×{_SIZE}×{_SIZE}"
    return Run(rows[0][-1], lambda: [Table(title, columns, rows)])


def _tried(join: Join, padding5: int, pool_stride: int) -> tuple[str, bool]:
    """Return the shapes of the lanes' outputs, and whether torch joins them."""
    with torch.random.fork_rng(devices=[]):  # torch draws weights, which do not matter here
        one, three, five = (
            nn.Conv2d(_CHANNELS, width, kernel, padding=padding)
            for width, kernel, padding in zip(_WIDTHS, (1, 3, 5), (0, 1, padding5), strict=True)
        )
    lanes = Lanes(one=one, three=three, five=five, pool=nn.MaxPool2d(3, pool_stride, padding=1)).to(current())
    x = torch.zeros(1, _CHANNELS, _SIZE, _SIZE, device=current())
    with torch.no_grad():
        outputs = [lane(x) for lane in lanes.children()]
        try:
            lanes(x) if join == "concatenation" else torch.stack(outputs).sum(0)
        except RuntimeError:
            return _shapes(outputs), False
    return _shapes(outputs), True


def _shapes(outputs: list[torch.Tensor]) -> str:
    return ", ".join("×".join(map(str, output.shape[1:])) for output in outputs)
