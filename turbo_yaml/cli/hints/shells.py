"""Shells as click speaks with them, but for what goes wrong there."""

from __future__ import annotations

from typing import Any

from click.shell_completion import BashComplete, CompletionItem, FishComplete, add_completion_class

from turbo_yaml.cli.hints.completion import INSTALLED_WITH, words_of_bash


class Bash(BashComplete):
    """For bash a colon parts words: what takes the place of a word is what follows its last colon."""

    _typed = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is not finished, and that one."""
        words, cursor = words_of_bash()
        self._typed = words[cursor] if cursor < len(words) else ""
        return words[1:cursor], self._typed

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return what the script of the shell reads."""
        known = INSTALLED_WITH if self._typed.startswith(INSTALLED_WITH) else ""
        return f"{item.type},{str(item.value).removeprefix(known)}"


class Fish(FishComplete):
    """What a word means may have commas in it."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')


def register() -> None:
    """Let click take these shells for its own."""
    add_completion_class(Bash)
    add_completion_class(Fish)
