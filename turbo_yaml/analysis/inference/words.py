"""Types in an author's words."""

from __future__ import annotations

from turbo_yaml.analysis.inference.lattice import Type


def described(type_: Type) -> str:
    """Return what a value of the type is, as an author would say: `text`, `a list or null`."""
    kinds = []
    if type_.text is not None:
        kinds.append("text")
    if type_.number is not None:
        kinds.append("a whole number" if type_.number.whole else "a number")
    if type_.boolean is not None:
        kinds.append("true or false")
    if type_.list is not None:
        kinds.append("a list")
    if type_.map is not None:
        kinds.append("a map")
    if type_.function is not None:
        kinds.append("a function")
    if type_.state is not None:
        kinds.append(f"the {type_.state.name}" if type_.state.name == "loop" else f"a {type_.state.name}")
    if type_.null:
        kinds.append("null")
    if type_.any or not kinds:
        return "something"
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"


def some_of(labels: frozenset[str] | list[str], most: int = 8) -> str:
    """Return labels as a list for a message, the first few of many."""
    names = [f"`{label}`" for label in sorted(labels)]
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
