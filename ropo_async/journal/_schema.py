"""The tables, and how an older journal gets them: plain SQL in `schema/`, one file per version, only forward."""

from __future__ import annotations

from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from ropo_async.errors import JournalError, JournalProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.journal.engine import Transaction

__all__ = ["VERSION", "index_for", "migrate"]

_FOLDER = files("ropo_async.journal").joinpath("schema")


def _scripts() -> list[str]:
    """Return the file names of all versions, in their order."""
    return sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".sql"))


VERSION = len(_scripts())
"""The version that this library writes."""

_INDEXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "by invoice": (
            "record_invoice ON record (account, billnum, seq) WHERE due IS NOT NULL",
            "record_leased ON record (account, billnum) WHERE state = 'leased'",
        ),
        "of all": ("record_next ON record (seq) WHERE due IS NOT NULL",),
    },
)
"""What deliveries need that most journals never see: one invoice at a time, and all accounts in turn."""


def migrate(tx: Transaction) -> None:
    """Bring the tables to `VERSION`, all steps or none.

    Raises:
        JournalError: a newer library has been here.
    """
    tx.rows(tx.dialect.alone)
    tx.run("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    tx.run("INSERT INTO meta (name, value) VALUES ('version', '0') ON CONFLICT DO NOTHING")
    version = int(tx.rows("SELECT value FROM meta WHERE name = 'version'")[0][0])
    if version > VERSION:
        raise JournalError(JournalProblem.NEWER, f"its schema is version {version}, this library knows {VERSION}")
    for name in _scripts()[version:]:
        text = _FOLDER.joinpath(name).read_text(encoding="utf-8")
        tx.script(text.replace("{serial}", tx.dialect.serial).replace("{bytes}", tx.dialect.bytes))
    tx.run("UPDATE meta SET value = ? WHERE name = 'version'", (str(VERSION),))


def index_for(tx: Transaction, delivery: str) -> None:
    """Add what a kind of delivery looks records up with. Whoever does not ask for that is spared its upkeep."""
    if tx.rows("SELECT 1 FROM meta WHERE name = ?", (delivery,)):
        return
    tx.rows(tx.dialect.alone)
    for index in _INDEXES[delivery]:
        tx.run(f"CREATE INDEX IF NOT EXISTS {index}")
    tx.run("INSERT INTO meta (name, value) VALUES (?, 'indexed') ON CONFLICT DO NOTHING", (delivery,))
