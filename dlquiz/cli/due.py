"""``dlquiz due``: which cards are due, the longest due first."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line, tell

if TYPE_CHECKING:
    from dlquiz.core.scheduling import CardState
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def command(
    bank: options.Banks = None,
    db: options.Database = None,
    ahead: Annotated[bool, typer.Option("--ahead", help="Also list cards that are not due yet.")] = False,
    json: options.Json = False,
) -> None:
    """List the cards that are due."""
    from dlquiz.cli.desk import cards, library, now_ms

    keys = {question.key for question in library(bank).questions}
    reviewed = sorted(cards(db).values(), key=lambda card: (card.due_ms, card.key))
    now = now_ms()
    known = [card for card in reviewed if card.key in keys]
    listed = [card for card in known if ahead or card.due_ms <= now]
    if json:
        as_json([{"key": card.key, "due_utc": utc(card.due_ms)} for card in listed])
    else:
        _print(listed, now)
    if not listed:
        tell(_nothing_due(known, now))
    if lost := {card.key for card in reviewed} - keys:
        tell(f"{len(lost)} reviewed cards belong to no bank at hand, such as {min(lost)}; name their bank with --bank")


def utc(ms: int) -> str:
    """Return a time as ISO 8601.

    >>> utc(1_772_452_800_000)
    '2026-03-02T12:00:00.000Z'
    """
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(ms: int, offset_minutes: int | None = None) -> str:
    """Return a time as a clock shows it that is so many minutes east of UTC; by default, as this machine's does.

    >>> local(1_772_452_800_000, 480)
    '2026-03-02 20:00+08:00'
    """
    zone = None if offset_minutes is None else timezone(timedelta(minutes=offset_minutes))
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).isoformat(sep=" ", timespec="minutes")


def _print(cards: Iterable["CardState"], now: int) -> None:
    from dlquiz.core.scheduling import interval_text

    for card in cards:
        ago = interval_text(abs(now - card.due_ms))
        line(f"{card.key}  {f'since {ago}' if card.due_ms <= now else f'in {ago}'}")


def _nothing_due(waiting: Sequence["CardState"], now: int) -> str:
    """Say when the first of the waiting cards is due."""
    from dlquiz.core.scheduling import interval_text

    if not waiting:
        return "nothing is due: no card of these banks was reviewed yet; dlquiz study begins"
    first = waiting[0]
    return (
        f"nothing is due; the next card is {first.key}, in {interval_text(first.due_ms - now)} ({local(first.due_ms)})"
    )
