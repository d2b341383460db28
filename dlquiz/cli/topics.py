"""``dlquiz topics``: what there is to study."""

from dataclasses import asdict

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line

NAME = "topics"


def command(bank: options.Banks = None, db: options.Database = None, json: options.Json = False) -> None:
    """List the topics, and how much of each is due or new."""
    from dlquiz.app.shelf import topics_of
    from dlquiz.cli.desk import library, log, now_ms
    from dlquiz.cli.tables import table

    questions = library(bank)
    with log(db) as store:
        found = topics_of(questions, store.cards(), now_ms())
    columns = ("topic", "questions", "due", "new")
    rows = [{**asdict(topic), "topic": topic.name} for topic in found]
    if json:
        as_json([{name: row[name] for name in columns} for row in rows])
        return
    for text in table(columns, [[row[name] for name in columns] for row in rows]):
        line(text)
