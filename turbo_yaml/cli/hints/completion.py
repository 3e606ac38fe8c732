"""What a person may mean by a word that is not finished: flows in the folders below, and a flow's inputs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem, split_arg_string

from turbo_yaml.cli.options import COMPLETION

if TYPE_CHECKING:
    from turbo_yaml.types import Input

_SUFFIXES: Final = (".yaml", ".yml")
_MOST_FOLDERS: Final = 300
INSTALLED_WITH: Final = "turbo:"
"""What the names of flows begin with that come with turbo-yaml."""
_DEEPEST: Final = 4


def complete_flow(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Return the flows that begin with a word; where there are none, the shell looks for files."""
    flows = sorted(flow for flow in _files_below(os.path.dirname(word)) if flow.startswith(word))  # noqa: PTH120
    flows += [name for name in _installed(word) if name.startswith(word)]
    return [CompletionItem(flow) for flow in flows] or [CompletionItem(word, type="file")]


def complete_input(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Return the inputs of the flow on the command line, or after a name the values that its type lists."""
    words = _words_before()
    flow = next((each for each in words[1:] if each.endswith(_SUFFIXES) or _installed(each)), None)
    inputs = {given.name: given for given in _inputs(flow)}
    if words and words[-1] in inputs:
        return [CompletionItem(value) for value in _values(inputs[words[-1]]) if value.startswith(word)]
    if words and words[-1] not in parameter.opts:
        return [CompletionItem(word, type="file")]
    given = {words[at + 1] for at, each in enumerate(words[:-1]) if each in parameter.opts}
    return [
        CompletionItem(name, help=each.description)
        for name, each in inputs.items()
        if name.startswith(word) and name not in given
    ]


def complete_rule(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Return the rules that begin with a word."""
    from turbo_yaml.checks.pages import rule_pages

    return [CompletionItem(name) for name in rule_pages() if name.startswith(word)]


def complete_provider(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Return the built-in providers that begin with a word."""
    from turbo_yaml.models.providers import PROVIDERS

    return [CompletionItem(name) for name in sorted(PROVIDERS) if name.startswith(word)]


def words_of_bash() -> tuple[list[str], int]:
    """Return the words of the command line, with those whole that bash parts at a colon, and which it is."""
    words, cursor = split_arg_string(os.environ["COMP_WORDS"]), int(os.environ["COMP_CWORD"])
    whole: list[str] = []
    for at, word in enumerate(words):
        before = whole[-1] if whole else ""
        if f"{before}{word}" == INSTALLED_WITH or (before == INSTALLED_WITH and not word.startswith("-")):
            whole[-1] += word
            cursor -= at <= int(os.environ["COMP_CWORD"])
        else:
            whole.append(word)
    return whole, cursor


def _words_before() -> list[str]:
    """Return the words of the command line before the one that is not finished, as told by the shell."""
    shell = os.environ.get(COMPLETION, "").partition("_")[0]
    if shell == "bash":
        words, cursor = words_of_bash()
        return words[:cursor]
    words = split_arg_string(os.environ.get("COMP_WORDS", ""))
    told = os.environ.get("COMP_CWORD", "")
    if shell != "fish":
        return words[: int(told)] if told.isdecimal() else words
    # fish tells the word itself, and as the last of the words, too.
    return words[:-1] if told and words and words[-1] == told else words


def _installed(word: str) -> list[str]:
    """Return the flows that come with turbo-yaml, where a word may be one."""
    if not word or INSTALLED_WITH[: len(word)] != word[: len(INSTALLED_WITH)]:
        return []
    from turbo_yaml.compiler.files import INSTALLED

    return sorted(f"{INSTALLED_WITH}{path.stem}" for path in INSTALLED.glob("*.yaml"))


def _inputs(flow: str | None) -> tuple[Input, ...]:
    """Return the inputs of a flow; none where it cannot be read or has errors. Nothing of it is run."""
    if flow is None:
        return ()
    from turbo_yaml.compiler.edge import load
    from turbo_yaml.errors import TurboError

    try:
        info = load(flow).info
    except (TurboError, OSError):
        return ()
    return () if info is None else info.inputs


def _values(given: Input) -> list[str]:
    schema = given.schema
    listed = schema.get("enum")
    if isinstance(listed, list):
        return [value for value in listed if isinstance(value, str)]
    return ["true", "false"] if schema.get("type") == "boolean" else []


def _files_below(folder: str) -> Iterator[str]:
    """Yield the paths of YAML files in a folder and below it; hidden folders are passed over."""
    left = _MOST_FOLDERS
    top = os.path.join(folder, "") if folder else ""  # noqa: PTH118
    for root, folders, files in os.walk(folder or "."):
        below = top + root[len(folder or ".") :].lstrip(os.sep)
        left -= 1
        deep = below.count(os.sep) - top.count(os.sep) >= _DEEPEST
        visible = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        folders[:] = [] if deep or left <= 0 else visible
        for name in files:
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                yield os.path.join(below, name)  # noqa: PTH118
        if left <= 0:
            return
