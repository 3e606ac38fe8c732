"""What a person types in a chat to what is said: words, several lines, an editor's text, files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import click

from turbo_yaml.cli.chatting.attachments import Attachment, as_text, read_attachment
from turbo_yaml.cli.chatting.lines import next_line
from turbo_yaml.cli.conversation.answers import PROMPT
from turbo_yaml.cli.terminal import tell
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.errors import UsageError
from turbo_yaml.protocol.messages import Content, Part
from turbo_yaml.records import Record

HELP: Final = """\
!multi      write several lines, up to one that is !end; `!multi x` ends with `!end x`
!edit       write in your editor (VISUAL or EDITOR)
!file PATH  attach a file to what you say next
!help       show this
exit, quit  leave; Ctrl-D does, too
Ctrl-C stops a reply. A line that is to begin with ! begins with !!"""

_LEAVING: Final = ("exit", "quit")
_MORE: Final = ". "


class Left(Exception):
    """The person has left the chat."""


class Said(Record):
    """What a person has said, with what is attached to it."""

    text: str
    attached: tuple[Attachment, ...] = ()

    @property
    def whole(self) -> str:
        """All of it as text; `UsageError` where something attached is none."""
        for each in self.attached:
            if each.text is None:
                raise UsageError(f"`{each.name}` is no text, and text is wanted here")
        return "\n\n".join([*map(as_text, self.attached), *([self.text] if self.text else [])])

    @property
    def content(self) -> Content:
        """All of it as the content of a message."""
        parts = [each.part for each in self.attached if each.part is not None]
        if not parts:
            return self.whole
        texts = Said(self.text, tuple(each for each in self.attached if each.part is None)).whole
        said: list[Part] = [{"text": texts}] if texts else []
        return [*said, *parts]


class Typist:
    """Reads what one person types. Answers the questions of a flow, too."""

    person = True

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = deque(words)
        """What is said before all that is typed."""
        self._attached: list[Attachment] = []
        self._commands: dict[str, Callable[[str], str | None]] = {
            "!multi": _several_lines,
            "!edit": _edited,
            "!file": self._attach,
            "!help": _help,
        }

    def given(self) -> str | None:
        """Return no answer: none was given in advance."""
        return None

    def read(self) -> str:
        """Return the answer to a question of a flow; `Left` where the person leaves."""
        while True:
            said = self._read()
            try:
                return said.whole
            except UsageError as problem:
                tell(problem.message)

    def say(self) -> Said:
        """Return what the person says next, which is not nothing; `Left` where the person leaves."""
        while True:
            said = self._read()
            if said.text.strip() or said.attached:
                return said

    def _read(self) -> Said:
        if self._words:
            return Said(self._words.popleft())
        while True:
            text = self._line()
            if text is not None:
                attached, self._attached = tuple(self._attached), []
                return Said(text, attached)

    def _line(self) -> str | None:
        """Return what was written; None where a line told what to do and said nothing."""
        try:
            line = next_line(PROMPT)
        except EOFError:
            raise Left from None
        word, _, rest = line.strip().partition(" ")
        if line.strip() in _LEAVING:
            raise Left
        if line.startswith("!!"):
            return line[1:]
        if not word.startswith("!") or len(word) == 1:
            return line
        command = self._commands.get(word)
        if command is None:
            near = did_you_mean(word, self._commands)
            tell(f"there is no `{one_line(word)}`; " + (near or "`!help` tells what there is"))
            return None
        return command(rest.strip())

    def _attach(self, word: str) -> None:
        if not word:
            tell("`!file` takes the path of a file")
            return
        try:
            attachment = read_attachment(word)
        except UsageError as problem:
            tell(one_line(problem.message))
            return
        self._attached.append(attachment)
        kind = "text" if attachment.text is not None else "no text"
        tell(f"attached: {one_line(attachment.name)} ({_bytes(attachment.size)}, {kind})")


def _bytes(size: int) -> str:
    return f"{size} bytes" if size < 1024 else f"{size / 1024:.0f} KiB"


def _several_lines(word: str) -> str:
    """Read lines up to the one that ends them."""
    end = f"!end {word}".strip()
    lines: list[str] = []
    while True:
        try:
            line = next_line(_MORE)
        except EOFError:
            return "\n".join(lines)
        if line.strip() == end:
            return "\n".join(lines)
        lines.append(line)


def _edited(text: str) -> str | None:
    """Let the person write in an editor; a text that was not saved or is empty says nothing."""
    try:
        written = click.edit(text, extension=".md")
    except click.ClickException as problem:
        tell(problem.message)
        return None
    if written is None or not written.strip():
        tell("nothing was written")
        return None
    return written.rstrip("\r\n")


def _help(word: str) -> None:
    for line in HELP.splitlines():
        tell(line)
