"""``detection.*``, ``rpn.*``, ``mask_rcnn.*``: detectors and their heads, built on the meta device and counted."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import torch
from torch import Tensor, nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META
from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.models.detection.faster_rcnn import FasterRCNN
from engine.models.detection.mask_rcnn import MaskRCNN
from engine.models.detection.region_heads import MaskHead
from engine.models.detection.region_proposals import RPNHead
from engine.registry import Kind, function

Name = Literal["faster_rcnn_resnet50_fpn", "mask_rcnn_resnet50_fpn"]
BatchNorm = Literal["frozen", "trainable"]
Classes = Annotated[int, Between(2, 10_000)]
Anchors = Annotated[int, Between(1, 64)]
Width = Annotated[int, Between(1, 4096)]
Scores = Literal[1, 2]
Cells = Annotated[int, Between(1, 4096)]


@function(
    "detection.num_params", Kind.MODULE, example={"name": "faster_rcnn_resnet50_fpn"}, shows=(FasterRCNN, MaskRCNN)
)
def num_params(name: Name, batch_norm: BatchNorm = "frozen", num_classes: Classes = 91) -> Run:
    """Return the parameters of a detector on ResNet-50 with a feature pyramid, its BatchNorms frozen or trainable.

    Classes are counted with the background; 91 is what torchvision publishes for COCO.

    >>> num_params("faster_rcnn_resnet50_fpn").value, num_params("mask_rcnn_resnet50_fpn").value
    (41755286, 44401393)
    """
    network = _build(name, num_classes, batch_norm == "frozen")
    rows = [(part, count_params(module)) for part, module in _parts(network)]
    title = f"{name}, {batch_norm} BatchNorm"
    return Run(count_params(network), lambda: [Table(title, ["part", "parameters"], rows)], str(META))


@function("detection.macs", Kind.MEASURED, example={"name": "faster_rcnn_resnet50_fpn"}, shows=(FasterRCNN, MaskRCNN))
def macs(
    name: Name,
    height: Annotated[int, Between(64, 2048)] = 800,
    width: Annotated[int, Between(64, 2048)] = 1088,
    proposals: Annotated[int, Between(0, 10_000)] = 1000,
    found: Annotated[int, Between(0, 1000)] = 100,
    part: Literal["all", "backbone", "rpn", "box_head", "mask_head"] = "all",
) -> Run:
    """Return the multiply-adds of a detector on one image, with so many proposals and, for masks, detections.

    Hooks count while each part runs on the meta device: the backbone once, the proposal head on five maps, the heads on
    every region. Pooling and suppression have no multiply-adds of layers.

    >>> macs("faster_rcnn_resnet50_fpn", part="rpn").value < macs("faster_rcnn_resnet50_fpn", part="backbone").value
    True
    """
    network = _build(name, 91, True)
    counts = {one: _macs_of(module, one, height, width, proposals, found) for one, module in _parts(network)}
    counts = {"backbone": 0, "rpn": 0, "box_head": 0, "mask_head": 0, **counts}
    counts["all"] = sum(counts.values())
    table = Table(f"{name} on {height}×{width}", ["part", "MACs"], list(counts.items()))
    return Run(counts[part], lambda: [table], str(META))


@function("rpn.num_params", Kind.MODULE, example={"in_channels": 512, "num_anchors": 9}, shows=(RPNHead,))
def rpn_num_params(
    in_channels: Width,
    num_anchors: Anchors,
    scores_per_anchor: Scores = 2,
    part: Literal["output layers", "all"] = "output layers",
    bias: bool = False,
) -> Run:
    """Return the parameters of a proposal head: of its two 1×1 output layers, or with the 3×3 before them.

    The paper has 2 scores for each anchor (a softmax), later code 1 (a sigmoid). Without ``bias`` only weights count.

    >>> rpn_num_params(512, 9).value  # 512·(4 + 2)·9, the paper's 2.8·10⁴
    27648
    """
    head = _head(in_channels, num_anchors, scores_per_anchor)
    layers = [*([head.conv] if part == "all" else []), head.cls_logits, head.bbox_pred]
    rows = [(sizes(layer.weight.shape), layer.weight.numel(), _bias(layer)) for layer in layers]
    total = sum(weights + (biases if bias else 0) for _, weights, biases in rows)
    return Run(total, lambda: [Table("Layers", ["shape", "weights", "biases"], rows)], str(META))


@function(
    "rpn.output_shape",
    Kind.MODULE,
    example={"height": 60, "width": 40, "num_anchors": 9, "output": "offsets"},
    shows=(RPNHead,),
)
def rpn_output_shape(
    height: Cells,
    width: Cells,
    num_anchors: Anchors,
    output: Literal["scores", "offsets"] = "scores",
    scores_per_anchor: Scores = 2,
) -> Run:
    """Return the shape [C, H, W] of a proposal head's scores or offsets on a feature map.

    >>> rpn_output_shape(60, 40, 9, "offsets").value
    [36, 60, 40]
    """
    head = _head(8, num_anchors, scores_per_anchor)
    both = head(torch.zeros(1, 8, height, width, device=META))
    shapes = {name: list(tensor.shape[1:]) for name, tensor in zip(("scores", "offsets"), both, strict=True)}
    rows = [(name, sizes(shape)) for name, shape in shapes.items()]
    return Run(shapes[output], lambda: [Table("Outputs", ["output", "shape"], rows)], str(META))


@function("mask_rcnn.mask_shape", Kind.MODULE, example={"num_classes": 91}, shows=(MaskHead,))
def mask_shape(
    num_classes: Classes, size: Annotated[int, Between(1, 64)] = 14, regions: Annotated[int, Between(1, 10_000)] = 1
) -> Run:
    """Return the shape of Mask R-CNN's mask logits for pooled regions: [regions, classes, 2·size, 2·size].

    >>> mask_shape(91).value
    [1, 91, 28, 28]
    """
    with META:
        head, x = MaskHead(256, num_classes), torch.zeros(regions, 256, size, size)
    layers = [(type(layer).__name__, sizes(shape)) for layer, shape in _shapes(head, x)]
    return Run(list(head(x).shape), lambda: [Table("Mask head", ["layer", "output"], layers)], str(META))


def _build(name: Name, num_classes: int, frozen: bool) -> FasterRCNN | MaskRCNN:
    with META:
        if name == "faster_rcnn_resnet50_fpn":
            return FasterRCNN(num_classes, frozen=frozen)
        return MaskRCNN(num_classes, frozen=frozen)


def _parts(network: FasterRCNN | MaskRCNN) -> Iterator[tuple[str, nn.Module]]:
    detector = network.detector if isinstance(network, MaskRCNN) else network
    yield from (("backbone", detector.backbone), ("rpn", detector.rpn), ("box_head", detector.box_head))
    if isinstance(network, MaskRCNN):
        yield "mask_head", network.mask_head


def _macs_of(module: nn.Module, part: str, height: int, width: int, proposals: int, found: int) -> int:
    if part == "backbone":
        return count_macs(module, torch.empty(1, 3, height, width, device=META))
    if part == "rpn":
        return sum(count_macs(module.get_submodule("head"), x) for x in _maps(height, width))
    regions, size = (proposals, 7) if part == "box_head" else (found, 14)
    return count_macs(module, torch.empty(regions, 256, size, size, device=META))


def _maps(height: int, width: int) -> Sequence[Tensor]:
    """Return the five maps of the pyramid; convolutions with stride 2 round up."""
    places = [(-(-height // stride), -(-width // stride)) for stride in (4, 8, 16, 32, 64)]
    return [torch.empty(1, 256, *place, device=META) for place in places]


def _head(in_channels: int, num_anchors: int, scores_per_anchor: int) -> RPNHead:
    with META:
        return RPNHead(in_channels, num_anchors, scores_per_anchor=scores_per_anchor)


def _bias(layer: nn.Conv2d) -> int:
    return 0 if layer.bias is None else layer.bias.numel()


def _shapes(head: MaskHead, x: Tensor) -> Iterator[tuple[Any, Any]]:
    for layer in (*head.convs, head.upsample, head.logits):
        x = layer(x)
        yield layer, x.shape
