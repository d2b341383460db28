"""``dlquiz topics``: what there is to study."""

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line


def command(bank: options.Banks = None, db: options.Database = None, json: options.Json = False) -> None:
    """List the topics, and how much of each is due or new."""
    from dlquiz.app.shelf import topics_of
    from dlquiz.cli.desk import cards, library, now_ms
    from dlquiz.cli.tables import table

    found = topics_of(library(bank), cards(db), now_ms())
    columns = ("topic", "questions", "due", "new")
    rows = [dict(zip(columns, (topic.name, topic.questions, topic.due, topic.new), strict=True)) for topic in found]
    if json:
        as_json(rows)
        return
    for text in table(columns, [list(row.values()) for row in rows]):
        line(text)
