"""`check`: files and folders to the list of their mistakes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from turbo_yaml.cli.files import find_flows, read_stdin
from turbo_yaml.cli.options import common
from turbo_yaml.cli.terminal import put, wants_color
from turbo_yaml.compiler.edge import check, check_text
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.sources import PROJECT_FILE
from turbo_yaml.settings.sources import read_file as read_settings
from turbo_yaml.source import Source, Span

CLEAN, PROBLEMS = 0, 1


@click.command("check", short_help="Look for mistakes without running anything.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format", "form", type=click.Choice(["text", "concise", "json"]), default="text", show_default=True
)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@common
def command(paths: tuple[str, ...], form: str, strict: bool) -> int:
    """Look for mistakes in flows: files, folders, or - for standard input. Nothing is run.

    Of a folder, every .yaml and .yml file with `turbo:` or `steps:` at its top is checked, and every
    turbo.yaml as a settings file.

    Exit codes: 0 no errors, 1 errors were found, 2 usage.
    """
    targets = [target for path in paths for target in _targets(path)]
    found = _unique(diagnostic for target in targets for diagnostic in _check(target))
    put(sys.stdout, _drawn(found, form, len(targets)))
    failing = [diagnostic for diagnostic in found if strict or diagnostic.severity == "error"]
    return PROBLEMS if failing else CLEAN


def _targets(path: str) -> Sequence[Path | Source]:
    if path == "-":
        return [Source("<stdin>", read_stdin())]
    return find_flows(Path(path))


def _check(target: Path | Source) -> list[Diagnostic]:
    if isinstance(target, Source):
        return check_text(target.text, name=target.name)
    if target.name == PROJECT_FILE:
        return read_settings(target, LayerKind.PROJECT_FILE)[1]
    try:
        return check(target)
    except UsageError as error:
        # The file is there and is no text: one finding among those of the other files.
        return [Diagnostic("unreadable-file", error.message, Source(str(target), ""), Span(0, 0), error.hint)]


def _unique(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Drop what was found again in a file that several flows use."""
    seen = {(*diagnostic.sort_key(), diagnostic.message): diagnostic for diagnostic in diagnostics}
    return sorted(seen.values(), key=Diagnostic.sort_key)


def _drawn(found: list[Diagnostic], form: str, files: int) -> str:
    if form == "json":
        import json

        from turbo_yaml.diagnostics.formats import to_data

        return json.dumps(to_data(found), indent=2) + "\n"
    if form == "concise":
        from turbo_yaml.diagnostics.formats import render_concise

        return render_concise(found)
    if not found:
        return f"no problems in {files} {'file' if files == 1 else 'files'}\n"
    from turbo_yaml.diagnostics.render import render

    return render(found, color=wants_color(sys.stdout))
