"""Disputes: jobs whose claim is contested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ropo_async import _arguments as arguments
from ropo_async import codec
from ropo_async.datasets import is_json
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from ropo_async.job_records import DisputeReceipt
    from ropo_async.transport import Transport

__all__ = ["Disputes"]


@frozen
class Disputes:
    """The disputes of one account. Both calls change something and are repeated only as `Jobs` says."""

    _transport: Transport = field(repr=False)

    async def open(
        self,
        *,
        jobid: int | None = None,
        invoice_number: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> DisputeReceipt:
        """Dispute a job.

        Args:
            jobid: Ropo's id of the job. Exactly one of jobid and invoice_number.
            invoice_number: the invoice number, which other operations call billnum.
            details: the body. Its fields are not documented: ask Ropo, and give them as JSON has them, with Decimal or
                int for numbers.

        Raises:
            InvalidInput: there is not exactly one identifier, or a value cannot be sent; nothing was sent.
            OutcomeUnknown: the job may be disputed.
            StatusError: refused, not disputed.
            TransportError: it never left this machine, not disputed.

        See https://dev.ropo.com/api-reference/jobs.
        """
        request = codec.dispute_request(_sendable(details), **_identifier(jobid, invoice_number))
        return await self._transport.send(request, codec.read_dispute)

    async def resolve(
        self,
        *,
        jobid: int | None = None,
        invoice_number: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> DisputeReceipt:
        """Resolve the dispute of a job; otherwise as `open`.

        Args:
            jobid: Ropo's id of the job. Exactly one of jobid and invoice_number.
            invoice_number: the invoice number.
            details: the body, whose fields are not documented.

        Raises:
            InvalidInput: there is not exactly one identifier, or a value cannot be sent; nothing was sent.
            OutcomeUnknown: the dispute may be resolved.
            StatusError: refused, not resolved.
            TransportError: it never left this machine, not resolved.

        See https://dev.ropo.com/api-reference/jobs.
        """
        request = codec.resolve_dispute_request(_sendable(details), **_identifier(jobid, invoice_number))
        return await self._transport.send(request, codec.read_dispute)


def _identifier(jobid: int | None, invoice_number: str | None) -> dict[str, str]:
    arguments.exactly_one(jobid=jobid, invoice_number=invoice_number)
    if jobid is None:
        return {"invoice_number": arguments.text("invoice_number", invoice_number)}
    return {"jobid": str(arguments.number("jobid", jobid))}  # these two operations have it as text


def _sendable(details: Mapping[str, Any] | None) -> dict[str, Any]:
    given: Mapping[str, Any] = details or {}
    if not isinstance(given, Mapping) or not is_json(dict(given)):
        raise InvalidInput("details must be a mapping, as JSON has it: texts, Decimal, int, lists and dicts")
    return dict(given)
