"""The complaints about a bank, one under the other; the cursor is on one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from dlquiz.app.phrases import Say
from dlquiz.app.widgets.plain import MUTED, literal
from dlquiz.app.widgets.rows import Row, Rows
from dlquiz.banks.complaints import Complaint

MOST = 50
"""Complaints that are listed: nobody reads more at once, and laying out one takes a millisecond."""

_STYLES = {"error": "bold $text-error", "warning": "bold $text-warning"}


class ComplaintList(OptionList):
    """Each with its line and column, its code, what is wrong and what to do about it."""

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self.display = False
        self._complaints: tuple[Complaint, ...] = ()
        self._say: Say = str
        self._asked: tuple[Sequence[Complaint], str] = ((), "")
        self._marked: int | None = None

    @dataclass
    class Moved(Message):
        """The cursor is on another complaint."""

        complaint: Complaint

    @dataclass
    class Opened(Message):
        """The page of a complaint is asked for."""

        complaint: Complaint

    def show_all(self, complaints: Sequence[Complaint], say: Say) -> None:
        """Show complaints; the cursor stays on the one that it was on, or in its place."""
        listed = tuple(complaints[:MOST])
        asked = listed, say("error")
        if asked == self._asked:
            return
        self._say, self._asked = say, asked
        at = _same(self.complaint, listed, self.highlighted or 0)
        self._complaints, self._marked = listed, at
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options([Option(self._row(one, place == at)) for place, one in enumerate(listed)])
            self.highlighted = at
        self.display = bool(complaints)

    def point(self, complaint: Complaint) -> None:
        """Move the cursor to a complaint, where it is listed, without a word."""
        if complaint in self._complaints:
            at = self._complaints.index(complaint)
            with self.prevent(OptionList.OptionHighlighted):
                self.highlighted = at
            self._mark(at)

    @property
    def complaint(self) -> Complaint | None:
        """The complaint under the cursor."""
        at = self.highlighted
        return self._complaints[at] if at is not None and at < len(self._complaints) else None

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._mark(event.option_index)
        if self.complaint is not None:
            self.post_message(self.Moved(self.complaint))

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Opened(self._complaints[event.option_index]))

    def _mark(self, at: int) -> None:
        for place, here in ((self._marked, False), (at, True)):
            if place is not None and place < len(self._complaints):
                self.replace_option_prompt_at_index(place, self._row(self._complaints[place], here))
        self._marked = at

    def _row(self, complaint: Complaint, here: bool) -> Rows:
        place = literal(f"{complaint.line}:{complaint.column} ", "bold")
        kind = literal(f"{self._say(complaint.severity)} {complaint.code}", _STYLES[complaint.severity])
        said = place + kind + literal(f"  {complaint.message}") + literal(f"; {complaint.fix}", MUTED)
        return Rows([Row(said, literal("› " if here else "  ", "bold $text-accent"))])


def _same(former: Complaint | None, complaints: Sequence[Complaint], place: int) -> int | None:
    """Return where the cursor goes: to what is like the complaint it was on, else to the same place; None if empty."""
    if not complaints:
        return None
    if former is not None:
        alike = (at for at, one in enumerate(complaints) if (one.code, one.message) == (former.code, former.message))
        place = next(alike, place)
    return min(place, len(complaints) - 1)


def more_of(complaints: Sequence[Complaint], say: Say) -> str:
    """Return how many complaints are not listed, and what lists them; nothing where all are."""
    more = len(complaints) - MOST
    return say("watch_more", count=f"{more:,}", file=complaints[0].file) if more > 0 else ""
