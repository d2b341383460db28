"""What there is to see behind a verdict, as blocks: the legs, what each run handed back, and the code."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from dlquiz.app.durations import run_time
from dlquiz.app.evidence_of_claims import claim_blocks
from dlquiz.app.phrases import Say, say_in
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.oracle import Block
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.core.values import show
from dlquiz.core.verdicts import Leg
from dlquiz.errors import DlquizError
from dlquiz.worker import Worker


@dataclass(frozen=True)
class Exhibit:
    """A title, and a way to get the blocks under it."""

    title: str
    blocks: Callable[[], Awaitable[Sequence[Block]]]


def evidence_of(stored: Stored, language: Language, seeded: bool = True) -> Exhibit:
    """Return how the answer was reached, and what each run handed back; an instance without a seed has no name."""
    say = say_in(language)
    question = stored.attempt.instance.question
    cited = [] if question.cited is None else [_text(say("cited_from", source=question.cited))]
    runs = claim_blocks(stored, language) if isinstance(question, Claims) else _run_blocks(stored, say)
    blocks = [*cited, *runs]

    async def at_hand() -> Sequence[Block]:
        return blocks

    return Exhibit(say("evidence_title", instance=stored.attempt.instance if seeded else question.key), at_hand)


def source_of(stored: Stored, worker: Worker, language: Language) -> Exhibit:
    """Return the code of every engine function that ran for a verdict; the worker hands it over."""
    say = say_in(language)
    functions = list(dict.fromkeys(leg.function for leg in stored.verdict.truth.legs if leg.function is not None))

    async def asked_for() -> Sequence[Block]:
        found: list[Block] = [] if functions else [_text(say("no_run"))]
        for function in functions:
            try:
                code = await asyncio.wrap_future(worker.source(function))
                found.extend(code)
            except DlquizError as error:
                found.append(_text(str(error)))
        return found

    return Exhibit(say("source_title"), asked_for)


def _run_blocks(stored: Stored, say: Say) -> list[Block]:
    """Return the legs of a verdict as a table, then the evidence of each run under its call."""
    legs = stored.verdict.truth.legs
    blocks = [_legs_table(legs, say)] if legs else []
    for leg in legs:
        if leg.evidence:
            blocks += [{"block": "heading", "text": f"{leg.what} → {show(leg.value)}"}, *leg.evidence]
    return blocks


def _legs_table(legs: Sequence[Leg], say: Say) -> Block:
    columns = [say(name) for name in ("leg_value", "leg_kind", "leg_device", "leg_time", "leg_what")]
    rows = [
        [show(leg.value), say(leg.kind), leg.device or "", "" if leg.ms is None else run_time(leg.ms), leg.what]
        for leg in legs
    ]
    return {"block": "table", "title": say("legs"), "columns": columns, "rows": rows}


def _text(text: str) -> Block:
    return {"block": "text", "text": text}
