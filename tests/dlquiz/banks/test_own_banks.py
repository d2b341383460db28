"""Banks of one's own: of installed packages, under the home, named by path; and no two of one name."""

import subprocess
import sys
from pathlib import Path

import pytest

from dlquiz.banks import folders
from dlquiz.banks.library import Library
from dlquiz.banks.naming import name_of, names
from dlquiz.banks.provided import entries, provided

BANK = """# a comment
dlquiz: 1
bank: {bank}
topic: {topic}
title: T
questions:
  - {{id: q, kind: number, prompt: P, answer: {{formula: 1}}}}
"""


def write(path: Path, bank: str, topic: str = "cnn") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BANK.format(bank=bank, topic=topic))
    return path


def install(site: Path, reference: str, distribution: str = "lectures-1.0.dist-info") -> Path:
    file = site / distribution / "entry_points.txt"
    file.parent.mkdir(parents=True)
    file.write_text(f"[console_scripts]\nlectures = lecture_banks:main\n\n[dlquiz.banks]\nspring = {reference}\n")
    return file


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two shipped banks, of two topics; the path for modules has a folder that is a site of packages."""
    write(tmp_path / "questions" / "cnn" / "one.yaml", "one")
    write(tmp_path / "questions" / "rnn" / "two.yaml", "two", "rnn")
    monkeypatch.setattr(folders, "installed", lambda: tmp_path / "questions")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path


def keys(library: Library) -> list[str]:
    return [question.key for question in library.questions]


def test_a_package_brings_banks_and_none_of_its_code_is_run(root: Path) -> None:
    package = root / "site" / "lecture_banks"
    write(package / "three.yaml", "three", "gan")
    write(package / "cnn" / "four.yaml", "four")
    (package / "__init__.py").write_text("raise SystemExit('this code was run')\n")
    install(root / "site", "lecture_banks")
    library = Library.load(home=root / "home")
    assert keys(library) == ["one/q", "two/q", "three/q", "four/q"]
    assert (library.complaints, library.warnings()) == ((), [])
    assert keys(Library.load(topics=["gan"], home=root / "home")) == ["three/q"]
    assert keys(Library.load([root / "questions" / "rnn"], home=root / "home")) == ["two/q"]
    assert "lecture_banks" not in sys.modules


def test_a_folder_inside_a_package(root: Path) -> None:
    write(root / "site" / "lecture_banks" / "spring" / "deep" / "three.yaml", "three")
    (root / "site" / "lecture_banks" / "__init__.py").write_text("1/0\n")
    install(root / "site", "lecture_banks.spring:all")
    (found,) = [each for each in provided() if each.package.startswith("lecture_banks")]
    assert found.folder == root / "site" / "lecture_banks" / "spring"
    assert keys(Library.load(topics=["cnn"])) == ["one/q", "three/q"]


def test_entry_points_of_other_groups_are_passed_over() -> None:
    text = "[other]\na = b\n[dlquiz.banks]\n# c = d\n\nname=pack.age : attribute [extra]\n[dlquiz.banks.old]\ne = f\n"
    ((package, at),) = entries(text, "entry_points.txt")
    assert (package, at.line) == ("pack.age", 6)
    assert list(entries("[console_scripts]\nx = dlquiz.banks:y\n", "entry_points.txt")) == []


def test_paths_that_hold_no_packages(tmp_path: Path) -> None:
    (tmp_path / "file.zip").write_bytes(b"")
    (tmp_path / "binary.dist-info").mkdir()
    (tmp_path / "binary.dist-info" / "entry_points.txt").write_bytes(b"[dlquiz.banks]\nx = \xff\n")
    assert provided([str(tmp_path / "none"), str(tmp_path / "file.zip"), str(tmp_path)]) == []


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("gone_banks", "'gone_banks', which is said here to bring banks, is not there"),
        ("gone_banks.inside", "is not there"),
        ("..", "is not there"),
        ("empty_banks", "holds no file that ends with .yaml"),
    ],
)
def test_a_package_without_its_banks_is_a_complaint(root: Path, reference: str, said: str) -> None:
    (root / "site" / "empty_banks").mkdir(parents=True)
    file = install(root / "site", reference)
    library = Library.load()
    (found,) = library.complaints
    assert (found.code, found.file, found.line) == ("DQ101", folders.shown(file), 5)
    assert said in found.message
    (warning,) = library.warnings()
    assert said in warning
    assert "left out" not in warning
    assert keys(library) == ["one/q", "two/q"]


def test_two_banks_of_one_name_are_named_both(root: Path) -> None:
    mine = write(root / "home" / "banks" / "mine.yaml", "one")
    package = write(root / "site" / "lecture_banks" / "three.yaml", "two", "gan")
    install(root / "site", "lecture_banks")
    library = Library.load(home=root / "home")
    assert [(item.code, item.file, item.line, item.column) for item in library.complaints] == [
        ("DQ207", folders.shown(mine), 3, 7),
        ("DQ207", folders.shown(package), 3, 7),
    ]
    both = "the name 'one' of home/banks/mine.yaml is that of the bank questions/cnn/one.yaml"
    assert library.complaints[0].message == both
    assert [question.at.file for question in library.questions] == ["questions/cnn/one.yaml", "questions/rnn/two.yaml"]


def test_a_name_collides_also_with_a_bank_that_is_not_read(root: Path) -> None:
    """The store knows cards by key alone: a bank that is named by path may not take those of another one."""
    own = write(root / "elsewhere" / "mine.yaml", "two", "gan")
    for library in (
        Library.load([own], home=root / "home"),
        Library.load([own], ["gan"], root / "home"),
        Library.load([own.relative_to(root)], ["cnn", "gan"], root / "home"),
    ):
        (found,) = library.complaints
        assert (found.code, found.line, found.column) == ("DQ207", 3, 7)
        assert "questions/rnn/two.yaml" in found.message
        assert "two/q" not in keys(library)
        assert found.fix.startswith("if it is a copy, remove one of them")


def test_a_copy_of_a_bank_is_checked_all_the_same(root: Path) -> None:
    """Whoever checks a file wants to know what is wrong in it, besides its name."""
    own = write(root / "elsewhere" / "mine.yaml", "two", "gan")
    library = Library.load([own], home=root / "home", clashing=True)
    assert [found.code for found in library.complaints] == ["DQ207"]
    assert keys(library) == ["two/q"]
    twice = Library.load([own, write(root / "elsewhere" / "again.yaml", "two")], home=root / "home", clashing=True)
    assert [found.code for found in twice.complaints] == ["DQ207", "DQ207"]
    assert [question.at.file for question in twice.questions] == [folders.shown(own)]


def test_a_bank_does_not_collide_with_itself(root: Path) -> None:
    own = write(root / "home" / "banks" / "mine.yaml", "mine")
    link = root / "link.yaml"
    link.symlink_to(root / "questions" / "rnn" / "two.yaml")
    for path, key in ((own, "mine/q"), (link, "two/q"), (root / "questions" / "rnn", "two/q")):
        library = Library.load([path], home=root / "home")
        assert (keys(library), library.complaints) == ([key], ())


def test_a_name_is_read_off_the_first_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    for text, name in (
        ("bank: one\n", "one"),
        ("\ufeffbank: one\r\n", "one"),
        ("dlquiz: 1\nbank:   'two-3'  # mine\n", "two-3"),
        ('dlquiz: 1\nbank: "two"\n', "two"),
        ("questions:\n  - {id: q}\n    bank: inside\n", None),
        ("# bank: comment\n", None),
        ("x" * 5000 + "\nbank: late\n", None),
        ("", None),
    ):
        file.write_bytes(text.encode())
        assert name_of(file) == name, text
    assert name_of(tmp_path / "none.yaml") is None
    write(tmp_path / "b.yaml", "b")
    assert names([tmp_path / "b.yaml", file, tmp_path / "none.yaml"]) == {"b": tmp_path / "b.yaml"}


def test_the_shipped_names_are_those_that_the_reader_reads() -> None:
    library = Library.load()
    assert names(folders.banks_in(folders.installed())).keys() == {bank.name for bank in library.banks}


def test_nothing_is_imported_for_packages_that_bring_no_banks(tmp_path: Path) -> None:
    """A session begins with the library: looking for packages must not load what reads their metadata."""
    code = (
        "import sys; from pathlib import Path; from dlquiz.banks.library import Library\n"
        "Library.load(topics=['cnn'], home=Path(sys.argv[1]))\n"
        "print([name for name in ('importlib.metadata', 'email', 'zipfile', 'configparser') if name in sys.modules])\n"
    )
    root = Path(__file__).parents[3]
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=root)
    assert run.stdout.strip() == "[]", run.stderr
