"""The simulator on a real socket: one task per connection, faults down to the single byte."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final

import anyio
from attrs import evolve, field, frozen, mutable

from ropo_async.simulator.accounts import Accounts
from ropo_async.simulator.deliveries import whole
from ropo_async.simulator.desk import Desk
from ropo_async.simulator.handlers import PREFIX
from ropo_async.simulator.messages import EMPTY
from ropo_async.simulator.reading import read_request
from ropo_async.simulator.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Coroutine

    from ropo_async.simulator.messages import Answer
    from ropo_async.simulator.reading import Read
    from ropo_async.simulator.simulator import Simulator

__all__ = ["Running", "serve"]

_BACKLOG: Final = 512


@frozen
class Running:
    """Simulators that listen."""

    simulators: tuple[Simulator, ...]
    host: str
    port: int
    """The real one, also where 0 was asked for."""
    page_port: int | None = None
    """That of the web page, where there is one."""
    scheme: str = "http"

    @property
    def simulator(self) -> Simulator:
        """The first of them, mostly the only one."""
        return self.simulators[0]

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"{self.scheme}://{self._at(self.port)}{PREFIX}"

    @property
    def page(self) -> str | None:
        """The address of the web page, where there is one."""
        return None if self.page_port is None else f"http://{self._at(self.page_port)}/"

    def _at(self, port: int) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{port}"


@asynccontextmanager
async def serve(
    simulator: Simulator,
    *others: Simulator,
    host: str = "127.0.0.1",
    port: int = 0,
    page: int | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncGenerator[Running]:
    """Serve a simulator, or one for each of many customers, while the block runs, on asyncio or trio.

    Port 0 takes a free one. A login is routed by its credentials, everything else by its token, and meets the faults
    of the simulator that it belongs to. What belongs to none is the first one's to refuse and to remember. So is the
    socket itself: faults that strike on accept are the first one's only, whose truth counts every connection, while
    that of another counts those that brought it a request.

    `page` is the port of a web page for people, who see there what happens and make things happen; without one there
    is no page. It has a port of its own because faults strike, and are counted, on accept: a browser must not take
    those that are meant for clients.

    `tls` has the server speak https, with the certificate in it: a good one, or one that is expired or somebody else's.

    The server runs in a task of its own that belongs to no scope of the caller's, so the block may be entered in one
    task and left in another, as pytest fixtures are. Leaving it closes every connection.

    Raises:
        OSError: the address cannot be had.
        ValueError: two simulators have the same customer id.
    """
    accounts = Accounts((simulator, *others))
    with _listen(host, port) as listener, nullcontext() if page is None else _listen(host, page) as page_listener:
        (address, at), page_port = listener.getsockname()[:2], page_listener.getsockname()[1] if page_listener else None
        server = _Server(accounts, listener, Desk(accounts.simulators, address), page_listener, tls)
        server.start()
        try:
            yield Running(accounts.simulators, address, at, page_port, "https" if tls else "http")
        finally:
            with anyio.CancelScope(shield=True):
                await server.close()


@mutable
class _Server:
    """Accepts and answers until it is closed."""

    accounts: Accounts
    listener: socket.socket
    desk: Desk
    page_listener: socket.socket | None
    tls: ssl.SSLContext | None
    _scope: anyio.CancelScope = field(factory=anyio.CancelScope, init=False)
    _done: anyio.Event = field(factory=anyio.Event, init=False)
    _failure: Exception | None = field(default=None, init=False)
    _task: object = field(default=None, init=False)

    def start(self) -> None:
        """Run in a task that nobody's scope owns; it is held here, for asyncio itself would forget it."""
        trio = sys.modules.get("trio")
        if trio is not None and trio.lowlevel.in_trio_task():
            self._task = trio.lowlevel.spawn_system_task(self._run)
        else:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop, wait until every socket is closed, and raise what went wrong in here, if anything did."""
        self._scope.cancel()
        await self._done.wait()
        if self._failure is not None:
            raise self._failure

    async def _run(self) -> None:
        try:
            with self._scope:
                async with anyio.create_task_group() as doors:
                    doors.start_soon(self._accept, self.listener, self._converse)
                    if self.page_listener is not None:
                        doors.start_soon(self._accept, self.page_listener, self._show)
        except Exception as failure:  # noqa: BLE001 - raised again by whoever closes
            self._failure = failure
        finally:
            self._done.set()

    async def _accept(
        self, listener: socket.socket, converse: Callable[[Wire], Coroutine[object, object, None]]
    ) -> None:
        async with anyio.create_task_group() as conversations:
            while True:
                await anyio.wait_readable(listener)
                # The client may have gone again, and another may hold the last free file descriptor.
                with suppress(OSError):
                    accepted, _ = listener.accept()
                    conversations.start_soon(converse, Wire(self._prepared(accepted, listener)))

    def _prepared(self, accepted: socket.socket, listener: socket.socket) -> socket.socket:
        accepted.setblocking(False)  # noqa: FBT003 - the signature of the standard library
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is None or listener is not self.listener:
            return accepted
        return self.tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)

    async def _converse(self, wire: Wire) -> None:
        # A client that goes away in the middle is nothing to fail for.
        with wire.socket, suppress(OSError):
            first = self.accounts.first
            numbers = {first: first.truth.opened()}
            fault = first.faults.for_connection()
            if fault is not None:
                await fault.deliver(wire, EMPTY)
                return
            await wire.agree()
            read = await read_request(wire)
            while read is not None and await self._exchange(wire, numbers, read):
                read = await read_request(wire, read.rest)

    async def _exchange(self, wire: Wire, numbers: dict[Simulator, int], read: Read) -> bool:
        """Answer one request and tell whether the connection stays open; each truth has its own number for that."""
        simulator = self.accounts.of(read)
        if simulator not in numbers:
            numbers[simulator] = simulator.truth.opened()
        request = simulator.receive(numbers[simulator], read.method, read.target, read.headers, read.body)
        fault = simulator.faults.for_request(request)
        answer = _framed(read, simulator.respond(request, fault))
        delivers = fault.delivers if fault else True
        # That a page cannot arrive is known at once; that it left whole only then, and the client may go before that.
        simulator.truth.delivered(request.index, None if delivers else delivers)
        await (fault.deliver if fault else whole)(wire, answer)
        simulator.truth.delivered(request.index, delivers)
        return read.keep_alive and not (fault and fault.closes)

    async def _show(self, wire: Wire) -> None:
        """Converse with a visitor of the page."""
        with wire.socket, suppress(OSError):
            read = await read_request(wire)
            while read is not None:
                await whole(wire, _framed(read, self.desk.answer(read)))
                read = await read_request(wire, read.rest) if read.keep_alive else None


def _framed(read: Read, answer: Answer) -> Answer:
    """Leave out the body that a HEAD does not get, and say when the connection ends."""
    if read.method == "HEAD":
        answer = evolve(answer, body=b"")
    return answer if read.keep_alive else evolve(answer, headers=(*answer.headers, ("Connection", "close")))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listener.setblocking(False)  # noqa: FBT003 - the signature of the standard library
    return listener
