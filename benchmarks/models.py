"""Parameters, MACs and stage shapes of whole networks on the meta device, beside building and running them for real.

For real means what a notebook does: build the network with its random weights, count, hook its stages and run one image
of zeros on one core. Both answers must be equal. The quickest of the rounds counts on either side.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import torch
from torch import nn

from benchmarks.figures import Figure
from engine.analysis.macs import hooked, macs, run_in_eval_mode
from engine.analysis.params import num_params
from engine.errors import Refused
from engine.models import zoo
from engine.registry import find

NAMES = ("resnet152", "vgg16")
ROUNDS = 3

Answer = tuple[int, int, Mapping[str, tuple[int, ...]]]
"""Parameters, MACs, and the shape of each stage's output."""


def run() -> Iterator[Figure]:
    torch.set_num_threads(1)
    for name in NAMES:
        model = zoo.find(name)
        on_meta, meta_seconds = _quickest(partial(_on_meta, model))
        real, real_seconds = _quickest(partial(_for_real, model))
        if on_meta != real:
            raise RuntimeError(f"{name}: the meta device says {on_meta}, a real run {real}")
        label = f"{name}: parameters, MACs and stages on the meta device, beside a real run"
        yield Figure(label, meta_seconds, "s", real_seconds, "ratio below 1")
    names = list(zoo.load())
    for door in ("model.num_params", "model.macs"):
        begun = time.process_time()
        counted = sum(_count(door, name) is not None for name in names)
        yield Figure(f"{door} of {counted} of the {len(names)} models", time.process_time() - begun, "s")


def _count(door: str, name: str) -> int | None:
    """Return what the door counts; None where it refuses, as for layers that hide their products."""
    try:
        return int(find(door).call(name=name).value)
    except Refused:
        return None


def _on_meta(model: zoo.Model) -> Answer:
    return _answer(model.build(), model.image())


def _for_real(model: zoo.Model) -> Answer:
    return _answer(model.builder().eval(), torch.zeros(model.image().shape))


def _answer(network: nn.Module, image: torch.Tensor) -> Answer:
    stages = {network.get_submodule(layer): stage for stage, layer in zoo.stages_of(network).items()}
    shapes: dict[str, tuple[int, ...]] = {}

    def note(layer: nn.Module, given: tuple[Any, ...], output: torch.Tensor) -> None:
        shapes[stages[layer]] = tuple(output.shape)

    with hooked(stages, note):
        run_in_eval_mode(network, image)
    return num_params(network), macs(network, image), shapes


def _quickest(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what ``work`` gives, and its seconds of processor time in the least disturbed round."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        answer = work()
        best = min(best, time.process_time() - begun)
    return answer, best
