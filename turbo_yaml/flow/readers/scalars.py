"""Single values to texts, expressions, numbers, names, durations: one reader for each kind of slot."""

from __future__ import annotations

import re
from typing import Any

from turbo_yaml.diagnostics.suggest import Replacement, did_you_mean
from turbo_yaml.flow.nodes import FlowRef, Target
from turbo_yaml.flow.patterns import FLOW, INSTALLED, PATH, WORD
from turbo_yaml.flow.readers.context import (
    WRONG,
    Reader,
    Reading,
    brief,
    is_empty,
    is_hole,
    is_null,
    is_template,
    shape,
)
from turbo_yaml.flow.vocabulary import Key, Slot
from turbo_yaml.source import Span
from turbo_yaml.syntax import Node, Scalar, Sequence
from turbo_yaml.syntax.scalars import read_value, slot_text
from turbo_yaml.syntax.tree import children
from turbo_yaml.template import Expression, parse_expression, parse_text
from turbo_yaml.types.names import name_problem


def scalar(reading: Reading, node: Node, key: Key, wanted: str, help: str | None = None) -> Scalar | None:
    """Return the node where it is a scalar without a tag, else report it and return None."""
    if not isinstance(node, Scalar):
        reading.report("wrong-kind", f"`{key.name}` takes {wanted}; this is {shape(node)}", node, help)
        return None
    return node if check_tag(reading, node) else None


def check_tag(reading: Reading, node: Node) -> bool:
    """Report a tag; tell whether there is none, and no hole."""
    if node.tag is None:
        return not is_hole(node)
    help = "remove the tag, or quote the text if it begins with `!`"
    if node.tag == "!env":
        help = "texts read no environment: what is not in the flow comes in as an input"
    reading.report(
        "misplaced-tag", f"the tag `{node.tag}` stands here, and tags belong to settings", node, help
    )
    return False


def check_tags(reading: Reading, node: Node) -> bool:
    """Report every tag at a node and below it; tell whether there is none."""
    good, waiting = True, [node]
    while waiting:
        found = waiting.pop()
        if found.tag is not None:
            good = check_tag(reading, found)
        waiting += children(found)
    return good


def read_text(reading: Reading, node: Node, key: Key) -> Any:
    """Read text as written, templates in it."""
    found = scalar(reading, node, key, "a text", "to have it as text, put it in quotes")
    return WRONG if found is None else text_of(reading, found)


def text_of(reading: Reading, node: Scalar) -> Any:
    """Return the template that a scalar's text is."""
    text, problems = parse_text(reading.source, node, reading.read_include)
    return WRONG if reading.take(problems) or text is None else text


def read_plain(reading: Reading, node: Node, key: Key) -> Any:
    """Read text as written; nothing in it is a template."""
    found = scalar(reading, node, key, "a text", "to have it as text, put it in quotes")
    return WRONG if found is None else slot_text(found)


def read_expression(reading: Reading, node: Node, key: Key) -> Any:
    """Read an expression, which has no `{{ }}` around it."""
    if not isinstance(node, Scalar):
        written = reading.source.text[node.start : node.end]
        short = len(written) <= 60 and "\n" not in written and '"' not in written
        help = f'put it in quotes: `"{written}"`' if short else "write it as one text, in quotes"
        return reading.report(
            "wrong-kind", f"`{key.name}` takes an expression; this is {shape(node)}", node, help
        )
    if not check_tag(reading, node):
        return WRONG
    expression, problems = parse_expression(reading.source, node)
    return WRONG if reading.take(problems) or expression is None else expression


def read_data(reading: Reading, node: Scalar) -> Any:
    """Return the data that a scalar is, or `WRONG` where versions of YAML disagree about it."""
    value, problem = read_value(node)
    if problem is None:
        return value
    return reading.report(
        "ambiguous-value", problem, node, f'put it in quotes if it is text: `"{node.text}"`'
    )


def read_bool(reading: Reading, node: Node, key: Key) -> Any:
    """Read `true` or `false`."""
    found = scalar(reading, node, key, "`true` or `false`")
    if found is None:
        return WRONG
    value, _ = read_value(found)
    if isinstance(value, bool):
        return value
    meant = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
    word = meant.get(found.text.casefold())
    words = f"write `{word}`" + (", without quotes" if found.style else "")
    help = Replacement(words, found.text, word) if word else None
    return reading.report(
        "wrong-value", f"`{key.name}` takes `true` or `false`; this is `{brief(found)}`", found, help
    )


def read_choice(reading: Reading, node: Node, key: Key) -> Any:
    """Read one of the key's options."""
    wanted = "one of " + ", ".join(f"`{word}`" for word in key.options)
    found = scalar(reading, node, key, wanted)
    if found is None:
        return WRONG
    text = slot_text(found)
    if text in key.options:
        return text
    help = did_you_mean(text, key.options)
    return reading.report(
        "wrong-value", f"`{key.name}` takes {wanted}; this is `{brief(found)}`", found, help
    )


def name_scalar(reading: Reading, node: Node, key: Key, wanted: str) -> tuple[str, Scalar] | None:
    """Return text that names something, with its scalar; a number, `true` or null is reported."""
    found = scalar(reading, node, key, wanted)
    if found is None:
        return None
    value, problem = read_value(found)
    if problem is None and not isinstance(value, str):
        help = f'to have it as a name, put it in quotes: `"{found.text}"`'
        reading.report("wrong-kind", f"`{key.name}` takes {wanted}; this is `{brief(found)}`", found, help)
        return None
    return slot_text(found), found


def read_word(reading: Reading, node: Node, key: Key) -> Any:
    """Read a name of letters, digits, `_` and `-`."""
    found = name_scalar(reading, node, key, "a name")
    return found[0] if found and check_word(reading, found[0], found[1].span) else WRONG


def check_word(reading: Reading, text: str, span: Span) -> bool:
    """Report a name that has more in it than letters, digits, `_` and `-`; tell whether it has not."""
    if re.fullmatch(WORD, text):
        return True
    reading.report(
        "bad-name",
        f"`{text}` cannot be a name",
        span,
        "a name has letters, digits, `_` and `-`, no digit first",
    )
    return False


def check_variable(reading: Reading, text: str, span: Span) -> bool:
    """Report a name that a variable cannot have; tell whether it can."""
    problem = name_problem(text)
    if problem is None:
        return True
    reading.report("reserved-name" if text.isidentifier() else "bad-name", problem[0], span, problem[1])
    return False


def read_target(reading: Reading, node: Node, key: Key) -> Any:
    """Read the name of a variable."""
    found = name_scalar(reading, node, key, "the name of a variable")
    if found is None or not check_variable(reading, found[0], found[1].span):
        return WRONG
    return Target(found[0], found[1].span)


def read_targets(reading: Reading, node: Node, key: Key) -> Any:
    """Read the names of variables, with commas between them."""
    if isinstance(node, Sequence):
        return reading.report(
            "wrong-kind",
            f"`{key.name}` takes names; this is a list",
            node,
            "with commas between: `for: a, b`",
        )
    found = name_scalar(reading, node, key, "the names of variables")
    if found is None:
        return WRONG
    targets: dict[str, Target] = {}
    for name, span in _pieces(reading, *found):
        if not name:
            return reading.report("bad-name", "there is no name here", span, "such as `for: a, b`")
        if name in targets:
            return reading.report("bad-name", f"`{name}` stands here twice", span, "give each its own name")
        if not check_variable(reading, name, span):
            return WRONG
        targets[name] = Target(name, span)
    return tuple(targets.values())


def _pieces(reading: Reading, text: str, node: Scalar) -> list[tuple[str, Span]]:
    """Return what stands between commas, each with its place."""
    begin = _text_start(reading, node)
    found = []
    for piece in text.split(","):
        name = piece.strip()
        span = node.span
        if begin is not None:
            start = begin + len(piece) - len(piece.lstrip())
            span = Span(start, start + max(len(name), 1))
            begin += len(piece) + 1
        found.append((name, span))
    return found


def _text_start(reading: Reading, node: Scalar) -> int | None:
    """Return where the text begins in the file, or None where it is not there letter for letter."""
    start = node.start + (1 if node.style in ("'", '"') else 0)
    return start if reading.source.text.startswith(node.text, start) else None


def read_flow(reading: Reading, node: Node, key: Key) -> Any:
    """Read the name of a flow, or its path from this file."""
    named = name_scalar(reading, node, key, "the name of a flow")
    if named is None:
        return WRONG
    name, found = named
    if re.fullmatch(WORD, name) or re.fullmatch(FLOW, name):
        return FlowRef(name, found.span)
    help = "a local flow `name`, `alias.name` of a file in `use`, or a path such as `./other.yaml`"
    return reading.report("bad-name", f"`{brief(found)}` names no flow", found, help)


def read_callee(reading: Reading, node: Node, key: Key) -> Any:
    """Read the name of a flow, or where `among` says which it may be, the expression that gives it."""
    if not isinstance(node, Scalar) or not is_template(node.text):
        return read_flow(reading, node, key)
    if not check_tag(reading, node):
        return WRONG
    if "among" not in reading.step:
        message = f"`{brief(node)}` names no flow of this file"
        return reading.report("bad-name", message, node, "add the flows that it may be: `among: [a, b]`")
    text = text_of(reading, node)
    if text is WRONG or text.single is not None:
        return text if text is WRONG else Expression(text.source, node, text.single, text.places)
    return reading.report("bad-name", "the name of a flow is one `{{ … }}` and nothing beside it", node)


def read_label(reading: Reading, node: Node, key: Key) -> Any:
    """Read a text that is one of several to choose from."""
    if not isinstance(node, Scalar):
        return reading.report("wrong-kind", f"a label of `{key.name}` is a text; this is {shape(node)}", node)
    if is_empty(node):
        return reading.report("missing-value", f"there is an empty label in `{key.name}`", node)
    return text_of(reading, node) if check_tag(reading, node) else WRONG


def read_path(reading: Reading, node: Node, key: Key) -> Any:
    """Read a path from this file."""
    named = name_scalar(reading, node, key, "a path")
    if named is None:
        return WRONG
    path, found = named
    if re.fullmatch(PATH, path) or (key.name == "use" and re.fullmatch(INSTALLED, path)):
        return path
    help = "such as `./policy.yaml`, with `/` between folders"
    if "://" in path:
        help = "nothing is fetched: keep a copy beside this file, and name that"
    return reading.report("bad-path", f"`{brief(found)}` is no path from this file's folder", found, help)


def read_none(reading: Reading, node: Node, key: Key) -> Any:
    """Read nothing, where nothing may stand."""
    if is_null(node):
        return None
    help = f"write `- {key.name}`; to do it only sometimes, add `when:` below it"
    return reading.report("wrong-kind", f"`{key.name}` takes no value; this is {shape(node)}", node, help)


SCALAR_SLOTS: dict[Slot, Reader] = {
    "text": read_text,
    "plain": read_plain,
    "word": read_word,
    "expression": read_expression,
    "bool": read_bool,
    "choice": read_choice,
    "flow": read_flow,
    "callee": read_callee,
    "path": read_path,
    "target": read_target,
    "targets": read_targets,
    "none": read_none,
}
