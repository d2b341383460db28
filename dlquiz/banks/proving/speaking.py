"""Whether sentences speak of what is run: an experiment about something else may well give the same truth.

Nothing is run here. What is found is told as a warning, for words are no proof.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.brief import clipped
from dlquiz.banks.proving.misplaced import misplaced
from dlquiz.banks.proving.named_values import misnamed
from dlquiz.banks.proving.negating import denial
from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import CallTemplate, Place
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.order import Order
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text

_LONGEST = 120
"""Characters of what an experiment asks that are told."""


def unspoken(question: Question, signatures: Signatures) -> Iterator[Complaint]:
    """Yield a complaint for each sentence that names another value, fits another experiment, or denies its own."""
    yield from _misnamed(question, signatures)
    if isinstance(question, Claims):
        yield from misplaced(question, signatures)
        yield from _denied(question, signatures)


def _denied(question: Claims, signatures: Signatures) -> Iterator[Complaint]:
    for claim in question.claims:
        known = signatures.functions.get(claim.proof.function)
        if known is not None and (written := denial(claim.say, claim.proof, known.summary)) is not None:
            asks = clipped(known.asks, _LONGEST)
            message = f"the sentence has '{written}', and {claim.proof.function} asks {asks}"
            fix = "word it as the experiment asks, without the negation, and let holds: be what the experiment gives"
            yield complaint(claim.at, "DQ447", message, fix)


def _misnamed(question: Question, signatures: Signatures) -> Iterator[Complaint]:
    for text, call, at in _beside(question):
        arguments, chosen = signatures.arguments(call.function), signatures.choosing(call.function)
        summary = signatures.functions[call.function].summary if arguments else ""
        named = misnamed(text, call, arguments, summary, defaults=isinstance(question, Claims))
        stated = None if isinstance(question, Claims) else question.convention
        for one in islice(chain(named, misnamed(stated, call, chosen, summary) if stated else ()), 1):
            message = f"the text names '{one.named}', and {call.function} is run with {one.argument}={one.passed}"
            fix = f"see whether the run is about what the text says; if it is, let the text name {one.passed}"
            yield complaint(at, "DQ445", message, fix)


def _beside(question: Question) -> Iterator[tuple[Text, CallTemplate, Place]]:
    """Yield sentences, each with a run that it is about; what wrong ideas run is about something else."""
    if isinstance(question, Claims):
        yield from ((claim.say, claim.proof, claim.at) for claim in question.claims)
    elif isinstance(question, Order):
        told = (_together([item.say, question.prompt, question.convention]) for item in question.items)
        yield from ((text, item.by, item.at) for text, item in zip(told, question.items, strict=True))
    elif isinstance(question, Computed | Construct):
        shared = _together([question.prompt, question.convention])
        calls = (
            question.answer.engine
            if isinstance(question, Computed)
            else [condition.call for condition in question.goal]
        )
        yield from ((shared, call, call.at) for call in calls)


def _together(texts: Sequence[Text | None]) -> Text:
    """Return texts as one."""
    given = [text for text in texts if text is not None]
    english, chinese = (
        Template(tuple(part for text in given for part in (*text.template(language).parts, "; ")))
        for language in ("en", "zh")
    )
    return Text(english, chinese)
