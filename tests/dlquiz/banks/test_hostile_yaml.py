"""Hostile YAML: tags, floods, depth, encodings and numbers are refused at their place, quickly, and nothing is run."""

from itertools import pairwise
from pathlib import Path

import pytest
from hostile import HEAD, bank, complaints, written

from dlquiz.banks.library import Library

NEVER = "PWNED"
"""A file that hostile code would make."""
QUESTION = "  - {id: q, kind: number, prompt: P, answer: {formula: 1}}\n"


def chained(levels: int, each: int) -> str:
    """Return anchors of which each holds the one before it several times."""
    names = [f"a{level}" for level in range(levels)]
    lines = [f"{name}: &{name} [{', '.join([f'*{before}'] * each)}]\n" for before, name in pairwise(names)]
    return f"a0: &a0 [{', '.join(['x'] * 500)}]\n" + "".join(lines)


REFUSED: dict[str, tuple[str, str, int, int]] = {
    # tags, aliases, keys
    "a tag that would run code": (f"{HEAD}  - !!python/object/apply:os.system ['touch {NEVER}']\n", "DQ106", 6, 5),
    "a tag that would import": (f"{HEAD}  - {{id: !!python/name:os.system q}}\n", "DQ106", 6, 10),
    "a tag by a directive": (
        f"%TAG ! tag:yaml.org,2002:python/\n---\n{HEAD}  - !object:os.system [x]\n",
        "DQ106",
        8,
        5,
    ),
    "a binary": (HEAD.replace("title: T", "title: !!binary aGVsbG8=") + QUESTION, "DQ106", 4, 8),
    "a key twice": (f"{HEAD}  - {{id: q, id: r}}\n", "DQ107", 6, 13),
    "a flood of aliases": (chained(10, 9), "DQ108", 4, 20),
    "aliases that double": (chained(14, 2), "DQ108", 9, 5),
    "an alias in its own anchor": ("a: &a [*a]\n", "DQ108", 1, 8),
    "an alias for a key": ("a: &a x\n*a : 2\n", "DQ110", 2, 1),
    "a merge key": ("a: &a {b: 1}\nc: {<<: *a}\n", "DQ110", 2, 5),
    "a list for a key": ("? [a, b]\n: 1\n", "DQ110", 1, 3),
    "a mapping for a key": ("{a: 1}: 2\n", "DQ110", 1, 1),
    "nothing for a key": (f"{HEAD}  - {{~: 1, id: q}}\n", "DQ203", 6, 5),
    "an anchor on an anchor": (f"{HEAD}  - &a &b {{id: q}}\n", "DQ105", 6, 8),
    # depth and length
    "a thousand brackets": (f"{HEAD}  - {'[' * 1000}{']' * 1000}\n", "DQ109", 6, 27),
    "brackets that never close": ("[" * 300_000, "DQ109", 1, 25),
    "braces": ("{a: " * 100_000, "DQ109", 1, 97),
    "a thousand indentations": ("".join(f"{' ' * n}a:\n" for n in range(1000)), "DQ109", 25, 25),
    "a long text": (bank(prompt=f'"{"x" * 900_000} {{{{n}}}}"'), "DQ114", 8, 13),
    "a long plain text": (f"a: {'b ' * 400_000}\n", "DQ114", 1, 4),
    "a long key": (f"{HEAD}  - {{{'k' * 1000}: 1, kind: number}}\n", "DQ202", 6, 6),
    "a long list": (bank(params=f"{{n: {{choice: [{', '.join(map(str, range(100_000)))}]}}}}"), "DQ114", 9, 26),
    "a list of two hundred thousand values": (f"a: {'[' + '1,' * 300_000 + ']'}\n", "DQ114", 1, 400_003),
    "two hundred thousand values in lists": (
        f"a: {'[' + ('[' + '1,' * 900 + '],') * 300 + ']'}\n",
        "DQ114",
        1,
        398_468,
    ),
    "a thousand languages": (bank(prompt=f"{{en: P, {', '.join(f'l{n}: x' for n in range(1000))}}}"), "DQ114", 8, 13),
    "a long mapping": (f"{HEAD}  - {{{', '.join(f'k{n}: 1' for n in range(60_000))}}}\n", "DQ114", 6, 5),
    "a key sixty thousand times": (f"a: {{{'b: 1, ' * 60_000}}}", "DQ107", 1, 11),
    # numbers
    "a number of nine thousand digits": (bank(params=f"{{n: {{int: [1, {'9' * 9000}]}}}}"), "DQ111", 9, 27),
    "the same in hexadecimal": (bank(params=f"{{n: {{int: [1, 0x{'f' * 9000}]}}}}"), "DQ111", 9, 27),
    "infinity": (bank(params="{n: {float: [0, .inf], step: 1}}"), "DQ111", 9, 29),
    "no number": (bank(params="{n: {float: [.nan, 1], step: 1}}"), "DQ111", 9, 26),
    "1e400": (bank(params="{n: {float: [0, 1e400], step: 1}}"), "DQ111", 9, 29),
    "1e3 is no whole number's spelling": (bank(params="{n: {int: [1e1, 64]}}"), "DQ204", 9, 24),
    "yes is a text": (f"{HEAD}  - {{id: q, kind: order, prompt: P, items: [], descending: yes}}\n", "DQ204", 6, 60),
    "a date is a text": (bank(formula="2024-01-01"), "DQ301", 10, 28),
    "a revision beyond the database": (bank(more=f"rev: {10**30}"), "DQ204", 11, 10),
    "a revision below 1": (bank(more="rev: -1"), "DQ204", 11, 10),
    # the YAML itself
    "wrong indentation": (f"{HEAD}  - id: q\n     kind: number\n", "DQ105", 7, 6),
    "a tab": (f"{HEAD}  - id: q\n\tkind: number\n", "DQ105", 7, 1),
    "an unknown directive": (f"%FOO bar\n---\n{HEAD}", "DQ105", 1, 5),
    "two documents": (f"{bank()}---\n{bank()}", "DQ105", 12, 1),
    "two hundred thousand documents": ("---\n" * 200_000, "DQ105", 2, 1),
    "a lone surrogate as an escape": (bank(prompt='"\\uD800"'), "DQ105", 8, 16),
    "a character beyond Unicode": (bank(prompt='"\\UFFFFFFFF"'), "DQ105", 8, 16),
    "nothing": ("", "DQ105", 1, 1),
    "a text for a bank": ("hello\n", "DQ204", 1, 1),
}

BYTES: dict[str, tuple[bytes, str, int, int]] = {
    "UTF-16": (bank().encode("utf-16"), "DQ103", 1, 1),
    "UTF-16 without a mark": (bank().encode("utf-16-le"), "DQ104", 1, 2),
    "UTF-32": (bank().encode("utf-32"), "DQ103", 1, 1),
    "a lone surrogate": (bank().encode() + b"# \xed\xa0\x80\n", "DQ103", 12, 3),
    "Latin-1": (bank(prompt='"é"').encode("latin-1"), "DQ103", 8, 14),
    "NUL": (f"{HEAD}  - id: \x00q\n".encode(), "DQ104", 6, 9),
    "an escape sequence": (f"{HEAD}  - id: \x1b[2J\n".encode(), "DQ104", 6, 9),
    "lines that end with CR": (bank().replace("\n", "\r").encode(), "DQ104", 1, 10),
    "a megabyte": (bank().encode() + b"#" * 1_000_000, "DQ102", 1, 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_yaml_is_refused_at_its_place(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, code, line, column = REFUSED[name]
    found = complaints(written(tmp_path, text))
    assert (code, line, column) in [(item.code, item.line, item.column) for item in found], found[:3]
    assert len(found) < 1_100
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.yaml"]


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_bank_are_refused_at_their_place(name: str, tmp_path: Path) -> None:
    data, code, line, column = BYTES[name]
    (found,) = complaints(written(tmp_path, data))
    assert (found.code, found.line, found.column) == (code, line, column)


def test_what_yaml_1_1_would_read_otherwise(tmp_path: Path) -> None:
    """``no`` and ``on`` are texts, ``010`` is ten and not eight."""
    text = bank(params="{n: {int: [010, 012]}, w: {choice: [no, on, off, y]}}")
    path = written(tmp_path, text)
    assert {item.code for item in complaints(path)} <= {"DQ423"}
    parameters = Library.load([path]).questions[0].domain.parameters
    assert list(parameters["n"].every({})) == [10, 11, 12]
    assert list(parameters["w"].every({})) == ["no", "on", "off", "y"]


def test_ten_thousand_broken_questions_are_all_told(tmp_path: Path) -> None:
    text = HEAD + "".join(f"  - {{id: q-{number}, kind: zzz}}\n" for number in range(10_000))
    found = complaints(written(tmp_path, text))
    assert [item.line for item in found] == list(range(6, 10_006))
    assert {item.code for item in found} == {"DQ208"}
