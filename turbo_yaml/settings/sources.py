"""Files and the environment to layers: where settings are looked for, and in which order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import Merge, Place, from_data, stacked, to_data
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import UnreadableText, read_source

PROJECT_FILE: Final = "turbo.yaml"
PREFIX: Final = "TURBO_YAML__"


class PatchCache(Protocol):
    """Keeps what files were read to, so that a file that did not change needs no YAML parser."""

    def get(self, source: Source, kind: LayerKind) -> Any | None:
        """Return the data that was kept for a text in a layer of this kind, or None."""
        ...

    def put(self, source: Source, kind: LayerKind, data: Any) -> None:
        """Keep JSON data for a text in a layer of this kind."""
        ...


def user_file(environ: Mapping[str, str]) -> Path | None:
    """Return the path of the user's settings, whether or not there is such a file.

    `TURBO_YAML_CONFIG` names it, empty means none; else it is in the user's configuration folder.
    """
    given = environ.get("TURBO_YAML_CONFIG")
    if given is not None:
        return Path(given).expanduser() if given else None
    folder = config_folder(environ)
    return None if folder is None else folder / "settings.yaml"


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the user's configuration folder, whether or not it is there; None where nobody has a home."""
    base = environ.get("XDG_CONFIG_HOME", "")
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if not os.path.isabs(base) and not home:  # noqa: PTH117
        return None
    folder = Path(base) if os.path.isabs(base) else Path(home or "") / ".config"  # noqa: PTH117
    return folder / "turbo-yaml"


def find_project_file(folder: Path) -> Path | None:
    """Return the nearest `turbo.yaml` from a folder upwards, no further than the root of the repository."""
    start = Path(os.path.abspath(folder))  # noqa: PTH100
    for place in (start, *start.parents):
        if (place / PROJECT_FILE).is_file():
            return place / PROJECT_FILE
        if (place / ".git").exists():
            return None
    return None


def own_project_file(folder: Path) -> Path | None:
    """Return the nearest `turbo.yaml` as `find_project_file` does; None where it is another user's."""
    project = find_project_file(folder)
    return None if project is None or _is_foreign(project, folder) else project


def file_layers(
    folder: Path, environ: Mapping[str, str], cache: PatchCache | None = None
) -> tuple[list[Layer], list[Diagnostic]]:
    """Return the layers of the user's and the project's file, as far as they are there, and what is wrong.

    `folder` is that of the flow.
    """
    layers: list[Layer] = []
    found: list[Diagnostic] = []
    user = user_file(environ)
    if user is not None and (user.is_file() or "TURBO_YAML_CONFIG" in environ):
        _add(read_file(user, LayerKind.USER_FILE, cache), layers, found)
    project = find_project_file(folder)
    if project is not None and project != user:
        foreign = _foreign(project, folder)
        if foreign is not None:
            found.append(foreign)
        else:
            _add(read_file(project, LayerKind.PROJECT_FILE, cache), layers, found)
    return layers, found


def read_file(
    path: Path, kind: LayerKind, cache: PatchCache | None = None, source: Source | None = None
) -> tuple[Layer | None, list[Diagnostic]]:
    """Return a settings file as a layer, and what is wrong in it; no layer where it cannot be read at all.

    `source` stands for its name and content.
    """
    name = shown_path(path) if source is None else source.name
    try:
        source = source or read_source(path, name=name)
    except UnreadableText as error:
        return None, [Diagnostic("unreadable-file", error.message, Source(name, ""), Span(0, 0), error.help)]
    kept = None if cache is None else cache.get(source, kind)
    if kept is not None:
        patch = from_data(kept, name)
        assert isinstance(patch, Merge)
        return Layer(kind, name, patch), []
    from turbo_yaml.settings.reading import read_settings
    from turbo_yaml.syntax.loader import parse_yaml

    node, found = parse_yaml(source)
    if [diagnostic.rule for diagnostic in found] == ["empty-file"]:
        found = []  # a file that sets nothing yet
    patch, problems = read_settings(node, source, kind)
    if cache is not None and not found and not problems:
        cache.put(source, kind, to_data(patch))
    return Layer(kind, name, patch), [*found, *problems]


def environment_layer(environ: Mapping[str, str]) -> tuple[Layer | None, list[Diagnostic]]:
    """Return what `TURBO_YAML__A__B` variables set, and what is wrong with them; empty ones say nothing."""
    patches: list[Merge] = []
    found: list[Diagnostic] = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and environ[name]:
            from turbo_yaml.settings.texts import read_text, split_key

            source = Source("environment", f"{name}={environ[name]}")
            keys, spans = split_key(name[len(PREFIX) :].lower(), "__", len(PREFIX))
            start = len(name) + 1
            patch, problems = read_text(source, keys, spans, start, LayerKind.ENVIRONMENT, Place(name))
            patches.append(patch)
            found += problems
    return (Layer(LayerKind.ENVIRONMENT, "environment", stacked(patches)) if patches else None), found


def _add(read: tuple[Layer | None, list[Diagnostic]], layers: list[Layer], found: list[Diagnostic]) -> None:
    layer, problems = read
    if layer is not None:
        layers.append(layer)
    found += problems


def shown_path(path: Path) -> str:
    """Return a path as it is shown: relative where it lies under the working folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _foreign(project: Path, folder: Path) -> Diagnostic | None:
    """Warn of a project file of another user: in a shared folder it could send keys elsewhere."""
    if not _is_foreign(project, folder):
        return None
    name = shown_path(project)
    return Diagnostic(
        "foreign-file",
        f"`{name}` belongs to another user and is passed over",
        Source(name, ""),
        Span(0, 0),
        f"if it is to hold, name it: `--settings {name}`",
        "warning",
    )


def _is_foreign(project: Path, folder: Path) -> bool:
    """Tell whether a project file is neither the user's, nor root's, nor that of whoever owns the folder."""
    if not hasattr(os, "getuid"):
        return False
    try:
        owner = folder.stat().st_uid
    except (FileNotFoundError, NotADirectoryError):
        owner = 0  # what is looked for there will not be found, which is told then
    return project.stat().st_uid not in (0, os.getuid(), owner)
