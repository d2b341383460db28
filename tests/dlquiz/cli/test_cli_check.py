"""dlquiz check: findings with their places, and the exit code."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import SAMPLE, Run

FINDING = ["file", "line", "column", "code", "severity", "message", "fix"]


def test_a_sound_bank(dlquiz: Run) -> None:
    ended = dlquiz("check", str(SAMPLE / "sizes.yaml"))
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("dlquiz: 1 question, 1 proved, 0 findings (")
    assert "\r" not in ended.err, "progress is for terminals"


def test_findings(dlquiz: Run) -> None:
    bank = SAMPLE / "kinds.yaml"
    text = dlquiz("check", str(bank))
    line = 1 + next(n for n, each in enumerate(bank.read_text().splitlines()) if 'formula: "3"' in each)
    assert text.code == 1
    assert any(f"kinds.yaml:{line}:" in each and "  error DQ401  " in each for each in text.lines)
    found = dlquiz("check", "--format", "json", str(bank))
    assert (found.code, found.err) == (1, "")
    assert list(found.json) == ["questions", "proved", "findings"]
    assert (found.json["questions"], found.json["proved"]) == (3, 2)
    assert [list(each) for each in found.json["findings"]] == [FINDING] * len(text.lines)


def test_a_bank_beside_the_named_one_is_read_for_its_card_alone(dlquiz: Run) -> None:
    """The card names statements of kinds.yaml, whose conflict is nobody's concern here."""
    found = dlquiz("check", "--format", "json", str(SAMPLE / "parts.yaml")).json
    codes = [(each["code"], Path(each["file"]).name) for each in found["findings"]]
    assert {file for _, file in codes} <= {"parts.yaml"}
    assert "DQ211" not in [code for code, _ in codes]
    assert found["questions"] == 5


def test_broken_yaml_needs_no_engine(dlquiz: Run, tmp_path: Path, use_engine: Callable[..., None]) -> None:
    use_engine([sys.executable, "-c", "raise SystemExit('started')"])
    broken = tmp_path / "broken.yaml"
    broken.write_text("dlquiz: 1\nbank: [broken\n")
    ended = dlquiz("check", str(broken))
    assert ended.code == 1
    assert ended.out.startswith(f"{broken}:")
    assert " error DQ1" in ended.out


def test_without_an_engine_nothing_is_found_wrong(dlquiz: Run, use_engine: Callable[..., None]) -> None:
    use_engine([sys.executable, "-c", "raise SystemExit('no torch here')"])
    ended = dlquiz("check", str(SAMPLE / "sizes.yaml"))
    assert (ended.code, ended.out) == (2, "")
    assert "no torch here" in ended.err


def test_a_path_that_is_not_there(dlquiz: Run) -> None:
    assert dlquiz("check", "nowhere.yaml").code == 2


def test_progress_is_for_terminals(dlquiz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlquiz.cli.check.is_terminal", lambda: True)
    assert "checked 1 of 3 questions" in dlquiz("check", str(SAMPLE / "kinds.yaml")).err
