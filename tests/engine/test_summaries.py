"""What ``dlquiz functions`` says of each function: one style for all."""

from engine.registry import load


def test_every_summary_is_an_instruction_that_ends_with_a_full_stop() -> None:
    """``Return`` what has a value, ``Say whether`` something holds."""
    styled = {door.name: door.summary for door in load().values()}
    assert styled
    others = {
        name: summary
        for name, summary in styled.items()
        if not (summary.startswith(("Return ", "Say whether ")) and summary.endswith("."))
    }
    assert others == {}
