"""Reading the screen as a person does, for tests."""

from textual.pilot import Pilot


def shown(pilot: Pilot[None]) -> str:
    """Return the characters on the screen, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def flat(screen: str) -> str:
    """Return the screen's words with single spaces, wherever the lines break."""
    return " ".join(screen.replace("▌", " ").split())


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Press a key for each character, and wait until all have been drawn."""
    await pilot.press(*("space" if character == " " else character for character in text))
    await pilot.pause()


async def answer(pilot: Pilot[None], text: str) -> str:
    """Type an answer, press ↵, and return the screen."""
    await type_in(pilot, text)
    await pilot.press("enter")
    await pilot.pause(0.05)
    await pilot.pause()
    return shown(pilot)
