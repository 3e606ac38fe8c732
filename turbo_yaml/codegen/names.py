"""Names of a flow to names of Python, and what is known of the variable behind one."""

from __future__ import annotations

import ast
import hashlib
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Protocol

from turbo_yaml.codegen.build import At, load
from turbo_yaml.records import Record
from turbo_yaml.types import Kind

_PLAIN = re.compile(r"(?!u__)(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}")
_SPELT = re.compile(r"[^A-Za-z0-9]")
_LONGEST = 200


def safe_identifier(name: str) -> str:
    """Return a legal Python name for any text; two texts never share one. The one way from text to a name."""
    if _PLAIN.fullmatch(name):
        return f"{name}_" if keyword.iskeyword(name.rstrip("_")) else name
    if _is_plain_elsewhere(name):
        return name
    if len(name) > _LONGEST:
        return f"u__{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return "u__" + _SPELT.sub(lambda found: f"_{ord(found[0]):x}_", name)


def _is_plain_elsewhere(name: str) -> bool:
    """Tell whether a name with letters beyond ASCII is one of Python's, which reads it as it is written."""
    if name.isascii() or len(name) > 63 or name.startswith("_") or not name.isidentifier():
        return False
    return unicodedata.normalize("NFKC", name) == name


class Variable(Protocol):
    """What code generation knows of a flow's variable.

    `kind` promises the exact type of its value: `string` a `str`, `integer` an `int`, `boolean` a `bool`,
    `number` an `int` or a `float`. `maybe_unset`: it may hold `missing` instead of a value.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def maybe_unset(self) -> bool: ...

    def load(self, place: At) -> ast.expr:
        """Return the reading of the variable, at a place."""
        ...


class Local(Record):
    """A variable that is a local of the generated function."""

    name: str
    identifier: str
    kind: Kind = "any"
    maybe_unset: bool = False

    def load(self, place: At) -> ast.expr:
        """Return the reading of the variable, at a place."""
        return load(self.identifier, place)


class Scope(Protocol):
    """The variables that can be read at one place of a flow."""

    def find(self, name: str) -> Variable | None:
        """Return the variable of that name, or None."""
        ...

    def names(self) -> Iterable[str]:
        """Return every name, for suggestions."""
        ...


class Variables(Record):
    """A scope that is a mapping."""

    by_name: Mapping[str, Variable]

    def find(self, name: str) -> Variable | None:
        """Return the variable of that name, or None."""
        return self.by_name.get(name)

    def names(self) -> Iterable[str]:
        """Return every name, for suggestions."""
        return self.by_name
