"""What readers have to be told: every drawn parameter that the answer of a question depends on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from dlquiz.core.calls import CallTemplate, Given, Place
from dlquiz.core.domains import Derived, Domain
from dlquiz.core.expressions import Expression
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.order import Order
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Language, Text

LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "zh": "Chinese"}


class Untold(NamedTuple):
    """Parameters that a question does not tell, and the language in which it does not; None where in no language."""

    names: Sequence[str]
    language: Language | None


def untold(question: Question) -> Untold | None:
    """Return the parameters on which the answer depends and that no text tells, or None.

    The prompt, the convention and the options tell what they put in; a value that is computed tells what it is computed
    from. A parameter of one value may be told in words. Claims say for themselves what holds, and depend on nothing.
    """
    domain = question.domain
    drawn = [name for name, one in domain.parameters.items() if not isinstance(one, Derived) and one.size > 1]
    used = _sources(_names(_basis(question)), domain)
    lacking = {one: _lacking(question, one, [name for name in drawn if name in used]) for one in LANGUAGES}
    if lacking["en"] and lacking["en"] == lacking["zh"]:
        return Untold(lacking["en"], None)
    return next((Untold(names, language) for language, names in lacking.items() if names), None)


def _lacking(question: Question, language: Language, used: Sequence[str]) -> list[str]:
    holes = (hole for text in _shown(question) for hole in text.template(language).holes)
    told = _sources(_names(list(holes)), question.domain)
    return [name for name in used if name not in told]


def _basis(question: Question) -> Iterable[Any]:
    """Return what settles the answer of a question."""
    if isinstance(question, Computed):
        return [question.answer.formula, question.answer.engine]
    if isinstance(question, Order):
        return [part for item in question.items for part in (item.by, item.formula)]
    return question.goal if isinstance(question, Construct) else ()


def _shown(question: Question) -> Iterator[Text]:
    """Yield what readers see before they answer."""
    yield question.prompt
    if question.convention is not None:
        yield question.convention
    if isinstance(question, Choice):
        yield from (option.text for option in question.choices)
    elif isinstance(question, Order):
        yield from (item.say for item in question.items)


def _names(value: Any) -> Iterator[str]:
    """Yield the names in the expressions under a value; those of its texts are left out."""
    if isinstance(value, Expression | Formula):
        yield from value.names
    elif isinstance(value, CallTemplate):
        yield from _names(value.arguments)
    elif isinstance(value, Given):
        yield from _names(value.data)
    elif isinstance(value, Mapping):
        yield from _names(list(value.values()))
    elif isinstance(value, list | tuple) and not isinstance(value, Text | Place):
        for item in value:
            yield from _names(item)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _names([getattr(value, item.name) for item in fields(value)])


def _sources(names: Iterable[str], domain: Domain) -> set[str]:
    """Return names with those that their values are computed from."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        parameter = domain.parameters.get(name)
        if name not in found and isinstance(parameter, Derived):
            waiting += parameter.expression.names
        found.add(name)
    return found
