"""Examples of each command, for its help: what to type, and what it does."""

from __future__ import annotations

from typing import Final, NamedTuple

import click


class Example(NamedTuple):
    """A line to type, and in a few words what it does."""

    line: str
    does: str


def _of(*pairs: tuple[str, str]) -> tuple[Example, ...]:
    return tuple(Example(*pair) for pair in pairs)


EXAMPLES: Final[dict[str, tuple[Example, ...]]] = {
    "run": _of(
        ("turbo-yaml run hello.yaml -p name Ada", "with an input"),
        ("turbo-yaml hello.yaml -m echo", "without a model, to see what is said"),
        ("git diff | turbo-yaml run review.yaml > review.md", "on what is piped in"),
        ("turbo-yaml run ask.yaml --reply red --reply Ada --json", "with answers, to data"),
        ("turbo-yaml run hello.yaml -m ollama/llama3 -o temperature 0 -u", "with another model"),
    ),
    "chat": _of(
        ("turbo-yaml chat hello.yaml -p name Ada", "a flow, and what comes after it"),
        ("turbo-yaml chat support.yaml --profile cheap --no-history", "without keeping what is typed"),
    ),
    "resume": _of(
        ("turbo-yaml resume 4prrdws9", "go on where that run broke off"),
        ("turbo-yaml resume 4prrdws9 --reply yes", "answer what it waits for"),
    ),
    "record": _of(
        ("turbo-yaml record hello.yaml -p name Ada --name greets", "a session that becomes a test"),
        ("turbo-yaml record --run 4prrdws9 --out hello.test.yaml", "one that was recorded before"),
    ),
    "replay": _of(
        ("turbo-yaml replay 4prrdws9", "see whether the flow still does the same"),
        ("turbo-yaml replay 4prrdws9 --flow draft.yaml", "whether an edited copy does"),
    ),
    "runs": _of(
        ("turbo-yaml runs", "the last runs"), ("turbo-yaml runs show 4prrdws9", "what was said in one")
    ),
    "runs list": _of(
        ("turbo-yaml runs list --status waiting", "those that wait for an answer"),
        ("turbo-yaml runs list -q 'refund order'", "those in which both words were said"),
    ),
    "runs show": _of(
        ("turbo-yaml runs show 4prrdws9", "what was said, asked and answered"),
        ("turbo-yaml runs show 4prrdws9 --result", "only what came of it"),
    ),
    "runs diff": _of(("turbo-yaml runs diff 4prrdws9 7kwm2d1x", "what was said in one and not in the other")),
    "runs fork": _of(("turbo-yaml runs fork 4prrdws9 --at PLACE -m openai/gpt-4o", "with another model")),
    "runs rm": _of(("turbo-yaml runs rm --before 30d", "all that are older than a month")),
    "runs export": _of(("turbo-yaml runs export > runs.jsonl", "all runs, to a file")),
    "conversations": _of(
        ("turbo-yaml conversations", "those that are kept"),
        ("turbo-yaml conversations show ada", "what was said in one"),
    ),
    "conversations list": _of(("turbo-yaml conversations list --since 7d", "those of this week")),
    "conversations show": _of(("turbo-yaml conversations show ada --json", "as data")),
    "conversations rm": _of(
        ("turbo-yaml conversations rm ada", "forget what she said"),
        ("turbo-yaml conversations rm --before 30d", "all that nobody went on with for a month"),
    ),
    "conversations export": _of(("turbo-yaml conversations export > chats.jsonl", "all, to a file")),
    "cache": _of(("turbo-yaml cache stats", "how large it is"), ("turbo-yaml cache clear", "ask anew")),
    "cache stats": _of(("turbo-yaml cache stats", "how many replies are kept")),
    "cache clear": _of(("turbo-yaml cache clear", "delete them")),
    "check": _of(
        ("turbo-yaml check", "all flows of this folder"),
        ("turbo-yaml check --strict --format github flows", "in CI, warnings fail too"),
        ("turbo-yaml check --fix support.yaml", "mend what can be mended in one way"),
        ("turbo-yaml check - --stdin-name support.yaml < draft.yaml", "what an editor has not saved"),
    ),
    "explain": _of(
        ("turbo-yaml explain unknown-name", "one rule"), ("turbo-yaml explain", "the list of rules")
    ),
    "audit": _of(
        ("turbo-yaml audit support.yaml", "before you allow it"),
        ("turbo-yaml audit support.yaml --json", "for a program"),
    ),
    "test": _of(
        ("turbo-yaml test", "all tests of this folder"),
        ("turbo-yaml test support.yaml -k refund -v", "those with a word in their names"),
        ("turbo-yaml test flows --format junit > report.xml", "a report for CI"),
        ("turbo-yaml test support.yaml --live --repeat 5 -m openai/gpt-4o-mini", "against a model"),
    ),
    "fmt": _of(
        ("turbo-yaml fmt flows", "all flows of a folder"),
        ("turbo-yaml fmt --check", "in CI: change nothing, fail where something would"),
        ("turbo-yaml fmt - --stdin-name support.yaml < draft.yaml", "from an editor"),
    ),
    "graph": _of(
        ("turbo-yaml graph support.yaml -o support.svg", "a picture"),
        ("turbo-yaml graph support.yaml >> README.md", "Mermaid text"),
    ),
    "docs": _of(("turbo-yaml docs support.yaml > support.md", "a page for those who use the flow")),
    "compile": _of(("turbo-yaml compile support.yaml | less", "read what runs")),
    "settings": _of(
        ("turbo-yaml settings list", "what can be set"),
        ("turbo-yaml settings explain support.yaml model", "who set the model"),
        ("turbo-yaml settings trust", "let what the turbo.yaml here grants count"),
    ),
    "settings list": _of(("turbo-yaml settings list --json", "every setting, as data")),
    "settings explain": _of(
        ("turbo-yaml settings explain support.yaml", "every setting that somebody set"),
        ("turbo-yaml settings explain support.yaml limits --profile cheap", "a part, with a profile"),
    ),
    "settings trust": _of(
        ("turbo-yaml settings trust", "after a look at the turbo.yaml here"),
        ("turbo-yaml settings trust checkout --remove", "no more"),
    ),
    "models": _of(
        ("turbo-yaml models", "of every server that there is a key for"),
        ("turbo-yaml models ollama --json", "of one, as data"),
    ),
    "keys": _of(
        ("turbo-yaml keys set openai", "type a key in, unseen"),
        ("turbo-yaml keys which openai", "where the key comes from"),
    ),
    "keys set": _of(
        ("turbo-yaml keys set openai", "type it in, unseen"),
        ("pass show openai | turbo-yaml keys set OPENAI_API_KEY", "from a password store"),
        ("turbo-yaml keys set groq --keyring", "into the keyring of the system"),
    ),
    "keys list": _of(("turbo-yaml keys list", "which keys are there")),
    "keys which": _of(("turbo-yaml keys which groq || echo none", "in a script")),
    "keys rm": _of(("turbo-yaml keys rm openai", "forget a key")),
    "schema": _of(
        ("turbo-yaml schema > flow.schema.json", "of flows, for an editor"),
        ("turbo-yaml schema settings", "of turbo.yaml"),
    ),
    "init": _of(
        ("turbo-yaml init", "flow.yaml and turbo.yaml, here"), ("turbo-yaml init flows", "in a folder")
    ),
}


def with_examples(command: click.Command, path: str) -> click.Command:
    """Give a command, and those in it, their examples behind the help. `path`: its words, as `runs show`."""
    examples = EXAMPLES.get(path, ())
    text = "\b\nExamples:\n" + "\n".join(f"  {line}\n      {does}" for line, does in examples)
    if examples and not (command.epilog or "").startswith("\b\nExamples:"):
        command.epilog = f"{text}\n\n{command.epilog or ''}".rstrip()
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            with_examples(inner, f"{path} {name}")
    return command
