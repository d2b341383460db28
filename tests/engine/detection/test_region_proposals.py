"""Segments as connected components, selective search by hand, and R-CNN beside Fast R-CNN."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from claim_runs import run as run_door
from plain_detection import noise, plain_decode, plain_nms_per_class
from scipy import ndimage
from torch import Tensor, nn
from torch.nn import functional
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.detection.graph_segments import UnionFind, graph_segments
from engine.detection.region_pipelines import detections, fast_rcnn_features, rcnn_features, warp
from engine.detection.selective_search import Segment, selective_search, similarity
from engine.detection.small_objects import (
    feature_distance,
    features,
    pictures,
    residual,
    seen_small,
    super_resolved,
)

torch.set_num_threads(1)


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def blocks(seed: int) -> Tensor:
    """A picture of a few greys in rectangles that overlap."""
    generator = torch.Generator().manual_seed(seed)
    image = torch.zeros(12, 14)
    for grey in (0.3, 0.6, 1.0):
        top, left = (int(torch.randint(0, 8, (1,), generator=generator)) for _ in range(2))
        image[top : top + 5, left : left + 6] = grey
    return image


@pytest.mark.parametrize("seed", range(6))
def test_without_slack_segments_are_connected_components(seed: int) -> None:
    image = blocks(seed)
    expected = np.zeros(image.shape, dtype=int)
    found = 0
    for grey in image.unique().tolist():
        labels, number = ndimage.label((image == grey).numpy())
        expected[labels > 0] = labels[labels > 0] + found
        found += number
    ours = graph_segments(image[None].double()).numpy()
    pairs = set(zip(ours.flatten().tolist(), expected.flatten().tolist(), strict=True))
    assert len(pairs) == found == ours.max() + 1
    door = value("selective_search.segments", image=image.double().tolist())
    assert door == ours.tolist()


def test_slack_lets_near_colours_merge_and_far_ones_not() -> None:
    ramp = torch.arange(6.0)[None, None, :] / 50
    far = torch.tensor([[[0.0, 0.0, 1.0, 1.0]]])
    assert graph_segments(ramp, 0.0).unique().numel() == 6
    assert graph_segments(ramp, 1.0).unique().numel() == 1
    assert graph_segments(far, 1.0).tolist() == [[0, 0, 1, 1]]
    assert graph_segments(far, 3.0).tolist() == [[0, 0, 0, 0]]


def test_union_find_against_sets_that_are_joined() -> None:
    sets, plain = UnionFind.singles(12), [{n} for n in range(12)]
    assert [sets.find(n) for n in range(12)] == list(range(12))
    for one, other in [(0, 1), (2, 3), (1, 3), (5, 6), (6, 7), (10, 11), (11, 5)]:
        a, b = sets.find(one), sets.find(other)
        sets.join(a, b, weight=float(one))
        first, second = (next(s for s in plain if n in s) for n in (one, other))
        plain = [s for s in plain if s not in (first, second)] + [first | second]
    for one in range(12):
        for other in range(12):
            together = next(s for s in plain if one in s) is next(s for s in plain if other in s)
            assert (sets.find(one) == sets.find(other)) == together
    assert sets.heaviest[sets.find(0)] == 2.0
    assert sets.size[sets.find(5)] == 5


def test_a_lone_rectangle_and_its_background_are_proposed() -> None:
    image = torch.zeros(1, 9, 12)
    image[0, 2:6, 3:10] = 1
    assert selective_search(image).tolist() == [[0, 0, 12, 9], [3, 2, 10, 6]]
    assert value("selective_search.proposals", image=image[0].tolist()) == [[0, 0, 12, 9], [3, 2, 10, 6]]


def test_of_three_stripes_the_similar_two_merge_first() -> None:
    """Greys 0.05 and 0.1 share a histogram bin, 0.9 does not; so the box of the first two is proposed."""
    image = torch.zeros(1, 6, 9)
    image[:, :, :3], image[:, :, 3:6], image[:, :, 6:] = 0.05, 0.1, 0.9
    boxes = selective_search(image).tolist()
    assert boxes == [[0, 0, 3, 6], [3, 0, 6, 6], [6, 0, 9, 6], [0, 0, 6, 6], [0, 0, 9, 6]]


def test_similarity_by_arithmetic() -> None:
    a = Segment(6, torch.tensor([[0.5, 0.5, 0.0]]), 0, 0, 2, 1)
    b = Segment(4, torch.tensor([[0.25, 0.25, 0.5]]), 5, 0, 6, 1)
    fill_ = 1 - (7 * 2 - 10) / 40
    assert similarity(a, b, pixels=40) == pytest.approx(0.5 + (1 - 10 / 40) + fill_)
    both = a.merged(b)
    assert both.box == (0, 0, 7, 2)
    assert both.histogram[0].tolist() == pytest.approx([0.4, 0.4, 0.2])


BOXES = torch.tensor([[2.0, 3.0, 10.0, 9.0], [0.0, 0.0, 6.0, 14.0], [5.2, 4.4, 12.4, 8.6]])


def test_warped_regions_are_interpolated_crops() -> None:
    image = noise(2, 15, 13)
    for (x1, y1, x2, y2), ours in zip(
        [(2, 3, 10, 9), (0, 0, 6, 14), (5, 4, 12, 9)], warp(image, BOXES, 5), strict=True
    ):
        crop = image[None, :, y1:y2, x1:x2]
        expected = functional.interpolate(crop, size=(5, 5), mode="bilinear", align_corners=False)[0]
        assert_close(ours, expected, rtol=1e-9, atol=1e-9)


def test_rcnn_runs_once_for_each_region_and_fast_rcnn_once() -> None:
    image, seen = noise(2, 16, 16), []

    def network(x: Tensor) -> Tensor:
        seen.append(tuple(x.shape))
        return x.sum(1, keepdim=True)

    alone = rcnn_features(image, BOXES, network, size=5)
    assert seen == [(1, 2, 5, 5)] * 3
    assert_close(alone, warp(image, BOXES, 5).sum(1, keepdim=True))
    shared = fast_rcnn_features(image, BOXES, network, output_size=2, spatial_scale=1.0)
    assert seen[3:] == [(1, 2, 16, 16)]
    crop = image.sum(0)[3:10, 2:11]
    assert_close(shared[0, 0], functional.adaptive_max_pool2d(crop[None], 2)[0])
    for proposals in (1, 7, 30):
        assert value("rcnn.cnn_passes", method="rcnn", proposals=proposals) == proposals
        assert value("rcnn.cnn_passes", method="fast_rcnn", proposals=proposals) == 1


def test_macs_of_both_are_half_the_flops_that_torch_counts() -> None:
    layers: list[nn.Module] = []
    for block in ((3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512, 512), (512, 512, 512, 512)):
        layers += [nn.Conv2d(fed, made, 3, padding=1, device="meta") for fed, made in pairwise(block)]
        layers.append(nn.MaxPool2d(2))
    for size, method, times in (((64, 64), "rcnn", 30), ((96, 128), "fast_rcnn", 1)):
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            nn.Sequential(*layers)(torch.empty(1, 3, *size, device="meta"))
        found = value("rcnn.macs", method=method, proposals=30, size=64, height=96, width=128)
        assert 2 * found == times * counter.get_total_flops()


def test_detections_are_refined_and_suppressed_within_their_class() -> None:
    boxes = torch.cat([BOXES, BOXES + 0.5]).double()
    logits, offsets = 2 * noise(6, 4), 0.2 * noise(6, 4, 4, seed=1)
    found = detections(boxes, logits, offsets, score_threshold=0.2, iou_threshold=0.3)
    candidates, labels, scores = [], [], []
    for box, row, moved in zip(boxes.tolist(), logits.softmax(1).tolist(), offsets.tolist(), strict=True):
        for label in (1, 2, 3):
            if row[label] > 0.2:
                candidates.append(plain_decode(box, moved[label], (1, 1, 1, 1)))
                labels.append(label)
                scores.append(row[label])
    kept = plain_nms_per_class(candidates, scores, labels, 0.3)
    assert 0 < len(kept) < len(labels)
    assert_close(found[0], torch.tensor([candidates[n] for n in kept], dtype=torch.float64), rtol=1e-9, atol=1e-9)
    assert found[1].tolist() == [labels[n] for n in kept]
    assert found[2].tolist() == pytest.approx([scores[n] for n in kept])


def test_a_toy_rcnn_finds_the_rectangles() -> None:
    """Proposals by selective search; the network says bright, grey or background by a crop's mean and spread."""
    image = torch.zeros(1, 24, 30)
    image[0, 3:11, 4:16], image[0, 14:21, 18:27] = 1.0, 0.5

    def network(crop: Tensor) -> Tensor:
        mean, spread = crop.mean(), crop.std()
        return torch.stack([20 * spread + 5 - 10 * mean, 20 * (mean - 0.6), 5 - 30 * (mean - 0.5).abs()])[None]

    boxes = selective_search(image)
    logits = rcnn_features(image, boxes, network, size=8)
    found, labels, _ = detections(boxes, logits, torch.zeros(len(boxes), 3, 4))
    assert sorted(zip(labels.tolist(), found.tolist(), strict=True)) == [
        (1, [4.0, 3.0, 16.0, 11.0]),
        (2, [18.0, 14.0, 27.0, 21.0]),
    ]


def test_small_objects_features_by_numpy() -> None:
    generator = torch.Generator().manual_seed(0)
    large = pictures(40, generator)
    weight = torch.randn(3, 1, 3, 3, generator=generator, dtype=torch.float64)
    small = seen_small(large, 2)
    blurred = large.numpy().reshape(40, 1, 8, 2, 8, 2).mean((3, 5))
    expected = functional.interpolate(torch.from_numpy(blurred), size=(16, 16), mode="bilinear", align_corners=False)
    assert_close(small, expected, rtol=1e-9, atol=1e-9)
    seen, true = features(small, weight).numpy(), features(large, weight).numpy()
    filtered = functional.conv2d(large, weight, padding=1).clamp(min=0).numpy()
    quarters = filtered.reshape(40, 3, 2, 8, 2, 8).mean((3, 5)).reshape(40, 12)
    np.testing.assert_allclose(true, quarters, rtol=1e-9, atol=1e-9)
    ones = np.ones((40, 1))
    fitted = np.linalg.lstsq(np.hstack([seen, ones]), true - seen, rcond=None)[0]
    np.testing.assert_allclose(residual(*map(torch.from_numpy, (seen, true))).numpy(), fitted, rtol=1e-6, atol=1e-9)
    closer = super_resolved(torch.from_numpy(seen), torch.from_numpy(fitted)).numpy()
    np.testing.assert_allclose(closer, seen + np.hstack([seen, ones]) @ fitted, rtol=1e-9)
    spread = ((true - true.mean(0)) ** 2).sum()
    distance = feature_distance(torch.from_numpy(seen), torch.from_numpy(true))
    assert distance == pytest.approx(((seen - true) ** 2).sum() / spread, rel=1e-9)


def test_a_residual_brings_small_objects_closer() -> None:
    for factor in (2, 4):
        seen = value("small_object.feature_distance", factor=factor)
        closer = value("small_object.feature_distance", factor=factor, super_resolved=True)
        assert 0 < 3 * closer < seen < 1
    assert value("small_object.feature_distance", factor=1) == 0
