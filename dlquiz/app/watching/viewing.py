"""Which instances of each question are looked at: from which seed on, and with which parameters locked."""

from collections.abc import Mapping

from dlquiz.app.watching.drawing import Drawn, drawn
from dlquiz.app.watching.locks import holding
from dlquiz.app.watching.threads import apart
from dlquiz.core.expressions import Value
from dlquiz.core.questions import Question


class Viewing:
    """A save leaves seeds and locks as they are, so that an author sees the same instances under the new text."""

    def __init__(self) -> None:
        self.drawn = Drawn((), 0)
        self._locks: dict[str, dict[str, Value]] = {}
        self._seeds: dict[str, int] = {}

    def locks(self, question: Question) -> Mapping[str, Value]:
        """Return the locked parameters of a question with their values."""
        return self._locks.get(question.id, {})

    def lock(self, question: Question, name: str, value: Value) -> None:
        """Keep a parameter at a value."""
        self._locks.setdefault(question.id, {})[name] = value

    def unlock(self, question: Question, name: str) -> None:
        """Draw a parameter again."""
        self._locks.get(question.id, {}).pop(name, None)

    def drop(self, question: Question) -> list[str]:
        """Unlock what the question has no such value for any more, and return the names."""
        locks = self.locks(question)
        kept = holding(question, locks)
        lost = [name for name in locks if name not in kept]
        for name in lost:
            self.unlock(question, name)
        return lost

    def reroll(self, question: Question) -> None:
        """Go on to further seeds."""
        self._seeds[question.id] = self.drawn.following

    async def draw(self, question: Question) -> Drawn:
        """Draw the instances to be looked at, in a thread: a rare condition may take its time."""
        first, locks = self._seeds.get(question.id, 0), dict(self.locks(question))
        self.drawn = await apart(lambda: drawn(question, locks, first))
        return self.drawn
