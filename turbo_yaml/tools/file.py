"""A Python file of the operator's to the functions in it that are tools."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from turbo_yaml.errors import UsageError


def read_tool_file(path: Path) -> dict[str, Callable[..., Any]]:
    """Run a Python file and return its tools by name: those in `__all__`, else its own public functions.

    What it imports may lie beside it. `UsageError` where it cannot be read or fails.
    """
    if not path.exists():
        raise UsageError(f"there is no file `{path}`", hint="check the path and the folder it starts from")
    spec = spec_from_file_location(f"turbo_yaml_tools_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(
            f"`{path}` is no Python file", hint="`--tools` takes a file whose functions are tools"
        )
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:
        raise UsageError(f"`{path}` cannot be run: {_where(problem, path)}{_said(problem)}") from problem
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name, value in vars(module).items() if _is_own(name, value, spec.name)]
    missing = [name for name in names if not callable(getattr(module, name, None))]
    if missing:
        raise UsageError(f"`{path}` has no function `{missing[0]}`, which is in its `__all__`")
    return {name: getattr(module, name) for name in names}


def _is_own(name: str, value: Any, module: str) -> bool:
    return not name.startswith("_") and inspect.isfunction(value) and value.__module__ == module


def _where(problem: BaseException, path: Path) -> str:
    if isinstance(problem, SyntaxError):
        return f"line {problem.lineno}: " if problem.lineno else ""
    lines = [
        frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(path)
    ]
    return f"line {lines[-1]}: " if lines else ""


def _said(problem: BaseException) -> str:
    text = problem.msg if isinstance(problem, SyntaxError) else str(problem)
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
