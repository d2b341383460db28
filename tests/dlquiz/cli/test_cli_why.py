"""dlquiz why: an instance drawn from its name, run, and an answer to it marked."""

from pathlib import Path

import pytest
from command_lines import SAMPLE, Run, rare_bank

FIELDS = ["instance", "params", "prompt", "answer", "verdict", "reason", "misconceptions", "level", "legs"]
NAME = "sizes/output-size@2#42"


@pytest.fixture
def why(dlquiz: Run) -> Run:
    bank = ("--bank", str(SAMPLE))
    return lambda *arguments: dlquiz("why", *bank, *arguments)


def test_without_an_answer_nothing_is_marked(why: Run) -> None:
    found = why(NAME, "--json").json
    assert list(found)[: len(FIELDS)] == FIELDS
    assert found["instance"] == NAME
    assert [found[name] for name in ("answer", "verdict", "reason", "misconceptions")] == [None, None, None, []]
    n, k, s = (found["params"][name] for name in "nks")
    right = (n - k) // s + 1
    assert found["level"] == "proved"
    assert [(leg["kind"], leg["value"]) for leg in found["legs"]] == [("module", right), ("closed_form", right)]
    assert found["legs"][0]["function"] == "conv.output_size"
    assert found["ideas"][0]["value"] == right - 1


def test_each_verdict(why: Run) -> None:
    right = why(NAME, "--json").json["right"]
    assert why(NAME, str(right), "--json").json["verdict"] == "right"
    wrong = why(NAME, str(right - 1), "--json").json
    assert (wrong["verdict"], wrong["misconceptions"]) == ("wrong", ["no-plus-one"])
    assert wrong["reason"].startswith(f"{right}, not {right - 1}. You counted steps")
    refused = why(NAME, "3 +", "--json").json
    assert (refused["verdict"], refused["answer"]) == ("refused", "3 +")
    assert "character" in refused["reason"]
    elsewhere = why("kinds/conventions#0", "9", "--json").json
    assert elsewhere["verdict"] == "elsewhere"
    assert "Counted from zero it is 9." in elsewhere["reason"]


def test_an_answer_may_begin_with_a_minus(why: Run) -> None:
    assert why("--json", "--", NAME, "-3").json["answer"] == "-3"


def test_the_revision_may_be_left_out_but_not_be_gone(why: Run) -> None:
    assert why("sizes/output-size#42", "--json").json["instance"] == NAME
    old = why("sizes/output-size@1#42")
    assert (old.code, old.out) == (2, "")
    assert "revision 1 of sizes/output-size is gone from its bank" in old.err
    assert "is not yet in its bank" in why("sizes/output-size@3#42").err


def test_for_people(why: Run) -> None:
    ended = why(NAME, "1", "--lang", "zh")
    assert ended.code == 0
    assert ended.lines[0] == f"[{NAME}]  proved"
    assert ended.lines[1].startswith("输入 ")
    assert "\x1b" not in ended.out
    assert any("no-plus-one" in line for line in ended.lines)
    assert any("conv.output_size(size=" in line and "module" in line for line in ended.lines)


def test_claims_and_a_conflict(why: Run) -> None:
    claims = why("kinds/statements@1#0", "none", "--json").json
    assert claims["verdict"] == "wrong"
    assert len(claims["legs"]) == 8
    conflict = why("kinds/disagreement#0", "--json").json
    assert "gives 4" in conflict["conflict"]


def test_an_engine_that_dies_is_a_sentence(why: Run) -> None:
    ended = why("trouble/dies#0")
    assert (ended.code, ended.out) == (2, "")
    assert "trouble/dies@1#0 cannot be settled: the engine process ended with exit code 7" in ended.err


def test_what_cannot_be_drawn_or_settled_is_a_sentence(why: Run, dlquiz: Run, tmp_path: Path) -> None:
    ended = why("undefined/argument#0")
    assert ended.code == 2
    assert "undefined/argument@1#0 cannot be settled: " in ended.err
    (tmp_path / "rare.yaml").write_text(rare_bank())
    assert dlquiz("why", "rare/rare#0", "--bank", str(tmp_path / "rare.yaml")).code == 0
    rare = dlquiz("why", "rare/rare#1", "--bank", str(tmp_path / "rare.yaml"))
    assert rare.code == 2
    assert "rare/rare#1 cannot be drawn: none of 10,000 draws" in rare.err
