"""The pinned tools, which live in an environment of their own because the library must not depend on theirs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import specs
from scripts.specs import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ROOT", "TOOLS", "check", "run", "validate"]

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv-codegen"
PINS = ROOT / "requirements" / "codegen.txt"

_PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<only> ;)?", re.MULTILINE)
_INSTALLED = "import importlib.metadata as m; [print(d.name, d.version) for d in m.distributions()]"


def check(tools: Path = TOOLS) -> None:
    """Refuse other versions than the pinned ones: they may write other bytes.

    Raises:
        SpecError: the environment is missing or holds other versions.
    """
    shown = run([tools / "bin" / "python", "-c", _INSTALLED]).splitlines()
    installed = {_normal(name): version for name, version in map(str.split, shown)}
    pins = [(_normal(pin["name"]), pin["version"], pin["only"]) for pin in _PIN.finditer(specs.read(PINS))]
    # What only some systems need says so behind a semicolon, and may be missing on this one.
    wrong = [name for name, version, only in pins if installed.get(name, only and version) != version]
    if wrong:
        raise SpecError(f"{tools} does not hold the pinned {', '.join(wrong)}: run `make codegen-env`")


def validate(spec: Path, tools: Path = TOOLS) -> None:
    """Check a file against the OpenAPI schema.

    Raises:
        SpecError: it is not valid, or the tools are missing.
    """
    run([tools / "bin" / "python", "-m", "openapi_spec_validator", "--errors=all", spec])


def run(command: Sequence[str | Path]) -> str:
    """Run a tool and return what it prints; what it says is shown only when it fails.

    Raises:
        SpecError: it fails, or is not there.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        raise SpecError(f"{command[0]} cannot be run: run `make codegen-env`") from None
    if done.returncode:
        raise SpecError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
