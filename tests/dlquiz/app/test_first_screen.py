"""The first question is painted without whatever it does not need."""

import subprocess
import sys
from pathlib import Path

PAINT = """
import asyncio, sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from reading_screens import shown
from sample_desk import sample_desk
from dlquiz.app.application import DlquizApp

async def paint(folder):
    app = DlquizApp(sample_desk(Path(folder)), ["cnn"])
    async with app.run_test(size=(80, 24)) as pilot:
        while "Output height?" not in shown(pilot):
            await pilot.pause()
        return list(sys.modules)

with tempfile.TemporaryDirectory() as folder:
    print("\\n".join(asyncio.run(paint(folder))))
"""
NOT_NEEDED = [
    "engine",
    "numpy",
    "pygments",
    "sympy",
    "torch",
    "dlquiz.app.drawing",
    "dlquiz.app.evidence",
    "dlquiz.app.evidence_of_claims",
    "dlquiz.app.screens.evidence",
    "dlquiz.app.screens.help",
    "dlquiz.app.screens.home",
    "dlquiz.app.screens.summary",
    "dlquiz.app.widgets.blocks",
    "dlquiz.app.widgets.picks",
    "dlquiz.core.reasons",
]


def test_first_question_is_painted_without_what_it_does_not_need():
    command = [sys.executable, "-c", PAINT, str(Path(__file__).parent)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    loaded = set(ran.stdout.split())
    assert "dlquiz.app.screens.study" in loaded, ran.stderr[-2000:]
    assert not loaded & set(NOT_NEEDED)
