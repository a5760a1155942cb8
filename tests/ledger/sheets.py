"""Files to register from, and what a reader makes of them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ropo_async import InvalidFile, Payment, Registration
from ropo_async.ledger.sources import SourceOf, opened

HEADER = "operation_id,amount,paydate,billnum"
ROW = "op-1,10.50,2026-11-20,R-1"
DAY = date(2026, 11, 20)
PAID = Payment(amount=Decimal("10.50"), paydate=DAY, billnum="R-1")
SECRET = "080590-920X"
ANSWER = {"operation_id": "op-1", "amount": 10.5, "paydate": "2026-11-20", "billnum": "R-1"}


async def read(source: SourceOf, **options: object) -> list[tuple[int | None, Registration]]:
    async with opened(source, options.get("format")) as found:  # type: ignore[arg-type]
        items = [item async for item in found.items]
        assert found.total in (None, len(items))
        return items


async def refused(path: Path) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        await read(path)
    assert SECRET not in repr(caught.value) + repr(caught.value.problems)
    assert caught.value.more == 0
    return [str(problem) for problem in caught.value.problems]


def written(folder: Path, text: str | bytes, name: str = "payments.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
