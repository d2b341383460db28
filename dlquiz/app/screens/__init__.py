"""The screens, each beside its style sheet. A screen is imported when it is shown: start-up pays for the first only."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from textual.screen import Screen

    from dlquiz.app.desk import Desk
    from dlquiz.app.screens.evidence import EvidenceScreen
    from dlquiz.app.screens.help import HelpScreen
    from dlquiz.app.screens.home import HomeScreen
    from dlquiz.app.screens.laboratory import LaboratoryScreen
    from dlquiz.app.screens.lock import LockScreen
    from dlquiz.app.screens.page import PageScreen
    from dlquiz.app.screens.study import StudyScreen
    from dlquiz.app.screens.summary import SummaryScreen
    from dlquiz.app.sitting import Sitting
    from dlquiz.banks.complaints import Complaint
    from dlquiz.core.expressions import Value
    from dlquiz.core.questions import Question
    from dlquiz.core.study import Stored
    from dlquiz.core.texts import Language
    from dlquiz.worker import Worker


Side = Literal["run", "code"]
"""What the evidence screen shows: what was run, or the code that ran."""


class Equipped(Protocol):
    """Whoever can have the code behind a verdict fetched."""

    @property
    def worker(self) -> "Worker":
        """The engine."""
        ...

    @property
    def language(self) -> "Language":
        """The language that the screen speaks."""
        ...


def home_screen(desk: "Desk") -> "HomeScreen":
    """Return the screen on which topics are chosen."""
    from dlquiz.app.screens.home import HomeScreen

    return HomeScreen(desk)


def study_screen(sitting: "Sitting", desk: "Desk") -> "StudyScreen":
    """Return the question screen; the sitting stands at its first question."""
    from dlquiz.app.screens.study import StudyScreen

    return StudyScreen(sitting, desk)


def summary_screen(sitting: "Sitting", desk: "Desk", from_home: bool = False) -> "SummaryScreen":
    """Return the screen that ends a session, which may have been started on the home screen."""
    from dlquiz.app.screens.summary import SummaryScreen

    return SummaryScreen(sitting, desk, from_home)


def evidence_screen(stored: "Stored", desk: Equipped, side: Side, seeded: bool = True) -> "EvidenceScreen":
    """Return the screen that shows what was run for a verdict, and its code; it opens on one of the two sides.

    Not ``seeded``: some parameters were locked, so the seed would draw another instance.
    """
    from dlquiz.app.evidence import evidence_of, source_of
    from dlquiz.app.screens.evidence import EvidenceScreen

    run, code = evidence_of(stored, desk.language, seeded), source_of(stored, desk.worker, desk.language)
    return EvidenceScreen({"run": run, "code": code}, side, desk.language)


def laboratory_screen(stored: "Stored", desk: "Desk") -> "LaboratoryScreen | None":
    """Return the screen on which the parameters of an instance are changed; None where there are none to change."""
    from dlquiz.app.screens.laboratory import LaboratoryScreen
    from dlquiz.core.laboratory import Laboratory, suits

    question, values = stored.attempt.instance.question, stored.attempt.instance.values
    return LaboratoryScreen(Laboratory(question, values), desk) if suits(question) else None


def help_screen(about: "Screen[Any]", language: "Language", subject: str = "marking") -> "HelpScreen":
    """Return the help on a screen."""
    from dlquiz.app.screens.help import HelpScreen

    return HelpScreen(about, language, subject)


def page_screen(complaint: "Complaint", language: "Language") -> "PageScreen":
    """Return the page of a complaint's code."""
    from dlquiz.app.screens.page import PageScreen

    return PageScreen(complaint, language)


def lock_screen(
    question: "Question", values: "Mapping[str, Any]", locks: "Mapping[str, Value]", language: "Language"
) -> "LockScreen":
    """Return the screen on which a parameter of a question is locked; ``values`` are those of its instance."""
    from dlquiz.app.screens.lock import LockScreen

    return LockScreen(question, values, locks, language)
