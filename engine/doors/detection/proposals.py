"""``selective_search.*`` and ``rcnn.*``: proposals from colour alone, and how often the network runs for them."""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.macs import macs as count_macs
from engine.arguments import Between, Elements
from engine.detection.graph_segments import graph_segments
from engine.detection.region_pipelines import fast_rcnn_features, rcnn_features
from engine.detection.selective_search import selective_search
from engine.doors.detection._boxes import text
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.models.vgg import vgg16
from engine.registry import Kind, function

Image = Annotated[Tensor, Elements(1024, 2), Between(0, 1)]
Method = Literal["rcnn", "fast_rcnn"]
Constant = Annotated[float, Between(0, 1000)]
_IMAGE = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
_SIDE = 64


@function("selective_search.segments", Kind.MEASURED, example={"image": _IMAGE}, shows=(graph_segments,))
def segments(image: Image, k: Constant = 0.0) -> Run:
    """Return each pixel's segment [H, W] of a grey image: neighbours merge where they differ little enough.

    With k = 0 only equal ones merge, so the segments are the connected areas of one grey; large k merges all.

    >>> segments(torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]])).value
    [[0, 0, 1], [2, 0, 1]]
    """
    numbers = graph_segments(image[None], k).tolist()
    pictures: Blocks = [Heatmap("Image", image.tolist()), Heatmap("Segments", numbers)]
    return Run(numbers, lambda: pictures, "cpu")


@function("selective_search.proposals", Kind.MEASURED, example={"image": _IMAGE}, shows=(selective_search,))
def proposals(image: Image, k: Constant = 0.0) -> Run:
    """Return the boxes [x1, y1, x2, y2] of all segments of a grey image that ever stood while the most similar merge.

    >>> proposals(torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]])).value
    [[0.0, 0.0, 3.0, 3.0], [1.0, 1.0, 3.0, 3.0]]
    """
    boxes = selective_search(image[None], k).tolist()
    rows = [(number, text(box)) for number, box in enumerate(boxes)]
    return Run(boxes, lambda: [Table("Proposals", ["number", "box"], rows), Heatmap("Image", image.tolist())], "cpu")


@function(
    "rcnn.cnn_passes",
    Kind.MEASURED,
    example={"method": "rcnn", "proposals": 50},
    shows=(rcnn_features, fast_rcnn_features),
)
def cnn_passes(method: Method, proposals: Annotated[int, Between(1, 3000)] = 2000) -> Run:
    """Return how often the convolutions run for one image: once for each proposal in R-CNN, once in Fast R-CNN.

    Both really run, with a tiny network; a hook counts.

    >>> cnn_passes("rcnn", 30).value, cnn_passes("fast_rcnn", 30).value
    (30, 1)
    """
    counted = _passes(method, proposals)
    rows = [(name, passes(proposals)) for name, passes in _RULES.items()]
    return Run(counted, lambda: [Table(f"{proposals} proposals", ["method", "passes by rule"], rows)], "cpu")


@function(
    "rcnn.macs", Kind.MEASURED, example={"method": "rcnn", "proposals": 50}, shows=(rcnn_features, fast_rcnn_features)
)
def macs(
    method: Method,
    proposals: Annotated[int, Between(1, 10_000)] = 2000,
    size: Annotated[int, Between(16, 512)] = 224,
    height: Annotated[int, Between(16, 2048)] = 600,
    width: Annotated[int, Between(16, 2048)] = 1000,
) -> Run:
    """Return the multiply-adds of VGG-16's convolutions for one image: on each warped size × size crop, or once.

    R-CNN warps every proposal to size × size; Fast R-CNN runs the height × width image. Heads are not counted.

    >>> macs("rcnn").value > 100 * macs("fast_rcnn").value
    True
    """
    crop, whole = (_vgg_macs(*sides) for sides in ((size, size), (height, width)))
    rows = [("rcnn", proposals, crop, proposals * crop), ("fast_rcnn", 1, whole, whole)]
    table = Table("Convolutions", ["method", "passes", "MACs of a pass", "MACs"], rows)
    return Run(proposals * crop if method == "rcnn" else whole, lambda: [table], "meta")


_RULES: dict[str, Callable[[int], int]] = {"rcnn": lambda proposals: proposals, "fast_rcnn": lambda proposals: 1}


def _passes(method: Method, proposals: int) -> int:
    with torch.random.fork_rng(devices=[]):
        network = nn.Conv2d(1, 1, 3, stride=4, padding=1)
    runs: list[int] = []
    network.register_forward_hook(lambda layer, given, output: runs.append(1))
    corners = 8 * torch.rand(proposals, 2, generator=torch.Generator().manual_seed(0))
    boxes, image = torch.cat([corners, corners + 16], dim=1), torch.zeros(1, _SIDE, _SIDE)
    with torch.no_grad():
        if method == "rcnn":
            rcnn_features(image, boxes, network, size=4)
        else:
            fast_rcnn_features(image, boxes, network, output_size=2, spatial_scale=0.25)
    return len(runs)


def _vgg_macs(height: int, width: int) -> int:
    with torch.device("meta"):
        return count_macs(vgg16().features, torch.empty(1, 3, height, width))
