"""Texts for the tests of the loader: a good flow, pieces of YAML, and ways to take a tree apart."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Node, Scalar, Sequence
from turbo_yaml.syntax.loader import parse_yaml

FLOW = """\
# a flow
turbo: 1
name: support_desk
inputs:
  user_id: integer
  docs: [string]
  tone?: {enum: [warm, dry], default: warm}
settings: {model: gpt-4o-mini, temperature: 0, timeout: 30s}
steps:
  - system: You are a {{ tone }} support agent.
  - user: |
      Hi {{ name }}, you are
      known as "{{ nick }}".

      Be 'nice': always.
  - if: n > 2 and name == 'x'
    then:
      - user: "Quoted {{ text }}: with \\"escapes\\""
      - generate: {max_tokens: 60, forward: false}
        as: reply
    else:
      - log: 'it''s small'
  - generate
  - set:
      n: "{{ n + 1 }}"
      tags: [a, "b", 'c']   # comment
  - result: "{{ reply }}"
"""

_SCALARS = (
    "a", "b c", '"x y"', "'it''s'", "1", "a:b", "http://x", "what?", "?x", "-x", '"a\\nb"', "", "~",
    "é", "😀", "a#b", "a #c", "*a", "&a z", "!e z", "!e", "[a, b]", "{a: 1}", "[a: b]", "{a, b}", "[]",
    "{}", "{a: b?, c?: d}", '{"a":1}', "[a:b]", "{a:}", "{a: }", "{? a : b}", "[? a : b]", "{a:,b: c}",
    "[?]", "[?a]", "[a?b]", "[-]", "[- a]", "| x", '"a" b', "[a] b", "!!str a", "!<!e> a", "! a",
    "!e!x a", "a, b", "a]", "a: b", '"a": b', ":x", "a::b", "[,]", "[a,]", "[a, ,b]", "{: a}", "[:a]",
    "[a:]", '["a"b]', "[a[b]]", ">#x", "|#x", "|2", ">-", "|+", ">2-", "|-2 # c", "'a\n\n  b'",
    '"a\\\n  b"', "a\n  b", "a\n\n  b", "%x", "@x", "`x", "# c", '"\\/"', "\"\\'\"", '"\\ud800"',
    '"\\U00110000"', '"\\x4"', '"\\L\\P\\N\\_"', "[a\n, b]", "{a: b\n}", "{a\n: b}", '["a":b]',
    "{a: [b]c}", "*a : x", "&x : x", "{*a : x}", "[*a,b]", "{&a x: &b y}", "[!e a, b]", "[!e, b]",
    "!e|\n", "!e {a: b}", "&a [b]", "&a\n  b", "!e &a c", "&a *b", "---", "--- a", "...", "%YAML 1.2",
    "%FOO\n---", "|\n    x\n   y\n", "|\n x\n\n\n", "|1\n x\n  y\n", ">\n a\n b\n\n  c\n d\n",
    "|2\n  x\n", '"a\n---\nb"', '"a"#c', "[a]#c", "[a #c\n]", "<<: {a: b}", "a: 1\na: 2", '"a \n b"',
    "'a  \n\n  b'", "\t", "a\tb", "\ta", "# a\tb", "'\t'", "\x85", "\u2028", "\ufeff", "\x07",
    "{{ x }}", "{% x %}", "- - a", "- a\n- b",
)  # fmt: skip
_PREFIXES = (
    "",
    "",
    "- ",
    "a: ",
    "b: ",
    '"k": ',
    "k?: ",
    "- - ",
    "- a: ",
    "? ",
    ": ",
    "a:",
    "-",
    "&x ",
    "!t ",
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Lines of pieces that mean something to YAML, more often wrong than right."""
    lines = []
    indent = 0
    for _ in range(draw(st.integers(1, 5))):
        lines.append(" " * indent + draw(st.sampled_from(_PREFIXES)) + draw(st.sampled_from(_SCALARS)))
        indent = draw(st.sampled_from((0, indent, indent, indent + 2, max(indent - 2, 0), indent + 1)))
    end = draw(st.sampled_from(("\n", "\n", "\n", "\r\n", "\r")))
    return "\n".join(lines).replace("\n", end) + draw(st.sampled_from(("", end)))


@st.composite
def damaged_flows(draw: st.DrawFn) -> str:
    """The good flow with one to three characters deleted, doubled, replaced or put in."""
    text = FLOW
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text) - 1))
        piece = draw(st.sampled_from(["", *"'\"[]{}:,-|>#*&!%@`? \t\n\\é😀", "\r\n", "\u2028"]))
        text = text[:at] + piece + text[at + draw(st.integers(0, 1)) :]
    return text


def anything() -> st.SearchStrategy[str]:
    """Any text at all, surrogates and control characters too, with YAML's own characters often."""
    odd = st.characters(codec=None)
    return st.text(st.one_of(st.sampled_from(list("ab:-[]{},?#'\"|>&*!%@` \n\r\t\\")), odd), max_size=60)


def read(text: str, *, pure: bool = False) -> tuple[Node | None, list[Diagnostic]]:
    return parse_yaml(Source("t.yaml", text), pure=pure)


def good(text: str) -> Node:
    """Return the tree of a text that has no mistakes."""
    root, found = read(text)
    assert found == [] and root is not None
    return root


def nodes(root: Node) -> Iterator[Node]:
    """Give every node, keys too."""
    yield root
    if isinstance(root, Sequence):
        for item in root.items:
            yield from nodes(item)
    elif isinstance(root, Mapping):
        for entry in root.entries.values():
            yield entry.key
            yield from nodes(entry.value)


def scalars(root: Node) -> list[Scalar]:
    return [node for node in nodes(root) if isinstance(node, Scalar)]


def plain(node: Node | None) -> object:
    """Return the texts of a tree as lists and dicts, broken scalars as `...`."""
    match node:
        case None:
            return None
        case Scalar():
            return ... if node.style == "broken" else node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {
                "?" if entry.key.style == "broken" else name: plain(entry.value)
                for name, entry in node.entries.items()
            }


def exact(node: Node | None) -> object:
    """Return all that a tree says: texts, styles, tags and spans."""
    match node:
        case None:
            return None
        case Scalar():
            return (node.text, node.style, node.tag, *node.span)
        case Sequence():
            return (node.flow, node.tag, *node.span, [exact(item) for item in node.items])
        case Mapping():
            inside = [(name, exact(entry.key), exact(entry.value)) for name, entry in node.entries.items()]
            return (node.flow, node.tag, *node.span, inside)
