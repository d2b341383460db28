"""``dlquiz undo``: take back the newest review."""

from dlquiz.cli import options, places
from dlquiz.cli.printing import line
from dlquiz.errors import DlquizError


def command(db: options.Database = None) -> None:
    """Take back the newest review, whichever dlquiz stored it."""
    from dlquiz.cli.desk import exists, log, now_ms
    from dlquiz.cli.due import local
    from dlquiz.core.printable import printable_line

    entry = None
    if exists(db):
        with log(db) as store:
            entry = store.undo(now_ms())
    if entry is None:
        raise DlquizError(f"there is nothing to undo: {places.database(db)} holds no review that was not taken back")
    review = entry.review
    at = local(review.at_ms, review.offset_minutes)
    line(f"undone: {review.key}, answered {printable_line(review.answer)} at {at}")
