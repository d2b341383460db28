"""What the pages for authors say of formulas, YAML, bounds and commands is what the program does."""

import re
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
from authoring_pages import DOCS, PAGES

from dlquiz.banks import composing, files, scalars
from dlquiz.banks.check import LIMIT
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.cli.commands import NAMES, command_named
from dlquiz.cli.options import MOST_JOBS
from dlquiz.core.expressions import FUNCTIONS, Value, limits
from dlquiz.core.formulas import declared
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.values import show

LANGUAGE = (DOCS / "authoring" / "language.md").read_text(encoding="utf-8")
CHECKING = (DOCS / "authoring" / "checking.md").read_text(encoding="utf-8")
TEXTS = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}
WORDS = {8: "eight", 12: "twelve"}
VALUES: Mapping[str, Value] = {
    "n": 61,
    "k": 9,
    "s": 2,
    "p": 4,
    "h": 8,
    "d": 64,
    "layers": [{"kernel_size": 3}, {"kernel_size": 5}],
}


def rows(text: str, header: str) -> list[tuple[str, str]]:
    """The two cells of each row of the table with this header."""
    table = re.search(rf"^{re.escape(header)}\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table, header
    return re.findall(r"^\| (.*?) \| (.*?) \|$", table[1], re.MULTILINE)


VALUED = rows(LANGUAGE, "| You write | It gives |")
REFUSED = rows(LANGUAGE, "| You write | And are told |")
READ = rows(LANGUAGE, "| You write | It is read as |")


@pytest.mark.parametrize(("written", "value"), VALUED)
def test_a_formula_gives_what_the_page_says(written: str, value: str) -> None:
    assert f"`{show(declared(written.strip('`'), tuple(VALUES)).evaluate(VALUES))}`" == value


@pytest.mark.parametrize(("written", "told"), REFUSED)
def test_a_formula_is_refused_as_the_page_says(written: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told.strip('`'))}$"):
        declared(written.strip("`"), tuple(VALUES)).evaluate(VALUES)


def test_every_function_of_formulas_is_shown() -> None:
    shown = {name for written, _ in VALUED for name in re.findall(r"([a-z]\w*)\(", written)}
    assert shown == set(FUNCTIONS)
    assert f"no other functions than the {WORDS[len(FUNCTIONS)]} in this table" in LANGUAGE


@pytest.mark.parametrize(("written", "meaning"), READ)
def test_a_scalar_is_read_as_the_page_says(written: str, meaning: str) -> None:
    assert _meaning(written.strip("`")) == meaning


def _meaning(text: str) -> str:
    if text.startswith('"'):
        return f"the text `{text[1:-1]}`"
    try:
        value = scalars.resolve(text)
    except scalars.OutOfBounds as error:
        return f"refused: {error}"
    if value is None:
        return "nothing"
    kind = "truth" if isinstance(value, bool) else "number" if isinstance(value, int | Fraction) else "text"
    return f"the {kind} `{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("language", f"more than {composing.ALIASES} aliases"),
        ("language", f"{composing.DEPTH} levels of nesting"),
        ("language", f"texts of more than {composing.CHARACTERS:,} characters"),
        ("language", f"lists and mappings of more than {composing.ENTRIES:,} entries"),
        ("language", f"files over {files.LARGEST:,} bytes"),
        ("language", f"nothing is computed beyond {limits.VALUE_DIGITS:,} digits"),
        ("checking", f"there are at most {LIMIT:,}"),
        ("authoring", f"with more than {LIMIT:,} instances"),
        ("checking", f"{WORDS[MOST_JOBS]} at most"),
    ],
)
def test_a_bound_is_that_of_the_program(page: str, words: str) -> None:
    assert words in TEXTS[page].replace("\n", " ")


def test_a_wrong_idea_has_to_stand_alone_as_often_as_the_page_says() -> None:
    share = next(one.default for one in fields(Computed) if one.name == "separable")
    for page in ("authoring", "questions"):
        assert f"on {'at least ' if page == 'authoring' else ''}{float(100 * share):g} % of the instances" in re.sub(
            r"\s+", " ", TEXTS[page]
        )


@pytest.mark.parametrize(
    "proof",
    [
        Proof(Extent.ALL_VALUES, 480, 6, ("e", "h")),
        Proof(Extent.EVERY, 48),
        Proof(Extent.EVERY, 1),
        Proof(Extent.SAMPLE, LIMIT),
        Proof(Extent.SAMPLE, 1, 6),
    ],
    ids=str,
)
def test_how_far_a_proof_reaches_is_told_as_the_page_says(proof: Proof) -> None:
    assert f"\n| `{proof}` |" in CHECKING


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_and_option_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lines = re.findall(r"`dlquiz ([^`]+)`", text) + re.findall(r"^\$ (?:.*\| )?dlquiz (.*)$", text, re.MULTILINE)
    assert lines
    for line in lines:
        name, *words = line.split()
        assert name in NAMES, line
        known = {spelling for parameter in command_named(name).params for spelling in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
