"""`check --fix` and `--diff`: files with what can be mended mended, written or shown."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import Final

from turbo_yaml.checks.fixes.mending import mend
from turbo_yaml.checks.fixes.table import fix_of
from turbo_yaml.cli.checking.targets import Target
from turbo_yaml.cli.checking.work import Checker
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.paint import painter
from turbo_yaml.diagnostics.visible import printable
from turbo_yaml.records import Record
from turbo_yaml.source.files import UnreadableText, decode_text

_BOM: Final = b"\xef\xbb\xbf"


class Rewrite(Record):
    """A file, what is in it and what is to be, and how many findings that mends."""

    target: Target
    before: bytes
    after: bytes
    fixed: int


def rewrites(targets: Iterable[Target], found: Iterable[Diagnostic]) -> Iterator[Rewrite]:
    """Yield what can be mended in the targets that something was found in, one after another."""
    targets = [*targets]
    checker = Checker(targets)
    wrong = {finding.source.name for finding in found if fix_of(finding)}
    for target in targets:
        if target.name in wrong:
            rewrite = _rewrite(target, checker)
            if rewrite is not None:
                yield rewrite


def _rewrite(target: Target, checker: Checker) -> Rewrite | None:
    try:
        before = target.path.read_bytes() if target.data is None else target.data
        text = decode_text(before, target.name)
    except (OSError, UnreadableText):
        return None  # that was found, too

    def check(text: str) -> list[Diagnostic]:
        return [one for one in checker.check(target, text) if one.source.name == target.name]

    mended = mend(text, check)
    if not mended.fixed:
        return None
    mark = _BOM if before.startswith(_BOM) else b""
    return Rewrite(target, before, mark + mended.text.encode("utf-8"), mended.fixed)


def replace_file(rewrite: Rewrite) -> bool:
    """Replace a file as a whole, its permissions kept.

    Return False, and write nothing, where the file is no longer what was checked.
    """
    path = rewrite.target.path
    if path.read_bytes() != rewrite.before:
        return False
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(rewrite.after)
            file.flush()
            os.fsync(number)
        os.chmod(name, path.stat().st_mode & 0o7777)  # noqa: PTH101
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise
    return True


def diff(rewrite: Rewrite, *, color: bool) -> str:
    """Return what changes, as a patch; in colour also without anything that could hide or turn it."""
    name = rewrite.target.name
    lines = unified_diff(_lines(rewrite.before), _lines(rewrite.after), f"a/{name}", f"b/{name}")
    return "".join(_shown(line, color) for line in lines)


def _lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8"))


def _shown(line: str, color: bool) -> str:
    end = "\n" if line.endswith("\n") else "\n\\ No newline at end of file\n"
    line = line.removesuffix("\n")
    if not color:
        return line + end
    paint = painter(True)
    line = printable(line.removesuffix("\r"))
    if line.startswith(("---", "+++")):
        return paint("strong", line) + end
    style = {"+": "good", "-": "bad", "@": "note"}.get(line[:1])
    return (line if style is None else paint(style, line)) + end  # type: ignore[arg-type]
