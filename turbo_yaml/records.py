"""Records: small classes of named fields, whose methods are made when they are first needed.

They do what frozen dataclasses with slots do. Those compile six methods of each class at import, which is
half a millisecond of every start; records share them all but `__init__`, which is made for a class once it
is used more than a few times.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Final, NamedTuple, TypeVar, dataclass_transform

_ABSENT: Final[Any] = type("Absent", (), {"__slots__": (), "__repr__": lambda _: "..."})()
_IN_CLASS: Final = "ClassVar"
_IN_INIT: Final = "InitVar"
_FEW: Final = 8
"""How many records are filled field by field, which costs less than to make an `__init__` for them."""

R = TypeVar("R", bound="Record")


class _Field(NamedTuple):
    """What is known of a field: how it gets its value, and who looks at it."""

    default: Any = _ABSENT
    default_factory: Callable[..., Any] | None = None
    repr: bool = True
    hash: bool = True
    kw_only: bool = False
    made_of: tuple[str, ...] = ()


def field(
    *,
    default: Any = _ABSENT,
    default_factory: Callable[..., Any] | None = None,
    repr: bool = True,
    hash: bool = True,
    kw_only: bool = False,
    made_of: tuple[str, ...] = (),
) -> Any:
    """Return what a field's default is written as where it is more than a value, as with dataclasses.

    `made_of` names parameters of `__init__` (`InitVar`s, None where not given) of which the field is made:
    `default_factory` gets the field's own argument, None where not given, and theirs.
    """
    return _Field(default, default_factory, repr, hash, kw_only, made_of)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class RecordType(type):
    """Makes a class of its annotations: a slot each, after those of the class it extends."""

    __fields__: Mapping[str, _Field]
    __filled__: int

    def __new__(
        cls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        frozen: bool = True,
        kw_only: bool = False,
    ) -> RecordType:
        """Return the class. With `kw_only` its own fields are given by name alone."""
        inherited = next((base.__fields__ for base in bases if isinstance(base, RecordType)), {})
        own = {}
        for each, hint in namespace.get("__annotations__", {}).items():
            if hint.startswith(_IN_INIT):
                namespace.pop(each)
            elif not hint.startswith(_IN_CLASS):
                given = namespace.pop(each, _ABSENT)
                given = given if type(given) is _Field else _Field(given)
                own[each] = given._replace(kw_only=True) if kw_only else given
        fields = namespace["__fields__"] = {**inherited, **own}
        namespace["__match_args__"] = tuple(each for each in fields if not fields[each].kw_only)
        namespace["__slots__"] = (
            *namespace.get("__slots__", ()),
            *(each for each in own if each not in inherited),
        )
        namespace["__values__"] = _getter(fields)
        namespace["__hashed__"] = _getter([each for each in fields if fields[each].hash])
        namespace["__filled__"] = 0
        namespace.setdefault("__init__", _first_init)
        if not frozen:
            namespace |= {
                "__setattr__": object.__setattr__,
                "__delattr__": object.__delattr__,
                "__hash__": None,
            }
        return super().__new__(cls, name, bases, namespace)

    @property
    def __signature__(cls) -> Any:
        """What a record is made of, for `help` and `inspect`."""
        from inspect import Signature, signature

        init: Any = cls.__dict__["__init__"]
        _, *parameters = signature(_init_of(cls) if init is _first_init else init).parameters.values()
        return Signature(parameters)


def _getter(names: Collection[str]) -> Callable[[Any], Any]:
    """Return what gives the values of these fields: one as it is, more as a tuple."""
    return attrgetter(*names) if names else lambda _: ()


def _first_init(self: Any, /, *args: Any, **values: Any) -> None:
    """Fill one of the first few records of a class; for the next one make an `__init__` in place of this."""
    cls: Any = next(each for each in type(self).__mro__ if each.__dict__.get("__init__") is _first_init)
    cls.__filled__ += 1
    if cls.__filled__ > _FEW or not _filled(self, cls, args, values):
        made = cls.__init__ = _init_of(cls)
        made(self, *args, **values)


def _filled(record: Any, cls: Any, args: tuple[Any, ...], values: dict[str, Any]) -> bool:
    """Fill the slots one by one, and tell whether the arguments are such that this is all there is to do."""
    if any(known.made_of for known in cls.__fields__.values()):
        return False
    given = dict(zip(cls.__match_args__, args, strict=False))
    if len(given) < len(args) or not given.keys().isdisjoint(values):
        return False
    given |= values
    for name, known in cls.__fields__.items():
        value = given.pop(name, _ABSENT)
        if value is _ABSENT:
            value = known.default if known.default_factory is None else known.default_factory()
        if value is _ABSENT:
            return False
        getattr(cls, name).__set__(record, value)
    return not given


def _init_of(cls: Any) -> Callable[..., None]:
    """Return an `__init__` that fills the slots: a dataclass's is slower, it looks each of them up."""
    known: dict[str, Any] = {"_absent": _ABSENT}
    positional, named, body = ["self"], ["*"], []
    for name, given in cls.__fields__.items():
        known[f"_set_{name}"] = getattr(cls, name).__set__
        parameter, value = name, name
        if given.made_of:
            known[f"_new_{name}"] = given.default_factory
            named += [f"{other}=None" for other in given.made_of]
            as_is = " and ".join([f"{name} is not _absent", *(f"{other} is None" for other in given.made_of)])
            made = f"_new_{name}(None if {name} is _absent else {name}, {', '.join(given.made_of)})"
            parameter, value = f"{name}=_absent", f"{name} if {as_is} else {made}"
        elif given.default_factory is not None:
            known[f"_new_{name}"] = given.default_factory
            parameter, value = f"{name}=_absent", f"_new_{name}() if {name} is _absent else {name}"
        elif given.default is not _ABSENT:
            known[f"_default_{name}"] = given.default
            parameter = f"{name}=_default_{name}"
        (named if given.kw_only else positional).append(parameter)
        body.append(f" _set_{name}(self, {value})")
    parameters = ", ".join(positional + (named if len(named) > 1 else []))
    exec("\n".join([f"def __init__({parameters}):", *body, " pass"]), known)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def maker(cls: type[R], *names: str) -> Callable[..., R]:
    """Return a function that makes records of a class from the values of these fields, or else of any.

    It takes a third of the time that the class takes when it is called. `__init__` has to go around the guard
    that keeps a record frozen, field by field; this fills a record of a class without the guard, which then
    becomes one of the class itself. Fields without a plain default must be given.
    """
    open_class = RecordType(f"Open{cls.__name__}", (cls,), {"__module__": cls.__module__}, frozen=False)
    known: dict[str, Any] = {"_new": object.__new__, "_open": open_class, "_cls": cls}
    parameters, body = [*names], []
    for name, given in cls.__fields__.items():
        known[f"_default_{name}"] = given.default
        if not names:
            parameters.append(name if given.default is _ABSENT else f"{name}=_default_{name}")
        body.append(f" self.{name} = {name if not names or name in names else f'_default_{name}'}")
    head = [f"def make({', '.join(parameters)}):", " self = _new(_open)"]
    exec("\n".join([*head, *body, " self.__class__ = _cls", " return self"]), known)
    make: Callable[..., R] = known["make"]
    make.__name__ = make.__qualname__ = cls.__name__
    return make


class _AsDataclass:
    """Lets the functions of `dataclasses` work on records."""

    def __get__(self, record: Any, cls: RecordType) -> Any:
        return _dataclass_fields(cls)


@cache
def _dataclass_fields(cls: RecordType) -> Any:
    from dataclasses import MISSING, make_dataclass
    from dataclasses import field as described

    made: list[Any] = []
    for name, given in cls.__fields__.items():
        facts: dict[str, Any] = {"repr": given.repr, "hash": given.hash or None, "kw_only": True}
        facts["default"] = MISSING if given.default is _ABSENT else given.default
        facts["default_factory"] = given.default_factory or MISSING
        made.append((name, Any, described(**facts)))
    same: Any = make_dataclass(cls.__name__, made)
    return same.__dataclass_fields__


class Record(metaclass=RecordType):
    """A value of named fields: frozen, equal to another of its class with equal fields, and with a hash.

    `class Point(Record)` is followed by its fields, `x: int = 0`. With `frozen=False` they may be set, and
    there is no hash.
    """

    __fields__: ClassVar[Mapping[str, _Field]]
    __values__: ClassVar[Callable[[Any], Any]]
    __hashed__: ClassVar[Callable[[Any], Any]]
    __dataclass_fields__ = _AsDataclass()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        values = type(self).__values__
        return bool(values(self) == values(other))

    def __hash__(self) -> int:
        return hash(type(self).__hashed__(self))

    def __repr__(self) -> str:
        fields = type(self).__fields__
        shown = (f"{name}={getattr(self, name)!r}" for name, given in fields.items() if given.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise _frozen(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise _frozen(f"cannot delete field {name!r}")

    def __getstate__(self) -> Any:
        return [getattr(self, name) for name in self.__fields__]

    def __setstate__(self, state: Any) -> None:
        for name, value in zip(self.__fields__, state, strict=True):
            object.__setattr__(self, name, value)

    def __replace__(self: R, /, **changes: Any) -> R:
        return type(self)(**{name: getattr(self, name) for name in self.__fields__} | changes)


def replace(record: R, /, **changes: Any) -> R:
    """Return a record like this one with some fields changed."""
    return record.__replace__(**changes)


def _frozen(message: str) -> AttributeError:
    from dataclasses import FrozenInstanceError

    return FrozenInstanceError(message)
