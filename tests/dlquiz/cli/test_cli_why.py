"""dlquiz why: an instance drawn from its name, run, and an answer to it marked."""

from pathlib import Path
from typing import Any

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


def elements(why: Run, name: str, *more: str) -> list[tuple[Any, ...]]:
    """Return the parts of an instance but for their numbers, which run from 1."""
    found = why(name, *more, "--json").json["parts"]
    assert [part["number"] for part in found] == list(range(1, len(found) + 1))
    return [tuple(part[field] for field in ("id", "text", "value", "right")) for part in found]


def test_an_idea_that_is_right_on_the_instance_says_so(why: Run) -> None:
    seen = set()
    for seed in range(8):
        name = f"parts/right-at-times#{seed}"
        found = why(name, "--json").json
        n, ideas = found["params"]["n"], found["ideas"]
        assert [(idea["id"], idea["right"]) for idea in ideas] == [("at-least-five", n == 9), ("undefined", False)]
        (line,) = [line for line in why(name).lines if "at-least-five" in line]
        assert line.startswith("  9 (right here, too)  at-least-five" if n == 9 else "  5 ")
        assert ("right here" in line) is (n == 9)
        seen.add(n)
    assert seen == {4, 9}


def test_what_each_option_stands_for(why: Run) -> None:
    n = why("parts/pick#3", "--json").json["params"]["n"]
    wanted = [
        ("", f"4 less than {n}", n - 4, True),
        ("kernel-of-seven", "as with a kernel of 7", n - 6, False),
        ("not-centred", f"{n - 5}", n - 5, False),
    ]
    found = elements(why, "parts/pick#3")
    assert sorted(found) == wanted
    assert found == elements(why, "parts/pick#3", "1")
    told = why("parts/pick#3").out.split("Options, and what they stand for\n")[1]
    assert f"{n - 4}     right      " in told
    assert f"{n - 6}     not right  kernel-of-seven  as with a kernel of 7" in told


def test_what_each_item_is_ordered_by(why: Run) -> None:
    found = elements(why, "parts/arrange#1")
    assert sorted(found) == [("a", "forty", 40, None), ("b", "ten", 10, None), ("c", "thirty", 30, None)]
    right = why("parts/arrange#1", "--json").json["right"]
    assert [found[number - 1][0] for number in right] == ["b", "c", "a"]
    assert "Items, and what they are ordered by" in why("parts/arrange#1").lines


def test_what_each_condition_comes_to(why: Run) -> None:
    wanted = [("large", "the number: 3 (above 2)", 3, True), ("", "its size: 3 (at most 9)", 3, True)]
    assert elements(why, "parts/build#0") == wanted
    assert elements(why, "parts/build#0", "1") == wanted
    assert elements(why, "parts/build#0", "--lang", "zh")[1][1] == "尺寸：3（至多 9）"
    assert any("holds" in line and "its size: 3" in line for line in why("parts/build#0").lines)


def test_what_each_claim_and_each_point_comes_to(why: Run) -> None:
    claims = why("kinds/statements#0", "--json").json
    assert [part["value"] for part in claims["parts"]] == claims["right"]
    assert {(part["text"], part["value"]) for part in claims["parts"]} <= {
        *((f"{letter} holds.", True) for letter in "ABC"),
        *((f"{letter} holds.", False) for letter in "DEF"),
    }
    points = elements(why, "parts/card#0")
    assert [point[0] for point in points] == ["right-at-times", "kinds/statements#a", "kinds/statements#f"]
    assert [point[2] for point in points[1:]] == [True, False]
    assert points[0][1] == f"How much is {points[0][2]}? Answer: {points[0][2]}."
    assert why(NAME, "--json").json["parts"] == []


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
