"""Oracle tests fail when what they test gives a result that is a little off."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from coverage_contract import FOLDER, ROOT, rows

ALL = os.environ.get("PERTURB") == "all"
"""Set by ``make perturb``: every row, which takes many minutes. Else three rows are tried."""


@pytest.mark.slow
def test_oracles_fail_when_their_subject_is_a_little_off(tmp_path: Path) -> None:
    chosen = rows() if ALL else rows()[4::110]
    tests = sorted({test for row in chosen for test in row.oracle})
    report = tmp_path / "report.json"
    named = f"--perturbed-rows={','.join(row.id for row in chosen)}"
    plugin = ["-p", "perturbed_session", f"--perturbed-report={report}", named, "-p", "no:cacheprovider"]
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
