"""Detection once more, in plain loops and torch's own layers: a second implementation for the tests to compare with."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

State = dict[str, Tensor]
Rows = list[list[float]]


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fill(network: torch.nn.Module, scale: float = 1.0) -> torch.nn.Module:
    """Fill every parameter and buffer, so that a forgotten one shows; float64, evaluation mode."""
    for seed, (name, tensor) in enumerate(network.state_dict().items()):
        if tensor.is_floating_point():
            values = noise(*tensor.shape, seed=seed)
            fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 4
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else scale * values / fan_in**0.5)
    return network.double().eval()


def plain_iou(a: Sequence[float], b: Sequence[float]) -> float:
    across = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    down = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    common = across * down
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / union if union > 0 else 0.0


def plain_nms(boxes: Rows, scores: Sequence[float], threshold: float, drop_equal: bool = False) -> list[int]:
    kept: list[int] = []
    for number in sorted(range(len(boxes)), key=lambda n: (-scores[n], n)):
        overlaps = [plain_iou(boxes[number], boxes[other]) for other in kept]
        if not any(overlap > threshold or (drop_equal and overlap == threshold) for overlap in overlaps):
            kept.append(number)
    return kept


def plain_nms_per_class(
    boxes: Rows, scores: Sequence[float], classes: Sequence[int], threshold: float, drop_equal: bool = False
) -> list[int]:
    kept: list[int] = []
    for one in set(classes):
        members = [number for number, label in enumerate(classes) if label == one]
        picked = plain_nms([boxes[n] for n in members], [scores[n] for n in members], threshold, drop_equal)
        kept += [members[n] for n in picked]
    return sorted(kept, key=lambda n: (-scores[n], n))


def plain_decode(reference: Sequence[float], offsets: Sequence[float], weights: Sequence[float]) -> list[float]:
    w, h = reference[2] - reference[0], reference[3] - reference[1]
    dx, dy, dw, dh = (offset / weight for offset, weight in zip(offsets, weights, strict=True))
    x, y = reference[0] + w / 2 + dx * w, reference[1] + h / 2 + dy * h
    most = math.log(1000 / 16)
    w, h = w * math.exp(min(dw, most)), h * math.exp(min(dh, most))
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]


def plain_clip(box: Sequence[float], height: int, width: int) -> list[float]:
    return [min(max(edge, 0.0), float(most)) for edge, most in zip(box, (width, height, width, height), strict=True)]


def plain_roi_align(
    x: Tensor, box: Sequence[float], size: int, scale: float, ratio: int | None, aligned: bool
) -> Tensor:
    """Bilinear samples by ``grid_sample``: align_corners puts -1 and 1 on the first and the last cell's middle."""
    shift = 0.5 if aligned else 0.0
    x1, y1, x2, y2 = (edge * scale - shift for edge in box)
    w, h = (x2 - x1, y2 - y1) if aligned else (max(x2 - x1, 1.0), max(y2 - y1, 1.0))
    many, tall = (size * (ratio or max(math.ceil(side / size), 1)) for side in (w, h))
    across, down = [x1 + (i + 0.5) * w / many for i in range(many)], [y1 + (i + 0.5) * h / tall for i in range(tall)]
    _, rows, columns = x.shape
    grid = [[[2 * u / (columns - 1) - 1, 2 * v / (rows - 1) - 1] for u in across] for v in down]
    points = torch.tensor(grid, dtype=torch.float64)
    samples = functional.grid_sample(x[None].double(), points[None], "bilinear", "border", align_corners=True)[0]
    outside = torch.tensor([[not (-1 <= u <= columns and -1 <= v <= rows) for u in across] for v in down])
    return functional.avg_pool2d(samples.masked_fill(outside, 0.0), (tall // size, many // size))


def conv(x: Tensor, state: State, name: str, stride: int = 1, dilation: int = 1) -> Tensor:
    weight = state[f"{name}.weight"]
    padding = dilation * (weight.shape[-1] // 2)
    return functional.conv2d(x, weight, state.get(f"{name}.bias"), stride, padding, dilation)


def bn(x: Tensor, state: State, name: str) -> Tensor:
    names = ("running_mean", "running_var", "weight", "bias")
    return functional.batch_norm(x, *(state[f"{name}.{part}"] for part in names))


def plain_body(x: Tensor, state: State, name: str, layers: Sequence[int], dilated: bool = False) -> list[Tensor]:
    """A bottleneck ResNet without its head; ``dilated`` keeps the size in the last two stages."""
    x = functional.max_pool2d(bn(conv(x, state, f"{name}.conv1", 2), state, f"{name}.bn1").relu(), 3, 2, 1)
    maps = []
    for stage, blocks in enumerate(layers, start=1):
        for number in range(blocks):
            stride = 2 if stage > 1 and number == 0 else 1
            dilation = 1
            if dilated and stage > 2:
                stride, dilation = 1, {3: (1, 2), 4: (2, 4)}[stage][min(number, 1)]
            x = plain_bottleneck(x, state, f"{name}.layer{stage}.{number}", stride, dilation)
        maps.append(x)
    return maps


def plain_bottleneck(x: Tensor, state: State, name: str, stride: int, dilation: int) -> Tensor:
    out = bn(conv(x, state, f"{name}.conv1"), state, f"{name}.bn1").relu()
    out = bn(conv(out, state, f"{name}.conv2", stride, dilation), state, f"{name}.bn2").relu()
    out = bn(conv(out, state, f"{name}.conv3"), state, f"{name}.bn3")
    if f"{name}.downsample.0.weight" in state:
        x = bn(conv(x, state, f"{name}.downsample.0", stride), state, f"{name}.downsample.1")
    return (out + x).relu()


def plain_pyramid(maps: Sequence[Tensor], state: State, name: str) -> list[Tensor]:
    laterals = [conv(x, state, f"{name}.inner.{level}") for level, x in enumerate(maps)]
    for level in reversed(range(len(maps) - 1)):
        larger = functional.interpolate(laterals[level + 1], size=tuple(laterals[level].shape[2:]), mode="nearest")
        laterals[level] = laterals[level] + larger
    pyramid = [conv(x, state, f"{name}.layer.{level}") for level, x in enumerate(laterals)]
    return [*pyramid, functional.max_pool2d(pyramid[-1], 1, 2)]


def plain_anchors(x: Tensor, size: float, image: tuple[int, int]) -> Rows:
    """Anchors of one map in the order rows, columns, ratios, with corners rounded to whole pixels."""
    _, _, rows, columns = x.shape
    anchors = []
    for row in range(rows):
        for column in range(columns):
            for ratio in (0.5, 1.0, 2.0):
                half = [round(size / ratio**0.5 / 2), round(size * ratio**0.5 / 2)]
                left, top = column * (image[1] // columns), row * (image[0] // rows)
                anchors.append([left - half[0], top - half[1], left + half[0], top + half[1]])
    return [[float(edge) for edge in anchor] for anchor in anchors]


class PlainDetector:
    """Faster R-CNN with a Mask R-CNN branch where the state has one, read from a state dictionary."""

    def __init__(
        self, state: State, prefix: str, layers: Sequence[int], sizes: Sequence[float], top: tuple[int, int]
    ) -> None:
        self.state, self.prefix, self.layers, self.sizes, self.top = state, prefix, layers, sizes, top

    def maps(self, image: Tensor) -> list[Tensor]:
        body = plain_body(image, self.state, f"{self.prefix}backbone.body", self.layers)
        return plain_pyramid(body, self.state, f"{self.prefix}backbone.fpn")

    def predictions(self, maps: Sequence[Tensor], image: tuple[int, int]) -> list[tuple[float, list[float], Rows, int]]:
        """For each anchor its logit, its offsets, [anchor], and its level."""
        found = []
        for level, (x, size) in enumerate(zip(maps, self.sizes, strict=True)):
            hidden = conv(x, self.state, f"{self.prefix}rpn.head.conv").relu()
            logits = conv(hidden, self.state, f"{self.prefix}rpn.head.cls_logits")[0]
            offsets = conv(hidden, self.state, f"{self.prefix}rpn.head.bbox_pred")[0]
            for place, anchor in enumerate(plain_anchors(x, size, image)):
                cell, kind = divmod(place, 3)
                row, column = divmod(cell, x.shape[3])
                found.append(
                    (
                        float(logits[kind, row, column]),
                        offsets[4 * kind : 4 * kind + 4, row, column].tolist(),
                        [anchor],
                        level,
                    )
                )
        return found

    def proposals(self, maps: Sequence[Tensor], image: tuple[int, int]) -> Rows:
        predictions = self.predictions(maps, image)
        boxes, scores, levels = [], [], []
        for level in range(len(maps)):
            here = sorted((p for p in predictions if p[3] == level), key=lambda p: -p[0])[: self.top[0]]
            for logit, offsets, (anchor,), _ in here:
                boxes.append(plain_clip(plain_decode(anchor, offsets, (1, 1, 1, 1)), *image))
                scores.append(logit)
                levels.append(level)
        wide = [n for n, box in enumerate(boxes) if box[2] - box[0] >= 1e-3 and box[3] - box[1] >= 1e-3]
        boxes, scores, levels = ([column[n] for n in wide] for column in (boxes, scores, levels))
        return [boxes[n] for n in plain_nms_per_class(boxes, scores, levels, 0.7)[: self.top[1]]]

    def pooled(self, maps: Sequence[Tensor], boxes: Rows, size: int) -> Tensor:
        regions = []
        for box in boxes:
            side = ((box[2] - box[0]) * (box[3] - box[1])) ** 0.5
            level = min(max(math.floor(4 + math.log2(side / 224) + 1e-6), 2), 5)
            regions.append(plain_roi_align(maps[level - 2][0], box, size, 2.0**-level, 2, aligned=False))
        return torch.stack(regions)

    def heads(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        hidden = regions.flatten(1)
        for layer in ("fc6", "fc7"):
            hidden = self.linear(hidden, layer).relu()
        logits, offsets = self.linear(hidden, "cls_score"), self.linear(hidden, "bbox_pred")
        return logits, offsets.reshape(len(logits), -1, 4)

    def linear(self, x: Tensor, layer: str) -> Tensor:
        name = f"{self.prefix}box_head.{layer}"
        return functional.linear(x, self.state[f"{name}.weight"], self.state[f"{name}.bias"])

    def masks(self, regions: Tensor) -> Tensor:
        for number in (0, 2, 4, 6):
            regions = conv(regions, self.state, f"mask_head.convs.{number}").relu()
        name = "mask_head.upsample"
        large = functional.conv_transpose2d(regions, self.state[f"{name}.weight"], self.state[f"{name}.bias"], stride=2)
        return conv(large.relu(), self.state, "mask_head.logits")

    def detect(self, image: Tensor, threshold: float) -> tuple[Rows, list[int], list[float]]:
        size = (image.shape[2], image.shape[3])
        maps = self.maps(image)
        proposals = self.proposals(maps, size)
        logits, offsets = self.heads(self.pooled(maps, proposals, 7))
        boxes, labels, scores = [], [], []
        for proposal, row, moved in zip(proposals, logits.softmax(1).tolist(), offsets.tolist(), strict=True):
            for label in range(1, len(row)):
                box = plain_clip(plain_decode(proposal, moved[label], (10, 10, 5, 5)), *size)
                if row[label] > threshold and box[2] - box[0] >= 0.01 and box[3] - box[1] >= 0.01:
                    boxes.append(box)
                    labels.append(label)
                    scores.append(row[label])
        kept = plain_nms_per_class(boxes, scores, labels, 0.5)[:100]
        return [boxes[n] for n in kept], [labels[n] for n in kept], [scores[n] for n in kept]
