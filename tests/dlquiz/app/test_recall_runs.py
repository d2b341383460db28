"""What a card reveals is run from the moment its question is there, in the app and in plain mode: ↵ finds it ready."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from reading_screens import shown
from sample_desk import SAMPLE, FakeWorker, SampleDesk, sample_desk

from dlquiz.app.desk import Desk
from dlquiz.banks.library import Library
from dlquiz.cli.plain import Plain

CARD = """dlquiz: 1
bank: cards
topic: cnn
title: Cards
questions:
  - id: card
    kind: recall
    prompt: "What makes an image smaller?"
    reveals: [conv-output-size, padded]
  - id: conv-output-size
    kind: number
    prompt: "Kernel 3 on 9?"
    answer: {engine: {call: conv.output_size, with: {size: 9, kernel_size: 3, stride: 1, padding: 0}}}
  - id: padded
    kind: number
    prompt: "Padded?"
    answer: {engine: {call: conv.output_size, with: {size: 9, kernel_size: 3, stride: 1, padding: 1}}}
"""
REVEALED = "Kernel 3 on 9? Answer: 7."


@dataclass(frozen=True)
class CardDesk(SampleDesk):
    """A desk with one card."""

    file: Path = SAMPLE

    def library(self, topics: object = None) -> Library:
        found = Library.load((self.file,))
        (bank,) = found.banks
        return Library((bank.with_questions(bank.questions[:1], 0),), found.complaints)


@pytest.fixture
def card_desk(tmp_path: Path) -> Desk:
    (tmp_path / "cards.yaml").write_text(CARD)
    plain = sample_desk(tmp_path)
    return CardDesk(**vars(plain), file=tmp_path / "cards.yaml")


async def test_in_the_app_the_run_is_started_before_anybody_presses_a_key(card_desk, opened):
    worker = card_desk.worker
    worker.hangs = 1
    async with opened(card_desk, ["cnn"]) as pilot:
        assert "What makes an image smaller?" in shown(pilot)
        assert [call.function for call in worker.submitted[0]] == ["conv.output_size"] * 2
        worker.release()  # the run is done while the learner thinks
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert REVEALED in " ".join(shown(pilot).split())
        assert len(worker.submitted) == 1, "nothing is run again to be revealed"


class Watched:
    """A learner's lines; before the first is read, it notes how many runs were started."""

    def __init__(self, worker: FakeWorker, lines: Iterator[bytes]) -> None:
        self.worker, self.lines = worker, lines
        self.started: list[int] = []

    def readline(self, *_: int) -> bytes:
        self.started.append(len(self.worker.submitted))
        return next(self.lines, b"")


def test_in_plain_mode_the_run_is_started_before_a_line_is_read(card_desk):
    source, sink = Watched(card_desk.worker, iter([b"\n", b"3\n"])), io.StringIO()
    Plain(card_desk, ["cnn"], source, sink).run()
    assert source.started[0] == 1
    assert REVEALED in sink.getvalue()
    assert len(card_desk.worker.submitted) == 1
    assert "✓" in sink.getvalue()


def test_a_grade_given_anew_is_what_the_session_counts(card_desk):
    source, sink = Watched(card_desk.worker, iter([b"\n", b"1\n", b":grade 4\n"])), io.StringIO()
    Plain(card_desk, ["cnn"], source, sink).run()
    assert "1 right · 0 wrong" in sink.getvalue()
