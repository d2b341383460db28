"""One rule for digits, whatever is asked for: ASCII and full-width ones are read, other scripts refused in place."""

from collections.abc import Callable

import pytest
from sample_expressions import weights
from samples import claims, conv_size, shape

from dlquiz.core.expressions import Unreadable, parse, parse_list

READERS: dict[str, Callable[[str], object]] = {
    "formula": parse,
    "list": parse_list,
    "number": lambda text: conv_size().read(text, {}),
    "shape": lambda text: shape().read(text, {}),
    "expression": lambda text: weights().read(text, {}),
    "claims": lambda text: claims().read(text, {"asked": [0, 1, 2, 3]}),
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("digit", ["٣", "३", "᠓", "𝟑", "３", "3"])
def test_a_digit_is_read_or_refused_alike(kind: str, digit: str) -> None:
    read = READERS[kind]
    if digit in "３3":
        assert read(f" {digit}")
        return
    with pytest.raises(Unreadable) as caught:
        read(f" {digit}")
    assert caught.value.reason == f"'{digit}' is a digit of another script; write digits as 0 to 9"
    assert caught.value.position == 1


@pytest.mark.parametrize("kind", READERS)
def test_an_invisible_character_is_named_and_not_shown(kind: str) -> None:
    with pytest.raises(Unreadable) as caught:
        READERS[kind]("3\u202e")
    assert "the invisible character U+202E" in caught.value.reason
    assert caught.value.reason.isprintable()
