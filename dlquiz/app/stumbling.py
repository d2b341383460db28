"""The last net around the core: an error that it should never raise becomes a sentence that asks for a report.

What the core refuses by design goes through untouched. Nothing is stored for an answer that ends here.
"""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dlquiz.core.domains import EmptyDomain
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.expressions.sentences import Sentence
from dlquiz.core.questions import Question
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Reading, Unsettled
from dlquiz.errors import DlquizError

_BY_DESIGN = (Unreadable, Undefined, Unsettled, EmptyDomain, DlquizError)


class UnevaluatedError(DlquizError):
    """An answer that could not be evaluated, for a mistake in dlquiz."""


def read(question: Question, text: str, values: Mapping[str, Any]) -> Reading:
    """Return a typed answer as it is understood; raises Unreadable, also where reading it fails unexpectedly."""
    try:
        return question.read(text, values)
    except _BY_DESIGN:
        raise
    except Exception as error:
        raise Unreadable(_sentence(error), 0, max(len(text), 1)) from error


@contextmanager
def marking(language: Language) -> Iterator[None]:
    """Turn what is raised unexpectedly inside into UnevaluatedError."""
    try:
        yield
    except _BY_DESIGN:
        raise
    except Exception as error:
        raise UnevaluatedError(_sentence(error).said(language)) from error


def _sentence(error: Exception) -> Sentence:
    """Return the sentence about an unexpected error: which, and where it arose."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}"
    sentence = (
        "this could not be evaluated, for a mistake in dlquiz ({place}); please report it with question and answer"
    )
    return Sentence(sentence, {"place": place})
