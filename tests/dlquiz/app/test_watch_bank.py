"""What is known of a bank from save to save: which question is looked at, what stays, what is old, what is wrong."""

from pathlib import Path

import pytest
from watch_bench import BANK, HALF_TYPED, WRONG_FORMULA, BenchWorker

from dlquiz.app.watching.checking import Read
from dlquiz.app.watching.outline import outline
from dlquiz.app.watching.remembered import Errand, Memory
from dlquiz.app.watching.watched import Watched
from dlquiz.banks.check import check
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.reading import read_bank
from dlquiz.errors import DlquizError

FILE = "mine.yaml"
SECOND_BROKEN = BANK.replace('formula: "4*h*d^2"', 'formula: "4*h*d^"')
UNREADABLE = Read((), None, (Complaint(FILE, 1, 1, "DQ101", "error", "the file cannot be read", "check it"),))


def read(text: str) -> Read:
    bank, complaints = read_bank(text, FILE)
    return Read(tuple(outline(text)), bank, tuple(complaints))


def saved(watched: Watched, text: str, *, proved: bool = True) -> None:
    found = read(text)
    watched.begin()
    watched.take(found)
    if proved and found.bank is not None:
        errand = Errand(BenchWorker(), Memory())
        watched.prove(check(found.bank.questions, errand, complaints=found.complaints))


@pytest.fixture
def watched() -> Watched:
    one = Watched()
    saved(one, BANK)
    return one


def states(watched: Watched) -> dict[str, str]:
    return {
        entry.id: "old" if entry.old else "unread" if entry.question is None else "whole" for entry in watched.entries
    }


WHOLE = dict.fromkeys(["output-size", "weights", "which-size"], "whole")


def test_the_sample_is_whole_and_its_first_question_is_looked_at(watched: Watched) -> None:
    assert states(watched) == WHOLE
    assert (watched.chosen, watched.complaints) == ("output-size", ())
    assert [check.proved for check in watched.checks] == [True] * 3


def test_without_a_change_the_first_question_with_a_complaint_is_looked_at() -> None:
    watched = Watched()
    saved(watched, BANK.replace('"4*h*d^2"', '"4*h*d^3"'))
    assert watched.chosen == "weights"


def test_what_was_changed_last_is_looked_at(watched: Watched) -> None:
    saved(watched, BANK.replace("How many weights?", "How many weights are there?"))
    assert watched.chosen == "weights"
    saved(watched, WRONG_FORMULA.replace("How many weights?", "How many weights are there?"))
    assert watched.chosen == "output-size"


def test_who_looks_at_a_changed_question_stays_there(watched: Watched) -> None:
    watched.choose("weights")
    saved(watched, WRONG_FORMULA.replace("How many weights?", "How many weights are there?"))
    assert watched.changed == {"output-size", "weights"}
    assert watched.chosen == "weights"


def test_who_chose_a_question_is_left_there_when_another_has_a_complaint(watched: Watched) -> None:
    watched.choose("which-size")
    saved(watched, BANK)
    assert watched.chosen == "which-size"


def test_steps_go_round(watched: Watched) -> None:
    watched.step(-1)
    assert watched.chosen == "which-size"
    watched.step(1)
    assert watched.chosen == "output-size"


def test_a_question_that_cannot_be_read_any_more_is_old_and_the_others_are_not(watched: Watched) -> None:
    saved(watched, SECOND_BROKEN)
    assert states(watched) == {**WHOLE, "weights": "old"}
    assert watched.chosen == "weights"
    assert watched.entry is not None
    assert watched.entry.question is not None
    assert watched.entry.question.answer.formula is not None
    assert watched.checked is None, "what was found of the former text is not told of the new one"
    saved(watched, BANK)
    assert states(watched) == WHOLE


def test_a_question_that_never_could_be_read_is_known_by_its_name() -> None:
    watched = Watched()
    saved(watched, SECOND_BROKEN)
    assert states(watched) == {**WHOLE, "weights": "unread"}


@pytest.mark.parametrize("broken", [read(HALF_TYPED), UNREADABLE, read("bank: mine\n"), read("")])
def test_without_a_bank_everything_is_old(watched: Watched, broken: Read) -> None:
    assert broken.bank is None
    watched.begin()
    watched.take(broken)
    assert states(watched) == dict.fromkeys(WHOLE, "old")
    assert watched.complaints == broken.complaints
    saved(watched, BANK)
    assert states(watched) == WHOLE


def test_the_complaints_of_other_questions_stay_and_move_with_their_lines() -> None:
    watched = Watched()
    saved(watched, BANK.replace('"4*h*d^2"', '"4*h*d^3"'))
    (before,) = watched.complaints
    saved(watched, "# a line\n# another\n" + BANK.replace('"4*h*d^2"', '"4*h*d^3"'), proved=False)
    (after,) = watched.complaints
    assert after == before._replace(line=before.line + 2)


def test_the_complaints_of_a_changed_question_go_until_it_is_checked() -> None:
    watched = Watched()
    saved(watched, WRONG_FORMULA)
    assert [one.code for one in watched.complaints] == ["DQ401"]
    saved(watched, BANK, proved=False)
    assert watched.complaints == ()
    assert watched.checking


def test_a_question_that_is_taken_out_is_gone(watched: Watched) -> None:
    watched.choose("weights")
    saved(watched, BANK.replace(outline(BANK)[1].text + "\n", ""))
    assert list(states(watched)) == ["output-size", "which-size"]
    assert watched.chosen in states(watched)


def test_a_complaint_belongs_to_the_question_in_whose_lines_it_is(watched: Watched) -> None:
    def at(line: int) -> str | None:
        return watched.question_of(Complaint(FILE, line, 1, "DQ401", "error", "", ""))

    lines = BANK.split("\n")
    starts = [number for number, line in enumerate(lines, 1) if line.startswith("  - id:")]
    assert [at(line) for line in starts] == list(WHOLE)
    assert [at(starts[1] - 2), at(starts[1])] == ["output-size", "weights"]
    assert at(1) is None


def test_trouble_ends_the_check(watched: Watched) -> None:
    watched.begin()
    watched.stop(str(DlquizError("the engine could not start")))
    assert (watched.checking, watched.trouble) == (False, "the engine could not start")
    watched.begin()
    assert watched.trouble == ""


def test_outline_ends_where_the_list_ends_and_knows_quotes_and_comments() -> None:
    text = "questions:  # three\n- id: 'one'\n# between\n- kind: number\n  id: \"two\"\n\nafter: 1\n- id: no\n"
    assert [(one.id, one.first, one.last) for one in outline(text)] == [("one", 2, 3), ("two", 4, 6)]


@pytest.mark.parametrize("text", ["", "questions: [{id: a}]\n", "questions:\n", "questions:\n  nothing: 1\n", "x"])
def test_outline_of_what_is_no_list_is_empty(text: str) -> None:
    assert outline(text) == []


def test_outline_of_every_shipped_bank_finds_its_questions() -> None:
    files = sorted((Path(__file__).parents[3] / "questions").glob("*/*.yaml"))
    assert len(files) > 5
    for file in files:
        text = file.read_text(encoding="utf-8")
        bank, _ = read_bank(text, str(file))
        assert bank is not None
        sections = outline(text)
        assert [one.id for one in sections] == [question.id for question in bank.questions]
        assert [one.first for one in sections] == [question.at.line for question in bank.questions]
