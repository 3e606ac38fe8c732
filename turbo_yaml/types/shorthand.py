"""An author's type, in shorthand, Picoschema or JSON Schema, to JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any, Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean, nearest, suggestion
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.scalars import data_of
from turbo_yaml.syntax.tree import Entry, Mapping, Node, Scalar, Sequence
from turbo_yaml.types.notation.json_form import HEADS, JsonForm, has_legal_head, is_json_schema
from turbo_yaml.types.notation.table import (
    FIELD_KINDS,
    FOREIGN,
    NAMES,
    WILDCARD,
    Field,
    is_type_name,
    may_be_type,
    read_field,
)
from turbo_yaml.types.schema.keywords import (
    KEYWORDS,
    TYPE_NAMES,
    TYPE_SYNONYMS,
    Path,
    is_keyword,
    schema_problems,
    subschemas,
)
from turbo_yaml.types.schema.words import some_of
from turbo_yaml.types.validation import partial_problems

_ALL_NAMES: Final = (
    "one of `string`, `integer`, `number`, `boolean`, `any`, `null`; a list `[…]`; a map `{name: …}`"
)


def parse_type(node: Node, source: Source) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Return the JSON Schema of a type, and what is wrong with it; a part that is wrong allows any value."""
    reader = TypeReader(source)
    schema = reader.judged(reader.type(node, ()))
    return schema, reader.found


class TypeReader:
    """Reads one type. `places` has the key and the value of everything written as JSON Schema."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.places: dict[Path, tuple[Span, Span]] = {}
        self.json: JsonForm | None = None

    def wrong(self, rule: str, message: str, span: Span, hint: str | None = None) -> dict[str, Any]:
        """Report a mistake; return the type that allows any value."""
        self.found.append(Diagnostic(rule, message, self.source, span, hint))
        return {}

    def type(self, node: Node, path: Path) -> Any:
        """Return the schema of a type. Inside JSON Schema this reads what is not a map."""
        match node:
            case Scalar():
                return self.named(node)
            case Sequence():
                return self.items(node, path)
            case Mapping() if is_json_schema(node):
                return self.json_schema(node, path)
            case Mapping():
                return self.fields(node, path)

    def named(self, node: Scalar) -> dict[str, Any]:
        """Read `string`, or `string, what to write about`."""
        name, _, words = (part.strip() for part in node.text.partition(","))
        if node.style == "broken":
            return {}
        if name in NAMES:
            return {**NAMES[name], "description": words} if words else dict(NAMES[name])
        span = self.within(node, name)
        if not name:
            return self.wrong("unknown-type", "a type is missing here", span, "for any value write `any`")
        near = nearest(name, NAMES)
        hint = FOREIGN.get(name.casefold()) or (suggestion(name, near, NAMES) if near else _ALL_NAMES)
        return self.wrong("unknown-type", f"`{_cut(name)}` is not a type", span, hint)

    def within(self, node: Scalar, part: str) -> Span:
        """Return where a part of a scalar's text stands, or the whole scalar where that is not plain."""
        at = self.source.text.find(part, node.start, node.end) if part else -1
        return node.span if at < 0 else Span(at, at + len(part))

    def items(self, node: Sequence, path: Path) -> dict[str, Any]:
        """Read `[T]`."""
        if len(node.items) == 1:
            return {"type": "array", "items": self.type(node.items[0], (*path, "items"))}
        if not node.items:
            message = "a list type has the type of its items in it"
            return self.wrong("unknown-type", message, node.span, "for items of any kind write `[any]`")
        message = f"a list type has one type in it, and here are {len(node.items)}"
        if all(isinstance(each, Scalar) and not is_type_name(each.text) for each in node.items):
            hint = "labels to choose from are `{enum: [a, b]}`"
        elif len(node.items) == 2:
            hint = 'a description with a comma needs quotes: `["string, what it is"]`'
        else:
            hint = "a list of this or that is `{type: array, items: {anyOf: […]}}`"
        return self.wrong("unknown-type", message, node.span, hint)

    def json_schema(self, node: Mapping, path: Path) -> Any:
        """Read JSON Schema as it is; its `#` is here, unless it stands in other JSON Schema."""
        if self.json is not None:
            return self.json.schema(node, path)
        self.doubt(node)
        self.json = JsonForm(self.source, path, self.places, self.found, self.type)
        schema = self.json.schema(node, path)
        self.json = None
        return schema

    def doubt(self, node: Mapping) -> None:
        """Point at JSON Schema that could as well be a map of fields."""
        if len(node.entries) < 2 or not all(may_be_type(entry.value) for entry in node.entries.values()):
            return
        if any(
            isinstance(entry.value, Scalar) and entry.value.text == "null" for entry in node.entries.values()
        ):
            return
        fields = some_of(list(node.entries)).replace(" or ", " and ")
        written = ", ".join(f"{key}: {{…}}" for key in node.entries)
        message = f"this is read as JSON Schema, and could be a map with the fields {fields}"
        hint = f"for the map write `{{type: object, properties: {{{written}}}}}`; else reword the description"
        self.found.append(Diagnostic("ambiguous-type", message, self.source, node.span, hint, "warning"))

    def fields(self, node: Mapping, path: Path) -> dict[str, Any]:
        """Read `{a: T, b?: T}`: a map with these fields and no others."""
        before = len(self.found)
        fields: dict[str, Any] = {}
        required: list[str] = []
        others: Any = False
        for entry in node.entries.values():
            if entry.key.style == "broken":
                continue
            if entry.key.text.strip() == WILDCARD:
                others = self.type(entry.value, (*path, "additionalProperties")) or True
                continue
            field = self.field(entry)
            if field is None:
                continue
            if field.name in fields:
                self.wrong("repeated-field", f"`{field.name}` is there already", entry.key.span)
            fields[field.name] = self.field_type(field, entry, (*path, "properties", field.name))
            if not field.optional:
                required.append(field.name)
        if any(each.severity == "error" for each in self.found[before:]):
            self.blame_keywords(node, before)
        else:
            self.doubt_fields(node)
        schema: dict[str, Any] = {"type": "object", "properties": fields}
        if required:
            schema["required"] = required
        return {**schema, "additionalProperties": others}

    def field(self, entry: Entry) -> Field | None:
        """Take a key apart, and report one that cannot be."""
        field = read_field(entry.key.text)
        if field is None:
            message = f"`{_cut(entry.key.text)}` is not written as a field"
            hint = "write `a`, `a?`, `a(array)`, `a(object)` or `a(enum)`; all other fields are `(*)`"
            self.wrong("wrong-field", message, entry.key.span, hint)
        return field

    def field_type(self, field: Field, entry: Entry, path: Path) -> Any:
        """Return the schema of a field's value, with the kind and the words of its key."""
        node = entry.value
        if isinstance(node, Scalar) and not node.text and not node.style:
            words = f'a description with a comma needs quotes: `"string, {field.name}"`; any value is `any`'
            return self.wrong("unknown-type", f"`{field.name}` has no type", entry.key.span, words)
        match field.kind:
            case None:
                return self.type(node, path)
            case "array":
                schema: Any = {"type": "array", "items": self.type(node, (*path, "items"))}
            case "object":
                schema = self.type(node, path)
                if not isinstance(node, Mapping):
                    schema = self.wrong("wrong-field", "`(object)` has a map of fields", node.span)
            case "enum":
                schema = self.labels(node)
            case other:
                hint = did_you_mean(other, FIELD_KINDS)
                schema = self.wrong(
                    "unknown-type", f"`({other})` is not a kind of field", self.within(entry.key, other), hint
                )
        return {**schema, "description": field.words} if field.words else schema

    def labels(self, node: Node) -> dict[str, Any]:
        """Read the list of an `(enum)`."""
        if not isinstance(node, Sequence) or not node.items:
            return self.wrong(
                "wrong-field", "`(enum)` has a list of labels", node.span, "such as `[low, high]`"
            )
        values, diagnostics = data_of(node, self.source)
        self.found.extend(diagnostics)
        return {"enum": values} if not diagnostics else {}

    def blame_keywords(self, node: Mapping, before: int) -> None:
        """Say what is wrong with a map that was meant as JSON Schema, rather than with its fields."""
        blamed = self.meant_as_schema(node)
        if blamed:
            del self.found[before:]
            for rule, message, span, hint in blamed:
                self.wrong(rule, message, span, hint)

    def meant_as_schema(self, node: Mapping) -> list[tuple[str, str, Span, str | None]]:
        """Return what keeps a map from being JSON Schema, where it looks as if it was meant to be."""
        strangers = [entry.key for key, entry in node.entries.items() if not is_keyword(key)]
        if strangers and has_legal_head(node):
            return [
                (
                    "unknown-keyword",
                    f"`{key.text}` is not a keyword of JSON Schema",
                    key.span,
                    suggestion(key.text, near, KEYWORDS),
                )
                for key in strangers
                if (near := nearest(key.text, KEYWORDS)) is not None
            ]
        if strangers and self.misspelt_schema(node):
            return [
                (
                    "unknown-keyword",
                    f"`{key.text}` is not a keyword of JSON Schema",
                    key.span,
                    did_you_mean(key.text, KEYWORDS),
                )
                for key in strangers
            ]
        if strangers:
            return []
        declared = node.get("type")
        names = declared.items if isinstance(declared, Sequence) else [declared]
        for name in names:
            if isinstance(name, Scalar) and name.text not in TYPE_NAMES:
                hint = TYPE_SYNONYMS.get(name.text.casefold()) or did_you_mean(name.text, TYPE_NAMES)
                message = f"`{_cut(name.text)}` is not a type of JSON Schema"
                return [("unknown-type", message, name.span, hint)]
        if declared is None and any(_is_of_schemas(key) for key in node.entries):
            heads = some_of(HEADS, most=len(HEADS))
            return [("wrong-schema", "this JSON Schema does not say of what", node.span, f"add {heads}")]
        return []

    def misspelt_schema(self, node: Mapping) -> bool:
        """Tell whether a map is JSON Schema but for the spelling of the key that says of what."""
        strangers = [entry for key, entry in node.entries.items() if not is_keyword(key)]
        return (
            len(strangers) == 1
            and nearest(strangers[0].key.text, HEADS) is not None
            and (
                len(node.entries) > 1
                or (isinstance(strangers[0].value, Sequence) and len(strangers[0].value.items) > 1)
            )
        )

    def doubt_fields(self, node: Mapping) -> None:
        """Point at a map of fields that was perhaps meant as JSON Schema: `{type: int}`."""
        declared = node.get("type")
        if isinstance(declared, Scalar) and all(map(is_keyword, node.entries)):
            message = "this is read as a map with a field `type`; JSON Schema does not know the type it names"
            hint = TYPE_SYNONYMS.get(declared.text.casefold())
            self.found.append(
                Diagnostic("ambiguous-type", message, self.source, declared.span, hint, "warning")
            )

    def judged(self, schema: Any) -> dict[str, Any]:
        """Report what is wrong with the whole schema; return it, or what allows any value."""
        problems = schema_problems(schema)
        for problem in problems:
            span = self.place(problem.path, at_key=problem.at_key)
            self.wrong(problem.rule, problem.message, span, problem.help)
        if problems or not isinstance(schema, dict):
            return {}
        self.judge_values(schema)
        return schema

    def judge_values(self, schema: dict[str, Any]) -> None:
        """Report defaults and labels that their own type refuses."""
        for path, part in subschemas(schema):
            if not isinstance(part, dict):
                continue
            if "default" in part:
                for problem in partial_problems(part, schema, part["default"])[:1]:
                    span = self.place((*path, "default"))
                    hint = (
                        "a value that may be left out has `?` on its name"
                        if part["default"] is None
                        else None
                    )
                    self.wrong(
                        "wrong-default", f"the default does not fit its type: {problem.message}", span, hint
                    )
            for i, label in enumerate(part.get("enum", ()) if "type" in part else ()):
                for problem in partial_problems({"type": part["type"]}, schema, label):
                    self.wrong(
                        "wrong-schema",
                        f"this label can never be: {problem.message}",
                        self.place((*path, "enum", i)),
                    )

    def place(self, path: Path, at_key: bool = False) -> Span:
        """Return where something of the schema was written, or the nearest thing around it."""
        exact = path in self.places
        while path not in self.places and path:
            path = path[:-1]
        key, value = self.places.get(path, (Span(0, 0), Span(0, 0)))
        return key if at_key and exact else value


def _is_of_schemas(key: str) -> bool:
    return key == "default" or KEYWORDS.get(key) in ("count", "number", "positive", "flag", "pattern")


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
