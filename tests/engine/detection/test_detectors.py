"""Whole detectors: published counts, and narrow copies that really run beside a second implementation in plain code."""

import math
from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from plain_detection import (
    PlainDetector,
    Rows,
    bn,
    fill,
    noise,
    plain_body,
    plain_iou,
    plain_pyramid,
    plain_roi_align,
)
from torch import Tensor, nn
from torch.nn import functional
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.models.detection.faster_rcnn import FasterRCNN, Objects, faster_rcnn_resnet50_fpn
from engine.models.detection.feature_pyramid import ResNetFPN
from engine.models.detection.frozen_batch_norm import FrozenBatchNorm2d, freeze_batch_norm
from engine.models.detection.mask_rcnn import MaskRCNN, mask_rcnn_resnet50_fpn, mask_targets, paste_mask
from engine.models.detection.region_heads import MaskHead
from engine.models.detection.region_proposals import Predictions, RegionProposalNetwork, RPNHead

torch.set_num_threads(1)

# torchvision's counts of all parameters; with FrozenBatchNorm2d the backbone has 53,120 fewer.
PUBLISHED = {
    ("faster_rcnn_resnet50_fpn", "frozen"): 41_755_286,
    ("faster_rcnn_resnet50_fpn", "trainable"): 41_808_406,
    ("mask_rcnn_resnet50_fpn", "frozen"): 44_401_393,
    ("mask_rcnn_resnet50_fpn", "trainable"): 44_454_513,
}
LAYERS, SIZES, TOP = (1, 1, 1, 1), (8.0, 12.0, 24.0, 48.0, 64.0), (40, 12)
NARROW = {"num_classes": 4, "layers": LAYERS, "width": 4, "channels": 8, "hidden": 16, "sizes": SIZES}
OBJECTS: Rows = [[10, 12, 60, 50], [50, 20, 88, 60]]
LABELS = [1, 3]


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(("name", "batch_norm"), PUBLISHED)
def test_parameters_of_detectors_are_the_published_ones(name: str, batch_norm: str) -> None:
    builders = {
        "faster_rcnn_resnet50_fpn": faster_rcnn_resnet50_fpn,
        "mask_rcnn_resnet50_fpn": mask_rcnn_resnet50_fpn,
    }
    with torch.device("meta"):
        assert count(builders[name](frozen=batch_norm == "frozen")) == PUBLISHED[name, batch_norm]
    assert value("detection.num_params", name=name, batch_norm=batch_norm) == PUBLISHED[name, batch_norm]


@pytest.mark.parametrize("classes", [2, 21])
def test_classes_change_the_last_layers_alone(classes: int) -> None:
    less = 91 - classes
    faster = value("detection.num_params", name="faster_rcnn_resnet50_fpn", num_classes=classes)
    assert faster == 41_755_286 - less * 5 * 1025
    mask = value("detection.num_params", name="mask_rcnn_resnet50_fpn", num_classes=classes)
    assert mask == 44_401_393 - less * (5 * 1025 + 257)


def test_the_proposal_head_of_the_paper() -> None:
    """512 x (4 + 2) x 9 weights on VGG-16, the 2.8·10⁴ of the paper."""
    assert value("rpn.num_params", in_channels=512, num_anchors=9) == 27_648 == 512 * (4 + 2) * 9
    assert value("rpn.num_params", in_channels=512, num_anchors=9, scores_per_anchor=1) == 512 * 5 * 9
    assert value("rpn.num_params", in_channels=512, num_anchors=9, bias=True) == 513 * 54
    whole = 512 * 512 * 9 + 512 + 513 * 54
    assert value("rpn.num_params", in_channels=512, num_anchors=9, part="all", bias=True) == whole
    assert count(RPNHead(512, 9, scores_per_anchor=2)) == whole
    assert value("rpn.output_shape", height=60, width=40, num_anchors=9) == [18, 60, 40]
    assert value("rpn.output_shape", height=60, width=40, num_anchors=9, output="offsets") == [36, 60, 40]


def test_the_mask_head_of_the_paper() -> None:
    assert value("mask_rcnn.mask_shape", num_classes=91) == [1, 91, 28, 28]
    assert value("mask_rcnn.mask_shape", num_classes=5, size=7, regions=3) == [3, 5, 14, 14]
    with torch.device("meta"):
        head = MaskHead(256, 91)
        assert head(torch.empty(2, 256, 14, 14)).shape == (2, 91, 28, 28)
    assert count(head) == 4 * (9 * 256 * 256 + 256) + 4 * 256 * 256 + 256 + 257 * 91


def test_macs_of_both_detectors_are_torchvisions_134_38_giga() -> None:
    """At 800 x 800 with 1000 proposals; nothing is found, so Mask R-CNN's masks cost nothing."""
    for name in ("faster_rcnn_resnet50_fpn", "mask_rcnn_resnet50_fpn"):
        macs = value("detection.macs", name=name, height=800, width=800, proposals=1000, found=0)
        assert macs == 134_379_721_216
        assert round(macs / 1e9, 2) == 134.38


def test_macs_of_the_parts_are_half_the_flops_that_torch_counts() -> None:
    arguments = {"name": "mask_rcnn_resnet50_fpn", "height": 128, "width": 192, "proposals": 10, "found": 3}
    parts = {
        part: value("detection.macs", **arguments, part=part) for part in ("backbone", "rpn", "box_head", "mask_head")
    }
    assert value("detection.macs", **arguments) == sum(parts.values())
    with torch.device("meta"), torch.no_grad():
        network = mask_rcnn_resnet50_fpn()
        detector = network.detector
        counted = {}
        with FlopCounterMode(display=False) as counter:
            maps = detector.backbone(torch.empty(1, 3, 128, 192))
        counted["backbone"] = counter.get_total_flops()
        with FlopCounterMode(display=False) as counter:
            for x in maps:
                detector.rpn.head(x)
        counted["rpn"] = counter.get_total_flops()
        with FlopCounterMode(display=False) as counter:
            detector.box_head(torch.empty(10, 256, 7, 7))
        counted["box_head"] = counter.get_total_flops()
        with FlopCounterMode(display=False) as counter:
            network.mask_head(torch.empty(3, 256, 14, 14))
        counted["mask_head"] = counter.get_total_flops()
    assert counted == {part: 2 * macs for part, macs in parts.items()}


def test_frozen_batch_norm_is_batch_norm_in_evaluation() -> None:
    norm = fill(nn.BatchNorm2d(5))
    x = noise(2, 5, 3, 3)
    frozen = freeze_batch_norm(nn.Sequential(norm)).train()
    assert isinstance(frozen[0], FrozenBatchNorm2d)
    assert_close(frozen(x), bn(x, {f"n.{k}": v for k, v in norm.state_dict().items()}, "n"), rtol=1e-9, atol=1e-9)
    assert list(FrozenBatchNorm2d(5).parameters()) == []


def test_the_backbone_equals_plain_code() -> None:
    network = fill(ResNetFPN(LAYERS, width=4, out_channels=8))
    x = noise(1, 3, 64, 96)
    state = network.state_dict()
    expected = plain_pyramid(plain_body(x, state, "body", LAYERS), state, "fpn")
    assert [tuple(level.shape[2:]) for level in expected] == [(16, 24), (8, 12), (4, 6), (2, 3), (1, 2)]
    for ours, theirs in zip(network(x), expected, strict=True):
        assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


def narrow_faster() -> FasterRCNN:
    network = FasterRCNN(**NARROW)
    fill(network)
    network.rpn.pre_nms_top_n, network.rpn.post_nms_top_n = TOP
    network.score_threshold = 0.01
    return network


def narrow_mask() -> MaskRCNN:
    network = MaskRCNN(**NARROW)
    fill(network)
    network.detector.rpn.pre_nms_top_n, network.detector.rpn.post_nms_top_n = TOP
    network.detector.score_threshold = 0.01
    return network


@torch.no_grad()
def test_faster_rcnn_finds_what_plain_code_finds() -> None:
    network, image = narrow_faster(), noise(1, 3, 64, 96)
    plain = PlainDetector(network.state_dict(), "", LAYERS, SIZES, TOP)
    boxes, labels, scores = plain.detect(image, 0.01)
    found = network(image)
    assert found.labels.tolist() == labels
    assert_close(found.boxes, torch.tensor(boxes, dtype=torch.float64), rtol=1e-9, atol=1e-9)
    assert_close(found.scores, torch.tensor(scores, dtype=torch.float64), rtol=1e-9, atol=1e-9)
    assert len(set(labels)) == 3
    assert len(labels) > 5


@torch.no_grad()
def test_mask_rcnn_outlines_what_plain_code_outlines() -> None:
    network, image = narrow_mask(), noise(1, 3, 64, 96, seed=3)
    plain = PlainDetector(network.state_dict(), "detector.", LAYERS, SIZES, TOP)
    boxes, labels, _ = plain.detect(image, 0.01)
    every = plain.masks(plain.pooled(plain.maps(image), boxes, 14))
    expected = torch.stack([masks[label] for masks, label in zip(every, labels, strict=True)]).sigmoid()
    found = network(image)
    assert found.labels.tolist() == labels
    assert found.masks.shape == (len(labels), 28, 28)
    assert_close(found.masks, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("height", "overlap", "stays"), [(6.8, 0.68, True), (7.2, 0.72, False)])
def test_proposals_that_overlap_by_more_than_0_7_are_dropped(height: float, overlap: float, stays: bool) -> None:
    with torch.device("meta"):
        network = RegionProposalNetwork(8)
    anchors = torch.tensor([[0, 0, 10, 10], [0, 0, 10, height]], dtype=torch.float64)
    assert plain_iou(*anchors.tolist()) == pytest.approx(overlap)
    logits, level = torch.tensor([2.0, 1.0], dtype=torch.float64), torch.zeros(2, dtype=torch.int64)
    proposals = network.propose(Predictions(logits, torch.zeros_like(anchors), anchors, level), (64, 64))
    assert_close(proposals, anchors if stays else anchors[:1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("width", "label"), [(4.9, 0), (5.0, 7), (6.0, 7), (8.0, 7)])
def test_a_region_is_an_objects_from_an_iou_of_one_half_on(width: float, label: int) -> None:
    objects = Objects(torch.tensor([[0.0, 0.0, 10.0, 10.0]]), torch.tensor([7]))
    with torch.device("meta"):
        network = FasterRCNN(**NARROW)
    regions = network.sample_regions(torch.tensor([[0.0, 0.0, width, 10.0]]), objects, torch.Generator())
    assert regions.labels.tolist() == [label, 7]  # the true box stands among the candidates
    assert regions.objects.tolist() == [0, 0]


def plain_offsets(reference: list[float], box: list[float], weights: tuple[float, ...]) -> list[float]:
    sides = [reference[2] - reference[0], reference[3] - reference[1]]
    shifts = [(box[a] + box[a + 2] - reference[a] - reference[a + 2]) / 2 / sides[a] for a in (0, 1)]
    growth = [math.log((box[a + 2] - box[a]) / sides[a]) for a in (0, 1)]
    return [offset * weight for offset, weight in zip(shifts + growth, weights, strict=True)]


def smooth_l1(a: Any, b: list[list[float]]) -> float:
    found, target = torch.as_tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64)
    return float(functional.smooth_l1_loss(found, target, beta=1 / 9, reduction="sum"))


def plain_proposal_loss(plain: PlainDetector, maps: list[Tensor], size: tuple[int, int]) -> tuple[float, float]:
    """All anchors are taken, which a sample of 256 does where there are so few."""
    predictions = plain.predictions(maps, size)
    overlaps = [[plain_iou(anchor, thing) for thing in OBJECTS] for _, _, (anchor,), _ in predictions]
    best = [max(column) for column in zip(*overlaps, strict=True)]
    logits, wanted, moved, targets = [], [], [], []
    for (logit, offsets, (anchor,), _), row in zip(predictions, overlaps, strict=True):
        is_object = max(row) >= 0.7 or any(o == b > 0 for o, b in zip(row, best, strict=True))
        if is_object or max(row) < 0.3:
            logits.append(logit)
            wanted.append(float(is_object))
        if is_object:
            moved.append(offsets)
            targets.append(plain_offsets(anchor, OBJECTS[row.index(max(row))], (1, 1, 1, 1)))
    both = (torch.tensor(numbers, dtype=torch.float64) for numbers in (logits, wanted))
    return float(functional.binary_cross_entropy_with_logits(*both)), smooth_l1(moved, targets) / len(logits)


def regions_of(plain: PlainDetector, maps: list[Tensor], size: tuple[int, int]) -> list[tuple[list[float], int, int]]:
    """Proposals and true boxes with their label and object; fewer than 512, so that all are taken."""
    regions = []
    for box in [*plain.proposals(maps, size), *OBJECTS]:
        row = [plain_iou(box, thing) for thing in OBJECTS]
        which = row.index(max(row))
        regions.append((box, LABELS[which] if max(row) >= 0.5 else 0, which))
    return regions


@torch.no_grad()
def test_losses_of_faster_rcnn_are_those_of_plain_code(monkeypatch: pytest.MonkeyPatch) -> None:
    network = narrow_faster()
    image, size = noise(1, 3, 64, 96), (64, 96)
    plain = PlainDetector(network.state_dict(), "", LAYERS, SIZES, TOP)
    monkeypatch.setattr("engine.models.detection.faster_rcnn.sample", _take_all)
    found = network.losses(image, _objects(), torch.Generator())
    maps = plain.maps(image)
    objectness, boxes = plain_proposal_loss(plain, maps, size)
    assert float(found["proposals"].classification) == pytest.approx(objectness, rel=1e-9)
    assert float(found["proposals"].boxes) == pytest.approx(boxes, rel=1e-9)
    regions = regions_of(plain, maps, size)
    logits, offsets = plain.heads(plain.pooled(maps, [box for box, _, _ in regions], 7))
    labels = torch.tensor([label for _, label, _ in regions])
    held = [number for number, (_, label, _) in enumerate(regions) if label]
    targets = [plain_offsets(regions[n][0], OBJECTS[regions[n][2]], (10, 10, 5, 5)) for n in held]
    moved = torch.stack([offsets[n, regions[n][1]] for n in held])
    assert float(found["regions"].classification) == pytest.approx(
        float(functional.cross_entropy(logits, labels)), rel=1e-9
    )
    assert float(found["regions"].boxes) == pytest.approx(smooth_l1(moved, targets) / len(regions), rel=1e-9)
    assert len(held) >= 2


def _take_all(labels: Tensor, size: int, most: int, generator: torch.Generator) -> Tensor:
    return labels.ge(0).nonzero()[:, 0]


def _objects() -> Objects:
    return Objects(torch.tensor(OBJECTS, dtype=torch.float64), torch.tensor(LABELS))


@torch.no_grad()
def test_the_mask_loss_looks_at_regions_that_hold_an_object(monkeypatch: pytest.MonkeyPatch) -> None:
    network, image = narrow_mask(), noise(1, 3, 64, 96)
    plain = PlainDetector(network.state_dict(), "detector.", LAYERS, SIZES, TOP)
    outlines = torch.zeros(2, 64, 96, dtype=torch.float64)
    outlines[0, 12:40, 10:60], outlines[1, 30:60, 50:70] = 1, 1
    monkeypatch.setattr("engine.models.detection.faster_rcnn.sample", _take_all)
    found = network.losses(image, _objects(), outlines, torch.Generator())["masks"]
    maps = plain.maps(image)
    held = [region for region in regions_of(plain, maps, (64, 96)) if region[1]]
    logits = plain.masks(plain.pooled(maps, [box for box, _, _ in held], 14))
    own = torch.stack([masks[label] for masks, (_, label, _) in zip(logits, held, strict=True)])
    targets = mask_targets(
        outlines, torch.tensor([box for box, _, _ in held]).double(), torch.tensor([w for _, _, w in held])
    )
    assert float(found) == pytest.approx(float(functional.binary_cross_entropy_with_logits(own, targets)), rel=1e-9)


@pytest.mark.parametrize("box", [[20, 10, 48, 30], [6, 10, 34, 38], [3.3, 2.2, 61.7, 20.1]])
def test_mask_targets_are_the_outline_seen_from_the_box(box: list[float]) -> None:
    outlines = torch.zeros(2, 64, 64, dtype=torch.float64)
    outlines[1, 10:30, 20:48] = 1
    found = mask_targets(outlines, torch.tensor([box, box], dtype=torch.float64), torch.tensor([1, 0]))
    expected = plain_roi_align(outlines[1:], box, 28, 1.0, None, aligned=False)[0]
    assert_close(found[0], expected, rtol=1e-9, atol=1e-9)
    assert found[1].eq(0).all()
    assert expected.max() == 1


def test_a_pasted_mask_is_the_stretched_mask() -> None:
    mask = torch.tensor([[0.9, 0.1], [0.2, 0.8]])
    whole = paste_mask(mask, torch.tensor([2.0, 1.0, 6.0, 5.0]), 6, 8)
    expected = torch.zeros(6, 8, dtype=torch.bool)
    large = functional.interpolate(mask[None, None], size=(4, 4), mode="bilinear", align_corners=False)[0, 0]
    expected[1:5, 2:6] = large >= 0.5
    assert torch.equal(whole, expected)
    cut = paste_mask(mask, torch.tensor([-2.0, 1.0, 2.0, 5.0]), 6, 8)
    assert torch.equal(cut[:, :2], expected[:, 4:6])


def test_training_reaches_every_parameter() -> None:
    network = narrow_mask()
    outlines = torch.ones(2, 64, 96, dtype=torch.float64)
    found = network.losses(noise(1, 3, 64, 96), _objects(), outlines, torch.Generator().manual_seed(0))
    total = sum(loss if isinstance(loss, Tensor) else loss.total for loss in found.values())
    total.backward()
    without = [
        name for name, parameter in network.named_parameters() if parameter.grad is None or not parameter.grad.any()
    ]
    assert without == []
