"""The page of each complaint code, read from the Markdown files beside this one, where each is written once.

A page names a bound in angle brackets, such as ``<entries>``: the number is that of the code.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from dlquiz.banks.codes.bounds import filled
from dlquiz.banks.complaints import CODES
from dlquiz.errors import DlquizError

_FOLDER = Path(__file__).parent
_PAGE = re.compile(r"^## (DQ\d{3})\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^```(\w+) (wrong|mended)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A piece of a bank, or what the file looks like where YAML can't show it."""

    language: str
    text: str


class Page(NamedTuple):
    """What a code means, and an example of it, wrong and mended."""

    code: str
    means: str
    wrong: Example
    mended: Example

    @property
    def title(self) -> str:
        """What is wrong, in one sentence."""
        return CODES[self.code].title

    def text(self, columns: int | None = None) -> str:
        """Return the page for a terminal, of so many columns where it is known; examples are not wrapped."""
        said = (f"{self.code} ({CODES[self.code].severity}): {self.title}", self.means)
        parts = said if columns is None else [_wrapped(part, columns) for part in said]
        examples = (("Wrong:", self.wrong), ("Mended:", self.mended))
        return "\n\n".join([*parts, *(f"{label}\n{_indented(one.text)}" for label, one in examples)])

    def markdown(self) -> str:
        """Return the page for documentation."""
        heading = f"## {self.code}\n\n**{self.title}** ({CODES[self.code].severity})\n\n{self.means}"
        examples = (("Wrong", self.wrong), ("Mended", self.mended))
        return "\n\n".join([heading, *(f"{label}:\n\n```{one.language}\n{one.text}\n```" for label, one in examples)])


@cache
def pages() -> Mapping[str, Page]:
    """Return all pages by their codes, in the order of the codes."""
    found = {}
    for file in sorted(_FOLDER.glob("*.md")):
        for code, body in _PAGE.findall(file.read_text(encoding="utf-8")):
            found[code] = _page(code, body)
    return dict(sorted(found.items()))


def page(code: str) -> Page:
    """Return the page of a code, also without DQ or in small letters; raises DlquizError where there is none."""
    wanted = code.strip().upper()
    known = pages()
    wanted = f"DQ{wanted}" if wanted.isdigit() else wanted
    if wanted not in known:
        first, last = min(known), max(known)
        raise DlquizError(
            f"there is no code '{code[:20]}'; there are some from {first} to {last}, and dlquiz explain lists all"
        )
    return known[wanted]


def _page(code: str, body: str) -> Page:
    means, _, rest = body.partition("```")
    examples = {name: Example(language, text.rstrip("\n")) for language, name, text in _EXAMPLE.findall(f"```{rest}")}
    return Page(code, filled(means.strip()), examples["wrong"], examples["mended"])


def _wrapped(text: str, columns: int) -> str:
    """Return a text with its lines broken between words; no word is cut, for it may be an option or a path."""
    lines = (wrap(line, columns, break_long_words=False, break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join("\n".join(line) for line in lines)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
