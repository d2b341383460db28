"""The keys of the screen for authors, as they have a meaning at present."""

from dlquiz.app.phrases import Say
from dlquiz.app.watching.watched import Watched
from dlquiz.app.widgets.key_bar import Key
from dlquiz.app.widgets.question_pane import QuestionPane


def bar_keys(pane: QuestionPane, watched: Watched, say: Say) -> list[Key]:
    """Return the keys for the line at the bottom."""
    if pane.trying:
        return _trying(pane, say)
    explain = [Key("↵", say("explain"), "screen.explain")] if watched.complaints else []
    browse = [Key("n", say("browse"), "screen.step(1)")] if len(watched.entries) > 1 else []
    return [*explain, *browse, *_instances(pane, say), *_everywhere(say), Key("q", say("quit"), "screen.leave")]


def _trying(pane: QuestionPane, say: Say) -> list[Key]:
    if pane.verdict is not None:
        keys = [Key("↵", say("try_again"), "screen.next"), Key("r", say("reroll"), "screen.reroll")]
    else:
        keys = [Key("↵", say("answer"), "screen.submit"), Key("F2", say("hint"), "screen.hint")]
    return [*keys, *_everywhere(say), Key("Esc", say("back"), "screen.leave")]


def _instances(pane: QuestionPane, say: Say) -> list[Key]:
    count = len(pane.instances)
    if not count:
        return []
    several = Key("1", say("try"), "screen.try_instance(1)") if count == 1 else Key(f"1-{count}", say("try"))
    return [several, Key("r", say("reroll"), "screen.reroll"), Key("l", say("lock"), "screen.lock")]


def _everywhere(say: Say) -> list[Key]:
    return [Key("F3", say("language"), "screen.language"), Key("F1", say("help"), "app.help")]


def every_key(pane: QuestionPane, say: Say) -> list[Key]:
    """Return all keys, for help."""
    if pane.trying and pane.verdict is None:
        return _trying(pane, say)
    looking = [Key("v", say("the run")), Key("s", say("the code"))] if pane.verdict is not None else []
    return [
        Key("j k", say("other_complaint")),
        Key("↵", say("try_again" if pane.verdict is not None else "explain")),
        Key("n →", say("other_question")),
        Key("p ←", say("back_question")),
        Key("1-3", say("try")),
        Key("r", say("reroll")),
        Key("l", say("lock")),
        Key("Tab", say("other_pane")),
        *looking,
        Key("F3", say("language")),
        Key("q", say("back" if pane.trying else "quit")),
    ]
