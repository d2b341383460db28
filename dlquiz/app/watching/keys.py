"""The keys of the screen for authors, as they have a meaning at present."""

from dlquiz.app.phrases import Say
from dlquiz.app.watching.drawing import SHOWN
from dlquiz.app.watching.locks import lockable
from dlquiz.app.watching.watched import Watched
from dlquiz.app.widgets.key_bar import Key
from dlquiz.app.widgets.question_pane import QuestionPane


def bar_keys(pane: QuestionPane, watched: Watched, say: Say) -> list[Key]:
    """Return the keys for the line at the bottom."""
    if pane.trying:
        return _trying(pane, say)
    return [*_explain(watched, say), *_browse(pane, watched, say), *_everywhere(say), _quit(say)]


def half_keys(pane: QuestionPane, watched: Watched, listed: bool, say: Say) -> list[Key]:
    """Return the keys of a screen that shows one half at a time: the ``listed`` complaints, or the question."""
    if pane.trying or not watched.complaints:
        return bar_keys(pane, watched, say)
    if listed:
        turn = Key("Tab", say("the_question"), "screen.other_pane")
        return [turn, *_explain(watched, say), Key("F1", say("help"), "app.help"), _quit(say)]
    count = len(watched.complaints)
    counted = say("watch_one_complaint" if count == 1 else "watch_count", count=f"{count:,}")
    return [Key("Tab", counted, "screen.other_pane"), *_browse(pane, watched, say), *_everywhere(say), _quit(say)]


def _explain(watched: Watched, say: Say) -> list[Key]:
    return [Key("↵", say("explain"), "screen.explain")] if watched.complaints else []


def _browse(pane: QuestionPane, watched: Watched, say: Say) -> list[Key]:
    browse = [Key("n", say("browse"), "screen.step(1)")] if len(watched.entries) > 1 else []
    return [*browse, *_instances(pane, say)]


def _quit(say: Say) -> Key:
    return Key("q", say("quit"), "screen.leave")


def _trying(pane: QuestionPane, say: Say) -> list[Key]:
    if pane.verdict is not None:
        keys = [Key("↵", say("try_again"), "screen.next"), *_reroll(pane, say)]
    else:
        keys = [*_answering(pane, say), Key("F2", say("hint"), "screen.hint")]
    return [*keys, *_everywhere(say), Key("Esc", say("back"), "screen.back")]


def _answering(pane: QuestionPane, say: Say) -> list[Key]:
    attempt = pane.attempt
    if attempt is None or attempt.instance.question.form != "reveal":
        return [Key("↵", say("answer"), "screen.submit")]
    return [Key("1-4", say("grade_self"))] if attempt.revealed else [Key("↵", say("reveal"), "screen.submit")]


def _instances(pane: QuestionPane, say: Say) -> list[Key]:
    count = len(pane.instances)
    one = [Key("1", say("try"), "screen.try_instance(1)")] if count == 1 else []
    several = [Key(f"1-{count}", say("try"))] if count > 1 else []
    return [*one, *several, *_reroll(pane, say), *_lock(pane, say)]


def _reroll(pane: QuestionPane, say: Say) -> list[Key]:
    """Return the key for other instances, where there may be some."""
    return [Key("r", say("reroll"), "screen.reroll")] if len(pane.instances) == SHOWN else []


def _lock(pane: QuestionPane, say: Say) -> list[Key]:
    """Return the key that keeps a parameter, where there is one."""
    drawn = pane.question is not None and lockable(pane.question)
    return [Key("l", say("lock"), "screen.lock")] if drawn else []


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
        *_reroll(pane, say),
        *_lock(pane, say),
        Key("Tab", say("other_pane")),
        *looking,
        Key("F3", say("language")),
        *([Key("Esc q", say("back"))] if pane.trying else [Key("q", say("quit"))]),
    ]
