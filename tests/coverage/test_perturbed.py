"""Every oracle test fails when what it tests gives a result that is a little off."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from coverage_contract import FOLDER, ROOT, rows


@pytest.mark.slow
def test_every_oracle_fails_when_its_subject_is_a_little_off(tmp_path: Path) -> None:
    tests = sorted({test for row in rows() for test in row.oracle})
    report = tmp_path / "report.json"
    plugin = ["-p", "perturbed_session", f"--perturbed-report={report}", "-p", "no:cacheprovider"]
    paths = [str(FOLDER), *(str(folder) for folder in sorted((ROOT / "tests").rglob("*")) if folder.is_dir())]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *tests],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    caught = json.loads(report.read_text(encoding="utf-8"))
    assert {key.partition(" ")[2] for key in caught} == set(tests)
    assert [key for key, fault in caught.items() if fault is None] == []
