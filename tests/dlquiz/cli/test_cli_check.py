"""dlquiz check: findings with their places, and the exit code."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import SAMPLE, Run

FINDING = ["file", "line", "column", "code", "severity", "message", "fix"]


def test_a_sound_bank(dlquiz: Run) -> None:
    ended = dlquiz("check", str(SAMPLE / "sizes.yaml"))
    assert (ended.code, ended.out) == (0, "")
    assert re.match(r"dlquiz: 1 question, 1 proved \(1 on every instance: \d+\), 0 findings \(", ended.err)
    assert "\r" not in ended.err, "progress is for terminals"


def test_findings(dlquiz: Run) -> None:
    bank = SAMPLE / "kinds.yaml"
    text = dlquiz("check", str(bank))
    line = 1 + next(n for n, each in enumerate(bank.read_text().splitlines()) if 'formula: "3"' in each)
    assert text.code == 1
    assert any(f"kinds.yaml:{line}:" in each and "  error DQ401  " in each for each in text.lines)
    found = dlquiz("check", "--format", "json", str(bank))
    assert (found.code, found.err) == (1, "")
    assert list(found.json) == ["questions", "proved", "findings", "proofs", "calls", "kept", "waived"]
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
    assert "checked" not in dlquiz("check", "--no-cache", str(SAMPLE / "kinds.yaml")).err
    monkeypatch.setattr("dlquiz.cli.progress.is_terminal", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "checked" in dlquiz("check", "--no-cache", str(SAMPLE / "kinds.yaml")).err


def test_how_far_proofs_reach(dlquiz: Run) -> None:
    bank = str(SAMPLE / "sizes.yaml")
    (line,) = dlquiz("check", "--proofs", bank).lines
    assert re.fullmatch(r"\S+/\S+  proved on every one of \d+ instances", line)
    (proof,) = dlquiz("check", "--format", "json", bank).json["proofs"]
    assert list(proof) == ["question", "level", "proved", "extent", "instances", "points", "variables"]
    assert (proof["proved"], proof["extent"]) == (True, "every_instance")


def test_a_second_check_starts_no_engine(dlquiz: Run, use_engine: Callable[..., None]) -> None:
    bank = str(SAMPLE / "kinds.yaml")
    first = dlquiz("check", bank)
    use_engine([sys.executable, "-c", "raise SystemExit('started')"])
    again = dlquiz("check", bank)
    assert (again.code, again.out) == (first.code, first.out)
    assert "(0 engine calls, 3 questions not run again)" in again.err
    ended = dlquiz("check", "--no-cache", bank)
    assert (ended.code, ended.out) == (2, "")
    assert "started" in ended.err


def test_several_engines_find_the_same(dlquiz: Run) -> None:
    bank = str(SAMPLE / "kinds.yaml")
    one, two = (dlquiz("check", "--no-cache", "--jobs", number, bank) for number in ("1", "2"))
    assert (one.code, one.out) == (two.code, two.out)
    assert dlquiz("check", "--jobs", "0", bank).code == 2


def test_findings_for_other_programs(dlquiz: Run) -> None:
    bank = str(SAMPLE / "kinds.yaml")
    text = dlquiz("check", bank)
    github = dlquiz("check", "--format", "github", bank)
    assert github.code == 1
    assert len(github.lines) == len(text.lines)
    assert all(re.match(r"::(error|warning) file=.+,line=\d+,col=\d+,title=DQ\d{3}::", each) for each in github.lines)
    sarif = dlquiz("check", "--format", "sarif", bank)
    assert sarif.code == 1
    assert [each["ruleId"] for each in sarif.json["runs"][0]["results"]] == [
        each["code"] for each in dlquiz("check", "--format", "json", bank).json["findings"]
    ]


def test_a_terminal_gets_the_line_and_a_caret(dlquiz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlquiz.cli.findings.is_watched", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    bank = SAMPLE / "kinds.yaml"
    lines = dlquiz("check", str(bank)).lines
    found = re.match(r".*kinds\.yaml:(\d+):(\d+)  ", lines[0])
    assert found
    number, column = int(found[1]), int(found[2])
    source = bank.read_text(encoding="utf-8").splitlines()[number - 1]
    assert lines[1] == f"{number:>6} | {source}"
    assert lines[2] == f"{'':>6} | {'^':>{column}}"


def test_the_record_of_what_was_proved(dlquiz: Run, tmp_path: Path) -> None:
    bank = tmp_path / "sizes.yaml"
    bank.write_bytes((SAMPLE / "sizes.yaml").read_bytes())
    record = tmp_path / "revisions.json"
    assert dlquiz("check", str(bank)).code == 0
    assert not record.exists(), "nothing is written that was not asked for"
    assert "1 question is written down in" in dlquiz("check", "--record", str(bank)).err
    assert "is up to date" in dlquiz("check", "--record", str(bank)).err
    record.write_text(re.sub(r"\}, (\d+)\]", lambda found: f"}}, {int(found[1]) + 1}]", record.read_text()))
    changed = dlquiz("check", str(bank))
    assert changed.code == 1
    assert " error DQ461  the answer was " in changed.out
    before = record.read_text()
    assert dlquiz("check", "--record", str(bank)).code == 1
    assert record.read_text() == before, "a changed answer is not written over the one that was proved"
    record.write_text("broken")
    assert dlquiz("check", str(bank)).code == 2


def test_the_record_of_the_folder_around_is_said_to_be_that(
    dlquiz: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    text = (SAMPLE / "sizes.yaml").read_text()
    (tmp_path / "first.yaml").write_text(text.replace("bank: sizes", "bank: first"))
    monkeypatch.chdir(tmp_path)
    dlquiz("check", "first.yaml", "--record")
    (tmp_path / "deep" / "sizes.yaml").write_text(text.replace("A {{n}}", "An {{n}}").replace("输入 ", "设输入 "))
    said = "1 question is not in revisions.json yet (the record of the folder around it); dlquiz check --record adds"
    assert said in dlquiz("check", "deep").err
    assert "1 question is not in revisions.json yet;" in dlquiz("check", ".").err
    monkeypatch.chdir(tmp_path / "deep")
    assert f"is not in {tmp_path / 'revisions.json'} yet (the record of" in dlquiz("check", "sizes.yaml").err


def test_the_code_to_explain_is_the_first_on_the_screen(dlquiz: Run, tmp_path: Path) -> None:
    bank = tmp_path / "b.yaml"
    bank.write_text("dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nmore: 1\nquestions:\n  - {id: q}\nbank: c\n")
    ended = dlquiz("check", str(bank))
    codes = [line.split()[2] for line in ended.lines]
    assert codes[0] > min(codes), "else any order would do"
    assert f"dlquiz explain {codes[0]} says more of that code" in ended.err


def test_explain_fits_a_terminal(dlquiz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dlquiz("explain", "DQ307").lines
    assert max(map(len, whole)) > 80
    monkeypatch.setattr("dlquiz.cli.explain.is_watched", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    wrapped = dlquiz("explain", "DQ307").lines
    assert max(map(len, wrapped)) <= 80
    assert " ".join(wrapped).split() == " ".join(whole).split()


def test_explain(dlquiz: Run) -> None:
    listed = dlquiz("explain")
    assert listed.code == 0
    assert re.match(r"DQ101  error    \S", listed.lines[0])
    told = dlquiz("explain", "dq413")
    assert told.code == 0
    assert told.lines[0].startswith("DQ413 (error): ")
    assert "Wrong:" in told.lines
    assert "Mended:" in told.lines
    assert list(dlquiz("explain", "DQ413", "--json").json[0]) == [
        "code",
        "severity",
        "title",
        "means",
        "wrong",
        "mended",
    ]
    unknown = dlquiz("explain", "DQ999")
    assert (unknown.code, unknown.out) == (2, "")
    assert "there is no code 'DQ999'" in unknown.err
