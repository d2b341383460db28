"""The four grades with their intervals; the one that was given is in brackets."""

from textual.content import Content

from dlquiz.app.durations import interval
from dlquiz.app.phrases import say_in
from dlquiz.app.sitting import schedules
from dlquiz.app.widgets.plain import FAINT, MUTED, clickable, literal
from dlquiz.core.scheduling import Rating
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language


def grade_line(stored: Stored, language: Language) -> Content:
    """Return ``again 1 m · hard 6 m · [good 10 m] · easy 8 d``, each grade clickable; or why nothing is graded."""
    say = say_in(language)
    if not schedules(stored):
        return literal(say("practice_grade" if stored.attempt.practice else "does_not_count"), MUTED)
    return literal(" · ", FAINT).join(_grade(stored, rating, language) for rating in Rating)


def _grade(stored: Stored, rating: Rating, language: Language) -> Content:
    text = f"{say_in(language)(rating.name.lower())} {interval(stored.intervals[rating], language)}"
    given = rating is stored.rating
    shown = literal(f"[{text}]" if given else text, "bold $text-primary" if given else MUTED)
    return clickable(shown, f"screen.regrade({rating:d})")
