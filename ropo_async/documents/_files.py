"""Files that are whole or not there: written beside their place under another name, then moved to it.

All of it is blocking and meant for a worker thread, except for `Part.discard`.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

__all__ = ["Part", "is_whole", "sweep"]

STALE = 3600.0
"""Seconds without a write after which a part file that nobody holds is one that a dead process left."""

_OURS = re.compile(r"\.ropo-[0-9a-f]{32}\.part")
_CREATE = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
# File systems without hard links, such as FAT, say one of these.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


@define(eq=False)
class Part:
    """A file on its way into `folder`: for its owner alone, locked while it is written, gone unless it is kept.

    A cancelled caller leaves while its thread may still be at work, so every step takes the same lock.
    """

    folder: Path
    path: Path = field(init=False)
    _file: int = field(default=-1, init=False)
    _done: bool = field(default=False, init=False)
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        self.path = self.folder / f".ropo-{secrets.token_hex(16)}.part"

    def create(self) -> None:
        """Make the file."""
        with self._turn:
            if not self._done:
                self._file = os.open(self.path, _CREATE, 0o600)
                _try_to_lock(self._file)

    def restart(self) -> None:
        """Forget what was written."""
        with self._turn:
            self._check()
            os.lseek(self._file, 0, os.SEEK_SET)
            os.ftruncate(self._file, 0)

    def write(self, piece: bytes) -> None:
        """Append a piece."""
        with self._turn:
            self._check()
            left = memoryview(piece)
            while left:
                left = left[os.write(self._file, left) :]

    def keep(self, names: Iterable[str], *, overwrite: bool) -> Path:
        """Move the file to the first of `names` that can be had, durably, and return where it is.

        Raises:
            FileExistsError: all of them are taken.
        """
        with self._turn:
            self._check()
            os.fsync(self._file)
            if sys.platform == "win32":
                self._close()  # an open file cannot be moved there
            place = self._move(names, overwrite=overwrite)
            self._close()
            self._done = True
            _sync_folder(self.folder)
            return place

    def discard(self) -> None:
        """Close and remove the file, unless it was kept. It waits for nothing but a write that is under way."""
        with self._turn:
            self._close()
            if not self._done:
                self._done = True
                with suppress(FileNotFoundError):
                    self.path.unlink()

    def _move(self, names: Iterable[str], *, overwrite: bool) -> Path:
        place = self.folder
        for name in names:
            place = self.folder / name
            if overwrite:
                self.path.replace(place)
                return place
            with suppress(FileExistsError):
                self._move_to_free(place)
                return place
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))

    def _move_to_free(self, place: Path) -> None:
        try:
            os.link(self.path, place)  # unlike a rename, it never replaces what came there meanwhile
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(place):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from None
            self.path.replace(place)
        else:
            self.path.unlink()

    def _check(self) -> None:
        if self._file < 0:
            raise OSError(errno.EBADF, "the file was discarded", str(self.path))

    def _close(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def is_whole(path: Path) -> bool:
    """Whether `path` is a file that begins and ends as a PDF does.

    Raises:
        IsADirectoryError: it is a folder.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(1024)
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1024))
        return b"%PDF-" in start and b"%%EOF" in file.read()


def sweep(folder: Path) -> None:
    """Remove the part files that dead processes left in `folder`: named as ours are, our own, old, and not locked.

    A living process holds a lock on its own and writes more often than that; either alone would protect it where the
    other does not hold: on a network drive without locks, or on one with another clock.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _OURS.fullmatch(entry.name):
                with suppress(OSError):
                    _remove_stale(Path(entry.path))


def _remove_stale(path: Path) -> None:
    found = path.lstat()
    is_ours = sys.platform == "win32" or found.st_uid == os.geteuid()
    if not stat.S_ISREG(found.st_mode) or not is_ours or time.time() - found.st_mtime < STALE:
        return
    with _opened(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)) as file:
        if not _try_to_lock(file):
            return
        if sys.platform != "win32":
            path.unlink()
    if sys.platform == "win32":
        path.unlink()


def _try_to_lock(file: int) -> bool:
    """Lock `file` until it is closed; False where another has it. Where there are no locks, nobody can have one."""
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - there is none on Windows

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True


def _sync_folder(folder: Path) -> None:
    """Make a new name in `folder` last, where the system lets one."""
    if sys.platform != "win32":
        with _opened(folder, os.O_RDONLY | os.O_DIRECTORY) as file:
            os.fsync(file)


@contextmanager
def _opened(path: Path, flags: int) -> Generator[int]:
    file = os.open(path, flags)
    try:
        yield file
    finally:
        os.close(file)
