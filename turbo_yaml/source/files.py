"""Files and bytes to `Source`s: size, encoding and the root are checked here."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path, PureWindowsPath

from turbo_yaml.source.text import Source

MAX_BYTES = 1 << 20
"""The largest file that is read unless the caller says otherwise: 1 MiB."""

_UTF8_BOM = b"\xef\xbb\xbf"
# The longer marks first: UTF-32's little-endian mark begins with UTF-16's.
_OTHER_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Opening a pipe or a terminal line must not wait for its other end; absent on Windows.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)

_TEST_FILES = (".test.yaml", ".test.yml")
"""How the name of a file ends that holds nothing but tests of a flow."""


class UnreadableText(Exception):
    """A file cannot be had as text. `offset` is the byte that stands in the way, where there is one."""

    def __init__(self, message: str, *, help: str | None = None, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.offset = offset


def is_test_file(name: str) -> bool:
    """Tell whether a file holds nothing but tests, by its name."""
    return name.lower().endswith(_TEST_FILES)


def read_source(
    path: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None = None,
    name: str | None = None,
    limit: int = MAX_BYTES,
) -> Source:
    """Return a file as a `Source` named as it was given; raise `UnreadableText`.

    With `root`, `path` is relative to that folder and may not lead out of it. `limit` is in bytes.
    A UTF-8 byte order mark is dropped, so offsets count from the character after it.
    """
    shown = os.fspath(path) if name is None else name
    if root is None:
        data = _read(Path(path), shown, limit)
    else:
        data = read_below(Path(root), confine(root, path), shown, limit)
    return Source(shown, decode_text(data, shown))


def read_below(root: Path, target: Path, shown: str, limit: int) -> bytes:
    """Return the bytes of a file, given by its real path, below a folder; raise `UnreadableText`.

    Every link was followed when the path was looked up; one that appears in between is not.
    """
    return _read(target, shown, limit, _resolve(root, shown))


def decode_text(data: bytes, name: str) -> str:
    """Return the text of UTF-8 bytes without a byte order mark; raise `UnreadableText`, naming the byte."""
    skipped = len(_UTF8_BOM) if data.startswith(_UTF8_BOM) else 0
    for mark, encoding in _OTHER_BOMS:
        if data.startswith(mark):
            raise UnreadableText(
                f"`{name}` is {encoding} text; UTF-8 was expected", help="save the file as UTF-8", offset=0
            )
    nul = data.find(0)
    if nul >= 0:
        raise UnreadableText(
            f"`{name}` is not text: byte {nul + 1} is zero",
            help="save the file as UTF-8" if data.count(0) * 3 > len(data) else None,
            offset=nul,
        )
    try:
        return str(memoryview(data)[skipped:], "utf-8")
    except UnicodeDecodeError as error:
        offset = skipped + error.start
        raise UnreadableText(
            f"`{name}` is not UTF-8 text: byte {offset + 1} is 0x{data[offset]:02x}",
            help="save the file as UTF-8",
            offset=offset,
        ) from None


def confine(root: str | os.PathLike[str], relative: str | os.PathLike[str]) -> Path:
    """Return the real path of a file under `root`; raise `UnreadableText` where it lies outside."""
    given = os.fspath(relative)
    if "\0" in given:
        raise UnreadableText("a path cannot hold a NUL character")
    windows = PureWindowsPath(given)
    if Path(given).is_absolute() or windows.drive or windows.root:
        raise UnreadableText(f"`{given}` is an absolute path", help="write it relative to the flow's folder")
    base = _resolve(Path(root), given)
    # A `..` must not leave the root even on the way to a place inside it: that would tell what is outside.
    depth = 0
    for part in windows.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            raise _outside(given)
    target = _resolve(base / given, given)
    if not target.is_relative_to(base):
        raise _outside(given)
    return target


def _outside(given: str) -> UnreadableText:
    return UnreadableText(
        f"`{given}` leads out of the root folder",
        help="move the file under the root folder, or run with a wider one",
    )


def _resolve(path: Path, shown: str) -> Path:
    """Follow every link; a loop of links is unreadable."""
    try:
        found = path.resolve()
        if sys.version_info >= (3, 13) and any(part.is_symlink() for part in (found, *found.parents)):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))  # newer versions leave a loop as it is
        return found
    except (OSError, RuntimeError) as error:
        raise UnreadableText(f"`{shown}` cannot be opened: {_reason(error)}") from None


def _open(target: Path, base: Path | None) -> int:
    """Open a file; with `base` along its folders, from that one down, without following any link."""
    if base is None or os.open not in os.supports_dir_fd:
        return os.open(target, _FLAGS if base is None else _FLAGS | _NO_LINK)
    *folders, name = target.relative_to(base).parts or (".",)
    folder = os.open(base, _FOLDER)
    try:
        for part in folders:
            below = os.open(part, _FOLDER | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(name, _FLAGS | _NO_LINK, dir_fd=folder)
    finally:
        os.close(folder)


def _read(target: Path, shown: str, limit: int, base: Path | None = None) -> bytes:
    """Return the bytes of a regular file; what was opened is what is examined."""
    try:
        descriptor = _open(target, base)
    except FileNotFoundError:
        raise UnreadableText(
            f"there is no file `{shown}`", help="check the path and the folder it starts from"
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, IsADirectoryError) or target.is_dir():
            raise _folder(shown) from None
        raise UnreadableText(f"`{shown}` cannot be opened: {_reason(error)}") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise _folder(shown)
        if not stat.S_ISREG(mode):
            raise UnreadableText(
                f"`{shown}` is not a regular file", help="copy what it gives into a file first"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UnreadableText(f"`{shown}` cannot be read: {_reason(error)}") from None
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise UnreadableText(
            f"`{shown}` is larger than {_size(limit)}", help="split it into several files", offset=limit
        )
    return data


def _folder(shown: str) -> UnreadableText:
    return UnreadableText(f"`{shown}` is a folder; a file was expected")


def _reason(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return (text or str(error) or type(error).__name__).lower()


def _size(limit: int) -> str:
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if limit >= unit and limit % unit == 0:
            return f"{limit // unit} {name}"
    return f"{limit} bytes"
