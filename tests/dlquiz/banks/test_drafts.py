"""Every draft proves as it stands; adding one leaves the bank that it is added to as it was."""

from pathlib import Path

import pytest
from engine_oracle import EngineOracle

from dlquiz.banks.authoring import adding, drafts
from dlquiz.banks.check import Report, check
from dlquiz.banks.leaves import suggested
from dlquiz.banks.library import Library
from dlquiz.core.kinds.registry import KINDS
from dlquiz.errors import DlquizError

HEADER = b"# yaml-language-server: $schema=schema.json\n" + adding.header("mine", "gan")
ORACLE = EngineOracle()


def proved(path: Path, data: bytes) -> Report:
    path.write_bytes(data)
    library = Library.load([path])
    return check(library.questions, ORACLE, complaints=library.complaints)


def test_there_is_a_draft_of_each_kind() -> None:
    assert {path.stem for path in drafts.FOLDER.iterdir()} == {*KINDS, drafts.FIXED}


@pytest.mark.parametrize("name", [*KINDS, drafts.FIXED])
def test_a_draft_is_proved_as_it_stands(name: str, tmp_path: Path) -> None:
    added = adding.started(HEADER, name, "some-id")
    report = proved(tmp_path / "mine.yaml", added.data)
    assert [str(complaint) for complaint in report.complaints] == []
    assert report.proved == len(report.questions) == len(added.ids)
    (question, *_) = Library.load([tmp_path / "mine.yaml"]).questions
    assert (question.key, question.topic) == ("mine/some-id", "gan")
    assert question.kind == ("number" if name == drafts.FIXED else name)
    assert question.at.line == added.line == 7


def test_all_drafts_in_one_bank(tmp_path: Path) -> None:
    data = adding.started(HEADER, drafts.FIXED, None).data
    for name in KINDS:
        data = adding.added(data, name, None, "mine.yaml").data
    report = proved(tmp_path / "mine.yaml", data)
    assert [str(complaint) for complaint in report.complaints] == []
    assert report.proved == len(report.questions) == len(KINDS) + 2


def test_a_fixed_question_has_five_lines_and_the_others_are_commented() -> None:
    assert len(drafts.draft(drafts.FIXED).splitlines()) == 5
    for name in KINDS:
        assert drafts.draft(name).count("# ") >= 3, name


BANK = """dlquiz: 1
bank: mine  # a comment
topic: cnn
title: T
questions:
{indent}- id: q
{indent}  kind: number
{indent}  prompt: P
{indent}  answer: {{formula: 1}}
# the end"""


@pytest.mark.parametrize("indent", ["", "  ", "      "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n"])
def test_what_stands_in_a_bank_stays(indent: str, end: str, mark: str, last: str) -> None:
    before = (mark + (BANK.format(indent=indent) + last).replace("\n", end)).encode()
    added = adding.added(before, "number", None, "mine.yaml")
    assert added.data.startswith(before)
    after = added.data.decode()
    assert after.count("\n") == after.count(end)
    assert after.split(end)[added.line - 1].startswith(f"{indent}- id: size-after-convolution")
    assert added.ids == ("size-after-convolution",)


def test_an_id_that_is_taken_gets_a_number() -> None:
    data = BANK.format(indent="  ").replace("id: q", "id: size-after-convolution").encode()
    once = adding.added(data, "number", None, "mine.yaml")
    assert once.ids == ("size-after-convolution-2",)
    with pytest.raises(DlquizError, match="has a question 'size-after-convolution' already"):
        adding.added(data, "number", "size-after-convolution", "mine.yaml")


def test_the_id_of_a_broken_question_is_taken() -> None:
    data = BANK.format(indent="  ").replace("id: q", "id: size-after-convolution").replace("prompt: P", "rev: 0")
    assert adding.added(data.encode(), "number", None, "mine.yaml").ids == ("size-after-convolution-2",)


def test_a_draft_is_not_added_twice_before_it_is_edited() -> None:
    once = adding.added(BANK.format(indent="  ").encode(), "shape", None, "mine.yaml").data
    with pytest.raises(DlquizError, match="has this question already"):
        adding.added(once, "shape", "another", "mine.yaml")
    edited = once.decode().replace("Output shape?", "What comes out?").encode()
    assert adding.added(edited, "shape", "another", "mine.yaml").ids == ("another",)


def test_an_id_that_banks_cannot_hold() -> None:
    for name in ("Mine", "a b", "x" * 65, "", "a: [1]"):
        with pytest.raises(DlquizError, match="cannot be an id"):
            adding.started(HEADER, "claims", name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dlquiz: 1\nbank: a\ntopic: b\ntitle: c\nquestions: [{id: q, kind: number, prompt: P}]\n", "last field"),
        (BANK.format(indent="  ").replace("title: T\n", "") + "\ntitle: T\n", "last field"),
        (BANK.format(indent="  ") + "\n...\n", "mine.yaml"),
        ("dlquiz: 2\n", "mine.yaml:1:9: only version 1"),
        ("[", "mine.yaml:1:1"),
        ("", "mine.yaml:1:1"),
        ("bank: \x07", "mine.yaml:1:7"),
    ],
)
def test_a_bank_to_which_nothing_can_be_added(text: str, said: str) -> None:
    with pytest.raises(DlquizError, match="no question can be added") as refused:
        adding.added(text.encode(), "number", None, "mine.yaml")
    assert said in str(refused.value)


def test_a_bank_stays_below_its_largest_size() -> None:
    large = (BANK.format(indent="  ") + "\n" + "# filled\n" * 111_090).encode()
    assert len(large) < 1_000_000
    with pytest.raises(DlquizError, match="begin another one"):
        adding.added(large, "number", None, "mine.yaml")


@pytest.mark.parametrize(
    "listed", ["questions:", "questions: []", "questions: [ ]  # none yet", '"questions": null', "questions: ~"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_without_a_question_gets_its_first(listed: str, end: str) -> None:
    lines = ["# mine", "dlquiz: 1", "bank: b", "topic: my-course", listed, "title: T  # the last", "# the end"]
    data = end.join(lines).encode()
    assert adding.topic_of(Path("b.yaml"), data) == "my-course"
    added = adding.added(data, drafts.FIXED, "first", "b.yaml")
    text = added.data.decode()
    kept = [line for line in text.split(end) if not line.startswith("  ")]
    assert kept == [*lines[:4], kept[4], *lines[5:]]
    assert kept[4].replace(" ", "") in ("questions:", '"questions":', "questions:#noneyet")
    assert text.split(end)[added.line - 1] == "  - id: first"
    assert (end == "\n") == ("\r" not in text)


@pytest.mark.parametrize("listed", ["questions: [\n]", "questions: 7", "questions: {}", "question:"])
def test_what_is_no_empty_list_is_left_alone(listed: str) -> None:
    data = f"dlquiz: 1\nbank: b\ntopic: t\ntitle: T\n{listed}\n".encode()
    with pytest.raises(DlquizError, match="no question can be added"):
        adding.added(data, drafts.FIXED, None, "b.yaml")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Über", "uber"),
        ("Größe 2", "grosse-2"),
        ("Lecture 3: Pooling", "lecture-3-pooling"),
        ("卷积", "mine"),
        ("ﬁt", "fit"),
    ],
)
def test_a_name_is_made_of_letters_without_accents(text: str, name: str) -> None:
    assert suggested(text, "mine") == name
