"""What a text without mistakes becomes."""

import pytest

from tests.syntax.yaml_texts import FLOW, exact, good, nodes, plain, read
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Scalar, Sequence
from turbo_yaml.syntax.loader import parse_yaml, tagged


def source_of(text: str, *path: str | int) -> str:
    """Return the part of the text that a node spans."""
    node = good(text)
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, Sequence)
            node = node.items[step]
        else:
            assert isinstance(node, Mapping)
            node = node.entries[step].value
    return text[node.start : node.end]


def test_every_scalar_is_text_whatever_yaml_makes_of_it() -> None:
    text = "a: no\nb: 12:30\nc: 0x1f\nd: ~\ne: 2024-01-02\nf: null\ng:\n"
    expected = {"a": "no", "b": "12:30", "c": "0x1f", "d": "~", "e": "2024-01-02", "f": "null", "g": ""}
    assert plain(good(text)) == expected


def test_keys_are_text_and_keep_their_order() -> None:
    root = good("yes: a\n1: b\nnull: c\n? d\n: e\n")
    assert isinstance(root, Mapping)
    assert list(root.entries) == ["yes", "1", "null", "d"]


def test_the_style_of_each_scalar_is_kept() -> None:
    root = good("- a\n- 'a'\n- \"a\"\n- |\n  a\n- >\n  a\n")
    assert isinstance(root, Sequence)
    assert [item.style for item in root.items if isinstance(item, Scalar)] == ["", "'", '"', "|", ">"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("name",), "support_desk"),
        (("inputs",), "user_id: integer\n  docs: [string]\n  tone?: {enum: [warm, dry], default: warm}"),
        (("inputs", "docs"), "[string]"),
        (("inputs", "tone?"), "{enum: [warm, dry], default: warm}"),
        (("steps", 0), "system: You are a {{ tone }} support agent."),
        (("steps", 2, "then", 0, "user"), '"Quoted {{ text }}: with \\"escapes\\""'),
        (("steps", 2, "else", 0, "log"), "'it''s small'"),
        (("steps", 3), "generate"),
        (("steps", 4, "set", "tags"), "[a, \"b\", 'c']"),
    ],
)
def test_a_node_spans_what_it_was_read_from_and_no_more(path: tuple[str | int, ...], expected: str) -> None:
    assert source_of(FLOW, *path) == expected


def test_a_block_text_ends_with_its_last_line_and_not_with_the_blank_ones_after_it() -> None:
    assert source_of("a: |\n  x\n\n\n\nb: 1\n", "a") == "|\n  x"
    assert source_of("a: |+\n  x\n\n\nb: 1\n", "a") == "|+\n  x"


def test_a_value_that_is_not_there_is_right_behind_its_colon() -> None:
    text = "a:   # nothing\nb: {c, d: }\n"
    root = good(text)
    assert isinstance(root, Mapping)
    inner = root.entries["b"].value
    assert isinstance(inner, Mapping)
    places = [root.entries["a"].value.span, inner.entries["c"].value.span, inner.entries["d"].value.span]
    assert places == [(2, 2), (text.index("c,") + 1,) * 2, (text.index(" }"),) * 2]


def test_offsets_are_characters_whatever_their_width_and_the_line_ends() -> None:
    text = "é😀: 😀😀\r\nb:\r- 'ü'\n- 𝒳y\n"
    root = good(text)
    for node in nodes(root):
        if isinstance(node, Scalar) and not node.style:
            assert text[node.start : node.end] == node.text
    assert source_of(text, "b", 0) == "'ü'"
    assert source_of(text, "b", 1) == "𝒳y"


def test_an_alias_is_the_very_node_that_it_names() -> None:
    root = good("a: &x [1, 2]\nb: *x\nc: {d: *x}\n")
    assert isinstance(root, Mapping)
    inner = root.entries["c"].value
    assert isinstance(inner, Mapping)
    assert root.entries["a"].value is root.entries["b"].value is inner.entries["d"].value


def test_an_alias_as_a_key_has_its_own_place() -> None:
    root = good("a: &x name\n*x : b\n")
    assert isinstance(root, Mapping)
    assert root.entries["name"].key.span == (11, 13)


def test_tags_are_kept_and_found_in_the_order_of_the_text() -> None:
    root = good("a: !env NAME\nb: !append [x, !env [Y, z]]\nc: {d: !override {}}\n")
    assert [node.tag for node in tagged(root)] == ["!env", "!append", "!env", "!override"]
    assert list(tagged(good("a: [b, '!env c']\n"))) == []


@pytest.mark.parametrize("start", ["", "---\n", "# c\n\n---   # c\n", "--- # c\n", "\ufeff", "\n\n"])
@pytest.mark.parametrize("end", ["", "\n...\n", "\n# c\n"])
def test_a_document_may_have_marks_and_comments_around_it(start: str, end: str) -> None:
    assert plain(good(f"{start}a: b\nc: d{end}")) == {"a": "b", "c": "d"}


@pytest.mark.parametrize("text", ["", "\n\n", "# only this\n", "---\n", "---\n...\n", "   ", "\ufeff"])
def test_an_empty_text_has_no_tree_and_one_finding(text: str) -> None:
    root, found = read(text)
    assert root is None
    assert [finding.rule for finding in found] == ["empty-file"]


def test_a_root_that_is_a_list_or_a_text_is_a_tree_all_the_same() -> None:
    assert plain(good("- a\n")) == ["a"]
    assert plain(good("just text")) == "just text"
    assert plain(good('""')) == ""


@pytest.mark.parametrize(
    "text", [FLOW, "a: &x [1]\nb: *x\n", "a: |2-\n    x\n   y\n", "[a: b, {c?: d?}]", "- - a\n  - b\n"]
)
def test_the_pure_parser_gives_the_same_tree(text: str) -> None:
    assert exact(parse_yaml(Source("t", text), pure=True)[0]) == exact(good(text))
