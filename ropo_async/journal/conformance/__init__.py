"""What any journal promises, as tests. Whoever brings a storage of their own runs them on it.

```python
import pytest
from ropo_async.journal.conformance import Clock, JournalConformance


class TestMyJournal(JournalConformance):
    @pytest.fixture
    async def handles(self, clock: Clock, tmp_path):
        async with MyJournal.open(tmp_path, clock) as one, MyJournal.open(tmp_path, clock) as two:
            yield one, two
```

The tests run on pytest with the plugin that anyio brings along, and use nothing but the methods of `Journal`.
"""

from __future__ import annotations

import pytest

THEMES = (
    "activity",
    "bookings",
    "forgetting",
    "gaps",
    "invoices",
    "leases",
    "ledgers",
    "merging",
    "polls",
    "stage",
    "trouble",
)
# What an assertion compared is shown only if pytest is told before it loads the module.
pytest.register_assert_rewrite(*(f"{__name__}._{theme}" for theme in THEMES))

from ropo_async.journal.conformance._activity import Activities  # noqa: E402 - as said above
from ropo_async.journal.conformance._bookings import Bookings, Claims  # noqa: E402
from ropo_async.journal.conformance._forgetting import Discretion, Erasing, Purging  # noqa: E402
from ropo_async.journal.conformance._gaps import Gaps, Witnesses  # noqa: E402
from ropo_async.journal.conformance._invoices import Invoices  # noqa: E402
from ropo_async.journal.conformance._leases import Leases, Waiting  # noqa: E402
from ropo_async.journal.conformance._ledgers import Forgotten, Ledgers  # noqa: E402
from ropo_async.journal.conformance._merging import AllOrNone, Counted, Identified  # noqa: E402
from ropo_async.journal.conformance._polls import Polls, States, Turns  # noqa: E402
from ropo_async.journal.conformance._stage import Clock  # noqa: E402
from ropo_async.journal.conformance._trouble import DeadLetters, Figures, Quarantine  # noqa: E402

__all__ = ["Clock", "JournalConformance"]


@pytest.mark.anyio
class JournalConformance(
    Turns,
    Polls,
    States,
    Identified,
    Counted,
    AllOrNone,
    Gaps,
    Witnesses,
    Leases,
    Waiting,
    Invoices,
    DeadLetters,
    Quarantine,
    Figures,
    Activities,
    Purging,
    Erasing,
    Discretion,
    Bookings,
    Claims,
    Ledgers,
    Forgotten,
):
    """The promises. A subclass overrides the fixture `handles`.

    It gives two handles on one storage that is new for each test, as two processes have them; both go by `clock`, a
    callable that returns Unix seconds and is set by the tests. A storage that has only one handle gives it twice.
    """
