"""YAML as banks read it: 1.2 scalars, exact numbers, places of characters, and nothing that runs or floods."""

import time
from fractions import Fraction

import pytest

from dlquiz.banks.composing import compose
from dlquiz.banks.files import decode
from dlquiz.banks.leaves import data
from dlquiz.banks.nodes import MapNode, ScalarNode
from dlquiz.banks.scalars import OutOfBounds, resolve
from dlquiz.banks.scope import Scope


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("010", 10),
        ("-7", -7),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("1_000", "1_000"),
        ("1e3", Fraction(1000)),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("-1.5e-3", Fraction(-3, 2000)),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("-", "-"),
        ("...", "..."),
        ("٣", "٣"),
        ("1e", "1e"),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["9" * 41, "1e301", "1e99999999999", ".inf", "-.INF", ".nan", "0x" + "f" * 60])
def test_numbers_are_bounded(text: str) -> None:
    with pytest.raises(OutOfBounds):
        resolve(text)


def value_of(text: str, key: str = "a") -> ScalarNode:
    root, complaints = compose(text, "x.yaml")
    assert complaints == []
    assert isinstance(root, MapNode)
    node = root.values[key]
    assert isinstance(node, ScalarNode)
    return node


@pytest.mark.parametrize(
    ("line", "character"),
    [
        ("a: n - m", "m"),
        ("a: 'n - m'", "m"),
        ('a: "n - m"', "m"),
        ('a: "\\x41 - m"', "m"),
        ('a: "\\u0041\\U00000041\\t - m"', "m"),
        ("a: 'it''s - m'", "m"),
        ("a: 输入 - m", "m"),
        ('  a:   "× m" # m', "m"),
    ],
)
def test_a_character_of_a_scalar_has_a_column(line: str, character: str) -> None:
    node = value_of(line)
    assert node.column_of(node.text.index(character)) == line.index(character) + 1


def test_a_scalar_of_several_lines_has_the_column_of_its_beginning() -> None:
    node = value_of('a: "n\n  - m"')
    assert (node.line, node.column_of(4)) == (1, 4)
    assert value_of("a: |\n  n\n  m\n").column_of(2) == 4


def test_a_few_aliases_are_followed() -> None:
    root, complaints = compose("a: &x [1, 2]\nb: *x\n", "x.yaml")
    assert complaints == []
    assert root is not None
    assert data(root, Scope("x.yaml")) == {"a": [1, 2], "b": [1, 2]}


def test_aliases_cannot_multiply() -> None:
    """Nineteen aliases to a list of 20,000: few enough by count, too many values once followed."""
    text = f"a: &x [{', '.join(['1'] * 20_000)}]\nb: [{', '.join(['*x'] * 19)}]\n"
    begun = time.perf_counter()
    _, complaints = compose(text, "x.yaml")
    assert [item.code for item in complaints] == ["DQ108"]
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    "text",
    [
        "- " * 100_000,
        "[" * 100_000,
        "{a: " * 100_000,
        "? " * 50_000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 900)),
    ],
    ids=["dashes", "brackets", "braces", "question marks", "indented"],
)
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    begun = time.perf_counter()
    _, complaints = compose(text, "x.yaml")
    assert complaints[0].code in ("DQ105", "DQ109", "DQ110")
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("data_", "code", "line", "column"),
    [
        (b"a: 1\nb: \xe9\n", "DQ103", 2, 4),
        (b"a: \xe5\x9b\xbe \xff", "DQ103", 1, 6),
        (b"a: 1\nb: x\x00y\n", "DQ104", 2, 5),
        (b"a: \x1b[31m\n", "DQ104", 1, 4),
        (b"a: 1\rb: 2\n", "DQ104", 1, 5),
        ("a: x\u2028y\n".encode(), "DQ104", 1, 5),
        ("a: 1\nb: \ufeff2".encode(), "DQ104", 2, 4),
    ],
)
def test_bytes_that_are_no_text_are_refused(data_: bytes, code: str, line: int, column: int) -> None:
    text, complaints = decode(data_, "x.yaml")
    assert text is None
    assert [(item.code, item.line, item.column) for item in complaints] == [(code, line, column)]


def test_a_byte_order_mark_and_crlf_are_read_with_a_warning() -> None:
    text, complaints = decode("\ufeffa: 1\r\nb: 图\r\n".encode(), "x.yaml")
    assert text == "a: 1\nb: 图\n"
    assert [(item.code, item.line, item.column, item.severity) for item in complaints] == [
        ("DQ113", 1, 1, "warning"),
        ("DQ112", 1, 5, "warning"),
    ]
