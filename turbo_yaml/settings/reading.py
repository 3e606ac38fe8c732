"""YAML nodes to patches: tags, places and types; each layer by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.records import replace
from turbo_yaml.settings.fitting import Path, Problem, fitted, shown
from turbo_yaml.settings.keys import FLOW, PROFILE, VARIABLE, LayerKind, record_of
from turbo_yaml.settings.kinds import (
    Kind,
    MapOf,
    Record,
    child,
    item_kind,
    takes_words,
)
from turbo_yaml.settings.patch import (
    EMPTY,
    MISSING,
    Extend,
    FromEnv,
    Merge,
    Missing,
    Patch,
    Place,
    Set,
    Unset,
)
from turbo_yaml.settings.secrets import covered, is_secret_name, is_secret_value
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Entry, Mapping, Node, Scalar, Sequence
from turbo_yaml.syntax.scalars import ambiguous, read_value

_COUNT: Final = r"[0-9]{0,8}"
"""What is no secret whatever its key is called: nothing, or a number as in `max_token: 500`."""
_TAGS: Final = ("!reset", "!override", "!append", "!prepend", "!env")


def read_settings(
    node: Node | None, source: Source, kind: LayerKind, place: Place | None = None
) -> tuple[Merge, list[Diagnostic]]:
    """Return the patch that a map of settings is, and what is wrong in it; what is wrong is left out.

    `place` is where all of it stands, for text that is in no file.
    """
    return _Reader(source, kind, place).whole(node, record_of(kind))


def read_profiles(
    node: Node | None, source: Source, kind: LayerKind = LayerKind.FLOW
) -> tuple[dict[str, Patch], list[Diagnostic]]:
    """Return the patches of a map of profiles by name, and what is wrong in them."""
    profile = FLOW if kind is LayerKind.FLOW else PROFILE
    patch, diagnostics = _Reader(source, kind).whole(node, MapOf(profile, "profile"))
    return dict(patch.keys), diagnostics


def read_data(node: Node, kind: Kind) -> Any:
    """Return the plain data of a node for a setting of this kind, or `MISSING` where it has none."""
    return _Reader(Source("", ""), LayerKind.ENVIRONMENT).data(node, kind, ())


class _Reader:
    """Reads one text: keeps the spans of what it read, to say where a problem is."""

    def __init__(self, source: Source, kind: LayerKind, at: Place | None = None) -> None:
        self.source = source
        self.at = at
        self.tags = kind is not LayerKind.STEP
        self.by_flow = kind is LayerKind.FLOW
        self.literal_secrets = kind in (LayerKind.ENVIRONMENT, LayerKind.CONFIGURE)
        self.found: list[Diagnostic] = []
        self.keys: dict[Path, Span] = {}
        self.values: dict[Path, Span] = {}
        self.hidden: list[Span] = []

    def whole(self, node: Node | None, kind: Record | MapOf) -> tuple[Merge, list[Diagnostic]]:
        """Return the patch of a whole map; nothing and null are an empty one."""
        if node is None or _is_null(node):
            return EMPTY, []
        if not isinstance(node, Mapping):
            self.report("wrong-type", "settings are a map", node.span, "write `name: value` lines")
            return EMPTY, self.found
        if node.tag is not None:
            self.report("misplaced-tag", f"`{node.tag}` cannot stand on all the settings", node.span)
        self.keys[()] = self.values[()] = node.span
        raw = self.merge(node, kind, ())
        typed = fitted(kind, raw, self.problem)
        assert isinstance(typed, Merge)
        self.found.sort(key=Diagnostic.sort_key)
        return typed, covered(self.found, self.source, self.hidden) if self.hidden else self.found

    # What is wrong -------------------------------------------------------------------------------------

    def report(self, rule: str, message: str, span: Span, help: str | None = None) -> None:
        self.found.append(Diagnostic(rule, message, self.source, span, help))

    def problem(self, problem: Problem) -> None:
        """Report a problem at the span of its key or value, or of what is nearest around it."""
        spans = self.keys if problem.on_key else self.values
        path = problem.path
        while path and path not in spans:
            path = path[:-1]
        self.report(problem.rule, problem.message, spans[path], problem.help)

    # From nodes to patches -----------------------------------------------------------------------------

    def place(self, node: Node) -> Place:
        return self.at or Place(self.source.name, *self.source.position(node.start))

    def patch(self, node: Node, kind: Kind | None, path: Path) -> Patch | None:
        """Return what a node says of the weaker layers, or None after a report."""
        self.values[path] = node.span
        if node.tag is not None and not self.tags:
            help = "in the flow's `settings`, tags may stand below `steps: {ID: …}`"
            self.report("misplaced-tag", "a step's own settings take no tags", node.span, help)
            return None
        match node.tag:
            case None:
                return self.plain(node, kind, path)
            case "!env":
                return self.variable(node, kind, path)
            case "!reset":
                return self.reset(node, path)
            case "!override":
                patch = self.plain(node, kind, path)
                return Merge(patch.keys, True, patch.trail) if isinstance(patch, Merge) else patch
            case "!append" | "!prepend":
                return self.extend(node, kind, path)
            case tag:
                near = did_you_mean(tag, _TAGS)
                self.report("unknown-tag", f"`{tag}` is not a tag of settings", node.span, near)
                return None

    def plain(self, node: Node, kind: Kind | None, path: Path) -> Patch | None:
        if isinstance(node, Mapping):
            return self.merge(node, kind, path)
        value = self.scalar(node, kind, path) if isinstance(node, Scalar) else self.items(node, kind, path)
        return None if value is MISSING else Set(value, (self.place(node),))

    def merge(self, node: Mapping, kind: Kind | None, path: Path) -> Merge:
        keys: dict[str, Patch] = {}
        for name, entry in node.entries.items():
            if entry.key.style == "broken":
                continue
            below = (*path, name)
            self.keys[below] = entry.key.span
            patch = self.patch(entry.value, None if kind is None else child(kind, name), below)
            if patch is not None:
                keys[name] = patch
        return Merge(keys, False, (self.place(node),))

    def reset(self, node: Node, path: Path) -> Patch | None:
        if isinstance(node, Scalar) and node.text in ("", "null", "~"):
            return Unset((self.place(node),))
        help = "write `!override` to replace what weaker layers say"
        self.report("misplaced-tag", "`!reset` takes no value", node.span, help)
        return None

    def extend(self, node: Node, kind: Kind | None, path: Path) -> Patch | None:
        if not isinstance(node, Sequence):
            message = f"`{node.tag}` adds the items of a list, and this is {_form(node)}"
            self.report("misplaced-tag", message, node.span, f"write `{node.tag} [ITEM]`")
            return None
        items = self.items(node, kind, path)
        if isinstance(items, Missing):
            return None
        trail = (self.place(node),)
        return Extend((), tuple(items), trail) if node.tag == "!append" else Extend(tuple(items), (), trail)

    def variable(self, node: Node, kind: Kind | None, path: Path) -> Patch | None:
        """Read `!env NAME` or `!env [NAME, default]`."""
        value = self.lookup(node, kind, path)
        return None if value is MISSING else Set(value, (self.place(node),))

    def lookup(self, node: Node, kind: Kind | None, path: Path) -> FromEnv | Missing:
        parts = [node] if isinstance(node, Scalar) else node.items if isinstance(node, Sequence) else []
        name = parts[0] if 1 <= len(parts) <= 2 else None
        if not isinstance(name, Scalar) or re.fullmatch(VARIABLE.pattern or "", name.text) is None:
            help = "write `!env NAME` or `!env [NAME, default]`"
            self.report("wrong-type", "`!env` takes the name of an environment variable", node.span, help)
            return MISSING
        found = FromEnv(name.text, MISSING, self.place(node), self.by_flow)
        if len(parts) == 1:
            return found
        default = self.data(parts[1], kind, path)
        return MISSING if default is MISSING else replace(found, default=default)

    # From nodes to data --------------------------------------------------------------------------------

    def items(self, node: Sequence, kind: Kind | None, path: Path) -> list[Any] | Missing:
        inner = item_kind(kind)
        found = [self.item(item, inner, (*path, i)) for i, item in enumerate(node.items)]
        return MISSING if any(item is MISSING for item in found) else found

    def item(self, node: Node, kind: Kind | None, path: Path) -> Any:
        self.values[path] = node.span
        if node.tag == "!env" and self.tags:
            return self.lookup(node, kind, path)
        return self.data(node, kind, path)

    def data(self, node: Node, kind: Kind | None, path: Path) -> Any:
        """Return plain data, where no tag can stand, or `MISSING` after a report."""
        if node.tag is not None:
            help = "tags stand on a whole setting; `!env` also on an item of a list"
            self.report("misplaced-tag", f"`{node.tag}` cannot stand inside of a value", node.span, help)
            return MISSING
        match node:
            case Scalar():
                return self.scalar(node, kind, path)
            case Sequence():
                return self.items(node, kind, path)
            case Mapping(entries=entries):
                return self.map(entries.values(), kind, path)

    def map(self, entries: Iterable[Entry], kind: Kind | None, path: Path) -> dict[str, Any] | Missing:
        found: dict[str, Any] = {}
        for key, value in entries:
            if key.style == "broken":
                continue
            below = (*path, key.text)
            self.keys[below] = key.span
            self.values[below] = value.span
            found[key.text] = self.data(value, None if kind is None else child(kind, key.text), below)
        return MISSING if any(value is MISSING for value in found.values()) else found

    def scalar(self, node: Scalar, kind: Kind | None, path: Path) -> Any:
        """Return a scalar's value, or `MISSING` after a report."""
        if node.style == "broken":
            return MISSING
        if not self.literal_secrets and self.leaks(node, path):
            return MISSING
        if takes_words(kind):
            return None if _is_null(node) else node.text
        value, problem = read_value(node)
        if problem is not None:
            self.found.append(ambiguous(node, problem, self.source))
        return value if problem is None else MISSING

    def leaks(self, node: Scalar, path: Path) -> bool:
        """Report a secret that stands in the text itself."""
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        by_name = is_secret_name(name) and not _is_null(node) and not re.fullmatch(_COUNT, node.text)
        if not by_name and not is_secret_value(node.text):
            return False
        self.hidden.append(node.span)
        if name not in ("api_key", "api_key_env"):
            instead = f"{name}: !env NAME"
        elif len(path) == 1:
            instead = "providers: {SERVER: {api_key_env: NAME}}"
        else:
            instead = "api_key_env: NAME"
        what = "is" if by_name else "looks like it holds"
        message = f"`{shown(path)}` {what} a secret, and it is written out here"
        help = f"name the environment variable that holds it: `{instead}`"
        self.report("literal-secret", message, node.span, help)
        return True


def _is_null(node: Node) -> bool:
    plain = isinstance(node, Scalar) and node.tag is None and not node.style
    return plain and isinstance(node, Scalar) and node.text in ("", "null", "Null", "NULL", "~")


def _form(node: Node) -> str:
    return "a map" if isinstance(node, Mapping) else "a single value"
