"""The pages of the kinds can't rot: banks are proved, answers marked, mistakes made, tables compared with the code."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kind_pages import ANSWERS, FIELDS, FOLDER, MISTAKES, NOTHING, Page, Row, field_rows, own_fields, takes, written

from dlquiz.banks.check import Report, check
from dlquiz.banks.library import Library
from dlquiz.banks.reading import Header
from dlquiz.banks.records import layout
from dlquiz.banks.schema import schema
from dlquiz.banks.signatures import Signatures
from dlquiz.cli.explanation import explain
from dlquiz.cli.instances import find_instance
from dlquiz.core.expressions import Unreadable
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.registry import KINDS
from dlquiz.core.questions import Instance, Question
from dlquiz.worker import Worker

README = Page(FOLDER / "README.md")
PAGES = {path.stem: Page(path) for path in sorted(FOLDER.glob("*.md")) if path.stem != "README"}
CASES = [
    pytest.param(name, *case, id=f"{name}-{number}")
    for name, page in PAGES.items()
    for number, case in enumerate(page.answers(), start=1)
]
FAULTS = [
    pytest.param(name, row, id=f"{name}-{number}")
    for name, page in PAGES.items()
    for number, row in enumerate(page.rows(MISTAKES), start=1)
]
Load = Callable[[str], Library]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker("cpu") as started:
        yield started


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    def read(text: str) -> Library:
        path: Path = tmp_path_factory.mktemp("page") / "bank.yaml"
        path.write_text(text, encoding="utf-8")
        return Library.load([path])

    return read


@pytest.fixture(scope="module")
def libraries(load: Load) -> dict[str, Library]:
    """The bank of each page, by its kind."""
    return {name: load(page.banks[0]) for name, page in PAGES.items()}


def checked(library: Library, worker: Worker) -> Report:
    signatures = Signatures.of(worker.functions().result())
    return check(library.questions, worker, complaints=library.complaints, signatures=signatures)


def test_each_kind_has_a_page_and_each_page_is_of_a_kind() -> None:
    assert set(PAGES) == set(KINDS)
    for name, page in PAGES.items():
        assert page.text.startswith(f"# `{name}`: "), page.path


def test_the_first_page_leads_to_every_kind() -> None:
    listed = re.findall(r"^\| \[([a-z]+)\]\(([a-z]+)\.md\) \|", README.text, re.MULTILINE)
    assert sorted(listed) == sorted((name, name) for name in KINDS)


@pytest.mark.parametrize("page", [README, *PAGES.values()], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Page) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.text):
        path = page.path.parent / target if target else page.path
        assert path.exists(), target
        headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}, anchor


@pytest.mark.parametrize("name", KINDS)
def test_the_bank_is_proved(name: str, libraries: dict[str, Library], worker: Worker) -> None:
    assert len(PAGES[name].banks) == PAGES[name].text.count("```yaml") == 1
    report = checked(libraries[name], worker)
    assert [str(item) for item in report.complaints] == []
    assert report.proved == len(report.questions) >= 1
    assert libraries[name].questions[0].kind == name


@pytest.mark.parametrize(("name", "asked", "row"), CASES)
def test_an_answer_gets_what_the_page_says(
    name: str, asked: str, row: Row, libraries: dict[str, Library], worker: Worker
) -> None:
    typed, reading, verdict, told = row
    text = "" if typed == NOTHING else typed
    known = find_instance(asked, libraries[name])
    explanation = explain(known, text, worker, "en")
    assert (read_as(known, text), explanation.verdict, explanation.reason) == (reading, verdict, told)


def read_as(known: Instance, text: str) -> str:
    """Return how a text is understood; nothing where it is refused."""
    try:
        return known.question.read(text, known.values).text
    except Unreadable:
        return ""


@pytest.mark.parametrize("name", KINDS)
def test_a_page_has_answers_of_each_kind_and_names_the_right_one(
    name: str, libraries: dict[str, Library], worker: Worker
) -> None:
    verdicts = [verdict for _, (_, _, verdict, _) in PAGES[name].answers()]
    assert {"right", "wrong", "refused"} <= set(verdicts)
    assert min(verdicts.count(verdict) for verdict in ("right", "wrong", "refused")) >= 2
    assert all(asked for asked, _ in PAGES[name].answers())
    for asked, right in re.findall(r"`([a-z-]+/[a-z-]+@\d+#\d+)`, whose answer is `([^`]+)`", PAGES[name].text):
        known = find_instance(asked, libraries[name])
        assert explain(known, None, worker, "en").right == right


@pytest.mark.parametrize(("name", "row"), FAULTS)
def test_a_mistake_is_told_as_the_page_says(name: str, row: Row, load: Load, worker: Worker) -> None:
    """Where one mistake leads to several complaints, the page has the first."""
    before, after, told = row
    bank = PAGES[name].banks[0]
    assert bank.count(before) == 1
    report = checked(load(bank.replace(before, "" if after == NOTHING else after)), worker)
    assert [f"{item.code}  {item.message}; {item.fix}" for item in report.complaints][:1] == [told]


@pytest.mark.parametrize("name", KINDS)
def test_a_page_has_mistakes(name: str) -> None:
    assert len(PAGES[name].rows(MISTAKES)) >= 4


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_the_table_of_fields_is_that_of_the_code(name: str, kind: type[Question]) -> None:
    expected = own_fields(kind)
    assert PAGES[name].rows(FIELDS) == expected, f"the table should be\n{written(expected)}"


def test_the_fields_of_every_question_are_those_of_the_code() -> None:
    header = [row for key, item in layout(Header).items() for row in field_rows(Header, key, item)]
    common = [row for key, item in layout(Question).items() for row in field_rows(Question, key, item)]
    described = schema()["$defs"]["question-number"]["properties"]
    read_elsewhere = [
        ("kind", "name", "required", described["kind"]["description"]),
        ("params", "parameters", "", described["params"]["description"]),
        ("where", takes(tuple[Formula, ...]), "", described["where"]["description"]),
    ]
    questions = ("questions", "list of mappings", "required", schema()["properties"]["questions"]["description"])
    expected = [*header, questions, common[0], *read_elsewhere, *common[1:]]
    assert README.rows(FIELDS) == expected, f"the tables should be\n{written(expected)}"


def test_every_kind_of_parameter_is_there() -> None:
    listed = {row[0] for row in README.rows(("Parameter", "Values"))}
    assert listed == {one["required"][0] for one in schema()["$defs"]["parameter"]["oneOf"]}


def test_no_table_goes_unread() -> None:
    known = {ANSWERS, FIELDS, MISTAKES, ("Parameter", "Values"), ("Kind", "Ask with it for", "An answer")}
    for page in (README, *PAGES.values()):
        lines = sum(line.startswith("|") for line in page.text.splitlines())
        assert lines == sum(len(page.rows(header)) + 2 * page.count(header) for header in known)
