"""The algebra of settings keeps its laws."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.settings.patch import (
    EMPTY,
    MISSING,
    Extend,
    FromEnv,
    Merge,
    Patch,
    Place,
    Set,
    Unset,
    apply,
    from_data,
    inside,
    merge_of,
    merged,
    nested,
    stacked,
    then,
    to_data,
)

KEYS = st.sampled_from("xyz")
SCALARS = st.sampled_from([None, True, 0, 1, "a", "b"])
TRAILS = st.sampled_from([(), (Place("f.yaml", 1, 2),), (Place("f.yaml", 3, 4), Place("f.yaml", 5, 6))])
VARIABLES = st.sampled_from([FromEnv("A"), FromEnv("B", 1), FromEnv("C", ["a"], Place("f.yaml", 2, 3))])
FLAT = st.lists(SCALARS, max_size=2) | st.dictionaries(KEYS, SCALARS, max_size=2)
DATA = SCALARS | FLAT | st.dictionaries(KEYS, FLAT, max_size=2)
ITEMS = st.lists(SCALARS | VARIABLES | FLAT, max_size=2)
LEAVES = st.one_of(
    st.builds(Set, SCALARS | ITEMS | VARIABLES, TRAILS),
    st.builds(Unset, TRAILS),
    st.builds(Extend, ITEMS.map(tuple), ITEMS.map(tuple), TRAILS),
)


def maps(inner: st.SearchStrategy[Patch]) -> st.SearchStrategy[Merge]:
    return st.builds(Merge, st.dictionaries(KEYS, inner, max_size=3), st.booleans(), TRAILS)


PATCHES = LEAVES | maps(LEAVES) | maps(maps(LEAVES))
LAYERS = maps(LEAVES | maps(LEAVES))
BASES = st.dictionaries(KEYS, DATA, max_size=3)


def in_order(value: Any) -> Any:
    """Return data in which the order of keys counts."""
    return [(key, in_order(inner)) for key, inner in value.items()] if isinstance(value, dict) else value


def forgets(patch: Patch) -> bool:
    return isinstance(patch, Unset) or (isinstance(patch, Merge) and any(map(forgets, patch.keys.values())))


@given(PATCHES, PATCHES, PATCHES)
def test_then_is_associative_trails_included(a: Patch, b: Patch, c: Patch) -> None:
    assert then(then(a, b), c) == then(a, then(b, c))


@given(LAYERS)
def test_the_empty_patch_is_the_identity_on_layers(a: Merge) -> None:
    assert then(EMPTY, a) == a == then(a, EMPTY)


@given(PATCHES, PATCHES, DATA | st.just(MISSING))
def test_two_patches_in_one_do_what_they_do_one_after_the_other(a: Patch, b: Patch, base: Any) -> None:
    assert apply(then(a, b), base) == apply(b, apply(a, base))


@given(LAYERS, LAYERS, BASES)
def test_keys_keep_the_order_in_which_they_were_first_written(
    a: Merge, b: Merge, base: dict[str, Any]
) -> None:
    one_by_one = apply(b, apply(a, base))
    at_once = apply(then(a, b), base)
    if not forgets(a) and not forgets(b):
        assert in_order(at_once) == in_order(one_by_one)


@given(PATCHES, PATCHES, DATA)
def test_nothing_that_goes_in_is_changed(a: Patch, b: Patch, base: Any) -> None:
    before = copy.deepcopy((a, b, base))
    then(a, b)
    apply(a, base)
    assert before == (a, b, base)


@given(st.lists(LAYERS, max_size=4))
def test_a_stack_may_be_added_up_from_either_end(layers: list[Merge]) -> None:
    from_the_top = EMPTY
    for patch in reversed(layers):
        from_the_top = merged(patch, from_the_top)
    assert stacked(layers) == from_the_top


@given(BASES)
def test_a_map_of_values_makes_itself(values: dict[str, Any]) -> None:
    assert apply(merge_of(values), {}) == values


@given(LAYERS)
def test_a_patch_survives_json(patch: Merge) -> None:
    assert from_data(json.loads(json.dumps(to_data(patch))), "f.yaml") == patch


def test_a_patch_read_back_has_its_places_in_the_file_it_is_read_for() -> None:
    data = to_data(nested(["a"], Set([FromEnv("V", 1, Place("old.yaml", 2, 3))], (Place("old.yaml", 1, 2),))))
    back = inside(from_data(data, "new.yaml"), "a")
    assert back == Set([FromEnv("V", 1, Place("new.yaml", 2, 3))], (Place("new.yaml", 1, 2),))


def test_a_value_is_credited_to_all_who_extended_it_and_to_no_one_it_covers() -> None:
    covered, base, more = Place("a"), Place("b"), Place("c")
    whole = then(then(Set(["x"], (covered,)), Set(["y"], (base,))), Extend((), ("z",), (more,)))
    assert whole == Set(["y", "z"], (base, more))


def test_a_scalar_under_a_map_is_replaced_by_the_map_and_its_grouping_does_not_matter() -> None:
    # Plain deep merge fails here: it keeps x when the last two are joined first.
    a, b, c = (
        nested(["k"], nested(["x"], Set(1))),
        nested(["k"], Set(5)),
        nested(["k"], nested(["y"], Set(2))),
    )
    assert apply(then(then(a, b), c), {}) == apply(then(a, then(b, c)), {}) == {"k": {"y": 2}}


def test_inside_finds_nothing_where_a_path_leaves_the_maps() -> None:
    assert inside(nested(["a", "b"], Set(1)), "a", "b") == Set(1)
    assert inside(nested(["a"], Set(1)), "a", "b") is None
