"""Whether a journal's file is safe to use, told before SQLite opens it and before anything is created or changed.

No file that exists is opened here: closing it again would free every lock that this process holds on it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ropo_async.errors import JournalError, JournalProblem

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["checked", "file_problem", "filesystem", "folder_problem", "prepared", "told"]

SIDE_FILES = ("-journal", "-wal", "-shm")
"""What SQLite puts beside a database, and believes when it finds it there."""

NETWORK = frozenset(
    {
        *("afs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"),
        *("glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"),
    }
)

_PROBLEMS = {
    errno.ENOENT: JournalProblem.MISSING,
    errno.ENOTDIR: JournalProblem.MISSING,
    errno.EACCES: JournalProblem.READ_ONLY,
    errno.EPERM: JournalProblem.READ_ONLY,
    errno.EROFS: JournalProblem.READ_ONLY,
    errno.ENOSPC: JournalProblem.FULL,
    errno.EDQUOT: JournalProblem.FULL,
}


def checked(path: Path) -> Path:
    """Return `path` with its folder resolved, if a journal there is safe from others; the file may be missing yet."""
    with told():
        folder = Path(os.path.realpath(path.parent, strict=True))
        _refuse(folder_problem(folder.stat(), *_me()), folder)
        _refuse(_network_problem(folder), folder)
        found = folder / path.name
        for each in (found, *(Path(f"{found}{suffix}") for suffix in SIDE_FILES)):
            # Side files come and go while others use the journal.
            with suppress(FileNotFoundError):
                _refuse(file_problem(each.lstat(), _me()[0]), each)
        return found


def prepared(path: Path) -> Path:
    """As `checked`, and make the file where there is none, for its owner alone."""
    found = checked(path)
    # Somebody else may make it at the same moment.
    with told(), suppress(FileExistsError):
        descriptor = os.open(found, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)  # follows no link, and no child gets it
        try:
            if sys.platform != "win32":
                os.fchmod(descriptor, 0o600)  # the umask may have taken bits away
        finally:
            os.close(descriptor)
        return found
    return checked(path)


def folder_problem(info: os.stat_result, user: int | None, group: int | None) -> JournalProblem | None:
    """Return what is wrong with a folder for a process of `user` and `group`; None where there are none."""
    if not stat.S_ISDIR(info.st_mode):
        return JournalProblem.MISSING
    if user is None:
        return None
    # Its owner could put a side file there at any time. Root is trusted to know whose folder it writes to.
    if user not in (0, info.st_uid) and info.st_uid != 0:
        return JournalProblem.WRONG_OWNER
    if info.st_mode & stat.S_IWOTH or (info.st_mode & stat.S_IWGRP and info.st_gid != group):
        return JournalProblem.OPEN_TO_OTHERS
    return None


def file_problem(info: os.stat_result, user: int | None) -> JournalProblem | None:
    """Return what is wrong with a file that is there, for a process of `user`; None where there are no users."""
    if stat.S_ISLNK(info.st_mode):
        return JournalProblem.OPEN_TO_OTHERS
    if not stat.S_ISREG(info.st_mode):
        return JournalProblem.FOREIGN
    if user is None:
        return None
    if info.st_uid != user:
        return JournalProblem.WRONG_OWNER
    if info.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or info.st_nlink > 1:
        return JournalProblem.OPEN_TO_OTHERS
    return None


def filesystem(mounts: str, path: PurePosixPath) -> str:
    """Return the type of the file system that holds `path`, by the text of `/proc/self/mountinfo`; empty if unknown."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        mount, _, details = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not details:
            continue
        # Blanks and the like are written as octal numbers.
        point = PurePosixPath(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        # Of two on the same point, the later one covers the earlier.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), details.split(" ")[0]
    return kind


def _network_problem(folder: Path) -> JournalProblem | None:
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None  # not on Linux; nothing can be told
    return JournalProblem.NETWORK if filesystem(mounts, PurePosixPath(folder)) in NETWORK else None


def _me() -> tuple[int | None, int | None]:
    """Return the user and the primary group of this process."""
    return (None, None) if sys.platform == "win32" else (os.geteuid(), os.getegid())


def _refuse(problem: JournalProblem | None, path: Path) -> None:
    if problem is not None:
        raise JournalError(problem, str(path))


@contextmanager
def told() -> Generator[None]:
    """Raise what the operating system refuses as `JournalError`."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise JournalError(_PROBLEMS.get(error.errno or 0, JournalProblem.BROKEN), name) from None
