"""Texts that are too large, too deep or too many, and texts that are made to be slow."""

import time

import pytest

from tests.syntax.yaml_texts import good, plain, read
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping
from turbo_yaml.syntax.loader import MAX_CHARACTERS, parse_yaml

MIB = 1 << 20


def rules(text: str) -> list[str]:
    return [finding.rule for finding in read(text)[1]]


def nested(levels: int, form: str) -> str:
    if form == "brackets":
        return "[" * levels + "]" * levels
    if form == "braces":
        return "{a: " * levels + "x" + "}" * levels
    if form == "dashes":
        return "- " * levels + "x"
    return "".join("  " * level + "a:\n" for level in range(levels))


@pytest.mark.parametrize("form", ["brackets", "braces", "dashes", "keys"])
def test_64_levels_are_read_and_65_are_refused(form: str) -> None:
    assert rules(nested(64, form)) == []
    root, found = read(nested(65, form))
    assert root is None
    assert [finding.rule for finding in found] == ["yaml-too-deep"]


def test_100_000_values_are_read_and_one_more_is_refused() -> None:
    assert rules("[" + "a," * 99_999 + "]") == []
    assert rules("[" + "a," * 100_000 + "]") == ["yaml-too-many-nodes"]
    assert rules("- a\n" * 100_000) == ["yaml-too-many-nodes"]


def test_a_text_may_have_1_mib_of_characters_and_no_more() -> None:
    assert rules("a: '" + "x" * (MAX_CHARACTERS - 5) + "'") == []
    root, found = read("a: '" + "x" * (MAX_CHARACTERS - 4) + "'")
    assert root is None
    assert [finding.rule for finding in found] == ["yaml-too-large"]


def test_an_alias_counts_as_many_values_as_it_stands_for() -> None:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for before, here in zip("abcdefgh", "bcdefghi", strict=True):
        laughs += f"{here}: &{here} [{', '.join([f'*{before}'] * 10)}]\n"
    assert rules(laughs) == ["yaml-too-many-nodes"]
    assert rules("".join(laughs.splitlines(keepends=True)[:3])) == []


def test_levels_count_through_aliases() -> None:
    chain = "- &a0 [x]\n" + "".join(f"- &a{n + 1} [*a{n}]\n" for n in range(80))
    assert rules(chain) == ["yaml-too-deep"]


def test_an_alias_inside_what_it_names_is_refused() -> None:
    assert rules("a: &x [b, *x]\n") == ["yaml-alias"]
    assert rules("&x {a: {b: *x}}\n") == ["yaml-alias"]


def test_an_anchor_may_be_used_again_for_another_value() -> None:
    assert plain(good("[&x a, *x, &x b, *x]")) == ["a", "a", "b", "b"]


def test_findings_have_a_bound_however_many_mistakes_there_are() -> None:
    assert len(rules("- {a: b, a: b}\n" * 5_000)) == 100
    assert len(rules("- {{ x }}\n" * 5_000)) <= 25
    assert len(rules("\x07\n" * 5_000)) <= 25


SLOW = {
    "open brackets": "[" * 60_000,
    "open braces": "{" * 60_000,
    "open templates": "a: " + "{{" * 30_000,
    "dashes": "- " * 25_000,
    "dashes on lines": "".join("  " * level + "-\n" for level in range(700)),
    "question marks": "? " * 25_000,
    "keys on one line": "a: " * 25_000,
    "anchors": "&a " * 25_000,
    "anchors on lines": "".join(f"- &a{number} x\n" for number in range(60_000)),
    "aliases": "- &a x\n" + "- *a\n" * 99_000,
    "tags": "!a " * 25_000,
    "plain": "a" * MIB,
    "plain words": "a " * (MIB // 2),
    "plain lines": "a\n" * (MIB // 2),
    "open quote": '"' + "a\n" * (MIB // 2 - 1),
    "open quotes": "k: 'a\n" * (MIB // 6),
    "quotes": "'" * MIB,
    "blanks": " " * MIB,
    "line ends": "\n" * MIB,
    "tabs": "\t" * MIB,
    "tab lines": "\ta\n" * (MIB // 3),
    "tabs in text": "a\tb" * (MIB // 3),
    "tabs in quotes": "- 'a\tb'\n" * 90_000,
    "tabs in comments": "a: |  #" + "\t#" * (MIB // 2 - 10),
    "comment": "#" * MIB,
    "comments": "#\n" * (MIB // 2),
    "colons": ": " * (MIB // 2),
    "documents": "---\n" * (MIB // 4),
    "block": "a: |\n" + "  x\n" * (MIB // 4 - 10),
    "blank block": "a: |\n" + "\n" * (MIB - 10),
    "folded": "a: >\n" + "  x\n" * (MIB // 4 - 10),
    "block marks": "- |\n" * (MIB // 4 - 1),
    "backslashes": '"' + "\\" * (MIB - 2) + '"',
    "escapes": '"' + "\\x41" * (MIB // 4 - 1) + '"',
    "odd characters": "\x85" * MIB,
    "templates": "- a: {{ x }}\n" * (MIB // 13),
    "colons in text": "- a: b: c\n" * (MIB // 10),
    "an open template": "a: {{" + " " * (MIB - 10),
    "marks in a bracket": "a: [" + "{% " * (MIB // 4),
    "no space": "a:b\n" * (MIB // 4),
    "mistakes at the end": "- a: b\n" * 90_000 + "- @\n" * 30,
    "ragged": "".join(" " * (number % 50) + "a: b\n" for number in range(30_000)),
    "private characters": "".join(map(chr, range(0xE000, 0xF900))) + ": {{",
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_is_slow_or_crashes(name: str) -> None:
    text = SLOW[name]
    assert len(text) <= MIB
    started = time.process_time()
    _, found = parse_yaml(Source("t", text))
    assert time.process_time() - started < 4
    assert all(0 <= finding.span.start <= finding.span.end <= len(text) for finding in found)


@pytest.mark.parametrize("name", ["open brackets", "dashes", "open templates", "keys on one line", "anchors"])
def test_no_text_crashes_the_pure_parser(name: str) -> None:
    assert parse_yaml(Source("t", SLOW[name][:8000]), pure=True)[1]


def test_reading_grows_with_the_text_and_no_faster() -> None:
    def cost(steps: int) -> float:
        text = "steps:\n" + "  - user: Hello {{ name }}\n    when: n > 1\n" * steps
        best = 9.0
        for _ in range(5):
            started = time.process_time()
            root = good(text)
            best = min(best, time.process_time() - started)
            assert isinstance(root, Mapping)
        return best

    assert cost(4000) < 16 * cost(500)
