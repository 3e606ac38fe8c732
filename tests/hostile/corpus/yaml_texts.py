"""YAML that asks for all time or memory, that crashes parsers, or that means two things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tests.hostile.box import Verdict

MIB: Final = 1 << 20


def _laughs(levels: int, width: int, opened: str, closed: str, item: str) -> str:
    lines = [f"a0: &a0 {opened}{', '.join([item] * width)}{closed}"]
    for level in range(1, levels):
        below = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} {opened}{below}{closed}")
    return "\n".join(lines) + "\n"


def _merges(levels: int, width: int = 9) -> str:
    lines = ["a0: &a0 {k: v}"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * width)}]}}")
    return "\n".join(lines) + "\n"


OPENERS: Final = (
    "[",
    "{",
    "- ",
    "? ",
    ": ",
    "a: ",
    "&a ",
    "!a ",
    "!!str ",
    "*a ",
    "'",
    '"',
    "|\n",
    ">\n",
    "%",
    "@",
    "`",
)
ENDINGS: Final = ("", "\n", "]", "}", "x", "\x00", "'", '"', "\ud800", "\x85")

BY_HAND: Final[dict[str, str]] = {
    "nine laughs": _laughs(9, 9, "[", "]", "x"),
    "thirty laughs of two": _laughs(30, 2, "[", "]", "x"),
    "laughs of maps": _laughs(3, 9, "[", "]", "{k: v}"),
    "a laugh that is wide": "a: &a [" + "x, " * 9000 + "]\nb: [" + "*a, " * 9000 + "]\n",
    "a merge of 513 bytes": _merges(10, 9)[:513],
    "merges in merges": _merges(12),
    "a merge of a list": "a: &a {b: 1}\nc:\n  <<: [*a, *a]\n",
    "a quoted merge": "a: &a {b: 1}\nc: {'<<': *a}\n",
    "an alias in itself": "a: &a [*a]\n",
    "an alias in its own key": "&a a: *a\n*a : b\n",
    "an alias before its anchor": "a: *b\nb: &b c\n",
    "an anchor a hundred thousand times": "- &a x\n" * 80_000,
    "anchors with long names": "".join(f"- &{'a' * 999}{number} x\n" for number in range(900)),
    "an anchor of a megabyte": "&" + "a" * (MIB - 10) + " x\n",
    "an alias of a megabyte": "- &a x\n- *" + "a" * (MIB - 20) + "\n",
    "a tag of a megabyte": "!" + "a" * (MIB - 10) + " x\n",
    "a tag with percent signs": "!" + "%41" * 300_000 + " x\n",
    "a directive of a megabyte": "%" + "a" * (MIB - 10) + "\n--- x\n",
    "many directives": "%TAG !a! tag:a\n" * 60_000 + "--- x\n",
    "many tags by directives": "".join(f"%TAG !a{n}! tag:a\n" for n in range(9000)) + "--- !a1!x y\n",
    "25,000 dashes": "- " * 25_000,
    "25,000 dashes in lines": "\n".join("  " * (level % 60) + "- a" for level in range(25_000)),
    "dashes without spaces": "-" * MIB,
    "60 KB of brackets": "[" * 60_000,
    "60 KB of braces": "{" * 60_000,
    "brackets and braces": "[{" * 30_000,
    "maps in flow": "{a: " * 30_000,
    "keys that are lists": "[[" * 9000 + "]]: x" * 9000,
    "keys that are maps": "? {a: b}\n: c\n" * 20_000,
    "question marks": "? " * 30_000 + "a",
    "pairs in lists": "[" + "a: b, " * 90_000 + "]",
    "commas": "[" + "," * 500_000 + "]",
    "a list of nothing": "[" + " ," * 400_000 + "]",
    "a million keys": "".join(f"k{number}: 1\n" for number in range(90_000)),
    "a million keys of one map": "{" + ", ".join(f"k{n}" for n in range(120_000)) + "}",
    "the same key": "a: 1\n" * 150_000,
    "the same keys in flow": "{" + "a: 1, " * 150_000 + "}",
    "keys that hash alike": "".join(f"{number * (2**61 - 1)}: x\n" for number in range(20_000)),
    "a key of a megabyte": "a" * (MIB - 10) + ": x\n",
    "keys of 1024 characters and more": "".join("k" * 1100 + f"{n}: x\n" for n in range(500)),
    "a scalar of a megabyte": "a: " + "x" * (MIB - 10),
    "quoted scalars": "- 'x'\n" * 99_000,
    "a quoted scalar with lines": "'" + "a\n\n" * 300_000 + "'",
    "quotes in quotes": "'" + "''" * 500_000 + "'",
    "escapes": '"' + "\\U0001F600" * 90_000 + '"',
    "escapes of surrogates": '"' + "\\ud83d\\ude00" * 60_000 + '"',
    "escaped ends of lines": '"' + "a\\\n" * 300_000 + '"',
    "escapes that are none": '"' + "\\q" * 500_000 + '"',
    "a block with a deep indent": "a: |\n" + " " * 900_000 + "x\n",
    "a block whose lines go left": "a: |9\n" + "".join(" " * (9 - n % 10) + "x\n" for n in range(90_000)),
    "a folded block": "a: >\n" + "  a\n\n   b\n" * 90_000,
    "blocks in a list": "- |\n  a\n" * 90_000,
    "a block of blank lines": "a: |+\n" + "\n" * 900_000,
    "indents that differ": "".join(" " * (n % 97) + f"k{n}:\n" for n in range(30_000)),
    "indents of 64 levels": "".join("  " * n + "a:\n" for n in range(64)) * 100,
    "tabs": "\t" * MIB,
    "tabs as indents": "a:\n" + "\tb: c\n" * 200_000,
    "blanks": " " * MIB,
    "ends of lines": "\r\n" * (MIB // 2),
    "lone carriage returns": "a: b\r" * 200_000,
    "line separators": "a: b\u2028" * 150_000,
    "next lines": "a: b\x85" * 150_000,
    "comments": "# x\n" * 250_000 + "a: b\n",
    "comments at ends": "a: # x\n" * 100_000,
    "a comment of a megabyte": "a: b #" + "x" * (MIB - 20),
    "hashes without spaces": "a:" + "#" * (MIB - 20),
    "documents": "--- a\n" * 150_000,
    "ends of documents": "...\n" * 250_000,
    "a document in a scalar": "a: '\n--- b\n'\n",
    "null characters": "a: \x00b\n",
    "only null characters": "\x00" * MIB,
    "control characters": "".join(f"a{n}: {chr(n)}\n" for n in range(32)),
    "a byte order mark inside": "a: b\n\ufeffc: d\n",
    "byte order marks": "\ufeff" * 100_000 + "a: b\n",
    "surrogates": "a: \ud800\n",
    "many surrogates": "\udfff" * 500_000,
    "private characters": "\ue000: \uf8ff\n" * 9000,
    "the last characters": "a: \U0010ffff\ufffe\uffff\n",
    "right to left": "a: \u202e\u2066b\u2069\n",
    "words of YAML 1.1": "a: [yes, no, on, off, y, n, ~, .inf, .nan, 0o7, 07, 0x1f, 1_000, 12:30:45]\n",
    "large numbers": "a: [" + "9" * 5000 + ", 1e999, -1e999, 0x" + "f" * 5000 + "]\n",
    "dates": "a: [2001-12-14t21:59:43.10-05:00, 2001-12-14, 9999-99-99]\n",
    "a binary": "a: !!binary " + "A" * 500_000 + "\n",
    "a set, a map and pairs": "a: !!set {b}\nc: !!omap [d: e]\nf: !!pairs [g: h]\n",
    "python objects": "a: !!python/object/apply:os.system ['id']\n",
    "python names": "a: !!python/name:os.system\nb: !!python/module:os\n",
    "ruby objects": "a: !ruby/object:Gem::Installer {i: x}\n",
    "java objects": "a: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]\n",
    "a tag of the environment": "a: !env SECRET_KEY\n",
    "an include": "a: !include /etc/passwd\n",
    "a value of templates": "a: {{ b }}\n" * 50_000,
    "statements of templates": "a: {% if b %}\n" * 50_000,
    "colons": "a: b: c\n" * 100_000,
    "colons without end": ":" * MIB,
    "colons in flow": "[" + ":" * 500_000 + "]",
    "an empty text": "",
    "only a comment": "#",
    "only a mark": "---",
    "only a byte order mark": "\ufeff",
    "a lone percent": "%",
    "a lone bang": "!",
    "a lone star": "*",
    "a lone ampersand": "&",
    "a tab after a dash": "-\ta\n",
    "a flow that ends in a block": "a: [b\nc: d\n",
    "a quote that ends in a key": "'a': 'b\n'c: d\n",
    "an end of flow alone": "]",
    "a comma alone": "a: ,\n",
    "a question mark alone": "?",
    "half a surrogate escape": '"\\ud83d"',
    "an escape past Unicode": '"\\U00110000"',
    "an escape that ends": '"\\x4',
    "a version from the future": "%YAML 9.9\n---\na: b\n",
    "a tag by a directive": "%TAG !e! tag:example.com,2000:app/\n---\n- !e!foo bar\n",
    "a flow key without a value": "{a, b: , : c}\n",
    "an implicit key over lines": "{a\n b: c}\n",
    "an item at the margin of a map": "a: b\n- c\n",
    "a map at the margin of a list": "- a\nb: c\n",
    "a scalar after a map": "a: b\nc\n",
    "nested keys on a line": "a: b: c: d\n",
}  # fmt: skip


LINES: Final[dict[str, int]] = {
    "nine laughs": 6,
    "thirty laughs of two": 15,
    "a laugh that is wide": 2,
    "a merge of 513 bytes": 2,
    "merges in merges": 2,
    "a merge of a list": 3,
    "an alias in its own key": 2,
    "an alias of a megabyte": 2,
    "the same key": 2,
    "a block whose lines go left": 3,
    "indents of 64 levels": 65,
    "lone carriage returns": 2,
    "comments at ends": 2,
    "documents": 2,
    "a byte order mark inside": 2,
    "private characters": 2,
    "an item at the margin of a map": 2,
    "a map at the margin of a list": 2,
    "a scalar after a map": 2,
}
"""Where the first thing is wrong in a text by hand, if that is not its first line."""

HARMLESS: Final = frozenset(
    {
        "laughs of maps", "a quoted merge", "an anchor a hundred thousand times", "anchors with long names",
        "an anchor of a megabyte", "a tag of a megabyte", "dashes without spaces", "a million keys",
        "keys that hash alike", "a scalar of a megabyte", "quoted scalars", "a quoted scalar with lines",
        "quotes in quotes", "escapes", "escaped ends of lines", "a block with a deep indent",
        "a folded block",
        "blocks in a list", "a block of blank lines", "comments", "a comment of a megabyte",
        "hashes without spaces", "right to left", "words of YAML 1.1", "large numbers", "dates",
        "a tag of the environment", "an include",
    }
)  # fmt: skip
"""The texts by hand in which nothing is wrong."""


def right_line(name: str, text: str) -> int:
    """Return the line in which the first thing is wrong in a text, if anything is.

    Of the texts by program the first line is wrong, but that of a block scalar is the text below its mark.
    """
    if name in BY_HAND:
        return LINES.get(name, 1)
    return 2 if text[:2] in ("|\n", ">\n") else 1


def by_program() -> Iterator[tuple[str, str]]:
    """Yield rows of each opener, in several lengths, with each ending."""
    for opener in OPENERS:
        for times in (1, 3, 65, 5000):
            ends = ENDINGS if times < 100 else ENDINGS[:3]
            for ending in ends:
                yield f"{opener!r} x {times}, then {ending!r}", opener * times + ending


def yaml_texts() -> list[tuple[str, str]]:
    """Return every text, with its name."""
    return [*BY_HAND.items(), *by_program()]


def misplaced(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts on texts by which another line is blamed, or a text that is harmless, or none."""
    texts = dict(yaml_texts())
    found = []
    for one in verdicts:
        if one.how == "refused":
            good = one.case not in HARMLESS
            good = good and one.detail.startswith(f"text.yaml:{right_line(one.case, texts[one.case])}:")
        else:
            good = one.how == "passed" and (one.case not in BY_HAND or one.case in HARMLESS)
        if not good:
            found.append(one)
    return found
