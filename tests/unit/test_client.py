"""What a client refuses before it does anything."""

import pytest

from ropo_async import Credentials, Environment, InvalidInput, RopoClient, StaticToken

CREDENTIALS = Credentials("1000011", "only-for-tests")


@pytest.mark.parametrize(
    ("server", "auth", "options", "reason"),
    [
        ("https://", CREDENTIALS, {}, "server must be a URL"),
        (Environment.FI_TEST, "1000011", {}, "auth must be"),
        (Environment.FI_TEST, CREDENTIALS, {"hooks": ["print"]}, "hooks must be callables"),
    ],
)
def test_what_cannot_be_right_is_refused(server: object, auth: object, options: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        RopoClient(server, auth, **options)  # type: ignore[arg-type]


def test_an_environment_without_a_server_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ROPO_SERVER is not set: a URL, or one of FI_TEST"):
        RopoClient.from_env({"ROPO_TOKEN": "only-for-tests"})


def test_nothing_secret_shows() -> None:
    client = RopoClient.from_env({"ROPO_SERVER": "se-test", "ROPO_TOKEN": "only-for-tests"})
    assert repr(client) == "RopoClient(open)"
    for part in (client.status_updates, client.payments, StaticToken("only-for-tests"), CREDENTIALS):
        assert "only-for-tests" not in repr(part)
