"""What is known of the engine's functions reaches the checker from the command line, asked or kept from before."""

import sys
from collections.abc import Callable
from pathlib import Path

from command_lines import Run

from dlquiz.banks.codes.pages import page
from dlquiz.banks.codes.setting import bank


def test_a_sentence_about_another_value_is_told_whatever_is_kept(
    dlquiz: Run, tmp_path: Path, use_engine: Callable[..., None]
) -> None:
    use_engine([sys.executable, "-P", "-m", "engine"])
    file = tmp_path / "pooling.yaml"
    file.write_text(bank(page("DQ445").wrong.text), encoding="utf-8")
    first = dlquiz("check", "--jobs", "1", str(file))
    assert (first.code, len(first.lines)) == (1, 1)
    assert " warning DQ445  the text names 'Max', and pool.is_linear is run with kind=avg; " in first.out
    (kept,) = tmp_path.rglob("signatures/*.json")
    assert "pool.is_linear" in kept.read_text(encoding="utf-8")
    use_engine([sys.executable, "-c", "raise SystemExit('no torch here')"])
    assert dlquiz("check", "--jobs", "1", str(file)).out == first.out, "nothing is run, and nothing asked"
    use_engine([sys.executable, "-P", "-m", "engine"])
    kept.write_text('{"pool.is_linear": {"summary": "damaged"}}', encoding="utf-8")
    assert dlquiz("check", "--jobs", "1", str(file)).out == first.out, "what is damaged is asked again"
