"""Definitions that differ: a question states its convention where an engine function takes one of any name."""

from fakes import FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.proving.conventions import taken
from dlquiz.banks.reading import read_bank
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
ORACLE = FakeOracle({"gru.state": ("module", lambda update_gate, candidate, hidden_state: hidden_state * update_gate)})


def parameter(name: str, type_: str, convention: bool) -> Parameter:
    return Parameter(name, type_, required=False, default=None, convention=convention)


def function(name: str, *parameters: Parameter) -> FunctionInfo:
    return FunctionInfo(name, "module", name, "", {}, parameters)


GRU = function(
    "gru.state", parameter("hidden_state", "a number", False), parameter("update", "keeps_old or takes_new", True)
)


def test_what_functions_take() -> None:
    bleu = function("bleu.score", parameter("convention", "standard or d2l", True))
    both = function("rnn.x", parameter("bias", "two or one", True), parameter("convention", "a or b", True))
    assert taken([GRU, bleu, both, function("conv.macs", parameter("size", "a number", False))]) == {
        "gru.state": "update: keeps_old or takes_new",
        "bleu.score": "standard or d2l",
        "rnn.x": "bias: two or one; a or b",
    }


def complaints(text: str) -> list[tuple[str, int, str]]:
    bank, unread = read_bank(text, "b.yaml")
    assert bank is not None
    assert unread == []
    found = check(bank.questions, ORACLE, conventions=taken([GRU])).complaints
    return [(item.code, item.line, item.message) for item in found if item.code == "DQ414"]


def test_an_argument_of_any_name_asks_for_a_convention() -> None:
    ((code, line, message),) = complaints(BANK)
    assert (code, line) == ("DQ414", 9)
    assert "what gru.state gives depends on a convention (update: keeps_old or takes_new)" in message
    assert complaints(BANK + "    convention: An update gate of 1 keeps the old state.\n") == []
