"""The pages for authors can't rot: sessions are played again, and every example is proved or refused as it says."""

import re
from pathlib import Path

import pytest
from authoring_pages import DOCS, ENTRY, PAGES, Example, completed, examples, with_codes
from authoring_session import Session, masked, played

from dlquiz.banks.check import check
from dlquiz.banks.complaints import CODES
from dlquiz.banks.library import Library
from dlquiz.banks.signatures import Signatures
from dlquiz.core.kinds.registry import KINDS
from dlquiz.core.verdicts import Level
from dlquiz.worker import Worker

EXAMPLES = [example for page in PAGES for example in examples(page)]
QUESTIONS = DOCS / "authoring" / "questions.md"


@pytest.fixture(scope="module")
def signatures(worker: Worker) -> Signatures:
    return Signatures.of(worker.functions().result())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_print_what_the_page_says(page: Path, tmp_path: Path, worker: Worker) -> None:
    """``python tests/docs/authoring_session.py`` writes the pages anew."""
    here = tmp_path / "here"
    here.mkdir()
    text = page.read_text(encoding="utf-8")
    assert masked(played(text, Session(here, worker))) == masked(text)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_proved_or_refused_as_it_says(
    example: Example, tmp_path: Path, worker: Worker, signatures: Signatures
) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(example.bank, encoding="utf-8")
    library = Library.load([file])
    report = check(library.questions, worker, complaints=library.complaints, signatures=signatures)
    codes = {item.code for item in report.complaints}
    assert codes == ({example.code} if example.code else set()), [str(item) for item in report.complaints]
    if not example.code:
        assert report.questions
        assert {one.level for one in report.questions} <= {Level.PROVED, Level.CITED}


def test_there_are_examples_of_both_sorts() -> None:
    assert sum(not example.code for example in EXAMPLES) >= 20
    assert sum(bool(example.code) for example in EXAMPLES) >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_an_example(kind: str) -> None:
    section = re.search(rf"^### {kind}\n.*?^```yaml\n(.*?)^```", QUESTIONS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert section
    assert f"    kind: {kind}\n" in section[1] or f"  kind: {kind}\n" in section[1]
    assert f"(../kinds/{kind}.md)" in section[0]


def test_every_code_is_listed() -> None:
    listing = [page for page in PAGES if "# Every complaint" in page.read_text(encoding="utf-8")]
    assert len(listing) == 1
    text = listing[0].read_text(encoding="utf-8")
    assert with_codes(text) == text
    assert text.count("](../complaints.md#dq") == len(CODES)


@pytest.mark.parametrize("page", [*PAGES, DOCS / "kinds" / "README.md"], ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https:)([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8")):
        path = page.parent / target if target else page
        assert path.exists(), target
        headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        known = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in known, f"{target}#{anchor}"


def test_the_entry_is_led_to_and_leads_to_every_page() -> None:
    assert "](docs/authoring.md)" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert "](../authoring.md)" in (DOCS / "kinds" / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert page == ENTRY or f"]({page.parent.name}/{page.name})" in ENTRY.read_text(encoding="utf-8")


def test_a_part_takes_the_place_of_the_fields_that_it_names() -> None:
    last = "- id: a\n  params:\n    n: {int: [1, 2]}\n  prompt: b\n"
    assert completed("params: {n: {int: [3, 4]}}\n", last) == "- id: a\n  prompt: b\n  params: {n: {int: [3, 4]}}\n"
