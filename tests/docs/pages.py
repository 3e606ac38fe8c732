"""The pages of the docs: their blocks of code, their links and headings, and a folder in which they hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from turbo_yaml.flow.vocabulary import FILE_KEYS

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changelog.d/*.md"))
    if page.is_file()
)
"""Every page; their code is tried, their links are followed."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- (\w+): (.*?) -->\s*\Z")
_FILE = re.compile(r"# ([\w./-]+\.\w+)\n")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FLOW_KEYS = frozenset(key.name for key in FILE_KEYS)


@dataclass(frozen=True)
class Block:
    """A block of code. `file` is its name for the commands of the page, `wrong` the rules that it breaks."""

    kind: str
    text: str
    line: int
    file: str | None
    wrong: tuple[str, ...]

    @property
    def flow(self) -> str | None:
        """The block as a flow: as it is, or with what a part of a flow lacks; None where it is no flow."""
        if self.kind != "yaml" or self.foreign:
            return None
        if re.search(r"^(?:turbo: 1\b)", self.text, re.MULTILINE):
            return self.text
        if self.text.startswith("- "):
            # In a loop, so that `break` has one to leave.
            return "turbo: 1\nsteps:\n- for: item\n  in: items\n  do:\n" + indent(self.text, "    ")
        keys = re.findall(r"^(\w+):", self.text, re.MULTILINE)
        if keys and set(keys) <= _FLOW_KEYS:
            return "turbo: 1\n" + self.text + ("" if "steps" in keys else "steps: [stop]\n")
        return None

    @property
    def foreign(self) -> bool:
        """Whether the block is a file of another tool."""
        return self.file is not None and self.file.startswith(".")

    @property
    def settings(self) -> bool:
        """Whether the block is a settings file, or a part of one."""
        return self.kind == "yaml" and self.flow is None and not self.foreign

    @property
    def whole(self) -> bool:
        """Whether the block is a flow by itself."""
        return self.flow is not None and self.flow == self.text


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, in order."""
    return list(_blocks(page.read_text(encoding="utf-8")))


def _blocks(text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        mark = _MARK.search(text, 0, found.start())
        marks = {mark[1]: mark[2]} if mark else {}
        margin, kind, body = found.groups()
        body = re.sub(rf"^{margin}", "", body, flags=re.MULTILINE)
        named = _FILE.match(body)
        file = marks.get("file") or (named[1] if named and kind in ("yaml", "python") else None)
        wrong = tuple(marks["wrong"].split(", ")) if "wrong" in marks else ()
        yield Block(kind, body, text.count("\n", 0, found.start()) + 1, file, wrong)


def links(page: Path) -> list[str]:
    """Return where a page's links lead."""
    return _LINK.findall(_without_code(page))


def anchors(page: Path) -> set[str]:
    """Return the names of a page's headings, as a link spells them."""
    heads = re.findall(r"^#+ (.+)$", _without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _without_code(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


class Desk:
    """A folder with the flows of the repository, in which the files and the commands of a page are tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "desk"
        self._home = folder / "home"
        self.folder.mkdir()
        self._home.mkdir()
        (self.folder / ".git").mkdir()  # no settings file above counts
        shutil.copytree(ROOT / "flows", self.folder / "flows")
        shutil.copytree(ROOT / "schemas", self.folder / "schemas")
        command = self._home / "turbo-yaml"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m turbo_yaml "$@"\n', encoding="utf-8")
        command.chmod(0o755)

    def lay(self, block: Block) -> None:
        """Write a block that is a file."""
        if block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")

    def run(self, block: Block) -> tuple[str, str]:
        """Return what a block of commands shows, and what they print: both with their command lines."""
        shown = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)
        commands = shown[1::2]
        mark = "-- the end of a command --"
        # Each command finds the exit code of the one before it in `$?`.
        script = "code=0\n" + "".join(
            f"(exit $code)\n{command}\ncode=$?\necho '{mark}'\n" for command in commands
        )
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={
                "PATH": os.pathsep.join([str(self._home), str(Path(sys.executable).parent), os.defpath]),
                "PYTHONPATH": str(ROOT),
                "HOME": str(self._home),
                "LANG": "C.UTF-8",
                "NO_COLOR": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        printed = done.stdout.split(f"{mark}\n")
        return block.text, "".join(f"$ {line}\n{out}" for line, out in zip(commands, printed, strict=False))


def shows(shown: str, printed: str) -> bool:
    """Tell whether what a page shows is what was printed; `…` stands for anything."""
    parts = [re.escape(part) for part in shown.split("…")]
    return re.fullmatch(r".*?".join(parts), printed, re.DOTALL) is not None
