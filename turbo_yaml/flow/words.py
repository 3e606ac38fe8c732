"""Words that are no steps or keys: what to say about each, and which word was meant."""

from __future__ import annotations

from collections.abc import Collection

from turbo_yaml.diagnostics.suggest import did_you_mean, nearest, suggestion
from turbo_yaml.settings.keys import STEP

RESERVED = {
    "emit": "`emit` is kept for a later version; `result` gives the caller a value",
    "wait_for": "`wait_for` is kept for a later version; `input` waits for the caller",
    "prefix": "`prefix` is kept for a later version; `system` sets the scene for every turn",
    "python": "a flow file holds no code: give the host's function to the run as a tool",
    "shell": "a flow file runs no programs: give the host's function to the run as a tool",
    "goto": "there are no jumps: use `if`, `while`, or `handoff` to another flow",
}

SYNONYMS: dict[str, tuple[str, ...]] = {
    "agent": ("call", "generate"),
    "ai": ("assistant",),
    "args": ("with", "inputs"),
    "arguments": ("with", "inputs"),
    "ask": ("input",),
    "assign": ("set",),
    "body": ("do", "then", "steps"),
    "bot": ("assistant",),
    "case": ("cases",),
    "chat": ("generate",),
    "complete": ("generate",),
    "completion": ("generate",),
    "concurrency": ("at_once",),
    "concurrent": ("parallel", "at_once"),
    "condition": ("when", "if"),
    "config": ("settings",),
    "default": ("else", "otherwise"),
    "defaults": ("settings",),
    "delay": ("sleep",),
    "desc": ("description",),
    "doc": ("description",),
    "each": ("for",),
    "echo": ("log",),
    "else": ("otherwise",),
    "elseif": ("elif",),
    "else_if": ("elif",),
    "elsif": ("elif",),
    "end": ("stop",),
    "ensure": ("finally",),
    "enum": ("choices",),
    "error": ("raise",),
    "except": ("catch",),
    "examples": ("example",),
    "exit": ("stop",),
    "fail": ("raise",),
    "few_shot": ("example",),
    "foreach": ("for",),
    "for_each": ("for",),
    "fork": ("parallel",),
    "format": ("output",),
    "function": ("tool",),
    "functions": ("flows", "tools"),
    "get_input": ("input",),
    "history": ("messages",),
    "human": ("user",),
    "import": ("use", "include"),
    "imports": ("use",),
    "input": ("inputs", "with"),
    "into": ("as",),
    "items": ("in",),
    "labels": ("choices",),
    "let": ("set",),
    "llm": ("generate",),
    "loop": ("for", "while"),
    "map": ("for",),
    "max": ("limit",),
    "max_iterations": ("limit", "max_turns"),
    "max_rounds": ("limit", "max_turns"),
    "max_steps": ("max_turns", "limit"),
    "maxiterations": ("limit",),
    "model_settings": ("settings",),
    "name": ("as", "id"),
    "of": ("in",),
    "options": ("choices", "settings"),
    "otherwise": ("else",),
    "outputs": ("output",),
    "over": ("in",),
    "parameters": ("inputs", "with"),
    "params": ("inputs", "with"),
    "pause": ("sleep",),
    "print": ("log",),
    "prompt": ("user", "steps"),
    "question": ("input",),
    "quit": ("stop",),
    "repeat": ("while", "for"),
    "rescue": ("catch",),
    "response_format": ("output",),
    "result": ("as",),
    "retries": ("retry",),
    "returns": ("output",),
    "run": ("call",),
    "save": ("as",),
    "save_as": ("as",),
    "say": ("user",),
    "schema": ("output",),
    "states": ("steps",),
    "steps": ("do", "then"),
    "store": ("remember", "as"),
    "subflows": ("flows",),
    "summary": ("description",),
    "switch": ("match",),
    "tasks": ("steps",),
    "then": ("do",),
    "throw": ("raise",),
    "title": ("name",),
    "until": ("while",),
    "use_tools": ("tools",),
    "var": ("set", "as"),
    "variables": ("set", "inputs"),
    "vars": ("set", "inputs"),
    "version": ("turbo",),
    "wait": ("sleep",),
    "workers": ("at_once",),
    "workflow": ("steps",),
    "yield": ("result",),
}


def meant(word: str, legal: Collection[str]) -> str | None:
    """Return the legal word that stands for one that is not: a synonym, or the nearest in spelling."""
    for synonym in SYNONYMS.get(word.casefold().replace("-", "_"), ()):
        if synonym in legal and synonym != word:
            return synonym
    return nearest(word, legal)


def advice(word: str, legal: Collection[str]) -> str | None:
    """Return the help line for a word that is not legal: the one that was meant, else a short list of all."""
    found = meant(word, legal)
    return did_you_mean(word, legal) if found is None else suggestion(word, found, legal)


def advise_setting(word: str) -> str | None:
    """Return where a setting belongs that stands at the top of a file or a flow."""
    return f"it is a setting: `settings: {{{word}: …}}`" if word in STEP.keys else None
