"""An authority that certifies servers, and assertions of the harness that say what they compared."""

import pytest
import trustme

pytest.register_assert_rewrite("tests.pool.harness")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()
