"""What lowered templates call at run time; each name is loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

HOME_OF: Final[dict[str, str]] = {
    **dict.fromkeys(("as_key", "attr", "cut", "get", "item", "known", "undefined"), "access"),
    **dict.fromkeys(
        ("invoke", "mapping", "method", "namespace", "now", "number_range", "put"), "calls"
    ),
    **dict.fromkeys(
        (
            "add", "divide", "eq", "floordiv", "ge", "gt", "is_in", "le", "lt", "mod", "mul", "ne", "neg",
            "pos", "power", "sub",
        ),
        "operators",
    ),
    **dict.fromkeys(("bounded", "concat", "text", "truth"), "printing"),
    **dict.fromkeys(("renders", "taking", "unpack"), "writing"),
    "plain": "leaving",
    "missing": "words",
}  # fmt: skip
"""The names of functions, and the modules here that have them; `filters` and `tests` are modules."""


__all__ = [*HOME_OF, "filters", "tests"]


def __getattr__(name: str) -> Any:
    home = HOME_OF.get(name)
    if home is None and name not in ("filters", "tests"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{home or name}")
    value = globals()[name] = module if home is None else getattr(module, name)
    return value
