"""Jinja's scopes inside one text to the locals of one Python function."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from turbo_yaml.codegen.build import At, assign, load
from turbo_yaml.codegen.names import Local, Scope, Variable, safe_identifier
from turbo_yaml.codegen.templates.module import SUPPORT, TemplateModule
from turbo_yaml.records import Record, field
from turbo_yaml.types import Kind

_COUNTS = frozenset({"depth", "depth0", "index", "index0", "length", "revindex", "revindex0"})


class MacroVariable(Local):
    """A macro: a Python function of the same text."""


class LoopVariable(Local):
    """`loop` in a `for` of the text; called in a recursive one, it runs `function` one level deeper."""

    function: str = ""
    depth: str = ""

    def kind_of(self, member: str) -> Kind | None:
        """Return the kind of a member that every loop has, or None."""
        if member in ("first", "last"):
            return "boolean"
        return "integer" if member in _COUNTS else None


class Names:
    """The Python names in use in one text function; no two of its variables share one."""

    def __init__(self) -> None:
        self._owners: dict[str, str | None] = dict.fromkeys(SUPPORT)

    def give(self, name: str) -> str:
        """Return a Python name like `name` that nothing else has."""
        wanted = given = safe_identifier(name)
        number = 1
        while given in self._owners:
            number += 1
            given = f"{wanted}_{number}"
        self._owners[given] = name
        return given

    def give_parameter(self, name: str) -> str:
        """Return a Python name for a macro's parameter, which hides a variable of the same name anyway."""
        wanted = safe_identifier(name)
        return wanted if self._owners.get(wanted) == name else self.give(name)


class Root(Record, frozen=False):
    """What all blocks of one text function share: its names, and the flow's variables that it reads."""

    flow: Scope
    module: TemplateModule
    place: At
    names: Names = field(default_factory=Names)
    parameters: dict[str, tuple[Variable, Local]] = field(default_factory=dict)

    def parameter(self, name: str) -> Local | None:
        """Return the parameter for a variable of the flow, or None where the flow has none."""
        if name not in self.parameters:
            variable = self.flow.find(name)
            if variable is None:
                return None
            local = Local(name, self.names.give(name), variable.kind, variable.maybe_unset)
            self.parameters[name] = (variable, local)
        return self.parameters[name][1]

    def arguments(self, place: At) -> list[ast.expr]:
        """Return the values that the parameters take where the function is called."""
        return [variable.load(place) for variable, _ in self.parameters.values()]


class Block:
    """One of Jinja's scopes. What is set in it ends with it; set on some paths only, it starts as it was."""

    def __init__(self, root: Root, outer: Block | None = None, later: Iterable[str] = ()) -> None:
        self.root = root
        self.outer = outer
        self.later = frozenset(later)
        """Names that this block sets somewhere: a macro may read them before that."""
        self.variables: dict[str, Local] = {}
        self.prologue: list[ast.stmt] = []
        self._identifiers: dict[str, str] = {}

    def find(self, name: str) -> Local | None:
        """Return what a name means here: of this block, of one around it, or of the flow."""
        found = self.variables.get(name)
        if found is not None:
            return found
        if self.outer is not None:
            return self.outer.find(name)
        found = self.root.parameter(name)
        if found is None and name in self.later:
            self.promise(name)
            return self.variables[name]
        return found

    def names(self) -> Iterable[str]:
        """Return every name, for suggestions."""
        yield from self.variables
        yield from self.root.flow.names() if self.outer is None else self.outer.names()

    def inner(self) -> Block:
        """Return a block inside this one."""
        return Block(self.root, self)

    def identifier(self, name: str) -> str:
        """Return the Python name of a variable that this block sets: always the same one in the block."""
        given = self._identifiers.get(name)
        if given is None:
            parameter = self.root.parameters.get(name) if self.outer is None else None
            given = self.root.names.give(name) if parameter is None else parameter[1].identifier
            self._identifiers[name] = given
        return given

    def declare(self, name: str, kind: Kind = "any") -> str:
        """Note that a name has a value from here on; return its Python name."""
        identifier = self.identifier(name)
        self.variables[name] = Local(name, identifier, kind)
        return identifier

    def promise(self, name: str) -> None:
        """Let a name that is set on some paths, or later, start with the value it had: `missing` if none."""
        if name in self.variables:
            return
        before = self.root.parameter(name) if self.outer is None else self.outer.find(name)
        identifier = self.identifier(name)
        place = self.root.place
        if before is None:
            self.root.module.used["missing"] = None
            self.prologue.append(assign(identifier, load("missing", place), place))
            self.variables[name] = Local(name, identifier, "any", True)
            return
        if before.identifier != identifier:
            self.prologue.append(assign(identifier, before.load(place), place))
        self.variables[name] = Local(name, identifier, before.kind, before.maybe_unset)

    def merge(self, ends: list[dict[str, Local]]) -> None:
        """Take up what is known where the paths of an `if` meet; each of its names was promised before."""
        merged: dict[str, Local] = {}
        for name in {name: None for end in ends for name in end}:
            found = [end[name] for end in ends if name in end]
            first = found[0]
            if any(variable != first for variable in found):
                kinds = {variable.kind for variable in found}
                kind: Kind = kinds.pop() if len(kinds) == 1 else "any"
                unset = any(variable.maybe_unset for variable in found)
                first = Local(name, self.identifier(name), kind, unset)
            merged[name] = first
        self.variables = merged
