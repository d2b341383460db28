"""R-CNN and its heirs, and networks without linear layers: what runs how often, and what depends on what."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.detection.selective_search import selective_search
from engine.doors.detection.proposals import Method, cnn_passes
from engine.doors.detection.small_objects import Factor, both_distances
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.residual import Bottleneck
from engine.models.detection.fcn_resnet import dilate
from engine.models.detection.region_proposals import RegionProposalNetwork
from engine.registry import Kind, function


@function("rcnn.passes_grow_with_proposals", Kind.MEASURED, example={"method": "rcnn"}, shows=(cnn_passes,))
def passes_grow_with_proposals(method: Method = "rcnn") -> Run:
    """Say whether more proposals mean more passes of the convolutions: in R-CNN, or in Fast R-CNN."""
    rows = [(count, *(cnn_passes(one, count).value for one in (method, "rcnn", "fast_rcnn"))) for count in (5, 10, 20)]
    table = Table("Passes", ["proposals", f"asked: {method}", "rcnn", "fast_rcnn"], rows)
    return Run(rows[0][1] < rows[1][1] < rows[2][1], lambda: [table], "cpu")


@function(
    "proposals.depend_on_weights",
    Kind.MEASURED,
    example={"method": "rpn"},
    shows=(RegionProposalNetwork, selective_search),
)
def depend_on_weights(method: Literal["rpn", "selective_search"] = "rpn") -> Run:
    """Say whether other weights give other proposals on one picture: of a region proposal network, or of a search."""
    return settle(
        "Proposals with one set of weights beside those with another",
        Holds.IF_DIFFERENT,
        _proposed_otherwise,
        {"method": method},
        [{"method": "selective_search" if method == "rpn" else "rpn"}],
    )


def _proposed_otherwise(generator: torch.Generator, method: str) -> Tensor:
    image = randn(generator, 1, 8, 8).sigmoid().round()
    with torch.random.fork_rng(devices=[]):
        networks = [RegionProposalNetwork(1, sizes=[16], post_nms_top_n=4).to(image) for _ in range(2)]
    proposals = []
    for network in networks:
        for parameter in network.parameters():
            parameter.data = randn(generator, *parameter.shape)
        if method == "rpn":
            proposals.append(network.propose(network.predict([image[None]], (64, 64)), (64, 64))[:1])
        else:
            proposals.append(selective_search(image.cpu())[:1])
    return proposals[0] - proposals[1]


@function("fcn.takes_every_size", Kind.MEASURED, example={"head": "1x1 convolution"})
def takes_every_size(head: Literal["1x1 convolution", "linear layer"] = "1x1 convolution") -> Run:
    """Say whether a network with this head takes images of a size that it was not built for, here 24×40 for 16×16."""
    heads = dict.fromkeys((head, "1x1 convolution", "linear layer"))
    rows = [(name, *(_output(name, *sides) for sides in ((16, 16), (24, 40)))) for name in heads]
    table = Table("A 3×3 convolution and a head", ["head", "16×16 gives", "24×40 gives"], rows)
    return Run(rows[0][2] != "an error", lambda: [table], "cpu")


def _output(head: str, height: int, width: int) -> str:
    with torch.random.fork_rng(devices=[]):
        scores: list[nn.Module] = [nn.Conv2d(2, 5, 1)]
        if head == "linear layer":
            scores = [nn.Flatten(), nn.Linear(2 * 16 * 16, 5)]
        network = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), *scores)
    try:
        return "×".join(map(str, network(torch.zeros(1, 3, height, width)).shape[1:]))
    except RuntimeError:
        return "an error"


@function("fcn.dilation_replaces_stride", Kind.MEASURED, example={"dilated": True}, shows=(dilate,))
def dilation_replaces_stride(dilated: bool = True) -> Run:
    """Say whether a stage without its stride gives at every second place what it gave with it, ``dilated`` or not."""
    return settle(
        "Every second place of the dense stage beside the strided one",
        Holds.IF_EQUAL,
        _other_values,
        {"dilated": dilated},
        [{"dilated": not dilated}],
    )


def _other_values(generator: torch.Generator, dilated: bool) -> Tensor:
    strided, dense = _stage(), _stage()
    for own, copied in zip(strided.parameters(), dense.parameters(), strict=True):
        own.data = copied.data = randn(generator, *own.shape).abs() / 2  # no ReLU is off, so all is seen
    dilate(dense, before=1)
    if not dilated:
        for layer in dense.modules():
            if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3):
                layer.dilation = layer.padding = (1, 1)
    x = randn(generator, 1, 4, 10, 10)
    return torch.sub(dense.to(x)(x)[:, :, ::2, ::2], strided.to(x)(x))[0].flatten(1)


def _stage() -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        return nn.Sequential(Bottleneck(4, 2, stride=2), Bottleneck(8, 2)).eval()


@function("small_object.features_agree", Kind.MEASURED, example={"residual": True}, shows=(both_distances,))
def features_agree(residual: bool = False, factor: Factor = 4) -> Run:
    """Say whether features of small objects are near those of large ones, as seen or with a learned residual (a toy).

    Near is a distance under 0.08, far over 0.12; 1 is the spread of the features themselves.
    """
    return settle(
        "Distance of the features",
        Holds.IF_EQUAL,
        _apart,
        {"residual": residual, "factor": factor},
        [{"residual": not residual, "factor": factor}],
        Thresholds(none=0.08, some=0.12),
    )


def _apart(generator: torch.Generator, residual: bool, factor: int) -> Tensor:
    return torch.tensor([both_distances(factor, generator)[residual]])
