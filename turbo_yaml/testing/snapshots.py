"""What was sent to the model to a text file beside the tests, and back to compare with."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from turbo_yaml.source.files import UnreadableText, confine, decode_text, read_below
from turbo_yaml.testing.assertions.finding import Finding
from turbo_yaml.testing.stage.script import Call

_FOLDER: Final = "snapshots"
_MOST: Final = 32 << 20  # bytes
_TELLING: Final = ("model", "temperature", "top_p", "max_tokens", "stop", "seed", "reasoning_effort", "extra")
"""The settings that are shown: those that change what the model says."""


def file_words(name: str, taken: Collection[str] = ()) -> str:
    """Return a test's name as part of the name of a file, with a number where that is taken."""
    words = (re.sub(r"[^\w.-]+", "-", name.lower()).strip("-.") or "test")[:80]
    numbered = (words if number == 1 else f"{words}-{number}" for number in count(1))
    return next(each for each in numbered if each not in taken)


class Snapshots:
    """The snapshots of the tests in one file, in the folder `snapshots` beside it."""

    def __init__(self, path: Path, *, update: bool, written: list[Path]) -> None:
        self._folder = path.parent / _FOLDER
        self._stem = path.name.removesuffix(path.suffix)
        self.update = update
        self.written = written

    def place(self, name: str) -> Path:
        """Return the file of the snapshot of this name."""
        return self._folder / f"{self._stem}.{name}.txt"

    def compare(self, name: str, calls: Sequence[Call]) -> Finding:
        """Compare what was sent with the file, or write the file."""
        path, got = self.place(name), told(calls)
        try:
            wanted = self._kept(path)
        except UnreadableText as problem:
            return Finding(False, problem.message)
        if wanted == got:
            return Finding(True, "all that was sent is as it was", wanted, got)
        if self.update:
            self._write(path, got)
            return Finding(True, f"{path.name} is written", got, got)
        if wanted is None:
            return Finding(False, f"there is no snapshot yet: `--update` writes {path.name}")
        return Finding(
            False, f"what was sent is not as in {path.name}; `--update` writes it anew", wanted, got
        )

    def _kept(self, path: Path) -> str | None:
        """Return what a snapshot holds; `UnreadableText` where it is a link, which may lead anywhere."""
        root = self._folder.parent.resolve()
        if confine(root, f"{_FOLDER}/{path.name}") != root / _FOLDER / path.name:
            raise UnreadableText(f"`{_FOLDER}/{path.name}` is a link; a file was expected")
        if not path.exists():
            return None
        content = read_below(root, root / _FOLDER / path.name, path.name, _MOST)
        return decode_text(content, path.name).replace("\r\n", "\n")

    def _write(self, path: Path, text: str) -> None:
        self._folder.mkdir(exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        with fresh.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        fresh.replace(path)  # a link that came in between is replaced and not followed
        self.written.append(path)


def told(calls: Sequence[Call]) -> str:
    """Return all that was sent to the model, to be read by people."""
    return (
        "\n".join(_call(number, call) for number, call in enumerate(calls, 1))
        or "(the model was not asked)\n"
    )


def _call(number: int, call: Call) -> str:
    request = call.request
    settings = {name: request.settings[name] for name in _TELLING if request.settings.get(name) is not None}
    if request.choices is not None:
        settings["choices"] = list(request.choices)
    if request.output is not None:
        settings["output"] = request.output
    if request.tools:
        settings["tools"] = [tool["name"] for tool in request.tools]
    head = [f"--- call {number} ---", *(f"{name}: {_value(value)}" for name, value in settings.items())]
    lines = [line for message in call.messages for line in ("", f"[{message.role}]", _value(message.content))]
    return "\n".join([*head, *lines, ""])


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
