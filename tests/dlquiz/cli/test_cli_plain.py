"""Plain mode: one mark for each stored review, after its commit; nothing else looks like one; nothing is lost."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import ENGINE, SAMPLE, Ended, Run, rare_bank

from dlquiz.core.remembering import Review
from dlquiz.core.scheduling import Rating, Scheduler
from dlquiz.store import Entry, Store, StoreError

MARKS = ("✓", "✗")


def marks(ended: Ended) -> str:
    """Return the first character of every line that starts with a mark, in order."""
    return "".join(line[0] for line in ended.lines if line.startswith((*MARKS, "?", "!")))


def log(home: Path) -> list[Entry]:
    """Return the log, oldest first."""
    with Store.open(home / "dlquiz.db", Scheduler(), 0, backup=False) as store:
        return store.reviews()[::-1]


def asked(ended: Ended) -> list[str]:
    return re.findall(r"^\[(.*)\]$", ended.out, re.MULTILINE)


@pytest.fixture
def right_after(study: Run, tmp_path: Path) -> Callable[..., str]:
    """`right_after("7")`: the right answer to the question of the sizes that comes after that answer."""

    def find(*typed: str) -> str:
        database = tmp_path / f"rehearsal-{len(list(tmp_path.iterdir()))}.db"
        ended = study(*typed, ":quit", options=("--db", str(database)))
        prompt = [line for line in ended.lines if line.startswith("  A ")][-1]
        n, k, s = map(int, re.findall(r"\d+", prompt))
        return str((n - k) // s + 1)

    return find


def test_each_review_prints_one_mark_and_no_text_can_forge_one(
    study: Run, home: Path, right_after: Callable[..., str]
) -> None:
    ended = study("5", ":hint", "x", right_after("5"))
    assert ended.code == 0
    assert marks(ended) == "✗?✓"
    assert [entry.review.outcome for entry in log(home)] == ["wrong", "right"]
    assert "  ✓ It is" in ended.out, "the explanation stays, indented"
    assert "\x1b" not in ended.out


def test_the_mark_of_a_known_mistake_names_it(study: Run, right_after: Callable[..., str]) -> None:
    wrong = str(int(right_after()) - 1)
    line = next(line for line in study(wrong, options=("--count", "1")).lines if line.startswith("✗"))
    assert line == f"✗ {int(wrong) + 1}, not {wrong}. You counted steps: ✗ add 1. [no-plus-one ×1]"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_be_read_costs_nothing(study: Run, home: Path, language: str) -> None:
    ended = study("", "x", "3 +", "1" * 20_000, "9**9**9", "7", options=("--count", "1", "--lang", language))
    assert marks(ended) == "?????✗"
    assert len(asked(ended)) == 1
    assert [entry.review.answer for entry in log(home)] == ["7"]


def test_hostile_input_survives(dlquiz: Run, home: Path) -> None:
    typed = b"\x00\x00\n\xff\xfe\n\x1b[31m7\n" + b"9" * 10_000_000 + b"\n\xe2\x80\xae7\n7\r\n"
    ended = dlquiz("study", "--plain", "--bank", str(SAMPLE / "sizes.yaml"), "--count", "1", typed=typed)
    assert ended.code == 0
    assert marks(ended) == "?????✗"
    assert not {"\x00", "\x1b", "\u202e"} & set(ended.out)
    assert [entry.review.answer for entry in log(home)] == ["7"]


def test_a_last_line_without_an_end_counts(dlquiz: Run) -> None:
    assert marks(dlquiz("study", "--plain", "--bank", str(SAMPLE / "sizes.yaml"), typed="\ufeff7")) == "✗"


def test_commands(study: Run, home: Path) -> None:
    ended = study(":grade 3", ":undo", "7", ":grade 9", ":grade 4", ":undo", ":sing", ":help", ":quit", "8")
    assert ended.code == 0
    assert marks(ended) == "??✗??"
    (entry,) = log(home)
    assert (entry.undone, entry.rating) == (True, Rating.EASY)
    assert asked(ended)[0] == asked(ended)[-1], "what was undone is asked again"


def test_hints_come_one_by_one_and_make_a_right_answer_hard(
    study: Run, home: Path, right_after: Callable[..., str]
) -> None:
    ended = study(":hint", ":hint", right_after(), options=("--count", "1"))
    assert "  hint 1/1: Count the places." in ended.lines
    assert marks(ended) == "?✓"
    assert log(home)[0].rating is Rating.HARD


def test_skip_leaves_the_question_out(study: Run, home: Path) -> None:
    ended = study(":skip", "7", topic="sizes")
    assert marks(ended) == ""
    assert log(home) == []
    assert "Nothing is due, and nothing is new." in ended.lines


def test_right_elsewhere_is_asked_again_and_does_not_tell(study: Run, home: Path) -> None:
    hinted = study("9", ":hint", topic="kinds")
    assert "  hint 1/1: More than 9." in hinted.lines, "the hint was used up"
    ended = study("9", "10", options=("--count", "1"), topic="kinds")
    assert marks(ended) == "?✓"
    refused = next(line for line in ended.lines if line.startswith("?"))
    assert "Counted from zero it is 9." in refused
    assert "10" not in refused
    assert [(entry.review.answer, entry.rating) for entry in log(home)] == [("10", Rating.HARD)]


@pytest.mark.parametrize(("language", "verdict"), [("en", "It does not hold."), ("zh", "它不成立。")])
def test_claims(study: Run, home: Path, language: str, verdict: str) -> None:
    ended = study(":skip", "5", "all", options=("--count", "1", "--lang", language), topic="kinds")
    assert marks(ended) == "?✗"
    shown = [line for line in ended.lines if re.match(r"  [1-4]\. [A-F] holds\.", line)]
    false = {line for line in shown[:4] if line[5] in "DEF"}
    assert {line.removesuffix(" F is not so.") for line in shown[4:]} == {f"{line} {verdict}" for line in false}
    assert log(home)[0].review.key == "kinds/statements"


def test_where_bank_and_engine_disagree_nothing_counts(study: Run, home: Path) -> None:
    ended = study("11", ":skip", "4", ":grade 4", topic="kinds")
    assert marks(ended) == "✗✓?"
    assert "it does not count" in ended.out
    assert [entry.review.counts for entry in log(home)] == [True, False]


def test_an_engine_that_died_is_started_again(study: Run, home: Path) -> None:
    assert marks(study(":skip", "1", "1", ":quit", topic="trouble")) == "!✓"
    assert len(log(home)) == 1


@pytest.mark.parametrize("skipped", [0, 2], ids=["dies", "hangs"])
def test_an_engine_in_trouble_is_left_out_after_three_times(
    study: Run, use_engine: Callable[..., None], home: Path, skipped: int
) -> None:
    use_engine(ENGINE, limit=0.4)
    ended = study(*[":skip"] * skipped, "1", "1", "1", ":quit", topic="trouble")
    assert ended.code == 0
    assert marks(ended) == "!!!"
    told = [line for line in ended.lines if line.startswith("!")]
    assert ("time limit" if skipped else "exit code 7") in told[0]
    assert "left out" in told[2]
    assert log(home) == []


def test_a_text_without_a_value_stops_that_question_only(study: Run, home: Path) -> None:
    ended = study("1", "1", "1", "1", topic="undefined")
    assert (ended.code, marks(ended)) == (0, "!!!!")
    assert asked(ended)[1].startswith("undefined/argument@1#")
    assert "(this text has no value here: " in ended.out
    assert log(home) == []


def test_a_question_that_cannot_be_drawn_is_a_sentence(dlquiz: Run, tmp_path: Path) -> None:
    (tmp_path / "rare.yaml").write_text(rare_bank())
    ended = dlquiz("study", "--plain", "--bank", str(tmp_path / "rare.yaml"), "--seed", "1")
    assert ended.code == 2
    assert "the next question cannot be drawn: none of 10,000 draws satisfies the conditions of rare/rare" in ended.err


def test_an_engine_that_cannot_start_ends_the_session(study: Run, use_engine: Callable[..., None]) -> None:
    use_engine([sys.executable, "-c", "raise SystemExit('no torch here')"])
    ended = study("7", "8")
    assert ended.code == 2
    assert marks(ended) == ""
    assert "the engine could not start: no torch here" in ended.err


def test_a_full_disk_keeps_what_was_stored(study: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add, room = Store.add_review, iter("ab")

    def full(store: Store, review: Review) -> int:
        if next(room, None) is None:
            raise StoreError("the disk is full; free some space and try again")
        return add(store, review)

    monkeypatch.setattr(Store, "add_review", full)
    ended = study("7", "7", "7", "7", options=("--count", "9"))
    assert (ended.code, marks(ended)) == (2, "✗✗")
    assert "the disk is full" in ended.err
    assert len(log(home)) == 2


def test_undo_says_that_a_review_is_of_an_earlier_session(study: Run, home: Path) -> None:
    study("7", options=("--count", "1"))
    assert "  undone: 7, answered to sizes/output-size in an earlier session" in study(":undo").lines
    assert [entry.undone for entry in log(home)] == [True]


def test_a_seed_draws_the_same_again(study: Run) -> None:
    first, again = study("x"), study("x")
    assert asked(first) == asked(again) != asked(study("x", options=("--seed", "2")))


def test_count_counts_stored_reviews(study: Run, home: Path) -> None:
    ended = study("7", ":undo", "7", "8", "9", options=("--count", "2"))
    assert marks(ended) == "✗✗✗"
    assert "Nothing is due" not in ended.out
    assert [entry.undone for entry in log(home)] == [True, False, False]


def test_when_nothing_is_due_the_next_time_is_told(dlquiz: Run, right_after: Callable[..., str]) -> None:
    bank = ("study", "--plain", "--bank", str(SAMPLE / "sizes.yaml"), "--seed", "1")
    assert marks(dlquiz(*bank, typed=f"{right_after()}\n")) == "✓"
    ended = dlquiz(*bank, "--lang", "zh")
    assert asked(ended) == []
    assert "下一张卡片将在 10 分钟后出现。" in ended.lines
    assert f"想提前学习：dlquiz study sizes --bank {SAMPLE / 'sizes.yaml'} --ahead" in ended.lines


def test_the_language_is_that_of_the_environment(study: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert study().lines[0].startswith("Each line is an answer")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert study().lines[0].startswith("每行是一个答案")
    assert study(options=("--lang", "en")).lines[0].startswith("Each line is an answer")


def test_a_session_begins_with_a_backup(study: Run, home: Path) -> None:
    study("7", options=("--count", "1"))
    study("7", options=("--count", "1"))
    (backup,) = (home / "backups").iterdir()
    with Store.open(backup, Scheduler(), 0, backup=False) as store:
        assert len(store.reviews()) == 1


def test_without_a_terminal_plain_mode_is_chosen(dlquiz: Run) -> None:
    ended = dlquiz("study", "--bank", str(SAMPLE / "sizes.yaml"), typed="7\n")
    assert marks(ended) == "✗"
    assert "plain mode" in ended.err


def test_the_wrong_topic_starts_no_engine(dlquiz: Run, use_engine: Callable[..., None], tmp_path: Path) -> None:
    started = tmp_path / "started"
    use_engine([sys.executable, "-c", f"open({str(started)!r}, 'w')"])
    assert dlquiz("study", "--plain", "cmn").code == 2
    assert not started.exists()
