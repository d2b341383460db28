"""Print docs/complaints.md: every code on one page. ``python -m dlquiz.banks.codes > docs/complaints.md`` writes it."""

import re
from pathlib import Path

from dlquiz.banks.codes.pages import pages
from dlquiz.banks.codes.setting import BASE

_HEAD = """# Complaints

Every code of `dlquiz check`; `dlquiz explain DQ413` shows one of them in the terminal. A question with an error is not
proved, and one that cannot be read is left out of study; a warning is only told. This page is made of the files in
`dlquiz/banks/codes/`, where each text is written once.

A test runs every example, wrong and mended. One that begins with neither `dlquiz:` nor `- id:` is a part of this
question, whose other fields stay as they are; claims and constructions stand in questions like those of `kinds/`:
"""


def written() -> str:
    """Return the text of docs/complaints.md."""
    parts = [f"{_HEAD}\n```yaml\n{BASE}\n```"]
    for file in sorted(Path(__file__).parent.glob("*.md")):
        text = file.read_text(encoding="utf-8")
        parts.append(text.split("\n", 1)[0])
        parts += [
            pages()[code].markdown().replace("## ", "### ", 1) for code in re.findall(r"^## (DQ\d{3})$", text, re.M)
        ]
    return (
        "\n\n".join(part.replace("# ", "## ", 1) if re.match(r"# (?!Complaints)", part) else part for part in parts)
        + "\n"
    )


if __name__ == "__main__":
    print(written(), end="")
