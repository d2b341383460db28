"""What the screen says about a check: in its first line, over the complaints, and over the instances."""

from collections.abc import Iterator

from rich.cells import cell_len
from textual.content import Content

from dlquiz.app.phrases import Say
from dlquiz.app.watching.watched import Entry, Watched
from dlquiz.app.widgets.plain import MUTED, literal
from dlquiz.app.widgets.rows import Row
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.core.questions import Form

_WARNING = "bold $text-warning"
_MARGIN = 4
"""Columns beside the text of the first line, and between file and state."""
_SHORTEST = 12
"""Columns of a path that are always told."""
_REACHES = {Extent.ALL_VALUES: "watch_all_values", Extent.EVERY: "watch_every", Extent.SAMPLE: "watch_sample"}


def state_of(watched: Watched, time: str, say: Say, short: bool = False) -> str:
    """Return what is going on, or when it was over; on a short screen also how many complaints there are."""
    if watched.checking and watched.progress is not None:
        done, count = watched.progress.done, watched.progress.of
        return say("watch_progress", done=f"{done:,}", count=f"{count:,}")
    if watched.checking:
        return say("watch_checking" if watched.entries else "watch_reading")
    if short and watched.complaints:
        return say("watch_checked_wrong", count=f"{len(watched.complaints):,}", time=time)
    return say("watch_stopped" if watched.trouble else "watch_checked", time=time)


def status_row(file: str, state: str, width: int, tiny: bool) -> Row:
    """Return the first line: the file, by the end of its path where that is long, and the state at the right.

    A tiny screen tells the state alone.
    """
    if tiny:
        return Row(literal(state, MUTED))
    lead = literal("dlquiz", "bold $text-primary") + literal("   ")
    room = max(width - lead.cell_length - cell_len(state) - _MARGIN, _SHORTEST)
    while cell_len(file) > room:
        file = f"…{file[2:]}"
    return Row(literal(file), lead, literal(state, MUTED))


def summary_rows(watched: Watched, say: Say, brief: bool = False) -> list[Row]:
    """Return how the bank was proved, unless it is to be ``brief``, and how many complaints there are."""
    rows = []
    if watched.trouble:
        rows.append(Row(literal(watched.trouble, "bold"), literal("! ", _WARNING)))
    if watched.entries and not brief:
        rows.append(Row(literal(" · ".join(_counts(watched, say)), MUTED)))
    count = len(watched.complaints)
    if count or watched.checking:
        told = say("watch_so_far" if watched.checking else "watch_complaints", count=f"{count:,}")
        rows.append(Row(literal(told, "bold")))
    elif watched.report is not None:
        rows.append(Row(literal(say("watch_clean"), "bold $text-success"), literal("✓ ", "bold $text-success")))
    return rows


def _counts(watched: Watched, say: Say) -> Iterator[str]:
    """Yield how many questions are proved, how far, and how many of them were not run again."""
    proved = [one for one in watched.checks if one.proved]
    yield from _of_all(len(watched.entries), len(watched.unread), len(proved), say)
    for extent, phrase in _REACHES.items():
        if count := sum(one.proof.extent is extent for one in proved):
            yield say(phrase, count=f"{count:,}")
    if watched.report is not None and watched.report.kept:
        yield say("watch_kept", count=f"{watched.report.kept:,}")


def _of_all(count: int, unread: int, proved: int, say: Say) -> Iterator[str]:
    """Yield how many of the questions are proved, or how many cannot be, for they were not read."""
    if not unread:
        phrase = "watch_count_of_one" if count == 1 else "watch_counts"
        yield say(phrase, count=f"{count:,}", proved=f"{proved:,}")
        return
    yield say("watch_one_left_out" if count == 1 else "watch_left_out", count=f"{count:,}", unread=f"{unread:,}")
    if unread < count:
        yield say("watch_of_the_rest", proved=f"{proved:,}")


def heading_rows(watched: Watched, say: Say) -> list[Row]:
    """Return which question is looked at, and how far its proof reaches, or that it is an old one."""
    entry = watched.entry
    if entry is None:
        return []
    key = entry.id if entry.question is None else entry.question.key
    where = say("watch_place", place=watched.place + 1, count=len(watched.entries))
    rows = [Row(literal(key, "bold"), tail=literal(where, MUTED))]
    if entry.old:
        rows.append(Row(literal(say("watch_old"), _WARNING), literal("! ", _WARNING)))
    elif (backing := _backing(watched, entry, say)) is not None:
        rows.append(Row(backing))
    return rows


def _backing(watched: Watched, entry: Entry, say: Say) -> Content | None:
    """Return how well the question is backed; None as long as that is not known."""
    checked = watched.checked
    if checked is None or entry.question is None:
        return None
    kind = f"{entry.question.kind} · "
    if not checked.sound:
        return literal(f"{kind}{say('watch_wrong')}", "$text-error")
    extent = reach(checked.proof, entry.question.form, say)
    return literal(kind + say("watch_proved", level=say(checked.level.value), extent=extent), MUTED)


def reach(proof: Proof, form: Form, say: Say) -> str:
    """Return how far a proof reaches, in words.

    What a card reveals is drawn from a few seeds, also where they all draw the same.
    """
    if form == "reveal":
        return say("proof_revealed", count=f"{proof.instances:,}")
    if proof.extent is Extent.ALL_VALUES:
        return say("proof_all_values", names=", ".join(proof.variables))
    return say("proof_every" if proof.extent is Extent.EVERY else "proof_sample", count=f"{proof.instances:,}")
