"""Where the account, its secrets and the journal are said: in the environment, or in a TOML file of the same names."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ropo_async import Environment, InvalidInput
from ropo_async.config import base_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["NAMES", "SECRETS", "is_production", "journal_of", "lacks_secret", "settings_of"]

SECRETS = ("ROPO_TOKEN", "ROPO_APICODE", "ROPO_APICODE_FILE")
"""What the account may show. Where the environment has one of them, those of the file do not count."""
_IOPOLE_SECRETS = ("IOPOLE_TOKEN", "IOPOLE_CLIENT_SECRET", "IOPOLE_CLIENT_SECRET_FILE")
NAMES = (
    "ROPO_SERVER",
    "ROPO_CID",
    *SECRETS,
    "ROPO_JOURNAL",
    "IOPOLE_SERVER",
    "IOPOLE_AUTH_SERVER",
    "IOPOLE_CLIENT_ID",
    "IOPOLE_SCOPE",
    "IOPOLE_CUSTOMER_ID",
    *_IOPOLE_SECRETS,
)
"""What a file may hold."""
_OPEN_TO_OTHERS = 0o077


def settings_of(config: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the file and of the environment, which wins.

    Raises:
        InvalidInput: the file cannot be used, or holds a secret and can be read by others.
    """
    given = {name: environ[name] for name in NAMES if environ.get(name)}
    if config is None:
        return given
    stored = _read(config)
    for secrets in (SECRETS, _IOPOLE_SECRETS):
        if any(name in given for name in secrets):
            stored = {name: value for name, value in stored.items() if name not in secrets}
    return stored | given


def _read(config: Path) -> dict[str, str]:
    try:
        with config.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = tomllib.load(file)
    except (OSError, UnicodeError):
        raise InvalidInput(f"the configuration {config} cannot be read") from None
    except tomllib.TOMLDecodeError:
        # Its own words might show a line with a secret in it.
        raise InvalidInput(f'the configuration {config} is not TOML: lines such as ROPO_CID = "1000011"') from None
    if unknown := sorted(content.keys() - set(NAMES)):
        raise InvalidInput(f"the configuration {config} has {', '.join(unknown)}; it may have {', '.join(NAMES)}")
    if unfit := sorted(name for name, value in content.items() if not isinstance(value, str)):
        raise InvalidInput(f"in the configuration {config} {', '.join(unfit)} must be text, in quotes")
    if os.name == "posix" and mode & _OPEN_TO_OTHERS and (secret := _secret_in(content)):
        raise InvalidInput(f"the configuration {config} holds {secret} and can be read by others: chmod 600 {config}")
    return {name: _from_here(config, name, value) for name, value in content.items() if value}


def _secret_in(content: Mapping[str, str]) -> str | None:
    held = [name for name in (*SECRETS, *_IOPOLE_SECRETS) if name in content and not name.endswith("_FILE")]
    if _password_in(content.get("ROPO_JOURNAL", "")):
        held.append("the password in ROPO_JOURNAL")
    return held[0] if held else None


def _from_here(config: Path, name: str, value: str) -> str:
    """Return a value; the name of a file goes by the folder of the configuration that names it."""
    return str(config.parent / value) if name.endswith("_FILE") else value


def lacks_secret(settings: Mapping[str, str]) -> bool:
    """Whether the account has a number and nothing to log in with."""
    return "ROPO_CID" in settings and not any(name in settings for name in SECRETS)


def journal_of(settings: Mapping[str, str], given: str | None) -> str:
    """Return the journal's URL.

    Args:
        settings: where it is looked for if it is not given.
        given: on the command line, which every user of the machine can see.

    Raises:
        InvalidInput: there is none, or one with a password on the command line.
    """
    if given is not None and _password_in(given):
        raise InvalidInput("others can see a password on the command line: give the journal as ROPO_JOURNAL")
    url = given or settings.get("ROPO_JOURNAL")
    if not url:
        raise InvalidInput("say where the journal is, always the same: --journal sqlite:///ropo.db, or ROPO_JOURNAL")
    return url


def _password_in(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return True  # nobody can tell
    return bool(parts.password) or "password=" in parts.query


def is_production(server: str) -> bool:
    """Whether a server counts as production: all but the vendor's test servers, and this machine.

    Raises:
        InvalidInput: it is no server.
    """
    url = base_url(server)
    tests = {known.value for known in Environment if known.name.endswith("_TEST")}
    return url not in tests and not url.startswith("http:")  # which is for loopback alone
