"""What a release takes away is told, and must be announced by its version."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import api_diff

Write = Callable[[str, str], None]
BEFORE = '''
class Kept:
    """It stays."""

def gone() -> None:
    """It goes."""

def narrowed(a: int, b: int = 0) -> None:
    """It loses a parameter."""

def _private() -> None:
    """It is nobody's business."""
'''
AFTER = '''
class Kept:
    """It stays."""

def narrowed(a: int) -> None:
    """It has lost a parameter."""

def new() -> None:
    """It came."""
'''


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a package that offers what is in another room of it, and its version."""
    (tmp_path / "ropo_async").mkdir()
    git(tmp_path, "init", "--quiet")

    def write(room: str, version: str) -> None:
        names = [name for name in re.findall(r"^(?:def|class) (\w+)", room, re.MULTILINE) if name != "_private"]
        files = {
            "_room.py": room,
            "_version.py": f'__version__ = "{version}"\n',
            "__init__.py": f"from ropo_async._room import {', '.join(names)}\n"
            f"from ropo_async._version import __version__\n__all__ = {[*names, '__version__']}\n",
        }
        for name, text in files.items():
            (tmp_path / "ropo_async" / name).write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def released(tmp_path: Path, write: Write) -> Path:
    write(BEFORE, "0.1.0")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    git(tmp_path, "tag", "v0.1.0")
    git(tmp_path, "tag", "not-a-release")
    return tmp_path


def test_without_a_release_there_is_nothing_to_compare(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write(BEFORE, "0.1.0")
    assert api_diff.main(tmp_path) == 0
    assert "no release is tagged yet" in capsys.readouterr().out


def test_a_release_breaks_nobody_who_uses_it(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert api_diff.main(released) == 0
    assert capsys.readouterr().out == "api-diff: whoever uses v0.1.0 can use this\n"


@pytest.mark.parametrize(("version", "status"), [("0.1.0", 1), ("0.1.1", 1), ("0.2.0", 0), ("1.0.0", 0)])
def test_what_is_gone_is_told(
    released: Path, write: Write, capsys: pytest.CaptureFixture[str], version: str, status: int
) -> None:
    write(AFTER, version)
    assert api_diff.main(released) == status
    *lines, verdict = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "ropo_async._room.narrowed: Parameter was removed ([positional or keyword] b: int = 0)" in lines
    assert "ropo_async.gone: Public object was removed" in lines
    assert ("does not say so" in verdict) == bool(status)


def test_what_is_no_longer_offered_is_told(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = released / "ropo_async" / "__init__.py"
    package.write_text(package.read_text(encoding="utf-8").replace("'Kept', ", ""), encoding="utf-8")
    assert api_diff.main(released) == 1
    assert "ropo_async.Kept: still there, but not in __all__ any more\n" in capsys.readouterr().out


def test_what_is_added_breaks_nobody(released: Path, write: Write) -> None:
    write(f"{BEFORE}\ndef new() -> None: ...\n", "0.1.1")
    assert api_diff.main(released) == 0


def test_sources_that_git_does_not_keep_have_no_release(tmp_path: Path) -> None:
    assert api_diff.last_release(tmp_path) is None


@pytest.mark.parametrize(
    ("tag", "version", "may"),
    [
        ("v0.1.0", "0.1.0", False),
        ("v0.1.0", "0.1.9", False),
        ("v0.1.0", "0.2.0", True),
        ("v1.1.0", "1.2.0", False),
        ("v1.9.0", "2.0.0", True),
        ("v0.9.0", "1.0.0", True),
    ],
)
def test_which_versions_announce_a_loss(tag: str, version: str, may: bool) -> None:  # noqa: FBT001
    assert api_diff.announced(tag, version) is may
