"""dlquiz check --mutate: the table, the survivors, JSON, exit codes, and an end in the middle."""

import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import SAMPLE, Run

SIZES = """dlquiz: 1
bank: planted
topic: sizes
title: Planted
questions:
  - id: size
    kind: number
    prompt: "A filter 3 wide on {{n}}. Size?"
    params: {n: {int: [20, 40]}}
    answer:
      formula: "n - 2"
      engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A bank in one language: whoever changes the 3 of its prompt is found by nobody."""
    file = tmp_path / "planted.yaml"
    file.write_text(SIZES, encoding="utf-8")
    return file


def test_survivors_are_told_as_findings(dlquiz: Run, planted: Path) -> None:
    ended = dlquiz("check", "--mutate", "--jobs", "1", str(planted))
    assert ended.code == 1
    assert re.match(r"\s+planted\s+caught\s+equivalent\s+survived$", ended.lines[0])
    rows = [re.findall(r"  +(\d+)", line) for line in ended.lines if re.search(r"( +\d+){4}$", line)]
    assert rows
    assert all(int(first) == sum(map(int, rest)) for first, *rest in rows)
    survivors = [line for line in ended.lines[1:] if "  survived  " in line]
    assert f"{planted}:8:23  survived  number in a text in size: '3' → '4'" in survivors
    assert all(re.match(rf"{re.escape(str(planted))}:\d+:\d+  survived  \S", line) for line in survivors)
    assert re.search(rf"dlquiz: \d+ planted, \d+ caught, \d+ equivalent, {len(survivors)} survived\n", ended.err)


def test_none_survives(dlquiz: Run, planted: Path) -> None:
    planted.write_text(SIZES.replace("filter 3 wide", "filter three wide"), encoding="utf-8")
    ended = dlquiz("check", "--mutate", "--format", "json", "--jobs", "1", str(planted))
    assert ended.json["survivors"] == []
    assert ended.json["planted"] > 5
    assert ended.code == 0


def test_json_has_the_fields_of_a_check_and_more(dlquiz: Run, planted: Path) -> None:
    found = dlquiz("check", "--mutate", "--format", "json", str(planted)).json
    usual = ["questions", "proved", "findings", "proofs", "calls", "kept", "waived"]
    more = ["planted", "caught", "equivalent", "survivors", "equivalents", "kinds", "codes"]
    assert list(found) == usual + more
    assert found["findings"] == []
    assert found["planted"] == found["caught"] + found["equivalent"] + len(found["survivors"])
    assert found["planted"] == sum(sum(counts.values()) for counts in found["kinds"].values())
    assert found["caught"] == sum(found["codes"].values())
    place = ["file", "line", "column", "question", "kind", "before", "after"]
    assert {tuple(each) for each in found["survivors"]} == {(*place, "recorded")}
    assert {tuple(each) for each in found["equivalents"]} <= {(*place, "reason")}


def test_a_bank_with_findings_is_refused(dlquiz: Run) -> None:
    ended = dlquiz("check", "--mutate", str(SAMPLE / "kinds.yaml"))
    assert ended.code == 1
    assert "mend these first" in ended.err
    assert ended.out == dlquiz("check", str(SAMPLE / "kinds.yaml")).out


def test_only_text_and_json(dlquiz: Run, planted: Path) -> None:
    ended = dlquiz("check", "--mutate", "--format", "sarif", str(planted))
    assert (ended.code, ended.out) == (2, "")
    assert "not as sarif" in ended.err


def test_progress_counts_mutants(dlquiz: Run, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlquiz.cli.progress.is_terminal", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "mutants" in dlquiz("check", "--mutate", str(planted)).err


def test_an_interruption_ends_it_quietly(planted: Path, process: Callable[..., "subprocess.Popen[bytes]"]) -> None:
    more = SIZES.replace("questions:\n", "questions:\n" + "".join(_other(number) for number in range(150)))
    planted.write_text(more, encoding="utf-8")
    running = process("check", "--mutate", "--jobs", "2", str(planted))
    time.sleep(4)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert b"Traceback" not in out + err
    assert running.returncode == 130, err.decode()


def _other(number: int) -> str:
    question = SIZES.partition("questions:\n")[2]
    return question.replace("id: size", f"id: size-{number}").replace(
        "filter 3 wide", f"filter 3 wide at place {number}"
    )


@pytest.mark.parametrize("other", ["--record", "--proofs"])
def test_what_only_a_plain_check_does_is_refused(dlquiz: Run, planted: Path, other: str) -> None:
    ended = dlquiz("check", "--mutate", other, str(planted))
    assert ended == (2, "", f"dlquiz: --mutate tells of planted errors alone; leave out {other}\n")
