"""What the page says of commands is there."""

import re
import shlex
from pathlib import Path

import typer

from ropo_async.cli.app import app
from ropo_async.cli.work.settings import NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?<![\w.-])ropo ((?:--config \S+ )?[a-z].*?)(?=[`;|]|\d?>>|$)", PAGE, re.MULTILINE)


def test_every_command_on_the_page_is_there() -> None:
    assert len(COMMANDS) >= 20
    for command in COMMANDS:
        _find(shlex.split(command))


def _find(words: list[str]) -> None:
    found: object = typer.main.get_command(app)
    options = set[str]()
    for word in words:
        inner = getattr(found, "commands", {})
        options |= {name for parameter in getattr(found, "params", []) for name in parameter.opts}
        if word in inner:
            found = inner[word]
        elif word.startswith("--") and getattr(found, "name", None) != "simulate":
            known = options | {name for parameter in getattr(found, "params", []) for name in parameter.opts}
            assert word in {*known, "--help"}, (words, word)
        else:
            assert not inner or words[words.index(word) - 1].startswith("--"), (words, word)


def test_every_setting_is_on_the_page() -> None:
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []
