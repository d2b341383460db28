"""One learner at the desk: the attempt before them, and what becomes of an answer. It draws nothing.

Between a key and a verdict lies: reading, the awaited run, marking, storing. Whatever goes wrong on the way comes
back as a sentence, and nothing is stored.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from dlquiz.app import stumbling
from dlquiz.app.phrases import Say
from dlquiz.app.runs import Runs
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.study import Engine, Stored, Study
from dlquiz.core.texts import Text
from dlquiz.core.verdicts import Reading, Result, Truth, Unsettled, Verdict
from dlquiz.errors import DlquizError
from dlquiz.store.database import Locked
from dlquiz.worker import EngineError, Hello

BUSY_MS = 20
"""How long one try to store may hold the screen while another program has the database locked."""
_LOCKED_TRIES = 50
_LOCKED_PAUSE_S = 0.1


class Unread(NamedTuple):
    """The answer could not be read; nothing is stored."""

    error: Unreadable


class Trouble(NamedTuple):
    """The answer could not be marked or stored; the sentence says why, and the learner may try again."""

    sentence: str


class Elsewhere(NamedTuple):
    """The answer is right under another convention; nothing is stored, and the learner answers again."""

    verdict: Verdict


class Revealed(NamedTuple):
    """What a card reveals; nothing is stored until the learner grades themselves."""

    truth: Truth


class Undone(NamedTuple):
    """A review that was taken back: what was answered to which card, and a new attempt if it was of this session.

    One that is not of this session and was stored while it went on is ``elsewhere``: from another dlquiz.
    """

    answer: str
    key: str
    attempt: Attempt | None = None
    elsewhere: bool = False

    @property
    def phrase(self) -> str:
        """The phrase that tells it, with ``answer`` and ``key``."""
        if self.attempt is not None:
            return "undone"
        return "undone_elsewhere" if self.elsewhere else "undone_older"


def schedules(stored: Stored) -> bool:
    """Whether the review schedules its card, so that its grade matters."""
    return stored.verdict.counts and not stored.attempt.practice


Outcome = Stored | Elsewhere | Revealed | Unread | Trouble


class Sitting:
    """A session as the screens see it: ``attempt`` is before the learner, and ``stored`` its review once it has one.

    ``now`` gives UTC milliseconds; ``warnings`` are told once, at the start.
    """

    def __init__(self, study: Study, now: Callable[[], int], warnings: Sequence[str] = ()) -> None:
        self.study = study
        self.now = now
        self.warnings = tuple(warnings)
        self.started_ms = now()
        self.attempt: Attempt | None = None
        self.stored: Stored | None = None
        self.hints_shown = 0
        self.device: str | None = None
        self.runs = Runs(study.run)
        self._met: Future[Hello] | None = None
        self._locked_out = False

    def advance(self) -> Attempt | None:
        """Go to the next attempt and return it; None at the end of the session. Raises DlquizError."""
        return self._take(self.study.show(self.now()))

    def begin_run(self) -> None:
        """Start the run that will settle the present attempt, and give up all others."""
        if self.attempt is not None:
            self.runs.keep_only(self.attempt.instance)
            self.runs.begin(self.attempt.instance)

    async def meet(self, engine: "Future[Hello]") -> None:
        """Note which engine will mark the answers, once it says so. Raises DlquizError when there is none."""
        self._met = engine
        await self._acquainted()

    async def _acquainted(self) -> None:
        """Wait until the engine has said what it is, so that the log can say it too."""
        if self._met is not None:
            hello = await asyncio.shield(asyncio.wrap_future(self._met))
            self.study.engine = Engine(hello.fingerprint, hello.versions.get("torch", ""))
            self.device = hello.device

    def look_ahead(self) -> None:
        """Start the run of the question that will be next; where it cannot be known, the question's own turn tells."""
        with suppress(DlquizError):
            following = self.study.session.next(self.now())
            if following is not None:
                self.runs.keep_only(following)
                self.runs.ahead(following)

    def read(self, text: str) -> Reading:
        """Return a typed answer as it is understood; raises Unreadable."""
        attempt = self.present
        return stumbling.read(attempt.instance.question, text, attempt.instance.values)

    async def answer(self, text: str) -> Outcome:
        """Mark and store an answer to the present attempt, as it stands now: no later hint is held against it."""
        attempt, given_ms = replace(self.present), self.now()
        if self.reveals(attempt):
            return await self._reveal(self.present)
        try:
            reading = self.read(text)
        except Unreadable as error:
            return Unread(error)
        outcomes = await self.runs.outcomes(attempt.instance)
        try:
            with stumbling.marking(self.study.language):
                tried = await asyncio.wrap_future(self.study.trial(attempt, reading))
                verdict = self.study.judge(attempt, reading, outcomes, tried)
            if verdict.result is Result.ELSEWHERE:
                self.present.hints += 1
                return Elsewhere(verdict)
            with suppress(EngineError):  # it ran; that it did not say what it is was told when it was met
                await self._acquainted()
            self.stored = await self._store(attempt, text, verdict, given_ms)
            return self.stored
        except Unreadable as error:
            return Unread(error)
        except Unsettled as reason:
            self.runs.forget(attempt.instance)
            return Trouble(str(reason))
        except (DlquizError, Undefined) as error:
            return Trouble(str(error))

    @staticmethod
    def reveals(attempt: Attempt) -> bool:
        """Whether the attempt is at a card that has not revealed yet what it holds."""
        return attempt.instance.question.form == "reveal" and not attempt.revealed

    async def _reveal(self, attempt: Attempt) -> Revealed | Trouble:
        """Run everything that the card reveals."""
        outcomes = await self.runs.outcomes(attempt.instance)
        try:
            return Revealed(self.study.reveal(attempt, outcomes))
        except Unsettled as reason:
            self.runs.forget(attempt.instance)
            return Trouble(str(reason))

    async def _store(self, attempt: Attempt, text: str, verdict: Verdict, now_ms: int) -> Stored:
        """Store a review; while another program has the database locked, try again and leave the screen alive."""
        self._locked_out = True
        try:
            for _ in range(_LOCKED_TRIES):
                with suppress(Locked):
                    return self.study.store(attempt, text, verdict, now_ms)
                await asyncio.sleep(_LOCKED_PAUSE_S)
            return self.study.store(attempt, text, verdict, now_ms)
        finally:
            self._locked_out = False

    def running(self, say: Say, seconds: int) -> str:
        """Return a sentence about what is waited for: the run, or the database."""
        if self._locked_out:
            return f"{say('locked_out')} {say('seconds', seconds=seconds)}"
        calls = self.present.instance.calls
        what = calls[0].function if calls else self.present.instance.question.key
        sentence = say("running_on", what=what, device=self.device) if self.device else say("running", what=what)
        return f"{sentence} {say('seconds', seconds=seconds)}" if seconds else sentence

    def hint(self) -> Text | None:
        """Return the next hint, which makes a right answer count as Hard; None when there is no further one."""
        attempt = self.present
        hints = attempt.instance.question.hints
        if self.hints_shown == len(hints):
            return None
        self.hints_shown += 1
        attempt.hints += 1
        return hints[self.hints_shown - 1]

    def skip(self) -> None:
        """Leave the present question out of this session; a practice attempt is merely left."""
        attempt = self.present
        if not attempt.practice:
            self.study.session.skip(attempt.instance)

    def undo(self) -> Undone | None:
        """Take back the newest review of this session, whose question is then the present one again; else of the log.

        The newest of the session is the one on the screen, whatever another dlquiz stores meanwhile.
        """
        newest = self.study.history[-1] if self.study.history else None
        undone = self.study.undo(self.now())
        if isinstance(undone, Attempt):
            assert newest is not None
            self._take(undone)
            return Undone(newest.verdict.reading.text, undone.instance.question.key, undone)
        if undone is None:
            return None
        return Undone(undone.review.answer, undone.review.key, elsewhere=undone.review.at_ms > self.started_ms)

    def practise(self) -> Attempt:
        """Go to a practice attempt that is aimed at the wrong ideas of the review before the learner."""
        assert self.stored is not None
        attempt = self.study.practise(self.stored, self.now())
        self._take(attempt)
        return attempt

    def regrade(self, rating: Rating) -> Stored:
        """Grade the review before the learner anew."""
        assert self.stored is not None
        self.stored = self.study.regrade(self.stored, rating, self.now())
        return self.stored

    def allows(self, action: str) -> bool:
        """Whether an action has a meaning at present: some are for a question, others for a verdict."""
        if action in ("submit", "hint", "skip"):
            return self.stored is None
        if action == "regrade":
            return self.stored is not None and schedules(self.stored)
        if action == "practise":
            return self.stored is not None and self.stored.verdict.result is Result.WRONG
        return action not in ("evidence", "source", "next") or self.stored is not None

    def _take(self, attempt: Attempt | None) -> Attempt | None:
        self.attempt, self.stored = attempt, None
        self.hints_shown = 0 if attempt is None else min(attempt.hints, len(attempt.instance.question.hints))
        return attempt

    @property
    def present(self) -> Attempt:
        """The attempt before the learner, who has one as long as the session goes on."""
        assert self.attempt is not None, "there is no question before the learner"
        return self.attempt
