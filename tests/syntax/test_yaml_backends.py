"""The C parser and the pure one: one tree, or both refuse."""

import subprocess
import sys

import pytest
from hypothesis import given, settings

from tests.syntax.yaml_texts import FLOW, anything, damaged_flows, documents, exact, read


def assert_they_agree(text: str) -> None:
    root, found = read(text)
    pure_root, pure_found = read(text, pure=True)
    assert bool(found) == bool(pure_found), (found, pure_found)
    if not found:
        assert exact(root) == exact(pure_root)


@settings(max_examples=150, deadline=None)
@given(documents())
def test_the_parsers_agree_about_pieces_of_yaml(text: str) -> None:
    assert_they_agree(text)


@settings(max_examples=40, deadline=None)
@given(damaged_flows())
def test_the_parsers_agree_about_damaged_flows(text: str) -> None:
    assert_they_agree(text)


@settings(max_examples=120, deadline=None)
@given(anything())
def test_the_parsers_agree_about_any_text(text: str) -> None:
    assert_they_agree(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: [what?, b?c, d]",
        "{a?: b, c: d?}",
        "{a: b\n, c: d\n}",
        "{a: }",
        "[a: b]",
        "{? a : b}",
        "a: 'x\ty'",
        "a: b # c\td",
        "a: |\n  x\ty\n",
        "a: |\n  \n  x\n",
        "a: |2\n  \tx\n",
        '"\\/ \\u00e9 \\U0001F600"',
        "&b?,!}",
    ],
)
def test_both_parsers_read(text: str) -> None:
    root, found = read(text)
    pure_root, pure_found = read(text, pure=True)
    assert found == pure_found == []
    assert exact(root) == exact(pure_root) is not None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a:\tb", "yaml-tab"),
        ("a: b\tc", "yaml-tab"),
        ("a: b\t", "yaml-tab"),
        ("a: b\t# c", "yaml-tab"),
        ("-\ta", "yaml-tab"),
        ("[a,\tb]", "yaml-tab"),
        ("a: |\t\n  x\n", "yaml-tab"),
        ("a: |\n  \tx\n", "yaml-tab"),
        ("a: |\n \n\t\n  x\n", "yaml-tab"),
        ("a: b\x85c: d", "yaml-character"),
        ("a: 'b\u2028c'", "yaml-character"),
        ("a: |\n  b\u2029c\n", "yaml-character"),
        ("a: b\n\ufeffc: d", "yaml-character"),
        ("%YAML 1.1\n---\na: b", "yaml-directive"),
        ("%TAG !e! tag:x,2000:\n---\na: b", "yaml-directive"),
        ("%FOO bar\n---\na: b", "yaml-directive"),
        ("a: |#c\n  x\n", "yaml-block-header"),
        ("a: >-#c\n  x\n", "yaml-block-header"),
        ("{a:}", "yaml-missing-value"),
        ("[a:,b]", "yaml-missing-value"),
        ('"\\ud800"', "yaml-escape"),
        ('"\\U00110000"', "yaml-escape"),
        ("a: !e%20x b", "yaml-tag"),
        ("[!e, b]", "yaml-tag"),
        ("[?]", "yaml-unclosed-bracket"),
    ],
)
def test_where_the_parsers_differ_both_refuse(text: str, rule: str) -> None:
    assert [finding.rule for finding in read(text)[1]] == [rule]
    assert read(text, pure=True)[1]


def test_without_the_c_parser_the_pure_one_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = exact(read(FLOW)[0])
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert exact(read(FLOW)[0]) == expected


def test_importing_the_loader_does_not_import_yaml() -> None:
    code = "import sys, turbo_yaml.syntax.loader; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
