"""The README's code runs as it is printed."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SERVER = [sys.executable, "-m", "ropo_async.simulator", "--updates", "1500", "--apicode", "made-up"]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment that points at a simulator, in a process of its own."""
    with subprocess.Popen(SERVER, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+/rest", line)))
        yield {
            **{name: value for name, value in os.environ.items() if not name.startswith("ROPO_")},
            "ROPO_SERVER": url,
            "ROPO_CID": "1000011",
            "ROPO_APICODE": "made-up",
        }
        server.terminate()


EXPECTED = [r"\Anot booked: NOT_FOUND\n\Z"]


def test_the_quick_start_delivers_and_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    line = re.compile(r"\d+ (payment|comment) (None|-?\d+\.\d\d) (None|\d{4}-\d\d-\d\d)\n")
    command = [sys.executable, "-u", "-W", "error", "-c", BLOCKS[0]]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        assert service.stderr is not None
        assert all(line.fullmatch(service.stdout.readline()) for _ in range(200))
        service.send_signal(signal.SIGINT)
        service.stdout.read()
        assert service.stderr.read().splitlines()[-1] == "KeyboardInterrupt"
    assert stat.S_IMODE((tmp_path / "ropo.db").stat().st_mode) == 0o600


@pytest.mark.parametrize(("block", "expected"), list(zip(BLOCKS[1:], EXPECTED, strict=True)), ids=range(1, len(BLOCKS)))
def test_a_block_of_code(block: str, expected: str, environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", block]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.stderr == ""
    assert re.search(expected, done.stdout), done.stdout[:500]


def test_every_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\((?!https?://)(.+?)\)", README) if not link.startswith("#")]
    assert len(links) > 10
    for link in links:
        name, _, anchor = link.partition("#")
        page = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
        assert not anchor or anchor in {
            re.sub(r"[^\w ]", "", heading).lower().replace(" ", "-") for heading in headings
        }


def test_every_command_exists() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:^\$ |`)make ([a-z-]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
