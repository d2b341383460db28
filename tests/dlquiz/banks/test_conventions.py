"""Definitions that differ: a question states its convention where what it asks for depends on one of any name."""

from pathlib import Path

import pytest
from fakes import DeclinedError, FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.proving import conventions
from dlquiz.banks.proving.results import KeptResults
from dlquiz.banks.reading import read_bank
from dlquiz.banks.signatures import Signatures
from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.worker.replies import FunctionInfo, Parameter

BANK = """dlquiz: 1
bank: b
topic: t
title: T
questions:
  - id: gate
    kind: number
    prompt: "An update gate of 1 and a state of 5, with a candidate of 0: which state follows?"
    answer: {formula: "5", engine: {call: gru.state, with: {update_gate: 1, candidate: 0, hidden_state: 5}}}
"""


def gru_state(update_gate: float, candidate: float, hidden_state: float, update: str = "keeps_old") -> float:
    """Mix the old state and the candidate; the gate is the old one's share, or the new one's."""
    share = update_gate if update == "keeps_old" else 1 - update_gate
    return share * hidden_state + (1 - share) * candidate


ORACLE = FakeOracle({"gru.state": ("module", gru_state)})


def parameter(name: str, type_: str, convention: bool) -> Parameter:
    return Parameter(name, type_, required=False, default=None, convention=convention)


def function(name: str, *parameters: Parameter) -> FunctionInfo:
    return FunctionInfo(name, "module", name, "", {}, parameters)


GRU = function(
    "gru.state",
    parameter("hidden_state", "a number", False),
    parameter("update", "one of 'keeps_old', 'takes_new'", True),
)


def test_what_functions_take() -> None:
    bleu = function("bleu.score", parameter("convention", "standard or d2l", True))
    both = function("rnn.x", parameter("bias", "two or one", True), parameter("convention", "a or b", True))
    known = Signatures.of([GRU, bleu, both, function("conv.macs", parameter("size", "a number", False))])
    assert {name: list(known.choosing(name)) for name in known.functions} == {
        "gru.state": ["update"],
        "bleu.score": ["convention"],
        "rnn.x": ["bias", "convention"],
        "conv.macs": [],
    }
    assert known.choosing("no.function") == {}


def complaints(text: str, oracle: FakeOracle | None = None) -> list[tuple[str, int, str]]:
    bank, unread = read_bank(text, "b.yaml")
    assert bank is not None
    assert unread == []
    found = check(bank.questions, oracle or ORACLE, signatures=Signatures.of([GRU])).complaints
    return [(item.code, item.line, item.message) for item in found if item.code == "DQ414"]


def test_an_argument_of_any_name_asks_for_a_convention() -> None:
    ((code, line, message),) = complaints(BANK)
    assert (code, line) == ("DQ414", 9)
    assert "what gru.state gives depends on a convention (update: one of 'keeps_old', 'takes_new')" in message
    assert complaints(BANK + "    convention: An update gate of 1 keeps the old state.\n") == []


HALF = BANK.replace("update_gate: 1,", "update_gate: 0.5,").replace('"5"', '"2.5"').replace("of 1 and", "of ½ and")
DRAWN = (
    BANK.replace("update_gate: 1,", "update_gate: 0.5 + late,")
    .replace('"5"', "5*(0.5 + late)")
    .replace("prompt:", "params: {n: {int: [0, 40]}, late: {let: floor(n/LAST)/2}}\n    prompt:")
)


def test_no_convention_is_asked_for_where_all_give_the_same() -> None:
    assert complaints(HALF) == []


def test_one_instance_among_many_on_which_they_differ_is_enough() -> None:
    assert complaints(DRAWN.replace("LAST", "100")) == []
    assert [code for code, _, _ in complaints(DRAWN.replace("LAST", "40"))] == ["DQ414"]
    assert [code for code, _, _ in complaints(DRAWN.replace("LAST", "3"))] == ["DQ414"]


def test_instances_beyond_the_first_chunk_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conventions, "CHUNK", 16)
    assert complaints(DRAWN.replace("LAST", "100")) == []
    assert [code for code, _, _ in complaints(DRAWN.replace("LAST", "40"))] == ["DQ414"]


@pytest.mark.parametrize(("off", "codes"), [(1e-9, []), (1e-4, ["DQ414"])])
def test_the_last_digits_of_a_sum_are_no_other_convention(off: float, codes: list[str]) -> None:
    def summed_otherwise(update_gate: float, candidate: float, hidden_state: float, update: str = "keeps_old") -> float:
        value = gru_state(update_gate, candidate, hidden_state)
        return value if update == "keeps_old" else value * (1 + off)

    oracle = FakeOracle({"gru.state": ("module", summed_otherwise)})
    assert [code for code, _, _ in complaints(HALF, oracle)] == codes


def test_a_convention_that_is_true_or_false_is_asked_for() -> None:
    takes = function("gru.state", parameter("update", "true or false", True))
    bank, _ = read_bank(HALF, "b.yaml")
    assert bank is not None
    found = check(bank.questions, ORACLE, signatures=Signatures.of([takes])).complaints
    assert [item.message for item in found if item.code == "DQ414"] == [
        "what gru.state gives depends on a convention (update: true or false), and the question states none"
    ]


class Slow(FakeOracle):
    """An engine that takes too long where the other convention is asked for."""

    def run(self, call: Call) -> Outcome:
        return Failed(call, "timeout", "it was stopped") if "update" in call.arguments else super().run(call)


def test_what_is_said_of_conventions_is_not_kept_where_a_run_failed_by_chance(tmp_path: Path) -> None:
    for oracle, kept in ((Slow(ORACLE.functions), 0), (ORACLE, 1)):
        bank, _ = read_bank(HALF, "b.yaml")
        assert bank is not None
        results = KeptResults(tmp_path / str(kept), "state")
        check(bank.questions, oracle, signatures=Signatures.of([GRU]), results=results)
        assert len(list((tmp_path / str(kept)).glob("*.json"))) == kept


def test_a_convention_that_the_engine_declines_is_another_answer() -> None:
    def declining(update_gate: float, candidate: float, hidden_state: float, update: str = "keeps_old") -> float:
        if update != "keeps_old":
            raise DeclinedError("another book")
        return gru_state(update_gate, candidate, hidden_state)

    assert [code for code, _, _ in complaints(HALF, FakeOracle({"gru.state": ("module", declining)}))] == ["DQ414"]


def test_symbols_are_run_at_their_points() -> None:
    heads = """dlquiz: 1
bank: b
topic: t
title: T
questions:
  - id: weights
    kind: expression
    prompt: "One head of width d. How many weights?"
    symbols: {d: {int: [4, 64]}}
    answer: {formula: "4*d^2", engine: {call: attention.weights, with: {embed_dim: d, num_heads: 1}}}
"""
    takes = parameter("convention", "one of 'split_heads', 'full_width'", True)
    known = Signatures.of([function("attention.weights", takes)])

    def weights(embed_dim: int, num_heads: int, convention: str = "split_heads") -> int:
        return 4 * embed_dim**2 * (num_heads if convention == "full_width" else 1)

    oracle = FakeOracle({"attention.weights": ("module", weights)})
    for text, codes in ((heads, []), (heads.replace("num_heads: 1", "num_heads: 2"), ["DQ414"])):
        bank, _ = read_bank(text, "b.yaml")
        assert bank is not None
        found = check(bank.questions, oracle, signatures=known).complaints
        assert [item.code for item in found] == codes
