"""Every code has a page; its wrong example brings that complaint, its mended one none, with the real engine."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlquiz.banks.check import Report, check
from dlquiz.banks.codes.__main__ import written
from dlquiz.banks.codes.bounds import BOUNDS, filled
from dlquiz.banks.codes.pages import Example, Page, page, pages
from dlquiz.banks.codes.setting import bank
from dlquiz.banks.complaints import CODES
from dlquiz.banks.composing import CHARACTERS
from dlquiz.banks.leaves import FEW
from dlquiz.banks.library import Library
from dlquiz.banks.parameters import MOST
from dlquiz.banks.signatures import Signatures
from dlquiz.errors import DlquizError
from dlquiz.worker import Worker

ROOT = Path(__file__).parents[3]
YAML = [one for one in pages().values() if one.wrong.language == "yaml"]
BYTES = {"DQ101", "DQ102", "DQ103", "DQ104", "DQ112", "DQ113", "DQ114", "DQ207", "DQ209", "DQ461", "DQ462"}
"""Codes that one bank as YAML can't bring; their examples are descriptions."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker("cpu") as started:
        yield started


@pytest.fixture(scope="module")
def signatures(worker: Worker) -> Signatures:
    return Signatures.of(worker.functions().result())


def checked(example: Example, folder: Path, worker: Worker, signatures: Signatures) -> Report:
    file = folder / "example.yaml"
    file.write_text(bank(example.text), encoding="utf-8")
    library = Library.load([file])
    return check(library.questions, worker, complaints=library.complaints, signatures=signatures)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert pages().keys() == CODES.keys()
    assert {one.code for one in pages().values() if one.wrong.language == "text"} == BYTES


@pytest.mark.parametrize("one", YAML, ids=lambda one: one.code)
def test_the_wrong_example_brings_this_complaint_and_no_other(
    one: Page, tmp_path: Path, worker: Worker, signatures: Signatures
) -> None:
    report = checked(one.wrong, tmp_path, worker, signatures)
    assert {item.code for item in report.complaints} == {one.code}, [str(item) for item in report.complaints]


@pytest.mark.parametrize("one", YAML, ids=lambda one: one.code)
def test_the_mended_example_is_proved(one: Page, tmp_path: Path, worker: Worker, signatures: Signatures) -> None:
    report = checked(one.mended, tmp_path, worker, signatures)
    assert [str(item) for item in report.complaints] == []
    assert report.proved == len(report.questions) > 0


@pytest.mark.parametrize("one", pages().values(), ids=lambda one: one.code)
def test_a_page_is_prose(one: Page) -> None:
    assert one.means.endswith((".", ")"))
    assert len(one.means.split()) >= 12
    assert one.title in one.text()
    assert one.wrong.text in one.markdown()
    assert one.wrong.text != one.mended.text


def test_a_code_is_found_however_it_is_written() -> None:
    assert page("dq413") is page("413") is page(" DQ413 ") is pages()["DQ413"]
    with pytest.raises(DlquizError, match=r"there is no code 'DQ499'; there are some from DQ101 to DQ462, and dlquiz"):
        page("DQ499")


@pytest.mark.parametrize("one", pages().values(), ids=lambda one: one.code)
def test_a_page_is_wrapped_between_words_and_its_examples_are_not(one: Page) -> None:
    told, examples = one.text(60).partition("\n\nWrong:")[::2]
    assert examples == one.text().partition("\n\nWrong:")[2]
    assert told.split() == one.text().partition("\n\nWrong:")[0].split()
    assert all(len(line) <= 60 or " " not in line for line in told.split("\n"))


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_is_told_and_not_written_twice(name: str) -> None:
    files = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "dlquiz" / "banks" / "codes").glob("*.md"))]
    means = [part for text in files for part in re.findall(r"^## DQ\d{3}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]
    assert any(f"<{name}>" in text for text in means)
    assert f"{BOUNDS[name]:,}" in filled(f"<{name}>")
    if BOUNDS[name] > 100:  # a smaller number may stand for something else
        assert not any(re.search(rf"(?<![\d,]){BOUNDS[name]:,}(?![\d,])", text) for text in means)


def test_the_bounds_of_sizes_stand_on_their_pages() -> None:
    assert f"{CHARACTERS:,} characters" in pages()["DQ114"].means
    assert f"more than {FEW} parts of one sort" in pages()["DQ114"].means
    assert f"may have {MOST} parameters" in pages()["DQ306"].means
    with pytest.raises(KeyError):
        filled("at most <no-such> of them")


def test_the_documentation_is_made_of_the_pages() -> None:
    assert (ROOT / "docs" / "complaints.md").read_text(encoding="utf-8") == written(), "python -m dlquiz.banks.codes"


def test_every_code_in_the_source_is_declared() -> None:
    """Codes are raised by name: each that stands in the source is one of CODES, and each of CODES stands somewhere."""
    files = [file for file in (ROOT / "dlquiz").rglob("*.py") if file.name != "complaints.py"]
    raised = {code for file in files for code in re.findall(r'"(DQ\d{3})"', file.read_text(encoding="utf-8"))}
    assert raised == set(CODES)
