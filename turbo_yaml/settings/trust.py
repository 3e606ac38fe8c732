"""The folders that a user trusts: whether what a project's `turbo.yaml` grants to flows counts."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.grants import REDACT, Modest
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import Merge
from turbo_yaml.settings.sources import PatchCache, config_folder, file_layers, own_project_file, shown_path
from turbo_yaml.source import Source, Span

VARIABLE: Final = "TURBO_YAML_TRUST"
"""Names folders whose `turbo.yaml` counts in full, and those below them, parted as in `PATH`."""

_FILE: Final = "trusted.json"
_LARGEST: Final = 1 << 20


class Trust:
    """What one user trusts: what a file grants, as it was when the user looked at it, or all in a folder."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._folders = [Path(text) for text in environ.get(VARIABLE, "").split(os.pathsep) if text]
        folder = config_folder(environ)
        self.path = None if folder is None else folder / _FILE

    def holds(self, project: Path, patch: Merge) -> bool:
        """Tell whether what a `turbo.yaml` grants counts."""
        real = _real(project)
        if any(real.is_relative_to(os.path.realpath(folder)) for folder in self._folders):
            return True
        return self._read().get(str(real)) == fingerprint(patch)

    def remember(self, project: Path, patch: Merge) -> None:
        """Trust what a `turbo.yaml` grants now; `UsageError` where that cannot be kept."""
        self._write({**self._read(), str(_real(project)): fingerprint(patch)})

    def forget(self, project: Path) -> bool:
        """Trust a `turbo.yaml` no more; tell whether it was trusted by its name."""
        known = self._read()
        if known.pop(str(_real(project)), None) is None:
            return False
        self._write(known)
        return True

    def _read(self) -> dict[str, str]:
        """Return the fingerprints by file; nothing where there is no file of the user's own."""
        if self.path is None:
            return {}
        try:
            number = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(number, "rb") as file:
                data = file.read(_LARGEST) if _is_own(os.fstat(number)) else b"{}"
            found = json.loads(data)
        except (OSError, ValueError, RecursionError):
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def _write(self, known: Mapping[str, str]) -> None:
        if self.path is None:
            raise UsageError(
                "there is no home folder to keep this in", hint=f"set `{VARIABLE}` to the folder"
            )
        import tempfile

        try:
            target = Path(os.path.realpath(self.path))
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, temporary = tempfile.mkstemp(prefix=f".{_FILE}.", dir=target.parent)
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    json.dump(known, file, indent=2, sort_keys=True)
                Path(temporary).replace(target)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as problem:
            hint = f"set `{VARIABLE}` to the folder"
            raise UsageError(f"`{self.path}` cannot be written: {problem.strerror}", hint=hint) from None


def _real(project: Path) -> Path:
    """Return where a file really lies. A link lies in its folder: what it leads to is another's."""
    return Path(os.path.realpath(project.parent)) / project.name


def fingerprint(patch: Merge) -> str:
    """Return the hash of what a file grants: what else it says may change."""
    return sha256(
        json.dumps(Modest(patch).asked, sort_keys=True).encode("utf-8", "surrogatepass")
    ).hexdigest()


def run_layers(
    folder: Path,
    environ: Mapping[str, str],
    cache: PatchCache | None = None,
    *,
    offline: bool = False,
    named: bool = False,
) -> tuple[list[Layer], list[Diagnostic]]:
    """Return the layers of `file_layers` for what runs flows: what an untrusted project grants is left out.

    `offline`: the user's file does not count, and nothing is reached. `named`: the operator named the
    project's file on the command line, and with that trusts it.
    """
    layers, found = file_layers(folder, {} if offline else environ, cache)
    project = own_project_file(folder)
    if named or project is None or not layers or layers[-1].kind is not LayerKind.PROJECT_FILE:
        return layers, found
    *weaker, layer = layers
    assert isinstance(layer.patch, Merge)
    modest = Modest(layer.patch, weaker, offline=offline)
    if not modest.grants or Trust(environ).holds(project, layer.patch):
        return layers, found
    layers[-1] = layer._replace(patch=modest.patch, modest=True)
    return layers, [*found, _untrusted(project, modest.grants, offline=offline)]


def _untrusted(project: Path, grants: Mapping[str, Any], *, offline: bool) -> Diagnostic:
    """Tell what does not count. Where less than is wanted would be kept out of the journal, nothing runs."""
    from shlex import quote

    name, folder = shown_path(project), shown_path(project.parent)
    words = [f"`{key}`" for key in grants]
    listed = ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
    trust = "turbo-yaml settings trust" + ("" if folder == "." else f" {quote(folder)}")
    severe = not offline and any(key.split(".")[-1] == REDACT for key in grants)
    return Diagnostic(
        "untrusted-file",
        f"in `{name}` {listed} {'counts' if len(words) == 1 else 'count'} only where you trust the folder",
        Source(name, ""),
        Span(0, 0),
        f"look at the file, then `{trust}`; or for once `--settings {quote(name)}`",
        "error" if severe else "warning",
    )


def _is_own(status: os.stat_result) -> bool:
    """Tell whether a file is the user's and nobody else can have written to it."""
    if not hasattr(os, "getuid"):
        return True
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_uid == os.getuid()
        and not stat.S_IMODE(status.st_mode) & 0o022
    )
