"""Answers that are built, on the screen: read aloud while typed, run, and judged condition by condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from reading_screens import answer, flat, shown, type_in
from sample_desk import FakeWorker, SampleDesk, sample_desk

from dlquiz.banks.library import Library
from dlquiz.core.texts import Language

BANK = """
dlquiz: 1
bank: built
topic: built
title: {en: Built, zh: 搭建}
questions:
  - id: halve
    kind: construct
    prompt: {en: "Halve 3×32×32 with at most 100 parameters.", zh: "用至多 100 个参数把 3×32×32 减半。"}
    allow: {layers: [Conv2d, MaxPool2d]}
    goal:
      - id: size
        call: stack.output_size
        with: {layers: built, input_shape: [3, 32, 32]}
        is: 16
        says: {en: "A stride of 2 halves.", zh: "步幅 2 会减半。"}
      - {call: stack.num_params, with: {layers: built, input_shape: [3, 32, 32]}, at_least: 1, at_most: 100}
    accept: ["k=3 s=2 p=1", "k=2 s=2"]
    reject: ["k=3 s=2", "k=5 s=2 p=2", "k=2 s=1"]
    trivial: MaxPool2d(2)
"""

Layers = Sequence[Mapping[str, Any]]


def output_size(layers: Layers, input_shape: Sequence[int]) -> int:
    size = input_shape[1]
    for layer in layers:
        size = (size + 2 * layer.get("padding", 0) - layer["kernel_size"]) // layer.get("stride", 1) + 1
    return size


def num_params(layers: Layers, input_shape: Sequence[int]) -> int:
    return sum(9 * layer["kernel_size"] ** 2 + 3 for layer in layers)


@dataclass(frozen=True)
class BuiltDesk(SampleDesk):
    """A desk with the one question above."""

    def library(self, topics: Sequence[str] | None = None) -> Library:
        return Library.load((Path(self.store.path).with_name("built.yaml"),))


def built_desk(folder: Path, language: Language = "en") -> BuiltDesk:
    (folder / "built.yaml").write_text(BANK, encoding="utf-8")
    desk = BuiltDesk(**vars(sample_desk(folder, language)))
    worker: Any = desk.worker
    assert isinstance(worker, FakeWorker)
    worker.functions |= {"stack.output_size": output_size, "stack.num_params": num_params}
    return desk


@pytest.fixture
def built(tmp_path: Path) -> BuiltDesk:
    return built_desk(tmp_path)


async def test_what_is_typed_is_read_aloud_in_torchs_words(built, opened):
    async with opened(built, ["built"]) as pilot:
        assert "layers in torch's words" in flat(shown(pilot))
        await type_in(pilot, "k=3 s=2")
        assert "Conv2d(kernel_size=3, stride=2)" in flat(shown(pilot))


async def test_a_right_answer_that_the_bank_does_not_list(built, opened):
    async with opened(built, ["built"]) as pilot:
        screen = flat(await answer(pilot, "k=1 s=2"))
    assert "✓ output size: 16; parameters: 12 (at least 1, at most 100)" in screen
    assert "proved · 2 runs on cpu" in screen
    (entry,) = built.store.reviews()
    assert (entry.review.answer, entry.review.outcome, entry.review.device) == ("k=1 s=2", "right", "cpu")


async def test_a_miss_says_what_the_built_thing_really_gives(built, opened):
    async with opened(built, ["built"]) as pilot:
        screen = flat(await answer(pilot, "k=3 s=2"))
        assert "✗ output size: 15, not 16. As asked: parameters: 84 (at least 1, at most 100)." in screen
        assert "For instance k=3 s=2 p=1. A stride of 2 halves." in screen
        await pilot.press("v")
        await pilot.pause(0.05)
        await pilot.pause()
        evidence = flat(shown(pilot))
    assert "stack.output_size" in evidence
    assert built.store.reviews()[0].review.misconceptions == ("size",)


async def test_what_cannot_be_read_costs_nothing(built, opened):
    async with opened(built, ["built"]) as pilot:
        screen = flat(await answer(pilot, "Conv3d(3)"))
        assert "'Conv3d' is not a layer here" in screen
    assert built.store.reviews() == []


async def test_an_engine_that_dies_in_the_trial_stores_nothing(built, opened):
    async with opened(built, ["built"]) as pilot:
        built.worker.failures.append("the engine ended")
        screen = flat(await answer(pilot, "k=3 s=2"))
        assert "the engine ended" in screen
        assert built.store.reviews() == []
        await pilot.press("enter")
        await pilot.pause(0.05)
        await pilot.pause()
    assert [entry.review.outcome for entry in built.store.reviews()] == ["wrong"]


async def test_in_chinese(tmp_path, opened):
    desk = built_desk(tmp_path, "zh")
    async with opened(desk, ["built"]) as pilot:
        screen = flat(await answer(pilot, "k=3 s=2"))
    assert "输出尺寸：15，应为 16" in screen.replace("： ", "：")
