"""``python -m dlquiz``: the command line."""

from dlquiz.cli import run

run()
