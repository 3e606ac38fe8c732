"""The tables of the package to the pages under `docs/reference/`, and the figures: `python docs/build.py`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from docs.figures import figures
from turbo_yaml.cli.hints.examples import with_examples
from turbo_yaml.cli.main import PROGRAM
from turbo_yaml.cli.verbs import command
from turbo_yaml.flow import assertions, vocabulary
from turbo_yaml.flow.vocabulary import Key, Verb
from turbo_yaml.flow.words import RESERVED
from turbo_yaml.models.faults import KINDS
from turbo_yaml.models.known.abilities import KINDS as ATTACHED
from turbo_yaml.models.known.abilities import REFUSED
from turbo_yaml.models.known.context_lengths import CONTEXT_LENGTHS
from turbo_yaml.models.known.prices import AS_OF, PRICES
from turbo_yaml.models.providers import PROVIDERS
from turbo_yaml.settings import keys as settings
from turbo_yaml.settings import kinds
from turbo_yaml.settings.patch import MISSING
from turbo_yaml.syntax.durations import format_duration

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"

LANGUAGE = "../language.md"
TOOLS = "../tools.md"
SETTINGS = "../settings.md"
TAKES = {
    "text": f"[text]({LANGUAGE}#text-values-and-expressions)",
    "said": f"[text]({LANGUAGE}#text-values-and-expressions)",
    "plain": "text, no template",
    "word": "a name",
    "expression": f"[an expression]({LANGUAGE}#text-values-and-expressions)",
    "bool": "`true` or `false`",
    "whole": "a whole number from 0",
    "count": "a whole number from 1, or a template that gives one",
    "number": "a number",
    "duration": f"[a duration]({LANGUAGE}#durations)",
    "delay": f"[a duration]({LANGUAGE}#durations), or 0",
    "pause": f"[a duration]({LANGUAGE}#durations), or a template that gives one",
    "flow": f"[a flow's name]({LANGUAGE}#other-flows) or path",
    "callee": f"[a flow's name]({LANGUAGE}#other-flows) or path; with `among`, one `{{{{ … }}}}` for it",
    "callees": f"a list of [flows' names]({LANGUAGE}#other-flows) or paths",
    "tool": f"[a tool's name]({TOOLS})",
    "offer": f"a list of [tools' names]({TOOLS})",
    "parameters": f"names with [types]({LANGUAGE}#types)",
    "request": "`METHOD https://…`",
    "server": "`{command: […]}` or `{url: …}`",
    "plains": "a list of texts, no templates",
    "headers": "names with texts, no templates",
    "path": "a path from this file's folder",
    "target": "a variable's name",
    "targets": "one or more variables' names, with commas",
    "value": f"[any value]({LANGUAGE}#text-values-and-expressions)",
    "data": "any data, no templates",
    "type": f"[a type]({LANGUAGE}#types)",
    "lines": f"[lines with typed fields]({LANGUAGE}#typed-lines)",
    "labels": "a list of labels, or one template that gives one",
    "words": "a list of names",
    "values": f"names with [values]({LANGUAGE}#text-values-and-expressions)",
    "arguments": f"inputs with [values]({LANGUAGE}#text-values-and-expressions)",
    "none": "nothing",
    "content": "text, or a list of [parts](#parts-of-a-message)",
    "examples": "`{user: …, assistant: …}`, or a list of them",
    "history": "a list of `{role, content}`, or one template that gives one",
    "body": "a list of steps",
    "cases": "labels, each with a list of steps",
    "elifs": "a list of `{if: …, then: […]}`",
    "branches": "names, each with a list of steps",
    "turn": "nothing, or [what the turn is like](#what-a-turn-may-say)",
    "retry": "a whole number from 0, or [a mapping](#how-to-retry)",
    "forget": "`all`, or [which messages](#what-to-forget)",
    "version": "`1`",
    "inputs": f"names with [types]({LANGUAGE}#types)",
    "settings": "[settings](settings.md)",
    "profiles": "names, each with [settings](settings.md)",
    "memory": "[a mapping](#memory)",
    "files": "names with paths from this file's folder",
    "tools": "names with [declarations](#tools)",
    "flows": "names with [flows](#a-local-flow)",
    "tests": "a list of [tests](#tests)",
    "test_text": "text; a template over `case` where the test has `cases`",
    "test_value": "any value; templates in it where the test has `cases`",
    "json_type": f"nothing, or [a type]({LANGUAGE}#types)",
    "alone": "nothing",
    "texts": "a text, or a list of them",
    "score": "a number from 0",
    "given": "inputs with values",
    "answer": "text, or data where the question takes data",
    "answers": "a list of answers",
    "replies": "a list of replies",
    "results": "names of tools with what they give back",
    "test_turns": "a list of [turns](#a-turn-of-a-dialogue)",
    "rows": "a list of mappings, a path, or [more about the file](#rows-from-a-file)",
    "expect": "a list of [assertions](#assertions)",
    "bounds": "a whole number, or `{min, max}`",
    "chat": "`{user: TEXT}`, or another role",
    "failure": "nothing, a kind, or `{kind, message}`",
    "prices": "`{input, output}`",
    "sequence": "a list of steps, or `{steps, mode}`",
    "step_count": "`{step, min, max}`",
    "tool_args": "`{name, args, mode}`",
}


def pages() -> dict[Path, str]:
    """Return every generated page by its path."""
    return {
        REFERENCE / "steps.md": _page("Steps and keys", _STEPS_INTRO, _steps()),
        REFERENCE / "settings.md": _page("Settings", _SETTINGS_INTRO, _settings()),
        REFERENCE / "models.md": _page("Models", _MODELS_INTRO, _models()),
        REFERENCE / "commands.md": _page("Commands", _COMMANDS_INTRO, _commands()),
        **{HERE / "figures" / f"{name}.svg": picture for name, picture in figures().items()},
    }


def _page(title: str, intro: str, lines: Iterable[str]) -> str:
    head = (
        f"<!-- Written by docs/build.py: change the tables in the package, not this page. -->\n\n# {title}\n"
    )
    return "\n".join([head, intro, *lines]).rstrip("\n") + "\n"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


# Steps and keys ----------------------------------------------------------------------------------------

_STEPS_INTRO = f"""\
Every word that a flow file may hold. [The language]({LANGUAGE}) explains how they work together.
"""


def _steps() -> Iterator[str]:
    yield "## Every step\n"
    yield "A step has one of the heads below, and may have these keys, too.\n"
    yield from _keys(vocabulary.COMMON_KEYS)
    group = ""
    for verb in vocabulary.VERBS:
        if verb.group != group:
            group = verb.group
            yield f"## {group}\n"
        yield from _verb(verb)
    yield "## Inside a step\n"
    yield "### What a turn may say\n"
    yield "These, and every setting of a turn: see [Settings](settings.md#of-a-turn).\n"
    yield from _keys(vocabulary.TURN_KEYS)
    yield "### Parts of a message\n"
    yield "Each part has one of these keys.\n"
    yield from _keys(vocabulary.PART_KEYS)
    yield "### How to retry\n"
    yield from _keys(vocabulary.RETRY_KEYS)
    yield "### What to forget\n"
    yield from _keys(vocabulary.FORGET_KEYS)
    yield from _files()
    yield from _not_there()


def _verb(verb: Verb) -> Iterator[str]:
    yield f"### `{verb.name}`\n"
    yield f"{verb.head.doc} Takes {_takes(verb.head)}.\n"
    yield "```yaml"
    first, *rest = verb.example.splitlines()
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)
    yield "```\n"
    same = next((other for other in vocabulary.VERBS if other.keys == verb.keys), verb)
    if same is not verb and verb.keys:
        yield f"It has the keys of [`{same.name}`](#{same.name}).\n"
    elif verb.keys:
        yield from _keys(verb.keys)
    if verb.any_of:
        yield f"{' or '.join(f'`{name}`' for name in verb.any_of)} must be there.\n"


def _keys(keys: Iterable[Key]) -> Iterator[str]:
    yield from _table(
        ("key", "takes", "what it does"), ((f"`{key.name}`", _takes(key), _doc(key)) for key in keys)
    )


def _takes(key: Key) -> str:
    if key.options:
        return " or ".join(f"`{option}`" for option in key.options)
    return TAKES[key.slot]


def _doc(key: Key) -> str:
    notes = [key.doc]
    if key.required:
        notes.append("Required.")
    if key.default is not None:
        notes.append(f"Default: `{_shown(key.default)}`.")
    if key.needs:
        notes.append(f"Needs {' or '.join(f'`{name}`' for name in key.needs)}.")
    if key.excludes:
        notes.append(f"Not with {' or '.join(f'`{name}`' for name in key.excludes)}.")
    return " ".join(notes)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {inner}" for name, inner in value.items()) + "}"
    return value if isinstance(value, str) else json.dumps(value)


def _files() -> Iterator[str]:
    yield "## A file\n"
    yield "Keys that begin with `x-` are free for other tools; any other key that is not here is an error.\n"
    yield from _keys(vocabulary.FILE_KEYS)
    yield "### A local flow\n"
    yield from _keys(vocabulary.SUBFLOW_KEYS)
    yield "### Memory\n"
    yield from _keys(vocabulary.MEMORY_KEYS)
    yield "### Tools\n"
    yield f"[Tools]({TOOLS}) explains how they are bound and called.\n"
    yield from _keys(vocabulary.TOOL_KEYS)
    yield "### Tests\n"
    yield "[Testing](../testing.md) explains them.\n"
    yield from _keys(vocabulary.TEST_KEYS)
    yield "#### A turn of a dialogue\n"
    yield from _keys(vocabulary.TEST_TURN_KEYS)
    yield "#### Rows from a file\n"
    yield from _keys(vocabulary.ROWS_KEYS)
    yield "### A file of tests\n"
    yield "Its name ends with `.test.yaml`.\n"
    yield from _keys(vocabulary.TEST_FILE_KEYS)
    yield "### Assertions\n"
    yield "What stands in `expect`. Any may have these keys; those of its own are named with it.\n"
    yield from _keys(assertions.COMMON)
    for group, verbs in groupby(assertions.ASSERTIONS.values(), key=lambda verb: verb.group):
        yield f"#### {group}\n"
        yield from _table(("assertion", "takes", "holds where", "such as"), map(_assertion, verbs))


def _assertion(verb: Verb) -> tuple[str, ...]:
    own = [key for key in verb.keys if key not in assertions.COMMON]
    more = " ".join(f"`{key.name}`: {_doc(key)}" for key in own)
    example = verb.example.replace("\n", "` `")
    return f"`{verb.name}`", _takes(verb.head), f"{verb.head.doc} {more}".strip(), f"`{example}`"


def _not_there() -> Iterator[str]:
    yield "## Words that are no steps\n"
    yield "These are refused with a note.\n"
    yield from _table(("word", "why"), ((f"`{word}`", note) for word, note in RESERVED.items()))


# Settings ----------------------------------------------------------------------------------------------

_SETTINGS_INTRO = """\
Every setting. [Settings](../settings.md) tells where they are written and which of them holds.
`turbo-yaml settings list` prints the same.
"""


def _settings() -> Iterator[str]:
    turn = settings.STEP.keys
    flow = {name: key for name, key in settings.FLOW.keys.items() if name not in turn}
    outside = {name: key for name, key in settings.FILE.keys.items() if name not in (*turn, *flow)}
    yield "## Of a turn\n"
    yield "A settings file, a flow, and a `generate` step may set these.\n"
    yield from _settings_table(turn)
    yield "## Of a run\n"
    yield "A settings file and a flow may set these.\n"
    yield from _settings_table(flow)
    yield "## Of whoever runs flows\n"
    yield "Settings files, the environment, the command line and a Python host may set these; no flow may.\n"
    yield from _settings_table(outside)
    yield "### `providers.NAME`\n"
    yield from _settings_table(settings.PROVIDER)


def _settings_table(keys: dict[str, kinds.Key]) -> Iterator[str]:
    yield from _table(
        ("setting", "takes", "built-in", "what it does"),
        ((f"`{name}`", _kind(key.kind), _default(key), key.doc) for name, key in _with_inner(keys, "")),
    )


def _with_inner(keys: dict[str, kinds.Key], prefix: str) -> Iterator[tuple[str, kinds.Key]]:
    for name, key in keys.items():
        yield prefix + name, key
        if isinstance(key.kind, kinds.Record):
            yield from _with_inner(dict(key.kind.keys), f"{prefix}{name}.")


def _default(key: kinds.Key) -> str:
    if key.default is MISSING:
        return ""
    if isinstance(key.kind, kinds.Maybe) and isinstance(key.kind.kind, kinds.Duration):
        return f"`{format_duration(key.default)}`"
    return f"`{_shown(key.default)}`"


def _kind(kind: kinds.Kind) -> str:
    match kind:
        case kinds.Text():
            return kind.form
        case kinds.Words():
            return " or ".join(f"`{word}`" for word in kind.words)
        case kinds.Number():
            what = "a whole number" if kind.integer else "a number"
            if kind.low is None:
                return what
            return f"{what} from {kind.low:,}" + ("" if kind.high is None else f" to {kind.high:,}")
        case kinds.Flag():
            return "`true` or `false`"
        case kinds.Duration():
            return "a duration"
        case kinds.ListOf():
            return f"a list of {_several(kind.item)}" + (", or one alone" if kind.lone else "")
        case kinds.MapOf():
            return f"a map: {kind.key} to {_kind(kind.value)}"
        case kinds.Record():
            return "a map"
        case kinds.Maybe():
            return f"{_kind(kind.kind)}, or null"
        case kinds.Either():
            return f"{_kind(kind.other)}, or {_kind(kind.map)}"
        case kinds.Anything():
            return "any data"


def _several(kind: kinds.Kind) -> str:
    return "texts" if isinstance(kind, kinds.Text) else _kind(kind)


# Models ------------------------------------------------------------------------------------------------

_MODELS_INTRO = """\
What [Settings](../settings.md#models) calls a provider, and what can go wrong with a call.
"""


def _models() -> Iterator[str]:
    yield "## Built-in providers\n"
    yield "Each speaks OpenAI's chat completions. `providers` in the settings changes them or adds others.\n"
    rows = []
    for provider in PROVIDERS.values():
        if provider.adapter == "openai":
            key = f"`{provider.api_key_env}`" if provider.api_key_env else "none"
            rows.append((f"`{provider.name}`", provider.base_url, key, provider.structured))
    yield from _table(("provider", "address", "key in", "`structured`"), rows)
    yield "`OPENAI_BASE_URL` moves `openai` to another address. `echo` and `script` need neither.\n"
    yield "## Kinds of failure\n"
    yield "What `error.kind` and `retry.on` see when a model call fails. After the retries the next model\n"
    yield "of the settings `provider` and `fallback` is asked, where another model may answer.\n"
    yield from _table(
        ("kind", "tried again", "another model", "may be paid", "the next move"),
        (
            (f"`{name}`", _yes(kind.retryable), _yes(kind.elsewhere), _yes(kind.worked), _hint(kind.hint))
            for name, kind in KINDS.items()
        ),
    )

    yield "## What models take beside text\n"
    yield "Of these models images, audio or files are refused before anything is sent: the first name or\n"
    yield "glob that fits counts, in small letters, without a date and what stands before a slash. To any\n"
    yield f"other model they are sent. The setting `attachments` [says otherwise]({SETTINGS}#models).\n"
    refusals: dict[str, list[str]] = {}
    for pattern, never in REFUSED:
        refusals.setdefault(", ".join(f"`{kind}`" for kind in ATTACHED if kind in never), []).append(pattern)
    yield from _table(
        ("refused", "models"),
        ((what or "nothing", ", ".join(f"`{each}`" for each in names)) for what, names in refusals.items()),
    )

    yield "## Prices\n"
    yield f"US dollars for a million tokens, as of {AS_OF}. What is not here is unpriced, unless `prices`\n"
    yield f"[says otherwise]({SETTINGS}#what-it-costs): as are models priced by the length of a prompt.\n"
    yield from _table(
        ("model", "input", "output"),
        ((f"`{name}`", f"{price.input:g}", f"{price.output:g}") for name, price in PRICES.items()),
    )

    yield "## Context lengths\n"
    yield "Tokens that a model takes at once, as [the check](../checking.md) knows them, unless\n"
    yield f"`context_lengths` [says otherwise]({SETTINGS}#how-much-models-take).\n"
    yield from _table(
        ("model", "tokens"), ((f"`{name}`", f"{tokens:,}") for name, tokens in CONTEXT_LENGTHS.items())
    )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _hint(hint: str) -> str:
    words = {"{key}": "set the key's environment variable", "{model}": "MODEL", "{provider}": "PROVIDER"}
    for mark, word in (words | {"{url}": "ADDRESS"}).items():
        hint = hint.replace(mark, word)
    return hint


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


# Commands ----------------------------------------------------------------------------------------------

_COMMANDS_INTRO = """\
What `--help` tells of every command. [The command line](../command-line.md) explains how they work.
"""


def _commands() -> Iterator[str]:
    root = click.Context(command, info_name=PROGRAM, **command.context_settings)
    for name in command.list_commands(root):
        verb = command.get_command(root, name)
        assert verb is not None
        yield from _command(with_examples(verb, name), root, name, 2)


def _command(verb: click.Command, parent: click.Context, name: str, level: int) -> Iterator[str]:
    context = click.Context(verb, parent=parent, info_name=name)
    yield f"{'#' * level} {context.command_path.removeprefix(PROGRAM).strip()}\n"
    words = " ".join([context.command_path, *verb.collect_usage_pieces(context)])
    yield f"```text\n{words}\n```\n"
    yield from _help(verb.help or "")
    options = [each for each in verb.params if isinstance(each, click.Option)]
    if options:
        yield from _table(("option", "what it does"), map(_option, options))
    yield from _help(verb.epilog or "")
    if isinstance(verb, click.Group):
        for inner, found in verb.commands.items():
            yield from _command(found, context, inner, level + 1)


def _help(text: str) -> Iterator[str]:
    """Yield help as Markdown: what click is told not to wrap stays as it is."""
    for paragraph in cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            yield f"```text\n{paragraph[1:].strip(chr(10))}\n```\n"
        elif paragraph:
            yield f"{paragraph}\n"


def _option(option: click.Option) -> tuple[str, str]:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    shown = option.metavar or "|".join(map(str, choices)) or ("" if option.is_flag else "N")
    return f"{names} `{shown}`" if shown and not option.is_flag else names, option.help or ""


if __name__ == "__main__":
    main()
