"""Values as their types want them: plain data, defaults filled in, whole numbers as integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.types.schema.keywords import Path
from turbo_yaml.types.schema.shapes import at_pointer, type_names
from turbo_yaml.types.schema.words import place, shown

Filler: TypeAlias = Callable[[Any], Any]

MAX_DEPTH: Final = 100
MAX_PARTS: Final = 1_000_000
_MAX_BITS: Final = 14_000
"""Python writes no longer whole number as text, and reads none."""
_INTEGER: Final = frozenset(("integer",))
_REMEMBERED: Final = 1024
_by_identity: dict[tuple[int, bool], tuple[Any, Filler | None]] = {}


def fill(schema: Mapping[str, Any] | bool, value: Any) -> Any:
    """Return a value with its defaults filled in, and 3 for 3.0 where an integer is wanted.

    What does not fit is left as it is, for the validator to name. The value given is never changed; where
    nothing is to be filled in it is returned itself. Defaults of `anyOf` and `oneOf` are not filled in.
    """
    filler = compile_filler(schema)
    return value if filler is None else filler(value)


def compile_filler(schema: Mapping[str, Any] | bool, *, drop_nulls: bool = False) -> Filler | None:
    """Return what fills in values of a type, made once; None where there is nothing to fill in.

    `drop_nulls`: a field that may be left out and cannot be null is left out where it is null, as a model
    says it that must answer every field.
    """
    key = (id(schema), drop_nulls)
    known = _by_identity.get(key)
    if known is not None and known[0] is schema:
        return known[1]
    filler = _Compiler(schema, drop_nulls).filler(schema)
    if len(_by_identity) >= _REMEMBERED:
        _by_identity.clear()
    _by_identity[key] = (schema, filler)
    return filler


class _Compiler:
    def __init__(self, root: Any, drop_nulls: bool) -> None:
        self.root = root
        self.drop_nulls = drop_nulls
        self.known: dict[str, Filler | None] = {}
        self.open: set[str] = set()

    def filler(self, schema: Any) -> Filler | None:
        """Return the filler of a part; None where there is nothing to fill in."""
        if not isinstance(schema, Mapping):
            return None
        if type_names(schema, self.root) == _INTEGER:
            return _whole
        fillers = [self.maps(schema), self.lists(schema), self.ref(schema)]
        fillers += [self.filler(part) for part in schema.get("allOf", ())]
        return _one_after_the_other([filler for filler in fillers if filler is not None])

    def ref(self, schema: Mapping[str, Any]) -> Filler | None:
        """Return the filler of what a `$ref` leads to; one that recurs is looked up when it runs."""
        target = schema.get("$ref")
        if target is None:
            return None
        if target in self.open:
            return lambda value: value if (filler := self.known.get(target)) is None else filler(value)
        if target not in self.known:
            self.open.add(target)
            self.known[target] = self.filler(at_pointer(self.root, target[1:]))
            self.open.discard(target)
        return self.known[target]

    def maps(self, schema: Mapping[str, Any]) -> Filler | None:
        declared: Mapping[str, Any] = schema.get("properties", {})
        fillers = {name: made for name, part in declared.items() if (made := self.filler(part)) is not None}
        others = self.filler(schema.get("additionalProperties"))
        defaults = {
            name: part["default"]
            for name, part in declared.items()
            if isinstance(part, Mapping) and "default" in part
        }
        dropped = self.dropped(schema)
        if not fillers and not defaults and not dropped and others is None:
            return None

        def maps(value: Any) -> Any:
            if type(value) is not dict:
                return value
            full: dict[Any, Any] = {}
            for name, item in value.items():
                if item is None and name in dropped:
                    continue
                filler = fillers.get(name) if name in declared else others
                full[name] = item if filler is None else filler(item)
            for name, default in defaults.items():
                if name not in full:
                    filler = fillers.get(name)
                    full[name] = deepcopy(default) if filler is None else filler(deepcopy(default))
            return full

        return maps

    def dropped(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Return the fields that are left out where they are null."""
        if not self.drop_nulls:
            return frozenset()
        required = schema.get("required", ())
        kinds = {
            name: type_names(part, self.root)
            for name, part in schema.get("properties", {}).items()
            if name not in required
        }
        return frozenset(name for name, kind in kinds.items() if kind is not None and "null" not in kind)

    def lists(self, schema: Mapping[str, Any]) -> Filler | None:
        items = self.filler(schema.get("items"))
        if items is None or "prefixItems" in schema:
            return None
        return lambda value: [items(item) for item in value] if type(value) is list else value


def _one_after_the_other(fillers: list[Filler]) -> Filler | None:
    fillers = list(dict.fromkeys(fillers))
    if len(fillers) < 2:
        return fillers[0] if fillers else None

    def every(value: Any) -> Any:
        for filler in fillers:
            value = filler(value)
        return value

    return every


def _whole(value: Any) -> Any:
    return int(value) if type(value) is float and value.is_integer() else value


def plain(value: Any, under: Path = ()) -> Any:
    """Return JSON-like data of exactly Python's own types, copied; `UsageError` names what is not data.

    `under` is the path of the value in something larger. Tuples become lists, other mappings become dicts,
    subclasses of text and numbers their bare values.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None or (kind is int and value.bit_length() <= _MAX_BITS):
        return value
    return _plain(value, under, [MAX_PARTS])


def _plain(value: Any, path: Path, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise UsageError(f"the value has more than {MAX_PARTS} parts")
    if len(path) > MAX_DEPTH:
        raise UsageError(f"the value is nested deeper than {MAX_DEPTH}, or holds itself")
    match value:
        case bool() | None:
            return value
        case str():
            return value if type(value) is str else str.__str__(value)
        case int() if int.bit_length(value) <= _MAX_BITS:
            return value if type(value) is int else int.__int__(value)
        case float() if value - value == 0:
            return value if type(value) is float else float.__float__(value)
        case list() | tuple():
            return [_plain(item, (*path, i), left) for i, item in enumerate(value)]
        case Mapping():
            return {_key(name, path): _plain(item, (*path, str(name)), left) for name, item in value.items()}
    where = f"{place(path)}: " if path else ""
    if isinstance(value, float):
        raise UsageError(f"{where}{shown(value)} is not a number that JSON can carry")
    if isinstance(value, int):
        raise UsageError(
            f"{where}a whole number of that many digits is not plain data", hint="give it as text"
        )
    raise UsageError(
        f"{where}{shown(value)} is not plain data",
        hint="flows take text, numbers, true and false, null, lists and maps",
    )


def _key(name: Any, path: Path) -> str:
    if not isinstance(name, str):
        where = f"{place(path)}: " if path else ""
        raise UsageError(f"{where}the key {shown(name)} is not text", hint="keys of a map are text")
    return name if type(name) is str else str.__str__(name)
