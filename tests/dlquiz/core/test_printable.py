"""What is shown never steers the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlquiz.core.printable import REPLACEMENT, printable, printable_line

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = printable_line(text)
    assert not {character for character in shown if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")}
    assert not {
        character
        for character in shown
        if unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }
    shown.encode()


@given(ANY_TEXT)
def test_positions_stay(text: str) -> None:
    assert len(printable(text)) == len(printable_line(text)) == len(text)


@given(ANY_TEXT)
def test_shown_once_is_shown_for_ever(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m", f"{REPLACEMENT}31m"),
        ("a\u202eb", f"a{REPLACEMENT}b"),
        ("\udc9b", REPLACEMENT),
        ("a\r\nb", "a␍\nb"),
        ("\x7f", "␡"),
    ],
)
def test_signs(given_text: str, shown: str) -> None:
    assert printable(given_text) == shown


@pytest.mark.parametrize("text", ["[CLS] token", "x[i]", "[/]", "卷积 n×n − 1 ≤ ½", "e\u0301", "👩\u200d💻", "１２"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert printable(text) == text
