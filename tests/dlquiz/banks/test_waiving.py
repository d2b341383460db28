"""Complaints that a question waives: only those that weigh words and widths, only where they are made, and kept so."""

from pathlib import Path
from typing import get_args

import pytest
from fakes import FakeOracle

from dlquiz.banks.check import Report, check
from dlquiz.banks.complaints import CODES
from dlquiz.banks.library import Library
from dlquiz.banks.proving.results import KeptResults
from dlquiz.core.questions import Waivable

GALLERY = Path(__file__).with_name("gallery")
WAIVED = GALLERY / "good" / "waivers-with-a-reason.yaml"


def checked(bank: Path, results: KeptResults | None = None) -> Report:
    library = Library.load([bank])
    return check(library.questions, FakeOracle(), complaints=library.complaints, results=results)


def without(tmp_path: Path, code: str) -> Path:
    bank = tmp_path / "bank.yaml"
    lines = WAIVED.read_text(encoding="utf-8").splitlines(keepends=True)
    bank.write_text("".join(line for line in lines if code not in line), encoding="utf-8")
    return bank


def test_what_may_be_waived_is_a_code() -> None:
    assert set(get_args(Waivable)) < set(CODES)


@pytest.mark.parametrize("code", ["DQ433", "DQ425"])
def test_without_its_waiver_the_complaint_is_made(code: str, tmp_path: Path) -> None:
    assert checked(WAIVED).waived == 2
    report = checked(without(tmp_path, code))
    assert [item.code for item in report.complaints] == [code]
    assert report.to_json()["waived"] == report.waived == 1
    assert report.proved == (2 if CODES[code].severity == "warning" else 1)


def test_a_result_is_kept_with_what_was_waived(tmp_path: Path) -> None:
    results = KeptResults(tmp_path, "one")
    first, second = checked(WAIVED, results), checked(WAIVED, results)
    assert second.kept == 2
    assert (second.complaints, second.waived) == (first.complaints, first.waived) == ((), 2)


def test_where_a_question_is_wrong_a_waiver_may_be_needed_yet(tmp_path: Path) -> None:
    bank = tmp_path / "bank.yaml"
    text = (GALLERY / "waiver-of-nothing.yaml").read_text(encoding="utf-8")
    bank.write_text(text.replace("formula: n - 2", "formula: n - 1"), encoding="utf-8")
    assert [item.code for item in checked(bank).complaints] == ["DQ401"]
