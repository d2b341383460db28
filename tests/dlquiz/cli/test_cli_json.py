"""What --json promises: these fields, exact whole numbers, strings for floats that are not finite."""

import re
from datetime import UTC, datetime

import pytest
from command_lines import SAMPLE, Run

from dlquiz.cli import desk

SIZES = ("--bank", str(SAMPLE / "sizes.yaml"))


def test_calc(dlquiz: Run) -> None:
    found = dlquiz("calc", "conv.output_size", "size=224", "kernel_size=7", "stride=2", "padding=3", "--json").json
    assert list(found) == ["function", "value", "kind", "device", "ms", "evidence"]
    assert (found["function"], found["value"], found["device"], found["ms"]) == ("conv.output_size", 112, "cpu", 0.25)
    assert found["evidence"][0] == {"block": "text", "text": "ran \x1b[31mred\x07"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [("123456789012345678901234567890", 123456789012345678901234567890), ("NaN", "nan"), ("-inf", "-inf"), ("x", "x")],
)
def test_calc_keeps_every_digit(dlquiz: Run, typed: str, value: object) -> None:
    assert dlquiz("calc", "echo.value", f"value={typed}", "--json").json["value"] == value


def test_json_cannot_steer_a_terminal(dlquiz: Run) -> None:
    ended = dlquiz("calc", "echo.value", "value=\x9b31m\u202e\x1b层", "--json")
    assert not {"\x9b", "\u202e", "\x1b"} & set(ended.out)
    assert "层" in ended.out
    assert ended.json["value"] == "\x9b31m\u202e\x1b层"


def test_calc_for_people(dlquiz: Run) -> None:
    lines = dlquiz("calc", "conv.output_size", "size=25557034", "kernel_size=3").lines
    assert lines[:2] == ["25557032", "module · cpu · 0.25 ms"]
    assert "ran ␛[31mred␇" in lines
    assert lines[lines.index("Rows") + 1 :][:3] == ["name   count", "层    12,345", "b"]
    assert lines[lines.index("Heat") + 1 :][:3] == [" █", "▒░", "0  ░▒▓█ 1"]
    assert lines[lines.index("Line") + 1 :][:4] == ["SGD:", "step    y", "   0    2", "   1  1.5"]
    assert lines[lines.index("f (f.py:7)") :][:3] == ["f (f.py:7)", "    7 def f():", "    8     return 1"]


def test_functions(dlquiz: Run) -> None:
    found = dlquiz("functions", "--json").json
    assert [list(each) for each in found] == [["name", "kind", "signature", "summary", "example", "parameters"]] * 2
    size = {"name": "size", "type": "a whole number", "required": True, "default": None, "convention": False}
    assert found[0]["parameters"] == [size]
    assert [each["name"] for each in dlquiz("functions", "NETWORK", "--json").json] == ["model.num_params"]
    assert [each["name"] for each in dlquiz("functions", "along axis", "output", "--json").json] == ["conv.output_size"]
    assert "    size: a whole number" in dlquiz("functions", "conv.output_size").lines
    assert "is told with 'along' and 'network' together; leave out" in dlquiz("functions", "along network").err
    assert "no engine function is told with 'networks'" in dlquiz("functions", "along networks").err
    listed = dlquiz("functions")
    assert listed.lines == ["conv: output_size", "model: num_params"]
    assert listed.err.startswith("dlquiz: 2 functions; dlquiz functions WORD tells more")
    lines = dlquiz("functions", "a").lines
    assert lines[0] == "conv.output_size(size, kernel_size, stride=1, padding=0)  [module]"
    assert "    dlquiz calc conv.output_size size=7 kernel_size=3" in lines
    assert """    dlquiz calc model.num_params 'name="7"'""" in lines


def test_topics_and_due_follow_the_log(dlquiz: Run, study: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dlquiz("topics", *SIZES, "--json").json == [{"topic": "sizes", "questions": 1, "due": 0, "new": 1}]
    never = dlquiz("due", *SIZES, "--json")
    assert never.json == []
    assert never.err == "dlquiz: nothing is due: no card of these banks was reviewed yet; dlquiz study begins\n"
    study("1", options=("--count", "1"))
    assert dlquiz("topics", *SIZES, "--json").json == [{"topic": "sizes", "questions": 1, "due": 0, "new": 0}]
    ended = dlquiz("due", *SIZES, "--json")
    assert ended.json == []
    (waiting,) = dlquiz("due", *SIZES, "--ahead", "--json").json
    now = desk.now_ms()
    due = datetime.fromisoformat(waiting["due_utc"])
    assert waiting["key"] == "sizes/output-size"
    assert due.tzinfo == UTC
    assert 0 < due.timestamp() * 1000 - now <= 60_000
    quiet = dlquiz("due", *SIZES)
    assert quiet.out == ""
    told = re.fullmatch(r"dlquiz: nothing is due; the next card is sizes/output-size, in 1 m \((.+)\)\n", quiet.err)
    assert told is not None
    assert datetime.fromisoformat(told[1]) == due.replace(second=0, microsecond=0)
    monkeypatch.setattr(desk, "now_ms", lambda: now + 3_600_000)
    assert dlquiz("due", *SIZES, "--json").json == [waiting]
    assert dlquiz("due", *SIZES).out == "sizes/output-size  since 59 m\n"
    assert dlquiz("topics", *SIZES, "--json").json[0]["due"] == 1
    elsewhere = dlquiz("due")
    assert elsewhere.out == ""
    assert "belong to no bank at hand, such as sizes/output-size" in elsewhere.err
    undone = re.fullmatch(r"undone: sizes/output-size, answered 1 at (.+)\n", dlquiz("undo").out)
    assert undone is not None
    answered = datetime.fromisoformat(undone[1])
    assert answered.utcoffset() == datetime.now().astimezone().utcoffset()
    assert 0 <= due.timestamp() - answered.timestamp() < 120
    assert dlquiz("topics", *SIZES, "--json").json[0] == {"topic": "sizes", "questions": 1, "due": 0, "new": 1}
    assert dlquiz("undo").code == 2


def test_the_shipped_topics(dlquiz: Run) -> None:
    found = {each["topic"]: each for each in dlquiz("topics", "--json").json}
    assert {"cnn", "normalization"} <= found.keys()
    assert found["cnn"]["questions"] == found["cnn"]["new"] > 0


def test_the_database_can_be_named(dlquiz: Run, study: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = str(tmp_path_factory.mktemp("other") / "other.db")
    study("1", options=("--count", "1", "--db", other))
    assert dlquiz("due", *SIZES, "--ahead", "--json").json == []
    assert len(dlquiz("due", *SIZES, "--ahead", "--json", "--db", other).json) == 1
    assert dlquiz("undo", "--db", other).code == 0
