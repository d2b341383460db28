"""What is known of the engine's functions reaches the checker from the screen that watches a bank."""

import threading
from pathlib import Path

from dlquiz.app.watching.checking import Checking, Sources, Told
from dlquiz.banks.check import Report
from dlquiz.banks.codes.pages import page
from dlquiz.banks.codes.setting import bank
from dlquiz.worker import Worker


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
