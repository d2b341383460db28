"""Questions that are built, checked with the engine's own functions: each way to write an answer, proved."""

from pathlib import Path

import pytest
from engine_oracle import EngineOracle
from fakes import FakeOracle

from dlquiz.banks.check import Report, check
from dlquiz.banks.library import Library
from dlquiz.banks.reading import read_bank
from dlquiz.core.verdicts import Level

GOOD = Path(__file__).with_name("good_construct.yaml")
TEXT = GOOD.read_text(encoding="utf-8")


def checked(text: str) -> Report:
    bank, complaints = read_bank(text, "built.yaml")
    return check(bank.questions if bank else (), EngineOracle(), complaints=complaints)


def test_each_way_to_write_an_answer_is_proved() -> None:
    library = Library.load([GOOD])
    report = check(library.questions, EngineOracle(), complaints=library.complaints)
    assert [str(item) for item in report.complaints] == []
    assert [(one.key, one.level, one.instances) for one in report.questions] == [
        ("built/stem", Level.PROVED, 1),
        ("built/quarter", Level.PROVED, 4),
        ("built/learning-rate", Level.PROVED, 1),
        ("built/mask", Level.PROVED, 1),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("is: 56", "is: 55", "DQ451"),
        ("at_most: 10000", "at_most: 9471", "DQ451"),
        ("at_most: 10000", "at_most: 100000", "DQ452"),
        ("at_least: 11", "at_least: 12", "DQ451"),
        ("at_least: 11", "at_least: 1", "DQ454"),
        ("is: n/4", "is: n/8", "DQ451"),
        ("above: 4", "above: 3", "DQ454"),
        ("is: true", "is: false", "DQ451"),
        ("at_least: 0", "at_least: -1", "DQ452"),
        ("accept: [0.08, 1/11]", "accept: [0.08, 0.080]", "DQ453"),
        ("{call: attention.blind_queries, with: {mask: built}, is: 0}", "", "DQ452"),
        ("{mask: built, valid_len: 2}", "{mask: built, valid_len: 3}", "DQ456"),
        ("valid_len: 2", "valid_len: 3", "DQ452"),
        ("trivial: 0.001", "trivial: 0.09", "DQ454"),
    ],
)
def test_a_planted_error_is_found(old: str, new: str, code: str) -> None:
    assert TEXT.count(old) == 1
    text = TEXT.replace(f"      - {old}\n" if not new else old, new)
    assert code in {item.code for item in checked(text).complaints}


def test_every_listed_answer_is_run_on_every_instance() -> None:
    bank, _ = read_bank(TEXT, "built.yaml")
    assert bank
    oracle = FakeOracle(functions={})
    check([question for question in bank.questions if question.id == "quarter"], oracle)
    sizes = {call.arguments["input_shape"][1] for call in oracle.calls if call.function == "stack.output_size"}
    assert sizes == {32, 64, 96, 128}
    first = [call.arguments["layers"][0]["kernel_size"] for call in oracle.calls if len(call.arguments) == 2]
    assert first.count(9) == 4  # a near miss, in the middle of the list
