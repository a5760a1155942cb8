"""What the package offers: all of it on purpose, importable and described."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ropo_async

SHARED = {
    "ropo_async.auth": {"auth_from_env", "lifetime_of", "login_from_env"},
    "ropo_async.hooks": {"emit"},
    "ropo_async.iteration": {"Feed"},
    "ropo_async.credit_notes": {"read_outcome"},
    "ropo_async.payments": {"as_it_came", "outcome_of", "read_outcome"},
    "ropo_async.status_updates": {"arrived"},
}
"""What rooms share among themselves, and do not offer."""


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(ropo_async.__path__, "ropo_async.")
    names = [module.name for module in found if _is_public(module.name)]
    return [importlib.import_module(name) for name in ["ropo_async", *names]]


IMPORTED = {"TYPE_CHECKING", "annotations", "homes", "late"}
"""What the package needs to gather the rest."""
MODULES = _modules()
ROOMS = [module for module in MODULES[1:] if not module.__name__.startswith(("ropo_async.simulator", "ropo_async.cli"))]


def _rank(name: str) -> tuple[int, str]:
    """Order as an import list is ordered: constants, classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_each_public_module_says_what_it_offers() -> None:
    offers = {module.__name__: (module, list(module.__all__)) for module in MODULES}
    in_order = {name: sorted(set(offered), key=_rank) for name, (_, offered) in offers.items()}
    assert {name: offered for name, (_, offered) in offers.items() if offered != in_order[name]} == {}
    missing = {name: [one for one in offered if not hasattr(module, one)] for name, (module, offered) in offers.items()}
    assert {name: names for name, names in missing.items() if names} == {}


def _kept(module: ModuleType) -> set[str]:
    """Return the names that a room makes and does not offer."""
    made = {
        name
        for name, thing in vars(module).items()
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == module.__name__
    }
    return {name for name in made if _is_public(name)} - set(module.__all__)


def test_a_room_offers_what_it_makes_or_keeps_it_among_the_rooms() -> None:
    assert {module.__name__: kept for module in ROOMS if (kept := _kept(module))} == SHARED


def test_the_package_offers_exactly_what_it_gathers() -> None:
    gathered = {name: getattr(ropo_async, name) for name in dir(ropo_async)}
    public = {name for name, thing in gathered.items() if _is_public(name) and not inspect.ismodule(thing)}
    assert public - IMPORTED | {"__version__"} == set(ropo_async.__all__)


def test_the_package_offers_every_error() -> None:
    assert set(ropo_async.errors.__all__) <= set(ropo_async.__all__)


def test_each_module_is_described() -> None:
    assert [module.__name__ for module in MODULES if not inspect.getdoc(module)] == []


def _described(thing: Any) -> list[Any]:
    """Return `thing`, and where it is a class its public methods and properties."""
    if not inspect.isclass(thing):
        return [thing]
    members = {name: member for name, member in vars(thing).items() if _is_public(name)}
    return [
        thing,
        *(m for m in members.values() if inspect.isfunction(m) or isinstance(m, property | classmethod | staticmethod)),
    ]


def _has_a_sentence(thing: Any) -> bool:
    return (inspect.getdoc(thing) or "").partition("\n")[0].endswith((".", ":", "?"))


def test_what_is_offered_is_described() -> None:
    offered = {name: getattr(ropo_async, name) for name in ropo_async.__all__ if name != "__version__"}
    bare = {name: [one for one in _described(thing) if not _has_a_sentence(one)] for name, thing in offered.items()}
    assert {name: things for name, things in bare.items() if things} == {}


def test_the_version_is_one() -> None:
    assert ropo_async.__version__ == importlib.import_module("ropo_async._version").__version__
    assert all(part.isdigit() for part in ropo_async.__version__.split(".")[:2])


@pytest.mark.parametrize("package", ["ropo_async", "ropo_async_generated"])
def test_types_are_published(package: str) -> None:
    assert files(package).joinpath("py.typed").is_file()


def _loaded_by(program: str) -> set[str]:
    show = "; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program + show], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} | set(done.stdout.split())


def test_importing_the_package_loads_nothing_that_is_not_needed_yet() -> None:
    assert _loaded_by("import ropo_async") & {"httpx", "ropo_async.client", "ropo_async_generated", "pytest"} == set()
    loaded = _loaded_by("from ropo_async import RopoClient")
    assert "ropo_async.client" in loaded
    others = {"httpx", "httpcore", "stamina", "ropo_async_generated", "opentelemetry", "pytest"}
    rooms = {name for name in loaded if name.startswith("ropo_async.") and _is_public(name)}
    assert loaded & others == set()
    assert {name.split(".")[1] for name in rooms} == {"auth", "client", "codec", "config", "errors", "hooks"}


def test_a_client_loads_what_it_is_asked_for() -> None:
    client = "from ropo_async import RopoClient, StaticToken; ropo = RopoClient('http://127.0.0.1', StaticToken('x'))"
    heavy = {f"ropo_async.{room}" for room in ("datasets", "documents", "job_records", "payments", "status_updates")}
    needed = {"ropo_async.codec.errors", "ropo_async.retry", "stamina", "httpcore"}  # of a call, whatever becomes of it
    assert _loaded_by(client) & (heavy | needed) == needed
    assert _loaded_by(f"{client}; ropo.payments") & heavy == {"ropo_async.payments"}


@pytest.mark.parametrize("package", [ropo_async, ropo_async.codec], ids=lambda package: package.__name__)
def test_what_type_checkers_see_is_what_there_is(package: ModuleType) -> None:
    tree = ast.parse(Path(package.__file__ or "").read_text(encoding="utf-8"))
    (seen,) = (node.body for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in seen if isinstance(node, ast.ImportFrom)]
    homes = {
        alias.name: str(node.module).removeprefix(f"{package.__name__}.") for node in imports for alias in node.names
    }
    assert homes == package._HOMES
    assert set(homes) == set(package.__all__) - {"__version__"}


def test_dir_has_what_is_offered_before_it_is_used() -> None:
    assert set(ropo_async.__all__) <= set(dir(ropo_async))


def test_a_library_that_is_missing_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h11", None)
    for name in [name for name in sys.modules if name.startswith("ropo_async.simulator")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(ropo_async, "simulator", raising=False)
    with pytest.raises(ModuleNotFoundError, match="h11"):
        _ = ropo_async.simulator


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Outbox'"):
        _ = ropo_async.Outbox
    assert ropo_async.hooks.Event


def test_the_generated_code_is_loaded_when_it_is_used() -> None:
    assert "ropo_async_generated" in _loaded_by("from ropo_async import codec; codec.poll_request()")


def test_star_gives_what_is_offered() -> None:
    namespace: dict[str, Any] = {}
    exec("from ropo_async import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(ropo_async.__all__)
