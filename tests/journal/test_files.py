"""Which files are safe for a journal, told before anything is created or changed."""

import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.journal import files
from ropo_async.journal.files import checked, file_problem, filesystem, folder_problem, prepared

ME, US, OTHER = 1000, 1001, 1002


def info(mode: int, *, user: int = ME, group: int = US, links: int = 1) -> os.stat_result:
    return os.stat_result((mode, 1, 1, links, user, group, 0, 0, 0, 0))


FILES = {
    "own": (info(stat.S_IFREG | 0o600), None),
    "read only": (info(stat.S_IFREG | 0o400), None),
    "executable": (info(stat.S_IFREG | 0o700), None),
    "group reads": (info(stat.S_IFREG | 0o640), JournalProblem.OPEN_TO_OTHERS),
    "others execute": (info(stat.S_IFREG | 0o601), JournalProblem.OPEN_TO_OTHERS),
    "two links": (info(stat.S_IFREG | 0o600, links=2), JournalProblem.OPEN_TO_OTHERS),
    "symlink": (info(stat.S_IFLNK | 0o777), JournalProblem.OPEN_TO_OTHERS),
    "folder": (info(stat.S_IFDIR | 0o700), JournalProblem.FOREIGN),
    "pipe": (info(stat.S_IFIFO | 0o600), JournalProblem.FOREIGN),
    "another's": (info(stat.S_IFREG | 0o600, user=OTHER), JournalProblem.WRONG_OWNER),
    "root's": (info(stat.S_IFREG | 0o600, user=0), JournalProblem.WRONG_OWNER),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_for_its_owner_alone(name: str) -> None:
    found, problem = FILES[name]
    assert file_problem(found, ME) is problem


FOLDERS = {
    "own": (info(stat.S_IFDIR | 0o700), None),
    "others read": (info(stat.S_IFDIR | 0o755), None),
    "own group writes": (info(stat.S_IFDIR | 0o775), None),
    "a group writes": (info(stat.S_IFDIR | 0o770, group=OTHER), JournalProblem.OPEN_TO_OTHERS),
    "a group reads": (info(stat.S_IFDIR | 0o750, group=OTHER), None),
    "others write": (info(stat.S_IFDIR | 0o702), JournalProblem.OPEN_TO_OTHERS),
    "sticky": (info(stat.S_IFDIR | 0o1777, user=0), JournalProblem.OPEN_TO_OTHERS),
    "root's": (info(stat.S_IFDIR | 0o755, user=0), None),
    "another's": (info(stat.S_IFDIR | 0o755, user=OTHER), JournalProblem.WRONG_OWNER),
    "a file": (info(stat.S_IFREG | 0o700), JournalProblem.MISSING),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_in_a_folder_nobody_else_writes(name: str) -> None:
    found, problem = FOLDERS[name]
    assert folder_problem(found, ME, US) is problem


def test_root_may_use_a_folder_of_anybody() -> None:
    assert folder_problem(info(stat.S_IFDIR | 0o755), 0, 0) is None


def test_where_there_are_no_users_only_the_kind_counts() -> None:
    assert folder_problem(info(stat.S_IFDIR | 0o777), None, None) is None
    assert file_problem(info(stat.S_IFREG | 0o666, links=2), None) is None
    assert file_problem(info(stat.S_IFDIR | 0o666), None) is JournalProblem.FOREIGN


# --- File systems --------------------------------------------------------------------------------------------------

MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /proc rw,nosuid - proc proc rw
31 22 0:27 / /srv rw shared:2 master:3 - nfs4 server:/export rw,vers=4.2
32 31 8:1 / /srv/local rw - xfs /dev/sda1 rw
33 22 0:30 / /mnt/with\040blank\134 rw - fuse.sshfs me@host:/ rw
34 22 8:2 / /twice rw - ext4 /dev/sdb1 rw
35 34 0:31 / /twice rw - cifs //server/share rw
36 22 0:32 / /dash rw - tmpfs a - b rw
odd
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/ropo", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/data", "nfs4"),
        ("/srvdata", "ext4"),
        ("/srv/local/data", "xfs"),
        ("/mnt/with blank\\/data", "fuse.sshfs"),
        ("/twice/data", "cifs"),
        ("/dash", "tmpfs"),
    ],
)
def test_the_longest_mount_point_counts(path: str, kind: str) -> None:
    assert filesystem(MOUNTS, PurePosixPath(path)) == kind


def test_without_mounts_nothing_is_known() -> None:
    assert filesystem("", PurePosixPath("/")) == ""


@pytest.mark.parametrize("kind", sorted(files.NETWORK))
def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    mounts = f"1 0 0:1 / / rw - ext4 /dev/a rw\n2 1 0:2 / {tmp_path.resolve()} rw - {kind} b rw\n"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    with pytest.raises(JournalError) as caught:
        prepared(tmp_path / "journal.db")
    assert caught.value.problem is JournalProblem.NETWORK
    assert not list(tmp_path.iterdir())


# --- On a disk -----------------------------------------------------------------------------------------------------


def test_a_new_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    for umask in (0o000, 0o777):
        path = tmp_path / f"journal-{umask}.db"
        before = os.umask(umask)
        try:
            assert prepared(path) == path.resolve()
        finally:
            os.umask(before)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_size == 0


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = prepared(tmp_path / "journal.db")
    path.write_bytes(b"content")
    assert prepared(path) == checked(path) == path
    assert path.read_bytes() == b"content"


def test_checking_makes_nothing(tmp_path: Path) -> None:
    checked(tmp_path / "journal.db")
    assert not list(tmp_path.iterdir())


def test_a_folder_may_be_reached_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(0o700)
    (tmp_path / "link").symlink_to("real")
    assert prepared(tmp_path / "link" / "journal.db") == (tmp_path / "real" / "journal.db").resolve()


def test_a_relative_path_is_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert prepared(Path("journal.db")) == tmp_path.resolve() / "journal.db"


def _missing(path: Path) -> Path:
    return path.parent / "missing" / "journal.db"


def _within_a_file(path: Path) -> Path:
    path.touch(0o600)
    return path / "journal.db"


def _below_a_file(path: Path) -> Path:
    return _within_a_file(path).parent / "folder" / "journal.db"


def _open_folder(path: Path) -> Path:
    path.parent.chmod(0o777)
    return path


def _readable(path: Path) -> Path:
    path.touch()
    path.chmod(0o644)
    return path


def _link(path: Path) -> Path:
    path.with_name("real.db").touch(0o600)
    path.symlink_to("real.db")
    return path


def _dangling(path: Path) -> Path:
    path.symlink_to("nowhere")
    return path


def _second_name(path: Path) -> Path:
    path.touch(0o600)
    path.with_name("other.db").hardlink_to(path)
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _planted(path: Path) -> Path:
    prepared(path)
    Path(f"{path}-journal").symlink_to("elsewhere")
    return path


def _planted_for_all(path: Path) -> Path:
    prepared(path)
    Path(f"{path}-wal").touch()
    Path(f"{path}-wal").chmod(0o666)
    return path


REFUSED: list[tuple[Callable[[Path], Path], JournalProblem]] = [
    (_missing, JournalProblem.MISSING),
    (_within_a_file, JournalProblem.MISSING),
    (_below_a_file, JournalProblem.MISSING),
    (_open_folder, JournalProblem.OPEN_TO_OTHERS),
    (_readable, JournalProblem.OPEN_TO_OTHERS),
    (_link, JournalProblem.OPEN_TO_OTHERS),
    (_dangling, JournalProblem.OPEN_TO_OTHERS),
    (_second_name, JournalProblem.OPEN_TO_OTHERS),
    (_folder, JournalProblem.FOREIGN),
    (_planted, JournalProblem.OPEN_TO_OTHERS),
    (_planted_for_all, JournalProblem.OPEN_TO_OTHERS),
]


def _found(folder: Path) -> list[tuple[str, int]]:
    return sorted((each.name, each.lstat().st_mode) for each in folder.rglob("*"))


@pytest.mark.parametrize(("made", "problem"), REFUSED, ids=[each.__name__[1:] for each, _ in REFUSED])
def test_what_is_not_safe_is_refused_and_left_alone(
    tmp_path: Path, made: Callable[[Path], Path], problem: JournalProblem
) -> None:
    path = made(tmp_path / "journal.db")
    before = _found(tmp_path)
    for use in (checked, prepared):
        with pytest.raises(JournalError) as caught:
            use(path)
        assert caught.value.problem is problem
    assert _found(tmp_path) == before


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    path = prepared(tmp_path / "journal.db")
    other = Path(f"{path}{suffix}")
    other.touch(0o600)
    lstat = Path.lstat

    def of_another(each: Path) -> os.stat_result:
        return info(stat.S_IFREG | 0o600, user=os.geteuid() + 1) if each == other else lstat(each)

    monkeypatch.setattr(Path, "lstat", of_another)
    with pytest.raises(JournalError, match="belongs to another user") as caught:
        prepared(path)
    assert caught.value.problem is JournalProblem.WRONG_OWNER
    assert caught.value.detail == str(other)


def test_a_file_that_appears_meanwhile_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, check = tmp_path / "journal.db", checked

    def and_then_it_appears(each: Path) -> Path:
        found = check(each)
        path.touch(0o644)
        return found

    monkeypatch.setattr(files, "checked", and_then_it_appears)
    with pytest.raises(JournalError) as caught:
        prepared(path)
    assert caught.value.problem is JournalProblem.OPEN_TO_OTHERS
