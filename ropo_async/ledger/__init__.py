"""The ledger: payments and credit notes without doubt. Start with `PaymentLedger`."""

from ropo_async.ledger.bulk import BulkProgress, BulkResult, BulkRun
from ropo_async.ledger.ledger import PaymentLedger
from ropo_async.ledger.policy import LedgerPolicy
from ropo_async.ledger.registrations import Registration

__all__ = ["BulkProgress", "BulkResult", "BulkRun", "LedgerPolicy", "PaymentLedger", "Registration"]
