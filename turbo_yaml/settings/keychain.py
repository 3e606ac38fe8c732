"""The names of keys to the keys: from the environment, else from what the user keeps in a file or keyring."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.settings.sources import config_folder

Origin: TypeAlias = Literal["environment", "file", "keyring"]

_FILE: Final = "keys.json"
_SERVICE: Final = "turbo-yaml"
_OTHERS: Final = 0o077
_LARGEST: Final = 1 << 20
_IN_KEYRING: Final[Mapping[str, bool]] = {"keyring": True}
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


class Found(NamedTuple):
    """A key, and where it was found. Only who opens a server with it looks at `value`."""

    value: str
    origin: Origin


class Keychain:
    """The keys of one user. A file is there after the first `set`; it is read when a key is asked for."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        folder = config_folder(self._environ)
        self.path = None if folder is None else folder / _FILE

    def find(self, name: str) -> Found | None:
        """Return the key that a variable names. `UsageError` where file or keyring are not to be used."""
        given = self._environ.get(name, "").strip()
        if given:
            return Found(given, "environment")
        kept = self._read().get(name)
        if isinstance(kept, str):
            return Found(kept, "file")
        if kept is None:
            return None
        value = _from_keyring(name)
        return None if value is None else Found(value, "keyring")

    def kept(self) -> dict[str, Origin]:
        """Return the names of the keys that are kept, with where they are; no key."""
        return {name: "file" if isinstance(kept, str) else "keyring" for name, kept in self._read().items()}

    def origin(self, name: str, kept: Mapping[str, Origin]) -> Origin | None:
        """Return where the key of a name would be found, with those that are `kept`; no keyring is asked."""
        return "environment" if self._environ.get(name, "").strip() else kept.get(name)

    def values(self) -> list[str]:
        """Return the keys in the file, so that they can be kept out of what is written elsewhere."""
        return [kept for kept in self._read().values() if isinstance(kept, str)]

    def keep(self, name: str, value: str, *, keyring: bool = False) -> None:
        """Keep a key, in the file or in the keyring of the system. It takes the place of an earlier one."""
        all_ = self._read()
        if keyring:
            _to_keyring(name, value)
        elif isinstance(all_.get(name), dict):
            _out_of_keyring(name)
        self._write({**all_, name: dict(_IN_KEYRING) if keyring else value})

    def forget(self, name: str) -> bool:
        """Forget a key that is kept; tell whether there was one."""
        all_ = self._read()
        kept = all_.pop(name, None)
        if kept is None:
            return False
        if not isinstance(kept, str):
            _out_of_keyring(name)
        self._write(all_)
        return True

    def _read(self) -> dict[str, Any]:
        """Return what the file holds; nothing where there is none."""
        if self.path is None:
            return {}
        try:
            number = os.open(self.path, _FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise UsageError(f"the keys in `{self.path}` cannot be read: {error.strerror}") from None
        with os.fdopen(number, "rb") as file:
            _refuse_shared(self.path, os.fstat(number))
            return _parsed(self.path, file.read(_LARGEST + 1))

    def _write(self, keys: Mapping[str, Any]) -> None:
        """Replace the file as a whole; nobody but the user can read it at any moment."""
        if self.path is None:
            raise UsageError(
                "there is no folder for keys", hint="set `HOME` or `XDG_CONFIG_HOME`, or use the environment"
            )
        import tempfile

        target = Path(os.path.realpath(self.path))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(prefix=f".{_FILE}.", dir=target.parent)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                json.dump(keys, file, indent=2, sort_keys=True)
                file.write("\n")
                file.flush()
                os.fsync(number)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink()
            raise


def _refuse_shared(path: Path, status: os.stat_result) -> None:
    """Raise `UsageError` for a file that others can read or write, or that another user has put there."""
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"`{path}` is to be a file of keys, and is no file", hint="move it away")
    if not hasattr(os, "getuid"):
        return
    if status.st_uid != os.getuid():
        raise UsageError(
            f"the keys in `{path}` are not used: the file belongs to another user",
            hint="move it away, and keep your keys with `turbo-yaml keys set`",
        )
    if status.st_mode & _OTHERS:
        from shlex import quote

        raise UsageError(
            f"the keys in `{path}` are not used: others can reach them (mode {status.st_mode & 0o777:04o})",
            hint=f"`chmod 600 {quote(str(path))}`, and replace keys that others may have seen",
        )


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    try:
        keys = json.loads(data) if len(data) <= _LARGEST else None
    except ValueError:
        keys = None
    if not isinstance(keys, dict) or not all(
        isinstance(kept, str) or kept == _IN_KEYRING for kept in keys.values()
    ):
        raise UsageError(f"`{path}` does not hold keys by name", hint="move it away, and keep the keys again")
    return keys


# The keyring of the system ----------------------------------------------------------------------------


def _from_keyring(name: str) -> str | None:
    value = _asked(lambda keyring: keyring.get_password(_SERVICE, name), f"`{name}` is kept in the keyring")
    return value if isinstance(value, str) else None


def _to_keyring(name: str, value: str) -> None:
    _asked(lambda keyring: keyring.set_password(_SERVICE, name, value), "the key is to go into the keyring")


def _out_of_keyring(name: str) -> None:
    """Delete a key that may be gone already."""
    if _from_keyring(name) is not None:
        _asked(lambda keyring: keyring.delete_password(_SERVICE, name), f"`{name}` is kept in the keyring")


def _asked(ask: Any, what: str) -> Any:
    """Return what the keyring answers; `UsageError` where there is none."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise UsageError(
            f"{what}, and the package for it is not there", hint="`pip install 'turbo-yaml[keyring]'`"
        ) from None
    try:
        return ask(keyring)
    except KeyringError as error:
        raise UsageError(
            f"{what}, which cannot be used: {' '.join(str(error).split()) or type(error).__name__}",
            hint="unlock it, or keep the key in the file: `turbo-yaml keys set`",
        ) from None
