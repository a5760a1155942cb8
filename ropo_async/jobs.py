"""Jobs: invoices, payment notices, collections and letters, submitted, looked up and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ropo_async import _arguments as arguments
from ropo_async import codec, datasets
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from ropo_async.datasets import JobDataSet, JobSubmission
    from ropo_async.job_records import JobInfo, JobsResult, OpenSalesInvoicesResult
    from ropo_async.transport import Transport

__all__ = ["Jobs"]


@frozen
class Jobs:
    """The jobs of one account.

    All but `get` change something, and the API has no idempotency key: they are sent again only where the first attempt
    provably took no effect (it never left this machine, or was refused with 401 or 429), and run to their end even when
    the caller is cancelled.
    """

    _transport: Transport = field(repr=False)

    async def submit(
        self,
        *jobs: JobSubmission,
        data_identifier: str | None = None,
        data_type_identifier: str | None = None,
        checkbillnum: bool = True,
    ) -> JobsResult:
        """Submit one job or many, in one request.

        The server may accept some and reject others, with the same HTTP status: look at the result's `complete`.

        Args:
            jobs: the jobs; they are checked first, and everything that is wrong with any of them is told at once.
            data_identifier: an identifier of yours to follow the data by. Not known to keep anything from being done
                twice.
            data_type_identifier: the type of the data.
            checkbillnum: have the server reject a bill number that is in use, by setting `checkbillnum` to 1 on each
                job that says nothing of it. Nothing else guards against submitting a job twice, and it needs a
                `billnum` to work with.

        Returns:
            What the server says of the jobs. What it does not say is None.

        Raises:
            InvalidInput: there is no job, or an identifier does not fit into a header; nothing was sent.
            InvalidJob: jobs that cannot be right, with all that is wrong with them in `.problems`; nothing was sent.
            OutcomeUnknown: some or all may be submitted. Look for their bill numbers before submitting them again.
            StatusError: refused, nothing was submitted.
            TransportError: it never left this machine, nothing was submitted.

        See https://dev.ropo.com/guides/basics/invoice.
        """
        given = {"data_identifier": data_identifier, "data_type_identifier": data_type_identifier}
        headers = {name: arguments.header(name, value) for name, value in given.items() if value is not None}
        request = codec.submit_request(datasets.envelope(jobs, checkbillnum=checkbillnum), **headers)
        return evolve(await self._transport.send(request, codec.read_jobs_result), submitted=len(jobs))

    async def get(self, jobid: int) -> JobInfo:
        """Read one job as it stands. There is no other way to look one up, and no list.

        Args:
            jobid: Ropo's id of the job.

        Raises:
            InvalidInput: `jobid` is no positive int; nothing was sent.
            StatusError, TransportError, DecodeError: after repeated attempts.

        See https://dev.ropo.com/api-reference/jobs.
        """
        return await self._transport.send(codec.job_request(arguments.number("jobid", jobid)), codec.read_job)

    async def modify(self, dataset: JobDataSet, *, jobid: int | None = None, billnum: str | None = None) -> None:
        """Change one job.

        The vendor does not say whether the dataset replaces the job's data or is merged into it, nor until when a job
        can be changed: its guide to credit notes says that a submitted invoice cannot be. So give all fields, and try
        it on the test server first.

        Args:
            dataset: the data; `jobtype`, `customertype`, `address` and `city` are required here too. It takes no rows.
            jobid: Ropo's id of the job. Exactly one of jobid and billnum.
            billnum: the invoice number.

        Raises:
            InvalidInput: there is not exactly one identifier, or one that cannot be right; nothing was sent.
            InvalidJob: the dataset cannot be right, with all that is wrong in `.problems`; nothing was sent.
            OutcomeUnknown: it may be changed.
            StatusError: refused, not changed.
            TransportError: it never left this machine, not changed.

        See https://dev.ropo.com/api-reference/jobs.
        """
        arguments.exactly_one(jobid=jobid, billnum=billnum)
        identifier = (
            {"billnum": arguments.text("billnum", billnum)}
            if jobid is None
            else {"jobid": arguments.number("jobid", jobid)}
        )
        await self._transport.send(codec.modify_request(datasets.change(dataset), **identifier), codec.read_done)

    async def modify_open_sales_invoices(
        self, dataset: JobDataSet, *, custnum: str, ordernumber: str
    ) -> OpenSalesInvoicesResult:
        """Change all open invoices of one order of a customer; otherwise as `modify`.

        Args:
            dataset: the data.
            custnum: the customer's number in your system.
            ordernumber: the order's number; text here, although a dataset has it as an int.

        Returns:
            What the server says, of which nothing is documented.

        Raises:
            InvalidInput: an identifier that cannot be right; nothing was sent.
            InvalidJob: the dataset cannot be right, with all that is wrong in `.problems`; nothing was sent.
            OutcomeUnknown: some or all may be changed.
            StatusError: refused, nothing was changed.
            TransportError: it never left this machine, nothing was changed.

        See https://dev.ropo.com/api-reference/jobs.
        """
        request = codec.modify_open_request(
            datasets.change(dataset),
            custnum=arguments.text("custnum", custnum),
            ordernumber=arguments.text("ordernumber", ordernumber),
        )
        return await self._transport.send(request, codec.read_open_result)

    async def update_delivery_status(
        self,
        *,
        created_at: str | None = None,
        id: str | None = None,  # noqa: A002 - the API's own name
        service: str | None = None,
    ) -> None:
        """Tell the status of a delivery; presumably for partners who deliver.

        Args:
            created_at: when the status arose. Its form is not documented, so it goes out as you give it.
            id: the delivery's id.
            service: the service that delivers.

        Raises:
            InvalidInput: nothing is given, or empty text; nothing was sent.
            OutcomeUnknown: it may be recorded.
            StatusError: refused, not recorded.
            TransportError: it never left this machine, not recorded.

        See https://dev.ropo.com/api-reference/jobs.
        """
        given = {"created_at": created_at, "id": id, "service": service}
        fields = {name: arguments.text(name, value) for name, value in given.items() if value is not None}
        if not fields:
            raise InvalidInput("a delivery status needs one of created_at, id and service at least")
        await self._transport.send(codec.delivery_status_request(fields), codec.read_done)

    async def send_transfer_report(self, batchid: str) -> None:
        """Have Ropo send the report of a transfer. A GET for the API, and yet never repeated: each may send a report.

        Args:
            batchid: identifies the batch of the transfer.

        Raises:
            InvalidInput: `batchid` is no text, or empty; nothing was sent.
            OutcomeUnknown: the report may be sent.
            StatusError: refused, no report was sent.
            TransportError: it never left this machine, no report was sent.

        See https://dev.ropo.com/api-reference/jobs.
        """
        request = codec.transfer_report_request(arguments.text("batchid", batchid))
        await self._transport.send(request, codec.read_done)
