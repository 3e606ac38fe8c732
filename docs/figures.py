"""What the explanations draw, as boxes and arrows; `docs/build.py` writes the pictures."""

from __future__ import annotations

from turbo_yaml.drawing.graph import Arrow, Box, Graph, Group, Kind
from turbo_yaml.drawing.svg import to_svg


def figures() -> dict[str, str]:
    """Return every figure as SVG, by its name."""
    return {"compiling": to_svg(Graph([_compiling()])), "trust": to_svg(Graph([_trust()]))}


def _compiling() -> Group:
    return _group(
        "from text to a run",
        [
            ("text", "start", "sort.yaml"),
            ("tree", "note", "tree|each word with its place"),
            ("flow", "note", "typed flow|steps, texts, expressions"),
            ("facts", "choice", "names, types, ways"),
            ("found", "fail", "mistakes|all at once, before a model is paid"),
            ("python", "other", "Python's syntax tree|with the places of the YAML"),
            ("stored", "note", "compiled flow, kept|by the content of its files"),
            ("run", "turn", "run|any driver can pump it"),
            ("hand", "start", "a generator written by hand"),
        ],
        [
            ("text", "tree", "read"),
            ("tree", "flow", "parsed"),
            ("flow", "facts", "analysed"),
            ("facts", "found", "something is wrong"),
            ("facts", "python", "all is well"),
            ("python", "stored", ""),
            ("stored", "run", "messages, Generate, GetInput, Result"),
            ("hand", "run", "the same four"),
        ],
    )


def _trust() -> Group:
    return _group(
        "who decides what",
        [
            ("operator", "end", "operator and host code|tools, hosts, keys, limits: everything"),
            ("flow", "note", "flow files|what is said, and when: no code"),
            ("data", "ask", "inputs, answers, replies, results of tools|nothing: they are data"),
            ("run", "turn", "a run|within the limits of all of them"),
        ],
        [
            ("operator", "flow", "allows, binds, bounds"),
            ("flow", "run", "asks for less, never more"),
            ("data", "run", "is never read as a template"),
        ],
    )


def _group(title: str, boxes: list[tuple[str, Kind, str]], arrows: list[tuple[str, str, str]]) -> Group:
    return Group(
        name=title,
        title=title,
        boxes=[Box(name, kind, tuple(text.split("|"))) for name, kind, text in boxes],
        arrows=[Arrow(start, end, label) for start, end, label in arrows],
    )
