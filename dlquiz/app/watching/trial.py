"""An answer tried on an instance: read, run and marked as in a session, and stored nowhere."""

import asyncio
from collections.abc import Sequence

from dlquiz.app import stumbling
from dlquiz.app.sitting import Elsewhere, Outcome, Revealed, Trouble, Unread
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.oracle import Call
from dlquiz.core.oracle import Outcome as Ran
from dlquiz.core.questions import Instance
from dlquiz.core.session import Attempt
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Reading, Result, Unsettled
from dlquiz.errors import DlquizError
from dlquiz.worker import Worker


class Trial:
    """An attempt at an instance. Its verdicts look like stored ones, and no log knows of them.

    ``running`` is the answer that is being marked, also where that was given up.
    """

    def __init__(self, instance: Instance, worker: Worker, language: Language) -> None:
        self.attempt = Attempt(instance, 0, practice=True)
        self.hints_shown = 0
        self.verdict: Stored | None = None
        self.running: str | None = None
        self._worker = worker
        self._language = language

    async def _run(self, calls: Sequence[Call]) -> Sequence[Ran]:
        """Run calls before what a check has waiting; who stops waiting takes back what has not begun."""
        return await asyncio.wrap_future(self._worker.submit(calls, evidence=True, urgent=True))

    def read(self, text: str) -> Reading:
        """Return a typed answer as it is understood; raises Unreadable."""
        instance = self.attempt.instance
        return stumbling.read(instance.question, text, instance.values)

    def hint(self) -> bool:
        """Show one more hint; return whether there was one."""
        further = self.hints_shown < len(self.attempt.instance.question.hints)
        self.hints_shown += further
        return further

    async def answer(self, text: str) -> Outcome:
        """Return what becomes of an answer; after trouble, another answer runs everything again."""
        self.verdict, self.running = None, text
        outcome = await self._outcome(text)
        self.running = None
        return outcome

    async def _outcome(self, text: str) -> Outcome:
        try:
            with stumbling.marking(self._language):
                return await self._judged(text)
        except Unreadable as error:
            return Unread(error)
        except (DlquizError, Undefined, Unsettled) as error:
            return Trouble(str(error))

    async def _judged(self, text: str) -> Outcome:
        question, values = self.attempt.instance.question, self.attempt.instance.values
        reveals = question.form == "reveal" and not self.attempt.revealed
        reading = None if reveals else self.read(text)
        truth = question.settle(values, await self._run(self.attempt.instance.calls))
        if reading is None:
            self.attempt.revealed = True
            return Revealed(truth)
        reading = question.tried(reading, await self._run(question.trial(reading, values)))
        verdict = question.mark(reading, truth, values)
        if verdict.result is Result.ELSEWHERE:
            return Elsewhere(verdict)
        self.verdict = Stored(0, self.attempt, verdict, self.attempt.rating(verdict), {}, {})
        return self.verdict
