"""The page of each complaint code, read from the Markdown files beside this one, where each is written once.

A page names a bound in angle brackets, such as ``<entries>``: the number is that of the code.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dlquiz.banks.codes.bounds import filled
from dlquiz.banks.complaints import CODES
from dlquiz.errors import DlquizError, nearest

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

    def text(self) -> str:
        """Return the page for a terminal."""
        parts = (f"{self.code} ({CODES[self.code].severity}): {self.title}", self.means)
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
    """Return the page of a code, also without DQ or in small letters; raises DlquizError with the nearest code."""
    wanted = code.strip().upper()
    known = pages()
    wanted = f"DQ{wanted}" if wanted.isdigit() else wanted
    if wanted not in known:
        raise DlquizError(f"there is no code '{code[:20]}'{nearest(wanted, known)} (dlquiz explain lists all)")
    return known[wanted]


def _page(code: str, body: str) -> Page:
    means, _, rest = body.partition("```")
    examples = {name: Example(language, text.rstrip("\n")) for language, name, text in _EXAMPLE.findall(f"```{rest}")}
    return Page(code, filled(means.strip()), examples["wrong"], examples["mended"])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
