"""Where the journal lies, and what else is kept: a private folder, made when it is needed."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from turbo_yaml.errors import JournalError

VARIABLE: Final = "TURBO_YAML_STATE"
WITHOUT: Final = "name a folder that can be written with `--state DIR`, or run with `--no-journal`"


def state_folder(
    given: str | os.PathLike[str] | None = None, environ: Mapping[str, str] | None = None
) -> Path:
    """Return the folder of journals: the given one, that of `TURBO_YAML_STATE`, or the user's own.

    `JournalError` where the user has no home.
    """
    environ = os.environ if environ is None else environ
    chosen = given or environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    base = environ.get("XDG_STATE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "state") / "turbo-yaml"
    except RuntimeError:
        raise JournalError("there is no home folder to keep a journal in", hint=WITHOUT) from None


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into.

    `JournalError` where that cannot be, and for one that is there and in which another user can put files.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(folder, folder.stat())
    except OSError as problem:
        raise JournalError(
            f"the journal's folder `{folder}` cannot be made: {problem.strerror}", hint=WITHOUT
        ) from None


def make_private_file(path: Path) -> None:
    """Make a file that only its owner may read, where there is none; `JournalError` where that cannot be.

    A file that is there is not so much as opened: to close it again would drop every lock that this process
    holds on it, those of a database among them. One that another user owns or can write to is refused.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        _refuse_shared(path, path.stat())
    except OSError as problem:
        raise JournalError(f"`{path}` cannot be written: {problem.strerror}", hint=WITHOUT) from None


def _refuse_shared(path: Path, status: os.stat_result) -> None:
    """Raise `JournalError` for what another user owns or can change: what is kept there could be theirs.

    A group may write where it is the user's own, as some systems give each user one.
    """
    if not hasattr(os, "getuid"):
        return
    if status.st_uid != os.getuid():
        raise JournalError(f"`{path}` is not used: it belongs to another user", hint=WITHOUT)
    group = 0 if status.st_gid == os.getegid() else stat.S_IWGRP
    if status.st_mode & (stat.S_IWOTH | group):
        from shlex import quote

        raise JournalError(
            f"`{path}` is not used: other users can write to it (mode {status.st_mode & 0o7777:04o})",
            hint=f"`chmod go-w {quote(str(path))}`, or {WITHOUT}",
        )
