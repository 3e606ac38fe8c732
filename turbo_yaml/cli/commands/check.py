"""`check`: files and folders to the list of their mistakes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from turbo_yaml.cli.checking.drawing import COUNTED, FORMS, draw
from turbo_yaml.cli.checking.targets import Target, find_targets
from turbo_yaml.cli.checking.work import check_targets
from turbo_yaml.cli.options import common, paths_argument
from turbo_yaml.cli.terminal import is_terminal, put, tell, wants_color, write
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.records import replace

CLEAN, PROBLEMS = 0, 1


@click.command("check", short_help="Look for mistakes without running anything.")
@paths_argument("[PATH]... [-]")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMS]),
    default="text",
    show_default=True,
    help="How to tell: to people, to problem matchers, or to what shows reports.",
)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--statistics", is_flag=True, help="Show only how often each rule is broken.")
@click.option("--fix", is_flag=True, help="Mend first what can be mended in one way alone.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--stdin-name", metavar="FILE", type=click.Path(), help="Check what comes in by - as if it stood in FILE."
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Work in N processes.")
@common
def command(
    paths: tuple[str, ...],
    form: str,
    strict: bool,
    statistics: bool,
    fix: bool,
    diff: bool,
    stdin_name: str | None,
    jobs: int | None,
) -> int:
    """Look for mistakes in flows: files, folders, globs, or - for standard input. Nothing is run.

    Of a folder, by default this one, every .yaml and .yml file with `turbo:` or `steps:` at its top is
    checked, and every turbo.yaml as a settings file.

    Exit codes: 0 no errors, 1 errors were found, 2 usage.
    """
    if statistics and form not in COUNTED:
        raise UsageError(f"there are no statistics in the form `{form}`", hint="leave out one of the two")
    targets = find_targets(paths or (".",), stdin_name)
    found = check_targets(targets, jobs)
    if diff:
        return PROBLEMS if _show_changes(targets, found) or _fails(found, strict) else CLEAN
    stream = sys.stdout
    if fix:
        mended = _mend(targets, found)
        found = found if mended == targets else check_targets(mended, jobs)
        if any(target.data is not None for target in targets):
            stream = sys.stderr  # the mended text is on standard output
    put(stream, draw(found, targets, form, strict=strict, statistics=statistics))
    if form == "text" and not fix and is_terminal(sys.stdout):
        _tell_fixable(found)
    return PROBLEMS if _fails(found, strict) else CLEAN


def _fails(found: Sequence[Diagnostic], strict: bool) -> bool:
    return any(strict or finding.severity == "error" for finding in found)


def _mend(targets: Sequence[Target], found: Sequence[Diagnostic]) -> list[Target]:
    """Write what can be mended and return the targets as they are then."""
    from turbo_yaml.cli.checking.mending import replace_file, rewrites
    from turbo_yaml.diagnostics.visible import one_line

    mended = {target.name: target for target in targets}
    for rewrite in rewrites(targets, found):
        name = rewrite.target.name
        if rewrite.target.data is None and not replace_file(rewrite):
            tell(f"warning: {one_line(name)} was changed by somebody else just now, and is left as it is")
            continue
        mended[name] = replace(rewrite.target, data=rewrite.after)
        tell(f"{one_line(name)}: fixed {_mistakes(rewrite.fixed)}")
    for target in targets:
        if target.data is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(mended[target.name].data or b"")
    return [*mended.values()]


def _show_changes(targets: Sequence[Target], found: Sequence[Diagnostic]) -> bool:
    """Show what could be mended; tell whether there is anything."""
    from turbo_yaml.cli.checking.mending import diff, rewrites

    fixed = 0
    for rewrite in rewrites(targets, found):
        if wants_color(sys.stdout):
            put(sys.stdout, diff(rewrite, color=True))
        else:
            write(sys.stdout, diff(rewrite, color=False))
        fixed += rewrite.fixed
    tell(f"`--fix` would fix {_mistakes(fixed)}" if fixed else "`--fix` would change nothing")
    return fixed > 0


def _mistakes(number: int) -> str:
    return "1 mistake" if number == 1 else f"{number} mistakes"


def _tell_fixable(found: Sequence[Diagnostic]) -> None:
    from turbo_yaml.checks.fixes.table import fix_of

    fixable = sum(bool(fix_of(finding)) for finding in found)
    if fixable:
        tell(f"`--fix` can fix {fixable} of them, `--diff` shows how")
