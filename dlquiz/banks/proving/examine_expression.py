"""What is asked of expressions: every wrong idea differs from the answer and from every other, as an expression."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.proving.examine_computed import ComputedExamination, name_of
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.banks.proving.standing import Standing
from dlquiz.core.calls import Place
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.computed import Idea
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.oracle import Call, Failed, Outcome


class ExpressionExamination(ComputedExamination):
    """A question that is answered by an expression under examination; each call of an instance runs at every point."""

    question: Symbolic

    def failures(self, outcomes: Sequence[Outcome]) -> list[tuple[Place, Failed]]:
        """Return each call of an idea that gave no value at some point, with where it is written."""
        count = len(self.question.run_at)
        own = count * len(self.question.answer.engine)
        templates = [idea.engine for idea in self.question.ideas if idea.engine is not None]
        given = (outcomes[own + count * place : own + count * (place + 1)] for place in range(len(templates)))
        return [
            (template.at, outcome)
            for template, ran in zip(templates, given, strict=True)
            for outcome in ran
            if isinstance(outcome, Failed)
        ]

    def proof(self, complete: bool) -> Proof:
        """Return how far the proof reaches; what is run at some points of the symbols is a sample of them."""
        found, count = super().proof(complete), len(self.question.run_at)
        if found.extent is Extent.ALL_VALUES:
            return found
        whole = found.extent is Extent.EVERY and count == self.question.symbols.raw_size()
        return found._replace(extent=Extent.EVERY if whole else Extent.SAMPLE, points=count)

    def standing(self, idea: Idea, standing: Standing, compared: int) -> tuple[str, str]:
        """Return the complaint about an idea that is the answer, or another idea, written otherwise."""
        message = f"'{name_of(idea)}' does not stand alone: {standing.counter_example}"
        return message, "change the wrong idea; equal expressions are one answer, however they are written"

    def place(self, call: Call, values: Mapping[str, Any]) -> Place:
        """Return where a call is written."""
        for template in self.templates:
            try:
                if call in self.question.runs_of(template, values):
                    return template.at
            except Undefined:
                continue
        return self.question.at
