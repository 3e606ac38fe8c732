"""Going on after a mistake: the rest is read, what was lost is marked."""

from tests.syntax.yaml_texts import nodes, plain, read
from turbo_yaml.syntax import Mapping, Scalar, Sequence


def test_several_mistakes_are_reported_in_one_go() -> None:
    text = """\
turbo: 1
steps:
  - user: {{ a }}
  - user: b: c
  - user: 'x
  - system: {% x %}
  - user: a
    user: b
  - @x
  - ok: [1, 2
  - fine
"""
    root, found = read(text)
    assert [(finding.where(), finding.rule.removeprefix("yaml-")) for finding in found] == [
        ("t.yaml:3:11", "unquoted-template"),
        ("t.yaml:4:12", "colon-in-text"),
        ("t.yaml:5:11", "unclosed-quote"),
        ("t.yaml:6:13", "unquoted-template"),
        ("t.yaml:8:5", "duplicate-key"),
        ("t.yaml:9:5", "reserved-character"),
        ("t.yaml:10:9", "unclosed-bracket"),
    ]
    steps = [
        {"user": ...},
        {"user": ...},
        {"user": ...},
        {"system": ...},
        {"user": "a"},
        ...,
        {"ok": ...},
        "fine",
    ]
    assert plain(root) == {"turbo": "1", "steps": steps}


def test_what_was_lost_keeps_its_place() -> None:
    text = "a: b\nc: {{ d }}\ne: f\n"
    root, _ = read(text)
    assert isinstance(root, Mapping)
    lost = root.get("c")
    assert isinstance(lost, Scalar)
    assert (lost.style, lost.text, text[lost.start : lost.end]) == ("broken", "", "{{ d }}")


def test_a_map_that_lost_a_line_has_a_broken_key() -> None:
    root, _ = read("steps:\n  - user: a\n    name\n    label: b\n  - user: c\n")
    assert plain(root) == {"steps": [{"user": "a", "?": ..., "label": "b"}, {"user": "c"}]} or plain(
        root
    ) == {"steps": [{"user": "a", "?": "", "label": "b"}, {"user": "c"}]}
    root, _ = read("a: b\n   c: d\ne: f\n")
    assert plain(root) == {"a": "b", "?": ..., "e": "f"}


def test_a_list_that_lost_an_item_has_a_broken_item() -> None:
    root, found = read("steps:\n  - a\n  -b\n  - c\n")
    assert [finding.rule for finding in found] == ["yaml-missing-space"]
    assert isinstance(root, Mapping)
    steps = root.get("steps")
    assert isinstance(steps, Sequence)
    assert [
        plain(item) for item in steps.items if not (isinstance(item, Scalar) and item.style == "broken")
    ] == ["a", "c"]
    assert any(isinstance(item, Scalar) and item.style == "broken" for item in steps.items)


def test_two_lost_lines_of_one_map_are_both_there() -> None:
    root, _ = read("a: 1\nxx\nb: 2\nyy\nc: 3\n")
    assert isinstance(root, Mapping)
    assert [name for name, entry in root.entries.items() if entry.key.style != "broken"] == ["a", "b", "c"]
    assert sum(entry.key.style == "broken" for entry in root.entries.values()) == 2


def test_a_merge_key_leaves_a_broken_key_and_a_duplicate_the_first() -> None:
    root, _ = read("<<: {a: 1}\nb: 2\nb: 3\n")
    assert plain(root) == {"?": {"a": "1"}, "b": "2"}


def test_findings_that_follow_from_another_are_not_reported() -> None:
    text = "inputs:\n    a: b\n  c: d\n  e: f\n  g: h\nname: x\n"
    _, found = read(text)
    assert [finding.where() for finding in found] == ["t.yaml:3:3"]


def test_the_text_is_read_again_a_bounded_number_of_times() -> None:
    root, found = read("- a: b: c\n" * 500)
    assert isinstance(root, Sequence)
    assert 15 <= len(found) <= 20


def test_where_reading_stops_for_good_every_open_collection_is_marked() -> None:
    root, _ = read("a:\n  b:\n    - x\n" + "    - c: d: e\n" * 500)
    broken = (
        [node for node in nodes(root) if isinstance(node, Scalar) and node.style == "broken"] if root else []
    )
    assert isinstance(root, Mapping)
    assert any(entry.key.style == "broken" for entry in root.entries.values())
    assert len(broken) > 3


def test_every_line_that_a_tab_indents_is_one_finding_and_is_read() -> None:
    root, found = read("steps:\n\t- a: b\n\t- if: x\n\t\tthen:\n\t\t\t- c: d\n")
    assert [finding.rule for finding in found] == ["yaml-tab"]
    assert "3 more lines" in found[0].message
    assert isinstance(root, Mapping)
    _, (two,) = read("steps:\n\t- stop\n\t- stop\n")
    assert "on 1 more line;" in two.message


def test_a_private_character_of_the_text_itself_is_no_mark_of_loss() -> None:
    root, _ = read("a: \ue000\nb: {{ c }}\n\ue001: d\n")
    assert plain(root) == {"a": "\ue000", "b": ..., "\ue001": "d"}


def test_an_undefined_alias_is_a_broken_value() -> None:
    root, found = read("a: *b\nc: d\n")
    assert [finding.rule for finding in found] == ["yaml-alias"]
    assert plain(root) == {"a": ..., "c": "d"}
