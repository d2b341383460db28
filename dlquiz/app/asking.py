"""The keys while a question is being answered."""

from dlquiz.app.phrases import Say
from dlquiz.app.widgets.key_bar import Key
from dlquiz.core.session import Attempt


def asking_keys(attempt: Attempt, say: Say) -> list[Key]:
    """Return the keys while a question is being answered."""
    keys = [Key("↵", say("answer"), "screen.submit")]
    if attempt.instance.question.form != "line":
        keys.append(Key("1-9", say("toggle")))
    if attempt.instance.question.hints:
        keys.append(Key("F2", say("hint"), "screen.hint"))
    return [
        *keys,
        Key("F1", say("help"), "app.help"),
        Key("^Z", say("undo"), "screen.undo"),
        Key("^N", say("skip"), "screen.skip"),
        Key("Esc", say("leave"), "screen.leave"),
    ]
