"""An audit hook that notes and stops what a hostile text must never bring about."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

_CODE: Final = tuple(
    {
        str(Path(__file__).parents[2] / "turbo_yaml"),
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        "<frozen ",
    }
)
"""Where Python code that may be loaded stands."""

_HERE: Final = str(Path(__file__).parent)
_RECORDS: Final = str(Path(__file__).parents[2] / "turbo_yaml" / "records.py")
ROOT: Final = Path("/nonexistent/flows")
"""The folder that holds the flows, and nothing else may be read."""

_IMPORTED: Final = (".py", ".pyc", ".so", "")
_HARMLESS: Final = frozenset(
    {
        "builtins.id", "cpython._PySys_ClearAuditHooks", "gc.freeze", "gc.get_objects", "marshal.loads",
        "object.__getattr__", "object.__setattr__", "object.__delattr__", "os.listdir", "sys._getframe",
        "sys._current_frames", "sys.unraisablehook", "sys.excepthook", "sys.set_asyncgen_hooks_finalizer",
        "sys.set_asyncgen_hooks_firstiter", "sys.set_asyncgen_hook_finalizer",
        "sys.set_asyncgen_hook_firstiter", "time.sleep", "setopencodehook", "array.__new__",
    }
)  # fmt: skip


class Guard:
    """Watches while it is armed. `compiles`: trees may be compiled, which runs nothing of them."""

    def __init__(self) -> None:
        self.armed = False
        self.compiles = False
        self.seen: list[str] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.armed or event in _HARMLESS or self._allowed(event, args):
            return
        self.seen.append(f"{event} {args!r:.200}")
        raise PermissionError(f"not allowed here: {event}")

    def _allowed(self, event: str, args: tuple[Any, ...]) -> bool:
        match event:
            case "import":
                return True  # finding a module is harmless: reading and running it are events of their own
            case "open":
                reads = isinstance(args[0], str) and args[1] in ("r", "rb", None)
                return reads and (_is_code(args[0]) or f"{args[0]}/".startswith(f"{ROOT}/"))
            case "compile":
                return (args[0] is not None and self.compiles) or _in_library()
            case "exec":
                code = args[0]
                return isinstance(code, CodeType) and (code.co_filename.startswith(_CODE) or _in_library())
            case "os.listdir" | "os.scandir":
                return isinstance(args[0], str) and args[0].startswith(_CODE)
            case "os.walk":
                return f"{args[0]}/".startswith(f"{ROOT}/")
        return False


def _is_code(path: str) -> bool:
    return path.startswith(_CODE) and Path(path).suffix in _IMPORTED


def _in_library() -> bool:
    """Tell whether a class is being made whose methods are written as text: of its own fields only."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    name = "" if frame is None else frame.f_code.co_filename
    return name.startswith((sysconfig.get_path("stdlib"), "<frozen ")) or name == _RECORDS
