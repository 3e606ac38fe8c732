"""Whatever the text is: no exception, every place inside it, a tree that hangs together."""

from itertools import pairwise

from hypothesis import given, settings

from tests.syntax.yaml_texts import anything, damaged_flows, documents, nodes, read, scalars
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Scalar, Sequence
from turbo_yaml.syntax.loader import tagged
from turbo_yaml.syntax.scalarmap import offset_map
from turbo_yaml.syntax.scalars import data_of, read_value, slot_text


def assert_sound(text: str) -> None:
    root, found = read(text)
    size = len(text)
    assert root is not None or found
    for finding in found:
        assert 0 <= finding.span.start <= finding.span.end <= size
        assert finding.message and "\n" not in finding.message
        for related in finding.related:
            assert 0 <= related.span.start <= related.span.end <= size
    assert found == sorted(found, key=lambda finding: finding.sort_key())
    if root is None:
        return
    for node in nodes(root):
        assert 0 <= node.start <= node.end <= size
        if isinstance(node, Scalar) and node.style == "broken":
            assert found and node.text == ""
    for scalar in scalars(root):
        read_value(scalar)
        places = offset_map(text, scalar)
        if places is not None:
            assert len(places) == len(slot_text(scalar)) + 1
            assert all(a <= b for a, b in pairwise(places))
            assert places[-1] <= size
    data_of(root, Source("t.yaml", text))
    assert list(tagged(root)) == [node for node in values(root) if node.tag is not None]


def values(root: Scalar | Sequence | Mapping) -> list[Scalar | Sequence | Mapping]:
    found: list[Scalar | Sequence | Mapping] = [root]
    if isinstance(root, Sequence):
        for item in root.items:
            found += values(item)
    elif isinstance(root, Mapping):
        for entry in root.entries.values():
            found += values(entry.value)
    return found


@settings(max_examples=150, deadline=None)
@given(anything())
def test_any_text_is_read_or_refused_in_its_own_places(text: str) -> None:
    assert_sound(text)


@settings(max_examples=120, deadline=None)
@given(documents())
def test_pieces_of_yaml_are_read_or_refused_in_their_own_places(text: str) -> None:
    assert_sound(text)


@settings(max_examples=120, deadline=None)
@given(damaged_flows())
def test_damaged_flows_are_read_or_refused_in_their_own_places(text: str) -> None:
    assert_sound(text)
