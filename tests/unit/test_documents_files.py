"""Part files: whole or not there, in whatever order a thread and its caller end."""

import errno
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import pytest

from ropo_async.documents import _files
from ropo_async.documents._files import STALE, Part, is_whole, sweep


def part(folder: Path, content: bytes = b"content") -> Part:
    made = Part(folder)
    made.create()
    made.write(content)
    return made


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_there_when_it_is_kept(tmp_path: Path) -> None:
    made = part(tmp_path)
    assert names(tmp_path) == [made.path.name]
    assert made.path.name.startswith(".")
    place = made.keep(["a.pdf"], overwrite=False)
    made.discard()
    assert place == tmp_path / "a.pdf"
    assert names(tmp_path) == ["a.pdf"]
    assert (place.read_bytes(), place.stat().st_mode & 0o777, place.stat().st_nlink) == (b"content", 0o600, 1)


def test_a_file_begins_anew(tmp_path: Path) -> None:
    made = part(tmp_path, b"a longer content")
    made.restart()
    made.write(b"new")
    assert made.keep(["a.pdf"], overwrite=False).read_bytes() == b"new"


def test_a_piece_may_take_several_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:3]))
    assert part(tmp_path).keep(["a.pdf"], overwrite=False).read_bytes() == b"content"


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[object] = []
    fsync = os.fsync

    def watched(file: int) -> None:
        steps.append((str(Path(f"/proc/self/fd/{file}").readlink()), names(tmp_path)))
        fsync(file)

    made = part(tmp_path)
    monkeypatch.setattr(os, "fsync", watched)
    made.keep(["a.pdf"], overwrite=False)
    assert steps == [(str(made.path), [made.path.name]), (str(tmp_path), ["a.pdf"])]


NO_LINKS = [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS]


@pytest.fixture(params=[None, *NO_LINKS], ids=lambda code: errno.errorcode.get(code, "links"))
def _links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(request.param, "no links here")

    if request.param is not None:
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("_links")
def test_a_taken_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"old")
    (tmp_path / "b.pdf").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError, match=r"b\.pdf"):
        (made := part(tmp_path)).keep(["a.pdf", "b.pdf"], overwrite=False)
    made.discard()
    assert names(tmp_path) == ["a.pdf", "b.pdf"]
    assert part(tmp_path).keep(["a.pdf", "b.pdf", "c.pdf"], overwrite=False).name == "c.pdf"
    assert names(tmp_path) == ["a.pdf", "b.pdf", "c.pdf"]
    assert (tmp_path / "a.pdf").read_bytes() == b"old"


def test_a_taken_name_may_be_taken_over(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"outside")
    (tmp_path / "a.pdf").symlink_to(outside)
    part(tmp_path).keep(["a.pdf"], overwrite=True)
    assert not (tmp_path / "a.pdf").is_symlink()
    assert ((tmp_path / "a.pdf").read_bytes(), outside.read_bytes()) == (b"content", b"outside")


def test_another_refusal_of_the_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    made = part(tmp_path)
    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="broken"):
        made.keep(repeat("a.pdf"), overwrite=False)
    made.discard()
    assert not names(tmp_path)


def test_what_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    made = part(tmp_path)
    made.discard()
    made.discard()
    assert not names(tmp_path)


@pytest.mark.parametrize(
    "step", [Part.restart, lambda made: made.write(b"x"), lambda made: made.keep(["a.pdf"], overwrite=True)]
)
def test_a_thread_that_comes_too_late_does_nothing(step: Callable[[Part], object], tmp_path: Path) -> None:
    made = part(tmp_path)
    made.discard()
    with pytest.raises(OSError, match="discarded"):
        step(made)
    late = Part(tmp_path)
    late.discard()
    late.create()
    assert not names(tmp_path)


def test_a_file_is_not_closed_under_a_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, steps, write = threading.Event(), list[str](), os.write

    def slow(file: int, data: bytes) -> int:
        begun.set()
        time.sleep(0.1)  # for whoever does not wait
        steps.append("written")
        return write(file, data)

    made = Part(tmp_path)
    made.create()
    monkeypatch.setattr(os, "write", slow)
    with ThreadPoolExecutor() as threads:
        writing = threads.submit(made.write, b"x")
        begun.wait()
        made.discard()
        steps.append("discarded")
        writing.result()
    assert steps == ["written", "discarded"]
    assert not names(tmp_path)


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"%PDF-1.4 %%EOF", True),
        (b"\n%PDF-1.4" + b" " * 9999 + b"%%EOF\n", True),
        (b"%PDF-1.4", False),
        (b"%%EOF", False),
        (b"%PDF-1.4 %%EOF" + b" " * 2000, False),
        (b"", False),
    ],
)
def test_whole_is_what_has_both_ends(content: bytes, tmp_path: Path, *, whole: bool) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    assert is_whole(tmp_path / "a.pdf") is whole


def test_only_a_file_is_whole(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [is_whole(tmp_path / name) for name in ("pipe", "nothing")] == [False, False]
    with pytest.raises(IsADirectoryError):
        is_whole(tmp_path)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    made = part(tmp_path)
    with Path("/dev/full").open("wb", buffering=0) as full:
        os.dup2(full.fileno(), made._file)
    with pytest.raises(OSError, match="No space"):
        made.write(b"x")
    made.discard()
    assert not names(tmp_path)


# --- what dead processes left -------------------------------------------------------------------------------------


def aged(path: Path, seconds: float = STALE + 60) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def left_behind(folder: Path) -> Path:
    """Leave a part file as a killed process does."""
    program = f"""
        import os, pathlib
        from ropo_async.documents._files import Part
        part = Part(pathlib.Path({str(folder)!r}))
        part.create()
        part.write(b"%PDF-")
        print(part.path, flush=True)
        os.kill(os.getpid(), 9)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert done.returncode == -9
    return Path(done.stdout.strip())


def test_what_a_killed_process_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    left = left_behind(tmp_path)
    sweep(tmp_path)
    assert left.exists()
    aged(left)
    sweep(tmp_path)
    assert not names(tmp_path)


def test_what_a_living_process_holds_is_left_alone(tmp_path: Path) -> None:
    held = part(tmp_path)
    aged(held.path)
    sweep(tmp_path)
    assert held.keep(["a.pdf"], overwrite=False).read_bytes() == b"content"


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"x")
    ours = ".ropo-" + "0" * 32 + ".part"
    (tmp_path / ours).symlink_to(aged(victim))
    os.utime(tmp_path / ours, (0, 0), follow_symlinks=False)
    (tmp_path / ours.replace("0", "1")).mkdir()
    os.utime(tmp_path / ours.replace("0", "1"), (0, 0))
    os.mkfifo(tmp_path / ours.replace("0", "2"))
    os.utime(tmp_path / ours.replace("0", "2"), (0, 0))
    for name in (".ropo-0.part", "a.part", ours.removesuffix(".part"), f"{ours}.pdf"):
        aged_file = tmp_path / name
        aged_file.touch()
        aged(aged_file)
    before = names(tmp_path)
    sweep(tmp_path)
    assert names(tmp_path) == before


def test_what_belongs_to_another_user_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = aged(left_behind(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    sweep(tmp_path)
    assert left.exists()


def test_a_folder_that_cannot_be_looked_into_stops_nothing(tmp_path: Path) -> None:
    sweep(tmp_path / "nothing")


def test_without_locks_age_alone_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    young, old = part(tmp_path), part(tmp_path)
    aged(old.path)
    sweep(tmp_path)
    assert (young.path.exists(), old.path.exists()) == (True, False)
    assert _files.STALE == 3600
    young.discard()
    old.discard()
