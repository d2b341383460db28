"""The line at the top: where the learner is, and how far."""

from dlquiz.app.phrases import Say
from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.core.session import Attempt, Counts


class StatusLine(Plain):
    """``dlquiz   cnn › convolution                 7 due · 3 new · 12 done``."""

    def where(self, attempt: Attempt, counts: Counts, say: Say) -> None:
        """Show topic and bank of the attempt, and what is left."""
        question = attempt.instance.question
        self.titled(f"{question.topic} › {question.bank}", progress(attempt, counts, say))

    def titled(self, title: str, tail: str = "") -> None:
        """Show a title after the program's name."""
        lead = literal("dlquiz", "bold $text-primary") + literal("   ")
        self.show(Rows([Row(literal(title), lead, literal(tail, MUTED))]))


def progress(attempt: Attempt, counts: Counts, say: Say) -> str:
    """Return the counts as words; a practice attempt says that it is one."""
    if attempt.practice:
        return say("practice")
    return say("counts", due=counts.due, new=counts.new, done=counts.done)
