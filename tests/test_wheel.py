"""The wheel: what is in it, and a session from it in a clean environment, started in a hostile folder.

The clean environment holds the wheel and links to the distributions that it declares, with what those declare, and
nothing else: no checkout, no developers' tool, no dependency that was forgotten in ``pyproject.toml``.
"""

import json
import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from requirement_closure import closure, requirements

ROOT = Path(__file__).parent.parent
PACKAGED = ("dlquiz", "engine", "questions")
HOSTILE = ("dlquiz", "engine", "json", "random", "sympy", "textual", "torch", "typing", "yaml")

pytestmark = pytest.mark.slow


def run(*command: str | Path, given: str = "", here: Path = ROOT, home: Path | None = None) -> str:
    """Run a command without the caller's settings of Python, with pip as talkative as usual; return what it printed."""
    dropped = {name for name in os.environ if name.startswith("PYTHON")} | {"PIP_QUIET"}
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {"PYTHONIOENCODING": "utf-8"} | ({"DLQUIZ_HOME": str(home)} if home else {})
    ended = subprocess.run(
        [str(word) for word in command], input=given, cwd=here, env=environment, timeout=180,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ended.returncode == 0, f"{command} exited {ended.returncode}:\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the checkout with the backend that is installed, so that the test needs no package index."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel and what it declares in an environment of its own; return the folder of its programs."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, symlinks=os.name != "nt")
    bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
    site = Path(run(bin_ / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    for name in closure(requirements()):
        link_distribution(name, site)
    run(sys.executable, "-m", "pip", "--python", bin_ / "python", "install", "--no-index", "--no-deps", wheel)
    return bin_


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder of modules under famous names, each of which leaves a trace when it runs."""
    for name in HOSTILE:
        source = f"import os\nos.mkdir({str(tmp_path / 'ran')!r} + '-{name}')\nraise SystemExit('hostile {name}')\n"
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    return tmp_path


def link_distribution(name: str, site: Path) -> None:
    """Link a distribution's files and folders into another site-packages; its programs are left out."""
    installed = distribution(name)
    tops = {file.parts[0] for file in installed.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(installed.locate_file(top))).resolve())


def test_the_wheel_puts_two_packages_at_the_top_and_nothing_else(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dlquiz", "engine"}
    assert len(tops) == 3


def test_the_wheel_holds_every_file_of_the_packages_and_the_banks(names: set[str]) -> None:
    files = [path for top in PACKAGED for path in (ROOT / top).rglob("*") if path.is_file()]
    wanted = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    wanted = {f"dlquiz/{name}" if name.startswith("questions/") else name for name in wanted}
    assert wanted == {name for name in names if ".dist-info/" not in name}
    assert {"dlquiz/questions/schema.json", "engine/__main__.py"} <= wanted
    assert any(name.startswith("dlquiz/questions/cnn/") and name.endswith(".yaml") for name in wanted)


def test_the_clean_environment_is_whole_and_holds_no_more_than_the_wheel_declares(programs: Path) -> None:
    run(sys.executable, "-m", "pip", "--python", programs / "python", "check")
    listed = run(sys.executable, "-m", "pip", "--python", programs / "python", "list", "--format", "json")
    installed = {package["name"].lower() for package in json.loads(listed)}
    assert "dlquiz" in installed
    assert not installed & {"pytest", "hypothesis", "jsonschema", "hatchling", "import-linter"}


def test_python_finds_both_packages_in_the_clean_environment(programs: Path, tmp_path: Path) -> None:
    where = "import dlquiz, engine; print(dlquiz.__file__, engine.__file__, sep='\\n')"
    paths = run(programs / "python", "-P", "-c", where, here=tmp_path).split("\n")[:2]
    assert all(Path(path).is_relative_to(programs.parent) for path in paths)


def test_the_program_answers_in_a_hostile_folder(programs: Path, hostile: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "study" in run(programs / "dlquiz", "--help", here=hostile, home=home)
    topics = run(programs / "dlquiz", "topics", here=hostile, home=home)
    assert "cnn" in topics
    assert "normalization" in topics
    assert not list(hostile.glob("ran-*"))


@pytest.mark.parametrize("starter", [["dlquiz"], ["python", "-m", "dlquiz"]], ids=["program", "module"])
def test_a_session_in_a_hostile_folder_marks_an_answer(
    starter: list[str], programs: Path, hostile: Path, tmp_path: Path
) -> None:
    words = ["study", "cnn", "--plain", "--count", "1", "--seed", "1", "--db", str(tmp_path / "log.sqlite")]
    if starter[0] == "python":
        (hostile / "dlquiz.py").unlink()  # with -m, Python itself looks in the current folder for the module it is told
    said = run(programs / starter[0], *starter[1:], *words, given="1\n" * 20, here=hostile, home=tmp_path / "home")
    marks = [line for line in said.splitlines() if line.startswith(("✓", "✗"))]
    assert len(marks) == 1, said
    assert "proved" in said, said
    assert not list(hostile.glob("ran-*"))
