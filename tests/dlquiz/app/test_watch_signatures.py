"""What is known of the engine's functions reaches the checker from the screen that watches a bank."""

import threading
from dataclasses import replace
from pathlib import Path
from queue import Queue

from watch_bench import Bench

from dlquiz.app.watching.checking import Checking, Sources, Stopped, Told
from dlquiz.banks.check import Report
from dlquiz.banks.codes.pages import page
from dlquiz.banks.codes.setting import bank
from dlquiz.banks.proving.results import KeptResults
from dlquiz.banks.signatures import Signatures
from dlquiz.worker import Worker


def test_a_bank_whose_proof_is_kept_is_proved_without_the_engine(tmp_path: Path) -> None:
    bench, results = Bench(tmp_path), KeptResults(tmp_path / "checks", "state")
    sources = replace(bench.sources, results=lambda: results, signatures=Signatures)
    first = reported(sources)
    bench.worker.fake.missing = "the engine is not up yet"
    asked = len(bench.worker.calls)
    again = reported(sources)
    assert (first.proved, first.kept, again.proved, again.kept) == (3, 0, 3, 3)
    assert len(bench.worker.calls) == asked > 0


def reported(sources: Sources) -> Report:
    """Return what a check reports; fail with what it tells instead."""
    told: Queue[Told] = Queue()
    Checking(sources, lambda _, what: told.put(what)).begin()
    while not isinstance(found := told.get(timeout=10), Report):
        assert not isinstance(found, Stopped), found
    return found


def test_a_sentence_about_another_value_is_told_on_a_save(tmp_path: Path) -> None:
    file = tmp_path / "pooling.yaml"
    file.write_text(bank(page("DQ445").wrong.text), encoding="utf-8")
    reports: list[Report] = []
    done = threading.Event()

    def hear(number: int, told: Told) -> None:
        if isinstance(told, Report):
            reports.append(told)
            done.set()

    with Worker("cpu") as worker:
        Checking(Sources(file, worker), hear).begin()
        assert done.wait(60)
    assert [item.code for item in reports[0].complaints] == ["DQ445"]
