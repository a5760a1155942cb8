"""Where settings come from, and what is refused."""

from pathlib import Path

import pytest

from ropo_async import Environment, InvalidInput
from ropo_async.cli.work.settings import is_production, journal_of, lacks_secret, settings_of
from tests.cli.office import APICODE, Office

SERVER, CODE = "FI_TEST", "made-up-code-91"


def configured(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "ropo.toml"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_environment_wins(tmp_path: Path) -> None:
    config = configured(tmp_path, f'ROPO_SERVER = "FI_TEST"\nROPO_CID = "1"\nROPO_APICODE = "{CODE}"\n')
    assert settings_of(config, {"ROPO_CID": "2", "ROPO_SERVER": "", "HOME": "/"}) == {
        "ROPO_SERVER": "FI_TEST",
        "ROPO_CID": "2",
        "ROPO_APICODE": CODE,
    }


@pytest.mark.parametrize("name", ["ROPO_TOKEN", "ROPO_APICODE_FILE"])
def test_a_secret_in_the_environment_stands_for_every_kind_of_secret(tmp_path: Path, name: str) -> None:
    config = configured(tmp_path, f'ROPO_CID = "1"\nROPO_APICODE = "{CODE}"\n')
    assert settings_of(config, {name: "x"}) == {"ROPO_CID": "1", name: "x"}


def test_a_file_of_a_secret_goes_by_the_folder_of_the_configuration(tmp_path: Path) -> None:
    config = configured(tmp_path, 'ROPO_APICODE_FILE = "code"\n')
    assert settings_of(config, {}) == {"ROPO_APICODE_FILE": str(tmp_path / "code")}


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (f'ROPO_APICODE = "{CODE}"', 0o640, "chmod 600"),
        (f'IOPOLE_CLIENT_SECRET = "{CODE}"', 0o604, "chmod 600"),
        (f'ROPO_JOURNAL = "postgresql://me:{CODE}@host/db"', 0o644, "chmod 600"),
        (f"ROPO_APICODE = {CODE}", 0o600, "is not TOML"),
        (f'ROPO_CODE = "{CODE}"', 0o600, "has ROPO_CODE"),
        ("ROPO_CID = 1000011", 0o600, "in quotes"),
    ],
)
def test_what_a_configuration_may_not_be(tmp_path: Path, content: str, mode: int, words: str) -> None:
    config = configured(tmp_path, content, mode)
    with pytest.raises(InvalidInput, match=words) as caught:
        settings_of(config, {})
    assert CODE not in str(caught.value)


def test_a_configuration_without_a_secret_may_be_read_by_all(tmp_path: Path) -> None:
    assert settings_of(configured(tmp_path, 'ROPO_CID = "1"', 0o644), {}) == {"ROPO_CID": "1"}
    with pytest.raises(InvalidInput, match="cannot be read"):
        settings_of(tmp_path / "nowhere.toml", {})


@pytest.mark.parametrize("url", [f"postgresql://me:{CODE}@host/db", f"postgresql://host/db?password={CODE}"])
def test_a_password_is_not_for_the_command_line(url: str) -> None:
    with pytest.raises(InvalidInput, match="ROPO_JOURNAL") as caught:
        journal_of({}, url)
    assert CODE not in str(caught.value)
    assert journal_of({"ROPO_JOURNAL": url}, None) == url


def test_what_counts_as_production() -> None:
    named = {known.name: is_production(known.value) for known in Environment}
    assert named == {known.name: known.name.endswith("PRODUCTION") for known in Environment}
    assert is_production("https://proxy.example/rest")
    assert not is_production("http://127.0.0.1:8080/rest")


def test_what_lacks_a_secret() -> None:
    assert lacks_secret({"ROPO_CID": "1"})
    assert not lacks_secret({"ROPO_CID": "1", "ROPO_APICODE": "x"})
    assert not lacks_secret({"ROPO_TOKEN": "x"})


def test_a_command_takes_its_configuration_from_a_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    content = f'ROPO_SERVER = "{office.simulator.url}"\nROPO_CID = "1000011"\nROPO_APICODE = "{APICODE}"\n'
    config = configured(office.folder, content)
    for name in office.simulator.environ:
        monkeypatch.delenv(name)
    assert office.ropo("check").status == 2
    assert office.ropo("--config", str(config), "check").status == 0
    monkeypatch.setenv("ROPO_CONFIG", str(config))
    assert office.ropo("check").status == 0
    config.chmod(0o644)
    assert office.ropo("check").status == 2
