"""Plain mode: a session in lines of text, for pipes and screen readers.

Each line that is read is one answer, or a command that starts with a colon. Each review that is stored prints exactly
one line that starts with ✓ or ✗, after it is on disk; what cannot be read prints a line that starts with ? and what
cannot be run one that starts with !, and both leave the question open. Everything that banks, engine and learners
wrote is indented or follows such a mark on its line, so that it can never look like one.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import BinaryIO, TextIO

from dlquiz.app.desk import Desk
from dlquiz.app.durations import interval
from dlquiz.app.filling import filled
from dlquiz.app.sitting import Sitting
from dlquiz.app.stumbling import UnevaluatedError, marking
from dlquiz.app.tally import tally
from dlquiz.cli import plain_text
from dlquiz.cli.input_lines import LONGEST, TooLong, next_line
from dlquiz.cli.phrases import words
from dlquiz.cli.printing import tell
from dlquiz.core.domains import EmptyDomain
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.oracle import Outcome
from dlquiz.core.printable import printable
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.study import Engine
from dlquiz.core.verdicts import Reading, Result, Unsettled, Verdict
from dlquiz.errors import DlquizError
from dlquiz.worker import Hello

FAILURES = 3
"""How often in a row a question may fail before it is left out."""
_GRADES = {str(int(rating)): rating for rating in Rating}


class Plain:
    """One session between two streams; raises DlquizError when the store or the engine cannot go on."""

    def __init__(self, desk: Desk, topics: Sequence[str], source: BinaryIO, sink: TextIO) -> None:
        library = desk.library(topics or None)
        self._sitting = Sitting(desk.study(library, topics), desk.now, library.warnings())
        self._desk, self._source, self._sink = desk, source, sink
        self._language = desk.language
        self._say = words(desk.language)
        self._engine: Future[Hello] | None = None
        self._failures = 0
        self._commands: dict[str, Callable[[str], None]] = {
            "hint": self._hint,
            "undo": self._undo,
            "grade": self._grade,
            "skip": self._skip,
            "help": self._help,
        }

    def run(self) -> None:
        """Ask until the session, the input or the learner ends it."""
        for warning in self._sitting.warnings:
            tell(warning)
        self._help()
        self._go_on()
        while self._sitting.attempt is not None:
            try:
                line = next_line(self._source)
            except TooLong:
                self._refuse(self._say("too_long", most=LONGEST))
                continue
            if line is None or line in (":quit", "：quit"):
                break
            self._take(line)
        self._close()

    @property
    def _attempt(self) -> Attempt:
        assert self._sitting.attempt is not None, "a line is taken for a question only"
        return self._sitting.attempt

    def _go_on(self) -> None:
        """Ask the next question, if there is one."""
        self._failures = 0
        try:
            attempt = self._sitting.advance()
        except EmptyDomain as error:
            raise DlquizError(f"the next question cannot be drawn: {error}") from error
        if attempt is not None:
            self._ask()

    def _ask(self) -> None:
        """Print the question, then start its run: the engine warms up while the learner reads."""
        self._print("")
        self._print(f"[{self._attempt.instance}]")
        self._quote(plain_text.question_text(self._attempt, self._language))
        if self._engine is None:
            self._engine = self._desk.worker.hello()
        self._sitting.begin_run()

    def _take(self, line: str) -> None:
        if line[:1] in (":", "："):
            self._obey(line[1:])
        elif self._sitting.reveals(self._attempt):
            self._reveal()
        else:
            self._answer(line)

    def _reveal(self) -> None:
        """Print what a card reveals; whatever was written before it was for the learner's own use."""
        try:
            truth = self._sitting.study.reveal(self._attempt, self._outcomes())
        except Unsettled as error:
            self._fail(str(error).rstrip("."))
            return
        self._quote(plain_text.revealed_text(self._attempt.instance, truth, self._language))

    def _answer(self, text: str) -> None:
        """Read, run, mark, store, and only then tell."""
        try:
            verdict = self._judged(self._sitting.read(text))
            if verdict.result is Result.ELSEWHERE:
                self._attempt.hints += 1
                self._refuse(plain_text.elsewhere_line(self._attempt.instance, verdict, self._language))
                return
            stored = self._sitting.study.store(self._attempt, text, verdict, self._desk.now())
        except Unreadable as error:
            self._refuse(self._say("unread", why=error.said(self._language), number=error.position + 1))
            return
        except (Unsettled, Undefined, UnevaluatedError) as error:
            self._fail(str(error).rstrip("."))
            return
        self._print(plain_text.verdict_line(stored, self._language))
        self._quote(plain_text.verdict_text(stored, self._language))
        self._go_on()

    def _judged(self, reading: Reading) -> Verdict:
        """Wait for the run of the question, and mark."""
        study, outcomes = self._sitting.study, self._outcomes()
        with marking(self._language):
            return study.judge(self._attempt, reading, outcomes, study.trial(self._attempt, reading).result())

    def _outcomes(self) -> Sequence[Outcome]:
        """Wait for the run of the question, and note which engine made it."""
        study = self._sitting.study
        outcomes = self._sitting.runs.begin(self._attempt.instance).result()
        if not study.engine.fingerprint and self._engine is not None:
            hello = self._engine.result()
            study.engine = Engine(hello.fingerprint, hello.versions.get("torch", ""))
        return outcomes

    def _fail(self, why: str) -> None:
        """Tell why nothing was stored, and run again; a question that fails too often is left out."""
        self._failures += 1
        if self._failures < FAILURES:
            self._print("! " + self._say("failed", why=why))
            self._sitting.runs.forget(self._attempt.instance)
            self._sitting.begin_run()
        else:
            self._print("! " + self._say("dropped", why=why, count=FAILURES))
            self._skip()

    def _obey(self, order: str) -> None:
        """Carry out a command."""
        name, _, argument = order.partition(" ")
        command = self._commands.get(name)
        if command is None:
            self._refuse(self._say("no_command", name=name[:40], commands=self._say("commands")))
        else:
            command(argument.strip())

    def _help(self, _: str = "") -> None:
        self._print(self._say("commands"))

    def _hint(self, _: str = "") -> None:
        hint = self._sitting.hint()
        shown, hints = self._sitting.hints_shown, self._attempt.instance.question.hints
        if hint is None:
            self._refuse(self._say("no_more_hints" if hints else "no_hint"))
        else:
            number = self._say("hint_line", number=shown, count=len(hints))
            self._quote([f"{number}: {filled(hint, self._language, self._attempt.instance.values)}"])

    def _skip(self, _: str = "") -> None:
        self._sitting.skip()
        self._go_on()

    def _undo(self, _: str = "") -> None:
        undone = self._sitting.undo()
        if undone is None:
            self._refuse(self._say("nothing_to_undo"))
            return
        self._quote([self._say(undone.phrase, answer=undone.answer, key=undone.key)])
        if undone.attempt is not None:
            self._ask()

    def _grade(self, argument: str) -> None:
        study = self._sitting.study
        if argument not in _GRADES:
            self._refuse(self._say("grade_usage"))
        elif not study.history or not study.history[-1].verdict.counts:
            self._refuse(self._say("nothing_to_grade"))
        else:
            graded = study.regrade(study.history[-1], _GRADES[argument], self._desk.now())
            key, grade = graded.attempt.instance.question.key, self._say(graded.rating.name.lower())
            again = interval(graded.intervals[graded.rating], self._language)
            self._quote([self._say("graded", key=key, grade=grade, interval=again)])

    def _close(self) -> None:
        """Tell what the session came to, and, where nothing is left, when there will be something."""
        figures = tally(self._sitting)
        study, limits = self._sitting.study, self._desk.limits
        self._print("")
        if study.history:
            told = self._say("tally", right=figures.right, wrong=figures.wrong, hinted=figures.hinted)
            self._print(told)
        if self._sitting.attempt is None and study.session.done != limits.count:
            self._print(self._say("nothing_due"))
            if figures.next_due_ms:
                self._print(self._say("next_due", time=interval(figures.next_due_ms, self._language)))
            if not limits.ahead:
                self._print(self._say("ahead", words=self._desk.words(study.session.questions)))

    def _refuse(self, why: str) -> None:
        self._print(f"? {why}")

    def _quote(self, texts: Iterable[str]) -> None:
        """Print what others wrote, indented."""
        for text in texts:
            for line in printable(text).splitlines():
                self._print(f"  {line}")

    def _print(self, text: str) -> None:
        """Print one line, and see that it arrives."""
        print(printable(text).replace("\n", " "), file=self._sink, flush=True)
