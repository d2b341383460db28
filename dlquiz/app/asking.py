"""The keys while a question is being answered."""

from dlquiz.app.phrases import Say
from dlquiz.app.widgets.key_bar import Key
from dlquiz.core.session import Attempt


def asking_keys(attempt: Attempt, say: Say) -> list[Key]:
    """Return the keys while a question is being answered."""
    keys = _answering(attempt, say)
    if attempt.instance.question.hints:
        keys.append(Key("F2", say("hint"), "screen.hint"))
    return [
        *keys,
        Key("F1", say("help"), "app.help"),
        Key("^Z", say("undo"), "screen.undo"),
        Key("^N", say("skip"), "screen.skip"),
        Key("Esc", say("leave"), "screen.leave"),
    ]


def _answering(attempt: Attempt, say: Say) -> list[Key]:
    """Return the keys that give the answer."""
    form = attempt.instance.question.form
    if form == "reveal":
        return [Key("1-4", say("grade_self"))] if attempt.revealed else [Key("↵", say("reveal"), "screen.submit")]
    submit = Key("↵", say("answer"), "screen.submit")
    return [submit] if form == "line" else [submit, Key("1-9", say("toggle"))]
