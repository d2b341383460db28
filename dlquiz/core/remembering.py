"""What is kept of an answer: everything that it takes to replay it, whatever becomes of the bank."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from dlquiz.core.expressions import Undefined
from dlquiz.core.questions import Instance
from dlquiz.core.scheduling import Rating, StudyClock
from dlquiz.core.texts import Language, Text
from dlquiz.core.values import to_json


def params_text(values: Mapping[str, Any]) -> str:
    """Return an instance's values as JSON with sorted keys: equal texts mean the same instance."""
    return json.dumps(to_json(dict(values)), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def text_hash(text: str) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a shown text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def shown_text(instance: Instance, language: Language) -> str:
    """Return what an answer is an answer to, a line each: the prompt, the convention, and what there is to pick from.

    Raises Undefined for a prompt without a value: nobody was asked. Another text without one is an empty line.
    """
    question, values = instance.question, instance.values
    convention = () if question.convention is None else (question.convention,)
    beside = (_filled(text, language, values) for text in (*convention, *question.options(values)))
    return "\n".join([instance.prompt(language), *beside])


def _filled(text: Text, language: Language, values: Mapping[str, Any]) -> str:
    try:
        return text.fill(language, values)
    except Undefined:
        return ""


class Review(NamedTuple):
    """One attempt as it is stored.

    ``params`` is JSON, ``prompt_hash`` that of :func:`shown_text`, ``answer`` is what was typed, ``score`` from 0 to 1
    is the share that was right. ``counts`` is False for practice and where bank and engine disagreed: such a review
    schedules nothing. Times are UTC milliseconds; ``offset_minutes`` (east of UTC) and ``rollover_hour`` make the
    learner's study days.
    """

    key: str
    rev: int
    seed: int
    params: str
    prompt_hash: str
    answer: str
    outcome: str
    rating: Rating
    at_ms: int
    offset_minutes: int
    misconceptions: tuple[str, ...] = ()
    hints: int = 0
    duration_ms: int = 0
    counts: bool = True
    score: float = 0.0
    engine: str = ""
    torch: str = ""
    device: str = ""
    lang: str = "en"
    rollover_hour: int = 4

    @property
    def clock(self) -> StudyClock:
        """The clock by which this review was done."""
        return StudyClock(self.offset_minutes, self.rollover_hour)
