"""``fcn.*``: fully convolutional networks: up-sampling that starts as interpolation, and sizes of scores."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.output_shape import META
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements
from engine.detection.pixel_loss import pixel_cross_entropy
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.models.detection.fcn_vgg import FCNVGG, bilinear_upsampling
from engine.registry import Kind, function

Factor = Literal[2, 4, 8, 16, 32]


@function("fcn.upsampled", Kind.MODULE, example={"scores": [[0, 1], [2, 3]], "factor": 2}, shows=(bilinear_upsampling,))
def upsampled(scores: Annotated[Tensor, Elements(256, 2), Between(-1e6, 1e6)], factor: Factor = 2) -> Run:
    """Return scores [H, W] through a transposed convolution that starts as bilinear up-sampling, not cropped.

    Kernel 2·factor, stride ``factor``, no padding: (H + 1)·factor rows come out.

    >>> upsampled(torch.ones(1, 1)).value[1]
    [0.1875, 0.5625, 0.5625, 0.1875]
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        layer = bilinear_upsampling(1, factor).double()
        large = layer(scores.double()[None, None])[0, 0].tolist()
    return Run(large, lambda: [Heatmap("Scores", scores.tolist()), Heatmap("Up-sampled", large)], "cpu")


@function("fcn.score_shape", Kind.MODULE, example={"stride": 32, "height": 500, "width": 375}, shows=(FCNVGG,))
def score_shape(
    stride: Literal[8, 16, 32],
    height: Annotated[int, Between(1, 2048)],
    width: Annotated[int, Between(1, 2048)],
    of: Literal["score", "fused", "output"] = "score",
) -> Run:
    """Return the shape [C, H, W] of FCN's first scores, of the sum with its skips, or of its output; 21 classes.

    "score" is at stride 32; "fused" is what the last transposed convolution reads. The image is padded by 100.

    >>> score_shape(32, 500, 375).value, score_shape(8, 500, 375, "output").value
    ([21, 16, 12], [21, 500, 375])
    """
    with META:
        network, image = FCNVGG(stride).eval(), torch.empty(1, 3, height, width)
    seen: dict[str, Tensor] = {}
    network.score.register_forward_hook(lambda layer, given, output: seen.update(score=output))
    network.upscore.register_forward_hook(lambda layer, given, output: seen.update(fused=given[0]))
    seen["output"] = network(image)
    shapes = {name: list(tensor.shape[1:]) for name, tensor in seen.items()}
    rows = [(name, sizes(shape)) for name, shape in shapes.items()]
    return Run(shapes[of], lambda: [Table(f"FCN-{stride}s on {height}×{width}", ["tensor", "shape"], rows)], str(META))


@function(
    "fcn.pixel_loss",
    Kind.MEASURED,
    example={"logits": [[[1.0, 0.0]], [[0.0, 2.0]]], "labels": [[0, 1]]},
    shows=(pixel_cross_entropy,),
)
def pixel_loss(
    logits: Annotated[Tensor, Elements(4096, 3), Between(-1e3, 1e3)],
    labels: Annotated[Tensor, Elements(1024, 2), Between(0, 255)],
    ignore_index: Annotated[int, Between(0, 255)] = 255,
) -> Run:
    """Return the mean cross-entropy over pixels of logits [K, H, W]; pixels labelled ``ignore_index`` do not count.

    >>> round(pixel_loss(torch.zeros(4, 1, 2), torch.tensor([[0.0, 255.0]])).value, 6)
    1.386294
    """
    if labels.shape != logits.shape[1:]:
        raise Refused(f"logits of {sizes(logits.shape[1:])} pixels and labels of {sizes(labels.shape)} must be alike")
    classes = labels.long()
    counted = classes[classes != ignore_index]
    if not torch.equal(classes.to(labels.dtype), labels):
        raise Refused("labels must be whole numbers")
    if not len(counted) or int(counted.max()) >= len(logits):
        raise Refused(f"at least one label must count, and those that do must be from 0 to {len(logits) - 1}")

    def evidence() -> Blocks:
        return [Heatmap("Labels", classes.tolist()), Heatmap("Most likely class", logits.argmax(0).tolist())]

    return Run(float(pixel_cross_entropy(logits, classes, ignore_index)), evidence, "cpu")
