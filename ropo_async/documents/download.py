"""One document: held in memory, or saved to a file that is whole or not there."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from attrs import define, field, frozen

from ropo_async._protect import finish
from ropo_async.documents._files import Part, sweep
from ropo_async.documents._names import numbered, suggested_filename
from ropo_async.documents._receiving import Memory, Receiver
from ropo_async.errors import InvalidInput, OutcomeUnknown, Phase
from ropo_async.operations import Effect

if TYPE_CHECKING:
    from collections.abc import Generator

    from ropo_async._messages import Answer, Request
    from ropo_async.documents._receiving import Progress
    from ropo_async.transport import Transport

__all__ = ["Document", "Download", "SavedDocument"]


@frozen(kw_only=True)
class Document:
    """A document in memory."""

    content: bytes = field(repr=False)
    """The PDF."""
    content_type: str
    """As the server calls it."""
    suggested_filename: str | None = field(repr=False)
    """The server's name for it, made harmless on every system; None where it gave none."""


@frozen(kw_only=True)
class SavedDocument:
    """A document on the disk."""

    path: Path = field(repr=False)
    """Where it is."""
    size: int
    """Bytes."""
    content_type: str
    """As the server calls it."""
    suggested_filename: str | None = field(repr=False)
    """The server's name for it, made harmless on every system; None where it gave none."""


@define(eq=False)
class Download:
    """A document that is not fetched yet. Await it to have it in memory, or have it saved to a file.

    ```python
    document = await ropo.documents.pdf(jobid=1)
    saved = await ropo.documents.pdf(jobid=1).save_to("invoices/")
    ```

    The call's total timeout is put off by one second for every 64 KiB that arrive, so that it ends what is stuck and
    not what is large.

    Raises:
        InvalidInput: a preview or a local print was asked for a second time; that would be another invoice.
        TransportError: the answer broke off, is larger than `max_bytes`, or did not come.
        DecodeError: what came is no PDF; `.raw` has its beginning.
        StatusError: the server refused.
        OutcomeUnknown: of a preview or a local print, which are sent once: it may have taken effect. Then the three
            above mean that it has not.

    All of them when it is awaited, or has been told to `save_to`.

    See https://dev.ropo.com/guides/general-add-ons/get-pdf.
    """

    _transport: Transport = field(repr=False)
    _request: Request
    _name: str = field(repr=False)
    _swept: set[Path] = field(repr=False)
    _is_used: bool = field(default=False, init=False, repr=False)

    def __await__(self) -> Generator[Any, Any, Document]:
        return self._read().__await__()

    async def save_to(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> SavedDocument:
        """Save the document, piece by piece, as a file for its owner alone (0600).

        The file appears when it is whole and on the disk. Until then it is a part file beside it, which every failure
        and cancellation removes; one that a killed process left goes with a later download into the same folder, an
        hour after its last write. A local print is carried to its end even when the caller is cancelled: the invoice
        then exists, and so does its document.

        Args:
            path: the file; or a folder, for the server's name in it (harmless on every system) or else one made of the
                identifier. A name that is taken in the folder then gets a number.
            overwrite: replace what is there.
            progress: called on the event loop with the bytes so far and the bytes in all, None where those are not
                told. Another attempt begins at 0.

        Returns:
            Where it is, and what the server says of it.

        Raises:
            RopoError: as awaiting it does, see `Download`.
            FileExistsError: `path` is a file already; nothing was sent.
            OSError: the file cannot be written. Of a local print, nothing was sent then; once it was, a full disk is an
                `OutcomeUnknown`.
        """
        if self._request.operation.effect is Effect.READ:
            return await self._save(Path(path), overwrite=overwrite, progress=progress)
        return await finish(partial(self._save, Path(path), overwrite=overwrite, progress=progress))

    async def _read(self) -> Document:
        memory = Memory()
        answer = await self._receive(Receiver(memory))
        return Document(content=b"".join(memory.pieces), **_described(answer))

    async def _save(self, path: Path, *, overwrite: bool, progress: Progress | None) -> SavedDocument:
        into_folder = await to_thread.run_sync(path.is_dir)
        part = Part(path if into_folder else path.parent)
        try:
            await to_thread.run_sync(self._prepare, part, None if into_folder or overwrite else path)
            with self._counted_as_sent():
                receiver = Receiver(_Disk(part), progress)
                about = _described(await self._receive(receiver))
                names = numbered(about["suggested_filename"] or self._name) if into_folder else [path.name]
                place = await to_thread.run_sync(partial(part.keep, names, overwrite=overwrite))
        finally:
            part.discard()  # at once and without a wait, so that no cancellation comes between
        return SavedDocument(path=place, size=receiver.size, **about)

    def _prepare(self, part: Part, free: Path | None) -> None:
        if free is not None and os.path.lexists(free):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(free))
        folder = part.folder.absolute()
        if folder not in self._swept:
            self._swept.add(folder)
            sweep(folder)
        part.create()

    async def _receive(self, receiver: Receiver) -> Answer:
        if self._is_used and self._request.operation.effect is not Effect.READ:
            raise InvalidInput(
                f"{self._request.operation.name} was sent already; call it again if you mean another one"
            )
        self._is_used = True
        return await self._transport.send(self._request, receiver.finish, receiver)

    @contextmanager
    def _counted_as_sent(self) -> Generator[None]:
        """From here on a disk that fails leaves an invoice behind, of an operation that may create one."""
        try:
            yield
        except OSError as error:
            operation = self._request.operation
            if operation.effect is Effect.READ:
                raise
            raise OutcomeUnknown(operation.name, Phase.RECEIVED_PARTIAL, check=operation.check) from error


@frozen
class _Disk:
    """Stores pieces in a part file, in a worker thread."""

    part: Part

    async def restart(self) -> None:
        await to_thread.run_sync(self.part.restart)

    async def write(self, piece: bytes, /) -> None:
        await to_thread.run_sync(self.part.write, piece)


def _described(answer: Answer) -> dict[str, Any]:
    return {
        "content_type": answer.headers.get("content-type", ""),
        "suggested_filename": suggested_filename(answer.headers),
    }
