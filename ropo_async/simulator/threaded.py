"""A simulator that serves itself from a thread of its own, and that every other thread may talk to."""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
import time
from collections.abc import ValuesView
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from inspect import ismethod
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
from attrs import define, field

from ropo_async.simulator.plan import FaultPlan
from ropo_async.simulator.server import Running, serve
from ropo_async.simulator.simulator import Simulator
from ropo_async.simulator.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from types import TracebackType

__all__ = ["ServedSimulator"]


def _same(value: Any) -> object:
    return value


def _values(view: Iterable[Any]) -> object:
    return dict(enumerate(view)).values()


_COPIES: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = ((list, copy), (dict, copy), (ValuesView, _values))
"""What may change while it is read, and how to copy it."""


@define
class _Turn:
    """Who may touch the simulator: its server while it works, another thread while the server waits."""

    _lock: threading.Lock = field(factory=threading.Lock)
    _owner: int | None = None

    @property
    def mine(self) -> bool:
        """Whether the calling thread has the turn."""
        return self._owner == threading.get_ident()

    def take(self) -> None:
        self._lock.acquire()
        self._owner = threading.get_ident()

    def give(self) -> None:
        self._owner = None
        self._lock.release()

    @contextmanager
    def taken(self) -> Generator[None]:
        """Have the turn within the block, also where the thread has it already."""
        if self.mine:
            yield
            return
        self.take()
        try:
            yield
        finally:
            self.give()


class _Selector(selectors.DefaultSelector):
    """Where the event loop waits. It has the turn but for that: others meet a server that has nothing left to do."""

    def __init__(self, turn: _Turn) -> None:
        super().__init__()
        self._turn = turn

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:  # the loop looks what has arrived, and goes on with what is ready
            return super().select(timeout)
        self._turn.give()
        try:
            return super().select(timeout)
        finally:
            self._turn.take()


class _Guarded:
    """Whatever another thread asks for, it gets in its turn: methods run in it, collections come as copies."""

    __slots__ = ()
    _turn: _Turn

    def __getattribute__(self, name: str) -> Any:
        get = super().__getattribute__
        if name.startswith("_") or (turn := get("_turn")).mine:
            return get(name)
        with turn.taken():
            value = get(name)
            if ismethod(value):
                return _in_turn(turn, value)
            return next((copied for kind, copied in _COPIES if issubclass(value.__class__, kind)), _same)(value)


def _in_turn(turn: _Turn, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        with turn.taken():
            return method(*args, **kwargs)

    return call


class _Plan(_Guarded, FaultPlan):
    def __init__(self, turn: _Turn) -> None:
        self._turn = turn
        super().__init__()


class _Truth(_Guarded, Truth):
    def __init__(self, turn: _Turn, now: Callable[[], datetime]) -> None:
        self._turn = turn
        self._bells: set[socket.socket] = set()
        super().__init__(now=now)

    async def until(self, condition: Callable[[Self], bool]) -> None:
        """Wait, on asyncio or trio and in any thread, for what the server is about to see.

        The condition is tried in turn, so it sees one moment of the truth, and must not wait for anything itself.
        """
        with self._bell() as bell:
            while True:
                with self._turn.taken():
                    if condition(self):
                        return
                await anyio.wait_readable(bell)
                bell.recv(4096)

    def notify(self) -> None:
        """Wake up whoever waits in `until`."""
        for bell in self._bells:
            with suppress(BlockingIOError):  # it has been rung often enough
                bell.send(b"!")

    @contextmanager
    def _bell(self) -> Generator[socket.socket]:
        """A socket that becomes readable when anything has changed: no event loop need know of the other."""
        heard, rung = socket.socketpair()
        with heard, rung:
            heard.setblocking(False)  # noqa: FBT003 - the signature of the standard library
            rung.setblocking(False)  # noqa: FBT003 - as above
            with self._turn.taken():
                self._bells.add(rung)
            try:
                yield heard
            finally:
                with self._turn.taken():
                    self._bells.discard(rung)


class ServedSimulator(_Guarded, Simulator):
    """A simulator that serves itself within its `with` block, whatever runs there: asyncio, trio, threads or none.

    ```python
    with ServedSimulator(page_size=100) as simulator:
        ...  # point a client at simulator.url, or a service at simulator.environ
    ```

    The server runs in a thread of its own. Every method and attribute, those of `truth` and `faults` too, may be used
    from any thread, also while requests are under way: each use sees the server at rest, with all done that it has
    read so far. Collections come as copies, which do not change afterwards.

    Attributes:
        truth: What really happened; compare a client with it.
        faults: What will go wrong; `fail` is the short way.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **settings: Any,
    ) -> None:
        """Make one that is empty and well-behaved, and not yet served.

        Args:
            host: The address to listen on.
            port: 0 takes a free one.
            clock: As for `Simulator`; `advance` adds to it.
            now: As for `Simulator`; `advance` adds to it.
            settings: The other ones of `Simulator`.
        """
        self._turn = _Turn()
        self._address, self._ahead = (host, port), timedelta(0)
        self._running: Running | None = None
        super().__init__(
            clock=lambda: clock() + self._ahead.total_seconds(), now=lambda: now() + self._ahead, **settings
        )
        self.truth, self.faults = _Truth(self._turn, self.now), _Plan(self._turn)

    @property
    def url(self) -> str:
        """The base URL for clients.

        Raises:
            RuntimeError: it is not served.
        """
        if self._running is None:
            raise RuntimeError("the simulator is served only inside its `with` block")
        return self._running.url

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables by which `RopoClient.from_env` finds it."""
        return {"ROPO_SERVER": self.url, "ROPO_CID": self.cid, "ROPO_APICODE": self.apicode}

    def advance(self, by: timedelta) -> None:
        """Let time pass here: tokens age, the day turns, and what shows late comes to show.

        Hand `now` to the `Inbox` or the `PaymentLedger` under test, and it passes there as well.
        """
        with self._turn.taken():
            self._ahead += by
            self.truth.notify()

    def __enter__(self) -> Self:
        serving = _serving(self, *self._address, self._turn)
        self._running = serving.__enter__()
        self._serving = serving
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running = None
        self._serving.__exit__(None, None, None)


@contextmanager
def _serving(simulator: Simulator, host: str, port: int, turn: _Turn) -> Generator[Running]:
    started, ended = Future[tuple[Running, "Callable[[], object]"]](), Future[None]()

    async def serve_until_stopped() -> None:
        stop = asyncio.Event()
        async with serve(simulator, host=host, port=port) as running:
            started.set_result((running, partial(asyncio.get_running_loop().call_soon_threadsafe, stop.set)))
            await stop.wait()

    def loop() -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(_Selector(turn))

    def work() -> None:
        try:
            with turn.taken(), asyncio.Runner(loop_factory=loop) as runner:
                runner.run(serve_until_stopped())
        except Exception as failure:  # noqa: BLE001 - raised again by whoever waits
            for future in (started, ended):
                if not future.done():
                    future.set_exception(failure)
        else:
            ended.set_result(None)

    # A daemon, so that a block that is never left does not keep the process.
    thread = threading.Thread(target=work, name="ropo simulator", daemon=True)
    thread.start()
    running, stop = started.result()
    try:
        yield running
    finally:
        stop()
        thread.join()
        ended.result()
