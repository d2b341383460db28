"""Every text of the shipped banks is there in both languages."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from dlquiz.banks.library import Library
from dlquiz.core.questions import Question
from dlquiz.core.texts import Text

LIBRARY = Library.load()


def texts(item: Any) -> Iterator[Text]:
    if isinstance(item, Text):
        yield item
    elif isinstance(item, tuple | list):
        for part in item:
            yield from texts(part)
    elif is_dataclass(item):
        for field in fields(item):
            yield from texts(getattr(item, field.name))


@pytest.mark.parametrize("question", LIBRARY.questions, ids=lambda question: question.key)
def test_every_text_is_there_in_chinese(question: Question) -> None:
    found = list(texts(question))
    assert len(found) >= 2
    missing = [text.en.parts for text in found if text.zh is None]
    assert missing == []
