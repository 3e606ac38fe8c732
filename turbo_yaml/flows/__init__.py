"""Flows that come with turbo-yaml as functions: `from turbo_yaml.flows import qa`; and a host's own.

A package of the host asks for the same with `flows.register(__name__)` in its `__init__.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from turbo_yaml.compiler.edge import PathLike, load
from turbo_yaml.compiler.files import INSTALLED, SCHEME
from turbo_yaml.errors import UsageError
from turbo_yaml.runtime.function import TurboGenFn


class Flows:
    """The flow files of a folder as attributes: `support` is the function of `support.yaml`, loaded once."""

    def __init__(self, folder: PathLike, settings: Mapping[str, Any] | None = None) -> None:
        self._folder = Path(folder)
        self._settings = dict(settings or {})
        self._loaded: dict[str, TurboGenFn] = {}
        if not self._folder.is_dir():
            raise UsageError(f"there is no folder `{folder}`")

    def __repr__(self) -> str:
        return f"Flows({str(self._folder)!r})"

    def __getattr__(self, name: str) -> TurboGenFn:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._loaded:
            path = next((path for path in self._files() if path.stem == name), None)
            if path is None:
                known = ", ".join(self.__dir__()) or "none"
                raise AttributeError(f"there is no flow `{name}` in {self._folder}; there are: {known}")
            self._loaded[name] = self._load(path).configure(self._settings)
        return self._loaded[name]

    def __dir__(self) -> list[str]:
        return sorted(path.stem for path in self._files())

    def _files(self) -> list[Path]:
        found = [*self._folder.glob("*.yaml"), *self._folder.glob("*.yml")]
        return [path for path in found if path.stem.isidentifier() and path.stem != "turbo"]

    def _load(self, path: Path) -> TurboGenFn:
        return load(path)


class _Installed(Flows):
    """The flows that come with turbo-yaml."""

    def _load(self, path: Path) -> TurboGenFn:
        return load(f"{SCHEME}{path.stem}")


def register(where: PathLike, settings: Mapping[str, Any] | None = None) -> Flows:
    """Let flows be imported like functions, and return them.

    `where` is the name of a package that is being imported (its `__name__`), whose flow files then are names
    in it; or a folder. `settings` are weaker than those of `configure`. Nothing is loaded before it is named.
    """
    package = sys.modules.get(where) if isinstance(where, str) else None
    file = getattr(package, "__file__", None)
    if package is None or file is None:
        return Flows(where, settings)
    found = Flows(Path(file).parent, settings)
    package.__getattr__ = found.__getattr__  # type: ignore[method-assign]
    package.__dir__ = lambda: sorted({*vars(package), *dir(found)})  # type: ignore[method-assign]
    return found


_INSTALLED = _Installed(INSTALLED)


def __getattr__(name: str) -> TurboGenFn:
    return getattr(_INSTALLED, name)  # type: ignore[no-any-return]


def __dir__() -> list[str]:
    return sorted({"Flows", "register", *dir(_INSTALLED)})
