"""Questions to begin with: one of each kind, commented, which prove as they stand."""

import re
from pathlib import Path

from dlquiz.banks.leaves import LONGEST_NAME, NAME, is_name, suggested
from dlquiz.errors import DlquizError

FOLDER = Path(__file__).parent / "templates"
FIXED = "fixed"
"""The draft of a number that is a fixed fact; each of the others bears the name of its kind."""

OTHERWISE = "my-own"
"""A name for what has no letter to make one of."""

_ID = re.compile(rf"^- id: ({NAME})", re.MULTILINE)


def draft(name: str, question_id: str | None = None) -> str:
    """Return the YAML of a draft, a list that begins at the margin; its first question bears the id.

    A card that reveals brings the question that it reveals; the id of that one begins with the card's.
    """
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return text if question_id is None else text.replace(ids(text)[0], checked(question_id, "an id"))


def ids(text: str) -> list[str]:
    """Return the ids of the questions of a draft."""
    return [found[1] for found in _ID.finditer(text)]


def checked(name: str, what: str) -> str:
    """Return the name; raises DlquizError for one that banks cannot hold."""
    if is_name(name):
        return name
    raise DlquizError(
        f"'{name[:LONGEST_NAME]}' cannot be {what}: it is lower-case words with hyphens, at most {LONGEST_NAME} "
        f"characters; write it like '{suggested(name, OTHERWISE)}'"
    )
