"""The tables, and how an older journal gets them: plain SQL in `schema/`, one file per version, only forward."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from ropo_async.errors import JournalError, JournalProblem

if TYPE_CHECKING:
    from ropo_async.journal.engine import Transaction

__all__ = ["VERSION", "index_invoices", "migrate"]

_FOLDER = files("ropo_async.journal").joinpath("schema")


def _scripts() -> list[str]:
    """Return the file names of all versions, in their order."""
    return sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".sql"))


VERSION = len(_scripts())
"""The version that this library writes."""


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


def index_invoices(tx: Transaction) -> None:
    """Add what delivery by invoice looks records up with. Whoever does not ask for that is spared its upkeep."""
    if tx.rows("SELECT 1 FROM meta WHERE name = 'by invoice'"):
        return
    tx.rows(tx.dialect.alone)
    tx.run("CREATE INDEX IF NOT EXISTS record_invoice ON record (account, billnum, seq) WHERE due IS NOT NULL")
    tx.run("INSERT INTO meta (name, value) VALUES ('by invoice', 'indexed') ON CONFLICT DO NOTHING")
