"""Losses of detectors and of segmentation beside torch's own."""

from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from plain_detection import noise
from torch.nn import functional

from engine.detection.losses import fast_rcnn_loss, mask_loss, rpn_loss, smooth_l1
from engine.detection.pixel_loss import pixel_cross_entropy
from engine.errors import Refused

torch.set_num_threads(1)


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


@pytest.mark.parametrize("beta", [1.0, 1 / 9, 3.0])
def test_smooth_l1_is_torchs(beta: float) -> None:
    residual = 3 * noise(50)
    expected = functional.smooth_l1_loss(residual, torch.zeros_like(residual), beta=beta, reduction="none")
    torch.testing.assert_close(smooth_l1(residual, beta), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("beta", [1.0, 1 / 9])
def test_fast_rcnn_loss_is_cross_entropy_and_smooth_l1_of_objects(beta: float) -> None:
    logits, offsets, targets = noise(6, 4), noise(6, 4, 4, seed=1), noise(6, 4, seed=2)
    labels = torch.tensor([0, 3, 1, 0, 2, 2])
    found = fast_rcnn_loss(logits, offsets, labels, targets, beta)
    boxes = sum(
        functional.smooth_l1_loss(offsets[n, label], targets[n], beta=beta, reduction="sum")
        for n, label in enumerate(labels.tolist())
        if label > 0
    )
    assert float(found.classification) == pytest.approx(float(functional.cross_entropy(logits, labels)), rel=1e-12)
    assert float(found.boxes) == pytest.approx(float(boxes) / 6, rel=1e-12)
    assert float(found.total) == pytest.approx(float(found.classification + found.boxes), rel=1e-12)
    own = offsets[torch.arange(6), labels].tolist()
    arguments = {"logits": logits.tolist(), "labels": labels.tolist(), "offsets": own, "targets": targets.tolist()}
    for part, expected in (("total", found.total), ("classification", found.classification), ("boxes", boxes / 6)):
        assert value("fast_rcnn.loss", **arguments, beta=beta, part=part) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize(("balance", "locations"), [(1.0, None), (10.0, 2400)])
def test_rpn_loss_is_binary_cross_entropy_and_smooth_l1_of_objects(balance: float, locations: int | None) -> None:
    logits, offsets, targets = noise(7), noise(7, 4, seed=1), noise(7, 4, seed=2)
    labels = torch.tensor([1, 0, -1, 1, 0, -1, 0])
    taught = labels >= 0
    expected = functional.binary_cross_entropy_with_logits(logits[taught], labels[taught].double())
    boxes = functional.smooth_l1_loss(offsets[labels == 1], targets[labels == 1], reduction="sum")
    found = rpn_loss(logits, offsets, labels, targets, balance, locations)
    assert float(found.classification) == pytest.approx(float(expected), rel=1e-12)
    assert float(found.boxes) == pytest.approx(balance * float(boxes) / (locations or 5), rel=1e-12)
    arguments = {"objectness": logits.tolist(), "labels": labels.tolist(), "offsets": offsets.tolist()}
    arguments |= {"targets": targets.tolist(), "balance": balance, "locations": locations}
    assert value("rpn.loss", **arguments) == pytest.approx(float(found.total), rel=1e-12)


def test_mask_loss_is_binary_cross_entropy_of_the_true_class() -> None:
    logits, targets = noise(3, 5, 4, 4), noise(3, 4, 4, seed=1).gt(0).double()
    labels = torch.tensor([4, 0, 2])
    own = torch.stack([logits[n, label] for n, label in enumerate(labels.tolist())])
    expected = functional.binary_cross_entropy_with_logits(own, targets)
    assert float(mask_loss(logits, labels, targets)) == pytest.approx(float(expected), rel=1e-12)
    alone = functional.binary_cross_entropy_with_logits(logits[0, 4], targets[0])
    assert value("mask_rcnn.loss", logits=logits[0].tolist(), label=4, target=targets[0].tolist()) == pytest.approx(
        float(alone), rel=1e-12
    )


def test_pixel_loss_is_cross_entropy_with_ignored_pixels() -> None:
    logits = noise(4, 5, 6)
    labels = torch.randint(4, (5, 6), generator=torch.Generator().manual_seed(0))
    labels[0, :3] = 255
    expected = functional.cross_entropy(logits[None], labels[None], ignore_index=255)
    assert float(pixel_cross_entropy(logits, labels)) == pytest.approx(float(expected), rel=1e-12)
    assert value("fcn.pixel_loss", logits=logits.tolist(), labels=labels.tolist()) == pytest.approx(float(expected))


@pytest.mark.parametrize(
    ("door", "arguments", "says"),
    [
        (
            "fast_rcnn.loss",
            {"logits": [[0, 1]], "labels": [2], "offsets": [[0, 0, 0, 0]]},
            "must be from 0 to 1",
        ),
        ("fast_rcnn.loss", {"logits": [[0, 1]], "labels": [1, 1], "offsets": [[0, 0, 0, 0]]}, "2 labels and 1 logits"),
        ("rpn.loss", {"objectness": [0], "labels": [-1], "offsets": [[0, 0, 0, 0]]}, "at least one must not be -1"),
        ("mask_rcnn.loss", {"logits": [[[0]]], "label": 1, "target": [[1]]}, "masks of 1 classes"),
        ("mask_rcnn.loss", {"logits": [[[0]]], "label": 0, "target": [[1, 0]]}, "a mask of 1×1 and a target of 1×2"),
        ("fcn.pixel_loss", {"logits": [[[0]]], "labels": [[3]]}, "must be from 0 to 0"),
        ("fcn.pixel_loss", {"logits": [[[0]]], "labels": [[0, 0]]}, "logits of 1×1 pixels and labels of 1×2"),
        ("fcn.pixel_loss", {"logits": [[[0]]], "labels": [[0.5]]}, "whole numbers"),
    ],
)
def test_losses_are_refused_in_a_sentence(door: str, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        value(door, **arguments)
