"""The library: where banks are found, by topic and by key, and how it says what was left out."""

import time
from pathlib import Path

import pytest

from dlquiz.banks import folders
from dlquiz.banks.library import Library
from dlquiz.core.kinds.recall import Recall
from dlquiz.errors import DlquizError

GOOD = Path(__file__).with_name("good.yaml")
BANK = """dlquiz: 1
bank: {bank}
topic: {topic}
title: T
questions:
  - {{id: {id}, kind: number, prompt: P, answer: {{formula: 1}}}}
"""


def write(path: Path, bank: str, topic: str, id_: str = "q") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BANK.format(bank=bank, topic=topic, id=id_))
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "questions"
    write(root / "cnn" / "one.yaml", "one", "cnn")
    write(root / "rnn" / "two.yaml", "two", "rnn")
    (root / "empty").mkdir()
    monkeypatch.setattr(folders, "installed", lambda: root)
    monkeypatch.chdir(tmp_path)
    return root


def test_all_banks(installed: Path) -> None:
    library = Library.load()
    assert library.topics() == ["cnn", "rnn"]
    assert [question.key for question in library.questions] == ["one/q", "two/q"]
    assert library.complaints == ()
    assert library.question("two/q").topic == "rnn"


def test_only_the_folder_of_a_topic_is_read(installed: Path) -> None:
    (installed / "rnn" / "broken.yaml").write_text("[")
    library = Library.load(topics=["cnn"])
    assert library.topics() == ["cnn"]
    assert library.complaints == ()
    assert library.files == ("questions/cnn/one.yaml",)
    assert Library.load(topics=["rnn"]).complaints != ()


def test_an_unknown_topic_names_the_nearest(installed: Path) -> None:
    library = Library.load(topics=["cmn"])
    with pytest.raises(DlquizError, match=r"no question on 'cmn'; did you mean 'cnn'\?.*cnn, rnn"):
        library.topic("cmn")


def test_an_unknown_key_names_the_nearest(installed: Path) -> None:
    with pytest.raises(DlquizError, match=r"no question 'one/p'; did you mean 'one/q'\?"):
        Library.load().question("one/p")


def test_a_named_path_is_read_alone_and_beside_topics(installed: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "mine" / "three.yaml", "three", "cnn")
    assert [bank.name for bank in Library.load([own]).banks] == ["three"]
    assert [bank.name for bank in Library.load([tmp_path / "mine"]).banks] == ["three"]
    assert [bank.name for bank in Library.load([own], ["cnn"]).banks] == ["one", "three"]
    assert [bank.name for bank in Library.load([own], ["rnn"]).banks] == ["two"]


def test_banks_of_the_learner(installed: Path, tmp_path: Path) -> None:
    write(tmp_path / "home" / "banks" / "four.yaml", "four", "gan")
    library = Library.load(home=tmp_path / "home")
    assert [bank.name for bank in library.banks] == ["one", "two", "four"]
    assert Library.load(topics=["gan"], home=tmp_path / "home").topic("gan")[0].key == "four/q"
    assert "gan" in library.known


def test_a_path_that_names_nothing(installed: Path, tmp_path: Path) -> None:
    with pytest.raises(DlquizError, match="there is no file or folder"):
        Library.load([tmp_path / "none.yaml"])
    with pytest.raises(DlquizError, match="holds no bank"):
        Library.load([installed / "empty"])


CARD = "  - {{id: card, kind: recall, prompt: P, reveals: [q, {reveals}]}}\n"


def with_card(path: Path, reveals: str, topic: str = "cnn") -> Path:
    write(path, path.stem, topic)
    path.write_text(path.read_text() + CARD.format(reveals=reveals))
    return path


def revealed(library: Library) -> list[str]:
    (card,) = [question for question in library.questions if isinstance(question, Recall)]
    return [point.question.key for point in card.points]


def test_a_card_reveals_what_stands_in_a_bank_of_its_folder(installed: Path, tmp_path: Path) -> None:
    """The other bank is read for that alone: neither its questions nor its faults are in the library."""
    other = write(tmp_path / "mine" / "other.yaml", "other", "cnn")
    other.write_text(other.read_text() + "  - {id: Broken, kind: number}\n")
    (tmp_path / "mine" / "unreadable.yaml").write_text("[")
    card = with_card(tmp_path / "mine" / "cards.yaml", "other/q")
    for library in (Library.load([card]), Library.load([card.relative_to(tmp_path)]), Library.load([card], ["cnn"])):
        assert revealed(library) == ["cards/q", "other/q"]
        assert library.complaints == ()
        assert "other/q" not in [question.key for question in library.questions]
    assert [bank.name for bank in Library.load([card]).banks] == ["cards"]
    assert Library.load([tmp_path / "mine"]).complaints != ()


def test_a_card_reveals_nothing_of_another_folder_or_topic(installed: Path, tmp_path: Path) -> None:
    card = with_card(tmp_path / "mine" / "cards.yaml", "other/q")
    write(tmp_path / "mine" / "deeper" / "other.yaml", "other", "cnn")
    assert [item.code for item in Library.load([card]).complaints] == ["DQ211"]
    assert revealed(Library.load([card, tmp_path / "mine" / "deeper"])) == ["cards/q", "other/q"]
    write(tmp_path / "mine" / "other.yaml", "other", "rnn")
    (lost,) = Library.load([card]).complaints
    assert (lost.code, lost.line) == ("DQ211", 7)
    assert "'other/q' is no question of the topic 'cnn'" in lost.message


def test_a_bank_that_is_named_stands_before_one_beside_it(installed: Path, tmp_path: Path) -> None:
    """Only a bank that was not read is looked for: two of one name cannot be mixed up."""
    card = with_card(tmp_path / "mine" / "cards.yaml", "other/q")
    write(tmp_path / "mine" / "other.yaml", "other", "cnn")
    named = write(tmp_path / "theirs" / "other.yaml", "other", "cnn")
    (recall,) = [one for one in Library.load([named, card]).questions if isinstance(one, Recall)]
    assert recall.points[1].question.at.file == folders.shown(named)


def test_two_banks_of_one_name(installed: Path) -> None:
    write(installed / "rnn" / "uno.yaml", "one", "rnn")
    library = Library.load()
    (found,) = library.complaints
    assert (found.code, found.file, found.line, found.column) == ("DQ207", "questions/rnn/uno.yaml", 2, 7)
    assert "questions/cnn/one.yaml" in found.message


def test_a_topic_that_is_not_its_folder(installed: Path) -> None:
    write(installed / "rnn" / "three.yaml", "three", "cnn")
    (found,) = Library.load().complaints
    assert (found.code, found.file, found.line, found.column) == ("DQ209", "questions/rnn/three.yaml", 3, 8)


def test_what_was_left_out_is_said_in_a_sentence(installed: Path, tmp_path: Path) -> None:
    path = installed / "cnn" / "one.yaml"
    path.write_text(path.read_text() + "  - {id: Two, kind: number}\n  - {id: three}\n")
    (installed / "rnn" / "two.yaml").write_text("[")
    library = Library.load()
    assert [question.key for question in library.questions] == ["one/q"]
    assert library.warnings() == [
        "questions/cnn/one.yaml:7:5: 'answer' is missing; "
        "2 questions were left out (dlquiz check questions/cnn/one.yaml tells all)",
        "questions/rnn/two.yaml:1:1: the list that begins with this '[' is never closed; "
        "the file was left out (dlquiz check questions/rnn/two.yaml tells all)",
    ]


def test_a_command_that_is_told_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week 1.yaml").write_text("[")
    (warning,) = Library.load([tmp_path / "week 1.yaml"]).warnings()
    assert "(dlquiz check 'week 1.yaml' tells all)" in warning


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 1_000_001)
    (tmp_path / "folder.yaml").mkdir()
    found = Library.load([large]).complaints
    assert [item.code for item in found] == ["DQ102"]
    link = tmp_path / "null.yaml"
    link.symlink_to("/dev/null")
    assert [item.code for item in Library.load([link]).complaints] == ["DQ101"]


def test_a_bank_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("dlquiz: 1\ntitle: é\n".encode("latin-1"))
    assert [(item.code, item.line, item.column) for item in Library.load([path]).complaints] == [("DQ103", 2, 8)]


def test_the_installed_banks_are_sound() -> None:
    library = Library.load()
    assert [str(item) for item in library.complaints] == []
    assert set(library.topics()) == set(library.known)


def test_loading_is_quick() -> None:
    """60 questions in well under a second even on a slow, busy machine; benchmarks measure it closely."""
    begun = time.perf_counter()
    for _ in range(15):
        Library.load([GOOD])
    assert time.perf_counter() - begun < 1


def test_a_file_that_is_named_again_is_read_once(tmp_path: Path) -> None:
    installed = folders.installed()
    again = tmp_path / "linked"
    again.symlink_to(installed / "cnn" / "pooling.yaml")
    library = Library.load([installed / "cnn", again], ["cnn"])
    assert library.complaints == ()
    assert len({bank.name for bank in library.banks}) == len(library.banks)
