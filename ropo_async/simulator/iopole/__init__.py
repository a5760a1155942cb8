"""An Iopole that behaves, and misbehaves, like the real one: tokens, histories, and statuses to mark as seen.

```python
simulator = IopoleSimulator()
invoice = simulator.add_invoice()
async with serve(simulator) as running:
    ...  # point a client at running.url with simulator.client_id and simulator.client_secret
assert simulator.truth.seen == {status.status_id for status in simulator.truth.statuses}
```
"""

from ropo_async.simulator.iopole.serving import IopoleRunning, serve
from ropo_async.simulator.iopole.shapes import ENTRIES, Entry
from ropo_async.simulator.iopole.simulator import HISTORY, NOT_SEEN, SEEN, TOKEN, IopoleSimulator
from ropo_async.simulator.iopole.truth import IopoleTruth

__all__ = [
    "ENTRIES",
    "HISTORY",
    "NOT_SEEN",
    "SEEN",
    "TOKEN",
    "Entry",
    "IopoleRunning",
    "IopoleSimulator",
    "IopoleTruth",
    "serve",
]
