"""Banks in git: the hook, the workflow and the package of the pages do what the pages say."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from authoring_pages import DOCS, ROOT, blocks
from authoring_session import Session
from hatchling.builders.wheel import WheelBuilder

from dlquiz.banks import folders, provided
from dlquiz.worker import Worker

PAGE = (DOCS / "authoring" / "checking.md").read_text(encoding="utf-8")
FILES = [(block.about, block.text) for block in blocks(PAGE) if block.language in ("yaml", "toml")]
WRONG = next(text for name, text in FILES if name == "banks/layers.yaml")
RIGHT = WRONG.replace("formula: a*b", "formula: a*b + b")


@pytest.fixture
def session(tmp_path: Path, worker: Worker) -> Session:
    here = tmp_path / "here"
    here.mkdir()
    return Session(here, worker)


def named(name: str) -> list[Any]:
    """Every file of the page with this name, read."""
    return [yaml.safe_load(text) for one, text in FILES if one == name]


def test_the_hook_is_the_one_of_the_page() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    local, remote = (config["repos"][0] for config in named(".pre-commit-config.yaml"))
    assert [one["id"] for one in remote["hooks"]] == [hook["id"]]
    (own,) = local["hooks"]
    assert (own.pop("language"), hook.pop("language")) == ("system", "python")
    del hook["description"]
    assert own == hook


def test_the_hook_proves_the_banks_that_are_staged(session: Session) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    staged = ["banks/layers.yaml", ".github/workflows/banks.yml", "banks/revisions.json", "notes/banks/a.yaml"]
    chosen = [name for name in staged if re.search(hook["files"], name)]
    assert chosen == ["banks/layers.yaml"]
    session.write("banks/layers.yaml", WRONG)
    refused = session.run(f"{hook['entry']} {' '.join(chosen)}")
    assert "banks/layers.yaml:11:7  error DQ401" in refused
    assert refused.endswith("(exit code 1)\n")
    session.write("banks/layers.yaml", RIGHT)
    assert "exit code" not in session.run(f"{hook['entry']} {' '.join(chosen)}")


def test_the_workflow_marks_lines_and_writes_a_log(session: Session) -> None:
    (workflow,) = named(".github/workflows/banks.yml")
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if step.get("run", "").startswith("dlquiz ")]
    session.write("banks/layers.yaml", WRONG)
    marked = session.run(commands[0])
    assert marked.startswith("::error file=banks/layers.yaml,line=11,col=7,title=DQ401::")
    assert marked.endswith("(exit code 1)\n")
    command, log = commands[1].split(" || ")[0].split(" > ")
    (upload,) = [step["with"]["sarif_file"] for step in job["steps"] if "upload-sarif" in step.get("uses", "")]
    assert log == upload
    written = json.JSONDecoder().raw_decode(session.run(command))[0]
    assert written["version"] == "2.1.0"
    assert [one["ruleId"] for one in written["runs"][0]["results"]] == ["DQ401"]


def test_the_package_brings_its_banks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    (source / "lecture_banks").mkdir(parents=True)
    (source / "pyproject.toml").write_text(next(text for name, text in FILES if name == "pyproject.toml"))
    (source / "lecture_banks" / "week-1.yaml").write_text(RIGHT, encoding="utf-8")
    wheel = next(WheelBuilder(str(source)).build(directory=str(tmp_path / "dist"), versions=["standard"]))
    zipfile.ZipFile(wheel).extractall(site)
    monkeypatch.syspath_prepend(str(site))
    (found,) = [one for one in provided.provided([str(site)]) if one.package == "lecture_banks"]
    assert found.folder is not None
    assert [file.name for file in folders.banks_in(found.folder)] == ["week-1.yaml"]
