"""The record of what was proved: it is read again exactly, and tells a changed answer from a changed text."""

import json
from pathlib import Path

import pytest
from engine_oracle import EngineOracle
from fakes import FakeOracle

from dlquiz.banks.check import Report, check
from dlquiz.banks.library import Library
from dlquiz.banks.proving.revisions import NAME, Entry, Record, entry
from dlquiz.errors import DlquizError

GOOD = Path(__file__).with_name("good.yaml")
BUILT = Path(__file__).with_name("good_construct.yaml")
SHIPPED = Library.load()


def checked(bank: Path, record: dict[str, Entry] | None = None) -> tuple[Library, Report]:
    library, oracle = Library.load([bank]), EngineOracle() if bank is BUILT else FakeOracle()
    return library, check(library.questions, oracle, complaints=library.complaints, record=record)


def recorded(bank: Path) -> dict[str, Entry]:
    library, report = checked(bank)
    assert report.proved == len(library.questions)
    pairs = zip(library.questions, report.found, strict=True)
    return {question.key: entry(question, found.cases) for question, found in pairs}


@pytest.mark.parametrize("bank", [GOOD, BUILT], ids=["computed", "built"])
def test_what_was_proved_is_proved_again(bank: Path, tmp_path: Path) -> None:
    record = Record(tmp_path / NAME)
    entries = recorded(bank)
    assert all(kept["answers"] for kept in entries.values())
    assert record.write(entries) == len(entries)
    again = Record.beside(tmp_path / "bank.yaml")
    assert again.entries == entries
    assert again.write(entries) == 0
    assert checked(bank, again.entries)[1].complaints == ()


def test_a_changed_answer_is_told_by_the_record_alone() -> None:
    """The record is changed, not the bank, so that no other complaint can be in the way."""
    entries = json.loads(json.dumps(recorded(GOOD)))
    entries["small/conv-output-size"]["answers"][0][1] += 1
    entries["small/linear-shape"]["answers"][0][1].reverse()
    entries["small/conv-weights"]["answers"][0][1] = "c_in*c_out"
    entries["small/sigmoid"]["abs"] = "1/100"
    said = next(iter(entries["small/batch-or-layer"]["answers"][0][1]))
    entries["small/batch-or-layer"]["answers"][0][1][said] ^= True
    complaints = checked(GOOD, entries)[1].complaints
    assert [item.code for item in complaints] == ["DQ461"] * 5
    told = " ".join(item.message for item in complaints)
    for words in ("the answer was", "the tolerance was abs: 1/100, and is abs: 1/1000", f"'{said}' was", ", with "):
        assert words in told


def test_a_form_of_the_same_answer_is_no_change() -> None:
    entries = recorded(GOOD)
    entries["small/conv-weights"] = {**entries["small/conv-weights"], "answers": [[{"k": 3}, "c_out*(1 + 9*c_in)"]]}
    assert checked(GOOD, entries)[1].complaints == ()


def test_other_parameters_are_another_question() -> None:
    entries = recorded(GOOD)
    entries["small/sigmoid"] = {**entries["small/sigmoid"], "answers": [[{"z": 1}, 0.73]]}
    (item,) = checked(GOOD, entries)[1].complaints
    assert "the parameters are others than they were" in item.message


def test_a_built_answer_that_was_accepted_stays_accepted() -> None:
    entries = json.loads(json.dumps(recorded(BUILT)))
    kept = next(iter(entries.values()))["answers"][0][1]
    name = next(iter(kept))
    kept[name] = not kept[name]
    assert any(item.code == "DQ461" and name in item.message for item in checked(BUILT, entries)[1].complaints)


def test_the_record_lies_beside_the_banks_or_around_their_folder(tmp_path: Path) -> None:
    bank = tmp_path / "cnn" / "bank.yaml"
    bank.parent.mkdir()
    assert Record.beside(bank).file == bank.parent / NAME
    (tmp_path / NAME).write_text("{}")
    assert Record.beside(bank).file == tmp_path / NAME


@pytest.mark.parametrize("text", ["", "[]", '{"a/b": 1}', "{"])
def test_a_broken_record_is_not_taken_for_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(DlquizError, match="restore it"):
        Record.beside(tmp_path / "bank.yaml")


def test_what_is_gone_stays_in_the_record(tmp_path: Path) -> None:
    record = Record(tmp_path / NAME, {"b/gone": {"rev": 1}})
    record.write({"b/here": {"rev": 1}})
    assert Record.beside(tmp_path / "bank.yaml").entries.keys() == {"b/gone", "b/here"}


def test_every_shipped_question_is_in_the_record() -> None:
    kept = {key: value for bank in SHIPPED.banks for key, value in Record.beside(Path(bank.file)).entries.items()}
    lacking = [question.key for question in SHIPPED.questions if question.key not in kept]
    assert lacking == [], "dlquiz check --record adds them"
    assert [one.key for one in SHIPPED.questions if one.rev != kept[one.key]["rev"]] == []
