"""Claims about detection: what each states, and controls that deny it."""

from typing import Any

import pytest
import torch
from claim_runs import assert_settles, assert_shows

torch.set_num_threads(1)

CLAIMS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("iou.ignores", {"change": "scale"}, [{"change": "scale", "pixels": True}]),
    ("iou.ignores", {"change": "shift", "pixels": True}, [{"change": "scale of one axis", "pixels": True}]),
    ("iou.touching_boxes_overlap", {"pixels": True}, [{"pixels": False}]),
    ("box.offsets_ignore", {"change": "scale"}, [{"change": "scale", "form": "plain differences"}]),
    ("box.decoding_undoes_encoding", {"growth": 60}, [{"growth": 65}, {"growth": 1000}]),
    ("anchor.ratios_keep_area", {}, [{"sides": "width is the size"}]),
    ("anchor.every_object_gets_one", {"best_too": True}, [{"best_too": False}]),
    ("nms.ignores_order_of_boxes", {"scores": "different"}, [{"scores": "equal"}]),
    ("nms.end_of_chain_stays", {"rule": "greedy"}, [{"rule": "drop by any better box"}]),
    ("nms.other_classes_drop", {"per_class": False}, [{"per_class": True}]),
    ("roi.feels_shift", {"pooling": "roi_align"}, [{"pooling": "roi_pool"}, {"pooling": "roi_align", "shift": 0}]),
    ("roi.feels_shift", {"pooling": "roi_pool", "shift": 16}, [{"pooling": "roi_pool", "shift": 2}]),
    ("roi.reads_plane_exactly", {}, [{"aligned": False}, {"pooling": "roi_pool"}]),
    ("roi.gives_one_size", {"pooling": "roi_pool"}, [{"pooling": "max_pool"}]),
    ("roi.gives_one_size", {"pooling": "roi_align"}, [{"pooling": "max_pool"}]),
    ("fast_rcnn.offsets_learn", {}, [{"of": "other classes"}, {"region": "background"}]),
    ("mask_rcnn.other_masks_change_loss", {"activation": "softmax"}, [{"activation": "sigmoid"}]),
    ("fast_rcnn.pull_is_bounded", {"loss": "smooth_l1"}, [{"loss": "squared"}]),
    ("rcnn.passes_grow_with_proposals", {"method": "rcnn"}, [{"method": "fast_rcnn"}]),
    ("proposals.depend_on_weights", {"method": "rpn"}, [{"method": "selective_search"}]),
    ("fcn.takes_every_size", {"head": "1x1 convolution"}, [{"head": "linear layer"}]),
    ("fcn.dilation_replaces_stride", {"dilated": True}, [{"dilated": False}]),
    ("small_object.features_agree", {"residual": True}, [{"residual": False}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_detection_claim_holds_and_its_controls_do_not(
    name: str, holding: dict[str, Any], controls: list[dict[str, Any]]
) -> None:
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_detection_evidence_shows_both_outcomes(name: str, holding: dict[str, Any]) -> None:
    assert_shows(name, holding)
