"""dlquiz why and the plain mode with an answer in symbols; and with a mistake in the core."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import Ended, Run

from dlquiz.core.kinds.registry import Symbolic

BANK = """
dlquiz: 1
bank: symbols
topic: symbols
title: Symbols
questions:
  - id: positions
    kind: expression
    symbols: {n: {int: [16, 64]}, k: {int: [2, 9]}}
    params: {p: {choice: [1, 2]}}
    prompt: {en: "A kernel of k on n, padded by {{p}}: how many places?", zh: "填充 {{p}}"}
    answer:
      formula: n + 2*p - k + 1
      engine: {call: conv.output_size, with: {size: n, kernel_size: k, padding: p}}
    misconceptions: {id: padding-once, formula: n + p - k + 1, says: "Both sides are padded."}
"""
NAME = "symbols/positions#3"


@pytest.fixture
def bank(tmp_path: Path) -> str:
    path = tmp_path / "symbols.yaml"
    path.write_text(BANK, encoding="utf-8")
    return str(path)


@pytest.fixture
def why(dlquiz: Run, bank: str) -> Run:
    return lambda *arguments: dlquiz("why", "--bank", bank, *arguments)


@pytest.fixture
def study(dlquiz: Run, bank: str) -> Callable[..., Ended]:
    def run(*typed: str) -> Ended:
        lines = "".join(f"{line}\n" for line in typed)
        return dlquiz("study", "--plain", "--bank", bank, "--seed", "1", "--count", "1", typed=lines)

    return run


def test_why_tells_formula_runs_and_wrong_ideas(why: Run) -> None:
    told = why(NAME, "--json").json
    padding = told["params"]["p"]
    right = "n + 2 - k + 1" if padding == 1 else "n + 4 - k + 1"
    assert (told["level"], told["right"]) == ("proved", right)
    run, closed = told["legs"]
    assert run["what"] == f"conv.output_size(size=n, kernel_size=k, padding={padding})"
    assert run["value"][0] == 16 + 2 * padding - 2 + 1
    assert closed["value"] == right
    assert told["ideas"][0]["value"] == f"n + {padding} - k + 1"
    people = why(NAME)
    assert f"right: {right}" in people.out
    assert "(in n and k, such as 2n + k)" in people.out


def test_why_marks_any_form(why: Run) -> None:
    padding = why(NAME, "--json").json["params"]["p"]
    assert why(NAME, f"２p{padding}", "--json").json["verdict"] == "refused"
    assert why(NAME, f"1 − k + {2 * padding} + n", "--json").json["verdict"] == "right"
    assert why(NAME, f"n−k+{padding + 1}", "--json").json["misconceptions"] == ["padding-once"]
    wrong = why(NAME, "n", "--json").json
    assert wrong["verdict"] == "wrong"
    assert f"at n=16, k=2 yours gives 16, the engine {15 + 2 * padding}." in wrong["reason"]


def test_plain_mode_reads_marks_and_tells(study: Callable[..., Ended]) -> None:
    ended = study("m + 1", "n")
    assert "? " in ended.out
    assert "'m' is not a name here" in ended.out
    assert [line[0] for line in ended.lines if line.startswith(("✓", "✗"))] == ["✗"]
    assert "yours gives 16, the engine" in ended.out
    assert "read as n · proved" in ended.out


def test_a_mistake_in_the_core_is_one_sentence(
    why: Run, study: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Symbolic, "read", broken)
        refused = why(NAME, "n", "--json").json
        assert refused["verdict"] == "refused"
        assert (
            "could not be evaluated, for a mistake in dlquiz (ZeroDivisionError, test_cli_expression.py:"
            in refused["reason"]
        )
        assert "? " in study("n").out
    for method in ("mark", "settle"):
        with monkeypatch.context() as patch:
            patch.setattr(Symbolic, method, broken)
            stopped = why(NAME, "n")
            assert (stopped.code, stopped.out) == (2, "")
            assert "could not be evaluated, for a mistake in dlquiz (ZeroDivisionError" in stopped.err
            ended = study("n", "n")
            assert ended.code == 0
            assert sum(line.startswith("! ") for line in ended.lines) == 2
            assert "please report it" in ended.out
            assert "✗" not in ended.out
