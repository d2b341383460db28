"""The name of an instance, ``bank/id@rev#seed``, and the instance that it names."""

import re

from dlquiz.banks.library import Library
from dlquiz.core.domains import EmptyDomain
from dlquiz.core.questions import Instance, Question, draw
from dlquiz.errors import DlquizError

_NAME = re.compile(r"(?P<key>[^/@#\s]+/[^/@#\s]+)(@(?P<rev>[0-9]{1,9}))?#(?P<seed>[0-9]{1,18})")
_EXAMPLE = "convolution/conv-output-size@1#42"


def find_instance(name: str, library: Library) -> Instance:
    """Return the instance of that name; without ``@rev``, of the current revision. Raises DlquizError."""
    written = _NAME.fullmatch(name.strip())
    if written is None:
        raise DlquizError(f"'{name[:80]}' names no instance; one is written bank/id@rev#seed, such as {_EXAMPLE}")
    question = library.question(written["key"])
    if written["rev"] is not None:
        _check_revision(question, int(written["rev"]), written["seed"])
    try:
        return draw(question, int(written["seed"]))
    except EmptyDomain as error:
        raise DlquizError(f"{name} cannot be drawn: {error}") from error


def _check_revision(question: Question, rev: int, seed: str) -> None:
    if rev == question.rev:
        return
    state = "is gone from" if rev < question.rev else "is not yet in"
    raise DlquizError(
        f"revision {rev} of {question.key} {state} its bank {question.at.file}, which has revision {question.rev}; "
        f"write {question.key}#{seed} for what that seed draws there"
    )
