"""A Ropo One that behaves, and misbehaves, like the real one: on a real socket, on asyncio and trio, keeping the truth.

```python
simulator = Simulator()
simulator.add_updates(count=2500)
simulator.fail(Fault.drop(processed=True), operation="GET /jobs/statusupdates", skip=1)
async with serve(simulator) as running:
    ...  # point a client at running.url with simulator.cid and simulator.apicode
assert len(simulator.truth.handed_out) == 3
```
"""

from ropo_async.simulator.archive import Rereads
from ropo_async.simulator.books import (
    BankPayment,
    CreditNote,
    CreditNoteAttempt,
    DeliveryStatus,
    Dispute,
    Exchange,
    Handout,
    Invoice,
    Login,
    Modification,
    Payment,
    PaymentAttempt,
    Record,
    Submission,
    TransferReport,
)
from ropo_async.simulator.faults import Fault
from ropo_async.simulator.ledger import Script
from ropo_async.simulator.plan import CATALOGUE, DOCUMENT_FAULTS, FaultPlan
from ropo_async.simulator.server import Running, serve
from ropo_async.simulator.simulator import Simulator
from ropo_async.simulator.threaded import ServedSimulator
from ropo_async.simulator.truth import Truth

__all__ = [
    "CATALOGUE",
    "DOCUMENT_FAULTS",
    "BankPayment",
    "CreditNote",
    "CreditNoteAttempt",
    "DeliveryStatus",
    "Dispute",
    "Exchange",
    "Fault",
    "FaultPlan",
    "Handout",
    "Invoice",
    "Login",
    "Modification",
    "Payment",
    "PaymentAttempt",
    "Record",
    "Rereads",
    "Running",
    "Script",
    "ServedSimulator",
    "Simulator",
    "Submission",
    "TransferReport",
    "Truth",
    "serve",
]
