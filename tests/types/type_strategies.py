"""Random schemas and values for the property tests of types."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.0, 0.5, -1.5, 2.0, 1e300]),
    st.sampled_from(["", "a", "b", "ab", "aab", "warm", "0123"]),
)
names = st.sampled_from(["a", "b", "c", "a/b", "~x"])
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)

_TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]
_small = st.integers(0, 3)
_bound = st.sampled_from([-2, 0, 1, 1.5, 3, 2.0])
_type = st.one_of(
    st.sampled_from(_TYPES), st.lists(st.sampled_from(_TYPES), min_size=1, max_size=3, unique=True)
)
_plain_keywords: dict[str, st.SearchStrategy[Any]] = {
    "type": _type,
    "enum": st.lists(values, min_size=1, max_size=3),
    "const": values,
    "minimum": _bound,
    "maximum": _bound,
    "exclusiveMinimum": _bound,
    "exclusiveMaximum": _bound,
    "multipleOf": st.sampled_from([1, 2, 3]),
    "minLength": _small,
    "maxLength": _small,
    "pattern": st.sampled_from(["a", "^a", "b$", "^(a+)+$", "^[ab]{2}$", "."]),
    "minItems": _small,
    "maxItems": _small,
    "uniqueItems": st.booleans(),
    "required": st.lists(names, max_size=2, unique=True),
    "minProperties": _small,
    "maxProperties": _small,
    "description": st.just("words"),
}
_few_keywords = st.lists(st.sampled_from(sorted(_plain_keywords)), max_size=3, unique=True)


@st.composite
def _leaf(draw: st.DrawFn) -> Any:
    if draw(st.integers(0, 12)) == 0:
        return draw(st.booleans())
    return {key: draw(_plain_keywords[key]) for key in draw(_few_keywords)}


def _branch(inner: st.SearchStrategy[Any], beyond: bool) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=1, max_size=3)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "type": st.sampled_from(["object", "array", ["object", "array", "string"]]),
        "properties": st.dictionaries(names, inner, max_size=3),
        "required": st.lists(names, max_size=2, unique=True),
        "additionalProperties": inner,
        "items": inner,
        "anyOf": parts,
        "oneOf": parts,
        "allOf": parts,
    }
    if beyond:
        keywords |= {
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "prefixItems": parts,
            "contains": inner,
            "propertyNames": inner,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b", "x$"]), inner, max_size=2),
            "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=2),
        }
    return st.fixed_dictionaries({}, optional=keywords)


def schemas(beyond: bool = False) -> st.SearchStrategy[Any]:
    """Schemas of everyday keywords, or of all."""
    tree = st.recursive(_leaf(), lambda inner: _branch(inner, beyond), max_leaves=6)
    return st.one_of(tree, _recurring(tree))


def _recurring(tree: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas that refer to a definition, and to themselves from inside a list."""
    return st.builds(
        lambda part, head: {
            "$defs": {"part": part},
            "anyOf": [{"$ref": "#/$defs/part"}, {"type": "array", "items": {"$ref": "#"}}, head],
        },
        tree,
        _leaf(),
    )
