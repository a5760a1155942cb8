"""The pinned tools, which live in an environment of their own because the library must not depend on theirs."""

from __future__ import annotations

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

_INSTALLED = "import importlib.metadata as m; [print(d.name, d.version) for d in m.distributions()]"


def check(tools: Path = TOOLS) -> None:
    """Refuse other versions than the pinned ones: they may write other bytes.

    Raises:
        SpecError: the environment is missing or holds other versions.
    """
    lines = (line.split("#")[0].strip() for line in specs.read(PINS).splitlines())
    wanted = {name: version for name, _, version in (line.partition("==") for line in lines if line)}
    installed = dict(line.split() for line in run([tools / "bin" / "python", "-c", _INSTALLED]).splitlines())
    wrong = [name for name, version in wanted.items() if installed.get(name) != version]
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
