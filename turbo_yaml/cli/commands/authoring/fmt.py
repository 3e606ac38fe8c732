"""`fmt`: flow files to the same files as the house writes them."""

from __future__ import annotations

import sys
from collections import Counter

import click

from turbo_yaml.cli.checking.mending import Rewrite, diff, replace_file
from turbo_yaml.cli.checking.targets import Target, find_targets
from turbo_yaml.cli.options import common, paths_argument
from turbo_yaml.cli.terminal import put, tell, wants_color, write
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.formatting.reading import mistakes_in
from turbo_yaml.formatting.text import format_text
from turbo_yaml.source import Source
from turbo_yaml.source.files import UnreadableText, decode_text

DONE, WOULD_CHANGE, NOT_READ = 0, 1, 2
_BOM = b"\xef\xbb\xbf"


class Refused(Exception):
    """A file is not formatted; `shown` says why."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


@click.command("fmt", short_help="Write flow files in one way, with their comments.")
@paths_argument("[PATH]... [-]")
@click.option("--check", "only_check", is_flag=True, help="Change nothing, name what would change.")
@click.option("--diff", "only_diff", is_flag=True, help="Change nothing, show what would change.")
@click.option(
    "--stdin-name", metavar="FILE", type=click.Path(), help="Take what comes in by - as if it stood in FILE."
)
@common
def command(paths: tuple[str, ...], only_check: bool, only_diff: bool, stdin_name: str | None) -> int:
    """Write flows and settings files in one way: files, folders, globs, or - for standard input.

    Indentation, spaces, quotes and empty lines become the same everywhere; texts of several lines and long
    ones become blocks. What a file means, its comments and the order of its keys stay as they are. A file
    with errors of YAML or of the language's shape is not touched.

    Exit codes: 0 done, or nothing to do; 1 with --check or --diff: a file would change; 2 usage, or a file
    with errors.
    """
    counts: Counter[str] = Counter()
    targets = find_targets(paths or (".",), stdin_name)
    for target in targets:
        try:
            rewrite = _rewrite(target)
        except Refused as refused:
            put(sys.stderr, refused.shown)
            counts["not formatted"] += 1
            continue
        changed = rewrite.before != rewrite.after
        if only_diff:
            _show(rewrite)
        elif not only_check:
            changed = _save(rewrite) and changed
        if changed:
            counts["changed"] += 1
            if only_check or (not only_diff and target.data is None):
                tell(f"{one_line(target.name)}: {'would change' if only_check else 'formatted'}")
        else:
            counts["as it was"] += 1
    if any(target.data is None for target in targets):
        _tell_counts(counts, only_check or only_diff)
    if counts["not formatted"]:
        return NOT_READ
    return WOULD_CHANGE if counts["changed"] and (only_check or only_diff) else DONE


def _rewrite(target: Target) -> Rewrite:
    """Return a file with what it is to be."""
    try:
        before = target.path.read_bytes() if target.data is None else target.data
        source = Source(target.name, decode_text(before, target.name))
    except OSError as error:
        raise Refused(f"error: cannot read `{one_line(target.name)}`: {error.strerror}\n") from None
    except UnreadableText as problem:
        raise Refused(f"error: {one_line(problem.message)}\n") from None
    found = mistakes_in(source)
    if found:
        from turbo_yaml.diagnostics.render import render

        raise Refused(render(found, color=wants_color(sys.stderr)))
    after, why = format_text(source.text)
    if after is None:
        raise Refused(f"{one_line(target.name)}: left as it is: {why}\n")
    mark = _BOM if before.startswith(_BOM) else b""
    return Rewrite(target, before, mark + after.encode("utf-8"), 1)


def _save(rewrite: Rewrite) -> bool:
    """Write a file; what came in by standard input goes to standard output. Tell whether that was done."""
    if rewrite.target.data is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(rewrite.after)
        return True
    if rewrite.before == rewrite.after or replace_file(rewrite):
        return True
    tell(f"warning: {one_line(rewrite.target.name)} was changed by somebody else just now, and is left")
    return False


def _show(rewrite: Rewrite) -> None:
    if wants_color(sys.stdout):
        put(sys.stdout, diff(rewrite, color=True))
    else:
        write(sys.stdout, diff(rewrite, color=False))


def _tell_counts(counts: Counter[str], only_look: bool) -> None:
    changed = "would change" if only_look else "formatted"
    words = {"changed": changed, "as it was": "well written", "not formatted": "not touched"}
    told = [f"{_files(counts[kind])} {word}" for kind, word in words.items() if counts[kind]]
    tell(", ".join(told))


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
