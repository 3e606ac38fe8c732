"""Nothing that a reader could meet is missing from the docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import jinja2.defaults
import jinja2.filters
import pytest

import turbo_yaml
from docs.build import HERE, pages
from tests.docs.pages import blocks
from turbo_yaml import flows
from turbo_yaml.cli.verbs import command
from turbo_yaml.errors import FlowError, LimitError, ModelError, ToolError
from turbo_yaml.flow.assertions import ASSERTIONS
from turbo_yaml.flow.readers.assertions import ELSEWHERE
from turbo_yaml.flow.vocabulary import FAILURE_KINDS
from turbo_yaml.models.faults import KINDS
from turbo_yaml.template.vocabulary import FILTERS, GLOBALS

PACKAGE = Path(turbo_yaml.__file__).parent

# Words with a dash in the layers that make diagnostics which are no rules.
NO_RULES = {
    "trailing-strings",
    "built-in",
    "date-time",
    "flow-name",
    "look-around",
    "tool-name",
    "turbo-yaml",
    "unicode-escape",
}
NO_RULES |= {"x-lines"}
# Words of tests with a dash: those of the schema, and assertions, ours and others'.
NO_RULES |= {
    "step-count",
    "test-turn",
    "tool-args",
    "not-is-refusal",
    *ELSEWHERE,
    *ASSERTIONS,
}
# The rules of `checks` have pages of their own.
LAYERS = ("syntax", "template", "types", "flow", "settings", "analysis", "codegen", "compiler")
# Rules that are put together from parts.
COMPOSED = {"unknown-": ("filter", "test"), "yaml-": ("tag", "alias")}
RULE = re.compile(r"[a-z]+(?:-[a-z]+)+")


def read(name: str) -> str:
    """Return the text of a page of the docs."""
    return (HERE / name).read_text(encoding="utf-8")


def listed(page: str, section: str = "") -> set[str]:
    """Return the words in backticks in the first cells of the tables of a page, from a heading on."""
    text = read(page)
    text = text[text.index(section) :] if section else text
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def trees(*layers: str) -> Iterator[ast.AST]:
    """Yield every node of the modules in some folders of the package."""
    for layer in layers:
        for module in sorted((PACKAGE / layer).rglob("*.py")):
            yield from ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def rules_of_the_code() -> set[str]:
    found: set[str] = set()
    for node in trees(*LAYERS):
        match node:
            case ast.Constant(value=str(word)) if RULE.fullmatch(word):
                found.add(word)
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue()]) if (
                start in COMPOSED
            ):
                found |= {start + rest for rest in COMPOSED[start]}
    return found - NO_RULES


def test_every_rule_is_explained_and_no_other() -> None:
    text = read("errors.md")
    explained = {word for word in listed("errors.md", "## Rules") if RULE.fullmatch(word)}
    assert "## Kinds of failure" in text
    assert rules_of_the_code() == explained


def test_the_check_knows_every_kind_of_failure() -> None:
    assert set(FAILURE_KINDS) | {"kind"} == listed("errors.md", "## Kinds of failure")


def test_every_kind_of_failure_is_explained() -> None:
    classes = tuple(error.__name__ for error in (FlowError, LimitError, ModelError, ToolError))
    found = set(KINDS) | {"limit"}
    for node in trees("runtime", "models", "cli", "memory", "tools"):
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=keywords) if name in (*classes, "Unanswered"):
                found |= {
                    keyword.value.value
                    for keyword in keywords
                    if keyword.arg == "kind"
                    and isinstance(keyword.value, ast.Constant)
                    and isinstance(keyword.value.value, str)
                }
    assert found <= listed("errors.md", "## Kinds of failure")


def test_every_command_and_flag_is_explained() -> None:
    text = read("command-line.md")
    context = click.Context(command)
    for name in command.list_commands(context):
        verb = command.get_command(context, name)
        assert verb is not None
        assert f"turbo-yaml {name}" in text
        assert [flag for flag in flags_of(verb) if f"`{flag}" not in text] == [], name


def flags_of(verb: click.Command) -> Iterator[str]:
    """Yield the flags of a command and of the commands in it."""
    for parameter in verb.params:
        if isinstance(parameter, click.Option):
            yield from parameter.opts
    if isinstance(verb, click.Group):
        for inner in verb.commands.values():
            yield from flags_of(inner)


def test_every_variable_of_the_environment_is_explained() -> None:
    found: set[str] = set()
    for node in trees("cli", "settings", "compiler", "models", "runtime"):
        match node:
            case ast.Constant(value=str(word)) if re.fullmatch(r"_?TURBO_YAML_[A-Z_]+", word):
                found.add(word)
    text = read("command-line.md")
    assert found
    assert [name for name in sorted(found) if name not in text] == []


def test_every_difference_from_the_words_of_jinja_is_named() -> None:
    text = read("language.md")
    theirs = set(jinja2.filters.FILTERS)
    ours = set(FILTERS)
    changed = (ours ^ theirs) | (set(jinja2.defaults.DEFAULT_NAMESPACE) ^ GLOBALS)
    assert [word for word in sorted(changed) if not re.search(rf"`{word}\b", text)] == []


def test_every_public_name_is_explained_with_an_example() -> None:
    used: set[str] = set()  # by the Python of the page, which runs in a test
    for block in blocks(HERE / "names.md"):
        for node in ast.walk(ast.parse(block.text)) if block.kind == "python" else ():
            if isinstance(node, ast.Attribute):
                used.add(f"{ast.unparse(node.value)}.{node.attr}")
    wanted = {f"ty.{name}" for name in turbo_yaml.__all__} | {f"flows.{name}" for name in dir(flows)}
    assert sorted(wanted - used) == []
    names = {name.partition(".")[2] for name in wanted} - {"__version__"}
    assert sorted(names - listed("names.md")) == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_the_generated_pages_are_current(path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(path, pages()[path])
