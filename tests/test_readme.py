"""The README can't rot: its commands and options exist, its bank is proved, its code runs, its links lead somewhere."""

import doctest
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = [sys.executable, "-c", "from dlquiz.cli import run; run()"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def command_lines(program: str) -> list[list[str]]:
    """The lines of the shell blocks that run a program, as words, without comments."""
    lines = [shlex.split(re.sub(r"\s#.*", "", line)) for block in blocks("sh") for line in block.splitlines()]
    return [line[1:] for line in lines if line and Path(line[0]).name == program]


def dlquiz(*words: str, here: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], cwd=here, input="", capture_output=True, text=True, encoding="utf-8", timeout=180
    )


def test_the_first_screen_shows_the_two_commands_and_the_pip_way() -> None:
    first_screen = README.splitlines()[:24]
    for command in ("make study", "make test", ".venv/bin/pip install -c constraints.txt ."):
        assert any(line.startswith(command) for line in first_screen), command


@pytest.mark.parametrize("target", sorted({line[0] for line in command_lines("make")}))
def test_every_make_target_exists(target: str) -> None:
    ended = subprocess.run([shutil.which("make") or "make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("words", command_lines("dlquiz"), ids=" ".join)
def test_every_command_and_option_exists(words: list[str]) -> None:
    ended = dlquiz(*words[:1], "--help")
    assert ended.returncode == 0, ended.stderr
    for option in (word for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", ended.stdout), option


@pytest.mark.parametrize("name", ["calc", "why", "functions", "topics"])
def test_the_commands_that_print_run_as_they_stand(name: str) -> None:
    lines = [words for words in command_lines("dlquiz") if words[:1] == [name]]
    assert lines
    for words in lines:
        ended = dlquiz(*words)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.strip()


def test_the_bank_is_proved_by_the_command_that_the_readme_gives(tmp_path: Path) -> None:
    (bank,) = blocks("yaml")
    check = next(words for words in command_lines("dlquiz") if words[:1] == ["check"])
    (tmp_path / check[-1]).write_text(bank, encoding="utf-8")
    ended = dlquiz(*check, here=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    wrong = bank.replace('formula: "k^2*c*m + m"', 'formula: "k^2*c*m + c"')
    assert wrong != bank
    (tmp_path / check[-1]).write_text(wrong, encoding="utf-8")
    assert dlquiz(*check, here=tmp_path).returncode == 1


def test_the_bank_can_be_studied_by_the_command_that_the_readme_gives(tmp_path: Path) -> None:
    (bank,) = blocks("yaml")
    study = next(words for words in command_lines("dlquiz") if "--bank" in words)
    (tmp_path / study[study.index("--bank") + 1]).write_text(bank, encoding="utf-8")
    ended = dlquiz(*study, "--plain", here=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "How many parameters has Conv2d(" in ended.stdout


def test_the_code_runs() -> None:
    (code,) = blocks("python")
    parsed = doctest.DocTestParser().get_doctest(code, {}, "README.md", "README.md", 0)
    assert len(parsed.examples) >= 5
    results = doctest.DocTestRunner().run(parsed)
    assert results.failed == 0


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_somewhere(link: str) -> None:
    assert "://" in link or (ROOT / link).exists()
