"""Documents: the PDF of an invoice, a preview of one, and one that is created to be printed here."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen

from ropo_async import _arguments as arguments
from ropo_async import codec, operations
from ropo_async.datasets import envelope
from ropo_async.documents.download import Download
from ropo_async.documents.saving import SaveReport, save_many
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterable, Iterable

    from ropo_async._messages import Request
    from ropo_async.datasets import JobSubmission
    from ropo_async.operations import Operation
    from ropo_async.transport import Transport

__all__ = ["MAX_BYTES", "Documents"]

MAX_BYTES = 100 * 1024 * 1024
"""Bytes of a document that are taken, unless told otherwise."""

_COLUMNS = ("JobId", "Laskunumero", "Laskunro")


@frozen
class Documents:
    """The documents of one account."""

    _transport: Transport = field(repr=False)
    _swept: set[Path] = field(factory=set[Path], init=False, repr=False, eq=False)

    def pdf(
        self,
        *,
        jobid: int | None = None,
        billnum: str | None = None,
        contractnum: str | None = None,
        documentdate: date | str | None = None,
        origdata: int | None = None,
        documenttype: str | None = None,
        joistocolumn: str | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Download:
        """Fetch the PDF of an invoice: `await` it, or `await` its `save_to`. It is only read, and so tried again.

        Args:
            jobid: the job's number. At least one of jobid, billnum and contractnum is needed; several must mean the
                same document.
            billnum: the invoice number.
            contractnum: the contract's number.
            documentdate: the day of the document, together with contractnum or billnum; a text goes out as it is.
            origdata: 0 for the invoice as it is now, 1 as it was at first, which is the server's default.
            documenttype: the document's type in the Joisto archive.
            joistocolumn: the archive's column to look in: `JobId`, `Laskunumero` or `Laskunro`.
            max_bytes: a larger document is refused.

        Returns:
            A `Download`, which says what awaiting it raises.

        Raises:
            InvalidInput: a value cannot be sent, or not beside the others; nothing was.

        See https://dev.ropo.com/guides/general-add-ons/get-pdf.
        """
        texts = {"billnum": billnum, "contractnum": contractnum, "documenttype": documenttype}
        for name, text in {**texts, "documentdate": _as_text(documentdate)}.items():
            if text is not None:
                arguments.text(name, text)
        if jobid is not None:
            arguments.number("jobid", jobid)
        if jobid is None and billnum is None and contractnum is None:
            raise InvalidInput("a document is found by jobid, billnum or contractnum; none is given")
        if documentdate is not None and billnum is None and contractnum is None:
            raise InvalidInput("documentdate counts only together with contractnum or billnum")
        if origdata is not None and (isinstance(origdata, bool) or origdata not in (0, 1)):
            raise InvalidInput("origdata must be 0 or 1")
        if joistocolumn is not None and joistocolumn not in _COLUMNS:
            raise InvalidInput(f"joistocolumn must be one of {', '.join(_COLUMNS)}")
        fields = {
            **texts,
            "jobid": jobid,
            "documentdate": _as_text(documentdate),
            "origdata": origdata,
            "joistocolumn": joistocolumn,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        request = codec.pdf_request(given, max_bytes=arguments.number("max_bytes", max_bytes))
        return self._download(request, "document.pdf" if jobid is None else f"{jobid}.pdf")

    def preview(
        self,
        job: JobSubmission,
        *,
        data_identifier: str | None = None,
        data_type_identifier: str | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Download:
        """See how an invoice would look: `await` it, or `await` its `save_to`. It is sent once.

        No invoice is created, as far as is documented.

        Args:
            job: the invoice.
            data_identifier: an identifier of your own, to follow the data by; visible ASCII.
            data_type_identifier: the type of the data; visible ASCII.
            max_bytes: a larger document is refused.

        Returns:
            A `Download`, which says what awaiting it raises.

        Raises:
            InvalidJob: everything that is wrong with the job; nothing was sent.
            InvalidInput: another value cannot be sent; nothing was.

        See https://dev.ropo.com/guides.
        """
        headers = _headers(data_identifier=data_identifier, data_type_identifier=data_type_identifier)
        return self._of_job(operations.PREVIEW, envelope([job]), headers, max_bytes)

    def localprint(
        self,
        job: JobSubmission,
        *,
        data_identifier: str | None = None,
        data_type_identifier: str | None = None,
        checkbillnum: bool = True,
        max_bytes: int = MAX_BYTES,
    ) -> Download:
        """Create an invoice that you print yourself: `await` its document, or `await` its `save_to`. It is sent once.

        There is no idempotency key. So it is sent again only where the first attempt provably took no effect, and it
        runs to its end even when the caller is cancelled. Nothing happens before it is awaited; and a second time it is
        refused, as that would create a second invoice.

        Args:
            job: the invoice.
            data_identifier: an identifier of your own, to follow the data by; visible ASCII.
            data_type_identifier: the type of the data; visible ASCII.
            checkbillnum: have the server refuse an invoice number that it knows already, unless the job says itself
                what it wants; that is the only guard against creating an invoice twice.
            max_bytes: a larger document is refused; the invoice exists all the same.

        Returns:
            A `Download`, which says what awaiting it raises.

        Raises:
            InvalidJob: everything that is wrong with the job; nothing was sent.
            InvalidInput: another value cannot be sent; nothing was.

        See https://dev.ropo.com/guides.
        """
        headers = _headers(data_identifier=data_identifier, data_type_identifier=data_type_identifier)
        return self._of_job(operations.LOCALPRINT, envelope([job], checkbillnum=checkbillnum), headers, max_bytes)

    async def save_many(
        self,
        jobids: Iterable[int] | AsyncIterable[int],
        folder: str | os.PathLike[str],
        *,
        concurrency: int = 4,
        origdata: int | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> SaveReport:
        """Save the PDFs of many invoices into a folder, each as `<jobid>.pdf`.

        Run again, it goes on where it ended: a file that is there and whole is skipped, one that is not is fetched
        anew. One failure does not stop the others. A cancellation leaves whole files alone behind.

        Args:
            jobids: the jobs' numbers; they are taken one by one, and not kept.
            folder: an existing folder.
            concurrency: documents fetched at the same time.
            origdata: 0 for the invoices as they are now, 1 as they were at first, which is the server's default.
            max_bytes: a larger document is refused.

        Returns:
            How many were saved and skipped, and which ones failed with what.

        Raises:
            InvalidInput: a value cannot be sent, or `folder` is none; nothing was sent.
            Exception: what `jobids` raises, after the downloads under way have ended.

        See https://dev.ropo.com/guides/general-add-ons/get-pdf.
        """
        arguments.number("concurrency", concurrency)
        self.pdf(jobid=1, origdata=origdata, max_bytes=max_bytes)  # refuses here what none of them could be sent with
        fetch = partial(self.pdf, origdata=origdata, max_bytes=max_bytes)
        return await save_many(lambda jobid: fetch(jobid=jobid), jobids, Path(folder), concurrency)

    def _of_job(
        self, operation: Operation, content: dict[str, Any], headers: dict[str, str], max_bytes: int
    ) -> Download:
        limit = arguments.number("max_bytes", max_bytes)
        request = codec.job_document_request(operation, content, headers, max_bytes=limit)
        return self._download(request, f"{operation.name.removeprefix('documents.')}.pdf")

    def _download(self, request: Request, name: str) -> Download:
        return Download(self._transport, request, name, self._swept)


def _as_text(day: date | str | None) -> str | None:
    return day.isoformat() if type(day) is date else cast("str | None", day)  # one with a time is no day


def _headers(**given: str | None) -> dict[str, str]:
    return {name: arguments.header(name, value) for name, value in given.items() if value is not None}
