"""The question screen with an answer in symbols: the note, the echo, the verdict and the table of the run."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from reading_screens import answer, flat, shown, type_in
from sample_desk import SampleDesk, sample_desk

from dlquiz.banks.library import Library
from dlquiz.core.kinds.registry import Symbolic

BANK = """
dlquiz: 1
bank: heads
topic: attention
title: Heads
questions:
  - id: full-width
    kind: expression
    symbols: {h: {int: [2, 16]}, d: {int: [4, 64]}}
    prompt: {en: "h heads, each with its own d×d matrices. How many weights?", zh: "h 个头，共有多少权重？"}
    answer:
      formula: 4*h*d^2
      engine: {call: attention.num_params, with: {embed_dim: d, num_heads: h}}
    misconceptions:
      - {id: no-output-matrix, formula: 3*h*d^2, says: {en: "The output matrix counts too.", zh: "输出矩阵也要算。"}}
"""


@dataclass(frozen=True)
class OneBank(SampleDesk):
    """A desk with the bank above."""

    bank: Path = Path()

    def library(self, topics: Sequence[str] | None = None) -> Library:
        return Library.load((self.bank,))


@pytest.fixture
def desk(tmp_path: Path) -> OneBank:
    bank = tmp_path / "heads.yaml"
    bank.write_text(BANK, encoding="utf-8")
    made = sample_desk(tmp_path)
    return OneBank(**{item.name: getattr(made, item.name) for item in fields(made)}, bank=bank)


async def test_the_note_says_in_which_symbols_and_the_echo_how_it_reads(desk, opened):
    async with opened(desk, None) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "in h and d, such as 2h + d" in flat(shown(pilot))
        await type_in(pilot, "4hd²")
        assert "read as 4*h*d^2" in flat(shown(pilot))
        await pilot.press("backspace")
        await type_in(pilot, "2")
        assert "write d^2 for a power or 2*d for a product" in flat(shown(pilot))
        assert not desk.store.reviews()


async def test_a_wrong_answer_is_told_at_a_point_and_the_run_shown_as_a_table(desk, opened):
    async with opened(desk, None) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        screen = flat(await answer(pilot, "4hd"))
        assert "✗ 4*h*d^2, not 4*h*d: at h=2, d=4 yours gives 32, the engine 128." in screen
        assert "proved" in screen
        await pilot.press("v")
        await pilot.pause()
        screen = flat(shown(pilot))
        assert "Engine and formula" in screen
        assert "attention.num_params(embed_dim=d, num_heads=h)" in screen
        assert [entry.review.answer for entry in desk.store.reviews()] == ["4hd"]


async def test_a_mistake_in_the_core_is_told_and_stores_nothing(desk, opened, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("h")

    async with opened(desk, None) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        for method in ("read", "mark"):
            with monkeypatch.context() as patch:
                patch.setattr(Symbolic, method, broken)
                screen = flat(await answer(pilot, "4hd²" if method == "read" else ""))
            assert "could not be evaluated" in screen
            assert "KeyError, test_expression_screen.py:" in screen
            assert "report it" in screen
            assert not desk.store.reviews()
        assert "✓ 4*h*d^2" in flat(await answer(pilot, ""))
        assert len(desk.store.reviews()) == 1
