"""``--bank`` wherever questions are named, and the banks under the home, which need no naming."""

import shutil
from pathlib import Path

import pytest
from command_lines import SAMPLE, Run


@pytest.fixture
def own(home: Path) -> Path:
    """The sample bank among the learner's own."""
    path = home / "banks" / "sizes.yaml"
    path.parent.mkdir(parents=True)
    shutil.copy(SAMPLE / "sizes.yaml", path)
    return path


def test_banks_under_the_home_are_at_hand(dlquiz: Run, own: Path) -> None:
    topics = {row["topic"]: row["questions"] for row in dlquiz("topics", "--json").json}
    assert topics["sizes"] > 0
    assert "cnn" in topics
    assert dlquiz("why", "sizes/output-size#0", "--json").json["instance"].startswith("sizes/output-size@")
    ended = dlquiz("study", "sizes", "--plain", "--count", "1", typed=":quit\n")
    assert "[sizes/" in ended.out


def test_a_bank_is_named_wherever_questions_are(dlquiz: Run) -> None:
    bank = str(SAMPLE / "sizes.yaml")
    assert [row["topic"] for row in dlquiz("topics", "--bank", bank, "--json").json] == ["sizes"]
    assert dlquiz("due", "--bank", bank, "--json").json == []
    assert dlquiz("why", "--bank", bank, "sizes/output-size#0").code == 0
    assert "[sizes/" in dlquiz("study", "--plain", "--bank", bank, typed=":quit\n").out


def test_a_bank_named_as_another_is_left_out_and_both_files_are_told(dlquiz: Run, own: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    shutil.copy(SAMPLE / "sizes.yaml", other)
    ended = dlquiz("topics", "--bank", str(other), "--json")
    assert ended.json == []
    assert str(other) in ended.err
    assert str(own) in ended.err
    checked = dlquiz("check", str(other), "--format", "json")
    assert checked.code == 1
    assert [finding["code"] for finding in checked.json["findings"]] == ["DQ207"]
    assert checked.json["questions"] == 1, "it is checked all the same"
