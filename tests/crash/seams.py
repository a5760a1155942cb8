"""The seams of the protocol: where a life may be told to die, and how the protocol may be broken on purpose."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial, wraps
from types import MappingProxyType
from typing import Any

from attrs import define, field

from ropo_async.inbox.delivery import Delivery
from ropo_async.journal import StoredPoll
from ropo_async.journal import _sql as sql
from ropo_async.journal.engine import Transaction
from ropo_async.journal.sqlite import SqliteEngine
from ropo_async.status_updates import StatusUpdates

Method = Callable[..., Any]

JOURNAL = (
    *("take_turn", "state", "unfinished", "check_room", "intend", "receive", "merge", "settle"),
    *("gaps", "save_gap", "keys_on", "lease", "extend", "ack", "ack_soon", "put_off", "give_back"),
)
STEPS = ((sql.SqlJournal, JOURNAL), (sql._Turn, ("release",)), (StatusUpdates, ("prepare", "ask")))


@define
class Seams:
    """Counts the steps of a life, and ends or stops it at one of them."""

    die: str
    stop: str
    _passed: int = field(default=0, init=False)
    _times: Counter[str] = field(factory=Counter[str], init=False)
    _doing: str = field(default="open", init=False)

    def watch(self) -> None:
        """Take notice of every step from here on, in the whole process: it has no other purpose."""
        for owner, names in STEPS:
            for name in names:
                _replace(owner, name, partial(self._around, name))
        _replace(SqliteEngine, "run", self._within)

    def at(self, step: str) -> None:
        """Pass a step, stop there, or die."""
        self._passed += 1
        self._times[step] += 1
        name = f"{step} {self._times[step]}"
        if self.stop == name:
            os.kill(os.getpid(), signal.SIGSTOP)
        if self.die in (str(self._passed), name):
            os.write(1, f"at {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _around(self, name: str, method: Method) -> Method:
        @wraps(method)
        async def stepped(*arguments: Any, **options: Any) -> Any:
            self.at(f"before {name}")
            self._doing = name
            result = await method(*arguments, **options)
            self.at(f"after {name}")
            return result

        return stepped

    def _within(self, run: Method) -> Method:
        """Add the moment when a transaction has done its work and is not committed yet."""

        async def stepped(engine: SqliteEngine, work: Callable[[Transaction], Any]) -> Any:
            def watched(tx: Transaction) -> Any:
                result = work(tx)
                self.at(f"within {self._doing}")
                return result

            return await run(engine, watched)

        return stepped


def _replace(owner: type, name: str, make: Callable[[Method], Method]) -> None:
    setattr(owner, name, make(getattr(owner, name)))


def _overlook(overlooked: Callable[[StoredPoll], bool]) -> None:
    def recovery(unfinished: Method) -> Method:
        async def forgetful(*arguments: Any) -> list[StoredPoll]:
            return [poll for poll in await unfinished(*arguments) if not overlooked(poll)]

        return forgetful

    _replace(sql.SqlJournal, "unfinished", recovery)


def _acknowledge_first() -> None:
    def entering(enter: Method) -> Method:
        async def hasty(delivery: Delivery) -> Any:
            update = await enter(delivery)
            await delivery.ack()
            return update

        return hasty

    _replace(Delivery, "__aenter__", entering)


BREAKAGES = MappingProxyType(
    {
        "no intent": lambda: _overlook(lambda poll: poll.received is None),
        "no stored answer": lambda: _overlook(lambda poll: poll.received is not None),
        "ack before effect": _acknowledge_first,
    }
)
"""Ways to break the protocol. Each of them must lose updates, or the tests that lose none prove nothing."""
