"""docs/commands.md names every command and every option, and none that there is not."""

import re

from command_lines import ROOT

from dlquiz.cli.commands import NAMES, command_named

DOCUMENT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
COMMANDS = {name: command_named(name) for name in NAMES}


def section(command: str) -> str:
    found = re.search(rf"^## `dlquiz {command}\b.*?(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section on dlquiz {command}"
    return found[0]


def test_every_command_and_option_is_documented() -> None:
    for name, command in COMMANDS.items():
        text = section(name)
        for parameter in command.params:
            for spelling in parameter.opts:
                wanted = spelling if spelling.startswith("-") else (parameter.metavar or spelling)
                assert wanted in text, f"{wanted} of dlquiz {name} is not documented"


def test_a_heading_lists_the_options_that_there_are() -> None:
    for name, command in COMMANDS.items():
        known = {spelling for parameter in command.params for spelling in parameter.opts if spelling.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", section(name).split("\n", 1)[0])) == known


def test_sections_are_commands() -> None:
    assert set(re.findall(r"^## `dlquiz (\w+)", DOCUMENT, re.MULTILINE)) == set(COMMANDS)
