"""From a character of a decoded text to its character in the file."""

import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.syntax.yaml_texts import good, read, scalars
from turbo_yaml.syntax import Mapping, Scalar
from turbo_yaml.syntax.scalarmap import offset_map
from turbo_yaml.syntax.scalars import slot_text


def mapped(text: str, key: str = "a") -> tuple[str, Sequence[int]]:
    root = good(text)
    assert isinstance(root, Mapping)
    value = root.get(key)
    assert isinstance(value, Scalar)
    places = offset_map(text, value)
    assert places is not None
    return slot_text(value), places


@pytest.mark.parametrize(
    "text", ["a: Hi {{ name }}.\n", "a: 'Hi {{ name }}.'\n", 'a: "Hi {{ name }}."\n', "a:    x"]
)
def test_a_text_on_one_line_without_escapes_has_a_map_that_costs_nothing(text: str) -> None:
    decoded, places = mapped(text)
    assert isinstance(places, range)
    assert text[places[0] : places[-1]] == decoded


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  Hi {{ name }},\n    you {{ nick }}.\n\n  é😀 end\n",
        "a: |-\n  x {{ y }}\n\n\n",
        "a: |+\n  x {{ y }}\n\n\nb: c\n",
        "a: |2\n    x {{ y }}\n   z\n",
        "a: |  # note\n\n\n  x {{ y }}",
        "a: >\n  x {{ y }}\n  z\n\n  w\n    deep\n  end\n",
        "a: >-\n\n  x {{ y }}\n\n\n  z\n",
        "a: x {{ y }}\n  z\n\n  w\n",
        "a: 'x ''{{ y }}''\n  z\n\n  w'\n",
        'a: "x \\"{{ y }}\\" \\n \\u00e9\\\n    z \\\\ \\x41 \\U0001F600\n  {{ w }}"\n',
        "a: |\r\n  x {{ y }}\r\n  z\r\n",
        "a: >\r\n  x {{ y }}\r\n  z\r\n",
        "a: |\r  x {{ y }}\r  z\r",
        "a: !t |\n  x {{ y }}\n",
        "a: &b !t 'x ''{{ y }}'\n",
        "a: &b\n  # note\n  x {{ y }}\n",
    ],
)
def test_every_visible_character_stands_where_the_map_says(text: str) -> None:
    decoded, places = mapped(text)
    assert len(places) == len(decoded) + 1
    assert list(places) == sorted(places)
    start = decoded.index("{{")
    assert text[places[start] : places[start + 2]] == "{{"
    for character, place in zip(decoded, places, strict=False):
        if character.isalpha() and character.isascii() and text[place] != "\\":
            assert text[place] == character


def test_an_escape_stands_where_its_backslash_does() -> None:
    text = 'a: "x\\ty\\u00e9z"\n'
    assert mapped(text) == ("x\tyéz", [4, 5, 7, 8, 14, 15])


def test_the_place_after_the_last_character_is_known() -> None:
    assert mapped("a: |\n  x\n  y\n") == ("x\ny", [7, 8, 11, 12])
    assert mapped("a: >\n  x\n  y\n") == ("x y", [7, 8, 11, 12])
    assert mapped("a: |\n") == ("", [5])
    assert list(mapped("a: ''\n")[1]) == [4]
    assert list(mapped("a:\n")[1]) == [2]


def test_a_scalar_that_is_not_what_the_file_says_has_no_map() -> None:
    text = "a: |\n  x\n  y\nb: 'c''d'\n"
    root = good(text)
    for scalar in scalars(root):
        if scalar.style:
            scalar.text = scalar.text + "?"
            assert offset_map(text, scalar) is None
    assert offset_map(text, Scalar("", 3, 8, "broken")) is None


_WORDS = ["a", "{{ x }}", "b c", "é", "😀", "  d", "it's", "#no", "\\", "x\ty", "", "{% if q %}"]


def written(draw: random.Random) -> str:
    """Write a key with a text of one of the five styles, in one of many layouts."""
    style = draw.choice("|>p'\"")
    indent = " " * draw.choice([2, 3, 4])
    end = draw.choice(["\n", "\n", "\r\n", "\r"])
    lines = [draw.choice(_WORDS) + draw.choice(["", "", " "]) for _ in range(draw.randint(1, 6))]
    if style in "|>":
        header = style + draw.choice(["", "-", "+", "2", "-2", "2+"]) + draw.choice(["", " # c"])
        body = [indent + line if line.strip() or draw.random() < 0.3 else "" for line in lines]
        text = f"a: {header}\n" + "\n".join(body) + "\n" * draw.randint(0, 3) + "\nb: 1\n"
    elif style == "p":
        text = (
            "a: "
            + "\n".join([lines[0].strip() or "w", *(indent + line.strip() for line in lines[1:])])
            + "\nb: 1\n"
        )
    elif style == "'":
        text = "a: '" + f"\n{indent}".join(line.replace("'", "''") for line in lines) + "'\nb: 1\n"
    else:
        escapes = [
            "\\n",
            "\\t",
            '\\"',
            "\\x41",
            "\\u00e9",
            "\\U0001F600",
            "\\\\",
            "\\ ",
            "\\N",
            "\\L",
            "\\\n" + indent,
            "",
        ]
        inside = [line.replace("\\", "\\\\").replace('"', '\\"') + draw.choice(escapes) for line in lines]
        text = 'a: "' + f"\n{indent}".join(inside) + '"\nb: 1\n'
    return text.replace("\n", end)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_text_that_is_read_has_a_map(draw: random.Random) -> None:
    text = written(draw)
    root, found = read(text)
    if found or root is None:
        return
    for scalar in scalars(root):
        places = offset_map(text, scalar)
        assert places is not None
        decoded = slot_text(scalar)
        assert len(places) == len(decoded) + 1
        for character, place in zip(decoded, places, strict=False):
            if text[place] not in "\\\r\n'":
                assert text[place] == character


@pytest.mark.parametrize("line", ["  Hello {{ name }}, and more.\n", "  x\n", "\n", "  a\n\n"])
@pytest.mark.parametrize("head", ["a: |\n", "a: >\n", 'a: "', "a: '"])
def test_a_map_grows_with_the_text_and_no_faster(head: str, line: str) -> None:
    text = head + line * (300_000 // len(line)) + (head[-1] if head[-1] in "'\"" else "") + "\n"
    root = good(text)
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    started = time.process_time()
    offset_map(text, value)
    assert time.process_time() - started < 2
