"""Where a command works: its settings, its screen, and the event loop that it runs in."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from getpass import getpass
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar, cast

import anyio
import typer
from attrs import field, frozen
from stamina.instrumentation import set_on_retry_hooks

from ropo_async import InvalidInput, Journal, RopoClient, RopoError
from ropo_async._protect import beside
from ropo_async.cli.work.screen import Screen
from ropo_async.cli.work.settings import is_production, journal_of, lacks_secret, settings_of
from ropo_async.cli.work.status import Status, lines_of, status_of
from ropo_async.hooks import BookingChanged, Event, Finished, log_events
from ropo_async.iopole import IopoleClient

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from ropo_async.cli.options import Given

__all__ = ["Desk", "Interrupted", "desk_of"]

T = TypeVar("T")
Group: TypeAlias = BaseExceptionGroup[BaseException]
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class Interrupted(Exception):
    """Somebody has asked the program to stop."""


@frozen
class Desk:
    """What the work of a command is done with."""

    settings: dict[str, str] = field(repr=False)
    screen: Screen
    verbose: int = 0
    journal_url: str | None = field(default=None, repr=False)

    @property
    def server(self) -> str:
        """The server as it is configured: a name or a URL."""
        return self.settings.get("ROPO_SERVER", "")

    @property
    def is_production(self) -> bool:
        """Whether what is done here is done in earnest."""
        return is_production(self.server)

    def cid(self, given: str | None) -> str | None:
        """Return the customer id that is given, or else configured, which a token alone does not say."""
        return self.settings.get("ROPO_CID") if given is None else given

    def client(self, hook: Callable[[Event], None] | None = None) -> RopoClient:
        """Return the account's client; `hook` is told of its events too."""
        hooks = [self._tell] if hook is None else [self._tell, hook]
        return RopoClient.from_env(self.settings, hooks=hooks)

    def journal(self) -> AbstractAsyncContextManager[Journal]:
        """Open the journal."""
        return Journal.open(journal_of(self.settings, self.journal_url))

    def iopole(self) -> IopoleClient:
        """Return the client of the account at Iopole."""
        return IopoleClient.from_env(self.settings, hooks=[self._tell])

    @asynccontextmanager
    async def both(self) -> AsyncGenerator[tuple[RopoClient, Journal]]:
        """Open client and journal."""
        async with self.client() as ropo, self.journal() as journal:
            yield ropo, journal

    def _tell(self, event: Event) -> None:
        """Log it, but for what the command itself is going to say."""
        if self.verbose or not isinstance(event, Finished | BookingChanged):
            log_events(event)

    # --- asking -------------------------------------------------------------------------------------------------

    def ask(self, question: str, *, yes: bool) -> None:
        """Go on only where somebody agrees, or has agreed beforehand."""
        if yes:
            return
        if not _is_attended():
            self.screen.note(f"ropo: {question} Say so with --yes.")
            raise typer.Exit(Status.USAGE)
        try:
            agreed = typer.confirm(question, err=True)
        except typer.Abort:
            raise typer.Exit(Status.INTERRUPTED) from None
        if not agreed:
            self.screen.note("Nothing was done.")
            raise typer.Exit(Status.FAILED)

    # --- running ------------------------------------------------------------------------------------------------

    def end(self, work: Callable[[Desk], Awaitable[Status]]) -> NoReturn:
        """Run `work`, and end the program with its status."""
        raise typer.Exit(self.run(work))

    def run(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        """Run `work` and return its result; end the program where it fails or is interrupted."""
        try:
            return anyio.run(self._supervised, work)
        except (Interrupted, KeyboardInterrupt):
            raise typer.Exit(Status.INTERRUPTED) from None
        except BaseExceptionGroup as errors:  # more than one has failed; what was interrupted is not news
            first, *_ = _leaves(errors)
            self._fail(first)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told in a line
            self._fail(error)

    async def _supervised(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        if os.name != "posix":  # Ctrl-C comes as a KeyboardInterrupt there
            return await work(self)
        pressed = anyio.Event()
        # Two of them: while what is under way comes to its end within, somebody still listens for the second Ctrl-C.
        async with beside(partial(self._listen, pressed)), beside(partial(_interrupt, pressed)):
            return await work(self)

    async def _listen(self, pressed: anyio.Event) -> None:
        """Have the work stop on the first Ctrl-C, as soon as nothing can be lost; end the process on the second."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                if pressed.is_set():
                    _end_the_process()
                if sys.stderr.isatty():
                    sys.stderr.write("\n")  # after the ^C that the terminal shows
                self.screen.note(
                    "ropo: stopping; a request that is under way comes to its end first. Ctrl-C again: at once."
                )
                pressed.set()

    def _fail(self, error: BaseException) -> NoReturn:
        if isinstance(error, Interrupted | KeyboardInterrupt) or not isinstance(error, Exception):
            raise typer.Exit(Status.INTERRUPTED)
        if isinstance(error, BrokenPipeError):
            # The interpreter would try to write out the rest at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if self.verbose and not isinstance(error, RopoError | OSError):
            raise error
        for line in lines_of(error, verbose=bool(self.verbose)):
            self.screen.note(f"ropo: {line}")
        raise typer.Exit(status_of(error))


def desk_of(context: typer.Context, *, as_json: bool = False, journal: str | None = None, account: bool = True) -> Desk:
    """Return the desk of a command.

    Args:
        context: of the command.
        as_json: print JSON.
        journal: the URL that was given on the command line.
        account: whether it works for an account of Ropo One, so that its secret is asked for where it is nowhere.
    """
    given: Given = context.obj
    screen = Screen(as_json)
    _log(given.verbose)
    try:
        settings = settings_of(given.config, os.environ)
        if account and lacks_secret(settings) and _is_attended():
            settings["ROPO_APICODE"] = getpass(f"Api code of customer id {settings['ROPO_CID']}: ", sys.stderr)
    except InvalidInput as error:
        screen.note(f"ropo: {error}")
        raise typer.Exit(Status.USAGE) from None
    except (KeyboardInterrupt, EOFError):
        raise typer.Exit(Status.INTERRUPTED) from None
    return Desk(settings, screen, given.verbose, journal)


def _is_attended() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _log(verbose: int) -> None:
    """Let the library's log go to stderr; it holds nothing personal."""
    logger = logging.getLogger("ropo_async")
    for handler in [handler for handler in logger.handlers if isinstance(handler, _ToStderr)]:
        logger.removeHandler(handler)
    logger.addHandler(_ToStderr())
    logger.setLevel(_LEVELS[min(verbose, len(_LEVELS) - 1)])
    # It would tell of retries on its own, and on stdout where structlog is installed; the library's log has them.
    set_on_retry_hooks(())


class _ToStderr(logging.Handler):
    """Writes to what is `sys.stderr` at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        Screen().note(f"ropo: {record.getMessage()}")


async def _interrupt(pressed: anyio.Event) -> None:
    await pressed.wait()
    raise Interrupted


def _end_the_process() -> NoReturn:
    """End the process as if it were killed: the journal knows what was under way, and nothing else needs an end."""
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h")  # the cursor, which a progress bar may have hidden
        sys.stderr.flush()
    os._exit(Status.INTERRUPTED)


def _leaves(errors: Group) -> list[BaseException]:
    """Return the errors in a group, those first that are not about the interruption."""
    flat = list[BaseException]()
    for error in errors.exceptions:
        flat += _leaves(cast("Group", error)) if isinstance(error, BaseExceptionGroup) else [error]
    return sorted(flat, key=lambda error: isinstance(error, Interrupted))
