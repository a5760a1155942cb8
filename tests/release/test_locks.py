"""What is installed is what was chosen: each lock satisfies its choices, with a hash for every file."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "requirements"
LOCKS = ["codegen", "demo", "dev", "docs", "release", "runtime", "strangers"]
OF_THE_LIBRARY = {"demo": False, "dev": True, "runtime": True}
"""The locks that the library's own dependencies are in, and whether those of its extras are."""
FORBIDDEN = re.compile(r"://|--(?!hash=sha256:[0-9a-f]{64}\b)")


def chosen(file: Path) -> Iterator[Requirement]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from chosen(file.parent / line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            yield Requirement(line)


def of_the_library(*, extras: bool) -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [project["dependencies"], *(project["optional-dependencies"].values() if extras else ())]
    wanted = (Requirement(line) for lines in listed for line in lines)
    return (each for each in wanted if each.name != project["name"])  # an extra may consist of others


def locked(text: str) -> dict[str, set[Version]]:
    """The versions by name: more than one only where systems or Pythons differ.

    Raises:
        AssertionError: a line is neither a version with its hashes, nor a comment.
    """
    found: dict[str, set[Version]] = {}
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in bare.replace("\\\n", " ").splitlines():
        assert not FORBIDDEN.search(line), line
        requirement, *hashes = re.split(r"\s+--hash=sha256:", line.strip())
        assert hashes, line
        pin = Requirement(requirement)
        (exact,) = pin.specifier
        assert exact.operator == "==", line
        assert "*" not in exact.version, line
        found.setdefault(canonicalize_name(pin.name), set()).add(Version(exact.version))
    return found


def missing(wanted: Iterator[Requirement], lock: dict[str, set[Version]]) -> list[str]:
    return [
        str(line)
        for line in wanted
        if not lock.get(canonicalize_name(line.name))
        or not all(line.specifier.contains(version) for version in lock[canonicalize_name(line.name)])
    ]


def lock_of(name: str) -> dict[str, set[Version]]:
    return locked((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def test_every_choice_has_a_lock() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.txt")) == LOCKS
    assert {file.stem for file in FOLDER.glob("*.in")} == set(LOCKS) - {"runtime"}, (
        "the runtime's are in pyproject.toml"
    )


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_what_was_chosen(name: str) -> None:
    lock = lock_of(name)
    if name != "runtime":
        wanted = list(chosen(FOLDER / f"{name}.in"))
        loose = [str(line) for line in wanted if [each.operator for each in line.specifier] != ["=="]]
        assert not loose, "name one version"
        assert not missing(iter(wanted), lock), "run `make lock`"
    if name in OF_THE_LIBRARY:
        assert not missing(of_the_library(extras=OF_THE_LIBRARY[name]), lock), "run `make lock`"


@pytest.mark.parametrize("name", ["demo", "runtime"])
def test_what_is_installed_first_is_not_exchanged_later(name: str) -> None:
    dev = lock_of("dev")
    assert {package: dev.get(package) for package in lock_of(name)} == lock_of(name)


@pytest.mark.parametrize(
    "text",
    [
        "attrs==26.1.0",
        f"attrs>=26 --hash=sha256:{'a' * 64}",
        f"attrs==26.* --hash=sha256:{'a' * 64}",
        "attrs==26.1.0 --hash=md5:0123",
        f"attrs==26.1.0 \\\n    --hash=sha256:{'a' * 63}",
        f"attrs @ https://example.org/attrs.whl --hash=sha256:{'a' * 64}",
        f"--index-url https://example.org/simple\nattrs==26.1.0 --hash=sha256:{'a' * 64}",
    ],
)
def test_a_careless_lock_shows(text: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        locked(text)


def test_a_lock_that_was_left_behind_shows() -> None:
    lock = locked(f"# by hand\nattrs==26.1.0 \\\n    --hash=sha256:{'a' * 64}\n    # via x\n")
    wanted = [Requirement("attrs==26.1.0"), Requirement("attrs==26.2.0"), Requirement("h11==0.16.0")]
    assert missing(iter(wanted), lock) == ["attrs==26.2.0", "h11==0.16.0"]


def test_nothing_is_installed_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "-m pip" in line]
    assert "--require-hashes" in makefile.partition("\nLOCKED = ")[2].partition("\n")[0]
    assert len(installs) >= 6
    assert not [line for line in installs if "$(LOCKED) " not in line and " --no-deps " not in line]
