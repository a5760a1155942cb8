"""The rooms are built on one another: imports point downwards only."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "ropo_async"
LAYERS = [
    "_version",
    "_late",
    "_markup",
    "_http",
    "_quiet",
    "_protect",
    "_background",
    "_values",
    "errors._base",
    "errors._answers",
    "errors._input",
    "errors._outcomes",
    "errors._storage",
    "errors._ledger",
    "errors",
    "operations",
    "_arguments",
    "_messages",
    "_steps",
    "records",
    "job_records",
    "_reader",
    "hooks._events",
    "hooks._log",
    "hooks",
    "config",
    "retry",
    "_body",
    "auth",
    "iteration",
    "_links",
    "_pool",
    "_bridge",
    "exchange",
    "datasets._fields",
    "datasets._part",
    "datasets._rules",
    "datasets.rows",
    "datasets.job_data_set",
    "datasets.job_submission",
    "datasets.checks",
    "datasets",
    "codec._requests",
    "codec._leniently",
    "codec.disputes",
    "codec.documents",
    "codec.jobs",
    "codec.errors",
    "codec.login",
    "codec.payments",
    "codec.updates",
    "codec",
    "iopole.operations",
    "iopole.life_cycle",
    "iopole.records",
    "codec._iopole_status",
    "codec.iopole",
    "events",
    "transport",
    "_line",
    "postings",
    "payments",
    "jobs",
    "disputes",
    "credit_notes",
    "status_updates",
    "documents._names",
    "documents._files",
    "documents._receiving",
    "documents.download",
    "documents.saving",
    "documents.documents",
    "documents",
    "journal.accounts",
    "journal.values",
    "journal.gaps",
    "journal.bookings",
    "journal.activity",
    "journal.engine",
    "journal.entries",
    "journal.base",
    "journal.files",
    "journal._sqlite",
    "journal.sqlite",
    "journal._postgres",
    "journal._sessions",
    "journal.postgres",
    "journal._gaps",
    "journal._polls",
    "journal._merge",
    "journal._leases",
    "journal._bookings",
    "journal._activity",
    "journal._care",
    "journal._schema",
    "journal._acks",
    "journal._sql",
    "journal.opening",
    "journal",
    "journal.conformance._stage",
    "journal.conformance._polls",
    "journal.conformance._merging",
    "journal.conformance._gaps",
    "journal.conformance._leases",
    "journal.conformance._invoices",
    "journal.conformance._trouble",
    "journal.conformance._forgetting",
    "journal.conformance._bookings",
    "journal.conformance._ledgers",
    "journal.conformance._activity",
    "journal.conformance",
    "inbox.policy",
    "inbox.feeds",
    "inbox._losses",
    "inbox.poller",
    "inbox.recovery",
    "inbox.consuming",
    "inbox.marking",
    "inbox.providers",
    "inbox.rounds",
    "inbox.terms",
    "inbox._shelf",
    "inbox.delivery",
    "inbox.inbox",
    "inbox.inboxes",
    "inbox",
    "client",
    "iopole._identifiers",
    "iopole._limiter",
    "iopole.config",
    "iopole.credentials",
    "iopole.invoices",
    "iopole.statuses",
    "iopole.client",
    "iopole",
    "ledger.policy",
    "ledger.registrations",
    "ledger._files",
    "ledger.sources",
    "ledger.rules",
    "ledger.sending",
    "ledger.verification",
    "ledger.bulk",
    "ledger.registering",
    "ledger.ledger",
    "ledger",
    "report.facts",
    "report._words",
    "report._charts",
    "report._style",
    "report._parts",
    "report._gaps",
    "report.page",
    "report.writing",
    "report",
    "otel._instruments",
    "otel._hooks",
    "otel",
    "ropo_async",
    "cli.options",
    "cli.work.status",
    "cli.work.screen",
    "cli.work.settings",
    "cli.work.desk",
    "cli.work.check",
    "cli.work.jobs",
    "cli.work.disputes",
    "cli.work.documents",
    "cli.work.pay",
    "cli.work.watch",
    "cli.work.iopole",
    "cli.work.journal",
    "cli.work",
    "cli.commands.check",
    "cli.commands.credit",
    "cli.commands.disputes",
    "cli.commands.documents",
    "cli.commands.iopole",
    "cli.commands.jobs",
    "cli.commands.journal",
    "cli.commands.pay",
    "cli.commands.simulate",
    "cli.commands.watch",
    "cli.commands",
    "cli.app",
    "cli",
    "cli.__main__",
]
"""From the ground up. A package stands for its `__init__`, above its own rooms."""
LATE = {("journal.base", "journal.opening")}
"""Imports that point upwards, made within a function: the name that users open a journal by stands on its protocol."""
PROGRAMS = {"cli.commands.simulate"}
"""What may start the simulator."""
LIMIT = 300
"""Lines of a room."""


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "ropo_async"


SIMULATOR = sorted(PACKAGE.glob("simulator/**/*.py"))
ROOMS = sorted(set(PACKAGE.rglob("*.py")) - set(SIMULATOR))
OURS = {_name(path) for path in [*ROOMS, *SIMULATOR]}


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk through all that runs; what only type checkers see binds nothing."""
    for node in ast.iter_child_nodes(tree):
        if _is_for_types(node):
            continue
        yield node
        yield from _nodes(node)


def _imports(source: str) -> set[str]:
    """Return the full names of the modules that `source` imports, also within functions."""
    found = set[str]()
    for node in _nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute here"
            found |= {_module(node.module or "", alias.name) for alias in node.names}
    return found


def _module(package: str, name: str) -> str:
    inner = f"{package}.{name}".removeprefix("ropo_async.")
    return f"ropo_async.{inner}" if package.partition(".")[0] == "ropo_async" and inner in OURS else package


@functools.cache
def _imports_of(path: Path) -> set[str]:
    """Read a file once, whatever is asked about it."""
    return _imports(path.read_text(encoding="utf-8"))


def _rooms_of(path: Path) -> set[str]:
    """Return the rooms of the facade that the file at `path` imports."""
    ours = {name for name in _imports_of(path) if name.partition(".")[0] == "ropo_async"}
    return {name.removeprefix("ropo_async.") for name in ours}


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a.b import c", {"a.b"}),
        ("from ropo_async import codec, hooks", {"ropo_async.codec", "ropo_async.hooks"}),
        ("from ropo_async import RopoClient", {"ropo_async"}),
        ("def f():\n    try:\n        import a\n    finally:\n        pass", {"a"}),
        ("if TYPE_CHECKING:\n    import a", set()),
        ("if typing.TYPE_CHECKING:\n    import a\nimport b", {"b"}),
        ("if sys.platform:\n    import a", {"a"}),
    ],
)
def test_imports_are_found(source: str, modules: set[str]) -> None:
    assert _imports(source) == modules


def test_every_room_has_its_layer() -> None:
    assert sorted(LAYERS) == sorted(_name(path) for path in ROOMS)


def _upwards(path: Path) -> set[str]:
    """Return what a room imports and is beneath."""
    name = _name(path)
    below = set(LAYERS[: LAYERS.index(name)]) | {_name(one) for one in SIMULATOR if name in PROGRAMS}
    return {room for room in _rooms_of(path) - below if (name, room) not in LATE}


def test_imports_point_downwards() -> None:
    assert {_name(path): upwards for path in ROOMS if (upwards := _upwards(path))} == {}


def test_the_simulator_knows_nothing_of_the_client() -> None:
    known = {_name(path): {room.partition(".")[0] for room in _rooms_of(path)} for path in SIMULATOR}
    assert {name: rooms for name, rooms in known.items() if not rooms <= {"simulator", "_markup"}} == {}


@pytest.mark.parametrize(
    ("libraries", "room"),
    [
        ({"ropo_async_generated"}, "codec"),
        ({"httpx", "httpcore"}, "_http"),
        ({"stamina", "tenacity"}, "transport"),  # the command line sets up its hooks
        ({"psycopg"}, "journal._postgres"),
        ({"opentelemetry"}, "otel._hooks"),
    ],
    ids=lambda names: "-".join(sorted(names)) if isinstance(names, set) else names,
)
def test_a_library_has_one_room(libraries: set[str], room: str) -> None:
    users = {
        _name(path)
        for path in [*ROOMS, *SIMULATOR]
        if _name(path) != "cli.work.desk" and libraries & {name.partition(".")[0] for name in _imports_of(path)}
    }
    assert users
    assert {user for user in users if user != room and not user.startswith(f"{room}.")} == set()


def test_no_room_is_too_large() -> None:
    sizes = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*ROOMS, *SIMULATOR]}
    assert {name: size for name, size in sizes.items() if size > LIMIT} == {}
