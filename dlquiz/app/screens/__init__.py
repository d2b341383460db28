"""The screens, each beside its style sheet. A screen is imported when it is shown: start-up pays for the first only."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from dlquiz.app.desk import Desk
    from dlquiz.app.screens.evidence import EvidenceScreen
    from dlquiz.app.screens.help import HelpScreen
    from dlquiz.app.screens.home import HomeScreen
    from dlquiz.app.screens.study import StudyScreen
    from dlquiz.app.screens.summary import SummaryScreen
    from dlquiz.app.sitting import Sitting
    from dlquiz.core.study import Stored
    from dlquiz.core.texts import Language


def home_screen(desk: "Desk") -> "HomeScreen":
    """Return the screen on which topics are chosen."""
    from dlquiz.app.screens.home import HomeScreen

    return HomeScreen(desk)


def study_screen(sitting: "Sitting", desk: "Desk") -> "StudyScreen":
    """Return the question screen; the sitting stands at its first question."""
    from dlquiz.app.screens.study import StudyScreen

    return StudyScreen(sitting, desk)


def summary_screen(sitting: "Sitting", language: "Language") -> "SummaryScreen":
    """Return the screen that ends a session."""
    from dlquiz.app.screens.summary import SummaryScreen

    return SummaryScreen(sitting, language)


def evidence_screen(stored: "Stored", language: "Language") -> "EvidenceScreen":
    """Return the screen that shows what was run for a verdict."""
    from dlquiz.app.evidence import evidence_of
    from dlquiz.app.screens.evidence import EvidenceScreen

    return EvidenceScreen(evidence_of(stored, language), language)


def source_screen(stored: "Stored", desk: "Desk") -> "EvidenceScreen":
    """Return the screen that shows the code that was run for a verdict."""
    from dlquiz.app.evidence import source_of
    from dlquiz.app.screens.evidence import EvidenceScreen

    return EvidenceScreen(source_of(stored, desk.worker, desk.language), desk.language)


def help_screen(about: "Screen[Any]", language: "Language") -> "HelpScreen":
    """Return the help on a screen."""
    from dlquiz.app.screens.help import HelpScreen

    return HelpScreen(about, language)
