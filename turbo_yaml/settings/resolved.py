"""What layers add up to, to the values of a run: variables looked up, and nothing changeable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NoReturn

from turbo_yaml.errors import UsageError
from turbo_yaml.records import Record
from turbo_yaml.settings.fitting import Path, fit, shown
from turbo_yaml.settings.keys import FILE
from turbo_yaml.settings.kinds import Anything, Kind, child, item_kind, wanted
from turbo_yaml.settings.patch import MISSING, FromEnv


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("settings cannot be changed; `configure({...})` returns new ones")


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed. A copy of it is a plain dict."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return {key: thawed(value) for key, value in self.items()}

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return dict, (self.__deepcopy__(None),)


class FrozenList(list[Any]):
    """A list that cannot be changed. A copy of it is a plain list."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: object) -> list[Any]:
        return [thawed(value) for value in self]

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return list, (self.__deepcopy__(None),)


def frozen(value: Any) -> Any:
    """Return data whose maps and lists, all the way down, are copies that cannot be changed."""
    if type(value) in (FrozenDict, FrozenList):
        return value
    if isinstance(value, dict):
        return FrozenDict({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return FrozenList([frozen(inner) for inner in value])
    if isinstance(value, tuple):
        return tuple(frozen(inner) for inner in value)
    return value


def thawed(value: Any) -> Any:
    """Return data with plain maps and lists of its own."""
    if isinstance(value, dict):
        return {key: thawed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [thawed(inner) for inner in value]
    if isinstance(value, tuple):
        return tuple(thawed(inner) for inner in value)
    return value


class Providers(FrozenDict):
    """Providers by name. One whose variables are not set is an error only when it is asked for."""

    __slots__ = ("broken",)

    def __init__(self, providers: Mapping[str, Any], broken: Mapping[str, UsageError]) -> None:
        super().__init__(providers)
        self.broken = broken

    def __getitem__(self, name: str) -> Any:
        error = self.broken.get(name)
        if error is not None:
            raise UsageError(error.message, hint=error.hint)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        found = super().get(name, default)
        return self[name] if name in self.broken else found


def over(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the defaults for what they leave open, in maps within maps too."""
    result = dict(defaults)
    for key, value in values.items():
        below = result.get(key)
        result[key] = over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


class Variables(Record):
    """The environment that `!env` looks into, and the names of what flows may read of it."""

    environ: Mapping[str, str]
    for_flows: Collection[str] = ()

    @classmethod
    def around(cls, values: Mapping[str, Any], environ: Mapping[str, str]) -> Variables:
        """Return the environment under the setting `allow`, which only the operator can set."""
        entries = values.get("allow")
        if not entries:
            return cls(environ)
        listed = looked_up(entries, child(FILE, "allow") or Anything(), cls(environ), ("allow",))
        return cls(environ, {entry.removeprefix(_ENV) for entry in listed if entry.startswith(_ENV)})


_ENV: Final = "env:"


def resolved(values: Mapping[str, Any], environ: Mapping[str, str]) -> FrozenDict:
    """Return the values of a run with every `!env` looked up; `UsageError` where a variable is not set.

    A variable that a flow asks for and that `allow` does not name is an error, too.
    """
    variables = Variables.around(values, environ)
    found = {}
    for key, value in values.items():
        if key == "providers" and isinstance(value, dict):
            found[key] = _providers(value, variables)
        else:
            found[key] = frozen(looked_up(value, child(FILE, key) or Anything(), variables, (key,)))
    return FrozenDict(found)


def _providers(providers: dict[str, Any], variables: Variables) -> FrozenDict:
    found: dict[str, Any] = {}
    broken: dict[str, UsageError] = {}
    for name, provider in providers.items():
        path = ("providers", name)
        try:
            kind = child(child(FILE, "providers") or Anything(), name)
            found[name] = frozen(looked_up(provider, kind or Anything(), variables, path))
        except UsageError as error:
            found[name] = FrozenDict()
            broken[name] = error
    return Providers(found, broken) if broken else FrozenDict(found)


def looked_up(value: Any, kind: Kind, variables: Variables, path: Path) -> Any:
    """Return a value with each variable in it looked up; `UsageError` where one is not set or not allowed."""
    match value:
        case FromEnv():
            return _variable(value, kind, variables, path)
        case dict():
            return {
                key: looked_up(inner, child(kind, key) or Anything(), variables, (*path, key))
                for key, inner in value.items()
            }
        case list():
            inner_kind = item_kind(kind) or Anything()
            return [looked_up(inner, inner_kind, variables, (*path, i)) for i, inner in enumerate(value)]
        case _:
            return value


def _variable(value: FromEnv, kind: Kind, variables: Variables, path: Path) -> Any:
    where = "" if value.place is None else f"{value.place}: "
    if value.by_flow and value.variable not in variables.for_flows:
        # Before it is looked at: not even whether it is set is told.
        raise UsageError(
            f"{where}the flow reads the environment variable `{value.variable}`, which is not allowed",
            hint=allowing(value.variable),
        )
    text = variables.environ.get(value.variable)
    if not text:  # an empty variable counts as not set
        if value.default is not MISSING:
            return value.default
        raise UsageError(
            f"{where}`{shown(path)}` is in the environment variable `{value.variable}`, which is not set",
            hint=f"set `{value.variable}`, or write `!env [{value.variable}, DEFAULT]`",
        )
    from turbo_yaml.settings.reading import read_data
    from turbo_yaml.settings.texts import node_of_text
    from turbo_yaml.source import Source

    node, problems = node_of_text(kind, Source(value.variable, text), tags=False)
    data = MISSING if node is None or problems else read_data(node, kind)
    typed = MISSING if data is MISSING else fit(kind, data, lambda _: None)
    if typed is MISSING:
        # What the variable holds may be secret: it is not shown.
        raise UsageError(
            f"{where}`{shown(path)}` takes {wanted(kind)}; the environment variable `{value.variable}` "
            "holds something else",
            hint=f"set `{value.variable}` to {wanted(kind)}",
        )
    return typed


def allowing(variable: str) -> str:
    """Return what lets flows read a variable."""
    return f"to let flows read it: `--allow env:{variable}`, or `allow` in `turbo.yaml`"
