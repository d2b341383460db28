"""``dlquiz undo``: take back the newest review."""

from dlquiz.cli import options
from dlquiz.cli.printing import line
from dlquiz.errors import DlquizError

NAME = "undo"


def command(db: options.Database = None) -> None:
    """Take back the newest review."""
    from dlquiz.cli.desk import log, now_ms
    from dlquiz.cli.due import utc
    from dlquiz.core.printable import printable_line

    with log(db) as store:
        entry = store.undo(now_ms())
        if entry is None:
            raise DlquizError(f"there is nothing to undo: {store.path} holds no review that was not taken back")
    review = entry.review
    line(f"undone: {review.key}, answered {printable_line(review.answer)} at {utc(review.at_ms)}")
