"""A report on a journal: one HTML page that stands by itself, in figures and without personal data.

```python
async with Journal.open("sqlite:///ropo.db") as journal:
    await write_report(journal, "report.html", days=90)
```
"""

from ropo_async.report.facts import AccountFacts, Facts, gather
from ropo_async.report.page import html_report
from ropo_async.report.writing import write_report

__all__ = ["AccountFacts", "Facts", "gather", "html_report", "write_report"]
