"""One mistake in a flow, one finding at its exact place, in the author's words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.syntax.yaml_texts import FLOW, read

HEAD = "turbo: 1\nsteps:\n  - system: Hi\n"
TAIL = "  - generate\n  - result: done\n"


def found_in(text: str) -> list[tuple[str, str, str]]:
    """Return place, rule and underlined text of each finding."""
    return [
        (finding.where().removeprefix("t.yaml:"), finding.rule, text[finding.span.start : finding.span.end])
        for finding in read(text)[1]
    ]


@pytest.mark.parametrize(
    ("lines", "place", "rule", "underlined"),
    [
        ("  - user: {{ name }}\n", "4:11", "unquoted-template", "{{ name }}"),
        ("  - user: {{ name }}, hello\n    name: x\n", "4:11", "unquoted-template", "{{ name }}, hello"),
        ("  - user: {{ x['a'] }} # c\n", "4:11", "unquoted-template", "{{ x['a'] }}"),
        ("  - user: {{ it's }}\n", "4:11", "unquoted-template", "{{ it's }}"),
        ("  - set: {n: {{ n + 1 }}, b: 2}\n", "4:14", "unquoted-template", "{{ n + 1 }}"),
        ("  - set: {n: [{{ a }}, b]}\n", "4:15", "unquoted-template", "{{ a }}"),
        ("  - user: {% if x %}a{% endif %}\n", "4:11", "unquoted-template", "{% if x %}a{% endif %}"),
        ("  - user: {# note #} text\n", "4:11", "unquoted-template", "{# note #} text"),
        ("  - user: @bob hello\n", "4:11", "reserved-character", "@"),
        ("  - user: `code` hello\n", "4:11", "reserved-character", "`"),
        ("  - user: %d hello\n", "4:11", "reserved-character", "%"),
        ("  - user: ? what\n", "4:11", "reserved-character", "?"),
        ("  - choices: [|a, b]\n", "4:15", "reserved-character", "|"),
        ("  - user: a\n    name:bob\n    label: x\n", "5:9", "missing-space", ":"),
        ("  - user:hello\n    name: x\n", "4:9", "missing-space", ":"),
        ("  - user:|\n      Hi {{ name }}\n    name: x\n", "4:9", "missing-space", ":"),
        ("  -user: x\n", "4:3", "missing-space", "-"),
        ("  - user: Note: be nice\n", "4:15", "colon-in-text", ":"),
        ('  - user: "hello\n', "4:11", "unclosed-quote", '"'),
        ("  - user: 'hello\n", "4:11", "unclosed-quote", "'"),
        ('  - user: "hello\n  - user: "bye"\n', "4:11", "unclosed-quote", '"'),
        ("  - user: 'hello\n    label: 'x'\n", "4:11", "unclosed-quote", "'"),
        ("  - user: 'it's here'\n", "4:15", "text-after-quote", "s here'"),
        ('  - user: "hello" world\n', "4:19", "text-after-quote", "world"),
        ("  - choices: [a, b\n", "4:14", "unclosed-bracket", "["),
        ("  - generate: {a: 1, b: 2\n", "4:15", "unclosed-bracket", "{"),
        ("  - generate: {\n      a: 1,\n      b: 2\n", "4:15", "unclosed-bracket", "{"),
        ("  - generate: {stop: [a, b}\n", "4:22", "unclosed-bracket", "["),
        ("  - choices: [a, b]]\n", "4:20", "unopened-bracket", "]"),
        ("  - user: [note] be nice\n", "4:18", "text-after-bracket", "be nice"),
        ("  - generate: {a: 1 b: 2}\n", "4:22", "missing-comma", ":"),
        ("  - generate: {a:}\n", "4:17", "missing-value", ":"),
        ("  - user: hi\n      name: x\n", "5:7", "indentation", "name: x"),
        ("  - user: hi\n   name: x\n", "5:4", "indentation", "name: x"),
        (" - user: hi\n", "4:2", "indentation", "- user: hi"),
        ("    - user: hi\n", "4:5", "indentation", "- user: hi"),
        ("  - user: |\n    Hello there\n    {{ name }}\n", "5:5", "indentation", "Hello there"),
        ("  - user: hi\n    forward\n    name: x\n", "5:5", "missing-colon", "forward"),
        ("  - if x\n    then: []\n", "4:5", "missing-colon", "if x"),
        ("  - generate\n    as: x\n", "4:5", "missing-colon", "generate"),
        ("  - generate # talk\n    as: x\n", "4:5", "missing-colon", "generate"),
        ("  - generate\n\n    # its name\n    as: x\n", "4:5", "missing-colon", "generate"),
        ("  - generate\n      as: x\n      id: y\n", "4:5", "missing-colon", "generate"),
        ("  - generate\n   as: x\n", "4:5", "missing-colon", "generate"),
        ("  - while: x\n    do:\n      - break\n        when: y\n", "6:9", "missing-colon", "break"),
        ("  user: b\n", "4:3", "missing-dash", "user: b"),
        ("  - user: | Hello\n      more\n", "4:13", "block-header", "Hello"),
        ("  - user: - a\n", "4:11", "list-beside-key", "-"),
        ("\t- user: hi\n", "4:1", "tab", "\t"),
        ("  - user: hi\n\t name: x\n", "5:1", "tab", "\t"),
        ("  - user:\thi\n", "4:10", "tab", "\t"),
        ("  - user: *important* note\n", "4:11", "alias", "*important* note"),
        ("  - user: **bold** note\n", "4:11", "alias", "**bold** note"),
        ("  - user: *name\n", "4:11", "alias", "*name"),
        ("  - user: & more\n", "4:11", "anchor", "& more"),
        ("  - user: !!str note\n", "4:11", "tag", "!!str"),
        ("  - user: !!python/name:os.system x\n", "4:11", "tag", "!!python/name:os.system"),
        ("  - user: !<tag:x,1:y> x\n", "4:11", "tag", "!<tag:x,1:y>"),
        ("  - !role user: x\n", "4:5", "tag", "!role"),
        ('  - user: "C:\\path"\n', "4:14", "escape", "\\p"),
        ('  - user: "\\xZZ"\n', "4:12", "escape", "\\xZZ"),
        ("  - user: a\n    user: b\n", "5:5", "duplicate-key", "user"),
        ("  - <<: {a: 1}\n    user: b\n", "4:5", "merge-key", "<<"),
        ("  - {a: 1}: b\n", "4:5", "key-not-text", "{"),
        ("  - [a]: b\n", "4:5", "key-not-text", "["),
        ("  - {: b}\n", "4:6", "missing-value", ":"),
        ("  - user: a\x07b\n", "4:12", "character", "\x07"),
        ("  - user: a\u2028b\n", "4:12", "character", "\u2028"),
        ("  - user: a\ud800b\n", "4:12", "character", "\ud800"),
    ],
)
def test_a_mistake_is_found_once_at_its_place(lines: str, place: str, rule: str, underlined: str) -> None:
    assert found_in(HEAD + lines + TAIL) == [(place, f"yaml-{rule}", underlined)]


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        ("turbo:1\nname: x\nsteps: []\n", "1:6", "missing-space"),
        ("turbo: 1\nname:x\n", "2:5", "missing-space"),
        (" turbo: 1\nsteps: []\n", "1:2", "indentation"),
        ("a: {b: 1\n", "1:4", "unclosed-bracket"),
        ('"a" : 1\n"b: 2\nc: 3\n', "2:1", "unclosed-quote"),
        ("a: b\n---\nc: d\n", "2:1", "documents"),
        ("---\na: b\n---\nText with: {{ x }}\n", "3:1", "documents"),
        ("%YAML 1.2\n---\na: b\n", "1:1", "directive"),
        ("? {a: b}\n: c\n", "1:3", "key-not-text"),
        ("steps:\n  - a\n  b\n  - c\n", "3:3", "missing-dash"),
        ("steps:\n  - a\n  -b\n  - c\n", "3:3", "missing-space"),
        ("a: {b: 1}\n}\n", "2:1", "unopened-bracket"),
        ("a: '\n", "1:4", "unclosed-quote"),
        ("[a", "1:1", "unclosed-bracket"),
        ("a: >5\n x\n", "2:2", "indentation"),
    ],
)
def test_a_mistake_at_the_edge_of_a_text_is_found(text: str, place: str, rule: str) -> None:
    assert [(where, name) for where, name, _ in found_in(text)] == [(place, f"yaml-{rule}")]


def test_a_bare_word_with_keys_below_it_is_told_to_take_a_colon() -> None:
    found = read(HEAD + "  - generate\n    as: x\n" + TAIL)[1]
    assert found[0].message == "`generate` has keys below it, so a `:` is missing after it"
    assert found[0].help == "write `generate:`"
    deeper = read(HEAD + "  - generate\n      as: x\n" + TAIL)[1]
    assert deeper[0].help == "write `generate:`, and begin `as` in its column"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("a: {b: !reset}\n", "leave a space before the `}`: `!reset }`"),
        ("a: {b: !reset, c: 1}\n", "leave a space before the `,`: `!reset ,`"),
        ("a: [!reset]\n", "leave a space before the `]`: `!reset ]`"),
        ("a: !!str x\n", "remove it, or put the text in quotes if it is a part of it"),
    ],
)
def test_a_tag_that_swallowed_a_bracket_is_told_to_leave_a_space(text: str, help: str) -> None:
    assert [finding.help for finding in read(text)[1]] == [help]


def test_a_finding_points_at_the_other_place_too() -> None:
    duplicate = read("a: 1\nb: 2\na: 3\n")[1][0]
    assert [related.span for related in duplicate.related] == [(0, 1)]
    closed = read("a: 'x\nb: 'y'\n")[1][0]
    assert [related.span for related in closed.related] == [(9, 10)]
    unclosed = read("a: [b\nc: d\n")[1][0]
    assert unclosed.related and unclosed.related[0].source is unclosed.source


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ('a: "\\ud83d\\ude00"', "write `\\U0001f600`, or the character itself"),
        ("a: {{ x }}", 'put it in quotes: `"{{ x }}"`'),
        ('a: {{ x["y"] }}', "put it in quotes: `'{{ x[\"y\"] }}'`"),
        ("a: {{ x['y'] ~ \"z\" }}", "put it in quotes: `'{{ x[''y''] ~ \"z\" }}'`"),
        ("a: b: c", 'put it in quotes: `"b: c"`'),
        ("a: @b", 'put it in quotes: `"@b"`'),
        ("a: 1\nb:2", "write `b: 2`"),
        ("- a\n-b", "write `- b`"),
    ],
)
def test_the_help_shows_what_to_write(text: str, help: str) -> None:
    assert read(text)[1][0].help == help


@pytest.mark.parametrize(
    "text", ["a: {{ x }}", 'a: {{ x["y"] }}', "a: {{ x['y'] ~ \"z\" }}", "a: b: c\\d", "a: @b"]
)
def test_what_the_help_shows_is_what_was_meant(text: str) -> None:
    help = read(text)[1][0].help
    assert help is not None
    root, found = read("a: " + help.removeprefix("put it in quotes: `").removesuffix("`"))
    assert found == [] and root is not None
    assert root.get("a").text == text.removeprefix("a: ")  # type: ignore[union-attr]


def test_no_message_speaks_of_the_parser() -> None:
    """The words of PyYAML must not reach an author."""
    for text in (
        HEAD + line + TAIL
        for line in ("  - a: b: c\n", "  - 'x\n", "  - [a\n", "  - @\n", "  -\tx\n", "   x: y\n")
    ):
        for finding in read(text)[1]:
            said = f"{finding.message} {finding.help}"
            assert not any(
                word in said for word in ("scalar", "token", "stream", "mapping", "sequence", "invalid")
            )


_PIECES = [
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "-",
    "|",
    "#",
    "&",
    "*",
    "!",
    "%",
    "@",
    "`",
    "?",
    " ",
    "\n",
]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, len(FLOW) - 1), st.sampled_from(["", *_PIECES]), st.booleans())
def test_one_wrong_character_gives_few_findings_and_never_a_lost_tree(
    at: int, piece: str, replace: bool
) -> None:
    text = FLOW[:at] + piece + FLOW[at + (1 if replace or not piece else 0) :]
    root, found = read(text)
    assert root is not None
    assert len(found) <= 4
